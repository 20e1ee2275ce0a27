"""A forecast of one window with its intervals and its mean."""

from typing import Any, Self

import numpy as np
import pandas as pd
from sklearn.base import clone

from ml.estimators.base import StreamEstimator, nearest, on_days, usual_errors
from ml.estimators.intervals import ConformalIntervals
from ml.estimators.log_linear import known_streams
from ml.estimators.smearing import Smearing
from ml.estimators.states import StateWidths
from ml.splits import REFERENCE_DAY, inner_slices


class CalibratedForecast(StreamEstimator):
    """Any stream estimator, calibrated on the latest training releases and then fitted on all.

    Args:
        point: A `StreamEstimator`.
        feature_set: Decides which streams count as known.
        window: Days of the longest window.

    Attributes:
        point_: The estimator, fitted.
        intervals_: Offsets, calibrated on later releases.
        smearing_: Factors from median to mean, calibrated on the same.
        calibration_error_: RMSLE there, at the reference day.
        error_days_, errors_: As-of days calibrated on, and the RMSLE there on each.
        states_: How much wider a forecast is where days are missing.
        typical_: Median of each number among the training rows, by column.
    """

    def __init__(self, point: Any = None, feature_set: str = "tiktok_vk", window: int = 30) -> None:
        self.point = point
        self.feature_set = feature_set
        self.window = window

    def fit(self, X: pd.DataFrame, y: np.ndarray, stressed: pd.DataFrame | None = None) -> Self:
        """Draft, calibrate on the latest rows, fit on all.

        Args:
            X: Rows of `release_features`.
            y: Their totals.
            stressed: Rows of `stressed_features` of the same releases, with `actual_streams` and `filled_streams`.
        """
        y, slices = np.asarray(y, dtype=float), inner_slices(X, (self.window,))
        draft = clone(self.point).draft(X, y, slices)
        # Without a calibration slice the errors of the fit must do: a line of two numbers hardly flatters itself.
        held_out = slices.calibration if slices.calibration.any() else slices.fit
        later, actual = X[held_out], y[held_out]
        known, days = known_streams(later, self.feature_set), later["as_of_day"].to_numpy()
        forecast = np.maximum(draft.predict(later), known)
        # in what is still to come: no end of an interval lies below what has landed
        left, came = np.log1p(forecast - known), np.log1p(np.maximum(actual - known, 0.0))
        self.intervals_ = ConformalIntervals().fit(left, came, days)
        self.smearing_ = Smearing().fit(forecast, actual, known, days)
        error = np.log1p(actual) - np.log1p(forecast)
        self.error_days_, self.errors_ = usual_errors(days, error, 0.0)
        self.calibration_error_ = float(np.sqrt(np.mean(error[on_days(later, (REFERENCE_DAY,))] ** 2)))
        self.states_ = StateWidths(self.feature_set)
        rows = X.iloc[:0].assign(actual_streams=0.0, filled_streams=0.0) if stressed is None else stressed
        rows = rows[rows["release_id"].isin(later["release_id"])]
        totals, filled = (rows[name].to_numpy(dtype=float) for name in ("actual_streams", "filled_streams"))
        self.states_.fit(rows, totals, self._distribution(rows, draft.predict(rows) if len(rows) else totals), filled)
        self.point_ = clone(self.point).refit(draft, X, y)
        self.typical_ = X.select_dtypes("number").median().to_dict()
        return self

    def predict(self, X: pd.DataFrame) -> np.ndarray:
        """Totals, medians, none below the streams already known."""
        return np.maximum(self.point_.predict(X), known_streams(X, self.feature_set))

    def predict_distribution(self, X: pd.DataFrame) -> np.ndarray:
        """Median, lower 80, upper 80, lower 90, upper 90 and mean, in streams: shape (rows, 6)."""
        return self.states_.widened(X, self._distribution(X, self.point_.predict(X)))

    def usual_error(self, days: np.ndarray) -> np.ndarray:
        """RMSLE that is usual on as-of days."""
        return np.asarray(self.errors_[nearest(self.error_days_, days)])

    def _distribution(self, X: pd.DataFrame, total: np.ndarray) -> np.ndarray:
        """The figures around forecast totals, as if no day were missing."""
        days, known = X["as_of_day"].to_numpy(), known_streams(X, self.feature_set)
        median = np.maximum(total, known)
        ends = known[:, None] + np.expm1(self.intervals_.predict(np.log1p(median - known), days))
        # logs and back move a number by its last digits: the ends keep on their sides of the median and of the floor
        ends[:, [0, 2]] = np.clip(ends[:, [0, 2]], known[:, None], median[:, None])
        ends[:, [1, 3]] = np.maximum(ends[:, [1, 3]], median[:, None])
        return np.column_stack([median, ends, self.smearing_.predict(median, known, days)])

    def contributions(self, X: pd.DataFrame, columns: list[str]) -> np.ndarray:
        """What each feature adds to the log of the total, shape (rows, columns).

        An estimator that cannot tell is asked again with one feature after the other at its typical value.
        """
        if hasattr(self.point_, "contributions"):
            return np.asarray(self.point_.contributions(X, columns))
        found, forecast = np.zeros((len(X), len(columns))), np.log1p(self.predict(X))
        for place, name in enumerate(columns):
            if name != "as_of_day" and name in self.typical_:
                found[:, place] = forecast - np.log1p(self.predict(X.assign(**{name: self.typical_[name]})))
        return found

    def weights(self) -> dict[str, float]:
        """Those of the estimator, and the calibration error."""
        return {"calibration_rmsle": self.calibration_error_, **self.point_.weights()}
