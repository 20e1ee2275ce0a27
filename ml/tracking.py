"""MLflow: runs, the registered model and its `@champion`.

One registered version is one bundle folder below the store. Its place is kept relative to the store, so that a home
can be moved.
"""

import json
import logging
import math
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ml.errors import HitcastError
from ml.files import PART, put_in_place, sync, written
from ml.settings import Settings
from ml.sqlite import check_database, told_of

if TYPE_CHECKING:
    import pandas as pd
    from mlflow import MlflowClient

EXPERIMENT = "hitcast"
MODEL = "hitcast"
ALIAS = "champion"
HISTORY_TAG = "earlier_champions"
STORE_CURE = "Put it back from a backup, or move the folder `mlflow` away and `hitcast train`"
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


def open_client(settings: Settings) -> "MlflowClient":
    """Client of the home's own store, which is made if it is missing; nothing is sent anywhere.

    Raises:
        BusyError: Another process has the store locked.
        HitcastError: The store is damaged.
    """
    # MLflow would try a store that it cannot open for two minutes
    check_database(store_file(settings), settings.patience_seconds, STORE_CURE)
    os.environ["MLFLOW_DISABLE_TELEMETRY"] = "true"
    _silence()
    settings.mlflow_dir.mkdir(parents=True, exist_ok=True)
    _make_store(store_file(settings))
    return _client(store_file(settings))


def _silence() -> None:
    for name in ("alembic", "alembic.runtime.migration", "mlflow", "mlflow.store.db.utils"):
        logging.getLogger(name).setLevel(logging.CRITICAL)


def _client(store: Path) -> "MlflowClient":
    from mlflow import MlflowClient

    # importing mlflow and opening a new store both set log levels again
    _silence()
    return MlflowClient(tracking_uri=f"sqlite:///{store}", registry_uri=f"sqlite:///{store}")


def _make_store(place: Path) -> None:
    """An empty store, if there is none: one whose tables a killed process had made in part could not be opened."""
    from filelock import FileLock

    if place.exists():
        return
    # a search may train beside the writer of the home
    with FileLock(place.with_name(f".{place.name}.lock")):
        if not place.exists():
            with written(place) as part:
                part.unlink(missing_ok=True)
                _client(part).search_experiments(max_results=1)


def store_file(settings: Settings) -> Path:
    """MLflow's database; it need not exist."""
    return settings.mlflow_dir / "mlflow.db"


@contextmanager
def record_run(client: "MlflowClient", settings: Settings, command: str) -> Iterator[str]:
    """A run of the experiment, failed if the block raises and killed if it is interrupted; gives its run_id."""
    with told_of(store_file(settings)):
        run_id = _create_run(client, settings, command)
        try:
            yield run_id
        except (KeyboardInterrupt, SystemExit):
            _end_run(client, run_id, "KILLED")
            raise
        except BaseException:
            _end_run(client, run_id, "FAILED")
            raise
        client.set_terminated(run_id, "FINISHED")


def _create_run(client: "MlflowClient", settings: Settings, command: str) -> str:
    experiment = client.get_experiment_by_name(EXPERIMENT)
    experiment_id = (
        experiment.experiment_id
        if experiment
        else client.create_experiment(EXPERIMENT, (settings.mlflow_dir.resolve() / "artifacts").as_uri())
    )
    name = f"{command} {datetime.now(UTC):%Y-%m-%d %H:%M:%S}"
    run_id: str = client.create_run(experiment_id, run_name=name, tags={"command": command}).info.run_id
    return run_id


def _end_run(client: "MlflowClient", run_id: str, status: str) -> None:
    # what stopped the run may keep the store from being written too, and is what the user must be told
    with suppress(Exception):
        client.set_terminated(run_id, status)


def log_figures(
    client: "MlflowClient", run_id: str, parameters: Mapping[str, Any], metrics: Mapping[str, float]
) -> None:
    """Parameters and finite metrics of a run."""
    from mlflow.entities import Metric, Param

    now = int(datetime.now(UTC).timestamp() * 1000)
    client.log_batch(
        run_id,
        metrics=[Metric(name, float(value), now, 0) for name, value in metrics.items() if math.isfinite(value)],
        params=[Param(name, str(value)) for name, value in parameters.items()],
    )


def keep_table(settings: Settings, run_id: str, name: str, table: "pd.DataFrame") -> Path:
    """Keep a table as CSV among a run's artifacts, where MLflow's page shows it; returns its file.

    Like `register`, by way of the home's present place.
    """
    file = settings.mlflow_dir / "artifacts" / run_id / "artifacts" / f"{name}.csv"
    with written(file) as part:
        table.to_csv(part, index=False)
    return file


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
        HitcastError: The store is damaged, or gone from beside its models.
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
                bundle=settings.mlflow_dir / found.tags["bundle"],
                is_champion=int(found.version) == standing,
                tags={name: value for name, value in found.tags.items() if name != "bundle"},
            )
            for found in versions
        ),
        key=lambda version: -version.version,
    )


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
