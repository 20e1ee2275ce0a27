"""The log-linear law: the log of a total is linear in the log of what was seen early.

Source: Szabo & Huberman 2010, Predicting the popularity of online content (arXiv 0811.0405).
"""

from dataclasses import astuple, dataclass
from typing import Any

import numpy as np
import pandas as pd

AS_OF_TOTALS = {"tiktok": "tiktok_views_total", "tiktok_vk": "vk_streams_total"}
"""The as-of total of each feature set: without VK, TikTok views stand in for the streams so far."""


@dataclass(frozen=True)
class Line:
    """Coefficients at one as-of day; `typical` is the mean log of the as-of total and stands in for an unknown one."""

    intercept: float
    slope: float
    typical: float


@dataclass(frozen=True)
class LogLinear:
    """A line for each as-of day.

    Attributes:
        feature_set: Decides the as-of total that the lines start from.
        lines: By as-of day.
    """

    feature_set: str
    lines: dict[int, Line]

    @property
    def column(self) -> str:
        """As-of total that the lines start from."""
        return AS_OF_TOTALS[self.feature_set]


def log_as_of_total(frame: pd.DataFrame, column: str) -> np.ndarray:
    """log(1 + as-of total); NaN where it is unknown or not among the columns."""
    if column not in frame.columns:
        return np.full(len(frame), np.nan)
    return np.asarray(np.log1p(np.maximum(frame[column].to_numpy(dtype=float), 0.0)))


def known_streams(frame: pd.DataFrame, feature_set: str) -> np.ndarray:
    """Streams that a forecast of the feature set has seen: the floor of its total. 0 where it saw none."""
    if feature_set != "tiktok_vk" or "vk_streams_total" not in frame.columns:
        return np.zeros(len(frame))
    return frame["vk_streams_total"].fillna(0).to_numpy(dtype=float)


def fit_log_linear(frame: pd.DataFrame, totals: np.ndarray, feature_set: str) -> LogLinear:
    """Least squares of log(1 + total) on log(1 + as-of total), a line for each as-of day.

    Args:
        frame: Training rows, with `as_of_day`; at least one.
        totals: Streams of the window, one for each row.
        feature_set: Decides the as-of total to start from.
    """
    x, y = log_as_of_total(frame, AS_OF_TOTALS[feature_set]), np.log1p(totals)
    days = frame["as_of_day"].to_numpy()
    return LogLinear(feature_set, {int(day): _line(x[days == day], y[days == day]) for day in np.unique(days)})


def _line(x: np.ndarray, y: np.ndarray) -> Line:
    seen = np.isfinite(x)
    if seen.sum() < 3 or np.ptp(x[seen]) < 1e-9:
        return Line(float(y.mean()), 0.0, 0.0)
    typical = float(x[seen].mean())
    slope = float(np.cov(x[seen], y[seen], bias=True)[0, 1] / x[seen].var())
    return Line(float(y[seen].mean() - slope * typical), slope, typical)


def predict_log_linear(model: LogLinear, frame: pd.DataFrame) -> np.ndarray:
    """log(1 + total) for each row; a day that was not trained on takes the nearest that was."""
    intercepts, slopes, typical = _coefficients(model, frame).T
    return np.asarray(intercepts + slopes * typical + line_contribution(model, frame))


def line_contribution(model: LogLinear, frame: pd.DataFrame) -> np.ndarray:
    """Slope times the distance of the log as-of total from the typical one; 0 where it is unknown."""
    x, (_, slopes, typical) = log_as_of_total(frame, model.column), _coefficients(model, frame).T
    return np.asarray(np.where(np.isfinite(x), slopes * (x - typical), 0.0))


def _coefficients(model: LogLinear, frame: pd.DataFrame) -> np.ndarray:
    """Intercept, slope and typical log total for each row, shape (rows, 3)."""
    trained = np.array(sorted(model.lines))
    lines = np.array([astuple(model.lines[day]) for day in trained.tolist()])
    distance = np.abs(frame["as_of_day"].to_numpy()[:, None] - trained)
    return np.asarray(lines[distance.argmin(axis=1)])


def to_plain(model: LogLinear) -> dict[str, Any]:
    """The model as JSON takes it."""
    lines = {str(day): [line.intercept, line.slope, line.typical] for day, line in model.lines.items()}
    return {"feature_set": model.feature_set, "lines": lines}


def from_plain(plain: dict[str, Any]) -> LogLinear:
    """The model that `to_plain` wrote."""
    return LogLinear(plain["feature_set"], {int(day): Line(*numbers) for day, numbers in plain["lines"].items()})
