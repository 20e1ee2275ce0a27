"""Spark on this machine: a standalone cluster of its own, and the session that dbt's profile describes."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml
from jinja2 import Environment

from hitcast.core.errors import HitcastError
from hitcast.core.home import PROJECT_DIR, Home

PATIENCE_SECONDS = 120.0


@dataclass(frozen=True)
class Cluster:
    """A master with workers, each a process of its own.

    Attributes:
        master: Address for `HITCAST_SPARK_MASTER`.
        workers: The workers, in the order of their start.
    """

    master: str
    workers: tuple[subprocess.Popen[bytes], ...]


def profile(home: Home, target: str) -> dict[str, Any]:
    """A target as dbt's profile gives it.

    Args:
        home: Where the target's warehouse lies.
        target: A target of `profiles.yml`.
    """
    environment = os.environ | {"HITCAST_HOME": str(home.root)}
    jinja = Environment(autoescape=False)  # noqa: S701
    known: dict[str, Any] = {
        "env_var": lambda name, default="": environment.get(name, default),
        "flags": {"PROFILES_DIR": str(PROJECT_DIR)},
    }

    def rendered(value: Any) -> Any:
        # each value by itself, as dbt does: whatever a variable holds, it makes no YAML
        if isinstance(value, dict):
            return {name: rendered(one) for name, one in value.items()}
        return jinja.from_string(value).render(known) if isinstance(value, str) else value

    held = yaml.safe_load((PROJECT_DIR / "profiles.yml").read_text())["hitcast"]["outputs"][target]
    return dict(rendered(held))


def settings(home: Home, target: str = "spark_local") -> dict[str, str]:
    """Spark's settings as the target's profile gives them, so that whoever reads sees the catalog that dbt wrote.

    Args:
        home: Where the target's warehouse and metastore lie.
        target: A target of `profiles.yml` whose type is spark.
    """
    return {name: str(value) for name, value in profile(home, target)["server_side_parameters"].items()}


@contextmanager
def standalone(folder: Path, workers: int = 2, memory: str = "1g") -> Iterator[Cluster]:
    """Runs a standalone master and workers of one core each on 127.0.0.1 for as long as the context lasts.

    Args:
        folder: For their logs and for what executors write.
        workers: How many.
        memory: Of each worker, in Spark's notation.

    Raises:
        HitcastError: pyspark is not installed, or they did not come up.
    """
    package = find_spec("pyspark")
    if package is None or package.origin is None:
        raise HitcastError("pyspark is not installed", "Spark", "Run `make spark`")
    spark_home = Path(package.origin).parent
    folder.mkdir(parents=True, exist_ok=True)
    environment = os.environ | {
        "SPARK_HOME": str(spark_home),
        "SPARK_LOCAL_IP": "127.0.0.1",
        "SPARK_WORKER_DIR": str(folder / "work"),
        "PYSPARK_PYTHON": sys.executable,
    }
    started: list[subprocess.Popen[bytes]] = []

    def start(name: str, *arguments: str) -> Path:
        log = folder / f"{name}.log"
        with log.open("wb") as output:
            command = [str(spark_home / "bin" / "spark-class"), f"org.apache.spark.deploy.{arguments[0]}"]
            started.append(
                # a group of its own, for a worker's executors are its children
                subprocess.Popen(
                    [*command, *arguments[1:]],
                    stdout=output,
                    stderr=subprocess.STDOUT,
                    env=environment,
                    start_new_session=True,
                )
            )
        return log

    try:
        log = start("master", "master.Master", "--host", "127.0.0.1", "--port", "0", "--webui-port", "0")
        master = _awaited(log, "Starting Spark master at ").split()[0]
        for number in range(workers):
            places = ["--host", "127.0.0.1", "--webui-port", "0", "--cores", "1", "--memory", memory]
            start(f"worker_{number}", "worker.Worker", *places, master)
        for number in range(workers):
            _awaited(folder / f"worker_{number}.log", "Successfully registered with master ")
        yield Cluster(master, tuple(started[1:]))
    finally:
        for process in reversed(started):
            stop(process)


def stop(process: subprocess.Popen[bytes]) -> None:
    """Kills a worker or the master with all its children, as the loss of a machine would."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _awaited(log: Path, announcement: str) -> str:
    """What follows the announcement in a log, once it is there."""
    given_up = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < given_up:
        for line in log.read_text(errors="replace").splitlines():
            if announcement in line:
                return line.split(announcement, 1)[1]
        time.sleep(0.2)
    raise HitcastError(f"Spark did not start within {PATIENCE_SECONDS:.0f} s", str(log), "See the log")


def remove_strays(home: Home, session: Any) -> list[Path]:
    """Deletes folders of the home's warehouse that no table owns.

    A driver that died while it made a table leaves one, and Spark would refuse to make the table ever again.
    Nothing else may be building on the home.

    Args:
        home: The home.
        session: A SparkSession on its metastore.

    Returns:
        The folders deleted.
    """
    strays = []
    for database in session.catalog.listDatabases():
        folder = Path(urlsplit(database.locationUri).path)
        if folder.is_relative_to(home.root / "spark") and folder.is_dir():
            owned = {table.name for table in session.catalog.listTables(database.name)}
            # the default database's folder holds those of the others
            strays += [path for path in folder.iterdir() if path.name not in owned and path.suffix != ".db"]
    for path in strays:
        shutil.rmtree(path)
    return strays
