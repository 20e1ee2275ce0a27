"""The registered model in MLflow: its versions and its `@champion`.

One version is one bundle folder below the store. Its place is kept relative to the store, so that a home can be moved.
"""

import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from ml.errors import HitcastError
from ml.files import PART, put_in_place, sync
from ml.settings import Settings
from ml.tracking import STORE_CURE, open_client, store_file

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities.model_registry import ModelVersion

MODEL = "hitcast"
ALIAS = "champion"
HISTORY_TAG = "earlier_champions"
TITLE_TAG = "title"


@dataclass(frozen=True)
class Version:
    """A registered model version.

    Attributes:
        version: Number of the version.
        run_id: Training run.
        created_at: When it was registered, UTC.
        bundle: Its folder.
        is_champion: Whether forecasts are made with it.
        tags: What training noted: `cutoff`, `feature_set`, `reason`.
    """

    version: int
    run_id: str
    created_at: datetime
    bundle: Path
    is_champion: bool
    tags: dict[str, str]


def register(
    client: "MlflowClient",
    settings: Settings,
    run_id: str,
    folder: Path,
    tags: Mapping[str, str],
    is_promoted: bool = False,
) -> int:
    """Keep a bundle folder as the next version of the registered model; returns its number.

    Where it is to be promoted next, the version says so itself: should the process be killed in between,
    `ml.leftovers` gives it the title.

    It is copied to where MLflow shows the run's artifacts, but by way of the home's present place: MLflow itself would
    write to where the home lay when the store was made.
    """
    from mlflow.exceptions import MlflowException

    place = Path("artifacts") / run_id / "artifacts" / "bundle"
    kept = settings.mlflow_dir / place
    part = kept.with_name(f".{kept.name}{PART}")
    shutil.copytree(folder, part)
    for file in part.iterdir():
        sync(file)
    put_in_place({part: kept})
    try:
        client.get_registered_model(MODEL)
    except MlflowException:
        client.create_registered_model(MODEL)
    noted = {**tags, "bundle": place.as_posix()} | ({TITLE_TAG: "due"} if is_promoted else {})
    return int(client.create_model_version(MODEL, kept.as_uri(), run_id, tags=noted).version)


def list_models(settings: Settings) -> list[Version]:
    """Registered versions, newest first; empty where nothing was trained.

    Raises:
        HitcastError: The store is damaged, or gone from beside its models, or holds a version that is not hitcast's.
    """
    if not store_file(settings).exists():
        stop_on_lost_store(settings)
        return []
    client = open_client(settings)
    standing = _champion_version(client)
    versions = client.search_model_versions(f"name = '{MODEL}'")
    return sorted(
        (
            Version(
                version=int(found.version),
                run_id=found.run_id,
                created_at=datetime.fromtimestamp(found.creation_timestamp / 1000, UTC),
                bundle=_bundle(settings, found),
                is_champion=int(found.version) == standing,
                tags={name: value for name, value in found.tags.items() if name != "bundle"},
            )
            for found in versions
        ),
        key=lambda version: -version.version,
    )


def _bundle(settings: Settings, found: "ModelVersion") -> Path:
    """A version's folder. Others can register versions under this name too, by MLflow's own means."""
    place: str = found.tags.get("bundle", "")
    folder = settings.mlflow_dir / place
    if not place or not folder.resolve().is_relative_to(settings.mlflow_dir.resolve()):
        raise HitcastError(
            f"version {found.version} of model {MODEL} was not registered by hitcast",
            str(store_file(settings)),
            "Delete that version in MLflow",
        )
    return folder


def stop_on_lost_store(settings: Settings) -> None:
    """Stops where models lie without the store that says what they are.

    Raises:
        HitcastError: The store is gone.
    """
    if orphans := len(list(settings.mlflow_dir.glob("artifacts/*/artifacts/bundle"))):
        models = f"{orphans} model{'s' if orphans > 1 else ''}"
        raise HitcastError(
            f"is gone, and with it what is known of {models} beside it", str(store_file(settings)), STORE_CURE
        )


def champion(settings: Settings) -> Version | None:
    """The version that forecasts are made with; None where nothing was trained."""
    return next((version for version in list_models(settings) if version.is_champion), None)


def earlier_champions(settings: Settings) -> list[Version]:
    """Those that held the title before and are still registered, the latest first."""
    known = {version.version: version for version in list_models(settings)}
    numbers = reversed(_history(open_client(settings))) if known else iter(())
    return [known[number] for number in dict.fromkeys(numbers) if number in known and not known[number].is_champion]


def promote(settings: Settings, version: int) -> None:
    """Make a version the champion; the one before it is remembered for `rollback`.

    Raises:
        HitcastError: There is no such version.
    """
    versions = list_models(settings)
    known = [found.version for found in versions]
    if version not in known:
        listed = ", ".join(map(str, sorted(known))) or "none"
        raise HitcastError(
            f"there is no model version {version} (versions: {listed})", cure="See `hitcast models list`"
        )
    client = open_client(settings)
    standing = _champion_version(client)
    if standing is not None and standing != version:
        _set_history(client, [*_history(client), standing])
    client.set_registered_model_alias(MODEL, ALIAS, str(version))
    for found in versions:
        if TITLE_TAG in found.tags:
            client.delete_model_version_tag(MODEL, str(found.version), TITLE_TAG)


def rollback(settings: Settings) -> int:
    """Make the previous champion the champion again; returns its version.

    Raises:
        HitcastError: There was none before.
    """
    earlier = [found.version for found in earlier_champions(settings)]
    if not earlier:
        raise HitcastError("there is no earlier champion to return to", cure="See `hitcast models list`")
    client = open_client(settings)
    client.set_registered_model_alias(MODEL, ALIAS, str(earlier[0]))
    _set_history(client, earlier[:0:-1])
    return earlier[0]


def _champion_version(client: "MlflowClient") -> int | None:
    from mlflow.exceptions import MlflowException

    try:
        version = client.get_registered_model(MODEL).aliases.get(ALIAS)
    except MlflowException:
        return None
    return None if version is None else int(version)


def _history(client: "MlflowClient") -> list[int]:
    """Earlier champions, oldest first. The champion itself, which a killed promotion may have left there, is none."""
    versions: list[int] = json.loads(client.get_registered_model(MODEL).tags.get(HISTORY_TAG, "[]"))
    standing = _champion_version(client)
    while versions and versions[-1] == standing:
        versions.pop()
    return versions


def _set_history(client: "MlflowClient", versions: list[int]) -> None:
    client.set_registered_model_tag(MODEL, HISTORY_TAG, json.dumps(versions))
