"""Sums of forecasts over releases: by label, by artist, by month of release, and all."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd

from ml.data import Marts
from ml.estimators.distribution import LEVELS
from ml.estimators.log_linear import seen_streams
from ml.estimators.streams import ENDS, INTERVAL_COLUMNS, read_off
from ml.estimators.weekly import WeeklyDependence
from ml.outlook import forecast_outlook
from ml.registry.bundles import Bundle
from ml.trajectories import by_feature_set

NO_LABEL = "(no label)"
KINDS: Mapping[str, tuple[str, ...]] = {
    "all": (),
    "month": ("release_month",),
    "label": ("label_name",),
    "label_month": ("label_name", "release_month"),
    "artist": ("artist_id",),
    "artist_month": ("artist_id", "release_month"),
}
"""Kinds of portfolios, each by what its releases share."""
COLUMNS = (
    "portfolio_kind",
    "portfolio_id",
    "portfolio_name",
    "release_month",
    "release_count",
    "final_count",
    "unknown_count",
    "known_streams",
    "expected_streams",
    "actual_streams",
)


def forecast_portfolios(
    marts: Marts, bundle: Bundle, by_horizon: Mapping[int, pd.DataFrame], as_of: date, seed: int
) -> pd.DataFrame:
    """Sums over the releases of the months that are still being forecast, in columns of `ml.portfolio_forecasts`.

    A release counts with its total where that is known, else with its forecast; one with neither is counted apart.

    Args:
        marts: The marts.
        bundle: The model.
        by_horizon: For each horizon the rows that forecasts are made from, as `ml.predict.scored_rows` gives them.
        as_of: Day of the forecasts: a total that was not known by then is forecast.
        seed: Of the draws.
    """
    known_by = pd.Timestamp(min(as_of, marts.data_through + timedelta(days=1)))
    members = _members(marts, by_horizon[max(by_horizon)], known_by)
    parts = []
    for horizon, rows in by_horizon.items():
        counted = members.assign(actual=_actual(marts, members, horizon, known_by))
        still_open = rows[rows["release_id"].isin(counted.index[counted["actual"].isna()])]
        still_open = still_open.reset_index(drop=True)
        totals, known = _totals(bundle, still_open, horizon)
        dependence = bundle.dependence[bundle.feature_set]
        found = sum_portfolios(counted, still_open, totals, known, horizon, dependence, seed)
        parts.append(found.assign(horizon_days=horizon))
    return pd.concat(parts, ignore_index=True)


def _totals(bundle: Bundle, rows: pd.DataFrame, horizon: int) -> tuple[np.ndarray, np.ndarray]:
    """Quantiles of the rows' totals, shape (rows, levels), and what has landed of each."""
    totals, known = np.zeros((len(rows), len(LEVELS))), np.zeros(len(rows))
    for name, part in by_feature_set(bundle, rows):
        places = part.index.to_numpy()
        has_floor = "floor_streams" in part
        known[places] = part["floor_streams"].fillna(0) if has_floor else seen_streams(part, name)
        totals[places] = forecast_outlook(bundle.outlook_model(name), part, known[places]).totals[horizon]
    return totals, known


def _members(marts: Marts, rows: pd.DataFrame, known_by: pd.Timestamp) -> pd.DataFrame:
    """Releases of the months from that of the oldest forecast release on, by `release_id`; reissues are left out."""
    releases = marts.releases
    first = rows["release_date"].min().replace(day=1) if len(rows) else known_by + pd.Timedelta(days=1)
    is_member = (releases["release_date"] >= first) & (releases["release_date"] <= known_by)
    return with_groups(releases[is_member & ~releases["is_reissue"].fillna(False).astype(bool)])


def with_groups(releases: pd.DataFrame) -> pd.DataFrame:
    """Releases by `release_id`, with what portfolios are made by."""
    releases = releases.set_index("release_id")
    return releases.assign(
        label_name=releases["label_name"].fillna(NO_LABEL),
        release_month=releases["release_date"].dt.to_period("M").dt.to_timestamp(),
    )


def _actual(marts: Marts, members: pd.DataFrame, horizon: int, known_by: pd.Timestamp) -> pd.Series:
    """Totals of the windows that had ended, NaN for the others."""
    targets = marts.targets[marts.targets["horizon_days"] == horizon].set_index("release_id")["streams"]
    actual = targets.reindex(members.index).astype("float64")
    return actual.where(members["release_date"] + pd.Timedelta(days=horizon) <= known_by)


def sum_portfolios(
    members: pd.DataFrame,
    rows: pd.DataFrame,
    totals: np.ndarray,
    known: np.ndarray,
    horizon: int,
    dependence: WeeklyDependence,
    seed: int,
    kinds: Collection[str] = tuple(KINDS),
) -> pd.DataFrame:
    """Sums of one horizon: a row for each portfolio.

    Args:
        members: Releases by `release_id` with `actual`, NaN where it is not known, and what portfolios are made by.
        rows: Rows of the releases that are forecast, with as-of day and release date.
        totals: Quantiles of their totals at `LEVELS`, shape (rows, levels).
        known: Streams of theirs that the forecast knows.
        horizon: Horizon of the totals.
        dependence: What ties the releases of a week together.
        seed: Of the draws.
        kinds: Keys of `KINDS`.
    """
    draws = dependence.draw_totals(rows, horizon, totals, seed)
    figures = read_off(totals, pd.Index(rows["release_id"])).assign(known=known)
    forecast = figures.reindex(members.index)
    is_final, is_forecast = members["actual"].notna().to_numpy(), members.index.isin(figures.index)
    each = _Each(
        is_final=is_final,
        is_forecast=is_forecast & ~is_final,
        known=members["actual"].fillna(forecast["known"]).to_numpy(),
        expected=members["actual"].fillna(forecast["expected_streams"]).to_numpy(),
        actual=members["actual"].to_numpy(dtype=float),
        intervals=forecast[list(INTERVAL_COLUMNS)].to_numpy(dtype=float),
        draws=draws,
        places=figures.index.get_indexer(members.index),
    )
    names = members["artist_name"].to_numpy(dtype=object)
    parts = [
        _sums(kind, key, names[at[-1]], each, at) for kind in kinds for key, at in _groups(members, list(KINDS[kind]))
    ]
    return pd.DataFrame(parts, columns=[*COLUMNS, *INTERVAL_COLUMNS])


@dataclass(frozen=True)
class _Each:
    """What is summed, an array each with a value a release.

    Attributes:
        is_final: Whether its total is known.
        is_forecast: Whether it is forecast.
        known: Streams known of it; its total where that is known.
        expected: Its mean; its total where that is known.
        actual: Its total, NaN where it is not known.
        intervals: Of its forecast, shape (releases, ends).
        draws: Of the totals that are forecast, shape (forecasts, draws).
        places: Row of `draws` of each release, -1 for none.
    """

    is_final: np.ndarray
    is_forecast: np.ndarray
    known: np.ndarray
    expected: np.ndarray
    actual: np.ndarray
    intervals: np.ndarray
    draws: np.ndarray
    places: np.ndarray


def _groups(members: pd.DataFrame, by: list[str]) -> Iterator[tuple[dict[str, object], np.ndarray]]:
    """What the members of each portfolio share, and their places."""
    if by and len(members):
        for key, group in members.groupby(by, sort=True)[by]:
            yield dict(zip(by, key, strict=True)), members.index.get_indexer(group.index)
    elif len(members):
        yield {}, np.arange(len(members))


def _sums(kind: str, key: dict[str, object], artist_name: object, each: _Each, at: np.ndarray) -> dict[str, object]:
    name = artist_name if "artist_id" in key else key.get("label_name", "all")
    counted, landed = at[each.is_final[at] | each.is_forecast[at]], float(np.nansum(each.actual[at]))
    is_whole = bool(each.is_final[at].all())
    found: dict[str, object] = {
        "portfolio_kind": kind,
        "portfolio_id": key.get("artist_id", key.get("label_name", "all")),
        "portfolio_name": name,
        "release_month": key.get("release_month"),
        "release_count": len(counted),
        "final_count": int(each.is_final[at].sum()),
        "unknown_count": len(at) - len(counted),
        "known_streams": float(np.nansum(each.known[counted])),
        "expected_streams": float(np.nansum(each.expected[counted])) if len(counted) else np.nan,
        "actual_streams": landed if is_whole else np.nan,
    }
    members = at[each.is_forecast[at]]
    if len(members) == 1:
        # the sum of one is that one: no draw may say otherwise
        ends = landed + each.intervals[members[0]]
    else:
        ends = landed + np.quantile(each.draws[each.places[members]].sum(axis=0), LEVELS[ENDS])
    return found | dict(zip(INTERVAL_COLUMNS, ends if len(counted) else [np.nan] * len(ends), strict=True))
