"""From median to mean: factors by which the forecast remainder is raised so that sums over releases come out right.

A forecast made in logs is a median. Errors of a log are lopsided in streams, so medians add up to too little.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

LEAST_PER_BUCKET = 60
MOST_BUCKETS = 5
LEAST_FACTOR, MOST_FACTOR = 0.5, 5.0


@dataclass(frozen=True)
class DayFactors:
    """Factors on the remainder at one as-of day.

    Attributes:
        edges: Rising log forecasts between one bucket and the next.
        factors: For each bucket.
    """

    edges: list[float]
    factors: list[float]


Smearing = dict[int, DayFactors]


def fit_smearing(forecast: np.ndarray, actual: np.ndarray, known: np.ndarray, days: np.ndarray) -> Smearing:
    """Mean of true over forecast remainder, by as-of day and bucket of predicted size.

    Args:
        forecast: Forecast totals, of rows that the model was not fitted on.
        actual: True totals.
        known: Streams so far that the forecast knew.
        days: As-of days.

    Source: Duan 1983, Smearing estimate: a nonparametric retransformation method (JASA 78). The ratio of sums stands
    for the mean of ratios, so that releases with next to nothing left do not rule their bucket.
    """
    smearing: Smearing = {}
    left, came = np.maximum(forecast - known, 0.0), np.maximum(actual - known, 0.0)
    for day in np.unique(days):
        of_day = days == day
        size = np.log1p(forecast[of_day])
        buckets = int(np.clip(len(size) // LEAST_PER_BUCKET, 1, MOST_BUCKETS))
        edges = np.unique(np.quantile(size, np.arange(1, buckets) / buckets)) if buckets > 1 else np.array([])
        place = np.searchsorted(edges, size, side="right")
        of_all = _factor(left[of_day], came[of_day], 1.0)
        factors = [
            _factor(left[of_day][place == bucket], came[of_day][place == bucket], of_all)
            for bucket in range(len(edges) + 1)
        ]
        smearing[int(day)] = DayFactors(edges.tolist(), factors)
    return smearing


def _factor(left: np.ndarray, came: np.ndarray, otherwise: float) -> float:
    if left.sum() <= 0:
        return otherwise
    return float(np.clip(came.sum() / left.sum(), LEAST_FACTOR, MOST_FACTOR))


def smeared(smearing: Smearing, forecast: np.ndarray, known: np.ndarray, days: np.ndarray) -> np.ndarray:
    """Expected totals: the known streams and the raised remainder. A day that was not calibrated takes the nearest.

    Args:
        smearing: Factors; without any, the forecast itself is expected.
        forecast: Forecast totals.
        known: Streams so far that the forecast knew.
        days: As-of days.
    """
    factors = np.ones(len(forecast))
    for day in np.unique(days) if smearing else ():
        of_day = smearing[min(smearing, key=lambda calibrated: abs(calibrated - day))]
        rows = days == day
        place = np.searchsorted(np.asarray(of_day.edges), np.log1p(forecast[rows]), side="right")
        factors[rows] = np.asarray(of_day.factors)[place]
    return np.asarray(known + factors * np.maximum(forecast - known, 0.0))


def to_plain(smearing: Smearing) -> dict[str, Any]:
    """The factors as JSON takes them."""
    return {str(day): {"edges": of_day.edges, "factors": of_day.factors} for day, of_day in smearing.items()}


def from_plain(plain: dict[str, Any]) -> Smearing:
    """The factors that `to_plain` wrote."""
    return {int(day): DayFactors(of_day["edges"], of_day["factors"]) for day, of_day in plain.items()}
