"""How hard a release is to forecast: the size of its errors, from what is known of it."""

from typing import NamedTuple, Self

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator

from ml.estimators.base import nearest
from ml.estimators.log_linear import AS_OF_TOTALS, log_as_of_total
from ml.estimators.ridge import solve_ridge
from ml.estimators.shape_law import ARTIST, FIRST_THREE, LAST_DAY, LAST_THREE, TEASERS
from ml.estimators.shrinkage import day_group

VIEWS, STREAMS = AS_OF_TOTALS["tiktok"], AS_OF_TOTALS["tiktok_vk"]
MIN_ERROR = 1e-4
"""Of a typical error, in logs: a forecast without any error still has a scale."""
SOFT = 0.01
"""Share of the typical error added before logs are taken, so that a lucky hit does not rule a fit."""
REACH = 3.0
"""Standard deviations beyond which a feature has no further say."""
OUTER = (0.01, 0.99)
"""Shares of the releases measured beyond which a factor is taken for that share's."""
HALFWAY = 100
"""Releases at which a measured difficulty counts half: of few, differences are chance."""


class Line(NamedTuple):
    """Log of the relative error: constant + (features - mean) / scale * coefficients."""

    mean: np.ndarray
    scale: np.ndarray
    coefficients: np.ndarray
    constant: float


class Difficulty(BaseEstimator):
    """The typical error of each as-of day, times a factor of each release.

    Size, TikTok beside streams, an artist without history and growth within the week say how far off a forecast may be.

    Args:
        feature_set: Decides whether VK's counts may be seen.

    Attributes:
        days_: As-of days.
        typical_: Typical error of each, the geometric mean of its absolute values.
        groups_: Groups of days that have a line.
        lines_: `Line` of each, as plain tuples.
        weight_: How far the lines are believed, in [0, 1].
        bounds_: Lowest and highest log factor; a release unlike all that were measured gets no factor beyond theirs.
    """

    def __init__(self, feature_set: str = "tiktok_vk") -> None:
        self.feature_set = feature_set

    def fit(self, X: pd.DataFrame, forecast: np.ndarray, error: np.ndarray) -> Self:
        """Measure.

        Args:
            X: Rows of `release_features` that the forecasts were not fitted on.
            forecast: Log of the forecast remainder.
            error: Truth minus forecast, in logs.
        """
        days = X["as_of_day"].to_numpy()
        size = np.abs(error)
        self.days_ = np.unique(days)
        self.typical_ = np.array([np.exp(np.mean(np.log(size[days == day] + MIN_ERROR))) for day in self.days_])
        features, groups = self._features(X, forecast), day_group(days)
        target = np.log(size / self._typical(days) + SOFT)
        self.groups_, self.lines_ = np.unique(groups), []
        for group in self.groups_:
            rows = groups == group
            mean, scale = features[rows].mean(axis=0), np.maximum(features[rows].std(axis=0), 1e-9)
            line = Line(mean, scale, np.zeros(features.shape[1]), 0.0)
            coefficients, constant = solve_ridge(_standardized(features[rows], line), target[rows])
            self.lines_.append(tuple(Line(mean, scale, coefficients, constant)))
        count = X["release_id"].nunique()
        self.weight_ = count / (count + HALFWAY)
        self.bounds_ = np.array([-np.inf, np.inf])
        self.bounds_ = np.quantile(self._log_factor(X, forecast), OUTER)
        return self

    def predict(self, X: pd.DataFrame, forecast: np.ndarray) -> np.ndarray:
        """Scale of each row's error, in logs of the remainder; a day that was not seen takes the nearest."""
        return np.asarray(self._typical(X["as_of_day"].to_numpy()) * np.exp(self._log_factor(X, forecast)))

    def _log_factor(self, X: pd.DataFrame, forecast: np.ndarray) -> np.ndarray:
        groups = day_group(X["as_of_day"].to_numpy())
        features, places = self._features(X, forecast), nearest(self.groups_, groups)
        factor = np.zeros(len(X))
        for place in np.unique(places):
            rows, line = places == place, Line(*self.lines_[place])
            factor[rows] = line.constant + _standardized(features[rows], line) @ line.coefficients
        return np.clip(self.weight_ * factor, *self.bounds_)

    def _typical(self, days: np.ndarray) -> np.ndarray:
        return np.asarray(self.typical_[nearest(self.days_, days)])

    def _features(self, X: pd.DataFrame, forecast: np.ndarray) -> np.ndarray:
        """Shape (rows, features), an unknown count as 0."""
        count = np.where(X["as_of_day"].to_numpy() == 0, _logs(X, TEASERS), _logs(X, VIEWS))
        artist = X[ARTIST].to_numpy(dtype=float) if ARTIST in X else np.full(len(X), np.nan)
        known = [forecast, forecast**2, count, count**2, np.isnan(artist)]
        if self.feature_set != "tiktok_vk":
            return np.column_stack([*known, np.nan_to_num(artist - forecast)])
        streams, last, recent, first = (_logs(X, name) for name in (STREAMS, LAST_DAY, LAST_THREE, FIRST_THREE))
        above = count - streams
        shape = [recent - first, np.abs(recent - first), np.abs(last - recent), forecast - recent]
        return np.column_stack([*known, np.nan_to_num(artist - streams), above, np.maximum(above, 0.0), *shape])


def _logs(X: pd.DataFrame, name: str) -> np.ndarray:
    return np.nan_to_num(log_as_of_total(X, name))


def _standardized(features: np.ndarray, line: Line) -> np.ndarray:
    return np.asarray(np.clip((features - line.mean) / line.scale, -REACH, REACH))
