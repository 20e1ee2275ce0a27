"""The log-linear law, corrected by a mix of ridge and trees."""

from typing import Any, Self

import numpy as np
import pandas as pd
from sklearn.base import clone

from ml.estimators.base import ChoosingEstimator
from ml.estimators.log_linear import MAX_LOG
from ml.estimators.remainder import corrected, remainder_error
from ml.estimators.ridge_on_law import RidgeOnLaw, step_scale
from ml.estimators.shrinkage import trusted_weight
from ml.estimators.trees import CatBoostTrees
from ml.splits import Slices


class RidgeAndTrees(ChoosingEstimator):
    """The law, corrected by ridge and trees as far as later releases trust either.

    Args:
        linear: Law and ridge.
        trees: `CatBoostTrees` or `LightGBMTrees`.
        window: Days of the longest window.

    Attributes:
        linear_: Law and ridge, fitted.
        trees_: The trees' own correction of the law; None where it has no weight.
        weight_: Share of the correction that is the trees' and not the ridge's, in [0, 1].
    """

    linear_: RidgeOnLaw
    trees_: Any
    weight_: float

    def __init__(self, linear: RidgeOnLaw, trees: Any, window: int = 30) -> None:
        self.linear = linear
        self.trees = trees
        self.window = window

    @classmethod
    def standard(cls) -> Self:
        """This project's own model of streams."""
        return cls(RidgeOnLaw(), CatBoostTrees())

    def draft(self, X: pd.DataFrame, y: np.ndarray, slices: Slices) -> Self:
        """Fit on the fit slice, stop early by the next, and choose the weights by all later ones."""
        draft: Self = clone(self)
        draft.linear_ = clone(self.linear).draft(X, y, slices)
        draft.trees_, draft.weight_ = None, 0.0
        # Trees learn what the law lacks, not what the ridge leaves: of that, the ridge's own overfit hides the most.
        error = remainder_error(draft.linear_.law_, X, y)
        if not slices.judged.any() or np.ptp(error[slices.fit]) <= 1e-9:
            return draft
        later = (X[slices.early], error[slices.early]) if slices.early.any() else None
        draft.trees_ = clone(self.trees).fit(X[slices.fit], error[slices.fit], later)
        judged = X[slices.judged]
        ridge = draft.linear_.correction(judged)
        step = draft.trees_.predict(judged) - ridge
        draft.weight_ = trusted_weight(error[slices.judged] - ridge, step, judged["release_id"].to_numpy())
        return draft

    def refit(self, draft: Self, X: pd.DataFrame, y: np.ndarray) -> Self:
        """The same on every row; trees without weight are dropped."""
        self.linear_ = clone(self.linear).refit(draft.linear_, X, y)
        self.trees_, self.weight_ = None, draft.weight_
        if draft.weight_ > 0 and draft.trees_.count_ > 0:
            trees = clone(self.trees).set_params(count=draft.trees_.count_)
            self.trees_ = trees.fit(X, remainder_error(self.linear_.law_, X, y))
        return self

    def predict_log(self, X: pd.DataFrame) -> np.ndarray:
        """log(1 + total) for each row."""
        return corrected(self.linear_.law_, X, self._correction(X))

    def predict(self, X: pd.DataFrame) -> np.ndarray:
        """Totals."""
        return np.expm1(np.minimum(self.predict_log(X), MAX_LOG))

    def contributions(self, X: pd.DataFrame, columns: list[str]) -> np.ndarray:
        """Shapley values of every feature in the log of the total, shape (rows, columns).

        Those of the corrections are about the remainder: they are scaled so that together they make the step from the
        law's total to the forecast one.
        """
        parts = self.linear_.correction_contributions(X, columns)
        if self.trees_ is not None:
            of_trees = np.zeros_like(parts)
            places = [columns.index(name) for name in (*self.trees_.numeric, *self.trees_.categorical)]
            of_trees[:, places] = self.trees_.contributions(X)
            parts = (1 - self.weight_) * parts + self.weight_ * of_trees
        law = self.linear_.law_
        return law.contributions(X, columns) + step_scale(law, X, self._correction(X))[:, None] * parts

    def weights(self) -> dict[str, float]:
        """Weights of ridge and trees, and the number of trees."""
        trees = 0.0 if self.trees_ is None else float(self.trees_.count_)
        return {**self.linear_.weights(), "boost_weight": self.weight_, "trees": trees}

    def _correction(self, X: pd.DataFrame) -> np.ndarray:
        ridge = self.linear_.correction(X)
        if self.trees_ is None:
            return ridge
        return np.asarray((1 - self.weight_) * ridge + self.weight_ * self.trees_.predict(X))
