"""What is not known widens a forecast: each state of the known days by what it cost in later releases."""

from typing import Self

import numpy as np
import pandas as pd
from scipy.stats import norm
from sklearn.base import BaseEstimator

from ml.estimators.base import nearest
from ml.estimators.distribution import LEVELS, MEDIAN
from ml.estimators.log_linear import landed_streams, seen_streams

WHOLE, OLDER, RECENT, SEVERAL, OTHER, ALONE = range(6)
"""States: nothing is missing; one day is; one of the last three is; two or more are; some of the other platform's are;
all of the other platform's are."""
PRIOR_FACTORS = {OLDER: 1.1, RECENT: 1.2, SEVERAL: 1.5, OTHER: 1.1, ALONE: 1.4}
PRIOR_RELEASES = 20
"""Releases that a prior factor weighs as much as."""
PRIOR_SPREAD = 0.5
"""Log error of a filled day where no release tells."""
DEVIATES = norm.ppf(LEVELS)
"""Standard errors from the median to each quantile."""
MIN_SPAN = 1e-3
SILENT_DAYS = 3
"""Days that VK has delivered without a stream, from which on a release may not be out yet."""
LOWER, UPPER = (int(np.flatnonzero(np.isclose(LEVELS, level))[0]) for level in (0.05, 0.95))
"""Places of the ends of the 90 % interval."""


def counts_of(rows: pd.DataFrame, name: str) -> np.ndarray:
    """A count of days of `release_features`; 0 where the column is not there."""
    return rows[name].fillna(0).to_numpy(dtype=float) if name in rows else np.zeros(len(rows))


def days_missing(rows: pd.DataFrame, platform: str) -> np.ndarray:
    """Days before the as-of day that a platform has not delivered whole, late ones too."""
    return counts_of(rows, f"{platform}_missing_days") + counts_of(rows, f"{platform}_days_behind")


def has_no_stream_yet(rows: pd.DataFrame) -> np.ndarray:
    """Whether VK has delivered `SILENT_DAYS` days of a release or more, and nobody has streamed it.

    It may not be out yet, whatever the catalog says: what such a total becomes is no matter of its size.
    """
    known = rows["as_of_day"].to_numpy() - days_missing(rows, "vk")
    # of a release that VK knows nothing of, no column says how much landed
    heard_of = rows["vk_streams_known"].notna() if "vk_streams_known" in rows else np.zeros(len(rows), dtype=bool)
    return np.asarray((known >= SILENT_DAYS) & heard_of & (landed_streams(rows) == 0))


def states(rows: pd.DataFrame, feature_set: str) -> np.ndarray:
    """State of the known days of each row, as a forecast by the feature set sees it."""
    own, other = ("vk", "tiktok") if feature_set == "tiktok_vk" else ("tiktok", None)
    missing = days_missing(rows, own)
    lately = counts_of(rows, f"{own}_missing_of_last_three_days") + counts_of(rows, f"{own}_days_behind")
    found = np.where(missing > 1, SEVERAL, np.where(missing == 0, WHOLE, np.where(lately > 0, RECENT, OLDER)))
    if other is not None:
        lacking, days = days_missing(rows, other), rows["as_of_day"].to_numpy()
        found = np.where((found == WHOLE) & (lacking > 0), np.where(lacking < days, OTHER, ALONE), found)
    # on the day of release no day is known, so none is missing
    return np.asarray(np.where(rows["as_of_day"].to_numpy() > 0, found, WHOLE))


def filled_spread(rows: pd.DataFrame, filled: np.ndarray, feature_set: str) -> float:
    """Root mean square of the log error of filled days, drawn to a prior by few releases.

    Args:
        rows: Rows of releases with days taken away.
        filled: Streams that these days had in truth; NaN where nobody knows.
        feature_set: Whose days count.
    """
    guessed = _filled(rows, feature_set)
    known = (guessed > 0) & (filled >= 0)
    error = np.log1p(filled[known]) - np.log1p(guessed[known])
    count = rows.loc[known, "release_id"].nunique()
    square = np.mean(error**2) if len(error) else 0.0
    weighted = count * square + PRIOR_RELEASES * PRIOR_SPREAD**2
    return float(np.sqrt(weighted / (count + PRIOR_RELEASES)))


def _filled(rows: pd.DataFrame, feature_set: str) -> np.ndarray:
    """Streams that stand for days that are missing; 0 where the feature set does not see streams."""
    if feature_set != "tiktok_vk" or "vk_streams_total" not in rows:
        return np.zeros(len(rows))
    return np.maximum(rows["vk_streams_total"].fillna(0).to_numpy(dtype=float) - landed_streams(rows), 0.0)


class StateWidths(BaseEstimator):
    """How much wider a forecast is where days are missing, by state and as-of day.

    What is unknown is the total above the streams that landed. It holds the filled days, whose error is added to that
    of the remainder in quadrature; the sum is stretched until it holds as many totals as it should, never drawn in. Few
    releases draw a factor to its prior.

    Args:
        feature_set: Whose days count.

    Attributes:
        spread_: Root mean square of the log error of filled days.
        days_: As-of days measured, in rising order.
        factors_: For each day the factor of each state.
    """

    def __init__(self, feature_set: str = "tiktok_vk") -> None:
        self.feature_set = feature_set

    def fit(self, rows: pd.DataFrame, actual: np.ndarray, totals: np.ndarray, filled: np.ndarray) -> Self:
        """Measure.

        Args:
            rows: Rows of releases that the forecasts were not fitted on, with days taken away.
            actual: True totals.
            totals: Quantiles of their forecasts as if nothing were missing, shape (rows, levels).
            filled: Streams that the filled days had in truth.
        """
        found, releases = states(rows, self.feature_set), rows["release_id"].to_numpy()
        days = rows["as_of_day"].to_numpy()
        self.spread_ = filled_spread(rows, filled, self.feature_set)
        score = self._score(rows, actual, totals)
        self.days_ = np.unique(days) if len(days) else np.array([0])
        self.factors_ = np.array(
            [
                [
                    1.0 if state == WHOLE else _factor(state, score[at], releases[at])
                    for state in range(ALONE + 1)
                    for at in [(days == day) & (found == state)]
                ]
                for day in self.days_
            ]
        )
        return self

    def widened(self, rows: pd.DataFrame, totals: np.ndarray) -> np.ndarray:
        """Quantiles of each row, shape (rows, levels), as far from the median as its state asks for.

        Those of rows without a missing day are left as they are.
        """
        found = states(rows, self.feature_set)
        missing = found != WHOLE
        if not missing.any():
            return totals
        rows, result = rows[missing], totals.copy()
        days = nearest(self.days_, rows["as_of_day"].to_numpy())
        factor, floor = self.factors_[days, found[missing]], self._floor(rows)
        middle, spans = self._spans(rows, totals[missing])
        left = middle[:, None] + np.sign(DEVIATES) * factor[:, None] * spans
        wider = floor[:, None] + np.expm1(np.maximum(left, 0.0))
        wider[:, MEDIAN] = totals[missing, MEDIAN]
        result[missing] = wider
        return result

    def factors(self, rows: pd.DataFrame) -> np.ndarray:
        """Factor of each row."""
        days = nearest(self.days_, rows["as_of_day"].to_numpy())
        return np.asarray(self.factors_[days, states(rows, self.feature_set)])

    def _floor(self, rows: pd.DataFrame) -> np.ndarray:
        return seen_streams(rows, self.feature_set)

    def _spans(self, rows: pd.DataFrame, totals: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Log of what is unknown at the median, and from it to each quantile: shapes (rows,) and (rows, levels)."""
        left = np.log1p(np.maximum(totals - self._floor(rows)[:, None], 0.0))
        middle = left[:, MEDIAN]
        share = _filled(rows, self.feature_set) / (1.0 + np.expm1(middle))
        of_filling = np.outer(np.minimum(share, 1.0) * self.spread_, DEVIATES)
        return middle, np.maximum(np.hypot(left - middle[:, None], of_filling), MIN_SPAN * np.abs(DEVIATES))

    def _score(self, rows: pd.DataFrame, actual: np.ndarray, totals: np.ndarray) -> np.ndarray:
        """Error of each forecast in spans of its 90 % interval."""
        middle, spans = self._spans(rows, totals)
        error = np.log1p(np.maximum(actual - self._floor(rows), 0.0)) - middle
        return np.asarray(np.abs(error) / np.where(error < 0, spans[:, LOWER], spans[:, UPPER]))


def _factor(state: int, score: np.ndarray, releases: np.ndarray) -> float:
    """The score that nine in ten keep to, drawn to the state's prior by few releases, and at least 1."""
    count, prior = len(np.unique(releases)), PRIOR_FACTORS[state]
    measured = np.log(max(float(np.quantile(score, 0.9)), 1.0)) if count else 0.0
    return float(np.exp((count * measured + PRIOR_RELEASES * np.log(prior)) / (count + PRIOR_RELEASES)))
