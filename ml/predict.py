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
from ml.data import Marts, modelling_frame, read_marts
from ml.days import read_paths
from ml.estimators.distribution import LEVELS
from ml.estimators.log_linear import AS_OF_TOTALS, landed_streams
from ml.estimators.streams import FORECAST_COLUMNS
from ml.evidence import choose, known_rows, with_moved_dates, without_wrong_dates
from ml.explain.drivers import explain, read_meanings
from ml.explain.similar import find_similar
from ml.outlook import forecast_outlook
from ml.portfolios import forecast_portfolios
from ml.registry import store
from ml.registry.bundles import Bundle
from ml.registry.standing import load_standing
from ml.registry.usable import later_than_data
from ml.trajectories import forecast_trajectories

EVIDENCE_COLUMNS = ("vk_days_known", "tiktok_days_known", "missing_days", "data_note", "data_note_ru")
"""Columns of `ml.predictions` that say what a forecast rests on."""


QUANTILE_COLUMNS = [f"quantile_{level:g}" for level in LEVELS]


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
) -> ScoringRun:
    """Write forecasts, their drivers and precedents for every release with an open window.

    A release of which too little was delivered, or whose date cannot be right, gets rows that say so, without a figure.

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
    as_of = as_of or marts.latest_day + timedelta(days=1)
    _check(standing, bundle, marts, settings, as_of)

    scored, refused = scored_rows(marts, bundle, as_of)
    youngest = scored[max(scored)]
    counts = youngest["chosen_set"].value_counts()
    sets = ", ".join(f"{count} from {name}" for name, count in counts.items())
    progress(f"Scoring {len(youngest)} releases with version {standing.version}{sets and f': {sets}'}")
    run_id, model_name = _run_id(standing, marts, as_of), f"{store.MODEL}/{standing.version}"
    forecasts = score(bundle, scored)
    predictions = pd.concat(
        [forecasts.drop(columns=QUANTILE_COLUMNS, errors="ignore"), refuse(bundle, refused)], ignore_index=True
    ).assign(
        run_id=run_id,
        model_name=model_name,
        predicted_at=moment_after(after, latest_moment(settings, "predictions", "predicted_at")),
        data_through_date=min(marts.data_through, as_of - timedelta(days=1)),
        territory=settings.territory,
    )
    beside = _beside(forecasts, predictions, scored, marts, bundle, settings, as_of)
    write_tables(
        settings, {"predictions": predictions, **{name: table.assign(run_id=run_id) for name, table in beside.items()}}
    )
    rows_written = (len(predictions), len(youngest), len(refused[max(refused)]))
    return ScoringRun(run_id, *rows_written, as_of, model_name, bundle.feature_set, found.instead_of)


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


def scored_rows(marts: Marts, bundle: Bundle, as_of: date) -> tuple[dict[int, pd.DataFrame], dict[int, pd.DataFrame]]:
    """For each horizon the rows that releases are forecast from, and those of releases that are refused.

    They are the latest known before the window's end: where it has ended, of its last open day. See `choose`.
    """
    found = {
        horizon: without_wrong_dates(*choose(known, bundle.streams, horizon), marts.wrong_dates)
        for horizon, known in known_rows(marts, bundle, as_of).items()
    }
    chosen = {horizon: with_moved_dates(rows, marts.moved_dates) for horizon, (rows, _) in found.items()}
    return chosen, {horizon: refused for horizon, (_, refused) in found.items()}


def refuse(bundle: Bundle, by_horizon: Mapping[int, pd.DataFrame]) -> pd.DataFrame:
    """A row for each release and horizon that says why nothing is forecast: the figures are absent, so null."""
    return pd.concat(
        [
            rows[["release_id", "as_of_day", "refusal"]].assign(
                as_of_date=rows["known_by"], feature_set=bundle.feature_set, horizon_days=horizon
            )
            for horizon, rows in by_horizon.items()
        ],
        ignore_index=True,
    )


def score(bundle: Bundle, by_horizon: Mapping[int, pd.DataFrame]) -> pd.DataFrame:
    """The forecast of each horizon from its own rows: columns of `ml.predictions`, and `QUANTILE_COLUMNS`.

    Horizons of a release that are forecast on the same day share the chances of the class, and no longer one lies below
    a shorter one. A forecast of a longer horizon than the class's keeps the last chances of the class, once its window
    has ended.
    """
    forecasts = pd.concat(
        [_forecasts(bundle, rows).query("horizon_days == @horizon") for horizon, rows in by_horizon.items()],
        ignore_index=True,
    ).sort_values(["release_id", "horizon_days"], kind="stable", ignore_index=True)
    if forecasts.empty:
        return forecasts
    named = [*PROBABILITY_COLUMNS, "predicted_class"]
    last = forecasts[forecasts["horizon_days"] == bundle.class_horizon].set_index("release_id")
    is_same_day = forecasts["as_of_date"] == forecasts["release_id"].map(last["as_of_date"])
    for name in named:
        shared = forecasts["release_id"].map(last[name])
        forecasts[name] = forecasts[name].fillna(shared).where(~is_same_day, shared)
    figures = [*FORECAST_COLUMNS, *QUANTILE_COLUMNS]
    forecasts[figures] = forecasts.groupby(["release_id", "as_of_date"])[figures].cummax()
    return forecasts


def forecast(bundle: Bundle, rows: pd.DataFrame) -> pd.DataFrame:
    """Streams and classes for each row and horizon that is open on its day, in columns of `ml.predictions`.

    The class of a row whose as-of day lies after the class's window is null. Rows that `choose` has not seen are
    forecast with the bundle's feature set, on what their own as-of day knows.
    """
    if "chosen_set" not in rows:
        sees_vk = AS_OF_TOTALS["tiktok_vk"] in rows and bundle.feature_set == "tiktok_vk"
        floor = np.where(rows[AS_OF_TOTALS["tiktok_vk"]].notna(), landed_streams(rows), np.nan) if sees_vk else np.nan
        rows = rows.assign(chosen_set=bundle.feature_set, known_by=rows["as_of_date"], floor_streams=floor)
    return _forecasts(bundle, rows).drop(columns=QUANTILE_COLUMNS)


def quantiles_of(forecasts: pd.DataFrame) -> pd.DataFrame:
    """What `score` gave, a row a release, horizon and level: the columns of `ml.forecast_quantiles` but run_id."""
    key = ["release_id", "horizon_days", "as_of_day"]
    if forecasts.empty:
        return pd.DataFrame(columns=[*key, "level", "streams"])
    levels = dict(zip(QUANTILE_COLUMNS, LEVELS, strict=True))
    table = forecasts[[*key, *QUANTILE_COLUMNS]].rename(columns=levels)
    return table.melt(key, var_name="level", value_name="streams").astype({"level": float})


def _forecasts(bundle: Bundle, rows: pd.DataFrame) -> pd.DataFrame:
    """Forecasts of rows that `choose` has seen, with their quantiles."""
    names = rows["chosen_set"].unique() if len(rows) else [bundle.feature_set]
    parts = [_forecast(bundle, str(name), rows[rows["chosen_set"] == name]) for name in names]
    return pd.concat(parts, ignore_index=True)


def _forecast(bundle: Bundle, feature_set: str, rows: pd.DataFrame) -> pd.DataFrame:
    outlook = forecast_outlook(bundle.outlook_model(feature_set), rows, rows["floor_streams"].fillna(0).to_numpy())
    shared = rows[["release_id", "as_of_day"]].assign(
        as_of_date=rows["known_by"], feature_set=feature_set, refusal=None, known_streams=rows["floor_streams"]
    )
    shared = shared.join(rows[rows.columns.intersection(list(EVIDENCE_COLUMNS))]).join(
        outlook.classes(bundle.class_names)
    )
    return pd.concat(
        [
            pd.concat(
                [
                    shared.loc[per_horizon.index].assign(horizon_days=horizon),
                    per_horizon,
                    pd.DataFrame(outlook.totals[horizon], rows.index, QUANTILE_COLUMNS).loc[per_horizon.index],
                ],
                axis="columns",
            )
            for horizon, per_horizon in outlook.forecasts.items()
        ],
        ignore_index=True,
    )
