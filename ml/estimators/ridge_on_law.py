"""The smooth part of every forecast: the shape law, and a ridge correction as far as later releases trust it."""

from typing import NamedTuple, Self

import numpy as np
import pandas as pd
from sklearn.base import clone

from ml.estimators.base import ChoosingEstimator
from ml.estimators.log_linear import MAX_LOG
from ml.estimators.remainder import corrected, remainder_error, remainder_share
from ml.estimators.ridge import DayRidge
from ml.estimators.shape_law import ShapeLaw
from ml.estimators.shrinkage import FIRST_DAYS, day_group, trust_by_day
from ml.splits import REFERENCE_DAY, Slices


class RidgeOnLaw(ChoosingEstimator):
    """Law and ridge.

    Args:
        feature_set: Decides the as-of total that the law starts from.
        numeric: Features of the ridge.
        window: Days of the longest window.

    Attributes:
        law_: The shape law.
        ridge_: Correction of the log remainder; None where it has no weight.
        trust_: Share of it that is added, in [0, 1], for each group of as-of days.
    """

    law_: ShapeLaw
    ridge_: DayRidge | None
    trust_: np.ndarray

    def __init__(self, feature_set: str = "tiktok_vk", numeric: tuple[str, ...] = (), window: int = 30) -> None:
        self.feature_set = feature_set
        self.numeric = numeric
        self.window = window

    def draft(self, X: pd.DataFrame, y: np.ndarray, slices: Slices) -> Self:
        """Fit on the fit slice; the later slices say how far to trust the ridge."""
        draft: Self = clone(self)
        before = X[slices.fit]
        draft.law_ = ShapeLaw(self.feature_set).fit(before, y[slices.fit])
        draft.ridge_, draft.trust_ = None, np.zeros(len(FIRST_DAYS))
        error = remainder_error(draft.law_, X, y)
        if not slices.judged.any() or np.ptp(error[slices.fit]) < 1e-9:
            return draft
        ridge = DayRidge(self.numeric).fit(before, error[slices.fit])
        later = X[slices.judged]
        share = remainder_share(draft.law_, later)
        draft.trust_ = trust_by_day(
            share * error[slices.judged],
            share * ridge.predict(later),
            later["release_id"].to_numpy(),
            later["as_of_day"].to_numpy(),
        )
        draft.ridge_ = ridge if draft.trust_.any() else None
        return draft

    def refit(self, draft: Self, X: pd.DataFrame, y: np.ndarray) -> Self:
        """The same forecast on every row, with the draft's weight."""
        self.law_ = ShapeLaw(self.feature_set).fit(X, y)
        self.ridge_, self.trust_ = None, draft.trust_
        if draft.ridge_ is not None:
            self.ridge_ = DayRidge(self.numeric).fit(X, remainder_error(self.law_, X, y))
        return self

    def correction(self, X: pd.DataFrame) -> np.ndarray:
        """The weighted ridge correction of the log remainder; zeros where there is none."""
        return np.zeros(len(X)) if self.ridge_ is None else self._trust(X) * self.ridge_.predict(X)

    def predict_log(self, X: pd.DataFrame) -> np.ndarray:
        """log(1 + total) for each row."""
        return corrected(self.law_, X, self.correction(X))

    def predict(self, X: pd.DataFrame) -> np.ndarray:
        """Totals."""
        return np.expm1(np.minimum(self.predict_log(X), MAX_LOG))

    def contributions(self, X: pd.DataFrame, columns: list[str]) -> np.ndarray:
        """Shapley values of every feature in the log of the total, shape (rows, columns)."""
        parts = self.correction_contributions(X, columns)
        return self.law_.contributions(X, columns) + step_scale(self.law_, X, self.correction(X))[:, None] * parts

    def correction_contributions(self, X: pd.DataFrame, columns: list[str]) -> np.ndarray:
        """What each feature adds to the log of the remainder, shape (rows, columns)."""
        found = np.zeros((len(X), len(columns)))
        if self.ridge_ is not None:
            places = [columns.index(name) for name in self.numeric]
            found[:, places] = self._trust(X)[:, None] * self.ridge_.contributions(X)
        return found

    def fit_both(self, X: pd.DataFrame, y: np.ndarray, slices: Slices) -> "FittedLinear":
        """A draft and a fit on every row."""
        draft = self.draft(X, y, slices)
        return FittedLinear(draft, clone(self).refit(draft, X, y))

    def weights(self) -> dict[str, float]:
        """Weight of the ridge at the reference day."""
        return {"ridge_weight": float(self.trust_[day_group(np.array([REFERENCE_DAY]))[0]])}

    def _trust(self, X: pd.DataFrame) -> np.ndarray:
        return np.asarray(self.trust_[day_group(X["as_of_day"].to_numpy())])


class FittedLinear(NamedTuple):
    """Law and ridge as they were before the later slices, and fitted on every row."""

    draft: RidgeOnLaw
    whole: RidgeOnLaw


def step_scale(law: ShapeLaw, X: pd.DataFrame, correction: np.ndarray) -> np.ndarray:
    """Factors that turn a correction of the log remainder into the step from the law's log total to the forecast."""
    step = corrected(law, X, correction) - corrected(law, X, 0 * correction)
    return np.divide(step, correction, out=np.zeros(len(X)), where=np.abs(correction) > 1e-9)
