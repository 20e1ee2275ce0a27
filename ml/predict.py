"""Predict: score the releases whose windows are open with the champion."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import pandas as pd

from hitcast.core.errors import HitcastError
from hitcast.core.label import Label
from hitcast.core.moments import moment_after
from hitcast.core.settings import Settings
from hitcast.core.warehouse import latest_moment, write_tables
from ml.data import Marts, modelling_frame, read_marts
from ml.days import read_paths
from ml.decide.plan import label_plan
from ml.decide.promotion_effects import promotion_effects
from ml.evidence import LATE_DAYS
from ml.explain.drivers import explain, read_meanings
from ml.explain.similar import find_similar
from ml.portfolios import forecast_portfolios
from ml.registry import store
from ml.registry.bundles import Bundle
from ml.registry.standing import load_standing
from ml.registry.usable import later_than_data
from ml.score import QUANTILE_COLUMNS, quantiles_of, refuse, score, scored_rows
from ml.trajectories import forecast_trajectories


@dataclass(frozen=True)
class ScoringRun:
    """What a scoring run wrote.

    Attributes:
        run_id: Scoring run.
        row_count: Rows of `ml.predictions`: releases times horizons.
        release_count: Releases forecast.
        refused_count: Releases of which too little is known: their rows say so and hold no figure.
        as_of: Day on which the forecasts are made.
        model_name: Registered model and version.
        feature_set: Feature set that the champion has the lower error with at the reference day.
        instead_of: Why another model than the champion was taken; empty where it was the champion.
    """

    run_id: str
    row_count: int
    release_count: int
    refused_count: int
    as_of: date
    model_name: str
    feature_set: str
    instead_of: str = ""

    def describe(self) -> str:
        """The run in one line."""
        line = f"{self.release_count:,} releases as of {self.as_of} with {self.model_name}"
        if self.instead_of:
            line += f", {self.instead_of}"
        if self.refused_count:
            line += f"; {self.refused_count:,} more refused: too little is known, or the date cannot be right"
        return line


def predict(
    settings: Settings,
    as_of: date | None = None,
    progress: Callable[[str], None] = print,
    after: datetime | None = None,
    label: Label | None = None,
    mornings: int = 0,
) -> ScoringRun:
    """Write forecasts, their drivers and precedents for every release with an open window.

    A release of which too little was delivered, or whose date cannot be right, gets rows that say so, without a figure.

    Args:
        settings: Places and choices.
        as_of: Day of the forecasts, which see nothing from then on; by default the day after the last delivered one.
        progress: Takes a line as each step begins.
        after: When forecasts were last published, UTC; these count as later, whatever the clock says.
        label: The label's own figures; where they hold a budget, it is planned.
        mornings: Days before `as_of`, back to the model's training at most, on which forecasts are made too, as daily
            runs would have: of them the forecasts alone are written, the history that changes are read from.

    Raises:
        HitcastError: There is no champion or it cannot be read, the data do not reach `as_of`, it was trained later,
            for other horizons or on other features than the marts hold, or the marts are missing.
    """
    found = load_standing(settings)
    if found is None:
        raise HitcastError("no model has been trained yet", cure="Run `hitcast train` first")
    standing, bundle = found.version, found.bundle
    progress("Reading the marts")
    marts = read_marts(settings)
    as_of = as_of or marts.latest_day + timedelta(days=1)
    _check(standing, bundle, marts, settings, as_of)

    moment = moment_after(after, latest_moment(settings, "predictions", "predicted_at"))
    first, earlier = max(bundle.cutoff, as_of - timedelta(days=mornings)), []
    for day in (first + timedelta(days=number) for number in range((as_of - first).days)):
        progress(f"Forecasting as of {day}")
        rows, lacking = scored_rows(marts, bundle, day)
        run = _predictions(score(bundle, rows), lacking, standing, marts, settings, bundle, day)
        earlier.append(run.assign(predicted_at=moment))
        moment = moment_after(moment)

    scored, refused = scored_rows(marts, bundle, as_of)
    youngest = scored[max(scored)]
    counts = youngest["chosen_set"].value_counts()
    sets = ", ".join(f"{count} from {name}" for name, count in counts.items())
    progress(f"Scoring {len(youngest)} releases with version {standing.version}{sets and f': {sets}'}")
    run_id, model_name = (
        store.scoring_run_id(standing.run_id, marts.delivery_number, as_of),
        f"{store.MODEL}/{standing.version}",
    )
    forecasts = score(bundle, scored)
    predictions = _predictions(forecasts, refused, standing, marts, settings, bundle, as_of)
    predictions["predicted_at"] = moment
    beside = _beside(forecasts, predictions, scored, marts, bundle, settings, as_of)
    beside["uplift"] = promotion_effects(marts, settings, as_of, progress)
    beside["promotion_plan"] = label_plan(beside["uplift"], youngest, label or Label())
    written = pd.concat([*earlier, predictions], ignore_index=True)
    write_tables(
        settings, {"predictions": written, **{name: table.assign(run_id=run_id) for name, table in beside.items()}}
    )
    rows_written = (len(predictions), len(youngest), len(refused[max(refused)]))
    return ScoringRun(run_id, *rows_written, as_of, model_name, bundle.feature_set, found.instead_of)


def _predictions(
    forecasts: pd.DataFrame,
    refused: Mapping[int, pd.DataFrame],
    standing: store.Version,
    marts: Marts,
    settings: Settings,
    bundle: Bundle,
    as_of: date,
) -> pd.DataFrame:
    """Rows of `ml.predictions` of one day, all columns but predicted_at."""
    return pd.concat(
        [forecasts.drop(columns=QUANTILE_COLUMNS, errors="ignore"), refuse(bundle, refused)], ignore_index=True
    ).assign(
        run_id=store.scoring_run_id(standing.run_id, marts.delivery_number, as_of),
        model_name=f"{store.MODEL}/{standing.version}",
        data_through_date=min(marts.data_through, as_of - timedelta(days=1)),
        territory=settings.territory,
    )


def _beside(
    forecasts: pd.DataFrame,
    predictions: pd.DataFrame,
    scored: Mapping[int, pd.DataFrame],
    marts: Marts,
    bundle: Bundle,
    settings: Settings,
    as_of: date,
) -> dict[str, pd.DataFrame]:
    """What is written beside the predictions, by table of `ml`: all columns but run_id."""
    frame, youngest = modelling_frame(marts, bundle.horizons), scored[max(scored)]
    similar = [
        find_similar(frame, youngest[youngest["chosen_set"] == name], as_of, bundle.horizons, model.columns.all)
        for name, model in bundle.streams.items()
    ]
    portfolios = forecast_portfolios(marts, bundle, scored, as_of, settings.seed)
    return {
        "forecast_quantiles": quantiles_of(forecasts),
        "trajectories": forecast_trajectories(bundle, youngest, read_paths(settings)),
        "portfolio_forecasts": portfolios.assign(as_of_date=as_of),
        "prediction_drivers": explain(bundle, scored, frame, read_meanings(settings), predictions),
        "similar_releases": pd.concat(similar, ignore_index=True),
    }


def _check(standing: store.Version, bundle: Bundle, marts: Marts, settings: Settings, as_of: date) -> None:
    if as_of > (until := marts.latest_day + timedelta(days=1 + LATE_DAYS)):
        what = f"the data reach {marts.latest_day} only, too little to speak of {as_of}"
        raise HitcastError(what, "--as-of", f"Give {until} or earlier")
    if later := later_than_data(bundle.cutoff, marts.data_through):
        raise HitcastError(f"version {standing.version} {later}", cure="Run `hitcast run`, which trains again")
    if as_of < bundle.cutoff:
        raise HitcastError(
            f"the champion was trained on {bundle.cutoff}, after {as_of}: it would forecast what it has seen",
            cure=f"Run `hitcast train --as-of {as_of} --promote` first; a later `hitcast train` takes the title back",
        )
    wanted = (tuple(sorted(settings.horizons)), settings.class_horizon)
    if wanted != (bundle.horizons, bundle.class_horizon):
        raise HitcastError(
            f"the champion forecasts horizons {list(bundle.horizons)} and classes at {bundle.class_horizon}, "
            f"asked for are {list(wanted[0])} and {wanted[1]}",
            cure="Run `hitcast train` with the same --vars",
        )
    if changes := marts.origin.changes_since(standing.tags):
        raise HitcastError(
            f"version {standing.version} was trained on other features: {changes}",
            "release_features",
            "Run `hitcast run`, which trains again, or undo the change",
        )
    absent = sorted(set(bundle.streams[bundle.feature_set].columns.all) - set(marts.features.columns))
    if absent:
        raise HitcastError(
            f"the champion needs features that are gone: {', '.join(absent)}", "release_features", "Run `hitcast train`"
        )
