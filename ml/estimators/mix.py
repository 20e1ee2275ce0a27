"""The shape law, corrected by a mix of ridge and trees."""

from typing import Any, Self

import numpy as np
import pandas as pd
from sklearn.base import clone

from ml.estimators.base import ChoosingEstimator, nearest, on_days, usual_errors
from ml.estimators.log_linear import MAX_LOG
from ml.estimators.remainder import corrected, remainder_error, remainder_share
from ml.estimators.ridge_on_law import RidgeOnLaw, step_scale
from ml.estimators.shrinkage import FIRST_DAYS, day_group, trust_by_day
from ml.estimators.trees import TREE_DAYS, CatBoostTrees
from ml.splits import REFERENCE_DAY, Slices

MIN_SPREAD = 1e-3


class RidgeAndTrees(ChoosingEstimator):
    """The law, corrected by ridge and trees as far as later releases trust either.

    Args:
        linear: Law and ridge.
        trees: `CatBoostTrees` or `LightGBMTrees`.
        window: Days of the longest window.

    Attributes:
        linear_: Law and ridge, fitted.
        trees_: The trees' own correction of the law, in units of `spread_`; None where it has no weight.
        days_: As-of days of the training rows.
        spread_: For each of them the root mean square of what the law lacks: days with large errors would else rule
            the trees.
        trust_: Share of the correction that is the trees' and not the ridge's, in [0, 1], for each group of as-of days.
    """

    linear_: RidgeOnLaw
    trees_: Any
    days_: np.ndarray
    spread_: np.ndarray
    trust_: np.ndarray

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
        draft.trees_, draft.trust_ = None, np.zeros(len(FIRST_DAYS))
        # Trees learn what the law lacks, not what the ridge leaves: of that, the ridge's own overfit hides the most.
        error = remainder_error(draft.linear_.law_, X, y)
        days = X["as_of_day"].to_numpy()
        draft._measure(days[slices.fit], error[slices.fit])
        if not slices.judged.any() or np.ptp(error[slices.fit]) <= 1e-9:
            return draft
        scaled, chosen = error / draft._spread(X), on_days(X, TREE_DAYS)
        fit, early = slices.fit & chosen, slices.early & chosen
        later = (X[early], scaled[early]) if early.any() else None
        draft.trees_ = clone(self.trees).fit(X[fit], scaled[fit], later)
        judged = X[slices.judged]
        ridge, share = draft.linear_.correction(judged), remainder_share(draft.linear_.law_, judged)
        step = draft._spread(judged) * draft.trees_.predict(judged) - ridge
        draft.trust_ = trust_by_day(
            share * (error[slices.judged] - ridge),
            share * step,
            judged["release_id"].to_numpy(),
            judged["as_of_day"].to_numpy(),
        )
        return draft

    def refit(self, draft: Self, X: pd.DataFrame, y: np.ndarray) -> Self:
        """The same on every row; trees without weight are dropped."""
        self.linear_ = clone(self.linear).refit(draft.linear_, X, y)
        self.trees_, self.trust_ = None, draft.trust_
        error = remainder_error(self.linear_.law_, X, y)
        self._measure(X["as_of_day"].to_numpy(), error)
        if draft.trust_.any() and draft.trees_.count_ > 0:
            trees, chosen = clone(self.trees).set_params(count=draft.trees_.count_), on_days(X, TREE_DAYS)
            self.trees_ = trees.fit(X[chosen], (error / self._spread(X))[chosen])
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
            tree_parts, trust = np.zeros_like(parts), self._trust(X)[:, None]
            places = [columns.index(name) for name in (*self.trees_.numeric, *self.trees_.categorical)]
            tree_parts[:, places] = self._spread(X)[:, None] * self.trees_.contributions(X)
            parts = (1 - trust) * parts + trust * tree_parts
        law = self.linear_.law_
        return law.contributions(X, columns) + step_scale(law, X, self._correction(X))[:, None] * parts

    def weights(self) -> dict[str, float]:
        """Weights of ridge and trees at the reference day, and the number of trees."""
        trees = 0.0 if self.trees_ is None else float(self.trees_.count_)
        boost = float(self.trust_[day_group(np.array([REFERENCE_DAY]))[0]])
        return {**self.linear_.weights(), "boost_weight": boost, "trees": trees}

    def _correction(self, X: pd.DataFrame) -> np.ndarray:
        ridge = self.linear_.correction(X)
        if self.trees_ is None:
            return ridge
        trust = self._trust(X)
        return np.asarray((1 - trust) * ridge + trust * self._spread(X) * self.trees_.predict(X))

    def _measure(self, days: np.ndarray, error: np.ndarray) -> None:
        self.days_, self.spread_ = usual_errors(days, error, MIN_SPREAD)

    def _spread(self, X: pd.DataFrame) -> np.ndarray:
        return np.asarray(self.spread_[nearest(self.days_, X["as_of_day"].to_numpy())])

    def _trust(self, X: pd.DataFrame) -> np.ndarray:
        return np.asarray(self.trust_[day_group(X["as_of_day"].to_numpy())])
