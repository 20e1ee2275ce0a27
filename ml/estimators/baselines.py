"""Forecasts that a model has to beat, each on the rows of one as-of day; `ByDay` makes one of all days."""

from typing import Any, Self

import numpy as np
import pandas as pd
from sklearn.base import clone
from sklearn.linear_model import LinearRegression

from ml.estimators.base import StreamEstimator, nearest
from ml.estimators.log_linear import AS_OF_TOTALS, MAX_LOG, LogLinear, known_streams, log_as_of_total
from ml.estimators.remainder import log_remainder
from ml.estimators.ridge import solve_ridge
from ml.estimators.shape_law import FIRST_THREE, LAST_DAY, LAST_THREE, VK_TOTAL, ShapeLaw

MIN_RELEASES_OF_A_TENTH = 20
"""Training releases from which a tenth gets a line of its own."""
DAILY_COUNTS = {"tiktok": "tiktok_views_day_", "tiktok_vk": "vk_streams_day_"}
FIRST_WEEK = 7
"""Days whose counts are features of their own."""
FOUR_COUNTS = {
    "tiktok": (AS_OF_TOTALS["tiktok"], "tiktok_views_day_0", "tiktok_views_day_2"),
    "tiktok_vk": (VK_TOTAL, LAST_THREE, FIRST_THREE, LAST_DAY),
}


class ByDay(StreamEstimator):
    """An estimator for each as-of day; a day that was not trained on takes the nearest.

    Args:
        estimator: A `StreamEstimator`.
    """

    def __init__(self, estimator: Any) -> None:
        self.estimator = estimator

    def fit(self, X: pd.DataFrame, y: np.ndarray) -> Self:
        """Fit a clone on the rows of each day."""
        y, days = np.asarray(y, dtype=float), X["as_of_day"].to_numpy()
        self.days_ = np.unique(days)
        self.estimators_ = [clone(self.estimator).fit(X[days == day], y[days == day]) for day in self.days_]
        return self

    def predict(self, X: pd.DataFrame) -> np.ndarray:
        """Totals."""
        places, totals = nearest(self.days_, X["as_of_day"].to_numpy()), np.zeros(len(X))
        for place in np.unique(places):
            totals[places == place] = self.estimators_[place].predict(X[places == place])
        return totals


class TrainMedian(StreamEstimator):
    """The median total of the training releases, for everyone."""

    def fit(self, X: pd.DataFrame, y: np.ndarray) -> Self:
        """Take the median."""
        self.median_ = float(np.median(y))
        return self

    def predict(self, X: pd.DataFrame) -> np.ndarray:
        """Totals."""
        return np.full(len(X), self.median_)


class Persistence(StreamEstimator):
    """What was seen so far, and not one more."""

    def __init__(self, feature_set: str = "tiktok_vk") -> None:
        self.feature_set = feature_set

    def fit(self, X: pd.DataFrame, y: np.ndarray) -> Self:
        """There is nothing to learn."""
        self.column_ = AS_OF_TOTALS[self.feature_set]
        return self

    def predict(self, X: pd.DataFrame) -> np.ndarray:
        """Totals."""
        return X[self.column_].fillna(0).to_numpy(dtype=float)


class ScaleFactor(StreamEstimator):
    """The as-of total times the median of final over so-far; the median total where nothing was seen.

    Source: Szabo & Huberman 2010, the constant scaling model.
    """

    def __init__(self, feature_set: str = "tiktok_vk") -> None:
        self.feature_set = feature_set

    def fit(self, X: pd.DataFrame, y: np.ndarray) -> Self:
        """Take both medians."""
        seen = X[AS_OF_TOTALS[self.feature_set]]
        ratios = (y / seen.where(seen > 0)).dropna()
        self.median_ = float(np.median(y))
        self.factor_ = float(ratios.median()) if len(ratios) else 0.0
        return self

    def predict(self, X: pd.DataFrame) -> np.ndarray:
        """Totals."""
        seen = X[AS_OF_TOTALS[self.feature_set]].to_numpy(dtype=float)
        return np.where(np.isfinite(seen), self.factor_ * seen, self.median_)


class DecileLines(StreamEstimator):
    """A log-linear law of its own within each tenth of the releases by TikTok views.

    A tenth of few releases, and releases whose views are unknown, take the law of all.
    """

    def __init__(self, feature_set: str = "tiktok_vk") -> None:
        self.feature_set = feature_set

    def fit(self, X: pd.DataFrame, y: np.ndarray) -> Self:
        """Fit the law of all, and that of each tenth with enough releases."""
        views = X[AS_OF_TOTALS["tiktok"]]
        self.edges_ = np.unique(views.dropna().quantile(np.arange(1, 10) / 10).to_numpy(dtype=float))
        self.whole_ = LogLinear(self.feature_set).fit(X, y)
        places = self._tenths(X)
        self.lines_ = {
            int(place): LogLinear(self.feature_set).fit(X[places == place], y[places == place])
            for place in range(len(self.edges_) + 1)
            if (places == place).sum() >= MIN_RELEASES_OF_A_TENTH
        }
        return self

    def predict(self, X: pd.DataFrame) -> np.ndarray:
        """Totals."""
        totals, places = self.whole_.predict(X), self._tenths(X)
        for place, line in self.lines_.items():
            if (inside := places == place).any():
                totals[inside] = line.predict(X[inside])
        return totals

    def _tenths(self, X: pd.DataFrame) -> np.ndarray:
        """Number of each release's tenth; -1 where its views are unknown."""
        seen = X[AS_OF_TOTALS["tiktok"]].to_numpy(dtype=float)
        return np.where(np.isfinite(seen), np.searchsorted(self.edges_, seen, side="right"), -1)


class RidgeDaily(StreamEstimator):
    """Ridge regression of the log total on the logs of the daily counts.

    Source: Pinto, Almeida & Goncalves 2013, the multivariate linear model (WSDM), with the penalty chosen by
    leave-one-out error.
    """

    def __init__(self, feature_set: str = "tiktok_vk") -> None:
        self.feature_set = feature_set

    def fit(self, X: pd.DataFrame, y: np.ndarray) -> Self:
        """Fit on the counts of the days that are known, of the first week alone."""
        known_days = min(int(X["as_of_day"].max()), FIRST_WEEK)
        self.columns_ = [f"{DAILY_COUNTS[self.feature_set]}{day}" for day in range(known_days)]
        logs = self._logs(X)
        self.means_ = np.nan_to_num(pd.DataFrame(logs).mean().to_numpy())
        filled = np.where(np.isfinite(logs), logs, self.means_)
        self.coefficients_, self.constant_ = solve_ridge(filled, np.log1p(y))
        return self

    def predict(self, X: pd.DataFrame) -> np.ndarray:
        """Totals."""
        logs = self._logs(X)
        forecast = self.constant_ + np.where(np.isfinite(logs), logs, self.means_) @ self.coefficients_
        return np.asarray(np.expm1(np.clip(forecast, 0.0, MAX_LOG)))

    def _logs(self, X: pd.DataFrame) -> np.ndarray:
        return np.array([log_as_of_total(X, column) for column in self.columns_]).reshape(-1, len(X)).T


class FourCounts(StreamEstimator):
    """Least squares of the log remainder on the logs of four counts: so far, last three days, first three, last day.

    For `tiktok` the counts that there are, of views: so far, and on the first and the third day.
    """

    def __init__(self, feature_set: str = "tiktok_vk") -> None:
        self.feature_set = feature_set

    def fit(self, X: pd.DataFrame, y: np.ndarray) -> Self:
        """Fit on the counts that are known of any row; an unknown one counts as its mean."""
        logs = self._logs(X)
        self.means_ = np.nan_to_num(pd.DataFrame(logs).mean().to_numpy())
        self.line_ = LinearRegression().fit(self._filled(logs), log_remainder(X, y, self.feature_set))
        return self

    def predict(self, X: pd.DataFrame) -> np.ndarray:
        """Totals."""
        left = np.clip(self.line_.predict(self._filled(self._logs(X))), 0.0, MAX_LOG)
        return np.asarray(known_streams(X, self.feature_set) + np.expm1(left))

    def _logs(self, X: pd.DataFrame) -> np.ndarray:
        return np.column_stack([log_as_of_total(X, column) for column in FOUR_COUNTS[self.feature_set]])

    def _filled(self, logs: np.ndarray) -> np.ndarray:
        return np.where(np.isfinite(logs), logs, self.means_)


BASELINES: dict[str, StreamEstimator] = {
    "train_median": ByDay(TrainMedian()),
    "persistence": ByDay(Persistence()),
    "scale_factor": ByDay(ScaleFactor()),
    "log_linear": LogLinear(),
    "decile_lines": ByDay(DecileLines()),
    "ridge_daily": ByDay(RidgeDaily()),
    "shape_law": ShapeLaw(),
    "four_counts": ByDay(FourCounts()),
}
