"""A class model's say in the distribution of totals: as much as it has earned on later releases."""

import numpy as np

from ml.estimators.distribution import LEVELS
from ml.estimators.shrinkage import trusted_weight

OPEN = 0.01
"""A chance nearer to 0 or 1 is as good as certain: how near is no matter that two models could differ on."""


def to_odds(chance: np.ndarray, least: float = 0.0) -> np.ndarray:
    """Log odds of chances, no nearer to 0 or 1 than `least`."""
    bounded = np.clip(chance, max(least, 1e-9), 1 - max(least, 1e-9))
    return np.asarray(np.log(bounded / (1 - bounded)))


def steps_between(distribution: np.ndarray, classes: np.ndarray) -> np.ndarray:
    """From the distribution's log odds to the class model's, shape (rows, 2); 0 where both are as good as certain."""
    return to_odds(classes, OPEN) - to_odds(distribution, OPEN)


def earned_weights(
    distribution: np.ndarray, classes: np.ndarray, hit: np.ndarray, releases: np.ndarray
) -> tuple[float, float]:
    """Weight of the class model's log odds beside the distribution's at each minimum, in [0, 1].

    Args:
        distribution: Chances of reaching the minimums that the distribution gives, shape (rows, 2).
        classes: Those of the class model; neither was fitted on these rows.
        hit: Whether they were reached, shape (rows, 2).
        releases: Release of each row.
    """
    weights, steps = [], steps_between(distribution, classes)
    for place in range(2):
        chance, step = distribution[:, place], steps[:, place]
        # One Newton step of the log loss is least squares with these scales.
        scale = np.sqrt(np.maximum(chance * (1 - chance), 1e-6))
        weights.append(trusted_weight((hit[:, place] - chance) / scale, step * scale, releases))
    return weights[0], weights[1]


def reweighted(totals: np.ndarray, minimums: tuple[float, float], steps: np.ndarray) -> np.ndarray:
    """Quantiles of a distribution whose log odds of reaching each minimum have moved by a step.

    A step acts at its own minimum and fades out on either side as far as the other one lies: so chances, median and
    intervals go on agreeing, and a release far from both keeps its forecast.

    Args:
        totals: Quantiles of totals at `LEVELS`, shape (rows, levels).
        minimums: Least streams of the middle and of the top class.
        steps: Of the log odds of reaching each minimum, shape (rows, 2).
    """
    logs, places = np.log1p(totals), np.log1p(np.asarray(minimums))
    near = np.clip(1 - np.abs(logs[:, :, None] - places) / max(places[1] - places[0], 1e-9), 0.0, 1.0)
    below = to_odds(LEVELS) - (near * steps[:, None, :]).sum(axis=2)
    below = np.maximum.accumulate(below, axis=1) + 1e-9 * np.arange(len(LEVELS))
    moved = [np.interp(to_odds(LEVELS), odds, values) for odds, values in zip(below, logs, strict=True)]
    return np.expm1(np.array(moved).reshape(totals.shape))
