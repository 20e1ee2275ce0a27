"""Ridge regression on all numeric features and the products of the strongest, apart for each as-of day.

On few releases it reads smooth effects, such as growth within the week, that trees cut into steps. Products let one
effect depend on another: what TikTok sends counts for more where fans fall off.
"""

import warnings
from functools import cache
from typing import Self

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.linear_model import orthogonal_mp_gram
from threadpoolctl import ThreadpoolController

from ml.estimators.base import nearest

REACH = 3.0
"""Standard deviations beyond which a feature has no further say, so that an extreme release cannot run away."""
MIN_SHARE_DIFFERING = 0.05
"""Share of releases that must differ from the middle one for a feature to have a say."""
ANCHOR_DAYS = (*range(11), 12, 14, 17, 21, 25, 29)
"""As-of days with coefficients of their own; a day between takes those of the anchor before it."""
PENALTIES = np.logspace(-1, 5, 13)
MAX_STRONG = 12
RELEASES_PER_STRONG = 50
"""Rows for each feature whose products are taken: few releases cannot tell products from chance."""
PRODUCT_SCALE = 0.25
"""Products are scaled down, which penalizes them 16 times as much as a feature itself."""


class DayRidge(RegressorMixin, BaseEstimator):
    """A ridge for each anchor day; a day that was not trained on takes the nearest.

    A day between two anchors has means, scales and a constant of its own.

    Args:
        numeric: Features; one that is constant or unknown at some day has no say there.

    Attributes:
        mean_, scale_: Of each feature's log, shape (days, features); scale 0 marks a feature without a say.
        constant_: For each day what a typical release gets.
        anchors_: For each day the place of its anchor in the lists below.
        strong_: For each anchor the places of the features whose products are taken, each with each and with itself.
        center_: For each anchor the mean of each product.
        coefficients_: For each anchor those of the features, then of the products.
    """

    def __init__(self, numeric: tuple[str, ...] = ()) -> None:
        self.numeric = numeric

    def fit(self, X: pd.DataFrame, y: np.ndarray) -> Self:
        """Fit to what a forecast left over, truth minus forecast in logs."""
        values, days = self._values(X), X["as_of_day"].to_numpy()
        self.days_ = np.unique(days)
        self.mean_, self.scale_ = np.zeros((2, len(self.days_), values.shape[1]))
        self.constant_, anchors = np.zeros(len(self.days_)), []
        self.strong_: list[np.ndarray] = []
        self.center_: list[np.ndarray] = []
        self.coefficients_: list[np.ndarray] = []
        for place, day in enumerate(self.days_):
            rows, target = _signed_logs(values[days == day]), y[days == day]
            self.mean_[place], self.scale_[place] = _spread(rows)
            z = _standardized(rows, self.mean_[place], self.scale_[place])
            if place == 0 or day in ANCHOR_DAYS:
                self._fit_anchor(z, target)
            anchors.append(len(self.strong_) - 1)
            self.constant_[place] = (target - self._effect(z, anchors[-1])).mean()
        self.anchors_ = np.array(anchors)
        return self

    def _fit_anchor(self, z: np.ndarray, target: np.ndarray) -> None:
        strong = strongest(z, target, min(MAX_STRONG, len(target) // RELEASES_PER_STRONG))
        products = _products(z, strong)
        center = products.mean(axis=0)
        self.strong_.append(strong)
        self.center_.append(center)
        self.coefficients_.append(solve_ridge(np.column_stack([z, products - center]), target)[0])

    def predict(self, X: pd.DataFrame) -> np.ndarray:
        """The correction of each row, in logs."""
        values, places = self._values(X), nearest(self.days_, X["as_of_day"].to_numpy())
        found = self.constant_[places]
        for place in np.unique(places):
            rows = places == place
            z = _standardized(_signed_logs(values[rows]), self.mean_[place], self.scale_[place])
            found[rows] += self._effect(z, self.anchors_[place])
        return np.asarray(found)

    def contributions(self, X: pd.DataFrame) -> np.ndarray:
        """What each feature adds, shape (rows, features): Shapley values against a typical release.

        A product's part belongs to its two features in halves.
        """
        values, places = self._values(X), nearest(self.days_, X["as_of_day"].to_numpy())
        found = np.zeros(values.shape)
        for place in np.unique(places):
            rows, anchor = places == place, self.anchors_[place]
            strong, coefficients = self.strong_[anchor], self.coefficients_[anchor]
            z = _standardized(_signed_logs(values[rows]), self.mean_[place], self.scale_[place])
            parts = z * coefficients[: z.shape[1]]
            halves = (_products(z, strong) - self.center_[anchor]) * coefficients[z.shape[1] :] / 2
            for side in np.triu_indices(len(strong)):
                np.add.at(parts.T, strong[side], halves.T)
            found[rows] = parts
        return found

    def _values(self, X: pd.DataFrame) -> np.ndarray:
        return X[list(self.numeric)].to_numpy(dtype=float)

    def _effect(self, z: np.ndarray, anchor: int) -> np.ndarray:
        """What all standardized features add to the constant."""
        coefficients = self.coefficients_[anchor]
        products = _products(z, self.strong_[anchor]) - self.center_[anchor]
        return np.asarray(z @ coefficients[: z.shape[1]] + products @ coefficients[z.shape[1] :])


def _spread(features: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean and standard deviation of each feature; 0 for one without a say."""
    seen = np.isfinite(features)
    count = np.maximum(seen.sum(axis=0), 1)
    mean = np.where(seen, features, 0.0).sum(axis=0) / count
    scale = np.sqrt(np.where(seen, (features - mean) ** 2, 0.0).sum(axis=0) / count)
    # What hardly ever differs, such as a day that was not delivered, would be read off a handful of releases.
    # Sorting puts what is unknown last: numpy's own median of columns with gaps takes them one by one.
    ordered, columns = np.sort(features, axis=0), np.arange(features.shape[1])
    middle = (ordered[(count - 1) // 2, columns] + ordered[count // 2, columns]) / 2
    differs = (seen & (np.abs(features - middle) > 1e-9)).mean(axis=0)
    return mean, np.where((scale > 1e-9) & (differs >= MIN_SHARE_DIFFERING), scale, 0.0)


def strongest(features: np.ndarray, target: np.ndarray, count: int) -> np.ndarray:
    """Places of the features that together explain most, in rising order.

    Args:
        features: Shape (rows, columns), without gaps.
        target: One number for each row.
        count: Features wanted; fewer come back where no further one explains anything.

    Source: Pati, Rezaiifar & Krishnaprasad 1993 (orthogonal matching pursuit).
    """
    x, y = features - features.mean(axis=0), target - target.mean()
    length = np.sqrt((x**2).sum(axis=0))
    usable = np.flatnonzero(length > 1e-9)
    count = min(count, len(usable))
    if count == 0 or not np.any(np.abs(y) > 1e-12):
        return np.array([], dtype=int)
    x = x[:, usable] / length[usable]
    with warnings.catch_warnings(), _blas().limit(limits=1):
        # it says so where fewer features explain all there is
        warnings.simplefilter("ignore", RuntimeWarning)
        # of one feature it gives a bare number
        weights = np.atleast_1d(orthogonal_mp_gram(x.T @ x, x.T @ y, n_nonzero_coefs=count))
    return np.asarray(usable[np.abs(weights) > 0])


def _products(features: np.ndarray, strong: np.ndarray) -> np.ndarray:
    first, second = np.triu_indices(len(strong))
    return np.asarray(PRODUCT_SCALE * features[:, strong[first]] * features[:, strong[second]])


def solve_ridge(features: np.ndarray, target: np.ndarray) -> tuple[np.ndarray, float]:
    """Ridge coefficients and constant, with the penalty of the lowest leave-one-out error.

    Args:
        features: Shape (rows, columns), without gaps.
        target: One number for each row.

    Source: Golub, Heath & Wahba 1979, Generalized cross-validation as a method for choosing a good ridge parameter;
    the leave-one-out error comes from the hat matrix. One decomposition of the columns' products serves every penalty:
    scikit-learn's RidgeCV decomposes the rows and takes three times as long.
    """
    center, level = features.mean(axis=0), float(target.mean())
    x, y = features - center, np.asarray(target, dtype=float) - level
    # Small matrices: BLAS threads would only wait for each other, and their number would change the last digits.
    with _blas().limit(limits=1):
        strengths, directions = np.linalg.eigh(x.T @ x)
        strengths, turned = np.maximum(strengths, 0.0), x @ directions
        cross, squares = turned.T @ y, turned**2
        shrunk = 1.0 / (strengths[:, None] + PENALTIES)
        leverage = 1.0 / len(y) + squares @ shrunk
        error = (y[:, None] - turned @ (shrunk * cross[:, None])) / np.maximum(1.0 - leverage, 1e-6)
        coefficients = directions @ (shrunk[:, np.argmin((error**2).sum(axis=0))] * cross)
    return coefficients, level - float(center @ coefficients)


@cache
def _blas() -> ThreadpoolController:
    """BLAS of this process. To look for it takes as long as to fit a short line, so that it is found once."""
    return ThreadpoolController().select(user_api="blas")


def _signed_logs(values: np.ndarray) -> np.ndarray:
    """Counts span decades, and shares and slopes near zero stay nearly what they are.

    Taken of one day's rows after the other: of all at once, most of the time goes into the memory.
    """
    return np.asarray(np.copysign(np.log1p(np.abs(values)), values))


def _standardized(features: np.ndarray, mean: np.ndarray, scale: np.ndarray) -> np.ndarray:
    """Unknown values stand at the mean."""
    z = np.where(scale > 0, (features - mean) / np.where(scale > 0, scale, 1.0), 0.0)
    return np.asarray(np.nan_to_num(np.clip(z, -REACH, REACH)))
