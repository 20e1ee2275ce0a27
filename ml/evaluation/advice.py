"""What the advice to promote is worth: how often it is right, how many hits it finds, and how much is still to come."""

import numpy as np

from ml.evaluation.bootstrap import paired_interval
from ml.evaluation.metrics import promoted_by_chance, promotion_costs


def advice_metrics(
    top: np.ndarray, probability: np.ndarray, share_to_come: np.ndarray, costs: tuple[float, float], weeks: np.ndarray
) -> dict[str, float]:
    """Metrics of promoting where the probability of the top class reaches the threshold of the costs.

    Args:
        top: Whether each release reached the top class.
        probability: Forecast probability of it.
        share_to_come: Share of the window's streams that was still to come at the as-of day; NaN where not known.
        costs: Cost of a false positive and of missing a hit.
        weeks: Release week of each row.

    Returns:
        advised_count, advised_right_count and hit_count; advised_precision, advised_recall and expected_cost, with
        `_lower_95` and `_upper_95`; advised_share_to_come, the mean over advised hits; advised_hit_streams_to_come, the
        part of all hits that was found and still to come (recall, each hit weighed by its share to come). NaN where
        nothing was advised, or nothing became a hit.
    """
    promoted = promoted_by_chance(probability, *costs)
    right, cost = promoted & top, promotion_costs(top, promoted, *costs)
    to_come = np.where(right, np.nan_to_num(share_to_come), 0.0)
    sums = np.column_stack([promoted, right, top, cost, np.ones(len(top))]).astype(float)
    figures = {
        "advised_count": float(promoted.sum()),
        "advised_right_count": float(right.sum()),
        "hit_count": float(top.sum()),
        "advised_share_to_come": _ratio(to_come.sum(), right.sum()),
        "advised_hit_streams_to_come": _ratio(to_come.sum(), top.sum()),
    }
    for name, part, whole in (("advised_precision", 1, 0), ("advised_recall", 1, 2), ("expected_cost", 3, 4)):
        ends = paired_interval(sums[:, [part, whole]], weeks, lambda drawn: drawn[:, 0] / drawn[:, 1])
        figures |= {
            name: _ratio(sums[:, part].sum(), sums[:, whole].sum()),
            f"{name}_lower_95": ends[0],
            f"{name}_upper_95": ends[1],
        }
    return figures


def _ratio(part: float, whole: float) -> float:
    return float(part / whole) if whole > 0 else float("nan")
