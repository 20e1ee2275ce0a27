"""A trained model as a folder of native files: CatBoost `.cbm`, LightGBM `.txt`, everything else JSON.

None of them holds code, and nothing in them names a file elsewhere.
"""

import hashlib
import json
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

from ml import intervals, linear, smearing
from ml.classes import Calibration, ClassModel, CutModel
from ml.data import Columns
from ml.errors import HitcastError
from ml.logistic import Curve
from ml.streams import HorizonModel, StreamModel

CUT_NAMES = ("medium", "high")


@dataclass(frozen=True)
class Bundle:
    """Everything that a forecast needs.

    Attributes:
        feature_set: The one that forecasts are made with.
        reason: Why that one.
        cutoff: Day on which it was trained: nothing known from then on was used.
        horizons: Days from release that the totals cover.
        class_horizon: Horizon of the classes.
        class_names: In rising order.
        training_releases: Releases trained on; they are never scored.
        streams: By feature set.
        classes: By feature set.
    """

    feature_set: str
    reason: str
    cutoff: date
    horizons: tuple[int, ...]
    class_horizon: int
    class_names: tuple[str, ...]
    training_releases: tuple[str, ...]
    streams: dict[str, StreamModel]
    classes: dict[str, ClassModel]


def save_bundle(bundle: Bundle, folder: Path) -> None:
    """Write the bundle into an existing empty folder."""
    plain = {
        "feature_set": bundle.feature_set,
        "reason": bundle.reason,
        "cutoff": bundle.cutoff.isoformat(),
        "horizons": list(bundle.horizons),
        "class_horizon": bundle.class_horizon,
        "class_names": list(bundle.class_names),
        "feature_sets": sorted(bundle.streams),
    }
    _write_json(folder / "training_releases.json", list(bundle.training_releases))
    for name, streams in bundle.streams.items():
        _save_streams(streams, folder, name)
    for name, classes in bundle.classes.items():
        _save_classes(classes, folder, name)
    _write_json(folder / "manifest.json", {**plain, "files": {file.name: _digest(file) for file in folder.iterdir()}})


def load_bundle(folder: Path) -> Bundle:
    """Read a bundle back.

    Raises:
        HitcastError: A file of it is missing or cannot be read, or what it says of its files leads elsewhere.
    """
    try:
        plain = _read_json(_inside(folder, "manifest.json"))
        _check_files(folder, plain.get("files", {}))
        return Bundle(
            feature_set=plain["feature_set"],
            reason=plain["reason"],
            cutoff=date.fromisoformat(plain["cutoff"]),
            horizons=tuple(plain["horizons"]),
            class_horizon=plain["class_horizon"],
            class_names=tuple(plain["class_names"]),
            training_releases=tuple(_read_json(_inside(folder, "training_releases.json"))),
            streams={name: _load_streams(folder, name) for name in plain["feature_sets"]},
            classes={name: _load_classes(folder, name) for name in plain["feature_sets"]},
        )
    # CatBoost, LightGBM and a manifest of another shape each raise what they like
    except Exception as error:
        told = (str(error).splitlines() or [type(error).__name__])[0]
        raise HitcastError(
            f"the model cannot be read ({told})", str(folder), "Train again with `hitcast train`"
        ) from None


def _check_files(folder: Path, files: dict[str, str]) -> None:
    """Tells of damage before a native library reads it, and of a file whose loss would only change the forecasts."""
    for name, digest in files.items():
        if _digest(_inside(folder, name)) != digest:
            raise ValueError(f"{name} is not as it was written")


def _digest(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def _save_streams(model: StreamModel, folder: Path, name: str) -> None:
    horizons = {}
    for horizon, of_horizon in model.horizons.items():
        if of_horizon.boost is not None:
            of_horizon.boost.save_model(str(folder / f"streams_{name}_{horizon}.cbm"))
        horizons[str(horizon)] = {
            "linear": linear.to_plain(of_horizon.linear),
            "weight": of_horizon.weight,
            "trees": of_horizon.trees,
            "intervals": intervals.to_plain(of_horizon.intervals),
            "smearing": smearing.to_plain(of_horizon.smearing),
            "calibration_error": of_horizon.calibration_error,
        }
    _write_json(folder / f"streams_{name}.json", {"columns": asdict(model.columns), "horizons": horizons})


def _load_streams(folder: Path, name: str) -> StreamModel:
    from catboost import CatBoostRegressor

    plain = _read_json(_inside(folder, f"streams_{name}.json"))
    horizons = {}
    for horizon, of_horizon in plain["horizons"].items():
        file = _inside(folder, f"streams_{name}_{horizon}.cbm")
        boost = CatBoostRegressor().load_model(str(file)) if file.exists() else None
        horizons[int(horizon)] = HorizonModel(
            linear=linear.from_plain(of_horizon["linear"]),
            boost=boost,
            weight=of_horizon["weight"],
            trees=of_horizon["trees"],
            intervals=intervals.from_plain(of_horizon["intervals"]),
            smearing=smearing.from_plain(of_horizon.get("smearing", {})),
            calibration_error=of_horizon["calibration_error"],
        )
    return StreamModel(name, _columns(plain["columns"]), horizons)


def _save_classes(model: ClassModel, folder: Path, name: str) -> None:
    cuts = []
    for cut_name, cut in zip(CUT_NAMES, model.cuts, strict=True):
        if cut.booster is not None:
            cut.booster.save_model(str(folder / f"classes_{name}_{cut_name}.txt"))
        cuts.append(
            {
                "minimum": cut.minimum,
                "base": list(cut.base),
                "weight": cut.weight,
                "calibration": {
                    "curve": list(cut.calibration.curve),
                    "knots": cut.calibration.knots,
                    "heights": cut.calibration.heights,
                },
            }
        )
    plain = {
        "columns": asdict(model.columns),
        "vocabulary": model.vocabulary,
        "linear": linear.to_plain(model.linear),
        "cuts": cuts,
    }
    _write_json(folder / f"classes_{name}.json", plain)


def _load_classes(folder: Path, name: str) -> ClassModel:
    from lightgbm import Booster

    plain = _read_json(_inside(folder, f"classes_{name}.json"))
    cuts = []
    for cut_name, cut in zip(CUT_NAMES, plain["cuts"], strict=True):
        file = _inside(folder, f"classes_{name}_{cut_name}.txt")
        calibration = cut["calibration"]
        cuts.append(
            CutModel(
                cut["minimum"],
                Curve(*cut["base"]),
                Booster(model_file=str(file)) if file.exists() else None,
                cut["weight"],
                Calibration(Curve(*calibration["curve"]), calibration["knots"], calibration["heights"]),
            )
        )
    base = linear.from_plain(plain["linear"])
    return ClassModel(name, _columns(plain["columns"]), plain["vocabulary"], base, (cuts[0], cuts[1]))


def _inside(folder: Path, name: str) -> Path:
    """A file of the folder; neither its name nor a link leads out of it."""
    file = folder / name
    if file.resolve().parent != folder.resolve():
        raise ValueError(f"{name} lies outside of it")
    return file


def _columns(plain: dict[str, list[str]]) -> Columns:
    return Columns(tuple(plain["numeric"]), tuple(plain["categorical"]))


def _write_json(file: Path, plain: Any) -> None:
    file.write_text(json.dumps(plain, ensure_ascii=False, indent=1, allow_nan=False), encoding="utf-8")


def _read_json(file: Path) -> Any:
    return json.loads(file.read_text(encoding="utf-8"))
