"""A distribution once its total is known to be no less than a floor."""

import numpy as np
from scipy.stats import norm

from ml.estimators.distribution import LEVELS, chance_at_least


def given_floor(totals: np.ndarray, floor: np.ndarray) -> np.ndarray:
    """Quantiles of totals that have reached a floor: what lies below is cut off, the rest counts as all of it.

    Args:
        totals: Quantiles at `LEVELS`, shape (rows, levels).
        floor: Streams, one for each row.
    """
    deviates, raised = norm.ppf(LEVELS), np.empty_like(totals)
    for place, (row, least) in enumerate(zip(totals, floor, strict=True)):
        reached = float(chance_at_least(row[None, :], least)[0])
        asked = norm.isf(np.maximum((1 - LEVELS) * reached, 1e-300))
        # beyond the highest quantile the law goes on as it did between the last two
        logs = np.log1p(row)
        slope = max(logs[-1] - logs[-2], 0.0) / (deviates[-1] - deviates[-2])
        beyond = slope * np.maximum(asked - deviates[-1], 0.0)
        raised[place] = np.expm1(np.interp(asked, deviates, logs) + beyond)
    return np.maximum(np.maximum(raised, totals), floor[:, None])
