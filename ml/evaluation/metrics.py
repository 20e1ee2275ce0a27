"""How good a forecast was, for tuner, backtest, report, drift and page. Totals in streams, classes in rising order."""

import numpy as np
import pandas as pd
from scipy.stats import rankdata

from ml.decide.decisions import promotion_threshold
from ml.evaluation.ranking import average_precision, recall_at_precision

ROUNDING = 50_000
COST_RATIOS = (1, 3, 5, 10)
MIN_PRECISION = 0.8
NO_ERROR = 1e-9
"""Difference of logs that is none: a total that comes back from log and exp is off by its last digits."""


def rmsle(actual: np.ndarray, predicted: np.ndarray) -> float:
    """Root mean squared error of log(1 + total); NaN without rows."""
    if len(actual) == 0:
        return float("nan")
    return float(np.sqrt(np.mean((np.log1p(actual) - np.log1p(predicted)) ** 2)))


def skill(actual: np.ndarray, predicted: np.ndarray, reference: np.ndarray) -> float:
    """1 - RMSLE / RMSLE of the reference forecast; NaN where the reference makes no error."""
    least = rmsle(actual, reference)
    return 1 - rmsle(actual, predicted) / least if least > NO_ERROR else float("nan")


def median_error(actual: np.ndarray, predicted: np.ndarray) -> float:
    """Median absolute percentage error of the totals above 0, as a share; NaN where there is none."""
    some = actual > 0
    return float(np.median(np.abs(predicted - actual)[some] / actual[some])) if some.any() else float("nan")


def inside(actual: np.ndarray, lower: np.ndarray, upper: np.ndarray) -> np.ndarray:
    """Whether each total lies in its interval. Ends come back from exp and log: a total on the very end is inside."""
    return np.asarray((actual >= lower - 1e-6 * (1 + lower)) & (actual <= upper + 1e-6 * (1 + upper)))


def stream_metrics(actual: np.ndarray, predicted: np.ndarray, known: np.ndarray) -> dict[str, float]:
    """Metrics of a forecast of totals, and of the remainder as `<metric>_remainder`; NaN where rows do not allow one.

    Args:
        actual: True totals.
        predicted: Forecast totals.
        known: Streams so far, NaN where unknown; the remainder is what lies above them.
    """
    rest = np.isfinite(known)
    remainder = _of_totals(*(np.maximum(totals[rest] - known[rest], 0) for totals in (actual, predicted)))
    return {
        **_of_totals(actual, predicted),
        **{f"{name}_remainder": value for name, value in remainder.items()},
        **reference_mape(actual, predicted),
    }


def _of_totals(actual: np.ndarray, predicted: np.ndarray) -> dict[str, float]:
    share = np.abs(predicted - actual) / np.where(actual > 0, actual, np.nan)
    return {
        "rmsle": rmsle(actual, predicted),
        "median_absolute_percentage_error": median_error(actual, predicted),
        "mape_from_1000": _mean(share[actual >= 1000]),
        "wape": _share(np.abs(predicted - actual).sum(), actual.sum()),
        "volume_ratio": _share(predicted.sum(), actual.sum()),
        "spearman": spearman(actual, predicted),
    }


def decade(totals: np.ndarray) -> np.ndarray:
    """Decade of size: 3 for totals from 1,000 to below 10,000; everything below 10 is decade 0."""
    return np.asarray(np.floor(np.log10(np.maximum(totals, 1.0)) + 1e-12).astype(int))


def expected_volume_ratio(actual: np.ndarray, expected: np.ndarray) -> float:
    """Sum of forecast means over the sum of totals; NaN where a model forecasts no means."""
    return _share(float(expected.sum()), float(actual.sum()))


def _mean(values: np.ndarray) -> float:
    return float(values.mean()) if len(values) else float("nan")


def _share(part: float, whole: float) -> float:
    return float(part / whole) if whole > 0 else float("nan")


def spearman(actual: np.ndarray, predicted: np.ndarray) -> float:
    """Rank correlation; NaN where either side is constant."""
    if len(actual) < 2 or np.ptp(actual) == 0 or np.ptp(predicted) == 0:
        return float("nan")
    return float(np.corrcoef(rankdata(actual), rankdata(predicted))[0, 1])


def reference_mape(actual: np.ndarray, predicted: np.ndarray) -> dict[str, float]:
    """MAPE after rounding to 50,000, in the three variants that the reference figure may mean.

    To the nearest multiple with 0/0 counted as 0 (and x/0 as 1); to the nearest, true zeros left out; up to at least
    one step. Each is beside a constant: `rounded_mape_*_of_zero` and `_of_one_step` are what no skill scores.
    """
    steps, forecast = np.round(actual / ROUNDING), np.round(predicted / ROUNDING)
    up, forecast_up = (np.maximum(np.ceil(values / ROUNDING), 1) for values in (actual, predicted))
    positive = steps > 0
    share = np.abs(forecast - steps) / np.where(positive, steps, 1)
    return {
        "rounded_mape_nearest": _mean(np.where(positive, share, np.minimum(forecast, 1))),
        "rounded_mape_nearest_of_zero": _mean(positive.astype(float)),
        "rounded_mape_nonzero": _mean(share[positive]),
        "rounded_mape_nonzero_of_one_step": _mean(((steps - 1) / np.where(positive, steps, 1))[positive]),
        "rounded_mape_up": _mean(np.abs(forecast_up - up) / up),
        "rounded_mape_up_of_one_step": _mean((up - 1) / up),
    }


def interval_metrics(actual: np.ndarray, intervals: pd.DataFrame) -> dict[str, float]:
    """Coverage, mean width in logs and pinball loss in logs of the 80 % and 90 % intervals.

    Args:
        actual: True totals.
        intervals: Columns `lower_80`, `upper_80`, `lower_90`, `upper_90`.
    """
    truth = np.log1p(actual)
    figures: dict[str, float] = {}
    for level in (80, 90):
        lower, upper = intervals[f"lower_{level}"].to_numpy(), intervals[f"upper_{level}"].to_numpy()
        tail = (1 - level / 100) / 2
        low, high = truth - np.log1p(lower), truth - np.log1p(upper)
        figures |= {
            f"coverage_{level}": float(inside(actual, lower, upper).mean()),
            f"log_width_{level}": float(np.mean(np.log1p(upper) - np.log1p(lower))),
            f"pinball_{level}": float(
                np.mean(np.maximum(tail * low, (tail - 1) * low) + np.maximum((1 - tail) * high, -tail * high)) / 2
            ),
        }
    return figures


def class_metrics(
    actual: np.ndarray, predicted: np.ndarray, probabilities: np.ndarray, costs: tuple[float, float]
) -> dict[str, float]:
    """Metrics of class forecasts.

    Args:
        actual: True classes as 0, 1, 2.
        predicted: Forecast classes as 0, 1, 2.
        probabilities: Shape (rows, 3).
        costs: Cost of a false positive and of missing a hit.
    """
    top = actual == 2
    truth = np.eye(3)[actual]
    figures = {
        "average_precision_top": average_precision(top, probabilities[:, 2]),
        "quadratic_weighted_kappa": quadratic_weighted_kappa(actual, predicted),
        "macro_f1": _macro_f1(actual, predicted),
        "balanced_accuracy": _mean(np.array([np.mean(predicted[actual == k] == k) for k in np.unique(actual)])),
        "brier": float(np.mean(np.sum((probabilities - truth) ** 2, axis=1))),
        "accuracy": float(np.mean(actual == predicted)),
        "accuracy_of_majority": float(truth.mean(axis=0).max()),
        "expected_cost_of_promoting_none": costs[1] * float(np.mean(top)),
        "top_share": float(np.mean(top)),
        "recall_at_precision_80": recall_at_precision(top, probabilities[:, 2], MIN_PRECISION),
        "calibration_error_top": calibration_error(top, probabilities[:, 2]),
        "calibration_error_at_least_medium": calibration_error(actual >= 1, probabilities[:, 1:].sum(axis=1)),
    }
    for ratio in COST_RATIOS:
        figures[f"expected_cost_{ratio}_to_1"] = expected_cost(top, probabilities[:, 2], float(ratio), 1.0)
        figures[f"expected_cost_{ratio}_to_1_of_promoting_none"] = float(np.mean(top))
    return figures


def calibration_error(hit: np.ndarray, probability: np.ndarray, bins: int = 10) -> float:
    """Mean distance of forecast probability and share of hits in bins of equal width, weighted by rows.

    Source: Naeini, Cooper & Hauskrecht 2015, Obtaining well calibrated probabilities using Bayesian binning (AAAI).
    """
    found = reliability(hit, probability, bins)
    return float(np.average(np.abs(found["probability"] - found["share"]), weights=found["releases"]))


def reliability(hit: np.ndarray, probability: np.ndarray, bins: int = 10) -> pd.DataFrame:
    """Mean forecast probability and share of hits in bins of equal width.

    Returns:
        A row a bin that is not empty: `from`, its lower edge, `probability`, `share`, `hits` and `releases`.
    """
    places = np.minimum((probability * bins).astype(int), bins - 1)
    releases, hits, chances = (np.bincount(places, weight) for weight in (None, hit.astype(float), probability))
    found = np.flatnonzero(releases)
    return pd.DataFrame(
        {
            "from": found / bins,
            "probability": chances[found] / releases[found],
            "share": hits[found] / releases[found],
            "hits": hits[found].astype(int),
            "releases": releases[found],
        }
    )


def quadratic_weighted_kappa(actual: np.ndarray, predicted: np.ndarray) -> float:
    """Cohen's kappa with quadratic weights; NaN where chance would make no error either."""
    observed = np.mean((actual - predicted) ** 2)
    chance = np.mean((actual[:, None] - np.unique(predicted)[None, :]) ** 2, axis=0) @ (
        np.unique(predicted, return_counts=True)[1] / len(predicted)
    )
    return float(1 - observed / chance) if chance > 0 else float("nan")


def _macro_f1(actual: np.ndarray, predicted: np.ndarray) -> float:
    scores = []
    for kind in np.union1d(actual, predicted):
        both = np.sum((actual == kind) & (predicted == kind))
        scores.append(2 * both / (np.sum(actual == kind) + np.sum(predicted == kind)))
    return _mean(np.array(scores))


def expected_cost(
    top: np.ndarray, probability: np.ndarray, false_positive_cost: float, false_negative_cost: float
) -> float:
    """Mean cost of promoting what reaches the threshold of the costs, a release."""
    promoted = promoted_by_chance(probability, false_positive_cost, false_negative_cost)
    return float(promotion_costs(top, promoted, false_positive_cost, false_negative_cost).mean())


def promoted_by_chance(probability: np.ndarray, false_positive_cost: float, false_negative_cost: float) -> np.ndarray:
    """Whether promoting costs less than not promoting, by the probability of the top class."""
    return np.asarray(probability >= promotion_threshold(false_positive_cost, false_negative_cost))


def promotion_costs(
    top: np.ndarray, promoted: np.ndarray, false_positive_cost: float, false_negative_cost: float
) -> np.ndarray:
    """Cost of each release: of promoting it for nothing, or of missing a hit."""
    return np.asarray(false_positive_cost * (promoted & ~top) + false_negative_cost * (~promoted & top), dtype=float)
