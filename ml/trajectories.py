"""What is said beyond single totals: the path of each release, and what ties the errors of a release week together."""

import numpy as np
import pandas as pd
from sklearn.model_selection import GroupKFold

from ml.data import is_open
from ml.estimators.calibrated import PARTS
from ml.estimators.day_shares import DayShares
from ml.estimators.distribution import LEVELS, MEDIAN
from ml.estimators.path import PathForecast, Paths
from ml.estimators.streams import ENDS, INTERVAL_COLUMNS, StreamForecaster
from ml.estimators.weekly import WeeklyDependence
from ml.outlook import forecast_outlook
from ml.registry.bundles import Bundle
from ml.splits import inner_slices


def fit_beyond_totals(
    training: pd.DataFrame, streams: StreamForecaster, paths: pd.DataFrame
) -> tuple[PathForecast, WeeklyDependence]:
    """Fit on the training rows, with the errors of those that the streams' drafts had not seen.

    Args:
        training: Rows of a training set with their targets, numbered from 0.
        streams: Fitted on them just now: its held-out forecasts are not kept in files.
        paths: As `ml.days.read_paths` gives them.
    """
    feature_set, horizons = str(streams.feature_set), tuple(sorted(streams.horizons))
    held_out, totals = _held_out(streams, training)
    curves = _held_out_curves(training, held_out, paths, feature_set, max(horizons))
    path = PathForecast(feature_set, horizons).fit(training, paths, held_out, totals, curves)
    return path, WeeklyDependence().fit(training.iloc[held_out], totals)


def _held_out(streams: StreamForecaster, training: pd.DataFrame) -> tuple[np.ndarray, dict[int, np.ndarray]]:
    """Places of the rows that every open horizon's draft had not seen, and its quantiles of their totals."""
    found = np.full((len(streams.models_), len(training), len(LEVELS)), np.nan)
    whole = np.ones(len(training), dtype=bool)
    for number, (horizon, model) in enumerate(streams.by_horizon.items()):
        places = np.flatnonzero(is_open(training, horizon))
        rows, quantiles = model.held_out
        found[number, places[rows]] = quantiles
        whole &= np.isfinite(found[number, :, 0]) | ~is_open(training, horizon)
    held_out = np.flatnonzero(whole)
    raised = np.fmax.accumulate(found[:, held_out], axis=0)
    return held_out, dict(zip(streams.by_horizon, raised, strict=True))


def _held_out_curves(
    training: pd.DataFrame, held_out: np.ndarray, paths: pd.DataFrame, feature_set: str, window: int
) -> np.ndarray:
    """Day shares of held-out rows by a fit that has not seen them, shape (rows, days)."""
    slices, later = inner_slices(training, (window,)), training.iloc[held_out]
    if slices.calibration.any():
        return DayShares(feature_set).fit(training[slices.fit], paths).predict(later)
    releases = later["release_id"].to_numpy()
    found = np.zeros((len(later), window))
    for others, part in GroupKFold(min(PARTS, len(np.unique(releases)))).split(later, groups=releases):
        found[part] = DayShares(feature_set).fit(later.iloc[others], paths).predict(later.iloc[part])
    return found


def forecast_trajectories(bundle: Bundle, rows: pd.DataFrame, paths: pd.DataFrame) -> pd.DataFrame:
    """The path of each row, in the columns of `ml.trajectories` but run_id.

    Args:
        bundle: The model.
        rows: Rows of `release_features`, one a release, of days before the longest horizon.
        paths: As `ml.days.read_paths` gives them.
    """
    parts = []
    for name, part in by_feature_set(bundle, rows):
        floor = part["floor_streams"].fillna(0).to_numpy() if "floor_streams" in part else None
        totals = forecast_outlook(bundle.outlook_model(name), part, floor).totals
        through = part["vk_through_day"].to_numpy() if "vk_through_day" in part else None
        parts.append(path_rows(bundle.paths[name].predict(part, paths, totals, floor, through), part))
    return pd.concat(parts, ignore_index=True)


def by_feature_set(bundle: Bundle, rows: pd.DataFrame) -> list[tuple[str, pd.DataFrame]]:
    """Rows by the feature set that they are forecast from: `chosen_set`, or without it the bundle's."""
    if "chosen_set" not in rows or rows.empty:
        return [(bundle.feature_set, rows)]
    return [(str(name), part) for name, part in rows.groupby("chosen_set", sort=True)]


def path_rows(found: Paths, rows: pd.DataFrame) -> pd.DataFrame:
    """A row a release and day, in the columns of `ml.trajectories` but run_id."""
    count, days = found.quantiles.shape[:2]
    figures = {"predicted_streams": found.quantiles[:, :, MEDIAN]}
    figures |= {name: found.quantiles[:, :, end] for name, end in zip(INTERVAL_COLUMNS, ENDS, strict=True)}
    figures |= {"joint_lower_80": found.joint[0], "joint_upper_80": found.joint[1]}
    return pd.DataFrame(
        {
            "release_id": np.repeat(rows["release_id"].to_numpy(), days),
            "as_of_day": np.repeat(rows["as_of_day"].to_numpy(), days),
            "days_since_release": np.tile(np.arange(1, days + 1), count),
            **{name: values.ravel() for name, values in figures.items()},
        }
    )
