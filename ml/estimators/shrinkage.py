"""How far a correction may be trusted: a weight in [0, 1] from later releases."""

import numpy as np

FIRST_DAYS = (0, 1, 3, 7, 14)
"""First as-of day of each group of days that is trusted by itself: a correction may help early and harm late."""
DOUBT = 1.5
"""Standard errors below which a measured weight counts as nothing."""


def trusted_weight(error: np.ndarray, correction: np.ndarray, releases: np.ndarray) -> float:
    """Weight of a correction to a forecast, from rows that the correction was not fitted on.

    The least-squares weight is shrunk by how uncertain it is, as the positive-part James-Stein estimator does:
    w = w_ls * (1 - (DOUBT * standard error / w_ls)^2), at least 0. Rows of one release are not independent, so the
    standard error is clustered by release.

    Args:
        error: Truth minus the uncorrected forecast.
        correction: What the correction would add.
        releases: Release of each row.

    Returns:
        0 where there is nothing to learn from, or nothing that can be told from chance; at most 1.
    """
    strength = float(correction @ correction)
    if len(error) == 0 or strength <= 1e-12:
        return 0.0
    weight = float(error @ correction) / strength
    if weight <= 0:
        return 0.0
    _, place = np.unique(releases, return_inverse=True)
    deviation = np.bincount(place, weights=correction * (error - weight * correction))
    standard_error = float(np.sqrt(deviation @ deviation)) / strength
    return float(min(1.0, weight * max(0.0, 1 - (DOUBT * standard_error / weight) ** 2)))


def trust_by_day(error: np.ndarray, correction: np.ndarray, releases: np.ndarray, days: np.ndarray) -> np.ndarray:
    """The trusted weight of each group of as-of days, one for each of `FIRST_DAYS`; 0 for a group without rows.

    Args:
        error: Truth minus the uncorrected forecast.
        correction: What the correction would add.
        releases: Release of each row.
        days: As-of day of each row.
    """
    groups = day_group(days)
    parts = [groups == number for number in range(len(FIRST_DAYS))]
    return np.array([trusted_weight(error[part], correction[part], releases[part]) for part in parts])


def day_group(days: np.ndarray) -> np.ndarray:
    """Number of the group of `FIRST_DAYS` that each as-of day belongs to."""
    return np.searchsorted(FIRST_DAYS, days, side="right") - 1
