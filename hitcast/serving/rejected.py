"""Counts the rejected rows of a home for readers."""

import re
from contextlib import suppress
from datetime import datetime
from pathlib import Path

import duckdb

from hitcast.core.home import Home
from hitcast.core.sql import fill_file

NAME = re.compile(r"([0-9]{8}T[0-9]{12})_([a-z_]+)\.csv")
UNREADABLE = "the record of these rejects, {}, is damaged: how many rows it held is not known"


def count_rejects(connection: duckdb.DuckDBPyConnection, home: Home) -> None:
    """Fills `rejected_rows`, a row per raw table, file and reason; a record that is damaged is one row that says so.

    Args:
        connection: Connection whose `rejected_rows` is filled.
        home: The home, whose files of rejects are named by the time of their delivery and their raw table. Other files
            there are left alone.
    """
    for file in sorted(home.rejects.glob("*.csv")):
        with suppress(ValueError):
            if found := NAME.fullmatch(file.name):
                _count(connection, file, found[2], datetime.strptime(found[1], "%Y%m%dT%H%M%S%f"))


def _count(connection: duckdb.DuckDBPyConnection, file: Path, table: str, when: datetime) -> None:
    given = {"file": str(file), "raw_table": table, "delivered_at": when}
    try:
        connection.execute(fill_file(__file__, "count_rejects"), given)
    except (duckdb.Error, OSError) as error:
        if isinstance(error, duckdb.OutOfMemoryException):
            raise
        row = [table, file.name, UNREADABLE.format(file.name), None, when]
        connection.execute("insert into rejected_rows values (?, ?, ?, ?, ?)", row)
