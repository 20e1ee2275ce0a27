"""Alarms that stop a command: what looks like a leak is not trained on."""

import numpy as np
import pandas as pd

from hitcast.core.errors import HitcastError
from ml.data import Columns, target_column
from ml.estimators.log_linear import AS_OF_TOTALS
from ml.splits import REFERENCE_DAY

MIN_RELEASES = 100
TOO_CLOSE = 0.98
"""Rank correlation with the streams still to come that no honest feature reaches by more than size."""
BEYOND_SIZE = 0.9
"""Rank correlation left when the streams so far are held fixed: the week's last day alone reaches 0.77 in the demo."""


def stop_on_leak(frame: pd.DataFrame, columns: Columns, horizons: tuple[int, ...]) -> None:
    """Stop if one feature tells the streams that were still to come.

    Looked at are releases with whole windows at the reference as-of day. A big release streams on as a big one, so that
    plain streams of a known day may rank remainders nearly right; a feature is taken for a leak only if it still does
    among releases with equal streams so far.

    Args:
        frame: Modelling frame with `streams_<horizon>`.
        columns: Features that would be trained on.
        horizons: Days from release that the totals cover.

    Raises:
        HitcastError: A feature's Spearman correlation with a remainder is above 0.98, and its partial one, the streams
            so far held fixed, above 0.9.
    """
    size = AS_OF_TOTALS["tiktok_vk"]
    if size not in frame.columns:
        return
    at_day = frame[frame["as_of_day"] == REFERENCE_DAY]
    for horizon in horizons:
        whole = at_day[at_day[target_column(horizon)].notna() & at_day[size].notna()]
        known = whole[size].to_numpy(dtype=float)
        remainder = whole[target_column(horizon)].to_numpy(dtype=float) - known
        for name in columns.numeric:
            value = whole[name].to_numpy(dtype=float)
            seen = np.isfinite(value)
            if seen.sum() < MIN_RELEASES or any(np.ptp(side[seen]) == 0 for side in (value, remainder, known)):
                continue
            plain, partial = _rank_correlations(value[seen], remainder[seen], known[seen])
            if abs(plain) > TOO_CLOSE and abs(partial) > BEYOND_SIZE:
                raise HitcastError(
                    f"{name} ranks the streams between day {REFERENCE_DAY} and day {horizon} almost perfectly "
                    f"(Spearman {plain:.3f} over {int(seen.sum())} releases): it must have seen them",
                    "release_features",
                    "Correct its day window, or take it out of the feature catalog",
                )


def _rank_correlations(value: np.ndarray, remainder: np.ndarray, known: np.ndarray) -> tuple[float, float]:
    """Spearman's correlation of the first two, and the same with the third held fixed; 0 where that fixes them."""
    ranks = [pd.Series(side).rank().to_numpy() for side in (value, remainder, known)]
    (_, plain, by_size), (_, _, size_rows), _ = np.asarray(np.corrcoef(ranks)).tolist()
    left = (1 - by_size**2) * (1 - size_rows**2)
    return float(plain), float((plain - by_size * size_rows) / np.sqrt(left)) if left > 1e-12 else 0.0
