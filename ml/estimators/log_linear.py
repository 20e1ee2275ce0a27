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
MIN_RELEASES = 3
"""Releases from which a line has a slope."""


def log_as_of_total(frame: pd.DataFrame, column: str) -> np.ndarray:
    """log(1 + as-of total); NaN where it is unknown or not among the columns."""
    if column not in frame.columns:
        return np.full(len(frame), np.nan)
    return np.asarray(np.log1p(np.maximum(frame[column].to_numpy(dtype=float), 0.0)))


def known_streams(frame: pd.DataFrame, feature_set: str) -> np.ndarray:
    """Streams so far as a forecast of the feature set reckons them, missing days filled. 0 where it saw none."""
    if feature_set != "tiktok_vk" or "vk_streams_total" not in frame.columns:
        return np.zeros(len(frame))
    return frame["vk_streams_total"].fillna(0).to_numpy(dtype=float)


def landed_streams(frame: pd.DataFrame) -> np.ndarray:
    """Streams of VK's days that landed, no missing day filled: what a total cannot fall below. 0 where none did."""
    name = "vk_streams_known" if "vk_streams_known" in frame.columns else AS_OF_TOTALS["tiktok_vk"]
    return frame[name].fillna(0).to_numpy(dtype=float) if name in frame.columns else np.zeros(len(frame))


def seen_streams(frame: pd.DataFrame, feature_set: str) -> np.ndarray:
    """Streams that landed, as far as the feature set sees them: 0 without VK."""
    return landed_streams(frame) if feature_set == "tiktok_vk" else np.zeros(len(frame))


def known_days(frame: pd.DataFrame, feature_set: str) -> np.ndarray:
    """Days since release whose streams a forecast of the feature set has seen: 0 where it saw none."""
    if feature_set != "tiktok_vk" or "vk_streams_total" not in frame.columns:
        return np.zeros(len(frame), dtype=int)
    return np.asarray(np.where(frame["vk_streams_total"].notna(), frame["as_of_day"], 0)).astype(int)


class LogLinear(StreamEstimator):
    """Least squares of log(1 + total) on log(1 + as-of total) and on whether that is 0, a line for each as-of day.

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
        self.level_, self.slope_, self.typical_, self.zero_, self.zero_share_ = np.array(lines).T
        return self

    def predict_log(self, X: pd.DataFrame) -> np.ndarray:
        """log(1 + total) for each row; a day that was not trained on takes the nearest that was."""
        x, place = log_as_of_total(X, self.column), nearest(self.days_, X["as_of_day"].to_numpy())
        step = self.slope_[place] * (x - self.typical_[place]) + self.zero_[place] * (
            (x == 0) - self.zero_share_[place]
        )
        return np.asarray(self.level_[place] + np.where(np.isfinite(x), step, 0.0))

    def predict(self, X: pd.DataFrame) -> np.ndarray:
        """Totals."""
        return np.expm1(np.minimum(self.predict_log(X), MAX_LOG))


def _line(x: np.ndarray, y: np.ndarray) -> tuple[float, float, float, float, float]:
    """Mean of y, slope, mean of x, effect of x being 0, and share of rows where it is."""
    seen = np.isfinite(x)
    if seen.sum() < MIN_RELEASES or np.ptp(x[seen]) < 1e-9:
        return float(y.mean()), 0.0, 0.0, 0.0, 0.0
    zero = x[seen] == 0
    slope, effect = LinearRegression().fit(np.column_stack([x[seen], zero]), y[seen]).coef_
    return float(y[seen].mean()), float(slope), float(x[seen].mean()), float(effect), float(zero.mean())
