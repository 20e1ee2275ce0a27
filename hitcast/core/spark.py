"""The warehouse on Spark: tables are copied to DuckDB to be read, and written as partitions of its Parquet tables.

What modelling reads are marts of releases, small beside the raw rows that they are made of.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING

import duckdb

from hitcast.core.errors import HitcastError
from hitcast.core.quiet import connect
from hitcast.core.settings import Spark
from hitcast.core.spark_session import is_missing, open_session, short_failures

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

OVERWRITE_MODE = "spark.sql.sources.partitionOverwriteMode"


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
        with short_failures(spark):
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
        with short_failures(spark):
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
    with short_failures(spark):
        return int(session.table(_qualified(spark, table)).count())


def has_table(spark: Spark, table: str) -> bool:
    """Whether there is such a table.

    Raises:
        HitcastError: Spark fails.
    """
    session = open_session(spark)
    with short_failures(spark):
        return bool(session.catalog.tableExists(_qualified(spark, table)))


def table_properties(spark: Spark, table: str) -> dict[str, str]:
    """Properties that a table or view was given, by name; empty where it is missing.

    Raises:
        HitcastError: Spark fails.
    """
    session = open_session(spark)
    with short_failures(spark):
        try:
            rows = session.sql("show tblproperties identifier(:name)", {"name": _qualified(spark, table)}).collect()
        except Exception as error:
            if is_missing(str(error)):
                return {}
            raise
    return {row["key"]: row["value"] for row in rows}


def latest_moment(spark: Spark, table: str, column: str) -> datetime | None:
    """The latest time that a table of the schema `ml` bears, UTC; None where it holds no row.

    Raises:
        HitcastError: It is missing, or Spark fails.
    """
    session = open_session(spark)
    with short_failures(spark):
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
    with short_failures(spark):
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
