"""Stream totals: the log-linear law, corrected by a mix of ridge and CatBoost, one model for each horizon."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from ml.data import Columns, target_column
from ml.intervals import Intervals, fit_intervals, predict_intervals
from ml.linear import (
    Linear,
    corrected,
    draft_linear,
    linear_contributions,
    refit_linear,
    remainder_error,
    ridge_correction,
)
from ml.log_linear import known_streams
from ml.settings import Settings
from ml.shrinkage import trusted_weight
from ml.smearing import Smearing, fit_smearing, smeared
from ml.splits import Slices, inner_slices

if TYPE_CHECKING:
    from catboost import CatBoostRegressor

DEFAULT_PARAMETERS: Mapping[str, Any] = {
    "learning_rate": 0.15,
    "depth": 6,
    "l2_leaf_reg": 5.0,
    "random_strength": 1.0,
    "rsm": 0.4,
    "subsample": 0.8,
    "min_data_in_leaf": 1,
}
MOST_TREES = 600
SHORT_TREES = 100
"""Trees where history is too short to stop early by."""
PATIENCE = 40
INTERVAL_COLUMNS = ("lower_80", "upper_80", "lower_90", "upper_90")


@dataclass(frozen=True)
class HorizonModel:
    """The forecast of one horizon: the law, corrected by ridge and trees as far as later releases trust either.

    Attributes:
        linear: Log-linear law and ridge.
        boost: CatBoost's own correction of the law; None where it has no weight.
        weight: Share of the correction that is CatBoost's and not the ridge's, in [0, 1].
        trees: Trees of the boost.
        intervals: Offsets calibrated on later releases.
        smearing: Factors from median to mean, calibrated on the same.
        calibration_error: RMSLE on the calibration slice.
    """

    linear: Linear
    boost: "CatBoostRegressor | None" = None
    weight: float = 0.0
    trees: int = 0
    intervals: Intervals = field(default_factory=dict)
    smearing: Smearing = field(default_factory=dict)
    calibration_error: float = float("nan")


@dataclass(frozen=True)
class StreamModel:
    """Forecasts of one feature set, by horizon, ascending."""

    feature_set: str
    columns: Columns
    horizons: dict[int, HorizonModel]


def fit_streams(
    training: pd.DataFrame,
    feature_set: str,
    columns: Columns,
    settings: Settings,
    parameters: Mapping[str, Any] = DEFAULT_PARAMETERS,
) -> StreamModel:
    """Fit on the rows of a training set.

    Corrections are fitted on the earliest releases, the boost stops early on later ones, the later ones together say
    how far to trust each correction, and the latest give the intervals. Then everything is fitted again on all rows,
    with what was chosen left as it was.

    Args:
        training: Modelling frame cut to a training set, with `streams_<horizon>` whole.
        feature_set: Decides the as-of total that the line starts from.
        columns: Features of the corrections.
        settings: Horizons, seed and threads.
        parameters: CatBoost's parameters.
    """
    slices = inner_slices(training, settings.horizons)
    horizons = {}
    for horizon in sorted(settings.horizons):
        totals = training[target_column(horizon)].to_numpy(dtype=float)
        draft = _draft(training, totals, slices, feature_set, columns, settings, parameters)
        horizons[horizon] = _refit(draft, training, totals, columns, settings, parameters)
    return StreamModel(feature_set, columns, horizons)


def _draft(
    training: pd.DataFrame,
    totals: np.ndarray,
    slices: Slices,
    feature_set: str,
    columns: Columns,
    settings: Settings,
    parameters: Mapping[str, Any],
) -> HorizonModel:
    """Fitted on the fit slice alone; weights, number of trees and intervals chosen on the later ones."""
    linear = draft_linear(training, totals, slices, feature_set, columns.numeric)
    model = HorizonModel(linear)
    # Trees learn what the law lacks, not what the ridge leaves: of that, the ridge's own overfit hides the most.
    error = remainder_error(Linear(linear.line), training, totals)
    if slices.judged.any() and np.ptp(error[slices.fit]) > 1e-9:
        stops_early = bool(slices.early.any())
        boost = _regressor(settings, parameters, MOST_TREES if stops_early else SHORT_TREES)
        boost.fit(
            _pool(training[slices.fit], columns, error[slices.fit]),
            eval_set=_pool(training[slices.early], columns, error[slices.early]) if stops_early else None,
            early_stopping_rounds=PATIENCE if stops_early else None,
        )
        later = training[slices.judged]
        of_ridge = ridge_correction(linear, later)
        step = boost.predict(_pool(later, columns)) - of_ridge
        weight = trusted_weight(error[slices.judged] - of_ridge, step, later["release_id"].to_numpy())
        model = HorizonModel(linear, boost, weight, int(boost.tree_count_))

    # Without a calibration slice the errors of the fit must do: a line of two numbers hardly flatters itself.
    held_out = slices.calibration if slices.calibration.any() else slices.fit
    later = training[held_out]
    forecast, truth = _log_forecast(model, later, columns), np.log1p(totals[held_out])
    days, known = later["as_of_day"].to_numpy(), known_streams(later, feature_set)
    return replace(
        model,
        intervals=fit_intervals(forecast, truth, days),
        smearing=fit_smearing(np.expm1(forecast), totals[held_out], known, days),
        calibration_error=float(np.sqrt(np.mean((truth - forecast) ** 2))),
    )


def _refit(
    draft: HorizonModel,
    training: pd.DataFrame,
    totals: np.ndarray,
    columns: Columns,
    settings: Settings,
    parameters: Mapping[str, Any],
) -> HorizonModel:
    """The same model on every row; trees without weight are dropped."""
    model = replace(draft, linear=refit_linear(draft.linear, training, totals), boost=None)
    if draft.weight == 0 or draft.trees == 0:
        return model
    boost = _regressor(settings, parameters, draft.trees)
    boost.fit(_pool(training, columns, remainder_error(Linear(model.linear.line), training, totals)))
    return replace(model, boost=boost)


def _regressor(settings: Settings, parameters: Mapping[str, Any], trees: int) -> "CatBoostRegressor":
    from catboost import CatBoostRegressor

    return CatBoostRegressor(
        loss_function="RMSE",
        boosting_type="Plain",
        bootstrap_type="Bernoulli",
        border_count=64,
        max_ctr_complexity=1,
        # Rows come by date: statistics of a category then rest on its past alone.
        has_time=True,
        iterations=trees,
        random_seed=settings.seed,
        thread_count=settings.threads,
        allow_writing_files=False,
        verbose=False,
        **parameters,
    )


def _pool(frame: pd.DataFrame, columns: Columns, label: np.ndarray | None = None) -> Any:
    from catboost import Pool

    return Pool(frame[columns.all], label=label, cat_features=list(columns.categorical))


def _log_forecast(model: HorizonModel, frame: pd.DataFrame, columns: Columns) -> np.ndarray:
    return corrected(model.linear.line, frame, _correction(model, frame, columns))


def _correction(model: HorizonModel, frame: pd.DataFrame, columns: Columns) -> np.ndarray:
    correction = ridge_correction(model.linear, frame)
    if model.boost is None:
        return correction
    return np.asarray((1 - model.weight) * correction + model.weight * model.boost.predict(_pool(frame, columns)))


def contributions(model: HorizonModel, frame: pd.DataFrame, columns: Columns) -> np.ndarray:
    """Shapley values of every feature in the log of the forecast total, shape (rows, features).

    Those of the corrections are about the remainder: they are scaled so that together they make the step from the
    law's total to the forecast one.
    """
    of_line, of_corrections = linear_contributions(model.linear, frame, columns.all)
    if model.boost is not None:
        of_trees = model.boost.get_feature_importance(_pool(frame, columns), type="ShapValues")
        of_corrections = (1 - model.weight) * of_corrections + model.weight * np.asarray(of_trees)[:, :-1]
    correction = _correction(model, frame, columns)
    step = corrected(model.linear.line, frame, correction) - corrected(model.linear.line, frame, 0 * correction)
    scale = np.divide(step, correction, out=np.zeros(len(frame)), where=np.abs(correction) > 1e-9)
    return np.asarray(of_line + scale[:, None] * of_corrections)


def predict_streams(model: StreamModel, frame: pd.DataFrame) -> dict[int, pd.DataFrame]:
    """Forecasts by horizon, each with the rows and index of `frame`.

    Columns: `predicted_streams`, a median; the ends of the 80 % and 90 % intervals; `expected_streams`, a mean, which
    adds up over releases. All in streams, and none below the streams already known, nor below the same figure of a
    shorter horizon.
    """
    days = frame["as_of_day"].to_numpy()
    known = known_streams(frame, model.feature_set)
    columns = ["predicted_streams", *INTERVAL_COLUMNS, "expected_streams"]
    floor = np.repeat(known[:, None], len(columns), axis=1)
    forecasts: dict[int, pd.DataFrame] = {}
    for horizon, of_horizon in model.horizons.items():
        point = _log_forecast(of_horizon, frame, model.columns)
        ends = predict_intervals(of_horizon.intervals, point, days)
        totals = np.expm1(np.column_stack([point, ends]))
        expected = smeared(of_horizon.smearing, totals[:, 0], known, days)
        floor = np.maximum(floor, np.maximum(np.column_stack([totals, expected]), 0.0))
        forecasts[horizon] = pd.DataFrame(floor, columns=columns, index=frame.index)
    return forecasts


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
                "mean_absolute_contribution": np.abs(contributions(of_horizon, frame, model.columns)).mean(axis=0),
            }
        ).sort_values("mean_absolute_contribution", ascending=False, kind="stable")
        for horizon, of_horizon in model.horizons.items()
    ]
    return pd.concat(tables, ignore_index=True)
