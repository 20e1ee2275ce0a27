"""Prediction intervals by split conformal, apart for each as-of day and bucket of predicted size."""

from typing import Self

import numpy as np
from sklearn.base import BaseEstimator

from ml.estimators.base import nearest
from ml.estimators.buckets import size_edges

LEVELS = (0.8, 0.9)


class ConformalIntervals(BaseEstimator):
    """Offsets to log forecasts, from the errors of forecasts that the model was not fitted on.

    Each tail is calibrated by itself, so that a skewed error gets a skewed interval. Small and large releases err
    differently, hence the buckets.

    Attributes:
        days_: As-of days.
        edges_: For each day the rising log forecasts between one bucket and the next.
        offsets_: For each day, shape (buckets, 2 * levels): the lower and upper offset at each of `LEVELS`.

    Source: Papadopoulos et al. 2002 (split conformal); Vovk et al. 2005 (Mondrian, by category).
    """

    def fit(self, forecast: np.ndarray, actual: np.ndarray, days: np.ndarray) -> Self:
        """Calibrate.

        Args:
            forecast: log(1 + forecast total).
            actual: log(1 + true total).
            days: As-of days.
        """
        self.days_, self.edges_, self.offsets_ = np.unique(days), [], []
        for day in self.days_:
            size, error = forecast[days == day], (actual - forecast)[days == day]
            edges = size_edges(size)
            bucket = np.searchsorted(edges, size, side="right")
            # Equal forecasts may leave a bucket empty: it then takes the offsets of all.
            members = [error[bucket == number] for number in range(len(edges) + 1)]
            self.edges_.append(edges)
            self.offsets_.append(np.array([_offsets(inside if len(inside) else error) for inside in members]))
        return self

    def predict(self, forecast: np.ndarray, days: np.ndarray) -> np.ndarray:
        """Lower and upper ends in logs, shape (rows, 2 * levels): lower 80, upper 80, lower 90, upper 90."""
        ends, places = np.empty((len(forecast), 2 * len(LEVELS))), nearest(self.days_, days)
        for place in np.unique(places):
            rows = places == place
            bucket = np.searchsorted(self.edges_[place], forecast[rows], side="right")
            ends[rows] = forecast[rows, None] + self.offsets_[place][bucket]
        # The interval of a lower level lies within that of a higher one, and both hold the forecast itself.
        ends[:, [0, 2]] = np.minimum(ends[:, [0, 2]], forecast[:, None])
        ends[:, [1, 3]] = np.maximum(ends[:, [1, 3]], forecast[:, None])
        ends[:, 2] = np.minimum(ends[:, 2], ends[:, 0])
        ends[:, 3] = np.maximum(ends[:, 3], ends[:, 1])
        return ends


def _offsets(error: np.ndarray) -> list[float]:
    return [bound for level in LEVELS for bound in _bounds(np.sort(error), (1 - level) / 2)]


def _bounds(error: np.ndarray, tail: float) -> tuple[float, float]:
    """The order statistics that leave `tail` on either side, with the finite-sample correction."""
    count = len(error)
    rank = int(np.floor((count + 1) * tail))
    if rank >= 1:
        return float(error[rank - 1]), float(error[count - rank])
    # Too few errors for the order statistic to exist: Student's t, which widens as they get fewer.
    from scipy.stats import t

    spread = float(t.ppf(1 - tail, max(count - 1, 1)) * np.sqrt(np.mean(error**2) * (1 + 1 / count)))
    return -spread, spread
