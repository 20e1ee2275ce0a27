"""Spark in this process: what it needs, who else holds it, and its failures as one line each."""

import atexit
import os
import re
import shutil
import socket
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from hitcast.core.errors import BUILD_MARTS, BusyError, HitcastError, MachineError, machine_error
from hitcast.core.settings import Spark

MASTER_SECONDS = 5
"""How long a master may take to accept a connection."""


def open_session(spark: Spark) -> Any:
    """The SparkSession of this process, which dbt shares, as both ask for it with the profile's settings.

    Raises:
        BusyError: Another process holds the metastore.
        HitcastError: pyspark or Java is missing, no master answers, or Spark does not start.
    """
    stop_if_missing(spark.target)
    # pyspark warns at every start that some of what it makes of pandas may not work: none of that is used here
    warnings.filterwarnings("ignore", "PySpark does not yet fully support pandas", FutureWarning)
    from pyspark import SparkContext
    from pyspark.sql import SparkSession

    if SparkContext._active_spark_context is None:
        _stop_if_held(spark)
        _stop_if_no_master(spark)
        with short_failures(spark):
            _start(spark)
    with short_failures(spark):
        session = SparkSession.builder.getOrCreate()
        # the metastore is opened by the first question
        session.catalog.databaseExists(spark.schema)
    return session


def _start(spark: Spark) -> None:
    """Starts Spark for as long as this process lives; what it says of itself goes to the log."""
    from pyspark import SparkConf, SparkContext
    from pyspark.java_gateway import launch_gateway

    if address := spark.session.get("spark.driver.bindAddress"):
        # workers that Spark starts by itself listen where the machine's name leads, unless this says otherwise
        os.environ.setdefault("SPARK_LOCAL_IP", address)
    conf = SparkConf().setAll([("spark.sql.catalogImplementation", "hive"), *spark.session.items()])
    spark.log.parent.mkdir(parents=True, exist_ok=True)
    with spark.log.open("wb") as log:
        gateway = launch_gateway(conf, {"stdout": log, "stderr": log})
        context = SparkContext(conf=conf, gateway=gateway)
    # without it, Java ends first and its workers complain
    atexit.register(_end, context)


def _end(context: Any) -> None:
    # whoever is killed while Spark dies has nothing left to tell
    with suppress(Exception):
        context.stop()


def stop_if_missing(target: str) -> None:
    """Stops where this machine lacks what the target needs.

    Raises:
        HitcastError: It lacks pyspark, dbt-spark or Java.
    """
    if find_spec("pyspark") is None or find_spec("dbt.adapters.spark") is None:
        raise HitcastError("pyspark and dbt-spark are not installed", f"target {target}", "Run `make spark`")
    if shutil.which("java") is None and not os.environ.get("JAVA_HOME"):
        raise HitcastError("Java is not installed", f"target {target}", "Install Java 17; `make spark` does the rest")


def _stop_if_held(spark: Spark) -> None:
    """Stops where another process has the metastore open: Spark would try for minutes, and fill pages.

    A metastore in files is Derby's, which admits one process and locks a file for as long as that lives.
    """
    import fcntl

    found = re.search(r"databaseName=([^;]+)", spark.session.get("spark.hadoop.javax.jdo.option.ConnectionURL", ""))
    lock = Path(found[1]) / "dbex.lck" if found else None
    if lock is None or not lock.exists():
        return
    with lock.open("r+b") as file:
        try:
            fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise BusyError(
                "is held open by another process", str(lock.parent), "Wait for it to end, or end it"
            ) from None


def _stop_if_no_master(spark: Spark) -> None:
    """Stops where no standalone master of those named listens: Spark would try for a minute, and speak of other things.

    Masters of other kinds (`yarn`, `k8s://`, `local`) are left to Spark.
    """
    scheme, _, named = spark.session.get("spark.master", "").partition("://")
    if scheme != "spark":
        return
    for address in named.split(","):
        host, _, port = address.rpartition(":")
        with suppress(OSError, ValueError), socket.create_connection((host.strip("[]"), int(port)), MASTER_SECONDS):
            return
    raise HitcastError("no Spark master listens there", f"spark://{named}", "Start it, or set HITCAST_SPARK_MASTER")


@contextmanager
def short_failures(spark: Spark) -> Iterator[None]:
    """Spark's failures in the block as one line each.

    Raises:
        MachineError: The machine has too little memory or disk.
        HitcastError: Spark fails otherwise.
    """
    try:
        yield
    except Exception as error:
        if type(error).__module__.partition(".")[0] not in ("pyspark", "py4j"):
            raise
        detail = str(error)
        if obstacle := machine_error(detail, f"target {spark.target}"):
            raise obstacle from None
        if type(error).__name__ == "Py4JNetworkError":
            what = "Spark's process ended, as it does where memory runs out"
            raise MachineError(what, f"target {spark.target}", f"Give more, and see {spark.log}") from None
        cure = BUILD_MARTS if is_missing(detail) else f"See {spark.log}"
        raise HitcastError(_first_line(detail), f"target {spark.target}", cure) from None


def is_missing(message: str) -> bool:
    """Whether Spark's message is of a table or schema that is not there."""
    return "TABLE_OR_VIEW_NOT_FOUND" in message or "SCHEMA_NOT_FOUND" in message


def _first_line(detail: str) -> str:
    """What a Java exception says, without its stack."""
    lines = [line.strip() for line in detail.splitlines() if line.strip()]
    # py4j's own first line names the call alone
    said = next((line for line in lines if line.startswith(("[", ": "))), lines[0] if lines else "no message")
    return said.removeprefix(": ")
