"""A forecast of one window with its predictive distribution."""

from typing import Any, Self

import numpy as np
import pandas as pd
from sklearn.base import clone
from sklearn.model_selection import GroupKFold, cross_val_predict

from ml.estimators.base import StreamEstimator, nearest, on_days, usual_errors
from ml.estimators.distribution import MEDIAN, RemainderDistribution
from ml.estimators.log_linear import known_streams
from ml.estimators.states import StateWidths, days_missing, filled_spread, has_no_stream_yet
from ml.splits import REFERENCE_DAY, Slices, inner_slices

PARTS = 5
"""Parts of a short history, each forecast by a fit on the others."""
RECENT = pd.Timedelta(days=90)
"""Before the latest training release: what came out since says where the level stands today."""
MIN_SOUND_RELEASES = 20
"""Releases from which an as-of day is calibrated on those that lack no day so far."""
MIN_RECENT_RELEASES = 10
"""Recent releases that say so."""


def _sound(rows: pd.DataFrame, feature_set: str) -> np.ndarray:
    """Rows to calibrate on: of each as-of day those that lack no day so far, or all where these are few.

    What a day that is missing so far costs is measured apart. Without a stream yet a release is not forecast by its
    streams; where hardly any other is left, all are taken.
    """
    if feature_set != "tiktok_vk":
        return np.ones(len(rows), dtype=bool)
    days = rows["as_of_day"].to_numpy()
    heard = ~has_no_stream_yet(rows)
    if heard.sum() < MIN_SOUND_RELEASES:
        heard = np.ones(len(rows), dtype=bool)
    whole = heard & (days_missing(rows, "vk") == 0)
    count = pd.Series(whole).groupby(days).transform("sum").to_numpy()
    return np.asarray(heard & (whole | (count < MIN_SOUND_RELEASES)))


class CalibratedForecast(StreamEstimator):
    """Any stream estimator, calibrated on the latest training releases and then fitted on all.

    Args:
        point: A `StreamEstimator`.
        feature_set: Decides which streams count as known.
        window: Days of the longest window.

    Attributes:
        point_: The estimator, fitted.
        distribution_: Quantiles of what is still to come, calibrated on releases that the draft was not fitted on.
        calibration_error_: RMSLE there, at the reference day.
        error_days_, errors_: As-of days calibrated on, and the RMSLE there on each.
        states_: How much wider a forecast is where days are missing.
        typical_: Median of each number among the training rows, by column.
        level_: What the forecast of a log total has lately been short of, where no streams so far tell the level.
        drafted: The estimator before it saw the later rows; not kept in files.
        held_out: Rows calibrated on, as places among the training rows, and the draft's quantiles of their totals; not
            kept in files.
    """

    def __init__(self, point: Any = None, feature_set: str = "tiktok_vk", window: int = 30) -> None:
        self.point = point
        self.feature_set = feature_set
        self.window = window

    def fit(
        self,
        X: pd.DataFrame,
        y: np.ndarray,
        stressed: pd.DataFrame | None = None,
        doubt: np.ndarray | None = None,
    ) -> Self:
        """Draft, calibrate on the latest rows, fit on all.

        Args:
            X: Rows of `release_features`.
            y: Their totals.
            stressed: Rows of `stressed_features` of the same releases, with `actual_streams` and `filled_streams`.
            doubt: Standard error of what is to come, in log errors of one estimated day; None where no total has any.
        """
        y, slices = np.asarray(y, dtype=float), inner_slices(X, (self.window,))
        self.drafted = draft = clone(self.point).draft(X, y, slices)
        rows, forecast = self._held_out_forecasts(draft, X, y, slices)
        sound = _sound(X.iloc[rows], self.feature_set)
        rows, forecast = rows[sound], forecast[sound]
        later, actual = X.iloc[rows], y[rows]
        known = known_streams(later, self.feature_set)
        forecast = self._raised(later, forecast, self._recent_level(draft, X, y, slices.fit | slices.early))
        # in what is still to come: no quantile lies below what has landed
        left, came = np.log1p(forecast - known), np.log1p(np.maximum(actual - known, 0.0))
        if doubt is not None:
            came = np.maximum(came + self._errors_of_estimates(later, doubt[rows], stressed), 0.0)
        self.distribution_ = RemainderDistribution(self.feature_set).fit(later, left, came)
        self.held_out = rows, self._totals(later, forecast)
        error = np.log1p(actual) - np.log1p(forecast)
        self.error_days_, self.errors_ = usual_errors(later["as_of_day"].to_numpy(), error, 0.0)
        self.calibration_error_ = float(np.sqrt(np.mean(error[on_days(later, (REFERENCE_DAY,))] ** 2)))
        self.states_ = self._measured_states(draft, later, stressed)
        self.point_ = clone(self.point).refit(draft, X, y)
        self.level_ = self._recent_level(self.point_, X, y, np.ones(len(X), dtype=bool))
        self.typical_ = X.select_dtypes("number").median().to_dict()
        return self

    def predict(self, X: pd.DataFrame) -> np.ndarray:
        """Totals, medians, none below the streams already known."""
        return self._raised(X, self.point_.predict(X), self.level_)

    def predict_quantiles(self, X: pd.DataFrame) -> np.ndarray:
        """Quantiles of totals at `ml.estimators.distribution.LEVELS`, in streams: shape (rows, levels)."""
        return self.states_.widened(X, self._totals(X, self.predict(X)))

    def usual_error(self, days: np.ndarray) -> np.ndarray:
        """RMSLE that is usual on as-of days."""
        return np.asarray(self.errors_[nearest(self.error_days_, days)])

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

    def _raised(self, X: pd.DataFrame, totals: np.ndarray, level: float) -> np.ndarray:
        """Totals moved by a level in logs, none below the streams already known."""
        return np.maximum(np.expm1(np.log1p(totals) + level), known_streams(X, self.feature_set))

    def _recent_level(self, point: Any, X: pd.DataFrame, y: np.ndarray, rows: np.ndarray) -> float:
        """Mean log error of the recent of some rows, drawn to 0 as far as chance explains it: 0 where streams are seen.

        Source: James & Stein 1961, Estimation with quadratic loss (the positive part for one mean).
        """
        if self.feature_set != "tiktok":
            return 0.0
        dates = pd.to_datetime(X["release_date"])
        recent = rows & (dates > dates[rows].max() - RECENT).to_numpy()
        error = pd.Series(np.log1p(y[recent]) - np.log1p(point.predict(X[recent])))
        by_release = error.groupby(X["release_id"].to_numpy()[recent]).mean()
        if len(by_release) < MIN_RECENT_RELEASES:
            return 0.0
        mean, chance = float(by_release.mean()), float(by_release.var() / len(by_release))
        return mean * max(0.0, 1.0 - chance / max(mean**2, 1e-12))

    def _held_out_forecasts(
        self, draft: Any, X: pd.DataFrame, y: np.ndarray, slices: Slices
    ) -> tuple[np.ndarray, np.ndarray]:
        """Places of rows that a forecast was not fitted on, and that forecast: later rows, of a short history all.

        The errors of a fit on its own rows would flatter it.
        """
        if slices.calibration.any():
            rows = np.flatnonzero(slices.calibration)
            return rows, draft.predict(X.iloc[rows])
        releases = X["release_id"].to_numpy()
        parts = GroupKFold(min(PARTS, len(np.unique(releases))))
        return np.arange(len(X)), cross_val_predict(self.point, X, y, groups=releases, cv=parts)

    def _errors_of_estimates(self, later: pd.DataFrame, doubt: np.ndarray, stressed: pd.DataFrame | None) -> np.ndarray:
        """Drawn errors of totals that hold estimated days: without them an estimate is surer than what came.

        Source: Rubin 1987, Multiple imputation for nonresponse in surveys.
        """
        rows = later.iloc[:0].assign(filled_streams=0.0) if stressed is None else stressed
        spread = filled_spread(rows, rows["filled_streams"].to_numpy(dtype=float), self.feature_set)
        releases, places = np.unique(later["release_id"].to_numpy(dtype=str), return_inverse=True)
        return np.asarray(spread * doubt * np.random.default_rng(0).standard_normal(len(releases))[places])

    def _measured_states(self, draft: Any, later: pd.DataFrame, stressed: pd.DataFrame | None) -> StateWidths:
        """What missing days cost in the releases calibrated on; priors where nobody took any away."""
        rows = later.iloc[:0].assign(actual_streams=0.0, filled_streams=0.0) if stressed is None else stressed
        rows = rows[rows["release_id"].isin(later["release_id"].unique())]
        totals, filled = (rows[name].to_numpy(dtype=float) for name in ("actual_streams", "filled_streams"))
        forecast = np.maximum(draft.predict(rows), known_streams(rows, self.feature_set)) if len(rows) else totals
        return StateWidths(self.feature_set).fit(rows, totals, self._totals(rows, forecast), filled)

    def _totals(self, X: pd.DataFrame, forecast: np.ndarray) -> np.ndarray:
        """Quantiles of totals around their forecast, which is the median itself."""
        known = known_streams(X, self.feature_set)
        totals = known[:, None] + np.expm1(self.distribution_.predict(X, np.log1p(forecast - known)))
        # logs and back move a number by its last digits: each side keeps to its own of the forecast
        totals[:, :MEDIAN] = np.minimum(totals[:, :MEDIAN], forecast[:, None])
        totals[:, MEDIAN + 1 :] = np.maximum(totals[:, MEDIAN + 1 :], forecast[:, None])
        totals[:, MEDIAN] = forecast
        return np.asarray(np.maximum(totals, known[:, None]))
