"""From median to mean: factors by which the forecast remainder is raised so that sums over releases come out right.

A forecast made in logs is a median. Errors of a log are lopsided in streams, so medians add up to too little.
"""

from typing import Self

import numpy as np
from sklearn.base import BaseEstimator

from ml.estimators.base import nearest
from ml.estimators.buckets import size_edges

MIN_FACTOR, MAX_FACTOR = 0.5, 5.0


class Smearing(BaseEstimator):
    """Mean of true over forecast remainder, by as-of day and bucket of predicted size.

    Attributes:
        days_: As-of days.
        edges_: For each day the rising log forecasts between one bucket and the next.
        factors_: For each day the factor of each bucket.

    Source: Duan 1983, Smearing estimate: a nonparametric retransformation method (JASA 78). The ratio of sums is used
    for the mean of ratios, so that releases with next to nothing left do not rule their bucket.
    """

    def fit(self, forecast: np.ndarray, actual: np.ndarray, known: np.ndarray, days: np.ndarray) -> Self:
        """Calibrate.

        Args:
            forecast: Forecast totals, of rows that the model was not fitted on.
            actual: True totals.
            known: Streams so far that the forecast knew.
            days: As-of days.
        """
        self.days_, self.edges_, self.factors_ = np.unique(days), [], []
        left, came = np.maximum(forecast - known, 0.0), np.maximum(actual - known, 0.0)
        for day in self.days_:
            rows = days == day
            size, left_there, came_there = np.log1p(forecast[rows]), left[rows], came[rows]
            edges = size_edges(size)
            bucket = np.searchsorted(edges, size, side="right")
            overall = _factor(left_there, came_there, 1.0)
            factors = [
                _factor(left_there[bucket == number], came_there[bucket == number], overall)
                for number in range(len(edges) + 1)
            ]
            self.edges_.append(edges)
            self.factors_.append(np.array(factors))
        return self

    def predict(self, forecast: np.ndarray, known: np.ndarray, days: np.ndarray) -> np.ndarray:
        """Expected totals: the known streams and the raised remainder. A day not calibrated takes the nearest.

        Args:
            forecast: Forecast totals.
            known: Streams so far that the forecast knew.
            days: As-of days.
        """
        factors, places = np.ones(len(forecast)), nearest(self.days_, days)
        for place in np.unique(places):
            rows = places == place
            bucket = np.searchsorted(self.edges_[place], np.log1p(forecast[rows]), side="right")
            factors[rows] = self.factors_[place][bucket]
        return np.asarray(known + factors * np.maximum(forecast - known, 0.0))


def _factor(left: np.ndarray, came: np.ndarray, otherwise: float) -> float:
    if left.sum() <= 0:
        return otherwise
    return float(np.clip(came.sum() / left.sum(), MIN_FACTOR, MAX_FACTOR))
