"""The smooth part of every forecast: the log-linear law, and a ridge correction as far as it is trusted.

The law forecasts the total. Corrections act on the log of the remainder, what is not yet known, and the known part is
added again: what has happened cannot be forecast away. Without a correction the forecast is the law's own.
"""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from ml import log_linear, ridge
from ml.log_linear import LogLinear, fit_log_linear, known_streams, line_contribution, predict_log_linear
from ml.ridge import Ridge, fit_ridge, predict_ridge, ridge_contributions
from ml.shrinkage import trusted_weight
from ml.splits import Slices

LEAST_REMAINDER = 0.05
"""Share of the known streams that a correction takes as remainder where the law forecasts less."""
MOST_LOG = 30.0


@dataclass(frozen=True)
class Linear:
    """A forecast of the total.

    Attributes:
        line: Log-linear law.
        ridge: Correction of the log remainder; None where it has no weight.
        weight: Share of it that is added, in [0, 1].
    """

    line: LogLinear
    ridge: Ridge | None = None
    weight: float = 0.0


def draft_linear(
    training: pd.DataFrame, totals: np.ndarray, slices: Slices, feature_set: str, numeric: tuple[str, ...]
) -> Linear:
    """Fit on the fit slice alone; the later slices say how far to trust the ridge.

    Args:
        training: Rows of a training set.
        totals: Streams of the window, one for each row.
        slices: Slices of the rows.
        feature_set: Decides the as-of total that the line starts from.
        numeric: Numeric features of the ridge.
    """
    line = fit_log_linear(training[slices.fit], totals[slices.fit], feature_set)
    error = remainder_error(Linear(line), training, totals)
    if not slices.judged.any() or np.ptp(error[slices.fit]) < 1e-9:
        return Linear(line)
    correction = fit_ridge(training[slices.fit], error[slices.fit], numeric)
    later = training[slices.judged]
    weight = trusted_weight(error[slices.judged], predict_ridge(correction, later), later["release_id"].to_numpy())
    return Linear(line, correction, weight) if weight > 0 else Linear(line)


def refit_linear(draft: Linear, training: pd.DataFrame, totals: np.ndarray) -> Linear:
    """The same forecast on every row, with the draft's weight."""
    plain = Linear(fit_log_linear(training, totals, draft.line.feature_set))
    if draft.ridge is None:
        return plain
    error = remainder_error(plain, training, totals)
    return replace(plain, ridge=fit_ridge(training, error, draft.ridge.columns), weight=draft.weight)


def remainder_error(model: Linear, frame: pd.DataFrame, totals: np.ndarray) -> np.ndarray:
    """What the forecast lacks in the log of the remainder: the target of a further correction."""
    known = known_streams(frame, model.line.feature_set)
    truth = np.log1p(np.maximum(totals - known, 0.0))
    return np.asarray(truth - _remainder(model.line, frame, known) - ridge_correction(model, frame))


def _remainder(line: LogLinear, frame: pd.DataFrame, known: np.ndarray) -> np.ndarray:
    """log(1 + remainder) that the law leaves."""
    total = np.expm1(np.minimum(predict_log_linear(line, frame), MOST_LOG))
    return np.asarray(np.log1p(np.maximum(total - known, LEAST_REMAINDER * (1 + known))))


def ridge_correction(model: Linear, frame: pd.DataFrame) -> np.ndarray:
    """The weighted ridge correction of the log remainder; zeros where there is none."""
    return np.zeros(len(frame)) if model.ridge is None else model.weight * predict_ridge(model.ridge, frame)


def corrected(line: LogLinear, frame: pd.DataFrame, correction: np.ndarray) -> np.ndarray:
    """log(1 + total) for each row, never below what is known.

    Args:
        line: Log-linear law.
        frame: Rows to forecast.
        correction: What is added to the log of the remainder; 0 leaves the law's forecast as it is.
    """
    known = known_streams(frame, line.feature_set)
    remainder = np.clip(_remainder(line, frame, known) + correction, 0.0, MOST_LOG)
    total = np.where(correction == 0, predict_log_linear(line, frame), np.log1p(known + np.expm1(remainder)))
    return np.asarray(np.maximum(total, np.log1p(known)))


def predict_linear(model: Linear, frame: pd.DataFrame) -> np.ndarray:
    """log(1 + total) for each row."""
    return corrected(model.line, frame, ridge_correction(model, frame))


def linear_contributions(model: Linear, frame: pd.DataFrame, columns: list[str]) -> tuple[np.ndarray, np.ndarray]:
    """What each feature adds, against a typical release: to the law's log total, and to the log of the remainder.

    Exact Shapley values, as both are linear; each of shape (rows, columns).
    """
    of_line, of_ridge = np.zeros((len(frame), len(columns))), np.zeros((len(frame), len(columns)))
    if model.line.column in columns:
        of_line[:, columns.index(model.line.column)] = line_contribution(model.line, frame)
    if model.ridge is not None:
        places = [columns.index(name) for name in model.ridge.columns]
        of_ridge[:, places] = model.weight * ridge_contributions(model.ridge, frame)
    return of_line, of_ridge


def to_plain(model: Linear) -> dict[str, Any]:
    """The model as JSON takes it."""
    return {
        "line": log_linear.to_plain(model.line),
        "ridge": None if model.ridge is None else ridge.to_plain(model.ridge),
        "weight": model.weight,
    }


def from_plain(plain: dict[str, Any]) -> Linear:
    """The model that `to_plain` wrote."""
    correction = None if plain["ridge"] is None else ridge.from_plain(plain["ridge"])
    return Linear(log_linear.from_plain(plain["line"]), correction, plain["weight"])
