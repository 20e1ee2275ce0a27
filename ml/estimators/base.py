"""What every estimator of streams or classes can do, beside fit and predict."""

from typing import Any, Self

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin, clone

from ml.splits import Slices, inner_slices


class StreamEstimator(RegressorMixin, BaseEstimator):
    """Forecasts the total of one window. `X` are rows of `release_features`, `y` and forecasts are streams."""

    def draft(self, X: pd.DataFrame, y: np.ndarray, slices: Slices) -> Self:
        """The same estimator as it was known before the later slices: its errors there are honest."""
        fitted: Self = clone(self).fit(X[slices.fit], y[slices.fit])
        return fitted

    def refit(self, draft: Self, X: pd.DataFrame, y: np.ndarray) -> Self:
        """Fit on every row, with what the draft chose."""
        fitted: Self = self.fit(X, y)
        return fitted

    def weights(self) -> dict[str, float]:
        """Fitted figures worth a look in MLflow, by name."""
        return {}


class ChoosingEstimator(StreamEstimator):
    """One that chooses something on later rows and then keeps it for all: `draft` and `refit` are its own.

    A subclass has the parameter `window`: days of the longest window, which part the slices.
    """

    window: int

    def fit(self, X: pd.DataFrame, y: np.ndarray) -> Self:
        """Choose on the later rows, then fit on all."""
        y = np.asarray(y, dtype=float)
        return self.refit(self.draft(X, y, inner_slices(X, (self.window,))), X, y)


class ClassEstimator(ClassifierMixin, BaseEstimator):
    """Gives the chances of the three classes.

    `fit` takes totals, not classes: how far a total lies from a class's minimum tells more than its side. A subclass
    has the parameter `minimums`: least streams of the middle and of the top class.
    """

    minimums: tuple[float, float]

    @property
    def classes_(self) -> np.ndarray:
        """Low, medium and high as 0, 1 and 2."""
        return np.arange(3)

    def places(self, y: np.ndarray) -> np.ndarray:
        """Class of each total as 0, 1 or 2."""
        return np.searchsorted(np.asarray(self.minimums), np.asarray(y, dtype=float), side="right")

    def predict(self, X: pd.DataFrame) -> np.ndarray:
        """The likeliest class of each row as 0, 1 or 2."""
        return np.asarray(self.predict_proba(X).argmax(axis=1))

    def score(self, X: pd.DataFrame, y: np.ndarray) -> float:
        """Share of rows whose likeliest class is that of their total."""
        return float(np.mean(self.predict(X) == self.places(y)))

    def weights(self) -> dict[str, float]:
        """Fitted figures worth a look in MLflow, by name."""
        return {}


def configured(estimator: Any, **values: Any) -> Any:
    """A clone whose parameters of these names are set, at whatever depth they lie; names it lacks are passed over."""
    copy = clone(estimator)
    wanted = {path: path.rpartition("__")[2] for path in copy.get_params()}
    return copy.set_params(**{path: values[name] for path, name in wanted.items() if name in values})


def usual_errors(days: np.ndarray, error: np.ndarray, least: float) -> tuple[np.ndarray, np.ndarray]:
    """As-of days in rising order, and the root mean square error of each, no less than `least`."""
    found = np.unique(days)
    return found, np.maximum([np.sqrt(np.mean(error[days == day] ** 2)) for day in found], least)


def nearest(trained: np.ndarray, days: np.ndarray) -> np.ndarray:
    """Place of the nearest trained as-of day for each row; of two equally near, the earlier."""
    return np.asarray(np.abs(np.asarray(days)[:, None] - np.asarray(trained)).argmin(axis=1))


def on_days(X: pd.DataFrame, days: tuple[int, ...]) -> np.ndarray:
    """Rows of these as-of days; all rows where none is of them."""
    found = X["as_of_day"].isin(days).to_numpy()
    return found if found.any() else np.ones(len(X), dtype=bool)
