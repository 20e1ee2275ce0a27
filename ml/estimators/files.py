"""Every estimator as files that hold no code: JSON, and CatBoost's and LightGBM's own formats.

An estimator is its class, its parameters and its fitted attributes, those inside it likewise. Only classes listed here
are made when a file is read, whatever it names.
"""

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.preprocessing import StandardScaler

from ml.estimators import baselines, calibration, class_baselines, classes
from ml.estimators.calibrated import CalibratedForecast
from ml.estimators.day_shares import DayShares
from ml.estimators.difficulty import Difficulty
from ml.estimators.distribution import RemainderDistribution
from ml.estimators.forest import Forest
from ml.estimators.log_linear import LogLinear
from ml.estimators.mix import RidgeAndTrees
from ml.estimators.path import PathForecast
from ml.estimators.ridge import DayRidge
from ml.estimators.ridge_on_law import RidgeOnLaw
from ml.estimators.shape_law import ShapeLaw
from ml.estimators.states import StateWidths
from ml.estimators.streams import StreamForecaster
from ml.estimators.trees import CatBoostTrees, LightGBMTrees
from ml.estimators.weekly import WeeklyDependence

KNOWN: dict[str, Any] = {
    known.__name__: known
    for known in (
        baselines.ByDay,
        baselines.TrainMedian,
        baselines.Persistence,
        baselines.ScaleFactor,
        baselines.DecileLines,
        baselines.RidgeDaily,
        baselines.FourCounts,
        calibration.ChanceCalibration,
        class_baselines.Prior,
        class_baselines.LineClasses,
        class_baselines.RankedClasses,
        class_baselines.LogisticClasses,
        class_baselines.CatBoostClasses,
        classes.OrderedClasses,
        classes.Cut,
        CalibratedForecast,
        CatBoostTrees,
        DayRidge,
        DayShares,
        Difficulty,
        Forest,
        LightGBMTrees,
        LogLinear,
        PathForecast,
        RemainderDistribution,
        RidgeAndTrees,
        RidgeOnLaw,
        ShapeLaw,
        StateWidths,
        StreamForecaster,
        WeeklyDependence,
        LinearRegression,
        LogisticRegression,
        StandardScaler,
    )
}
"""Classes that a file may name."""
NATIVE = {"CatBoostRegressor": ".cbm", "CatBoostClassifier": ".cbm", "Booster": ".txt"}
"""Models kept in their library's own format, and its suffix."""


def save_estimator(estimator: Any, folder: Path, name: str) -> None:
    """Write an estimator as `<name>.json`, and models of CatBoost and LightGBM beside it.

    Args:
        estimator: One of `KNOWN`, fitted or not.
        folder: An existing folder.
        name: Begins the name of each file.

    Raises:
        TypeError: It holds what no file can.
    """
    plain = _Writer(folder, name).plain(estimator)
    text = json.dumps(plain, ensure_ascii=False, indent=1, allow_nan=False)
    (folder / f"{name}.json").write_text(text, encoding="utf-8")


def load_estimator(folder: Path, name: str) -> Any:
    """Read what `save_estimator` wrote.

    Raises:
        ValueError: A file names a class that is not known, or a file elsewhere. CatBoost, LightGBM and JSON of another
            shape raise errors of their own.
    """
    return _value(json.loads(inside(folder, f"{name}.json").read_text(encoding="utf-8")), folder)


def inside(folder: Path, name: str) -> Path:
    """A file of the folder.

    Raises:
        ValueError: Its name or a link leads out of it.
    """
    file = folder / name
    if file.resolve().parent != folder.resolve():
        raise ValueError(f"{name} lies outside of it")
    return file


class _Writer:
    """Turns values into what JSON takes; counts the native files beside it."""

    def __init__(self, folder: Path, name: str) -> None:
        self.folder, self.name, self.count = folder, name, 0

    def plain(self, value: Any) -> Any:  # noqa: PLR0911  # one kind of value each
        kind = type(value).__name__
        if kind in NATIVE:
            return self._native(value, kind)
        if KNOWN.get(kind) is type(value):
            fitted = {name: held for name, held in vars(value).items() if name.endswith("_") and name[0] != "_"}
            parameters = value.get_params(deep=False)
            return {"class": kind, "parameters": self._members(parameters), "fitted": self._members(fitted)}
        if isinstance(value, np.ndarray) and value.dtype.kind in "biufU":
            return {"array": self.plain(value.tolist()), "dtype": value.dtype.str}
        if isinstance(value, np.generic):
            return self.plain(value.item())
        if isinstance(value, tuple):
            return {"tuple": [self.plain(item) for item in value]}
        if isinstance(value, list):
            return [self.plain(item) for item in value]
        if isinstance(value, dict):
            return {"items": [[self.plain(key), self.plain(held)] for key, held in value.items()]}
        if isinstance(value, float) and not math.isfinite(value):
            return {"float": str(value)}
        if value is None or isinstance(value, bool | int | float | str):
            return value
        raise TypeError(f"{kind} cannot be kept in a file")

    def _members(self, values: dict[str, Any]) -> dict[str, Any]:
        return {name: self.plain(value) for name, value in values.items()}

    def _native(self, model: Any, kind: str) -> dict[str, str]:
        self.count += 1
        file = f"{self.name}_{self.count}{NATIVE[kind]}"
        model.save_model(str(self.folder / file))
        return {"model": kind, "file": file}


def _value(plain: Any, folder: Path) -> Any:  # noqa: PLR0911  # one kind of value each
    if isinstance(plain, list):
        return [_value(item, folder) for item in plain]
    if not isinstance(plain, dict):
        return plain
    match plain:
        case {"class": kind, "parameters": parameters, "fitted": fitted}:
            return _estimator(kind, parameters, fitted, folder)
        case {"model": kind, "file": name}:
            return _native(kind, inside(folder, name))
        case {"array": values, "dtype": dtype}:
            return np.array(_value(values, folder), dtype=np.dtype(dtype))
        case {"tuple": values}:
            return tuple(_value(item, folder) for item in values)
        case {"items": pairs}:
            return {_value(key, folder): _value(held, folder) for key, held in pairs}
        case {"float": text}:
            return float(text)
    raise ValueError(f"nothing is known by {sorted(plain)}")


def _estimator(kind: str, parameters: dict[str, Any], fitted: dict[str, Any], folder: Path) -> Any:
    if kind not in KNOWN:
        raise ValueError(f"no estimator is called {kind}")
    estimator = KNOWN[kind](**{name: _value(value, folder) for name, value in parameters.items()})
    for name, value in fitted.items():
        if not name.endswith("_") or name.startswith("_"):
            raise ValueError(f"{name} is no fitted attribute of {kind}")
        setattr(estimator, name, _value(value, folder))
    return estimator


def _native(kind: str, file: Path) -> Any:
    if kind == "Booster":
        from lightgbm import Booster

        return Booster(model_file=str(file))
    import catboost

    if kind not in ("CatBoostRegressor", "CatBoostClassifier"):
        raise ValueError(f"no model is called {kind}")
    return getattr(catboost, kind)().load_model(str(file))
