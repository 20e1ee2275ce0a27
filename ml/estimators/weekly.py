"""How far the errors of one release week go together, and what that does to a sum of totals."""

from typing import Self

import numpy as np
import pandas as pd
from scipy.stats import norm
from sklearn.base import BaseEstimator

from ml.data import is_open, target_column
from ml.estimators.base import nearest
from ml.estimators.distribution import LEVELS, chance_at_least
from ml.estimators.shrinkage import day_group
from ml.evaluation.bootstrap import release_weeks

MAX_CORRELATION = 0.95
DRAWS = 4000
FARTHEST = 4.0
"""Deviates beyond which an error counts no further: one wild error must not rule a correlation."""


class WeeklyDependence(BaseEstimator):
    """Correlation of errors within release weeks, one number for each horizon and group of as-of days.

    An error is the normal deviate of the truth in its forecast distribution. Releases of one week share a normal factor
    (a one-factor Gaussian copula), weeks are independent.

    Attributes:
        correlations_: By horizon and group of as-of days, in [0, 1].

    Source: Li 2000, On default correlation: a copula function approach.
    """

    def fit(self, X: pd.DataFrame, totals: dict[int, np.ndarray]) -> Self:
        """Measure.

        Args:
            X: Rows that the forecasts were not fitted on, with their true totals.
            totals: Their quantiles by horizon, shape (rows, levels); NaN where the window has ended.
        """
        self.correlations_: dict[tuple[int, int], float] = {}
        for horizon, quantiles in totals.items():
            rows = is_open(X, horizon)
            later, actual = X[rows], X.loc[rows, target_column(horizon)].to_numpy(dtype=float)
            errors = deviates(quantiles[rows], actual)
            days = later["as_of_day"].to_numpy()
            weeks, groups = release_weeks(later["release_date"]), day_group(days)
            for group in np.unique(groups):
                part = groups == group
                self.correlations_[horizon, int(group)] = within_weeks(errors[part], weeks[part], days[part])
        return self

    def draw_totals(
        self, X: pd.DataFrame, horizon: int, quantiles: np.ndarray, seed: int, draws: int = DRAWS
    ) -> np.ndarray:
        """Draws of totals that may be summed over any rows, shape (rows, draws).

        Args:
            X: Rows with as-of day and release date.
            horizon: Horizon of the totals.
            quantiles: Of each row's total at `LEVELS`, shape (rows, levels).
            seed: The same seed gives the same draws.
            draws: How many.
        """
        random = np.random.default_rng(seed)
        weeks, place = np.unique(release_weeks(X["release_date"]), return_inverse=True)
        shared = random.standard_normal((len(weeks), draws))[place]
        own = random.standard_normal((len(X), draws))
        correlation = self._correlations(horizon, X["as_of_day"].to_numpy())[:, None]
        deviate = np.sqrt(correlation) * shared + np.sqrt(1 - correlation) * own
        # a mean leaves out the farthest tail, an interval of a sum must not: there hits come from
        logs, at = np.log1p(quantiles), norm.ppf(LEVELS)
        drawn = [np.interp(deviates_of_row, at, row) for deviates_of_row, row in zip(deviate, logs, strict=True)]
        return np.expm1(np.array(drawn).reshape(len(X), draws))

    def _correlations(self, horizon: int, days: np.ndarray) -> np.ndarray:
        groups = sorted(group for known, group in self.correlations_ if known == horizon)
        if not groups:
            return np.zeros(len(days))
        values = np.array([self.correlations_[horizon, group] for group in groups])
        return np.asarray(values[nearest(np.array(groups), day_group(days))])


def deviates(quantiles: np.ndarray, actual: np.ndarray) -> np.ndarray:
    """Normal deviate of each total in its own distribution, no farther than `FARTHEST`.

    Args:
        quantiles: At `LEVELS`, shape (rows, levels).
        actual: A total for each row.
    """
    chances = chance_at_least(quantiles, actual)
    return np.asarray(norm.isf(np.clip(chances, norm.sf(FARTHEST), norm.cdf(FARTHEST))))


def within_weeks(errors: np.ndarray, weeks: np.ndarray, days: np.ndarray) -> float:
    """Mean product of two errors of one week and as-of day, over the mean square; at least 0."""
    cells = pd.DataFrame({"week": weeks, "day": days, "error": errors, "square": errors**2})
    cells = (
        cells.groupby(["week", "day"])[["error", "square"]]
        .sum()
        .join(cells.groupby(["week", "day"]).size().rename("count"))
    )
    pairs = float((cells["count"] * (cells["count"] - 1)).sum())
    square = float(cells["square"].sum() / cells["count"].sum())
    if pairs == 0 or square <= 0:
        return 0.0
    products = float((cells["error"] ** 2 - cells["square"]).sum())
    return float(np.clip(products / pairs / square, 0.0, MAX_CORRELATION))
