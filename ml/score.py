"""Scoring: what a trained model makes of rows of features, releases that are refused among them."""

from collections.abc import Mapping
from datetime import date

import numpy as np
import pandas as pd

from ml.classes import PROBABILITY_COLUMNS
from ml.data import Marts
from ml.estimators.distribution import LEVELS
from ml.estimators.log_linear import AS_OF_TOTALS, landed_streams
from ml.estimators.streams import FORECAST_COLUMNS
from ml.evidence import choose, known_rows, with_moved_dates, without_wrong_dates
from ml.outlook import forecast_outlook
from ml.registry.bundles import Bundle

EVIDENCE_COLUMNS = ("vk_days_known", "tiktok_days_known", "missing_days", "data_note", "data_note_ru")
"""Columns of `ml.predictions` that say what a forecast rests on."""
QUANTILE_COLUMNS = [f"quantile_{level:g}" for level in LEVELS]


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
