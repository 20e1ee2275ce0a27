"""The predictive distribution of what is still to come: quantiles, from the errors of forecasts of later releases.

Everything that is said of a forecast's uncertainty is read off these quantiles: intervals, chances, the mean.
"""

from typing import Self

import numpy as np
import pandas as pd
from scipy.stats import norm, t
from sklearn.base import BaseEstimator

from ml.estimators.base import nearest
from ml.estimators.difficulty import Difficulty
from ml.estimators.log_linear import AS_OF_TOTALS

LEVELS = np.array([0.005, 0.01, 0.025, *np.arange(1, 20) / 20, 0.975, 0.99, 0.995])
"""Levels of the quantiles that are kept."""
MEDIAN = int(np.flatnonzero(LEVELS == 0.5)[0])
MIN_RELEASES_OF_A_SIZE = 60
MIN_SILENT_RELEASES = 20
"""Releases without a stream so far from which they have quantiles of their own."""
UPPER = int(np.flatnonzero(np.isclose(LEVELS, 0.9))[0])
TAIL = 2.5
"""Distances from the median to the 90 % quantile, in logs, beyond which a tail adds no more to a mean: one error in
hundreds would else rule it."""
SIZES = 3
"""Most buckets of predicted size: small and large releases err to different sides."""


class RemainderDistribution(BaseEstimator):
    """Quantiles of the log remainder around a forecast: scale by difficulty, conformal by as-of day and size.

    A release that VK reports without a stream mostly stays without: its errors are hardly any, and would make the
    intervals of those that stream too narrow. It is calibrated apart.

    Args:
        feature_set: Decides which counts difficulty rests on.

    Attributes:
        difficulty_: Scale of each row's error.
        days_: As-of days.
        edges_: For each day the rising log forecasts between one bucket of size and the next.
        quantiles_: For each day those of error over scale, shape (1 + buckets, levels), first of rows without a stream
            so far; the median's is 0.

    Source: Papadopoulos et al. 2002 (split conformal, normalized by difficulty); Vovk et al. 2005 (Mondrian).
    """

    def __init__(self, feature_set: str = "tiktok_vk") -> None:
        self.feature_set = feature_set

    def fit(self, X: pd.DataFrame, forecast: np.ndarray, actual: np.ndarray) -> Self:
        """Calibrate.

        Args:
            X: Rows of `release_features` that the forecasts were not fitted on.
            forecast: log(1 + forecast remainder).
            actual: log(1 + true remainder).
        """
        days, error, silent = X["as_of_day"].to_numpy(), actual - forecast, self._is_silent(X)
        heard = ~silent if not silent.all() else silent
        self.difficulty_ = Difficulty(self.feature_set).fit(X[heard], forecast[heard], error[heard])
        relative = error / self.difficulty_.predict(X, forecast)
        self.days_, self.edges_, self.quantiles_ = np.unique(days), [], []
        for day in self.days_:
            at = days == day
            rows = at & heard if (at & heard).any() else at
            edges = _edges(forecast[rows], min(SIZES, int(rows.sum()) // MIN_RELEASES_OF_A_SIZE))
            buckets = np.searchsorted(edges, forecast[rows], side="right")
            # equal forecasts may leave a bucket empty: it then takes the errors of all
            members = [relative[rows][buckets == number] for number in range(len(edges) + 1)]
            members = [inside if len(inside) else relative[rows] for inside in members]
            without = at & silent if (at & silent).sum() >= MIN_SILENT_RELEASES else at
            self.edges_.append(edges)
            self.quantiles_.append(np.array([quantiles(inside) for inside in (relative[without], *members)]))
        return self

    def predict(self, X: pd.DataFrame, forecast: np.ndarray) -> np.ndarray:
        """Quantiles of the log remainder at `LEVELS`, shape (rows, levels); none below 0."""
        places, found = nearest(self.days_, X["as_of_day"].to_numpy()), np.zeros((len(X), len(LEVELS)))
        silent = self._is_silent(X)
        for place in np.unique(places):
            rows = places == place
            bucket = 1 + np.searchsorted(self.edges_[place], forecast[rows], side="right")
            found[rows] = self.quantiles_[place][np.where(silent[rows], 0, bucket)]
        scale = self.difficulty_.predict(X, forecast)
        return np.asarray(np.maximum(forecast[:, None] + scale[:, None] * found, 0.0))

    def _is_silent(self, X: pd.DataFrame) -> np.ndarray:
        """Whether VK has reported days since the release, and no stream on them."""
        name = AS_OF_TOTALS["tiktok_vk"]
        if self.feature_set != "tiktok_vk" or name not in X.columns:
            return np.zeros(len(X), dtype=bool)
        return np.asarray((X["as_of_day"].to_numpy() > 0) & (X[name].to_numpy(dtype=float) == 0))


def quantiles(errors: np.ndarray) -> np.ndarray:
    """Quantiles of a forecast's errors at `LEVELS`, wider the fewer there are; the forecast itself is the median.

    Each tail takes the order statistic that split conformal asks for. Beyond the outermost errors quantiles go on as
    those of a normal law would; Student's t widens all.

    Args:
        errors: Relative errors, one for each release, not empty.
    """
    count, tail = len(errors), np.minimum(LEVELS, 1 - LEVELS)
    rank = np.maximum(np.floor((count + 1) * tail + 1e-9), 1.0)
    share = (rank - 0.5) / count
    # the Hazen quantile of (rank - 0.5) / count is the order statistic of that rank
    found = np.quantile(errors, np.where(LEVELS < 0.5, share, 1 - share), method="hazen")
    outermost = 1 / (count + 1)
    beyond = np.where(tail < outermost, norm.ppf(tail) / norm.ppf(min(outermost, 0.4)), 1.0)
    widened = np.divide(t.ppf(tail, max(count - 1, 1)), norm.ppf(tail), out=np.ones(len(tail)), where=tail < 0.5)
    found = found * np.maximum(beyond * widened, 1.0)
    return np.where(LEVELS < 0.5, np.minimum(found, 0.0), np.where(LEVELS > 0.5, np.maximum(found, 0.0), 0.0))


def chance_at_least(totals: np.ndarray, least: float | np.ndarray) -> np.ndarray:
    """Chance of each row's total to reach a number of streams.

    Between two quantiles, and beyond the outermost, logs of totals are taken as normal.

    Args:
        totals: Quantiles of totals at `LEVELS`, shape (rows, levels).
        least: Streams, of all rows or of each.
    """
    logs = np.log1p(totals) + 1e-9 * np.arange(len(LEVELS))
    target = np.broadcast_to(np.log1p(least), len(totals))
    deviates = norm.ppf(LEVELS)
    upper = np.clip((logs < target[:, None]).sum(axis=1), 1, len(LEVELS) - 1)
    rows = np.arange(len(logs))
    low, high = logs[rows, upper - 1], logs[rows, upper]
    step = (target - low) / (high - low)
    reached = deviates[upper - 1] + np.clip(step, -1e3, 1e3) * (deviates[upper] - deviates[upper - 1])
    return np.asarray(np.where(totals[:, 0] >= least, np.maximum(norm.sf(reached), 1 - LEVELS[0]), norm.sf(reached)))


def mean_total(totals: np.ndarray) -> np.ndarray:
    """Mean of each row's distribution, shape (rows,): between two quantiles the middle of their logs counts.

    Args:
        totals: Quantiles of totals at `LEVELS`, shape (rows, levels).
    """
    logs = np.log1p(totals)
    farthest = logs[:, MEDIAN] + TAIL * (logs[:, UPPER] - logs[:, MEDIAN])
    logs = np.minimum(logs, farthest[:, None])
    middles = (logs[:, 1:] + logs[:, :-1]) / 2
    points = np.expm1(np.column_stack([logs[:, 0], middles, logs[:, -1]]))
    return np.asarray(points @ np.diff(LEVELS, prepend=0.0, append=1.0))


def _edges(size: np.ndarray, buckets: int) -> np.ndarray:
    return np.unique(np.quantile(size, np.arange(1, buckets) / buckets)) if buckets > 1 else np.array([])
