"""A distribution once its total is known to be no less than a floor."""

import numpy as np
from scipy.stats import norm

ORDER = [3, 1, 0, 2, 4]
"""Places of the quantiles in rising order: lower 90, lower 80, median, upper 80, upper 90."""
LEVELS = np.array([0.05, 0.1, 0.5, 0.9, 0.95])
SCORES = norm.ppf(LEVELS)
MAX_SCORE = 8.0
MIN_STEP = 1e-9


def given_floor(figures: np.ndarray, floor: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """What forecasts say of totals that have reached a floor.

    A distribution is read off its five quantiles: log totals against standard normal scores, straight between them and
    beyond. What lies below the floor is cut off, and the rest counts as all of it.

    Args:
        figures: Median, lower 80, upper 80, lower 90, upper 90 and mean, shape (rows, 6).
        floor: Streams, one for each row.

    Returns:
        The same figures, and how likely the forecasts took their floors to be reached.
    """
    raised, reached = figures.copy(), np.ones(len(figures))
    for place, (row, least) in enumerate(zip(figures, floor, strict=True)):
        quantiles = np.log1p(np.maximum(row[ORDER], 0.0))
        knots = np.maximum.accumulate(quantiles) + MIN_STEP * np.arange(len(ORDER))
        below = norm.cdf(_along(np.log1p(least), knots, SCORES))
        reached[place] = 1 - below
        scores = np.minimum(norm.ppf(below + LEVELS * (1 - below)), MAX_SCORE)
        totals = np.expm1([_along(score, SCORES, knots) for score in scores])
        raised[place, ORDER] = np.maximum(np.maximum(totals, row[ORDER]), least)
        raised[place, 5] = max(row[5] * (1 + raised[place, 0]) / (1 + row[0]), least)
    return raised, reached


def _along(x: float, knots: np.ndarray, values: np.ndarray) -> float:
    """Value at x of the line through knots, which goes straight on beyond the last."""
    at = int(np.clip(np.searchsorted(knots, x) - 1, 0, len(knots) - 2))
    slope = (values[at + 1] - values[at]) / (knots[at + 1] - knots[at])
    return float(np.clip(values[at] + slope * (x - knots[at]), -2 * MAX_SCORE, 50.0))
