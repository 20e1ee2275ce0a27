"""The one door to the warehouse, DuckDB's file or Spark's catalog, which one process at a time may write."""

import re
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from hitcast.core import spark
from hitcast.core.errors import BUILD_MARTS, BusyError, HitcastError, machine_error
from hitcast.core.quiet import connect
from hitcast.core.settings import Settings
from hitcast.core.sql import fill, quoted

if TYPE_CHECKING:
    import pandas as pd

DAMAGE = (
    "Corrupt database",
    "database has been invalidated",
    "Serialization Error",
    "not a valid DuckDB database",
)
PAUSE_SECONDS = 0.25
BUILD_AGAIN = "Run `hitcast run`, which builds it again"


@contextmanager
def open_warehouse(
    settings: Settings, tables: Sequence[str] = (), read_only: bool = True
) -> Iterator[duckdb.DuckDBPyConnection]:
    """Connection to the warehouse, closed on leaving; waits for another process for as long as the settings say.

    Args:
        settings: Names the warehouse.
        tables: What is going to be read, `ml.` before those of that schema: of a warehouse on Spark the connection
            holds copies of these and nothing else.
        read_only: Whether nothing is going to be written. On Spark what is written to the copies is lost.

    Raises:
        BusyError: Another process still holds the warehouse.
        HitcastError: There is no warehouse, it is damaged, or a table is missing from it.
    """
    if settings.spark is not None:
        with spark.open_copies(settings.spark, tables) as copies:
            yield copies
        return
    if not settings.warehouse.exists():
        raise HitcastError("there is no warehouse yet", str(settings.warehouse), BUILD_MARTS)
    connection = _connect(settings, read_only)
    try:
        yield connection
    except duckdb.CatalogException as error:
        raise HitcastError(str(error).splitlines()[0], str(settings.warehouse), BUILD_MARTS) from None
    except duckdb.BinderException as error:
        what = f"lacks columns that this version reads ({str(error).splitlines()[0]})"
        raise HitcastError(what, str(settings.warehouse), BUILD_AGAIN) from None
    except duckdb.Error as error:
        message = str(error).splitlines()[0]
        obstacle = machine_error(message, str(settings.warehouse))
        raise obstacle or (damaged(settings.warehouse, message) if is_damage(message) else error) from None
    finally:
        connection.close()


def count_rows(settings: Settings, table: str) -> int:
    """Rows of a table or view."""
    if settings.spark is not None:
        return spark.count_rows(settings.spark, table)
    with open_warehouse(settings) as connection:
        return connection.table(table).shape[0]


def write_tables(settings: Settings, frames: "Mapping[str, pd.DataFrame]") -> None:
    """Write frames to tables of the schema `ml`; rows of the same `run_id` are replaced.

    DuckDB takes all or none. Spark takes one table after another, the first named last.

    Args:
        settings: Names the warehouse.
        frames: A frame for each table, with all of the table's columns.

    Raises:
        HitcastError: The warehouse is held by another process, or the tables do not exist.
    """
    if settings.spark is not None:
        spark.write_tables(settings.spark, frames)
        return
    import pyarrow as pa

    with open_warehouse(settings, read_only=False) as connection:
        connection.begin()
        for table, frame in frames.items():
            schema = connection.table(f"ml.{table}").limit(0).to_arrow_table().schema
            rows = pa.Table.from_pandas(frame[schema.names], schema=schema, preserve_index=False)
            runs = frame["run_id"].unique().tolist()
            delete = "delete from ml.{table} where list_contains(?::varchar[], run_id)"
            connection.execute(fill(delete, table=quoted(table)), [runs])
            connection.from_arrow(rows).insert_into(f"ml.{table}")
        connection.commit()


def latest_moment(settings: Settings, table: str, column: str) -> datetime | None:
    """The latest time that a table of the schema `ml` bears, UTC; None where it holds no row."""
    if settings.spark is not None:
        return spark.latest_moment(settings.spark, table, column)
    with open_warehouse(settings) as connection:
        found: datetime | None = connection.table(f"ml.{table}").max(column).fetchall()[0][0]
    return found


def _connect(settings: Settings, read_only: bool) -> duckdb.DuckDBPyConnection:
    deadline = time.monotonic() + settings.patience_seconds
    while True:
        try:
            return connect(str(settings.warehouse), read_only=read_only)
        except duckdb.IOException as error:
            message = str(error).splitlines()[0]
            held = re.search(r"held in (?P<program>.*?) \(PID (?P<pid>\d+)\)", message)
            if held is None and "set lock" not in message:
                raise _refused(settings, message) from None
            if time.monotonic() > deadline:
                by = f"{held['program'].rsplit('/')[-1]}, process {held['pid']}" if held else "another process"
                raise BusyError(
                    f"is held open by {by}; waited {settings.patience_seconds:.0f} s",
                    str(settings.warehouse),
                    "Close it there and try again; readers belong on the published file",
                ) from None
        except duckdb.Error as error:
            raise damaged(settings.warehouse, str(error).splitlines()[0]) from None
        time.sleep(PAUSE_SECONDS)


def _refused(settings: Settings, message: str) -> HitcastError:
    if obstacle := machine_error(message, str(settings.warehouse)):
        return obstacle
    return damaged(settings.warehouse, message)


def damaged(warehouse: Path, message: str) -> HitcastError:
    """What to say of a warehouse that no longer holds what was written to it."""
    return HitcastError(
        f"is damaged ({message})", str(warehouse), "`hitcast run --rebuild` rebuilds it from what landed"
    )


def is_damage(message: str) -> bool:
    """Whether DuckDB's message is of a database file whose content is not what it wrote."""
    return any(sign in message for sign in DAMAGE)
