"""Losses by release week of recipes that might meet in a contest: what the contest's simulations draw from.

`HITCAST_HOME=... .venv/bin/python -m benchmarks.weekly_losses` writes `tests/ml/registry/weekly_losses.csv` from the
origins of a backtest of that home's marts: some ten minutes on the demo world.
"""

import sys
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from scipy.optimize import brentq

from hitcast.core.home import PROJECT_DIR, Home
from hitcast.core.project import read_variables, settings_of
from hitcast.core.settings import Settings
from ml.classes import class_minimums, predict_classes
from ml.data import Marts, feature_columns, modelling_frame, read_marts, target_column
from ml.estimators.zoo import ModelInputs, class_model, streams_by
from ml.evaluation.bootstrap import release_weeks
from ml.splits import REFERENCE_DAY, Fold, plan_folds, rows_to_test, training_rows
from ml.studies import tuned_parameters

FILE = PROJECT_DIR / "tests/ml/registry/weekly_losses.csv"
FEATURE_SET = "tiktok_vk"
WORSE = 0.95
"""RMSLE of this project's own recipe over that of its mixtures with a baseline."""
BASELINES = ("four_counts", "decile_lines", "ridge_daily", "log_linear")


@dataclass(frozen=True)
class Recipe:
    """One that could be a champion.

    Attributes:
        streams: Its stream estimator, by its name in the zoo.
        classes: Its class estimator, likewise; none for a baseline.
        seed: What is added to the seed.
        left_out: Feature groups that it does without.
    """

    streams: str
    classes: str = ""
    seed: int = 0
    left_out: tuple[str, ...] = ()


RECIPES = {
    "own": Recipe("catboost", "lightgbm"),
    "seed": Recipe("catboost", "lightgbm", seed=1),
    "boosted": Recipe("lightgbm", "catboost"),
    "ridge": Recipe("ridge", "logistic"),
    "fewer": Recipe("catboost", "lightgbm", left_out=("artist_history", "tiktok_prerelease")),
    **{name: Recipe(name) for name in BASELINES},
}


def fold_losses(recipe: Recipe, frame: pd.DataFrame, fold: Fold, marts: Marts, settings: Settings) -> pd.DataFrame:
    """Log errors by horizon and the Brier score of each test release of a fold, at the reference day."""
    training = frame[training_rows(frame, fold.origin, settings.horizons)].reset_index(drop=True)
    is_tested = rows_to_test(frame, fold, settings.horizons) & (frame["as_of_day"] == REFERENCE_DAY)
    test = frame[is_tested].reset_index(drop=True)
    catalog = marts.catalog[~marts.catalog["feature_group"].isin(recipe.left_out)]
    seeded, minimums = replace(settings, seed=settings.seed + recipe.seed), class_minimums(marts.classes)
    columns = feature_columns(catalog, FEATURE_SET, training)
    given = ModelInputs(FEATURE_SET, columns, minimums, seeded, tuned_parameters(settings, fold.origin))
    found = test[["release_id", "release_date"]].copy()
    for horizon, totals in streams_by(recipe.streams, training, given)(test).items():
        found[f"error_{horizon}"] = np.log1p(totals) - np.log1p(test[target_column(horizon)].to_numpy())
    if recipe.classes:
        chances = predict_classes(class_model(recipe.classes, training, given), test, FEATURE_SET).to_numpy()
        place = np.searchsorted(np.asarray(minimums), test[target_column(settings.class_horizon)], side="right")
        found["brier"] = np.sum((chances - np.eye(3)[place]) ** 2, axis=1)
    return found


def mixture(own: np.ndarray, baseline: np.ndarray) -> np.ndarray:
    """Squared log errors of a mixture of two forecasts that is worse than the first by a twentieth in RMSLE.

    Args:
        own: Log errors of this project's own, shape (releases, horizons).
        baseline: Of the baseline.
    """

    def losses(weight: float) -> np.ndarray:
        return np.asarray((((1 - weight) * own + weight * baseline) ** 2).mean(axis=1))

    least = float(np.sqrt(losses(0).mean()))
    weight = brentq(lambda share: least / float(np.sqrt(losses(share).mean())) - WORSE, 0.1, 1)
    return losses(float(weight))


def main() -> None:
    """Fit every recipe at every origin, and write the weekly sums."""
    settings = settings_of(Home.current(), read_variables())
    marts = read_marts(settings)
    frame = modelling_frame(marts, settings.horizons)
    folds = plan_folds(frame, settings.horizons, marts.data_through).folds
    parts: dict[str, pd.DataFrame] = {}
    for name, recipe in RECIPES.items():
        parts[name] = pd.concat([fold_losses(recipe, frame, fold, marts, settings) for fold in folds])
        print(name, file=sys.stderr)
    errors = {name: rows.filter(like="error_").to_numpy() for name, rows in parts.items()}
    columns: dict[str, np.ndarray | pd.Series | int] = {
        "week": release_weeks(parts["own"]["release_date"]),
        "releases": 1,
    }
    for name, recipe in RECIPES.items():
        if recipe.classes:
            columns |= {f"streams_{name}": (errors[name] ** 2).mean(axis=1), f"classes_{name}": parts[name]["brier"]}
        else:
            columns[f"streams_with_{name}"] = mixture(errors["own"], errors[name])
    releases = pd.DataFrame({name: np.broadcast_to(values, len(errors["own"])) for name, values in columns.items()})
    print(releases.filter(like="streams_").corr().round(4).to_string(), file=sys.stderr)
    print(releases.filter(like="classes_").corr().round(4).to_string(), file=sys.stderr)
    releases.groupby("week").sum().reset_index().to_csv(FILE, index=False, float_format="%.6g")


if __name__ == "__main__":
    main()
