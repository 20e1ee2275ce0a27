"""The log-linear law: the log of a total is linear in the log of what was seen early.

Source: Szabo & Huberman 2010, Predicting the popularity of online content (arXiv 0811.0405).
"""

from typing import Self

import numpy as np
import pandas as pd
from sklearn.linear_model import LinearRegression

from ml.estimators.base import StreamEstimator, nearest

AS_OF_TOTALS = {"tiktok": "tiktok_views_total", "tiktok_vk": "vk_streams_total"}
"""The as-of total of each feature set: without VK, TikTok views stand in for the streams so far."""
MAX_LOG = 30.0
"""Of a forecast: a straight line in logs has no ceiling of its own, and exp must not overflow."""


def log_as_of_total(frame: pd.DataFrame, column: str) -> np.ndarray:
    """log(1 + as-of total); NaN where it is unknown or not among the columns."""
    if column not in frame.columns:
        return np.full(len(frame), np.nan)
    return np.asarray(np.log1p(np.maximum(frame[column].to_numpy(dtype=float), 0.0)))


def known_streams(frame: pd.DataFrame, feature_set: str) -> np.ndarray:
    """Streams that a forecast of the feature set has seen: the floor of its total. 0 where it saw none."""
    if feature_set != "tiktok_vk" or "vk_streams_total" not in frame.columns:
        return np.zeros(len(frame))
    return frame["vk_streams_total"].fillna(0).to_numpy(dtype=float)


class LogLinear(StreamEstimator):
    """Least squares of log(1 + total) on log(1 + as-of total), a line for each as-of day.

    Args:
        feature_set: Decides the as-of total that the lines start from.
    """

    def __init__(self, feature_set: str = "tiktok_vk") -> None:
        self.feature_set = feature_set

    @property
    def column(self) -> str:
        """As-of total that the lines start from."""
        return AS_OF_TOTALS[self.feature_set]

    def fit(self, X: pd.DataFrame, y: np.ndarray) -> Self:
        """Fit a line for each as-of day of the rows."""
        x, logs = log_as_of_total(X, self.column), np.log1p(np.asarray(y, dtype=float))
        days = X["as_of_day"].to_numpy()
        self.days_ = np.unique(days)
        lines = [_line(x[days == day], logs[days == day]) for day in self.days_]
        # the typical log as-of total stands in for an unknown one
        self.intercept_, self.slope_, self.typical_ = np.array(lines).T
        return self

    def predict_log(self, X: pd.DataFrame) -> np.ndarray:
        """log(1 + total) for each row; a day that was not trained on takes the nearest that was."""
        place = nearest(self.days_, X["as_of_day"].to_numpy())
        return np.asarray(self.intercept_[place] + self.slope_[place] * self.typical_[place] + self.contribution(X))

    def predict(self, X: pd.DataFrame) -> np.ndarray:
        """Totals."""
        return np.expm1(np.minimum(self.predict_log(X), MAX_LOG))

    def contribution(self, X: pd.DataFrame) -> np.ndarray:
        """Slope times the distance of the log as-of total from the typical one; 0 where it is unknown."""
        x, place = log_as_of_total(X, self.column), nearest(self.days_, X["as_of_day"].to_numpy())
        return np.asarray(np.where(np.isfinite(x), self.slope_[place] * (x - self.typical_[place]), 0.0))

    def contributions(self, X: pd.DataFrame, columns: list[str]) -> np.ndarray:
        """What each feature adds to the log of the total against a typical release, shape (rows, columns)."""
        found = np.zeros((len(X), len(columns)))
        if self.column in columns:
            found[:, columns.index(self.column)] = self.contribution(X)
        return found


def _line(x: np.ndarray, y: np.ndarray) -> tuple[float, float, float]:
    """Intercept, slope and the mean of x."""
    seen = np.isfinite(x)
    if seen.sum() < 3 or np.ptp(x[seen]) < 1e-9:
        return float(y.mean()), 0.0, 0.0
    line = LinearRegression().fit(x[seen, None], y[seen])
    return float(line.intercept_), float(line.coef_[0]), float(x[seen].mean())
