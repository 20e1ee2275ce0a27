"""From log odds to chances."""

from typing import Self

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.isotonic import IsotonicRegression

from ml.estimators.logistic import IDENTITY, fit_curve, log_odds, odds_to_probability, release_weight

ISOTONIC_RELEASES, ISOTONIC_RELEASES_OF_A_KIND = 800, 80
"""Calibration releases, and of either kind, from which a free monotone curve is worth its noise."""
SMOOTH_SHARE = 0.05
"""A little of the smooth curve keeps the order of releases that share a step, and no certainty is absolute."""


class ChanceCalibration(BaseEstimator):
    """Isotonic where both kinds are many, else Platt's curve drawn to the identity.

    Attributes:
        curve_: Platt's curve.
        knots_, heights_: Log odds and chances of the monotone curve; empty where there is none.

    Source: Platt 1999; Zadrozny & Elkan 2002; Niculescu-Mizil & Caruana 2005 on which needs how much data.
    """

    def fit(self, odds: np.ndarray, hit: np.ndarray, releases: np.ndarray) -> Self:
        """Fit to what came; every release counts once, however many rows it has."""
        weight = release_weight(releases)
        self.curve_ = fit_curve(odds, hit, weight, IDENTITY, strength=5.0)
        self.knots_, self.heights_ = np.array([]), np.array([])
        kinds = min(weight[hit == kind].sum() for kind in (0, 1))
        if weight.sum() >= ISOTONIC_RELEASES and kinds >= ISOTONIC_RELEASES_OF_A_KIND:
            steps = IsotonicRegression(y_min=0.0, y_max=1.0, out_of_bounds="clip").fit(odds, hit, sample_weight=weight)
            self.knots_, self.heights_ = steps.X_thresholds_, steps.y_thresholds_
        return self

    def predict(self, odds: np.ndarray) -> np.ndarray:
        """Chances."""
        smooth = odds_to_probability(log_odds(self.curve_, odds))
        if len(self.knots_) == 0:
            return smooth
        return np.asarray((1 - SMOOTH_SHARE) * np.interp(odds, self.knots_, self.heights_) + SMOOTH_SHARE * smooth)
