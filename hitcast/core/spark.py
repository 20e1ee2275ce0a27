"""The warehouse on Spark: tables are copied to DuckDB to be read, and written as partitions of its Parquet tables.

What modelling reads are marts of releases, small beside the raw rows that they are made of.
"""

import atexit
import os
import re
import shutil
import socket
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from hitcast.core.errors import BUILD_MARTS, BusyError, HitcastError, MachineError, machine_error
from hitcast.core.quiet import connect
from hitcast.core.settings import Spark

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

OVERWRITE_MODE = "spark.sql.sources.partitionOverwriteMode"
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
        with _message(spark):
            _start(spark)
    with _message(spark):
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


@contextmanager
def open_copies(spark: Spark, tables: Sequence[str]) -> Iterator[duckdb.DuckDBPyConnection]:
    """Connection to copies of the tables in memory, under their own names, closed on leaving.

    Args:
        spark: The warehouse.
        tables: Marts by their names, others with their schema before it.

    Raises:
        HitcastError: A table is missing, or Spark fails.
    """
    with connect() as connection:
        connection.execute("create schema ml")
        copy_tables(spark, connection, tables)
        yield connection


def copy_tables(spark: Spark, connection: duckdb.DuckDBPyConnection, tables: Sequence[str]) -> None:
    """Copies tables to the database that a connection uses, under their own names.

    Args:
        spark: The warehouse.
        connection: Where to; it holds the schemas that are named.
        tables: Marts by their names, others with their schema before it.

    Raises:
        HitcastError: A table is missing, or Spark fails.
    """
    session = open_session(spark)
    for table in tables:
        with _message(spark):
            rows = session.table(_qualified(spark, table)).toArrow()
        connection.from_arrow(_without_zones(rows)).create(table)


def descriptions(spark: Spark, tables: Sequence[str]) -> list[tuple[str, str | None, str]]:
    """What dbt said of tables and columns: table, column or None for the table itself, and text.

    Raises:
        HitcastError: A table is missing, or Spark fails.
    """
    session = open_session(spark)
    found: list[tuple[str, str | None, str]] = []
    for table in tables:
        with _message(spark):
            name = _qualified(spark, table)
            detail: list[tuple[str | None, str | None]] = [(None, session.catalog.getTable(name).description)]
            detail += [(column.name, column.description) for column in session.catalog.listColumns(name)]
        found += [(table, column, text) for column, text in detail if text]
    return found


def count_rows(spark: Spark, table: str) -> int:
    """Rows of a table or view.

    Raises:
        HitcastError: It is missing, or Spark fails.
    """
    session = open_session(spark)
    with _message(spark):
        return int(session.table(_qualified(spark, table)).count())


def has_table(spark: Spark, table: str) -> bool:
    """Whether there is such a table.

    Raises:
        HitcastError: Spark fails.
    """
    session = open_session(spark)
    with _message(spark):
        return bool(session.catalog.tableExists(_qualified(spark, table)))


def table_properties(spark: Spark, table: str) -> dict[str, str]:
    """Properties that a table or view was given, by name; empty where it is missing.

    Raises:
        HitcastError: Spark fails.
    """
    session = open_session(spark)
    with _message(spark):
        try:
            rows = session.sql("show tblproperties identifier(:name)", {"name": _qualified(spark, table)}).collect()
        except Exception as error:
            if _is_missing(str(error)):
                return {}
            raise
    return {row["key"]: row["value"] for row in rows}


def latest_moment(spark: Spark, table: str, column: str) -> datetime | None:
    """The latest time that a table of the schema `ml` bears, UTC; None where it holds no row.

    Raises:
        HitcastError: It is missing, or Spark fails.
    """
    session = open_session(spark)
    with _message(spark):
        latest = _without_zones(session.table(f"ml.{table}").agg({column: "max"}).toArrow())
    found: datetime | None = latest.column(0)[0].as_py()
    return found


def write_tables(spark: Spark, frames: "Mapping[str, pd.DataFrame]") -> None:
    """Write frames to tables of the schema `ml`; rows of the same `run_id` are replaced.

    A table takes a frame whole or not at all, but no two tables at the same moment: the first named comes last, so that
    what the others belong to is not there before them.

    Raises:
        HitcastError: A table is missing or is not partitioned by run, or Spark fails.
    """
    import pyarrow as pa

    session, rows = open_session(spark), {}
    with _message(spark):
        for table, frame in frames.items():
            columns = session.catalog.listColumns(f"ml.{table}")
            # an overwritten table without partitions would lose all other runs
            if [column.name for column in columns if column.isPartition] != ["run_id"]:
                raise HitcastError(
                    "is not partitioned by run_id", f"ml.{table}", f"Drop it on target {spark.target}, and run again"
                )
            schema = session.table(f"ml.{table}").limit(0).toArrow().schema
            rows[table] = pa.Table.from_pandas(frame[schema.names], schema=schema, preserve_index=False)
        held = session.conf.get(OVERWRITE_MODE)
        session.conf.set(OVERWRITE_MODE, "dynamic")
        try:
            for table in reversed(rows):
                frame = session.createDataFrame(rows[table])
                frame.coalesce(1).write.insertInto(f"ml.{table}", overwrite=True)
        finally:
            session.conf.set(OVERWRITE_MODE, held)


def _qualified(spark: Spark, table: str) -> str:
    return table if "." in table else f"{spark.schema}.{table}"


def _without_zones(rows: "pa.Table") -> "pa.Table":
    """Instants as the wall clock of UTC, which is how DuckDB holds them."""
    import pyarrow as pa

    fields = [
        field.with_type(pa.timestamp(field.type.unit)) if pa.types.is_timestamp(field.type) else field
        for field in rows.schema
    ]
    return rows.cast(pa.schema(fields))


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
def _message(spark: Spark) -> Iterator[None]:
    """Spark's failures as one line each."""
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
        cure = BUILD_MARTS if _is_missing(detail) else f"See {spark.log}"
        raise HitcastError(_first_line(detail), f"target {spark.target}", cure) from None


def _is_missing(message: str) -> bool:
    """Whether Spark's message is of a table or schema that is not there."""
    return "TABLE_OR_VIEW_NOT_FOUND" in message or "SCHEMA_NOT_FOUND" in message


def _first_line(detail: str) -> str:
    """What a Java exception says, without its stack."""
    lines = [line.strip() for line in detail.splitlines() if line.strip()]
    # py4j's own first line names the call alone
    said = next((line for line in lines if line.startswith(("[", ": "))), lines[0] if lines else "no message")
    return said.removeprefix(": ")
