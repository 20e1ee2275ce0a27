"""Commercial classes: what the rest of hitcast asks of a class estimator."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from hitcast.core.settings import Settings
from ml.data import Columns, is_open, target_column
from ml.decide.decisions import with_reached
from ml.estimators.base import ClassEstimator, configured
from ml.estimators.classes import OrderedClasses
from ml.estimators.log_linear import seen_streams
from ml.estimators.streams import StreamForecaster
from ml.estimators.trees import LIGHTGBM_PARAMETERS as DEFAULT_PARAMETERS

__all__ = ["DEFAULT_PARAMETERS", "PROBABILITY_COLUMNS", "class_minimums", "fit_classes", "predict_classes"]

PROBABILITY_COLUMNS = ("probability_low", "probability_medium", "probability_high")


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
    parameters: Mapping[str, Any] | None = None,
    estimator: ClassEstimator | None = None,
    streams: StreamForecaster | None = None,
) -> ClassEstimator:
    """Fit on the rows of a training set; a class without a single release is no obstacle.

    Args:
        training: Modelling frame cut to a training set; rows of days after the class's window teach nothing.
        feature_set: Decides the as-of total that a linear forecast starts from.
        columns: Features.
        minimums: Least streams of the middle and of the top class.
        settings: Horizons, class horizon, seed and threads.
        parameters: LightGBM's parameters, where the estimator has any; None for the defaults.
        estimator: What is fitted; None for this project's own.
        streams: Fitted on the same training set: its law and ridge of the class horizon need no second fit.
    """
    values: dict[str, Any] = {
        "feature_set": feature_set,
        "numeric": columns.numeric,
        "categorical": columns.categorical,
        "minimums": minimums,
        "window": max(settings.horizons),
        "seed": settings.seed,
        "threads": settings.threads,
    }
    if parameters is not None:
        values["parameters"] = dict(parameters)
    model: ClassEstimator = configured(estimator if estimator is not None else OrderedClasses(), **values)
    rows = training[is_open(training, settings.class_horizon)].reset_index(drop=True)
    totals = rows[target_column(settings.class_horizon)].to_numpy(dtype=float)
    fitted: ClassEstimator
    if streams is not None and isinstance(model, OrderedClasses):
        fitted = model.fit(rows, totals, streams.linear_part(settings.class_horizon))
    else:
        fitted = model.fit(rows, totals)
    return fitted


def predict_classes(model: ClassEstimator, frame: pd.DataFrame, feature_set: str) -> pd.DataFrame:
    """Chances of the three classes, with the index of `frame`; they sum to 1.

    A class that the streams that landed have reached is certain, as far as the feature set sees them.
    """
    chances = with_reached(model.predict_proba(frame), seen_streams(frame, feature_set), model.minimums)
    return pd.DataFrame(chances, columns=list(PROBABILITY_COLUMNS), index=frame.index)
