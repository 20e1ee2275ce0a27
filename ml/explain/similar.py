"""Precedents: the past releases whose first days were most like a release's, and what became of them."""

from collections.abc import Iterable
from datetime import date

import numpy as np
import pandas as pd

from ml.data import target_column
from ml.splits import REFERENCE_DAY, is_whole, training_rows

MAX_SIMILAR = 5
DAILY = ("vk_streams", "tiktok_views", "tiktok_creations")
"""Measures that are compared day by day."""
MIN_SHARE = 0.5
"""Share of what a release shows that a past one must show as well, to be compared with it."""


def find_similar(
    frame: pd.DataFrame, rows: pd.DataFrame, as_of: date, horizons: tuple[int, ...], seen: Iterable[str]
) -> pd.DataFrame:
    """The nearest past releases of each scored one, by their first days up to the same as-of day.

    Compared are the logs of the known days' streams, views and creations and the slopes of those logs, each in standard
    deviations over the past releases. Each measure's days together weigh as much as one slope. The distance is
    Euclidean over what both releases show, scaled up to all that there is.

    Args:
        frame: Modelling frame, without reissues, with `streams_<horizon>`.
        rows: Scored rows, one a release.
        as_of: Day of the forecasts: only releases whose every window had ended by then and is whole are precedents.
        horizons: Days from release that the totals cover.
        seen: Features that the forecast rests on; what it could not see is not compared.

    Returns:
        One row per release, rank and horizon: release_id, similarity_rank (from 1), similar_release_id, distance
        (standard deviations), horizon_days, streams (of the similar release). A release with less in common with any
        past one has no row.

    Source: Troyanskaya et al. 2001, Missing value estimation for DNA microarrays: neighbours by shared columns.
    """
    past = frame[training_rows(frame, as_of, horizons) & is_whole(frame, horizons)]
    found = [_nearest(past[past["as_of_day"] == day], of_day, set(seen)) for day, of_day in rows.groupby("as_of_day")]
    pairs = pd.concat(found, ignore_index=True) if found else _nearest(past.iloc[:0], rows.iloc[:0], set())
    outcomes = past.drop_duplicates("release_id").set_index("release_id")
    return pd.concat(
        [
            pairs.assign(
                horizon_days=horizon, streams=pairs["similar_release_id"].map(outcomes[target_column(horizon)])
            )
            for horizon in sorted(horizons)
        ],
        ignore_index=True,
    )


def _nearest(past: pd.DataFrame, rows: pd.DataFrame, seen: set[str]) -> pd.DataFrame:
    """Pairs at one as-of day."""
    columns, weights = _compared(past, seen)
    theirs, ours = _behavior(past, columns), _behavior(rows, columns)
    center = np.nan_to_num(np.array([np.nanmean(column) if np.isfinite(column).any() else 0.0 for column in theirs.T]))
    spread = np.array([np.nanstd(column) if np.isfinite(column).any() else 0.0 for column in theirs.T])
    scale = np.sqrt(weights) / np.where(spread > 1e-9, spread, 1.0)
    theirs, ours = (theirs - center) * scale, (ours - center) * scale
    released, known = past["release_date"].to_numpy(), np.isfinite(theirs)
    pairs = []
    for release, day, mine in zip(rows["release_id"], rows["release_date"].to_numpy(), ours, strict=True):
        shown = np.isfinite(mine)
        shared = (known & shown) @ weights
        gap = np.where(known & shown, theirs - mine, 0.0)
        comparable = (released < day) & (shared > 0) & (shared >= MIN_SHARE * (shown @ weights))
        distance = np.sqrt((gap**2).sum(axis=1) * weights.sum() / np.where(comparable, shared, 1.0))
        distance[~comparable] = np.inf
        order = np.argsort(distance, kind="stable")[:MAX_SIMILAR]
        pairs += [(release, rank + 1, place, distance[place]) for rank, place in enumerate(order) if comparable[place]]
    found = pd.DataFrame(pairs, columns=["release_id", "similarity_rank", "place", "distance"])
    found = found.astype({"release_id": object, "similarity_rank": int, "place": int, "distance": float})
    return found.assign(similar_release_id=past["release_id"].to_numpy()[found.pop("place").to_numpy()])


def _compared(past: pd.DataFrame, seen: set[str]) -> tuple[list[str], np.ndarray]:
    """Columns to compare, and the weight of each."""
    columns: list[str] = []
    weights: list[float] = []
    for measure in DAILY:
        # Days to come are unknown to all.
        days, slopes = (
            [name for name in names if name in seen and name in past and past[name].notna().any()]
            for names in ([f"{measure}_day_{day}" for day in range(REFERENCE_DAY)], [f"{measure}_log_slope"])
        )
        columns += [*days, *slopes]
        weights += [*[1 / max(len(days), 1)] * len(days), *[1.0] * len(slopes)]
    return columns, np.array(weights, dtype=float)


def _behavior(frame: pd.DataFrame, columns: list[str]) -> np.ndarray:
    """Logs of counts and slopes as they are, shape (rows, columns)."""
    values = frame[columns].to_numpy(dtype=float).copy()
    counts = [place for place, name in enumerate(columns) if not name.endswith("_log_slope")]
    values[:, counts] = np.log1p(np.maximum(values[:, counts], 0.0))
    return values
