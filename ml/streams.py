"""Stream totals: what the rest of hitcast asks of a stream forecaster."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from hitcast.core.settings import Settings
from ml.data import Columns, target_column
from ml.estimators.base import StreamEstimator
from ml.estimators.streams import INTERVAL_COLUMNS, StreamForecaster
from ml.estimators.trees import CATBOOST_PARAMETERS as DEFAULT_PARAMETERS

__all__ = ["DEFAULT_PARAMETERS", "INTERVAL_COLUMNS", "StreamModel", "fit_streams", "importances", "predict_streams"]

StreamModel = StreamForecaster


def fit_streams(
    training: pd.DataFrame,
    feature_set: str,
    columns: Columns,
    settings: Settings,
    parameters: Mapping[str, Any] | None = None,
    estimator: StreamEstimator | None = None,
    is_calibrated: bool = True,
    stressed: pd.DataFrame | None = None,
) -> StreamModel:
    """Fit on the rows of a training set.

    Args:
        training: Modelling frame cut to a training set, with `streams_<horizon>` whole.
        feature_set: Decides which streams count as known, and where the law starts from.
        columns: Features.
        settings: Horizons, seed and threads.
        parameters: CatBoost's parameters, where the estimator has any; None for the defaults.
        estimator: What is fitted for each horizon; None for this project's own.
        is_calibrated: Whether to fit intervals and means too.
        stressed: Rows of the training releases with days taken away, from `ml.stressed`.
    """
    forecaster = StreamForecaster(
        estimator,
        feature_set,
        columns.numeric,
        columns.categorical,
        tuple(sorted(settings.horizons)),
        settings.seed,
        settings.threads,
        None if parameters is None else dict(parameters),
        is_calibrated,
    )
    totals = training[[target_column(horizon) for horizon in settings.horizons]]
    return forecaster.fit(training, totals, stressed)


def predict_streams(model: StreamModel, frame: pd.DataFrame) -> dict[int, pd.DataFrame]:
    """Forecasts by horizon, as `StreamForecaster.forecast` gives them."""
    return model.forecast(frame)


def importances(model: StreamModel, frame: pd.DataFrame) -> pd.DataFrame:
    """How much each feature moves the forecasts of these rows.

    Returns:
        One row per horizon and feature, the strongest first: `feature_set`, `horizon_days`, `feature_name` and
        `mean_absolute_contribution`, in logs of the total.
    """
    tables = [
        pd.DataFrame(
            {
                "feature_set": model.feature_set,
                "horizon_days": horizon,
                "feature_name": model.columns.all,
                "mean_absolute_contribution": np.abs(model.contributions(frame, horizon)).mean(axis=0),
            }
        ).sort_values("mean_absolute_contribution", ascending=False, kind="stable")
        for horizon in model.by_horizon
    ]
    return pd.concat(tables, ignore_index=True)
