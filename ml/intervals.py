"""Prediction intervals by split conformal, apart for each as-of day and bucket of predicted size."""

from dataclasses import dataclass
from typing import Any

import numpy as np

LEVELS = (0.8, 0.9)
LEAST_PER_BUCKET = 60
MOST_BUCKETS = 5


@dataclass(frozen=True)
class DayIntervals:
    """Offsets to the log forecast at one as-of day.

    Attributes:
        edges: Rising log forecasts between one bucket and the next.
        offsets: For each bucket the lower and upper offset at each of `LEVELS`.
    """

    edges: list[float]
    offsets: list[list[float]]


Intervals = dict[int, DayIntervals]


def fit_intervals(forecast: np.ndarray, actual: np.ndarray, days: np.ndarray) -> Intervals:
    """Offsets from forecasts that the model was not fitted on.

    Each tail is calibrated by itself, so that a skewed error gets a skewed interval. Small and large releases err
    differently, hence the buckets.

    Args:
        forecast: log(1 + forecast total).
        actual: log(1 + true total).
        days: As-of days.

    Source: Papadopoulos et al. 2002 (split conformal); Vovk et al. 2005 (Mondrian, by category).
    """
    intervals: Intervals = {}
    for day in np.unique(days):
        size, error = forecast[days == day], (actual - forecast)[days == day]
        buckets = int(np.clip(len(size) // LEAST_PER_BUCKET, 1, MOST_BUCKETS))
        edges = np.unique(np.quantile(size, np.arange(1, buckets) / buckets)) if buckets > 1 else np.array([])
        place = np.searchsorted(edges, size, side="right")
        # Equal forecasts may leave a bucket empty: it then takes the offsets of all.
        members = [error[place == bucket] for bucket in range(len(edges) + 1)]
        offsets = [_offsets(inside if len(inside) else error) for inside in members]
        intervals[int(day)] = DayIntervals(edges.tolist(), offsets)
    return intervals


def _offsets(error: np.ndarray) -> list[float]:
    return [bound for level in LEVELS for bound in _bounds(np.sort(error), (1 - level) / 2)]


def _bounds(error: np.ndarray, tail: float) -> tuple[float, float]:
    """The order statistics that leave `tail` on either side, with the finite-sample correction."""
    count = len(error)
    rank = int(np.floor((count + 1) * tail))
    if rank >= 1:
        return float(error[rank - 1]), float(error[count - rank])
    # Too few errors for the order statistic to exist: Student's t, which widens as they get fewer.
    from scipy.stats import t

    spread = float(t.ppf(1 - tail, max(count - 1, 1)) * np.sqrt(np.mean(error**2) * (1 + 1 / count)))
    return -spread, spread


def predict_intervals(intervals: Intervals, forecast: np.ndarray, days: np.ndarray) -> np.ndarray:
    """Lower and upper ends in logs, shape (rows, 2 * levels): lower 80, upper 80, lower 90, upper 90."""
    ends = np.empty((len(forecast), 2 * len(LEVELS)))
    for day in np.unique(days):
        of_day = intervals[min(intervals, key=lambda known: abs(known - day))]
        rows = days == day
        place = np.searchsorted(np.asarray(of_day.edges), forecast[rows], side="right")
        ends[rows] = forecast[rows, None] + np.asarray(of_day.offsets)[place]
    # The interval of a lower level lies within that of a higher one, and both hold the forecast itself.
    ends[:, [0, 2]] = np.minimum(ends[:, [0, 2]], forecast[:, None])
    ends[:, [1, 3]] = np.maximum(ends[:, [1, 3]], forecast[:, None])
    ends[:, 2] = np.minimum(ends[:, 2], ends[:, 0])
    ends[:, 3] = np.maximum(ends[:, 3], ends[:, 1])
    return ends


def to_plain(intervals: Intervals) -> dict[str, Any]:
    """The intervals as JSON takes them."""
    return {str(day): {"edges": of_day.edges, "offsets": of_day.offsets} for day, of_day in intervals.items()}


def from_plain(plain: dict[str, Any]) -> Intervals:
    """The intervals that `to_plain` wrote."""
    return {int(day): DayIntervals(of_day["edges"], of_day["offsets"]) for day, of_day in plain.items()}
