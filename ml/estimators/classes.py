"""Commercial classes: two ordered LightGBM binaries, P(at least medium) and P(at least high).

Source of the ordered decomposition: Frank & Hall 2001, A simple approach to ordinal classification (ECML).
"""

from collections.abc import Mapping
from typing import Any, Self

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator

from ml.decide.decisions import class_probabilities
from ml.estimators.base import ClassEstimator, nearest, on_days, usual_errors
from ml.estimators.calibration import ChanceCalibration
from ml.estimators.logistic import IDENTITY, Curve, fit_curve, log_odds, odds_to_probability, release_weight
from ml.estimators.ridge_on_law import FittedLinear, RidgeOnLaw
from ml.estimators.shrinkage import trusted_weight
from ml.estimators.trees import LIGHTGBM_PARAMETERS, PATIENCE, TREE_DAYS, fixed_options, matrix, vocabulary
from ml.splits import Slices, inner_slices

MAX_TREES = 400
SHORT_TREES = 60
"""Trees where history is too short to stop early by."""
MIN_SPREAD = 0.01
"""Least error of a linear forecast, in logs, that a distance is measured by."""
MIN_RELEASES_OF_A_KIND = 10
"""Releases needed on either side of a cut-point before trees look at it."""


class OrderedClasses(ClassEstimator):
    """A curve on the linear forecast for each cut-point, corrected by trees, calibrated.

    A class without a single release is no obstacle.

    Args:
        feature_set: Decides the as-of total that the linear forecast starts from.
        numeric: Numeric features.
        categorical: Categorical features.
        minimums: Least streams of the middle and of the top class.
        window: Days of the longest window.
        seed: Seed of LightGBM.
        parameters: LightGBM's parameters; None for the defaults.

    Attributes:
        vocabulary_: Values of each categorical feature, in the order of their codes.
        linear_: Linear forecast of the total.
        days_: As-of days of the training rows.
        spread_: For each of them the root mean square error of the linear forecast's log on later rows.
        cuts_: A `Cut` for medium and one for high.
        held_out: Rows calibrated on, as places among the training rows, and the draft's chances of reaching each
            minimum there, not yet calibrated; not kept in files.
    """

    def __init__(
        self,
        feature_set: str = "tiktok_vk",
        numeric: tuple[str, ...] = (),
        categorical: tuple[str, ...] = (),
        minimums: tuple[float, float] = (0.0, 0.0),
        window: int = 30,
        seed: int = 0,
        parameters: Mapping[str, Any] | None = None,
    ) -> None:
        self.feature_set = feature_set
        self.numeric = numeric
        self.categorical = categorical
        self.minimums = minimums
        self.window = window
        self.seed = seed
        self.parameters = parameters

    def fit(self, X: pd.DataFrame, y: np.ndarray, linear: FittedLinear | None = None) -> Self:
        """Choose weights and numbers of trees on the later rows, calibrate there, fit on all.

        Args:
            X: Rows of `release_features`.
            y: Their totals.
            linear: Law and ridge that a forecast of streams has fitted on the same rows and totals; None fits them.
        """
        y, slices = np.asarray(y, dtype=float), inner_slices(X, (self.window,))
        self.vocabulary_ = vocabulary(X, self.categorical)
        own = RidgeOnLaw(self.feature_set, self.numeric, self.window)
        if linear is None or linear.whole.get_params() != own.get_params():
            linear = own.fit_both(X, y, slices)
        self.linear_ = linear.whole
        draft_log, chosen = linear.draft.predict_log(X), on_days(X, TREE_DAYS)
        self._measure(X, np.log1p(y) - draft_log, slices.judged if slices.judged.any() else slices.fit)
        later = np.flatnonzero(slices.calibration & chosen)
        X, y = X[chosen], y[chosen]
        slices = Slices(slices.fit[chosen], slices.early[chosen], slices.calibration[chosen])
        logs, spread = (draft_log[chosen], self.linear_.predict_log(X)), self._spread(X)
        features, releases = matrix(X, self.numeric, self.vocabulary_), X["release_id"].to_numpy()
        options = {
            "objective": "binary",
            "boost_from_average": False,
            **fixed_options(self.seed),
            **(LIGHTGBM_PARAMETERS if self.parameters is None else self.parameters),
        }
        categorical = list(range(len(self.numeric), features.shape[1]))
        self.cuts_ = []
        for minimum in self.minimums:
            draft_distance, distance = ((log - np.log1p(minimum)) / spread for log in logs)
            cut = Cut(minimum).fit(features, y, (draft_distance, distance), releases, slices, categorical, options)
            self.cuts_.append(cut)
        self.held_out = later, np.column_stack([odds_to_probability(cut.held_out_odds) for cut in self.cuts_])
        return self

    def predict_proba(self, X: pd.DataFrame) -> np.ndarray:
        """Calibrated chances of the three classes, shape (rows, 3)."""
        features, log, spread = matrix(X, self.numeric, self.vocabulary_), self.linear_.predict_log(X), self._spread(X)
        at_least = [cut.predict(features, (log - np.log1p(cut.minimum)) / spread) for cut in self.cuts_]
        return class_probabilities(np.column_stack(at_least))

    def _measure(self, X: pd.DataFrame, error: np.ndarray, rows: np.ndarray) -> None:
        self.days_, self.spread_ = usual_errors(X["as_of_day"].to_numpy()[rows], error[rows], MIN_SPREAD)

    def _spread(self, X: pd.DataFrame) -> np.ndarray:
        return np.asarray(self.spread_[nearest(self.days_, X["as_of_day"].to_numpy())])

    def weights(self) -> dict[str, float]:
        """Weight of the trees at each cut-point."""
        return {f"boost_weight_{name}": cut.weight_ for name, cut in zip(("medium", "high"), self.cuts_, strict=True)}


class Cut(BaseEstimator):
    """P(total >= minimum).

    Args:
        minimum: Streams.

    Attributes:
        base_: Curve on the distance of the linear forecast from the minimum, in errors that are usual on its as-of day.
        booster_: LightGBM's correction of the log odds; None where it has no weight.
        weight_: Share of it that is added, in [0, 1].
        calibration_: From log odds to chance.
        held_out_odds: The draft's log odds on the calibration slice; not kept in files.
    """

    def __init__(self, minimum: float = 0.0) -> None:
        self.minimum = minimum

    def fit(
        self,
        features: np.ndarray,
        totals: np.ndarray,
        distances: tuple[np.ndarray, np.ndarray],
        releases: np.ndarray,
        slices: Slices,
        categorical: list[int],
        options: Mapping[str, Any],
    ) -> Self:
        """Fit one cut-point.

        Args:
            features: Shape (rows, features).
            totals: True totals.
            distances: Of the linear forecast from the minimum, in usual errors: drafted on the fit slice, and fitted on
                all rows.
            releases: Release of each row.
            slices: Slices of the rows.
            categorical: Places of the categorical features.
            options: LightGBM's parameters.
        """
        import lightgbm

        hit = (totals >= self.minimum).astype(float)
        draft_distance, distance = distances

        def dataset(rows: np.ndarray, odds: np.ndarray, reference: Any = None) -> Any:
            return lightgbm.Dataset(
                features[rows],
                hit[rows],
                init_score=odds[rows],
                reference=reference,
                categorical_feature=categorical,
                params={"max_bin": 63, "verbosity": -1},
                free_raw_data=False,
            )

        fit, judged, early = slices.fit, slices.judged, slices.early
        odds = log_odds(_base_curve(draft_distance[fit], hit[fit], releases[fit]), draft_distance)
        self.weight_, trees = 0.0, 0
        if judged.any() and _has_both_kinds(hit[fit], releases[fit]):
            data, stops_early = dataset(fit, odds), bool(early.any())
            draft = lightgbm.train(
                dict(options),
                data,
                MAX_TREES if stops_early else SHORT_TREES,
                valid_sets=[dataset(early, odds, data)] if stops_early else None,
                callbacks=[lightgbm.early_stopping(PATIENCE, verbose=False)] if stops_early else None,
            )
            trees = draft.best_iteration if stops_early else SHORT_TREES
            correction = draft.predict(features, raw_score=True, num_iteration=trees)
            chance = odds_to_probability(odds[judged])
            # One Newton step of the log loss is least squares with these scales.
            scale = np.sqrt(np.maximum(chance * (1 - chance), 1e-6))
            self.weight_ = trusted_weight((hit[judged] - chance) / scale, correction[judged] * scale, releases[judged])
            odds = odds + self.weight_ * correction
        self.held_out_odds = odds[slices.calibration]
        later = slices.calibration if slices.calibration.any() else fit
        self.calibration_ = ChanceCalibration().fit(odds[later], hit[later], releases[later])
        self.base_, self.booster_ = _base_curve(distance, hit, releases), None
        if self.weight_ > 0 and trees > 0:
            everything = np.ones(len(hit), dtype=bool)
            self.booster_ = lightgbm.train(dict(options), dataset(everything, log_odds(self.base_, distance)), trees)
        return self

    def predict(self, features: np.ndarray, distance: np.ndarray) -> np.ndarray:
        """Chance of each row, from its features and the linear forecast's distance from the minimum."""
        odds = log_odds(self.base_, distance)
        if self.booster_ is not None:
            odds = odds + self.weight_ * self.booster_.predict(features, raw_score=True)
        return self.calibration_.predict(odds)


def _base_curve(distance: np.ndarray, hit: np.ndarray, releases: np.ndarray) -> Curve:
    return fit_curve(distance, hit, release_weight(releases), IDENTITY, strength=0.5)


def _has_both_kinds(hit: np.ndarray, releases: np.ndarray) -> bool:
    return min(len(np.unique(releases[hit == kind])) for kind in (0, 1)) >= MIN_RELEASES_OF_A_KIND
