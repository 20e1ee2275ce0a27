"""Forecasts that a model has to beat. Each is fitted on rows and totals and gives back a function of rows."""

from collections.abc import Callable

import numpy as np
import pandas as pd

from ml.log_linear import AS_OF_TOTALS, fit_log_linear, known_streams, log_as_of_total, predict_log_linear
from ml.logistic import IDENTITY, fit_curve, log_odds, odds_to_probability
from ml.ridge import solve_ridge

Predict = Callable[[pd.DataFrame], np.ndarray]
Fit = Callable[[pd.DataFrame, np.ndarray, str], Predict]

LEAST_OF_TENTH = 20
"""Training releases from which a tenth gets a line of its own."""
DAILY_COUNTS = {"tiktok": "tiktok_views_day_", "tiktok_vk": "vk_streams_day_"}


def train_median(frame: pd.DataFrame, totals: np.ndarray, feature_set: str) -> Predict:
    """The median total of the training releases, for everyone."""
    median = float(np.median(totals))
    return lambda rows: np.full(len(rows), median)


def persistence(frame: pd.DataFrame, totals: np.ndarray, feature_set: str) -> Predict:
    """What was seen so far, and not one more."""
    return lambda rows: rows[AS_OF_TOTALS[feature_set]].fillna(0).to_numpy(dtype=float)


def scale_factor(frame: pd.DataFrame, totals: np.ndarray, feature_set: str) -> Predict:
    """The as-of total times the median of final over so-far; the median total where nothing was seen.

    Source: Szabo & Huberman 2010, the constant scaling model.
    """
    column = AS_OF_TOTALS[feature_set]
    median = float(np.median(totals))
    ratios = (totals / frame[column].where(frame[column] > 0)).dropna()
    factor = float(ratios.median()) if len(ratios) else 0.0

    def predict(rows: pd.DataFrame) -> np.ndarray:
        seen = rows[column].to_numpy(dtype=float)
        return np.where(np.isfinite(seen), factor * seen, median)

    return predict


def log_linear(frame: pd.DataFrame, totals: np.ndarray, feature_set: str) -> Predict:
    """The log-linear law on the as-of total. Source: Szabo & Huberman 2010."""
    model = fit_log_linear(frame, totals, feature_set)
    return lambda rows: np.expm1(predict_log_linear(model, rows))


def decile_lines(frame: pd.DataFrame, totals: np.ndarray, feature_set: str) -> Predict:
    """A log-linear law of its own within each tenth of the releases by TikTok views.

    A tenth of few releases, and releases whose views are unknown, take the law of all.
    """
    views = frame[AS_OF_TOTALS["tiktok"]]
    edges = np.unique(views.dropna().quantile(np.arange(1, 10) / 10).to_numpy(dtype=float))
    whole, tenths = log_linear(frame, totals, feature_set), _tenths(views, edges)
    lines = {}
    for tenth in range(len(edges) + 1):
        inside = tenths == tenth
        if inside.sum() >= LEAST_OF_TENTH:
            lines[tenth] = log_linear(frame[inside], totals[inside], feature_set)

    def predict(rows: pd.DataFrame) -> np.ndarray:
        forecast, place = whole(rows), _tenths(rows[AS_OF_TOTALS["tiktok"]], edges)
        for tenth, line in lines.items():
            inside = place == tenth
            if inside.any():
                forecast[inside] = line(rows[inside])
        return forecast

    return predict


def _tenths(views: pd.Series, edges: np.ndarray) -> np.ndarray:
    """Number of each release's tenth; -1 where its views are unknown."""
    seen = views.to_numpy(dtype=float)
    return np.where(np.isfinite(seen), np.searchsorted(edges, seen, side="right"), -1)


def ridge_daily(frame: pd.DataFrame, totals: np.ndarray, feature_set: str) -> Predict:
    """Ridge regression of the log total on the logs of the daily counts.

    Source: Pinto, Almeida & Goncalves 2013, the multivariate linear model (WSDM), with the penalty chosen by
    leave-one-out error.
    """
    columns = [f"{DAILY_COUNTS[feature_set]}{day}" for day in range(int(frame["as_of_day"].max()))]
    logs = np.column_stack([log_as_of_total(frame, column) for column in columns])
    means = np.nan_to_num(pd.DataFrame(logs).mean().to_numpy())
    coefficients, constant = solve_ridge(np.where(np.isfinite(logs), logs, means), np.log1p(totals))

    def predict(rows: pd.DataFrame) -> np.ndarray:
        seen = np.column_stack([log_as_of_total(rows, column) for column in columns])
        forecast = constant + np.where(np.isfinite(seen), seen, means) @ coefficients
        # A straight line in logs has no ceiling of its own: exp must not overflow.
        return np.asarray(np.expm1(np.clip(forecast, 0.0, 30.0)))

    return predict


BASELINES: dict[str, Fit] = {
    "train_median": train_median,
    "persistence": persistence,
    "scale_factor": scale_factor,
    "log_linear": log_linear,
    "decile_lines": decile_lines,
    "ridge_daily": ridge_daily,
}


def forecast_baseline(
    name: str, training: pd.DataFrame, totals: np.ndarray, rows: pd.DataFrame, feature_set: str
) -> np.ndarray:
    """Totals forecast by a baseline, fitted apart for each as-of day and never below the streams already known.

    Args:
        name: A key of `BASELINES`.
        training: Training rows.
        totals: Streams of the window, one for each training row.
        rows: Rows to forecast, of as-of days that were trained on.
        feature_set: `tiktok` or `tiktok_vk`.
    """
    forecast = np.zeros(len(rows))
    trained_days, days = training["as_of_day"].to_numpy(), rows["as_of_day"].to_numpy()
    for day in np.unique(days):
        past, now = trained_days == day, days == day
        forecast[now] = BASELINES[name](training[past], totals[past], feature_set)(rows[now])
    return np.asarray(np.maximum(np.maximum(forecast, 0.0), known_streams(rows, feature_set)))


def line_probabilities(
    training: pd.DataFrame, totals: np.ndarray, rows: pd.DataFrame, feature_set: str, minimums: tuple[float, float]
) -> np.ndarray:
    """P(total >= minimum) by the log-linear law, shape (rows, minimums).

    The share of its training errors of the same as-of day that would carry the forecast to the minimum.

    Args:
        training: Training rows.
        totals: Streams of the window, one for each training row.
        rows: Rows to forecast, of as-of days that were trained on.
        feature_set: Decides the as-of total that the law starts from.
        minimums: Least streams of the middle and of the top class.
    """
    line = fit_log_linear(training, totals, feature_set)
    errors, forecast = np.log1p(totals) - predict_log_linear(line, training), predict_log_linear(line, rows)
    trained_days, days = training["as_of_day"].to_numpy(), rows["as_of_day"].to_numpy()
    at_least = np.zeros((len(rows), len(minimums)))
    for day in np.unique(days):
        of_day, now = np.sort(errors[trained_days == day]), days == day
        for place, minimum in enumerate(minimums):
            lacking = np.searchsorted(of_day, np.log1p(minimum) - forecast[now], side="left")
            at_least[now, place] = 1 - lacking / len(of_day)
    return at_least


RANKINGS: dict[str, dict[str, str]] = {
    "tiktok": {"rank_views": AS_OF_TOTALS["tiktok"]},
    "tiktok_vk": {"rank_views": AS_OF_TOTALS["tiktok"], "rank_streams": AS_OF_TOTALS["tiktok_vk"]},
}
"""Rankings that class forecasts have to beat, by feature set: name, and the as-of total that ranks."""


def ranking_probabilities(
    column: str, training: pd.DataFrame, totals: np.ndarray, rows: pd.DataFrame, minimums: tuple[float, float]
) -> np.ndarray:
    """P(total >= minimum) by one number alone, shape (rows, minimums).

    A rising logistic curve of its log for each as-of day, so that releases come in the order of that number; where it
    is unknown, it counts as its mean.

    Args:
        column: The as-of total that ranks.
        training: Training rows.
        totals: Streams of the window, one for each training row.
        rows: Rows to forecast, of as-of days that were trained on.
        minimums: Least streams of the middle and of the top class.
    """
    at_least = np.zeros((len(rows), len(minimums)))
    trained_days, days = training["as_of_day"].to_numpy(), rows["as_of_day"].to_numpy()
    for day in np.unique(days):
        past, now = trained_days == day, days == day
        logs, seen = log_as_of_total(training[past], column), log_as_of_total(rows[now], column)
        typical = float(np.nanmean(logs)) if np.isfinite(logs).any() else 0.0
        centred, of_rows = (np.nan_to_num(side - typical) for side in (logs, seen))
        for place, minimum in enumerate(minimums):
            hit = (totals[past] >= minimum).astype(float)
            curve = fit_curve(centred, hit, np.ones(len(hit)), IDENTITY, strength=0.5)
            at_least[now, place] = odds_to_probability(log_odds(curve, of_rows))
    return at_least
