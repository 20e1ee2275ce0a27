"""Rejected rows as a CSV file that a spreadsheet opens."""

import codecs
import filecmp
import shutil
from datetime import datetime
from pathlib import Path

import duckdb

from hitcast.core.home import Home
from hitcast.core.spreadsheet import defused
from hitcast.core.sql import fill_file, quoted
from hitcast.ingest.stage import Stage

MAX_REASONS = 5


def most_frequent(connection: duckdb.DuckDBPyConnection) -> list[tuple[str, str, int]]:
    """The most frequent (vendor's column, reason, rows) among `rejects`."""
    return connection.execute(
        """
        select column_name, reason, count(*) from rejects
        group by column_name, reason order by count(*) desc, column_name, reason limit ?
        """,
        [MAX_REASONS],
    ).fetchall()


def write_rejects(connection: duckdb.DuckDBPyConnection, stage: Stage, target: Path) -> None:
    """Writes `rejects` as file, line, column, value, reason.

    What a spreadsheet would run as a formula gets an apostrophe before it; the byte order mark tells Excel that the
    file is UTF-8.

    Args:
        connection: Connection that holds `rejects`.
        stage: The delivery that they are from.
        target: File to write.
    """
    plain = target.with_suffix(".plain")
    names = [source.name for source in stage.sources]
    texts = {name: defused(quoted(name)) for name in ("file", "column", "value")}
    connection.execute(fill_file(__file__, "shown_rejects", **texts), {"names": names})
    connection.execute("copy shown to $target (format csv, header)", {"target": str(plain)})
    with plain.open("rb") as rows, target.open("wb") as marked:
        marked.write(codecs.BOM_UTF8)
        shutil.copyfileobj(rows, marked)
    plain.unlink()


def rejects_file(home: Home, table: str, now: datetime, content: Path) -> Path:
    """Where rejected rows are kept: the file that holds just these already, else a new one named by the time."""
    for earlier in sorted(home.rejects.glob(f"*_{table}.csv")):
        if filecmp.cmp(earlier, content, shallow=False):
            return earlier
    return home.rejects / f"{now:%Y%m%dT%H%M%S%f}_{table}.csv"
