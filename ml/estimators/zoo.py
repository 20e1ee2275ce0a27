"""The zoo: the estimators that this project's own is compared with, and from which a champion may come, by name.

All see the same rows, features and inner slices, and none is tuned but this project's own.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from hitcast.core.errors import HitcastError
from hitcast.core.settings import Settings
from ml.classes import fit_classes
from ml.data import Columns
from ml.estimators.base import ClassEstimator, StreamEstimator
from ml.estimators.baselines import BASELINES
from ml.estimators.class_baselines import CatBoostClasses, LineClasses, LogisticClasses, Prior
from ml.estimators.classes import OrderedClasses
from ml.estimators.forest import Forest
from ml.estimators.mix import RidgeAndTrees
from ml.estimators.ridge_on_law import RidgeOnLaw
from ml.estimators.streams import StreamForecaster
from ml.estimators.trees import LightGBMTrees
from ml.streams import fit_streams
from ml.studies import OWN, TunedParameters

__all__ = [
    "CLASSES",
    "OWN",
    "STREAMS",
    "ModelInputs",
    "class_model",
    "classes_by",
    "stop_on_unknown",
    "stream_model",
    "streams_by",
]

STREAMS: dict[str, StreamEstimator] = {
    **BASELINES,
    "ridge": RidgeOnLaw(),
    "random_forest": Forest(),
    "lightgbm": RidgeAndTrees(RidgeOnLaw(), LightGBMTrees()),
    OWN["streams"]: RidgeAndTrees.standard(),
}
CLASSES: dict[str, ClassEstimator] = {
    "prior": Prior(),
    "log_linear": LineClasses(),
    "logistic": LogisticClasses(),
    "catboost": CatBoostClasses(),
    OWN["classes"]: OrderedClasses(),
}


@dataclass(frozen=True)
class ModelInputs:
    """What a model is given beside its training rows.

    Attributes:
        feature_set: `tiktok` or `tiktok_vk`.
        columns: Features.
        minimums: Least streams of the middle and of the top class.
        settings: Horizons, seed and threads.
        tuned: Parameters of this project's own models.
        stressed: Rows of the training releases with days taken away, from `ml.stressed`; None where nobody asks how
            wide a forecast is.
    """

    feature_set: str
    columns: Columns
    minimums: tuple[float, float]
    settings: Settings
    tuned: TunedParameters
    stressed: pd.DataFrame | None = None


PredictStreams = Callable[[pd.DataFrame], dict[int, np.ndarray]]
"""From rows to totals by horizon."""


def stream_model(name: str, training: pd.DataFrame, given: ModelInputs, is_calibrated: bool = True) -> StreamForecaster:
    """Fit a stream estimator of the zoo for every horizon.

    Args:
        name: A key of `STREAMS`.
        training: Rows of a training set.
        given: What it is given beside them.
        is_calibrated: Whether to fit intervals and means too.
    """
    tuned = given.tuned.streams if name == OWN["streams"] else None
    model = STREAMS[name]
    return fit_streams(
        training, given.feature_set, given.columns, given.settings, tuned, model, is_calibrated, given.stressed
    )


def class_model(
    name: str, training: pd.DataFrame, given: ModelInputs, streams: StreamForecaster | None = None
) -> ClassEstimator:
    """Fit a class estimator of the zoo.

    Args:
        name: A key of `CLASSES`.
        training: Rows of a training set.
        given: What it is given beside them.
        streams: Fitted on them just now: what it shares with the classes is fitted once.
    """
    tuned, model = given.tuned.classes if name == OWN["classes"] else None, CLASSES[name]
    return fit_classes(
        training, given.feature_set, given.columns, given.minimums, given.settings, tuned, model, streams
    )


def streams_by(name: str, training: pd.DataFrame, given: ModelInputs) -> PredictStreams:
    """Fit a stream estimator of the zoo, without intervals; gives what forecasts with it."""
    model = stream_model(name, training, given, is_calibrated=False)
    return lambda rows: dict(zip(model.by_horizon, model.predict(rows).T, strict=True))


def classes_by(name: str, training: pd.DataFrame, given: ModelInputs) -> Callable[[pd.DataFrame], np.ndarray]:
    """Fit a class estimator of the zoo; gives what forecasts with it, from rows to chances of shape (rows, 3)."""
    model = class_model(name, training, given)
    return lambda rows: np.asarray(model.predict_proba(rows))


def stop_on_unknown(names: Mapping[str, str]) -> None:
    """Check names of models against the zoo.

    Args:
        names: Name by task.

    Raises:
        HitcastError: The zoo lacks one.
    """
    zoo: dict[str, dict[str, Any]] = {"streams": dict(STREAMS), "classes": dict(CLASSES)}
    for task, name in names.items():
        if name not in zoo[task]:
            raise HitcastError(f"unknown model {name} of {task}", cure=f"Use one of {', '.join(zoo[task])}")
