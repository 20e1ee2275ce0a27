"""Recipes: everything but the data that decides a forecast."""

import ast
import hashlib
import json
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pandas as pd

from hitcast.core.settings import Settings
from ml.classes import class_minimums
from ml.data import FEATURE_SETS, Marts
from ml.outlook import forecast_outlook
from ml.registry.bundles import Bundle
from ml.splits import REFERENCE_DAY
from ml.studies import TunedParameters

COMPARED_DAYS = (0, 1, 3, REFERENCE_DAY, 14, 21)
"""As-of days at which two recipes have to forecast alike to count as one."""
LIBRARIES = ("catboost", "lightgbm", "numpy", "scikit-learn")


def recipe_fingerprint(marts: Marts, settings: Settings, tuned: TunedParameters) -> str:
    """Hash of everything but the data that decides a forecast.

    The SQL of the features and the variables that shape them, parameters, the feature catalog and sets, horizons,
    class cut-points, seed, threads, the modelling code without its comments and layout, and the libraries that fit.
    """
    folder = Path(__file__).parents[1]
    code = {
        file.relative_to(folder).as_posix(): ast.dump(ast.parse(file.read_text("utf-8")))
        for file in sorted(folder.rglob("*.py"))
    }
    message = {
        "feature_sql": dict(marts.origin.sql),
        "variables": dict(marts.origin.variables),
        "tuned": {"streams": dict(tuned.streams), "classes": dict(tuned.classes)},
        "models": dict(tuned.models),
        "catalog": marts.catalog[["feature_name", "feature_group", "feature_kind"]].to_numpy().tolist(),
        "feature_sets": {name: sorted(left_out) for name, left_out in FEATURE_SETS.items()},
        "classes": class_minimums(marts.classes),
        "settings": [sorted(settings.horizons), settings.class_horizon, settings.seed, settings.threads],
        "libraries": {name: version(name) for name in LIBRARIES},
        "code": code,
    }
    return hashlib.sha256(json.dumps(message, sort_keys=True).encode()).hexdigest()[:32]


def same_forecasts(one: Bundle, other: Bundle, frame: pd.DataFrame) -> bool:
    """Whether two bundles forecast alike: a changed comment or a faster loop makes no other recipe."""

    def forecasts(bundle: Bundle) -> np.ndarray:
        outlook = forecast_outlook(bundle.outlook_model(), frame)
        logs = [np.log1p(forecast["predicted_streams"].to_numpy()) for forecast in outlook.forecasts.values()]
        return np.concatenate([*logs, outlook.chances.to_numpy().ravel()])

    return one.feature_set == other.feature_set and bool(
        np.allclose(forecasts(one), forecasts(other), rtol=0, atol=1e-9)
    )
