"""The registered model in MLflow: its versions and its `@champion`.

One version is one bundle folder among the artifacts of its run.
"""

import hashlib
import shutil
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from hitcast.core.errors import HitcastError
from hitcast.core.files import PART, put_in_place, sync
from hitcast.core.settings import Settings
from ml.registry.tracking import STORE_CURE, artifacts_dir, open_client, store_file

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities.model_registry import ModelVersion

MODEL = "hitcast"
ALIAS = "champion"
TITLE_TAG = "title"
"""Says of a version that a killed run owes it the title."""
TURN_TAG = "champion_number"
"""Says of a version as which champion it took the title last; absent from one that lost it by `rollback`."""
GOAL_TAG = "goal"
"""Says of the model which version is taking the title and by which command, until that is done and has been said."""


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
    description: str = "",
) -> int:
    """Keep a bundle folder as the next version of the registered model; returns its number.

    Where it is to be promoted next, the version says so itself: should the process be killed in between,
    `ml.registry.leftovers` gives it the title.

    It is copied whole by one rename, where MLflow would leave half a model should the process be killed.
    """
    from mlflow.exceptions import MlflowException

    kept = _folder(settings, run_id)
    part = kept.with_name(f".{kept.name}{PART}")
    shutil.copytree(folder, part)
    for file in part.iterdir():
        sync(file)
    put_in_place({part: kept})
    # folders that MLflow may have made, without seeing to it that they are on disk
    for above in kept.parent.parents[:3]:
        sync(above)
    try:
        client.get_registered_model(MODEL)
    except MlflowException:
        client.create_registered_model(MODEL)
    noted = {**tags} | ({TITLE_TAG: "due"} if is_promoted else {})
    made = client.create_model_version(MODEL, kept.as_uri(), run_id, tags=noted, description=description)
    return int(made.version)


def _folder(settings: Settings, run_id: str) -> Path:
    return artifacts_dir(settings) / run_id / "artifacts" / "bundle"


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
                tags=dict(found.tags),
            )
            for found in versions
        ),
        key=lambda version: -version.version,
    )


def registered_bundles(folder: Path) -> dict[Path, tuple[int, bool]]:
    """Folders of all registered versions, with the number of each and whether it is champion.

    The store's file alone is asked, which MLflow could change; it tells nothing where it is missing or damaged.

    Args:
        folder: MLflow's.
    """
    address = f"file:{quote(str((folder / 'mlflow.db').absolute()))}?mode=ro"
    versions = "select run_id, version from model_versions where name = ? and current_stage <> 'Deleted_Internal'"
    titled = "select version from registered_model_aliases where name = ? and alias = ?"
    try:
        with closing(sqlite3.connect(address, uri=True)) as connection:
            champions = {int(version) for (version,) in connection.execute(titled, [MODEL, ALIAS])}
            found = connection.execute(versions, [MODEL]).fetchall()
    except sqlite3.Error:
        return {}
    kept = folder / "artifacts"
    return {kept / run_id / "artifacts" / "bundle": (version, version in champions) for run_id, version in found}


def _bundle(settings: Settings, found: "ModelVersion") -> Path:
    """A version's folder. Others can register versions under this name too, by MLflow's own means."""
    folder = _folder(settings, found.run_id or "")
    if not found.run_id or folder.resolve().parent.parent.parent != artifacts_dir(settings):
        raise HitcastError(
            f"version {found.version} of model {MODEL} was not registered by hitcast",
            str(store_file(settings)),
            "Delete that version in MLflow",
        )
    return folder


def scoring_run_id(training_run_id: str, delivery_number: int, as_of: date) -> str:
    """Name of a scoring run: the digest of all that its forecasts follow from.

    It is the same for the same model, data and day, so that scoring again replaces forecasts instead of repeating them.

    Args:
        training_run_id: Run of MLflow that trained the model.
        delivery_number: The last delivery that is read.
        as_of: Day of the forecasts, which see nothing from then on.
    """
    message = f"{training_run_id} {delivery_number} {as_of.isoformat()}"
    return hashlib.sha256(message.encode()).hexdigest()[:32]


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
    """Those that held the title before the present champion and are still registered, the latest first."""
    versions = list_models(settings)
    until = next((_turn(version) for version in versions if version.is_champion), None)
    earlier = [version for version in versions if TURN_TAG in version.tags and not version.is_champion]
    return sorted((version for version in earlier if until is None or _turn(version) < until), key=_turn, reverse=True)


def _turn(version: Version) -> int:
    """As which champion a version took the title last; one that has no number took it after all that have."""
    return int(version.tags.get(TURN_TAG, 2**62))


@dataclass(frozen=True)
class Goal:
    """What a command that settles the title noted before it began.

    Attributes:
        version: Version that is to be champion.
        is_rollback: Whether `rollback` noted it, not `promote`.
    """

    version: int
    is_rollback: bool


def standing_goal(settings: Settings) -> Goal | None:
    """What a killed command had set out to do; None where none was killed, or its version has been deleted since."""
    versions = {version.version for version in list_models(settings)}
    tags = _model_tags(open_client(settings)) if versions else {}
    command, _, number = tags.get(GOAL_TAG, "").partition(" ")
    known = command in ("promote", "rollback") and number.isdecimal() and int(number) in versions
    return Goal(int(number), command == "rollback") if known else None


def forget_goal(settings: Settings) -> None:
    """Says that the command which noted its goal has ended."""
    client = open_client(settings)
    if GOAL_TAG in _model_tags(client):
        client.delete_registered_model_tag(MODEL, GOAL_TAG)


def promote(settings: Settings, version: int) -> None:
    """Make a version the champion: give it MLflow's alias. The one before it is remembered for `rollback`.

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
    client.set_registered_model_tag(MODEL, GOAL_TAG, f"promote {version}")
    if version != _champion_version(client):
        turns = _forget_stale_turns(client, versions)
        client.set_model_version_tag(MODEL, str(version), TURN_TAG, str(max(turns, default=0) + 1))
        client.set_registered_model_alias(MODEL, ALIAS, str(version))
    for found in versions:
        if TITLE_TAG in found.tags:
            client.delete_model_version_tag(MODEL, str(found.version), TITLE_TAG)
    forget_goal(settings)


def rollback(settings: Settings, version: int | None = None) -> int:
    """Make an earlier champion, by default the previous one, the champion again; returns its version.

    Given again it would go back one further. So its goal stands until `forget_goal`, for a command that was killed
    before it could say that it was done.

    Raises:
        HitcastError: There was none before.
    """
    earlier = [found.version for found in earlier_champions(settings) if version in (None, found.version)]
    if not earlier:
        raise HitcastError("there is no earlier champion to return to", cure="See `hitcast models list`")
    open_client(settings).set_registered_model_tag(MODEL, GOAL_TAG, f"rollback {earlier[0]}")
    finish_rollback(settings, earlier[0])
    return earlier[0]


def finish_rollback(settings: Settings, version: int) -> None:
    """Does what is left to do of a rollback to a version; as often as it is asked to."""
    client = open_client(settings)
    if version != _champion_version(client):
        client.set_registered_model_alias(MODEL, ALIAS, str(version))
    # whoever took the title after it has given it up
    _forget_stale_turns(client, list_models(settings))


def _forget_stale_turns(client: "MlflowClient", versions: list[Version]) -> list[int]:
    """Numbers of the champions up to the present one; those above it, which a killed process left, are removed."""
    latest = next((_turn(found) for found in versions if found.is_champion), None)
    turns = []
    for found in versions:
        if TURN_TAG not in found.tags:
            continue
        if latest is not None and _turn(found) > latest:
            client.delete_model_version_tag(MODEL, str(found.version), TURN_TAG)
        else:
            turns.append(_turn(found))
    return turns


def _champion_version(client: "MlflowClient") -> int | None:
    from mlflow.exceptions import MlflowException

    try:
        version = client.get_registered_model(MODEL).aliases.get(ALIAS)
    except MlflowException:
        return None
    return None if version is None else int(version)


def _model_tags(client: "MlflowClient") -> dict[str, str]:
    from mlflow.exceptions import MlflowException

    try:
        return dict(client.get_registered_model(MODEL).tags)
    except MlflowException:
        return {}
