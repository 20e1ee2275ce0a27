"""Commercial classes: two ordered LightGBM binaries, P(at least medium) and P(at least high).

Source of the ordered decomposition: Frank & Hall 2001, A simple approach to ordinal classification (ECML).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from ml.data import Columns, target_column
from ml.decisions import class_probabilities
from ml.linear import Linear, draft_linear, predict_linear, refit_linear
from ml.logistic import IDENTITY, Curve, fit_curve, log_odds, odds_to_probability
from ml.settings import Settings
from ml.shrinkage import trusted_weight
from ml.splits import Slices, inner_slices

if TYPE_CHECKING:
    from lightgbm import Booster

DEFAULT_PARAMETERS: Mapping[str, Any] = {
    "learning_rate": 0.05,
    "num_leaves": 12,
    "min_data_in_leaf": 60,
    "feature_fraction": 0.6,
    "bagging_fraction": 0.8,
    "lambda_l2": 10.0,
}
MOST_TREES = 400
SHORT_TREES = 60
"""Trees where history is too short to stop early by."""
PATIENCE = 40
PROBABILITY_COLUMNS = ("probability_low", "probability_medium", "probability_high")

LEAST_KIND = 10
"""Releases needed on either side of a cut-point before trees look at it."""
ISOTONIC_RELEASES, ISOTONIC_KIND = 800, 80
"""Calibration releases, and of either kind, from which a free monotone curve is worth its noise."""


@dataclass(frozen=True)
class Calibration:
    """From log odds to probability: a Platt curve, or the knots of a monotone one where there are any."""

    curve: Curve
    knots: list[float]
    heights: list[float]


@dataclass(frozen=True)
class CutModel:
    """P(total >= minimum) for one cut-point: a curve on the linear forecast, corrected by trees, calibrated."""

    minimum: float
    base: Curve
    booster: "Booster | None"
    weight: float
    calibration: Calibration


@dataclass(frozen=True)
class ClassModel:
    """Classes of one feature set.

    Attributes:
        feature_set: `tiktok` or `tiktok_vk`.
        columns: Features of the trees.
        vocabulary: Values of each categorical feature, in the order of their codes.
        linear: Linear forecast of the class horizon's total.
        cuts: For medium and for high.
    """

    feature_set: str
    columns: Columns
    vocabulary: dict[str, list[str]]
    linear: Linear
    cuts: tuple[CutModel, CutModel]


def class_minimums(classes: pd.DataFrame) -> tuple[float, float]:
    """Least streams of the middle and of the top class, from the three rows of `stream_classes`."""
    _, medium, high = classes["minimum_streams"].astype(float)
    return medium, high


def fit_classes(
    training: pd.DataFrame,
    feature_set: str,
    columns: Columns,
    minimums: tuple[float, float],
    settings: Settings,
    parameters: Mapping[str, Any] = DEFAULT_PARAMETERS,
) -> ClassModel:
    """Fit on the rows of a training set; a class without a single release is no obstacle.

    Args:
        training: Modelling frame cut to a training set.
        feature_set: Decides the as-of total that the linear forecast starts from.
        columns: Features of the trees.
        minimums: Least streams of the middle and of the top class.
        settings: Class horizon, seed and threads.
        parameters: LightGBM's parameters.
    """
    slices = inner_slices(training, settings.horizons)
    totals = training[target_column(settings.class_horizon)].to_numpy(dtype=float)
    vocabulary = {name: sorted(training[name].unique().tolist()) for name in columns.categorical}
    matrix = _matrix(training, columns, vocabulary)
    draft = draft_linear(training, totals, slices, feature_set, columns.numeric)
    linear = refit_linear(draft, training, totals)
    forecasts = (predict_linear(draft, training), predict_linear(linear, training))
    releases = training["release_id"].to_numpy()

    def fit_cut(minimum: float) -> CutModel:
        hit = (totals >= minimum).astype(float)
        return _fit_cut(matrix, hit, forecasts, releases, slices, minimum, columns, settings, parameters)

    return ClassModel(feature_set, columns, vocabulary, linear, (fit_cut(minimums[0]), fit_cut(minimums[1])))


def _fit_cut(
    matrix: np.ndarray,
    hit: np.ndarray,
    forecasts: tuple[np.ndarray, np.ndarray],
    releases: np.ndarray,
    slices: Slices,
    minimum: float,
    columns: Columns,
    settings: Settings,
    parameters: Mapping[str, Any],
) -> CutModel:
    import lightgbm

    def dataset(rows: np.ndarray, odds: np.ndarray, reference: Any = None) -> Any:
        categorical = list(range(len(columns.numeric), len(columns.all)))
        return lightgbm.Dataset(
            matrix[rows],
            hit[rows],
            init_score=odds[rows],
            reference=reference,
            categorical_feature=categorical,
            params={"max_bin": 63, "verbosity": -1},
            free_raw_data=False,
        )

    def base_curve(rows: np.ndarray, forecast: np.ndarray) -> Curve:
        weight = _release_weight(releases[rows])
        return fit_curve(forecast[rows] - np.log1p(minimum), hit[rows], weight, IDENTITY, strength=0.5)

    options = {
        "objective": "binary",
        "boost_from_average": False,
        "bagging_freq": 1,
        "deterministic": True,
        "force_row_wise": True,
        # On this little data threads wait for each other: two took 20 times as long as one beside another process.
        "num_threads": 1,
        "seed": settings.seed,
        "verbosity": -1,
        **parameters,
    }
    draft_forecast, final_forecast = (forecast - np.log1p(minimum) for forecast in forecasts)
    odds = log_odds(base_curve(slices.fit, forecasts[0]), draft_forecast)
    weight, trees = 0.0, 0
    if slices.judged.any() and _both_kinds(hit[slices.fit], releases[slices.fit]):
        fit_data, stops_early = dataset(slices.fit, odds), bool(slices.early.any())
        draft = lightgbm.train(
            options,
            fit_data,
            MOST_TREES if stops_early else SHORT_TREES,
            valid_sets=[dataset(slices.early, odds, fit_data)] if stops_early else None,
            callbacks=[lightgbm.early_stopping(PATIENCE, verbose=False)] if stops_early else None,
        )
        trees = draft.best_iteration if stops_early else SHORT_TREES
        correction = draft.predict(matrix, raw_score=True, num_iteration=trees)
        judged = slices.judged
        chance = odds_to_probability(odds[judged])
        # One Newton step of the log loss is least squares with these scales.
        scale = np.sqrt(np.maximum(chance * (1 - chance), 1e-6))
        weight = trusted_weight((hit[judged] - chance) / scale, correction[judged] * scale, releases[judged])
        odds = odds + weight * correction

    later = slices.calibration if slices.calibration.any() else slices.fit
    calibration = _fit_calibration(odds[later], hit[later], releases[later])

    everything = np.ones(len(hit), dtype=bool)
    base = base_curve(everything, forecasts[1])
    booster = None
    if weight > 0 and trees > 0:
        booster = lightgbm.train(options, dataset(everything, log_odds(base, final_forecast)), trees)
    return CutModel(minimum, base, booster, weight, calibration)


def _both_kinds(hit: np.ndarray, releases: np.ndarray) -> bool:
    return min(len(np.unique(releases[hit == kind])) for kind in (0, 1)) >= LEAST_KIND


def _release_weight(releases: np.ndarray) -> np.ndarray:
    """Weights by which every release counts once, however many as-of days it has."""
    _, place, count = np.unique(releases, return_inverse=True, return_counts=True)
    return 1.0 / count[place]


def _fit_calibration(odds: np.ndarray, hit: np.ndarray, releases: np.ndarray) -> Calibration:
    """Isotonic where both kinds are many, else Platt's curve drawn to the identity.

    Source: Platt 1999; Zadrozny & Elkan 2002; Niculescu-Mizil & Caruana 2005 on which needs how much data.
    """
    weight = _release_weight(releases)
    curve = fit_curve(odds, hit, weight, IDENTITY, strength=5.0)
    kinds = min(weight[hit == kind].sum() for kind in (0, 1))
    if weight.sum() < ISOTONIC_RELEASES or kinds < ISOTONIC_KIND:
        return Calibration(curve, [], [])
    from sklearn.isotonic import IsotonicRegression

    steps = IsotonicRegression(y_min=0.0, y_max=1.0, out_of_bounds="clip").fit(odds, hit, sample_weight=weight)
    return Calibration(curve, steps.X_thresholds_.tolist(), steps.y_thresholds_.tolist())


def _calibrated(calibration: Calibration, odds: np.ndarray) -> np.ndarray:
    smooth = odds_to_probability(log_odds(calibration.curve, odds))
    if not calibration.knots:
        return smooth
    # A little of the smooth curve keeps the order of releases that share a step, and no certainty is absolute.
    return np.asarray(0.95 * np.interp(odds, calibration.knots, calibration.heights) + 0.05 * smooth)


def _matrix(frame: pd.DataFrame, columns: Columns, vocabulary: dict[str, list[str]]) -> np.ndarray:
    """Features as numbers; a value that training did not hold becomes -1, which LightGBM takes as missing."""
    numbers = frame[list(columns.numeric)].to_numpy(dtype=float)
    codes = [pd.Categorical(frame[name], categories=vocabulary[name]).codes for name in columns.categorical]
    return np.column_stack([numbers, *codes]) if codes else numbers


def predict_classes(model: ClassModel, frame: pd.DataFrame) -> pd.DataFrame:
    """Calibrated probabilities of the three classes, with the index of `frame`; they sum to 1."""
    matrix = _matrix(frame, model.columns, model.vocabulary)
    forecast = predict_linear(model.linear, frame)
    at_least = []
    for cut in model.cuts:
        odds = log_odds(cut.base, forecast - np.log1p(cut.minimum))
        if cut.booster is not None and cut.weight > 0:
            odds = odds + cut.weight * cut.booster.predict(matrix, raw_score=True)
        at_least.append(_calibrated(cut.calibration, odds))
    return pd.DataFrame(
        class_probabilities(np.column_stack(at_least)), columns=list(PROBABILITY_COLUMNS), index=frame.index
    )
