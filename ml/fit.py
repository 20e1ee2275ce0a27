"""Fit: everything that a version of the registered model holds, on what was mature on a day."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from hitcast.core.errors import HitcastError
from hitcast.core.settings import Settings
from ml.classes import class_minimums
from ml.data import FEATURE_SETS, Marts, feature_columns, modelling_frame
from ml.days import read_training_paths
from ml.estimators.base import ClassEstimator
from ml.estimators.path import PathForecast
from ml.estimators.weekly import WeeklyDependence
from ml.estimators.zoo import ModelInputs, class_model, stream_model
from ml.evaluation.alarms import stop_on_leak
from ml.outlook import earned_class_weights
from ml.registry.bundles import Bundle
from ml.side_by_side import side_by_side
from ml.splits import MIN_TRAINING_RELEASES, count_windows, training_rows
from ml.streams import StreamModel
from ml.stressed import stressed_training
from ml.studies import TunedParameters, tuned_parameters
from ml.trajectories import fit_beyond_totals


def fit_bundle(
    marts: Marts,
    settings: Settings,
    cutoff: date,
    progress: Callable[[str], None],
    tuned: TunedParameters | None = None,
    feature_sets: Collection[str] = tuple(FEATURE_SETS),
) -> Bundle:
    """Feature sets fitted on what was mature at the cut-off, and the one to forecast with.

    Args:
        marts: The marts.
        settings: Horizons, seed and threads.
        cutoff: Day of training.
        progress: Takes a line for each feature set.
        tuned: Parameters; by default those that could be known at the cut-off.
        feature_sets: Those to fit.

    Raises:
        HitcastError: Too few releases are mature, or a feature looks like a leak.
    """
    frame = modelling_frame(marts, settings.horizons)
    training = frame[training_rows(frame, cutoff, settings.horizons)].reset_index(drop=True)
    releases = training["release_id"].unique()
    counts = count_windows(frame, cutoff, settings.horizons)
    if counts.streamed < MIN_TRAINING_RELEASES:
        raise HitcastError(
            f"not enough data to train: {counts.describe(cutoff)}; {MIN_TRAINING_RELEASES} with streams are needed",
            cure=counts.cure,
        )
    stop_on_leak(training, feature_columns(marts.catalog, "tiktok_vk", training), settings.horizons)
    tuned = tuned or tuned_parameters(settings, cutoff)
    progress(f"Fitting streams and classes on {len(releases)} releases, feature sets {' and '.join(feature_sets)}")
    fitted = _fit_side_by_side(marts, settings, tuned, training, feature_sets)
    streams = {name: each.streams for name, each in fitted.items()}
    chosen, reason = _choose(streams)
    return Bundle(
        feature_set=chosen,
        reason=reason,
        cutoff=cutoff,
        horizons=tuple(sorted(settings.horizons)),
        class_horizon=settings.class_horizon,
        class_names=tuple(marts.classes["stream_class"]),
        training_releases=tuple(sorted(releases)),
        streams=streams,
        classes={name: each.classes for name, each in fitted.items()},
        class_weights={name: each.class_weights for name, each in fitted.items()},
        paths={name: each.path for name, each in fitted.items()},
        dependence={name: each.dependence for name, each in fitted.items()},
    )


@dataclass(frozen=True)
class _FeatureSetModels:
    """All that is fitted on one feature set: the parts of a `Bundle`."""

    streams: StreamModel
    classes: ClassEstimator
    class_weights: tuple[float, float]
    path: PathForecast
    dependence: WeeklyDependence


def _fit_side_by_side(
    marts: Marts, settings: Settings, tuned: TunedParameters, training: pd.DataFrame, feature_sets: Collection[str]
) -> dict[str, _FeatureSetModels]:
    """Models of each feature set."""
    minimums, daily = class_minimums(marts.classes), read_training_paths(settings)

    def fit(name: str) -> _FeatureSetModels:
        columns = feature_columns(marts.catalog, name, training)
        given = ModelInputs(name, columns, minimums, settings, tuned, stressed_training(marts.stressed, training))
        streams = stream_model(tuned.models["streams"], training, given)
        classes = class_model(tuned.models["classes"], training, given, streams)
        weights = earned_class_weights(streams, classes, settings.class_horizon, training)
        return _FeatureSetModels(streams, classes, weights, *fit_beyond_totals(training, streams, daily))

    return side_by_side(fit, feature_sets, settings.threads)


def _choose(streams: dict[str, StreamModel]) -> tuple[str, str]:
    """The feature set with the lower error on the calibration slices, over all horizons."""
    errors = {
        name: float(np.mean([per_horizon.calibration_error_ for per_horizon in model.models_]))
        for name, model in streams.items()
    }
    best = min(errors, key=lambda name: errors[name])
    message = ", ".join(f"{name} {error:.3f}" for name, error in errors.items())
    return best, f"lowest RMSLE on the latest mature releases ({message})"
