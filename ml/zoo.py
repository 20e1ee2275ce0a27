"""The zoo: the models that this project's own has to stand beside.

Each is a function that fits and gives back another that forecasts. All see the same rows, features and inner
slices, and none is tuned but this project's own.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from ml import classes, streams
from ml.baselines import BASELINES, forecast_baseline, line_probabilities
from ml.classes import fit_classes, predict_classes
from ml.data import Columns, target_column
from ml.decisions import class_probabilities
from ml.linear import (
    Linear,
    corrected,
    draft_linear,
    predict_linear,
    refit_linear,
    remainder_error,
    ridge_correction,
)
from ml.log_linear import known_streams
from ml.settings import Settings
from ml.shrinkage import trusted_weight
from ml.splits import Slices, inner_slices
from ml.streams import fit_streams, predict_streams
from ml.studies import Tuned

OWN = {"streams": "catboost", "classes": "lightgbm"}
"""This project's model of each task, by its name in the zoo."""


@dataclass(frozen=True)
class Given:
    """What a model is given beside its training rows.

    Attributes:
        feature_set: `tiktok` or `tiktok_vk`.
        columns: Features.
        minimums: Least streams of the middle and of the top class.
        settings: Horizons, seed and threads.
        tuned: Parameters of this project's own models.
    """

    feature_set: str
    columns: Columns
    minimums: tuple[float, float]
    settings: Settings
    tuned: Tuned


PredictStreams = Callable[[pd.DataFrame], dict[int, np.ndarray]]
"""From rows to totals by horizon."""
FitStreams = Callable[[pd.DataFrame, Given], PredictStreams]
PredictClasses = Callable[[pd.DataFrame], np.ndarray]
"""From rows to probabilities of the three classes, shape (rows, 3)."""
FitClasses = Callable[[pd.DataFrame, Given], PredictClasses]

FOREST_TREES = 300
BOOSTED_TREES = 200
LOGISTIC_STRENGTH = 0.1


def baseline(name: str) -> FitStreams:
    """The model that forecasts as a key of `ml.baselines.BASELINES` does."""

    def fit(training: pd.DataFrame, given: Given) -> PredictStreams:
        totals = {horizon: _totals(training, horizon) for horizon in given.settings.horizons}
        return lambda rows: {
            horizon: forecast_baseline(name, training, totals[horizon], rows, given.feature_set)
            for horizon in given.settings.horizons
        }

    return fit


def ridge(training: pd.DataFrame, given: Given) -> PredictStreams:
    """The line and the trusted ridge: this project's forecast without its trees."""
    slices = inner_slices(training, given.settings.horizons)
    models = {}
    for horizon in given.settings.horizons:
        totals = _totals(training, horizon)
        draft = draft_linear(training, totals, slices, given.feature_set, given.columns.numeric)
        models[horizon] = refit_linear(draft, training, totals)
    return lambda rows: {horizon: np.expm1(predict_linear(model, rows)) for horizon, model in models.items()}


def random_forest(training: pd.DataFrame, given: Given) -> PredictStreams:
    """A forest on the log of the remainder, without a line below it. Source: Breiman 2001, Random forests."""
    from sklearn.ensemble import RandomForestRegressor

    to_matrix = matrix_maker(training, given.columns)
    matrix, known = to_matrix(training), known_streams(training, given.feature_set)
    forests = {}
    for horizon in given.settings.horizons:
        forest = RandomForestRegressor(
            FOREST_TREES,
            min_samples_leaf=3,
            max_features=1 / 3,
            n_jobs=given.settings.threads,
            random_state=given.settings.seed,
        )
        forests[horizon] = forest.fit(matrix, np.log1p(np.maximum(_totals(training, horizon) - known, 0.0)))

    def predict(rows: pd.DataFrame) -> dict[int, np.ndarray]:
        seen, known = to_matrix(rows), known_streams(rows, given.feature_set)
        return {horizon: known + np.expm1(forest.predict(seen)) for horizon, forest in forests.items()}

    return predict


def catboost(training: pd.DataFrame, given: Given) -> PredictStreams:
    """This project's model of streams: the line, corrected by a mix of ridge and CatBoost."""
    model = fit_streams(training, given.feature_set, given.columns, given.settings, given.tuned.streams)
    return lambda rows: {
        horizon: forecast["predicted_streams"].to_numpy() for horizon, forecast in predict_streams(model, rows).items()
    }


def lightgbm(training: pd.DataFrame, given: Given) -> PredictStreams:
    """This project's model of streams with LightGBM in CatBoost's place."""
    slices, to_matrix = inner_slices(training, given.settings.horizons), matrix_maker(training, given.columns)
    matrix, releases = to_matrix(training), training["release_id"].to_numpy()
    models = {}
    for horizon in given.settings.horizons:
        totals = _totals(training, horizon)
        linear = draft_linear(training, totals, slices, given.feature_set, given.columns.numeric)
        booster, weight, later = None, 0.0, slices.judged
        if later.any():
            error = remainder_error(Linear(linear.line), training, totals)
            booster, trees = _boost(matrix, error, slices, given)
            of_ridge = ridge_correction(linear, training[later])
            step = booster.predict(matrix[later], num_iteration=trees) - of_ridge
            weight = trusted_weight(error[later] - of_ridge, step, releases[later])
        linear = refit_linear(linear, training, totals)
        if weight > 0:
            error = remainder_error(Linear(linear.line), training, totals)
            booster, _ = _boost(matrix, error, None, given, trees)
        models[horizon] = (linear, booster, weight)

    def predict(rows: pd.DataFrame) -> dict[int, np.ndarray]:
        seen, forecasts = to_matrix(rows), {}
        for horizon, (linear, booster, weight) in models.items():
            correction = ridge_correction(linear, rows)
            if booster is not None and weight > 0:
                correction = correction + weight * (booster.predict(seen) - correction)
            forecasts[horizon] = np.expm1(corrected(linear.line, rows, correction))
        return forecasts

    return predict


def _boost(
    matrix: np.ndarray, error: np.ndarray, slices: Slices | None, given: Given, trees: int = streams.SHORT_TREES
) -> tuple[Any, int]:
    """LightGBM and its number of trees: stopped early where slices allow it; on all rows without slices."""
    import lightgbm as library

    fixed = {"objective": "regression", "deterministic": True, "force_row_wise": True, "verbosity": -1}
    options = {**classes.DEFAULT_PARAMETERS, **fixed, "bagging_freq": 1, "num_threads": 1, "seed": given.settings.seed}
    fit = np.ones(len(error), dtype=bool) if slices is None else slices.fit
    categorical = list(range(len(given.columns.numeric), len(given.columns.all)))
    binning = {"max_bin": 63, "verbosity": -1}
    data = library.Dataset(matrix[fit], error[fit], categorical_feature=categorical, params=binning)
    if slices is None or not slices.early.any():
        return library.train(options, data, trees), trees
    stop = library.Dataset(matrix[slices.early], error[slices.early], reference=data, params=binning)
    halt = library.early_stopping(streams.PATIENCE, verbose=False)
    booster = library.train(options, data, streams.MOST_TREES, valid_sets=[stop], callbacks=[halt])
    return booster, booster.best_iteration


STREAMS: dict[str, FitStreams] = {
    **{name: baseline(name) for name in BASELINES},
    "ridge": ridge,
    "random_forest": random_forest,
    "lightgbm": lightgbm,
    OWN["streams"]: catboost,
}


def prior(training: pd.DataFrame, given: Given) -> PredictClasses:
    """Shares of the classes among the training releases, for everyone."""
    shares = np.bincount(_places(training, given), minlength=3) / len(training)
    return lambda rows: np.tile(shares, (len(rows), 1))


def log_linear(training: pd.DataFrame, given: Given) -> PredictClasses:
    """The log-linear forecast with its training errors."""
    totals = _totals(training, given.settings.class_horizon)
    return lambda rows: class_probabilities(
        line_probabilities(training, totals, rows, given.feature_set, given.minimums)
    )


def logistic(training: pd.DataFrame, given: Given) -> PredictClasses:
    """A logistic regression on the logs of all numeric features for each cut-point."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    places = _places(training, given)
    middle = _signed_logs(training, given.columns).median().fillna(0.0)

    def logs(rows: pd.DataFrame) -> np.ndarray:
        return _signed_logs(rows, given.columns).fillna(middle).to_numpy()

    def fit_cut(hit: np.ndarray) -> Callable[[pd.DataFrame], np.ndarray]:
        if hit.all() or not hit.any():
            return lambda rows: np.full(len(rows), hit.mean())
        steps = make_pipeline(StandardScaler(), LogisticRegression(C=LOGISTIC_STRENGTH, max_iter=2000))
        steps.fit(logs(training), hit)
        return lambda rows: steps.predict_proba(logs(rows))[:, 1]

    medium, high = fit_cut(places >= 1), fit_cut(places >= 2)
    return lambda rows: class_probabilities(np.column_stack([medium(rows), high(rows)]))


def catboost_classes(training: pd.DataFrame, given: Given) -> PredictClasses:
    """CatBoost on the three classes at once, without a line below it."""
    from catboost import CatBoostClassifier

    places = _places(training, given)
    present = np.unique(places)
    if len(present) == 1:
        return prior(training, given)
    model = CatBoostClassifier(
        loss_function="MultiClass",
        iterations=BOOSTED_TREES,
        learning_rate=0.05,
        depth=5,
        has_time=True,
        max_ctr_complexity=1,
        random_seed=given.settings.seed,
        thread_count=given.settings.threads,
        allow_writing_files=False,
        verbose=False,
    )
    model.fit(training[given.columns.all], places, cat_features=list(given.columns.categorical))

    def predict(rows: pd.DataFrame) -> np.ndarray:
        probabilities = np.zeros((len(rows), 3))
        probabilities[:, present] = model.predict_proba(rows[given.columns.all])
        return probabilities

    return predict


def lightgbm_classes(training: pd.DataFrame, given: Given) -> PredictClasses:
    """This project's model of classes: ordered LightGBM binaries on the linear forecast, calibrated."""
    model = fit_classes(training, given.feature_set, given.columns, given.minimums, given.settings, given.tuned.classes)
    return lambda rows: predict_classes(model, rows).to_numpy()


CLASSES: dict[str, FitClasses] = {
    "prior": prior,
    "log_linear": log_linear,
    "logistic": logistic,
    "catboost": catboost_classes,
    OWN["classes"]: lightgbm_classes,
}


def _totals(rows: pd.DataFrame, horizon: int) -> np.ndarray:
    return rows[target_column(horizon)].to_numpy(dtype=float)


def _places(rows: pd.DataFrame, given: Given) -> np.ndarray:
    """Class of each row as 0, 1, 2."""
    return np.searchsorted(np.asarray(given.minimums), _totals(rows, given.settings.class_horizon), side="right")


def _signed_logs(rows: pd.DataFrame, columns: Columns) -> pd.DataFrame:
    values = rows[list(columns.numeric)].astype(float)
    return pd.DataFrame(np.sign(values) * np.log1p(values.abs()))


def matrix_maker(training: pd.DataFrame, columns: Columns) -> Callable[[pd.DataFrame], np.ndarray]:
    """A function from rows to numbers; a category that training did not hold is unknown."""
    vocabulary = {name: pd.Index(sorted(training[name].unique())) for name in columns.categorical}

    def to_matrix(rows: pd.DataFrame) -> np.ndarray:
        codes = [vocabulary[name].get_indexer(rows[name]) for name in columns.categorical]
        numbers = rows[list(columns.numeric)].to_numpy(dtype=float)
        return np.column_stack([numbers, *(np.where(code < 0, np.nan, code) for code in codes)])

    return to_matrix
