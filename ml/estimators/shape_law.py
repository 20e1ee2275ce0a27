"""The shape law: what is still to come is in proportion to the recent daily level, as far as few numbers tell.

Where VK has reported, the log of the remainder starts from the log of the recent level with coefficient 1. Level, mean,
first and last days correct that by a ridge that is drawn to 0, so that few releases keep to the proportion and many
find coefficients of their own. Where VK has reported nothing, as on day 0, the log of the total is a line on TikTok's
count, with an indicator for none, and on the artist's past.
"""

from typing import NamedTuple, Self

import numpy as np
import pandas as pd

from ml.estimators.base import StreamEstimator, nearest
from ml.estimators.log_linear import AS_OF_TOTALS, MAX_LOG, MIN_RELEASES, known_streams
from ml.estimators.ridge import solve_ridge

VK_TOTAL, LAST_THREE, FIRST_THREE, LAST_DAY = (
    AS_OF_TOTALS["tiktok_vk"],
    "vk_streams_last_three_days",
    "vk_streams_first_three_days",
    "vk_streams_last_day",
)
VIEWS, TEASERS, ARTIST = AS_OF_TOTALS["tiktok"], "tiktok_teaser_views_total", "artist_mean_log_streams"
LAW_COLUMNS = (VK_TOTAL, LAST_THREE, FIRST_THREE, LAST_DAY, VIEWS, TEASERS, ARTIST)
"""Columns of `release_features` that a law reads by itself, whatever features a model is given."""
SPAN = 3
"""Days of the recent and of the first level."""


class DayFit(NamedTuple):
    """A line of one as-of day: constant + (features - mean) / scale * coefficients; scale 0 marks one without a say."""

    mean: np.ndarray
    scale: np.ndarray
    coefficients: np.ndarray
    constant: float

    def parts(self, features: np.ndarray) -> np.ndarray:
        """What each feature adds to the constant, shape (rows, features); unknown ones stand at the mean."""
        scaled = np.divide(features - self.mean, self.scale, out=np.zeros(features.shape), where=self.scale > 0)
        return np.asarray(np.nan_to_num(scaled) * self.coefficients)

    def predict(self, features: np.ndarray) -> np.ndarray:
        """The line at each row."""
        return np.asarray(self.constant + self.parts(features).sum(axis=1))


class ShapeLaw(StreamEstimator):
    """A line of the log remainder for each as-of day; a day that was not trained on takes the nearest.

    Args:
        feature_set: Decides whether the law may see VK's counts.

    Attributes:
        days_: As-of days.
        shapes_: `DayFit` of each day for rows of which VK has reported, as plain tuples.
        starts_: The same for rows of which it has not.
        typical_: Mean log total of each day's training forecasts.
    """

    def __init__(self, feature_set: str = "tiktok_vk") -> None:
        self.feature_set = feature_set

    def fit(self, X: pd.DataFrame, y: np.ndarray) -> Self:
        """Fit the lines of each as-of day of the rows."""
        y, days = np.asarray(y, dtype=float), X["as_of_day"].to_numpy()
        known, has_shape = known_streams(X, self.feature_set), self._has_shape(X)
        levels, starts = shape_features(X), start_features(X)
        left = np.log1p(np.maximum(y - known, 0.0)) - levels[:, 0]
        self.days_ = np.unique(days)
        self.shapes_, self.starts_ = [], []
        for day in self.days_:
            rows = days == day
            shaped = rows & has_shape
            self.shapes_.append(tuple(fit_line(levels[shaped], left[shaped])))
            self.starts_.append(tuple(fit_line(starts[rows], np.log1p(y[rows]))))
        logs = self.predict_log(X)
        self.typical_ = np.array([logs[days == day].mean() for day in self.days_])
        return self

    def predict_log_remainder(self, X: pd.DataFrame) -> np.ndarray:
        """log(1 + remainder) for each row, of what lies above the known streams."""
        places, has_shape = nearest(self.days_, X["as_of_day"].to_numpy()), self._has_shape(X)
        levels, starts = shape_features(X), start_features(X)
        found = np.zeros(len(X))
        for place in np.unique(places):
            shaped, started = (places == place) & has_shape, (places == place) & ~has_shape
            found[shaped] = levels[shaped, 0] + DayFit(*self.shapes_[place]).predict(levels[shaped])
            found[started] = DayFit(*self.starts_[place]).predict(starts[started])
        return np.asarray(np.clip(found, 0.0, MAX_LOG))

    def predict_log(self, X: pd.DataFrame) -> np.ndarray:
        """log(1 + total) for each row."""
        return np.asarray(np.log1p(self.predict(X)))

    def predict(self, X: pd.DataFrame) -> np.ndarray:
        """Totals: the known streams and the remainder."""
        return np.asarray(known_streams(X, self.feature_set) + np.expm1(self.predict_log_remainder(X)))

    def contributions(self, X: pd.DataFrame, columns: list[str]) -> np.ndarray:
        """What each feature adds to the log of the total against a typical release, shape (rows, columns).

        VK's counts rise and fall together: what they do is the effect of the streams so far.
        """
        found, days = np.zeros((len(X), len(columns))), X["as_of_day"].to_numpy()
        places, has_shape, starts = nearest(self.days_, days), self._has_shape(X), start_features(X)
        if VK_TOTAL in columns:
            found[has_shape, columns.index(VK_TOTAL)] = (self.predict_log(X) - self.typical_[places])[has_shape]
        for place in np.unique(places):
            rows = (places == place) & ~has_shape
            size, zero, artist, no_history = DayFit(*self.starts_[place]).parts(starts[rows]).T
            count = TEASERS if self.days_[place] == 0 else VIEWS
            for name, effect in ((count, size + zero), (ARTIST, artist + no_history)):
                if name in columns:
                    found[rows, columns.index(name)] = effect
        return found

    def _has_shape(self, X: pd.DataFrame) -> np.ndarray:
        """Rows of which VK has reported a day that the law may see."""
        if self.feature_set != "tiktok_vk" or VK_TOTAL not in X.columns:
            return np.zeros(len(X), dtype=bool)
        return (X[VK_TOTAL].notna() & (X["as_of_day"] > 0)).to_numpy()


def shape_features(X: pd.DataFrame) -> np.ndarray:
    """Log of the last three days' count, then total, first three and last day in logs above it: shape (rows, 4).

    A count that is unknown is taken from the next wider span, as of an even week.
    """
    known_days = np.maximum(X["as_of_day"].to_numpy(dtype=float), 1.0)
    span = np.minimum(known_days, SPAN)
    total = _column(X, VK_TOTAL)
    recent, first = (_filled(_column(X, name), total * span / known_days) for name in (LAST_THREE, FIRST_THREE))
    last = _filled(_column(X, LAST_DAY), recent / span)
    level, *others = (np.log1p(count) for count in (recent, total, first, last))
    return np.column_stack([level, *(other - level for other in others)])


def start_features(X: pd.DataFrame) -> np.ndarray:
    """Log of TikTok's count, whether it is 0, the artist's mean log total, whether there is none: shape (rows, 4).

    The count is that of the known days' views, on day 0 that of the teasers.
    """
    count = np.where(X["as_of_day"].to_numpy() == 0, _column(X, TEASERS), _column(X, VIEWS))
    artist = X[ARTIST].to_numpy(dtype=float) if ARTIST in X.columns else np.full(len(X), np.nan)
    return np.column_stack([np.log1p(count), count == 0, artist, np.isnan(artist)])


def fit_line(features: np.ndarray, target: np.ndarray) -> DayFit:
    """Ridge on standardized features, drawn to 0 with the penalty of the lowest leave-one-out error.

    Args:
        features: Shape (rows, columns), NaN where unknown.
        target: One number for each row.
    """
    nothing = np.zeros(features.shape[1])
    if len(target) < MIN_RELEASES:
        return DayFit(nothing, nothing, nothing, float(target.mean()) if len(target) else 0.0)
    seen = np.isfinite(features)
    count = np.maximum(seen.sum(axis=0), 1)
    mean = np.where(seen, features, 0.0).sum(axis=0) / count
    spread = np.sqrt(np.where(seen, (features - mean) ** 2, 0.0).sum(axis=0) / count)
    scale = np.where(spread > 1e-9, spread, 0.0)
    line = DayFit(mean, scale, np.ones(features.shape[1]), 0.0)
    coefficients, constant = solve_ridge(line.parts(features), target)
    return DayFit(mean, scale, coefficients, constant)


def _column(X: pd.DataFrame, name: str) -> np.ndarray:
    """A count, NaN where it is unknown or not among the columns."""
    if name not in X.columns:
        return np.full(len(X), np.nan)
    return np.asarray(np.maximum(X[name].to_numpy(dtype=float), 0.0))


def _filled(values: np.ndarray, otherwise: np.ndarray) -> np.ndarray:
    return np.where(np.isfinite(values), values, otherwise)
