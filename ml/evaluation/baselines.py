"""What models have to beat in a backtest, fitted and asked in one call."""

import numpy as np
import pandas as pd

from ml.estimators.base import configured
from ml.estimators.baselines import BASELINES
from ml.estimators.class_baselines import LineClasses, RankedClasses
from ml.estimators.log_linear import AS_OF_TOTALS, known_streams

__all__ = ["BASELINES", "RANKINGS", "forecast_baseline", "line_probabilities", "ranking_probabilities"]

RANKINGS: dict[str, dict[str, str]] = {
    "tiktok": {"rank_views": AS_OF_TOTALS["tiktok"]},
    "tiktok_vk": {"rank_views": AS_OF_TOTALS["tiktok"], "rank_streams": AS_OF_TOTALS["tiktok_vk"]},
}
"""Rankings that class forecasts have to beat, by feature set: name, and the as-of total that ranks."""


def forecast_baseline(
    name: str, training: pd.DataFrame, totals: np.ndarray, rows: pd.DataFrame, feature_set: str
) -> np.ndarray:
    """Totals forecast by a baseline, never below the streams already known.

    Args:
        name: A key of `BASELINES`.
        training: Training rows.
        totals: Streams of the window, one for each training row.
        rows: Rows to forecast.
        feature_set: `tiktok` or `tiktok_vk`.
    """
    asked = training["as_of_day"].isin(rows["as_of_day"].unique()).to_numpy()
    past = asked if asked.any() else np.ones(len(training), dtype=bool)
    model = configured(BASELINES[name], feature_set=feature_set).fit(training[past], totals[past])
    return np.asarray(np.maximum(np.maximum(model.predict(rows), 0.0), known_streams(rows, feature_set)))


def line_probabilities(
    training: pd.DataFrame, totals: np.ndarray, rows: pd.DataFrame, feature_set: str, minimums: tuple[float, float]
) -> np.ndarray:
    """P(total >= minimum) by the log-linear law and its training errors, shape (rows, minimums)."""
    return LineClasses(feature_set, minimums).fit(training, totals).predict_at_least(rows)


def ranking_probabilities(
    column: str, training: pd.DataFrame, totals: np.ndarray, rows: pd.DataFrame, minimums: tuple[float, float]
) -> np.ndarray:
    """P(total >= minimum) by one as-of total alone, shape (rows, minimums)."""
    return RankedClasses(column, minimums).fit(training, totals).predict_at_least(rows)
