"""Where a delivery is read: a DuckDB connection and a folder for unfinished files."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import duckdb

from hitcast.core.environment import memory_limit
from hitcast.core.home import Home
from hitcast.core.lock import writing
from hitcast.core.quiet import connect
from hitcast.ingest.landing import incoming_dir


@contextmanager
def workplace(home: Home) -> Iterator[tuple[duckdb.DuckDBPyConnection, Path]]:
    """A DuckDB connection and a folder for unfinished files, for one ingest of a home at a time."""
    folder = incoming_dir(home)
    with writing(home, "hitcast ingest"):
        folder.mkdir(parents=True, exist_ok=True)
        try:
            with connect() as connection:
                connection.execute("set memory_limit = $limit", {"limit": memory_limit()})
                # else the zone of this machine decides on which day a time with an offset lies
                connection.execute("set timezone = 'UTC'")
                connection.execute("set temp_directory = $folder", {"folder": str(folder / "spill")})
                yield connection, folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)
            with suppress(OSError):
                folder.parent.rmdir()
