"""The home's own MLflow store, and the runs of training and judging in it."""

import hashlib
import json
import logging
import math
import os
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hitcast.core.files import written
from hitcast.core.settings import Settings
from hitcast.core.sqlite import check_database, store_errors

if TYPE_CHECKING:
    import pandas as pd
    from mlflow import MlflowClient

EXPERIMENT = "hitcast"
MOVES = (
    "update experiments set artifact_location = :here where artifact_location = :before",
    "update runs set artifact_uri = :here || substr(artifact_uri, :after) "
    "where substr(artifact_uri, 1, :length) = :before",
    "update model_versions set source = :here || substr(source, :after) where substr(source, 1, :length) = :before",
    "update model_versions set storage_location = :here || substr(storage_location, :after) "
    "where substr(storage_location, 1, :length) = :before",
)
"""Every address that MLflow's store keeps of an artifact."""
STORE_CURE = "Put it back from a backup, or move the folder `mlflow` away and `hitcast train`"


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
    _follow_the_home(settings)
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
                _write_store(part)


def _write_store(file: Path) -> None:
    """MLflow makes its tables by all its migrations, which takes seconds."""
    _client(file).search_experiments(max_results=1)


def artifacts_dir(settings: Settings) -> Path:
    """Where the artifacts of all runs lie; it need not exist."""
    return settings.mlflow_dir.resolve() / "artifacts"


def _follow_the_home(settings: Settings) -> None:
    """Where a home was moved or copied, the store still names the old place of its artifacts: all are renamed at once.

    MLflow keeps whole addresses. A home that may only be read keeps the old ones: hitcast itself never reads by them.
    """
    here = artifacts_dir(settings).as_uri()
    with closing(sqlite3.connect(store_file(settings), isolation_level=None)) as store:
        found = store.execute("select artifact_location from experiments where name = ?", [EXPERIMENT]).fetchone()
        if found is None or found[0] == here:
            return
        places = {"here": here, "after": len(found[0]) + 1, "length": len(found[0]), "before": found[0]}
        with suppress(sqlite3.OperationalError):
            store.execute("begin immediate")
            for move in MOVES:
                store.execute(move, places)
            store.execute("commit")


def store_file(settings: Settings) -> Path:
    """MLflow's database; it need not exist."""
    return settings.mlflow_dir / "mlflow.db"


@contextmanager
def record_run(client: "MlflowClient", settings: Settings, command: str, note: str = "") -> Iterator[str]:
    """A run of the experiment, failed if the block raises and killed if it is interrupted; gives its run_id.

    MLflow's page shows the note as the run's description.
    """
    with store_errors(store_file(settings)):
        run_id = _create_run(client, settings, command, note)
        try:
            yield run_id
        except (KeyboardInterrupt, SystemExit):
            _end_run(client, run_id, "KILLED")
            raise
        except BaseException:
            _end_run(client, run_id, "FAILED")
            raise
        client.set_terminated(run_id, "FINISHED")


def _create_run(client: "MlflowClient", settings: Settings, command: str, note: str) -> str:
    experiment = client.get_experiment_by_name(EXPERIMENT)
    experiment_id = (
        experiment.experiment_id
        if experiment
        else client.create_experiment(EXPERIMENT, artifacts_dir(settings).as_uri())
    )
    name = f"{command} {datetime.now(UTC):%Y-%m-%d %H:%M:%S}"
    tags = {"command": command} | ({"mlflow.note.content": note} if note else {})
    run_id: str = client.create_run(experiment_id, run_name=name, tags=tags).info.run_id
    return run_id


def _end_run(client: "MlflowClient", run_id: str, status: str) -> None:
    # what stopped the run may keep the store from being written too, and is what the user must see
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


def log_training_rows(client: "MlflowClient", run_id: str, rows: "pd.DataFrame", delivery: int) -> None:
    """Note what a model was trained on, as MLflow's dataset: its digest changes with any value of it.

    Args:
        client: Client of the store.
        run_id: Training run.
        rows: Rows of `release_features` with their targets.
        delivery: Number of the last delivery that they rest on.
    """
    import pandas as pd
    from mlflow.entities import Dataset, DatasetInput, InputTag

    digest = hashlib.sha256(pd.util.hash_pandas_object(rows, index=False).to_numpy().tobytes()).hexdigest()
    profile = {"num_rows": len(rows), "num_releases": int(rows["release_id"].nunique()), "delivery_number": delivery}
    dataset = Dataset(
        name="release_features",
        digest=digest[:32],
        source_type="local",
        source=json.dumps({"table": "release_features"}),
        schema=json.dumps({"columns": {name: str(kind) for name, kind in rows.dtypes.items()}}),
        profile=json.dumps(profile),
    )
    client.log_inputs(run_id, [DatasetInput(dataset, [InputTag("mlflow.data.context", "training")])])


def keep_table(settings: Settings, run_id: str, name: str, table: "pd.DataFrame") -> Path:
    """Keep a table as CSV among a run's artifacts, where MLflow's page shows it; returns its file."""
    file = artifacts_dir(settings) / run_id / "artifacts" / f"{name}.csv"
    with written(file) as part:
        table.to_csv(part, index=False)
    return file
