"""A ridge correction on all numeric features, apart for each as-of day.

On few releases it reads smooth effects, such as growth within the week, that trees cut into steps.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

REACH = 3.0
"""Standard deviations beyond which a feature has no further say, so that an extreme release cannot run away."""
PENALTIES = np.logspace(-1, 5, 13)


@dataclass(frozen=True)
class RidgeDay:
    """One as-of day: how features are standardised, what each adds, and the constant."""

    mean: list[float]
    scale: list[float]
    coefficients: list[float]
    constant: float


@dataclass(frozen=True)
class Ridge:
    """Corrections by as-of day, over the same columns."""

    columns: tuple[str, ...]
    days: dict[int, RidgeDay]


def fit_ridge(frame: pd.DataFrame, error: np.ndarray, columns: tuple[str, ...]) -> Ridge:
    """Fit to what a forecast left over, with the penalty of the lowest leave-one-out error.

    Args:
        frame: Training rows.
        error: Truth minus forecast, in logs.
        columns: Numeric features; a feature that is constant or unknown at some day has no say there.
    """
    features, as_of_days = _logs(frame, columns), frame["as_of_day"].to_numpy()
    days = {}
    for day in np.unique(as_of_days):
        of_day = features[as_of_days == day]
        seen = np.isfinite(of_day)
        count = np.maximum(seen.sum(axis=0), 1)
        mean = np.where(seen, of_day, 0.0).sum(axis=0) / count
        scale = np.sqrt(np.where(seen, (of_day - mean) ** 2, 0.0).sum(axis=0) / count)
        # A scale of zero marks a feature without a say.
        scale = np.where(scale > 1e-9, scale, 0.0)
        coefficients, constant = solve_ridge(_standardised(of_day, mean, scale), error[as_of_days == day])
        days[int(day)] = RidgeDay(mean.tolist(), scale.tolist(), coefficients.tolist(), constant)
    return Ridge(columns, days)


def solve_ridge(features: np.ndarray, target: np.ndarray) -> tuple[np.ndarray, float]:
    """Ridge coefficients and constant, with the penalty of the lowest leave-one-out error.

    Args:
        features: Shape (rows, columns), without gaps.
        target: One number for each row.

    Source: Golub, Heath & Wahba 1979 (leave-one-out error from the hat matrix).
    """
    from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

    centre, level = features.mean(axis=0), float(target.mean())
    x, y = features - centre, target - level
    # Small matrices: BLAS threads would only wait for each other, and their number would change the last digits.
    with threadpool_limits(limits=1, user_api="blas"):
        strengths, directions = np.linalg.eigh(x.T @ x)
        strengths = np.maximum(strengths, 0.0)
        turned = x @ directions
        cross = turned.T @ y
        best, coefficients = np.inf, np.zeros(x.shape[1])
        for penalty in PENALTIES:
            shrunk = 1.0 / (strengths + penalty)
            leverage = 1.0 / len(y) + (turned**2) @ shrunk
            error = (y - turned @ (shrunk * cross)) / np.maximum(1.0 - leverage, 1e-6)
            if (loss := float(error @ error)) < best:
                best, coefficients = loss, directions @ (shrunk * cross)
    return coefficients, level - float(centre @ coefficients)


def ridge_contributions(model: Ridge, frame: pd.DataFrame) -> np.ndarray:
    """What each feature adds to the log forecast, shape (rows, columns): a linear model's Shapley values."""
    features, as_of_days = _logs(frame, model.columns), frame["as_of_day"].to_numpy()
    contributions = np.zeros(features.shape)
    for day in np.unique(as_of_days):
        rows, of_day = as_of_days == day, _nearest(model, day)
        z = _standardised(features[rows], np.asarray(of_day.mean), np.asarray(of_day.scale))
        contributions[rows] = z * np.asarray(of_day.coefficients)
    return contributions


def predict_ridge(model: Ridge, frame: pd.DataFrame) -> np.ndarray:
    """The correction of each row, in logs."""
    constants = frame["as_of_day"].map({day: _nearest(model, day).constant for day in frame["as_of_day"].unique()})
    return np.asarray(constants.to_numpy(dtype=float) + ridge_contributions(model, frame).sum(axis=1))


def _nearest(model: Ridge, day: int) -> RidgeDay:
    return model.days[min(model.days, key=lambda known: abs(known - day))]


def _logs(frame: pd.DataFrame, columns: tuple[str, ...]) -> np.ndarray:
    """Signed logs: counts span decades, and shares and slopes near zero stay nearly what they are."""
    values = frame[list(columns)].to_numpy(dtype=float)
    return np.asarray(np.sign(values) * np.log1p(np.abs(values)))


def _standardised(features: np.ndarray, mean: np.ndarray, scale: np.ndarray) -> np.ndarray:
    """Unknown values stand at the mean."""
    z = np.where(scale > 0, (features - mean) / np.where(scale > 0, scale, 1.0), 0.0)
    return np.asarray(np.nan_to_num(np.clip(z, -REACH, REACH)))


def to_plain(model: Ridge) -> dict[str, Any]:
    """The model as JSON takes it."""
    days = {
        str(day): [of_day.mean, of_day.scale, of_day.coefficients, of_day.constant]
        for day, of_day in model.days.items()
    }
    return {"columns": list(model.columns), "days": days}


def from_plain(plain: dict[str, Any]) -> Ridge:
    """The model that `to_plain` wrote."""
    return Ridge(tuple(plain["columns"]), {int(day): RidgeDay(*parts) for day, parts in plain["days"].items()})
