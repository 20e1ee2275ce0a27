"""Predict: score the releases whose windows are open with the champion."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import numpy as np
import pandas as pd

from hitcast.core.errors import HitcastError
from hitcast.core.moments import moment_after
from hitcast.core.settings import Settings
from hitcast.core.warehouse import latest_moment, write_tables
from ml.classes import PROBABILITY_COLUMNS
from ml.data import Marts, is_open, modelling_frame, read_marts, speaks
from ml.days import read_paths
from ml.estimators.log_linear import AS_OF_TOTALS
from ml.explain.drivers import explain, read_meanings
from ml.explain.similar import find_similar
from ml.outlook import forecast_outlook
from ml.portfolios import forecast_portfolios
from ml.registry import store
from ml.registry.bundles import Bundle
from ml.registry.standing import load_standing
from ml.registry.usable import later_than_data
from ml.trajectories import forecast_trajectories

LATE_DAYS = 7
"""Days past the longest window for which a release is still scored, as its last days may come late."""
UNHEARD_OF = "not enough data: no teaser on TikTok and no earlier release of the artist"
"""Why nothing is forecast on the day of release."""


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
        feature_set: Feature set of the forecasts.
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
            line += f"; {self.refused_count:,} more: not enough data, no day of them was delivered"
        return line


def predict(
    settings: Settings,
    as_of: date | None = None,
    progress: Callable[[str], None] = print,
    after: datetime | None = None,
) -> ScoringRun:
    """Write forecasts, their drivers and precedents for every release with an open window.

    A release of which nothing was delivered that the forecast could rest on gets rows that say so, without a figure.

    Args:
        settings: Places and choices.
        as_of: Day of the forecasts, which see nothing from then on; by default the day after the last delivered one.
        progress: Takes a line as each step begins.
        after: When forecasts were last published, UTC; these count as later, whatever the clock says.

    Raises:
        HitcastError: There is no champion or it cannot be read, it was trained later than `as_of`, for other horizons
            or on other features than the marts hold, or the marts are missing.
    """
    found = load_standing(settings)
    if found is None:
        raise HitcastError("no model has been trained yet", cure="Run `hitcast train` first")
    standing, bundle = found.version, found.bundle
    progress("Reading the marts")
    marts = read_marts(settings)
    as_of = as_of or marts.data_through + timedelta(days=1)
    _check(standing, bundle, marts, settings, as_of)

    by_horizon = scored_rows(marts, bundle, as_of)
    parts = [_split(rows, bundle.feature_set) for rows in by_horizon.values()]
    scored, refused = (dict(zip(by_horizon, rows, strict=True)) for rows in zip(*parts, strict=True))
    youngest = scored[max(scored)]
    progress(f"Scoring {len(youngest)} releases with version {standing.version}, feature set {bundle.feature_set}")
    run_id, model_name = _run_id(standing, marts, as_of), f"{store.MODEL}/{standing.version}"
    predictions = pd.concat([score(bundle, scored), refuse(bundle, refused)], ignore_index=True).assign(
        run_id=run_id,
        model_name=model_name,
        predicted_at=moment_after(after, latest_moment(settings, "predictions", "predicted_at")),
        data_through_date=min(marts.data_through, as_of - timedelta(days=1)),
        territory=settings.territory,
    )
    model = bundle.streams[bundle.feature_set]
    drivers = explain(model, scored, read_meanings(settings), bundle.class_horizon)
    frame = modelling_frame(marts, bundle.horizons)
    similar = find_similar(frame, youngest, as_of, bundle.horizons, model.columns.all)
    trajectories = forecast_trajectories(bundle, youngest, read_paths(settings))
    portfolios = forecast_portfolios(marts, bundle, scored, as_of, settings.seed)
    write_tables(
        settings,
        {
            "predictions": predictions,
            "trajectories": trajectories.assign(run_id=run_id),
            "portfolio_forecasts": portfolios.assign(run_id=run_id, as_of_date=as_of),
            "prediction_drivers": drivers.assign(run_id=run_id),
            "similar_releases": similar.assign(run_id=run_id),
        },
    )
    counts = (len(predictions), len(youngest), len(refused[max(refused)]))
    return ScoringRun(run_id, *counts, as_of, model_name, bundle.feature_set, found.instead_of)


def _run_id(standing: store.Version, marts: Marts, as_of: date) -> str:
    """The same for the same model, data and day, so that scoring again replaces forecasts instead of repeating them."""
    message = f"{standing.run_id} {marts.delivery_number} {as_of.isoformat()}"
    return hashlib.sha256(message.encode()).hexdigest()[:32]


def _check(standing: store.Version, bundle: Bundle, marts: Marts, settings: Settings, as_of: date) -> None:
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


def scored_rows(marts: Marts, bundle: Bundle, as_of: date) -> dict[int, pd.DataFrame]:
    """For each horizon the row that each release to be scored is forecast from.

    That is the latest row known by `as_of` of a day before the window's end: where the window has ended, its last open
    day. Reissues and releases that the champion was trained on are left out, so are releases whose longest window ended
    more than `LATE_DAYS` before.
    """
    features = marts.features
    known_by = pd.Timestamp(min(as_of, marts.data_through + timedelta(days=1)))
    earliest = pd.Timestamp(as_of) - pd.Timedelta(days=max(bundle.horizons) + LATE_DAYS)
    known = features[
        (features["as_of_date"] <= known_by)
        & (features["release_date"] >= earliest)
        & ~features["is_reissue"].fillna(False).astype(bool)
        & ~features["release_id"].isin(bundle.training_releases)
    ].sort_values("as_of_day")
    return {
        horizon: known[is_open(known, horizon)].drop_duplicates("release_id", keep="last").sort_values("release_id")
        for horizon in sorted(bundle.horizons)
    }


def _split(rows: pd.DataFrame, feature_set: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Rows that a forecast can rest on, and the others."""
    is_known = has_evidence(rows, feature_set)
    return rows[is_known], rows[~is_known]


def has_evidence(rows: pd.DataFrame, feature_set: str) -> np.ndarray:
    """Whether a source that the feature set reads delivered any known day of the release; a reported 0 is evidence.

    On day 0 no day is known: a teaser or an earlier release of the artist is.
    """
    read = {AS_OF_TOTALS["tiktok"], AS_OF_TOTALS[feature_set]}
    totals = [rows[name].notna().to_numpy() for name in sorted(read) if name in rows]
    delivered = np.any(totals, axis=0) if totals else np.zeros(len(rows), dtype=bool)
    return np.asarray(np.where(rows["as_of_day"] > 0, delivered, speaks(rows)))


def refuse(bundle: Bundle, by_horizon: Mapping[int, pd.DataFrame]) -> pd.DataFrame:
    """A row for each release and horizon that says why nothing is forecast: the figures are absent, so null."""
    sources = "TikTok" if bundle.feature_set == "tiktok" else "TikTok or VK"
    later = f"not enough data: {sources} delivered no day since the release"
    return pd.concat(
        [
            rows[["release_id", "as_of_day", "as_of_date"]].assign(
                feature_set=bundle.feature_set,
                horizon_days=horizon,
                refusal=np.where(rows["as_of_day"] > 0, later, UNHEARD_OF),
            )
            for horizon, rows in by_horizon.items()
        ],
        ignore_index=True,
    )


def score(bundle: Bundle, by_horizon: Mapping[int, pd.DataFrame]) -> pd.DataFrame:
    """The forecast of each horizon from its own rows, in the columns of `ml.predictions` that the model knows.

    A forecast of a longer horizon than the class's keeps the last chances of the class, once its window has ended.
    """
    forecasts = pd.concat(
        [forecast(bundle, rows).query("horizon_days == @horizon") for horizon, rows in by_horizon.items()],
        ignore_index=True,
    )
    named = [*PROBABILITY_COLUMNS, "predicted_class"]
    last = forecasts[forecasts["horizon_days"] == bundle.class_horizon].set_index("release_id")[named]
    for name in named:
        forecasts[name] = forecasts[name].fillna(forecasts["release_id"].map(last[name]))
    return forecasts


def forecast(bundle: Bundle, rows: pd.DataFrame) -> pd.DataFrame:
    """Streams and classes for each row and horizon that is open on its day, in columns of `ml.predictions`.

    The class of a row whose as-of day lies after the class's window is null.
    """
    outlook = forecast_outlook(bundle.outlook_model(), rows)
    with_vk = bundle.feature_set == "tiktok_vk"
    shared = rows[["release_id", "as_of_day", "as_of_date"]].assign(
        feature_set=bundle.feature_set,
        refusal=None,
        known_streams=rows["vk_streams_total"] if with_vk and "vk_streams_total" in rows else np.nan,
    )
    shared = shared.join(outlook.classes(bundle.class_names))
    return pd.concat(
        [
            pd.concat([shared.loc[per_horizon.index].assign(horizon_days=horizon), per_horizon], axis="columns")
            for horizon, per_horizon in outlook.forecasts.items()
        ],
        ignore_index=True,
    )
