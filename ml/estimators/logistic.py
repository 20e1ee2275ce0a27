"""Logistic curves on one number: the base of the class models and their Platt calibration.

scikit-learn's `LogisticRegression` draws a curve to zero; these are drawn to the curve that is believed without data.
"""

from typing import NamedTuple

import numpy as np

ROUNDS = 50
LIMIT = 30.0


class Curve(NamedTuple):
    """log odds = intercept + slope * x."""

    intercept: float
    slope: float


IDENTITY = Curve(0.0, 1.0)


def fit_curve(x: np.ndarray, hit: np.ndarray, weight: np.ndarray, prior: Curve, strength: float) -> Curve:
    """Maximum likelihood with a Gaussian prior, by damped Newton steps; finite also where all rows are of one kind.

    Args:
        x: The number.
        hit: 1 where it happened, else 0.
        weight: Weight of each row.
        prior: Curve that is drawn to.
        strength: Precision of the prior, in rows of weight one.
    """
    design = np.column_stack([np.ones_like(x), x])
    start = np.array(prior)
    beta = start.copy()

    def loss(candidate: np.ndarray) -> float:
        z = design @ candidate
        return float(weight @ (np.logaddexp(0.0, z) - hit * z) + strength / 2 * np.sum((candidate - start) ** 2))

    for _ in range(ROUNDS):
        p = odds_to_probability(design @ beta)
        slope = design.T @ (weight * (p - hit)) + strength * (beta - start)
        curvature = design.T @ (design * (weight * p * (1 - p))[:, None]) + strength * np.eye(2)
        step = np.linalg.solve(curvature, slope)
        size = 1.0
        while loss(beta - size * step) > loss(beta) and size > 1e-6:
            size /= 2
        beta = beta - size * step
        if np.abs(size * step).max() < 1e-10:
            break
    return Curve(float(beta[0]), float(beta[1]))


def log_odds(curve: tuple[float, float], x: np.ndarray) -> np.ndarray:
    """Log odds that the curve gives."""
    intercept, slope = curve
    return intercept + slope * x


def odds_to_probability(z: np.ndarray) -> np.ndarray:
    """Probability of log odds."""
    return np.asarray(1.0 / (1.0 + np.exp(-np.clip(z, -LIMIT, LIMIT))))


def release_weight(releases: np.ndarray) -> np.ndarray:
    """Weights by which every release counts once, however many as-of days it has."""
    _, place, count = np.unique(releases, return_inverse=True, return_counts=True)
    return 1.0 / count[place]
