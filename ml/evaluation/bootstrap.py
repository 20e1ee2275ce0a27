"""Intervals for differences between forecasts: the paired bootstrap over release weeks.

Releases of one week share the weather of their platform, so whole weeks are drawn; both forecasts are judged on the
same draw, so what is hard for both cancels.

Source: Efron & Tibshirani 1993, An introduction to the bootstrap, chapters 8 and 13.
"""

from collections.abc import Callable
from functools import lru_cache

import numpy as np
import pandas as pd

from ml.evaluation.metrics import NO_ERROR

DRAWS = 2000
LEVEL = 0.95
SEED = 20211


def release_weeks(release_dates: pd.Series) -> np.ndarray:
    """Number of each release's week, Monday to Sunday."""
    days = (pd.to_datetime(release_dates) - pd.Timestamp("1900-01-01")).dt.days
    return np.asarray(days // 7)


def paired_interval(
    sums: np.ndarray,
    weeks: np.ndarray,
    statistic: Callable[[np.ndarray], np.ndarray],
    draws: int = DRAWS,
    level: float = LEVEL,
    seed: int = SEED,
) -> tuple[float, float]:
    """Interval of a statistic of sums over rows, such as a ratio of two of them.

    Args:
        sums: What is summed of each row, shape (rows, quantities).
        weeks: Week of each row.
        statistic: From summed quantities, shape (draws, quantities), to one value a draw.
        draws: Draws of as many weeks as there are.
        level: Share of draws inside.
        seed: Seed of the draws.

    Returns:
        Lower and upper end; NaN with fewer than two weeks, or where no draw has a value.
    """
    _, place = np.unique(weeks, return_inverse=True)
    count = int(place.max()) + 1 if len(place) else 0
    if count < 2:
        return float("nan"), float("nan")
    by_week = np.zeros((count, sums.shape[1]))
    np.add.at(by_week, place, sums)
    # a draw without errors has no ratio of them, or an endless one
    with np.errstate(divide="ignore", invalid="ignore"):
        values = statistic(_drawn_weeks(count, draws, seed) @ by_week)
        if np.isnan(values).all():
            return float("nan"), float("nan")
        low, high = np.nanquantile(values, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)


@lru_cache(maxsize=32)
def _drawn_weeks(count: int, draws: int, seed: int) -> np.ndarray:
    """How often each week is drawn, shape (draws, weeks). A board asks for the same draws hundreds of times."""
    times = np.random.default_rng(seed).multinomial(count, np.full(count, 1 / count), size=draws)
    return times.astype(float)


def skill_interval(
    actual: np.ndarray, predicted: np.ndarray, reference: np.ndarray, weeks: np.ndarray
) -> tuple[float, float]:
    """95 % interval of the skill, 1 - RMSLE / RMSLE of the reference.

    Args:
        actual: True totals.
        predicted: Forecast totals.
        reference: Totals forecast by what it is compared with.
        weeks: Release week of each row.
    """
    truth = np.log1p(actual)
    squares = np.column_stack([(np.log1p(forecast) - truth) ** 2 for forecast in (predicted, reference)])
    # as in `skill`, a draw in which the reference makes no error has none
    squares[squares <= NO_ERROR**2] = 0.0
    return paired_interval(
        squares, weeks, lambda sums: 1 - np.sqrt(sums[:, 0] / np.where(sums[:, 1] > 0, sums[:, 1], np.nan))
    )


def difference_interval(losses: np.ndarray, reference_losses: np.ndarray, weeks: np.ndarray) -> tuple[float, float]:
    """95 % interval of the mean difference of two losses of the same rows: below 0 where the first is better."""
    rows = np.column_stack([losses - reference_losses, np.ones(len(losses))])
    return paired_interval(rows, weeks, lambda sums: sums[:, 0] / sums[:, 1])


def share_interval(hits: float, rows: float) -> tuple[float, float]:
    """95 % interval of a share of independent rows. Source: Wilson 1927, Probable inference (JASA)."""
    z = 1.959964
    middle = (hits + z**2 / 2) / (rows + z**2)
    half = z / (rows + z**2) * np.sqrt(hits * (rows - hits) / rows + z**2 / 4)
    return float(max(middle - half, 0.0)), float(min(middle + half, 1.0))
