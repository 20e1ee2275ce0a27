"""Which share of what is still to come has come by each day: a curve of few numbers for each number of known days."""

from typing import Self

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator

from ml.days import paths_of
from ml.estimators.base import nearest
from ml.estimators.log_linear import known_days
from ml.estimators.shape_law import DayFit, fit_line, shape_features, start_features

COMPONENTS = 2
RELEASES_PER_COMPONENT = 30
SOFT = 1.0
"""Streams that come evenly, added to every release: of a handful of streams the days are chance."""


class DayShares(BaseEstimator):
    """Mean log share by day, and its main directions as far as the shape of the first days tells them.

    Args:
        feature_set: Decides which days count as known.

    Attributes:
        days_: Numbers of known days.
        means_: For each the mean log share by day from then on.
        directions_: For each the main directions of the log shares around it, shape (components, days).
        lines_: For each, and each direction, how far a release goes along it: `DayFit` and its bounds, as plain tuples.

    Source: Ramsay & Silverman 2005, Functional data analysis, chapters 8 and 16 (principal components of curves).
    """

    def __init__(self, feature_set: str = "tiktok_vk") -> None:
        self.feature_set = feature_set

    def fit(self, X: pd.DataFrame, paths: pd.DataFrame) -> Self:
        """Fit on rows whose longest window is whole.

        Args:
            X: Rows of `release_features`.
            paths: As `ml.days.read_paths` gives them.
        """
        starts, features, streams = known_days(X, self.feature_set), _features(X), paths_of(paths, X)
        self.days_ = np.unique(starts)
        self.means_, self.directions_, self.lines_ = [], [], []
        for start in self.days_:
            rows = starts == start
            logs = np.log(shares(streams[rows], start))
            mean = logs.mean(axis=0)
            count = min(COMPONENTS, int(rows.sum()) // RELEASES_PER_COMPONENT, logs.shape[1])
            directions = np.linalg.eigh((logs - mean).T @ (logs - mean))[1][:, ::-1][:, :count].T
            lines = []
            for scores in directions @ (logs - mean).T:
                bounds = np.quantile(scores, (0.01, 0.99))
                lines.append((*fit_line(features[rows], scores), float(bounds[0]), float(bounds[1])))
            self.means_.append(mean)
            self.directions_.append(directions)
            self.lines_.append(lines)
        return self

    def predict(self, X: pd.DataFrame) -> np.ndarray:
        """Share by each day since release, shape (rows, days): 0 on the known days, then rising, 1 on the last."""
        starts, features = known_days(X, self.feature_set), _features(X)
        longest = int(self.days_[0]) + len(self.means_[0])
        places, found = nearest(self.days_, starts), np.zeros((len(X), longest))
        for place, start in np.unique(np.column_stack([places, starts]), axis=0):
            rows = (places == place) & (starts == start)
            logs = np.tile(self.means_[place], (int(rows.sum()), 1))
            for direction, (*line, low, high) in zip(self.directions_[place], self.lines_[place], strict=True):
                logs += np.clip(DayFit(*line).predict(features[rows]), low, high)[:, None] * direction
            curve = np.maximum.accumulate(np.exp(logs), axis=1)
            # of a number of known days that was not trained on: the days before the nearest curve are like its first
            first = curve[:, :1] * np.arange(1, int(self.days_[place]) + 1)
            curve = np.column_stack([first, curve + first.max(axis=1, initial=0.0)[:, None]])
            known = curve[:, start - 1 : start] if start else 0.0
            found[rows, start:] = ((curve - known) / np.maximum(curve[:, -1:] - known, 1e-12))[:, start:]
        return found


def shares(paths: np.ndarray, start: int) -> np.ndarray:
    """Share of what came after the first `start` days that had come by each later day, shape (rows, days - start)."""
    known = paths[:, start - 1 : start] if start else 0.0
    rest = paths[:, start:] - known
    even = np.arange(1, rest.shape[1] + 1) / rest.shape[1]
    return np.asarray((rest + SOFT * even) / (rest[:, -1:] + SOFT))


def _features(X: pd.DataFrame) -> np.ndarray:
    """What the shape law reads, shape (rows, features)."""
    return np.column_stack([shape_features(X), start_features(X)])
