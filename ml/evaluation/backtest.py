"""Backtest: what every model and baseline would have forecast at past origins, and how good it was."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from rich.console import Group

from hitcast.core.moments import moment_after
from hitcast.core.settings import Settings
from hitcast.core.warehouse import latest_moment, write_tables
from ml.classes import PROBABILITY_COLUMNS, class_minimums, fit_classes, predict_classes
from ml.data import FEATURE_SETS, Columns, feature_columns, is_open, modelling_frame, read_marts, target_column
from ml.days import read_paths
from ml.decide.decisions import class_from_probabilities, class_probabilities, true_class, with_reached
from ml.estimators.log_linear import known_streams, seen_streams
from ml.evaluation.alarms import stop_on_leak
from ml.evaluation.baselines import BASELINES, RANKINGS, forecast_baseline, line_probabilities, ranking_probabilities
from ml.evaluation.beyond_totals import judge_paths, judge_sums, path_errors, sum_errors
from ml.evaluation.board import render
from ml.evaluation.leaderboard import evaluate
from ml.evaluation.stress import stress_forecasts, stress_metrics
from ml.outlook import Outlook, OutlookModel, earned_class_weights, forecast_outlook
from ml.registry import tracking
from ml.splits import REFERENCE_DAY, Fold, Plan, plan_folds, rows_to_test, training_rows
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


def backtest(settings: Settings, progress: Callable[[str], None] = print) -> BacktestResult:
    """Train and test at every origin, with both feature sets, and write forecasts and metrics.

    Raises:
        HitcastError: Marts are missing, history is too short even for weekly origins, or a feature looks like a leak.
    """
    progress("Reading the marts")
    marts = read_marts(settings)
    frame = modelling_frame(marts, settings.horizons)
    plan = plan_folds(frame, settings.horizons, marts.data_through)
    if plan.note:
        progress(plan.note)
    stop_on_leak(frame, feature_columns(marts.catalog, "tiktok_vk", frame), settings.horizons)
    minimums, names = class_minimums(marts.classes), tuple(marts.classes["stream_class"])
    streams, classes, path_parts, sum_parts, daily = [], [], [], [], read_paths(settings)
    stressed, stress = read_stressed(settings, marts), []
    for number, fold in enumerate(plan.folds, start=1):
        training = frame[training_rows(frame, fold.origin, settings.horizons)].reset_index(drop=True)
        all_days = frame[rows_to_test(frame, fold, settings.horizons)]
        testing = all_days[all_days["as_of_day"].isin(AS_OF_DAYS)].reset_index(drop=True)
        progress(
            f"Origin {fold.origin} ({number} of {len(plan.folds)}): {training['release_id'].nunique()} releases to "
            f"train on, {testing['release_id'].nunique()} to test"
        )
        tuned, models = tuned_parameters(settings, fold.origin), {}
        lacking = stressed_training(stressed, training)
        for feature_set in FEATURE_SETS:
            columns = feature_columns(marts.catalog, feature_set, training)
            model = fit_outlook(training, feature_set, columns, minimums, settings, tuned, lacking)
            models[feature_set] = model.streams
            outlook = forecast_outlook(model, testing)
            streams.append(stream_forecasts(training, testing, fold, feature_set, outlook, settings))
            classes.append(class_forecasts(training, testing, fold, model, outlook, names, settings))
            path, dependence = fit_beyond_totals(training, model.streams, daily)
            errors = path_errors(path, testing, daily, outlook.totals)
            path_parts.append(errors.assign(feature_set=feature_set))
            known = seen_streams(testing, feature_set)
            sums = sum_errors(dependence, testing, marts.releases, outlook.totals, known, settings.seed)
            sum_parts.append(sums.assign(feature_set=feature_set))
        stress.append(stress_forecasts(models, all_days, stressed, settings.horizons))

    predictions, class_predictions = pd.concat(streams, ignore_index=True), pd.concat(classes, ignore_index=True)
    client = tracking.open_client(settings)
    with tracking.record_run(client, settings, "backtest") as run_id:
        costs = (settings.false_positive_cost, settings.false_negative_cost)
        release_dates = marts.releases.set_index("release_id")["release_date"]
        beyond = [judge_paths(pd.concat(path_parts), max(settings.horizons)), judge_sums(pd.concat(sum_parts))]
        totals = evaluate(predictions, class_predictions, names, costs, release_dates)
        metrics = pd.concat([totals, *beyond], ignore_index=True).assign(
            run_id=run_id,
            evaluated_at=moment_after(latest_moment(settings, "backtest_metrics", "evaluated_at")),
            territory=settings.territory,
        )
        stress_rows = stress_metrics(pd.concat(stress, ignore_index=True)).assign(
            run_id=run_id, evaluated_at=metrics["evaluated_at"].iloc[0], territory=settings.territory
        )
        tracking.log_figures(client, run_id, {"step": plan.step, "origins": len(plan.folds)}, _headline(metrics))
        progress("Writing forecasts and metrics")
        write_tables(
            settings,
            {
                "backtest_predictions": predictions.assign(run_id=run_id),
                "backtest_class_predictions": class_predictions.assign(run_id=run_id),
                "backtest_metrics": metrics,
                "backtest_stress": stress_rows,
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
    classes = fit_classes(training, feature_set, columns, minimums, settings, tuned.classes)
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
