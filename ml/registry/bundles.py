"""A trained model as a folder of files that hold no code and name no file elsewhere."""

import json
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from hitcast.core.digests import UNFIT, digest_of, fits, sealed_json
from hitcast.core.errors import NO_MEMORY, HitcastError, machine_error
from ml.estimators.base import ClassEstimator
from ml.estimators.files import inside, load_estimator, save_estimator
from ml.estimators.path import PathForecast
from ml.estimators.streams import StreamForecaster
from ml.estimators.weekly import WeeklyDependence
from ml.outlook import OutlookModel


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
        class_weights: Weights of the classes in the distribution's log odds, by feature set.
        paths: From one horizon's distribution to the next, day by day, by feature set.
        dependence: How far the errors of a release week go together, by feature set.
    """

    feature_set: str
    reason: str
    cutoff: date
    horizons: tuple[int, ...]
    class_horizon: int
    class_names: tuple[str, ...]
    training_releases: tuple[str, ...]
    streams: dict[str, StreamForecaster]
    classes: dict[str, ClassEstimator]
    class_weights: dict[str, tuple[float, float]]
    paths: dict[str, PathForecast]
    dependence: dict[str, WeeklyDependence]

    def outlook_model(self, feature_set: str | None = None) -> OutlookModel:
        """Streams and classes of a feature set, by default of the one that forecasts are made with."""
        name = feature_set or self.feature_set
        return OutlookModel(self.streams[name], self.classes[name], self.class_horizon, self.class_weights[name])


FORMAT = 8
"""Of the files; raised when an older hitcast could not read them, or this one cannot read older ones."""
MANIFEST = "manifest.json"


def save_bundle(bundle: Bundle, folder: Path) -> None:
    """Write the bundle into an existing folder, whose other files count as parts of it from then on."""
    plain = {
        "format": FORMAT,
        "feature_set": bundle.feature_set,
        "reason": bundle.reason,
        "cutoff": bundle.cutoff.isoformat(),
        "horizons": list(bundle.horizons),
        "class_horizon": bundle.class_horizon,
        "class_names": list(bundle.class_names),
        "feature_sets": sorted(bundle.streams),
        "class_weights": bundle.class_weights,
    }
    _write_json(folder / "training_releases.json", list(bundle.training_releases))
    for name, streams in bundle.streams.items():
        save_estimator(streams, folder, f"streams_{name}")
    for name, classes in bundle.classes.items():
        save_estimator(classes, folder, f"classes_{name}")
    for name in bundle.streams:
        save_estimator(bundle.paths[name], folder, f"path_{name}")
        save_estimator(bundle.dependence[name], folder, f"dependence_{name}")
    plain["files"] = {file.name: digest_of(file) for file in sorted(folder.iterdir())}
    (folder / MANIFEST).write_bytes(sealed_json(plain))


def load_bundle(folder: Path) -> Bundle:
    """Read a bundle back.

    Raises:
        HitcastError: A file of it is missing or cannot be read, or what it says of its files leads elsewhere.
    """
    try:
        plain = _read_manifest(folder)
        for name, message in _damage(folder, plain["files"]).items():
            raise ValueError(f"{name} {message}")
        return Bundle(
            feature_set=plain["feature_set"],
            reason=plain["reason"],
            cutoff=date.fromisoformat(plain["cutoff"]),
            horizons=tuple(plain["horizons"]),
            class_horizon=plain["class_horizon"],
            class_names=tuple(plain["class_names"]),
            training_releases=tuple(_read_json(inside(folder, "training_releases.json"))),
            streams={name: _load(folder, f"streams_{name}", StreamForecaster) for name in plain["feature_sets"]},
            classes={name: _load(folder, f"classes_{name}", ClassEstimator) for name in plain["feature_sets"]},
            class_weights={name: (medium, high) for name, (medium, high) in plain["class_weights"].items()},
            paths={name: _load(folder, f"path_{name}", PathForecast) for name in plain["feature_sets"]},
            dependence={name: _load(folder, f"dependence_{name}", WeeklyDependence) for name in plain["feature_sets"]},
        )
    # CatBoost, LightGBM and a manifest of another shape each raise what they like
    except Exception as error:
        message = (str(error).splitlines() or [type(error).__name__])[0]
        if isinstance(error, MemoryError) or NO_MEMORY in str(machine_error(message, "")):
            # nothing is wrong with the bundle: no other champion must forecast in its place
            raise
        raise HitcastError(
            f"the model cannot be read ({message})", str(folder), "Train again with `hitcast train`"
        ) from None


def _load(folder: Path, name: str, kind: Any) -> Any:
    estimator = load_estimator(folder, name)
    if not isinstance(estimator, kind):
        raise ValueError(f"{name} holds a {type(estimator).__name__}")
    return estimator


class OtherVersionError(ValueError):
    """Another version of hitcast wrote a bundle: nothing is wrong with it."""

    def __init__(self) -> None:
        super().__init__("another version of hitcast wrote it")


def bundle_faults(folder: Path) -> tuple[int, dict[Path, str]]:
    """What is wrong with a bundle, found without reading a model.

    Args:
        folder: The bundle's.

    Returns:
        Files read, and what is wrong with which.

    Raises:
        OtherVersionError: Another version of hitcast wrote it.
    """
    manifest = folder / MANIFEST
    try:
        files = _read_manifest(folder)["files"]
        damage = _damage(folder, files)
    except OtherVersionError:
        raise
    except FileNotFoundError:
        return 1, {manifest: "is missing"}
    # a manifest of another shape
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        return 1, {manifest: f"is damaged ({error})"}
    return len(files) + 1, {folder / name: message for name, message in damage.items()}


def _read_manifest(folder: Path) -> Any:
    """What a bundle says of itself, with the digests of its files.

    Raises:
        OtherVersionError: Another version of hitcast wrote it.
        ValueError: It is damaged.
    """
    content = inside(folder, MANIFEST).read_bytes()
    plain = json.loads(content)
    if "digest" in plain and not fits(content, plain["digest"]):
        raise ValueError(UNFIT)
    if plain.get("format") != FORMAT:
        raise OtherVersionError
    if "digest" not in plain:
        raise ValueError("it carries no digest")
    return plain


def _damage(folder: Path, files: dict[str, str]) -> dict[str, str]:
    """What is wrong with files of a bundle, by name: before a native library reads one.

    The loss of one would only change the forecasts.
    """
    found = {}
    for name, digest in files.items():
        file = inside(folder, name)
        if not file.exists():
            found[name] = "is missing"
        elif digest_of(file) != digest:
            found[name] = "is not as it was written"
    return found


def _write_json(file: Path, plain: Any) -> None:
    file.write_text(json.dumps(plain, ensure_ascii=False, indent=1, allow_nan=False), encoding="utf-8")


def _read_json(file: Path) -> Any:
    return json.loads(file.read_text(encoding="utf-8"))
