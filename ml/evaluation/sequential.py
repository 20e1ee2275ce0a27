"""Comparisons that may be looked at again and again: an interval that holds at every look, not at one.

Two recipes forecast the same releases. What is compared is their loss by release week, as a damped log ratio: weeks
that are hard for both count little more than others, and a week without errors is no exception. An interval for its
mean holds at all looks together, so that a better recipe may be promoted in the first week that shows it.
"""

import numpy as np
import pandas as pd

from ml.evaluation.bootstrap import release_weeks

MIN_BLOCK_RELEASES = 10
"""Releases below which a week is joined with the next: a mean of one or two losses follows no normal law."""
EFFECT_VARIANCE = 1.0
"""Variance of the effects, in standard deviations of a week, that the interval is narrowest for."""


def weekly_losses(losses: np.ndarray, release_dates: pd.Series) -> np.ndarray:
    """Mean losses by release week, in order of time.

    Weeks of few releases are joined with those after them; what is left at the end waits for the next look.

    Args:
        losses: Losses of each release by recipe, shape (releases, recipes).
        release_dates: Of each release.

    Returns:
        Means of shape (weeks, recipes).
    """
    weeks = release_weeks(release_dates)
    found, count, total = [], 0, np.zeros(losses.shape[1])
    for week in np.unique(weeks):
        rows = losses[weeks == week]
        count, total = count + len(rows), total + rows.sum(axis=0)
        if count >= MIN_BLOCK_RELEASES:
            found.append(total / count)
            count, total = 0, np.zeros(losses.shape[1])
    return np.array(found).reshape(len(found), losses.shape[1])


def damped_log_ratios(losses: np.ndarray, reference: np.ndarray, factor: float, least: float) -> np.ndarray:
    """By week the log of one loss over another times a factor, both raised by the reference's mean.

    Below 0 where the first is below `factor` times the reference. The plain log ratio would promote a recipe whose
    errors are rarer and larger; the plain difference is ruled by the hardest weeks.

    Args:
        losses: Weekly losses of one recipe.
        reference: Of the other.
        factor: 0.99 asks whether the first is less by more than 1 %.
        least: What both are raised by at least, so that losses of no importance tell nothing.
    """
    damping = max(float(reference.mean()), least)
    return np.asarray(np.log((losses + damping) / (factor * reference + damping)))


def interval_at_every_look(values: np.ndarray, level: float) -> tuple[float, float]:
    """Interval of the mean of weekly values that holds, with a probability of `level`, at all looks together.

    That is where the Bayes factor of a normal effect against none, both of unknown variance, stays below 1 / (1 -
    level). Endless where the weeks are too few.

    Source: Lai 1976, On confidence sequences; Wang & Ramdas 2025, Anytime-valid t-tests and confidence sequences for
    Gaussian means with unknown variance.

    Args:
        values: A value for each week.
        level: Such as 0.95.
    """
    count = len(values)
    if count < 2:
        return -np.inf, np.inf
    grown = 1 + count * EFFECT_VARIANCE
    bound = (np.sqrt(grown) / (1 - level)) ** (2 / count)
    if bound >= grown:
        return -np.inf, np.inf
    times = np.sqrt((count - 1) * (bound - 1) / (1 - bound / grown))
    half = float(times * values.std(ddof=1) / np.sqrt(count))
    return float(values.mean()) - half, float(values.mean()) + half
