"""Backtest: what every model and baseline would have forecast at past origins, and how good it was."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from rich.console import Group

from hitcast.core.moments import moment_after
from hitcast.core.settings import Settings
from hitcast.core.warehouse import latest_moment, write_tables
from hitcast.core.words import counted
from ml.classes import PROBABILITY_COLUMNS, class_minimums, fit_classes, predict_classes
from ml.data import FEATURE_SETS, Columns, Marts, feature_columns, is_open, modelling_frame, read_marts, target_column
from ml.days import read_training_paths
from ml.decide.decisions import class_from_probabilities, class_probabilities, true_class, with_reached
from ml.estimators.log_linear import known_streams, seen_streams
from ml.estimators.states import has_no_stream_yet
from ml.estimators.streams import StreamForecaster
from ml.evaluation.alarms import stop_on_leak
from ml.evaluation.baselines import BASELINES, RANKINGS, forecast_baseline, line_probabilities, ranking_probabilities
from ml.evaluation.beyond_totals import judge_paths, judge_sums, path_errors, sum_errors
from ml.evaluation.board import render
from ml.evaluation.groups import group_metrics, read_groups
from ml.evaluation.leaderboard import judge_totals
from ml.evaluation.stress import misdated_forecasts, stress_forecasts, stress_metrics
from ml.misdated import read_misdated
from ml.outlook import Outlook, OutlookModel, earned_class_weights, forecast_outlook
from ml.registry import tracking
from ml.side_by_side import side_by_side
from ml.splits import REFERENCE_DAY, Fold, Plan, plan_folds, rows_to_test, training_rows, untouched_count
from ml.streams import INTERVAL_COLUMNS, fit_streams
from ml.stressed import read_stressed, stressed_training
from ml.studies import TunedParameters, tuned_parameters
from ml.trajectories import fit_beyond_totals

AS_OF_DAYS = (0, 1, 3, 5, 7, 10, 14, 21, 28)
"""As-of days that forecasts are judged at, each for the horizons that are longer."""


@dataclass(frozen=True)
class BacktestResult:
    """What a backtest found.

    Attributes:
        run_id: MLflow run, and key of the rows written.
        plan: Folds that were used.
        metrics: Rows of `ml.backtest_metrics`.
        stress: Rows of `ml.backtest_stress`.
        row_count: Rows written to `ml.backtest_predictions`.
    """

    run_id: str
    plan: Plan
    metrics: pd.DataFrame
    stress: pd.DataFrame
    row_count: int

    def render(self) -> Group:
        """The leader board as tables that fit 80 columns."""
        return render(self.metrics, self.plan, self.stress)


def backtest(
    settings: Settings, progress: Callable[[str], None] = print, origins: int | None = None, truth: Path | None = None
) -> BacktestResult:
    """Train and test at every origin, with both feature sets, and write forecasts and metrics.

    Args:
        settings: Places and choices.
        progress: Takes a line as each step begins.
        origins: How many of the origins to take, the latest ones; None for all.
        truth: Parquet file with the best possible forecasts of a made-up world, which errors are then held against;
            None or a missing file where there are none.

    Raises:
        HitcastError: Marts are missing, history is too short even for weekly origins, or a feature looks like a leak.
    """
    progress("Reading the marts")
    marts, groups = read_marts(settings), read_groups(settings)
    frame = modelling_frame(marts, settings.horizons)
    plan = plan_folds(frame, settings.horizons, marts.data_through)
    if origins is not None and origins < len(plan.folds):
        note = f"The latest {origins} of {len(plan.folds)} origins: read the figures as a first impression."
        plan = replace(plan, folds=plan.folds[-origins:], note=f"{plan.note} {note}".strip())
    if plan.note:
        progress(plan.note)
    stop_on_leak(frame, feature_columns(marts.catalog, "tiktok_vk", frame), settings.horizons)
    bench = _Bench(marts, read_training_paths(settings), read_stressed(settings, marts), read_misdated(settings, marts))
    found = _Found()
    for number, fold in enumerate(plan.folds, start=1):
        training = frame[training_rows(frame, fold.origin, settings.horizons)].reset_index(drop=True)
        testing = frame[rows_to_test(frame, fold, settings.horizons)]
        progress(
            f"Origin {fold.origin} ({number} of {len(plan.folds)}): {training['release_id'].nunique()} releases to "
            f"train on, {testing['release_id'].nunique()} to test"
        )
        _test_origin(found, bench, settings, fold, training, testing)
    if found.silent:
        refused = f"{counted(len(found.silent), 'release')} without a stream by day {REFERENCE_DAY}"
        plan = replace(plan, note=f"{plan.note} {refused} would be refused: not judged.".strip())
    return _recorded(found, plan, marts, settings, progress, truth, groups)


@dataclass(frozen=True)
class _Bench:
    """What every origin is tested with."""

    marts: Marts
    daily: pd.DataFrame
    stressed: pd.DataFrame
    misdated: pd.DataFrame


@dataclass
class _Found:
    """What the origins gave so far, a table an origin and feature set."""

    streams: list[pd.DataFrame] = field(default_factory=list)
    classes: list[pd.DataFrame] = field(default_factory=list)
    paths: list[pd.DataFrame] = field(default_factory=list)
    sums: list[pd.DataFrame] = field(default_factory=list)
    stress: list[pd.DataFrame] = field(default_factory=list)
    silent: set[str] = field(default_factory=set)


def _test_origin(
    found: _Found, bench: _Bench, settings: Settings, fold: Fold, training: pd.DataFrame, all_days: pd.DataFrame
) -> None:
    """Fits both feature sets on what was mature at an origin, and adds what they forecast of later releases."""
    marts = bench.marts
    minimums, names = class_minimums(marts.classes), tuple(marts.classes["stream_class"])
    is_silent = has_no_stream_yet(all_days)
    found.silent |= set(all_days.loc[is_silent & (all_days["as_of_day"] == REFERENCE_DAY), "release_id"])
    is_judged = all_days["as_of_day"].isin(AS_OF_DAYS)
    tuned, lacking = tuned_parameters(settings, fold.origin), stressed_training(bench.stressed, training)

    def test(feature_set: str) -> tuple[StreamForecaster, list[pd.DataFrame]]:
        columns = feature_columns(marts.catalog, feature_set, training)
        model = fit_outlook(training, feature_set, columns, minimums, settings, tuned, lacking)
        # without VK nobody knows which releases are silent
        asked = is_judged & ~is_silent if feature_set == "tiktok_vk" else is_judged
        testing = all_days[asked].reset_index(drop=True)
        outlook = forecast_outlook(model, testing)
        streams = stream_forecasts(training, testing, fold, feature_set, outlook, settings)
        classes = class_forecasts(training, testing, fold, model, outlook, names, settings)
        path, dependence = fit_beyond_totals(training, model.streams, bench.daily)
        errors = path_errors(path, testing, bench.daily, outlook.totals)
        known = seen_streams(testing, feature_set)
        sums = sum_errors(dependence, testing, marts.releases, outlook.totals, known, settings.seed)
        beyond = [table.assign(feature_set=feature_set) for table in (errors, sums)]
        return model.streams, [streams, classes, *beyond]

    tested = side_by_side(test, FEATURE_SETS, settings.threads)
    for _, tables in tested.values():
        for kept, table in zip((found.streams, found.classes, found.paths, found.sums), tables, strict=True):
            kept.append(table)
    models = {name: model for name, (model, _) in tested.items()}
    heard = all_days[~is_silent]
    found.stress.append(stress_forecasts(models, heard, bench.stressed, settings.horizons))
    found.stress.append(misdated_forecasts(models, heard, bench.misdated, settings.horizons))


def _recorded(
    found: _Found,
    plan: Plan,
    marts: Marts,
    settings: Settings,
    progress: Callable[[str], None],
    truth: Path | None,
    groups: pd.DataFrame,
) -> BacktestResult:
    """Judges what was forecast, and writes forecasts and metrics as one run."""
    predictions, class_predictions = (pd.concat(parts, ignore_index=True) for parts in (found.streams, found.classes))
    client = tracking.open_client(settings)
    with tracking.record_run(client, settings, "backtest") as run_id:
        beyond = [judge_paths(pd.concat(found.paths), max(settings.horizons)), judge_sums(pd.concat(found.sums))]
        late = [fold.origin for fold in plan.folds[-untouched_count(len(plan.folds)) :]]
        totals = judge_totals(predictions, class_predictions, marts, settings, late, truth)
        evaluated_at = moment_after(latest_moment(settings, "backtest_metrics", "evaluated_at"))
        stamp: dict[str, Any] = {"run_id": run_id, "evaluated_at": evaluated_at, "territory": settings.territory}
        metrics = pd.concat([totals, *beyond], ignore_index=True).assign(**stamp)
        stress_rows = stress_metrics(pd.concat(found.stress, ignore_index=True)).assign(**stamp)
        tracking.log_figures(client, run_id, {"step": plan.step, "origins": len(plan.folds)}, _headline(metrics))
        progress("Writing forecasts and metrics")
        write_tables(
            settings,
            {
                "backtest_predictions": predictions.assign(run_id=run_id),
                "backtest_class_predictions": class_predictions.assign(run_id=run_id),
                "backtest_metrics": metrics,
                "backtest_stress": stress_rows,
                "backtest_groups": group_metrics(predictions, groups, late).assign(**stamp),
            },
        )
    return BacktestResult(run_id, plan, metrics, stress_rows, len(predictions))


def fit_outlook(
    training: pd.DataFrame,
    feature_set: str,
    columns: Columns,
    minimums: tuple[float, float],
    settings: Settings,
    tuned: TunedParameters,
    stressed: pd.DataFrame | None = None,
) -> OutlookModel:
    """Streams and classes as `hitcast train` would fit them on these rows."""
    streams = fit_streams(training, feature_set, columns, settings, tuned.streams, stressed=stressed)
    classes = fit_classes(training, feature_set, columns, minimums, settings, tuned.classes, streams=streams)
    weights = earned_class_weights(streams, classes, settings.class_horizon, training)
    return OutlookModel(streams, classes, settings.class_horizon, weights)


def stream_forecasts(
    training: pd.DataFrame, testing: pd.DataFrame, fold: Fold, feature_set: str, outlook: Outlook, settings: Settings
) -> pd.DataFrame:
    """Forecasts of all stream models at one origin, in the columns of `ml.backtest_predictions` but run_id."""
    forecasts = []
    for horizon in settings.horizons:
        past, later = (rows[is_open(rows, horizon)] for rows in (training, testing))
        totals = past[target_column(horizon)].to_numpy(dtype=float)
        shared = later[["release_id", "as_of_day"]].assign(
            feature_set=feature_set,
            origin_date=pd.Timestamp(fold.origin),
            horizon_days=horizon,
            known_streams=later["vk_streams_total"],
            actual_streams=later[target_column(horizon)],
        )
        for name in BASELINES:
            predicted = forecast_baseline(name, past, totals, later, feature_set)
            unknown = dict.fromkeys((*INTERVAL_COLUMNS, "expected_streams"), np.nan)
            forecasts.append(shared.assign(model_name=name, predicted_streams=predicted, **unknown))
        forecasts.append(pd.concat([shared.assign(model_name="hitcast"), outlook.forecasts[horizon]], axis="columns"))
    return pd.concat(forecasts, ignore_index=True)


def class_forecasts(
    training: pd.DataFrame,
    testing: pd.DataFrame,
    fold: Fold,
    model: OutlookModel,
    outlook: Outlook,
    names: tuple[str, ...],
    settings: Settings,
) -> pd.DataFrame:
    """Forecasts of all class models at one origin, in the columns of `ml.backtest_class_predictions` but run_id."""
    target, minimums, feature_set = target_column(settings.class_horizon), model.classes.minimums, model.feature_set
    training, testing = (rows[is_open(rows, settings.class_horizon)] for rows in (training, testing))
    totals = training[target].to_numpy(dtype=float)
    share = np.array([np.mean(true_class(totals, minimums, names) == name) for name in names])
    probabilities = {
        "majority": np.tile(np.eye(3)[share.argmax()], (len(testing), 1)),
        "prior": np.tile(share, (len(testing), 1)),
        "log_linear": with_reached(
            class_probabilities(line_probabilities(training, totals, testing, feature_set, minimums)),
            known_streams(testing, feature_set),
            minimums,
        ),
        **{
            name: class_probabilities(ranking_probabilities(column, training, totals, testing, minimums))
            for name, column in RANKINGS[feature_set].items()
        },
        "lightgbm": predict_classes(model.classes, testing, feature_set).to_numpy(),
        "hitcast": outlook.chances.to_numpy(),
    }
    shared = testing[["release_id", "as_of_day"]].assign(
        feature_set=feature_set,
        origin_date=pd.Timestamp(fold.origin),
        horizon_days=settings.class_horizon,
        actual_class=true_class(testing[target].to_numpy(dtype=float), minimums, names),
    )
    forecasts = []
    for name, values in probabilities.items():
        model_rows = pd.DataFrame(values, columns=list(PROBABILITY_COLUMNS), index=testing.index)
        predicted = class_from_probabilities(model_rows, names)
        if name == "hitcast":
            predicted = outlook.classes(names)["predicted_class"].to_numpy()
        if name == "log_linear":
            line = forecast_baseline("log_linear", training, totals, testing, feature_set)
            predicted = true_class(line, minimums, names)
        forecasts.append(
            pd.concat([shared.assign(model_name=name, predicted_class=predicted), model_rows], axis="columns")
        )
    return pd.concat(forecasts, ignore_index=True)


def _headline(metrics: pd.DataFrame) -> dict[str, float]:
    """The deciding metrics at the reference day, by the names that MLflow shows."""
    deciding = metrics[
        metrics["metric_name"].isin(["rmsle", "skill", "average_precision_top", "quadratic_weighted_kappa"])
        & (metrics["as_of_day"] == REFERENCE_DAY)
    ]
    keys = deciding["metric_name"] + "/" + deciding["feature_set"] + "/" + deciding["model_name"]
    keys += "/" + deciding["horizon_days"].astype(str)
    return dict(zip(keys, deciding["metric_value"], strict=True))
