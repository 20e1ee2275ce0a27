"""Forecasts of all horizons at once, longer ones never below shorter ones."""

from collections.abc import Callable
from typing import Any, Self

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, clone

from ml.data import Columns, estimated_days, is_open, target_column
from ml.estimators.base import configured
from ml.estimators.calibrated import CalibratedForecast
from ml.estimators.distribution import LEVELS, MEDIAN, mean_total
from ml.estimators.log_linear import seen_streams
from ml.estimators.mix import RidgeAndTrees
from ml.estimators.ridge_on_law import FittedLinear, RidgeOnLaw

INTERVAL_COLUMNS = ("lower_80", "upper_80", "lower_90", "upper_90")
FORECAST_COLUMNS = ("predicted_streams", *INTERVAL_COLUMNS, "expected_streams")
ENDS = [int(np.flatnonzero(np.isclose(LEVELS, level))[0]) for level in (0.1, 0.9, 0.05, 0.95)]
"""Places of the intervals' ends among the levels of quantiles."""


class StreamForecaster(BaseEstimator):
    """One estimator for each horizon, on the same features and on the as-of days before its end.

    Args:
        point: A `StreamEstimator`; None for `RidgeAndTrees`.
        feature_set: `tiktok` or `tiktok_vk`.
        numeric: Numeric features.
        categorical: Categorical features.
        horizons: Days from release that the totals cover.
        seed: Seed of everything random.
        threads: Threads of CatBoost.
        parameters: CatBoost's parameters; None for the defaults.
        is_calibrated: Whether to fit intervals and means too, for which most estimators are fitted twice.

    Attributes:
        models_: A `CalibratedForecast`, or the bare estimator, for each horizon in rising order.
    """

    def __init__(
        self,
        point: Any = None,
        feature_set: str = "tiktok_vk",
        numeric: tuple[str, ...] = (),
        categorical: tuple[str, ...] = (),
        horizons: tuple[int, ...] = (14, 30),
        seed: int = 0,
        threads: int = 1,
        parameters: Any = None,
        is_calibrated: bool = True,
    ) -> None:
        self.point = point
        self.feature_set = feature_set
        self.numeric = numeric
        self.categorical = categorical
        self.horizons = horizons
        self.seed = seed
        self.threads = threads
        self.parameters = parameters
        self.is_calibrated = is_calibrated

    @property
    def columns(self) -> Columns:
        """Features."""
        return Columns(tuple(self.numeric), tuple(self.categorical))

    @property
    def by_horizon(self) -> dict[int, Any]:
        """The fitted model of each horizon, in rising order."""
        return dict(zip(sorted(self.horizons), self.models_, strict=True))

    def fit(self, X: pd.DataFrame, y: pd.DataFrame, stressed: pd.DataFrame | None = None) -> Self:
        """Fit every horizon.

        Args:
            X: Rows of `release_features`.
            y: A column `streams_<horizon>` for each horizon.
            stressed: Rows of the same releases with days taken away, from `ml.stressed`; without them priors widen a
                forecast where days are missing.
        """
        shared = {
            "feature_set": self.feature_set,
            "numeric": tuple(self.numeric),
            "categorical": tuple(self.categorical),
            "window": max(self.horizons),
            "seed": self.seed,
            "threads": self.threads,
        }
        if self.parameters is not None:
            shared["parameters"] = dict(self.parameters)
        model = configured(self.point if self.point is not None else RidgeAndTrees.standard(), **shared)
        if self.is_calibrated:
            model = CalibratedForecast(model, self.feature_set, max(self.horizons))
        self.models_ = []
        for horizon in sorted(self.horizons):
            rows = is_open(X, horizon)
            totals = y.loc[rows, target_column(horizon)].to_numpy(dtype=float)
            more: dict[str, Any] = {}
            if self.is_calibrated and stressed is not None:
                lacking = stressed[is_open(stressed, horizon)]
                more["stressed"] = lacking.assign(actual_streams=lacking[target_column(horizon)])
            if self.is_calibrated:
                # of days with errors of their own, as a share of those still to come
                left = horizon - X.loc[rows, "as_of_day"].to_numpy()
                more["doubt"] = np.sqrt(estimated_days(X, horizon)[rows]) / left
            self.models_.append(clone(model).fit(X[rows].reset_index(drop=True), totals, **more))
        return self

    def predict(self, X: pd.DataFrame) -> np.ndarray:
        """Totals, shape (rows, horizons), horizons in rising order; NaN where the window has ended."""
        return self._raised(X, lambda model, rows: model.predict(rows)[:, None])[:, :, 0].T

    def quantiles(self, X: pd.DataFrame) -> dict[int, np.ndarray]:
        """Quantiles of totals at `LEVELS` by horizon, shape (rows, levels), in streams; NaN where the window has ended.

        None lies below the streams already known, nor below the same quantile of a shorter horizon.
        """
        raised = self._raised(X, lambda model, rows: model.predict_quantiles(rows))
        return dict(zip(self.by_horizon, raised, strict=True))

    def forecast(self, X: pd.DataFrame) -> dict[int, pd.DataFrame]:
        """Forecasts by horizon, each for the rows of `X` whose window has not ended by their as-of day."""
        forecasts = {}
        for horizon, totals in self.quantiles(X).items():
            rows = is_open(X, horizon)
            forecasts[horizon] = read_off(totals[rows], X.index[rows])
        return forecasts

    def contributions(self, X: pd.DataFrame, horizon: int) -> np.ndarray:
        """What each of `columns.all` adds to the log of the total, shape (rows, features)."""
        return np.asarray(self.by_horizon[horizon].contributions(X, self.columns.all))

    def linear_part(self, horizon: int) -> FittedLinear | None:
        """Law and ridge of a horizon, drafted and fitted; None without them, or of a forecaster read from a file."""
        model = self.by_horizon[horizon]
        draft, whole = (getattr(model, name, None) for name in ("drafted", "point_"))
        draft, whole = (getattr(part, "linear_", part) for part in (draft, whole))
        if isinstance(draft, RidgeOnLaw) and isinstance(whole, RidgeOnLaw):
            return FittedLinear(draft, whole)
        return None

    def _raised(self, X: pd.DataFrame, figures: Callable[[Any, pd.DataFrame], np.ndarray]) -> np.ndarray:
        """Each figure raised to what landed and to that of the shorter horizons: shape (horizons, rows, figures)."""
        found = []
        for horizon, model in self.by_horizon.items():
            rows = is_open(X, horizon)
            values = figures(model, X[rows])
            found.append(np.full((len(X), values.shape[1]), np.nan))
            found[-1][rows] = np.maximum(values, seen_streams(X[rows], self.feature_set)[:, None])
        return np.asarray(np.fmax.accumulate(np.stack(found), axis=0))


def read_off(totals: np.ndarray, index: pd.Index) -> pd.DataFrame:
    """What is published of a distribution, in streams: columns `FORECAST_COLUMNS`.

    `predicted_streams` is the median, `lower_` and `upper_` are the ends of the 80 % and 90 % intervals, and
    `expected_streams` is the mean, which adds up over releases.

    Args:
        totals: Quantiles of totals at `LEVELS`, shape (rows, levels).
        index: Of the rows.
    """
    values = np.column_stack([totals[:, MEDIAN], totals[:, ENDS], mean_total(totals)])
    return pd.DataFrame(values, columns=list(FORECAST_COLUMNS), index=index)
