"""A ridge correction on all numeric features and the products of the strongest, apart for each as-of day.

On few releases it reads smooth effects, such as growth within the week, that trees cut into steps. Products let one
effect depend on another: what TikTok sends counts for more where fans fall off.
"""

from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import pandas as pd

REACH = 3.0
"""Standard deviations beyond which a feature has no further say, so that an extreme release cannot run away."""
LEAST_DIFFERING = 0.05
"""Share of releases that must differ from the middle one for a feature to have a say."""
PENALTIES = np.logspace(-1, 5, 13)
MOST_STRONG = 12
RELEASES_PER_STRONG = 50
"""Rows for each feature whose products are taken: few releases cannot tell products from chance."""
PRODUCT_SCALE = 0.25
"""Products are scaled down, which penalises them 16 times as much as a feature itself."""


@dataclass(frozen=True)
class RidgeDay:
    """One as-of day.

    Attributes:
        mean: Of each feature's log.
        scale: Its standard deviation; 0 marks a feature without a say.
        strong: Places of the features whose products are taken, each with each and with itself.
        centre: Mean of each product.
        coefficients: Of the features, then of the products.
        constant: What a typical release gets.
    """

    mean: list[float]
    scale: list[float]
    strong: list[int]
    centre: list[float]
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
        of_day, target = features[as_of_days == day], error[as_of_days == day]
        seen = np.isfinite(of_day)
        count = np.maximum(seen.sum(axis=0), 1)
        mean = np.where(seen, of_day, 0.0).sum(axis=0) / count
        scale = np.sqrt(np.where(seen, (of_day - mean) ** 2, 0.0).sum(axis=0) / count)
        # What hardly ever differs, such as a day that was not delivered, would be read off a handful of releases.
        middle = np.nanmedian(np.where(seen.any(axis=0), of_day, 0.0), axis=0)
        differs = (seen & (np.abs(of_day - middle) > 1e-9)).mean(axis=0)
        scale = np.where((scale > 1e-9) & (differs >= LEAST_DIFFERING), scale, 0.0)
        z = _standardised(of_day, mean, scale)
        strong = strongest(z, target, min(MOST_STRONG, len(target) // RELEASES_PER_STRONG))
        products = _products(z, strong)
        centre = products.mean(axis=0)
        coefficients, constant = solve_ridge(np.column_stack([z, products - centre]), target)
        days[int(day)] = RidgeDay(
            mean.tolist(), scale.tolist(), strong.tolist(), centre.tolist(), coefficients.tolist(), constant
        )
    return Ridge(columns, days)


def strongest(features: np.ndarray, target: np.ndarray, count: int) -> np.ndarray:
    """Places of the features that together explain most: each the one that best fits what the earlier ones leave.

    Args:
        features: Shape (rows, columns), without gaps.
        target: One number for each row.
        count: Features wanted; fewer come back where no further one explains anything.

    Source: Pati, Rezaiifar & Krishnaprasad 1993 (orthogonal matching pursuit).
    """
    x, y = features - features.mean(axis=0), target - target.mean()
    squares, cross = x.T @ x, x.T @ y
    length = np.sqrt(np.diag(squares))
    chosen: list[int] = []
    left = cross
    for _ in range(count):
        fit = np.divide(np.abs(left), length, out=np.zeros(len(left)), where=length > 1e-9)
        fit[chosen] = 0.0
        if (best := int(fit.argmax())) in chosen or fit[best] <= 1e-9:
            break
        chosen.append(best)
        weights = np.linalg.lstsq(squares[np.ix_(chosen, chosen)], cross[chosen], rcond=None)[0]
        left = cross - squares[:, chosen] @ weights
    return np.array(chosen, dtype=int)


def _pairs(count: int) -> tuple[np.ndarray, np.ndarray]:
    return np.triu_indices(count)


def _products(features: np.ndarray, strong: np.ndarray) -> np.ndarray:
    first, second = _pairs(len(strong))
    return np.asarray(PRODUCT_SCALE * features[:, strong[first]] * features[:, strong[second]])


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
    """What each feature adds to the log forecast, shape (rows, columns): Shapley values against a typical release.

    A product's part belongs to its two features in halves.
    """
    features, as_of_days = _logs(frame, model.columns), frame["as_of_day"].to_numpy()
    contributions = np.zeros(features.shape)
    for day in np.unique(as_of_days):
        rows, of_day = as_of_days == day, _nearest(model, day)
        z = _standardised(features[rows], np.asarray(of_day.mean), np.asarray(of_day.scale))
        strong, coefficients = np.asarray(of_day.strong, dtype=int), np.asarray(of_day.coefficients)
        of_features = z * coefficients[: z.shape[1]]
        halves = (_products(z, strong) - np.asarray(of_day.centre)) * coefficients[z.shape[1] :] / 2
        for places in _pairs(len(strong)):
            np.add.at(of_features.T, strong[places], halves.T)
        contributions[rows] = of_features
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
    days = {str(day): [getattr(of_day, part.name) for part in fields(of_day)] for day, of_day in model.days.items()}
    return {"columns": list(model.columns), "days": days}


def from_plain(plain: dict[str, Any]) -> Ridge:
    """The model that `to_plain` wrote."""
    return Ridge(tuple(plain["columns"]), {int(day): RidgeDay(*parts) for day, parts in plain["days"].items()})
