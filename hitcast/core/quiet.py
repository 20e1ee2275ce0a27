"""DuckDB connections that write nothing of their own to stdout."""

from pathlib import Path
from typing import Any

import duckdb


def connect(
    database: Path | str = ":memory:", read_only: bool = False, config: dict[str, Any] | None = None
) -> duckdb.DuckDBPyConnection:
    """A connection without DuckDB's progress bar, which would be drawn on stdout, terminal or not.

    Args:
        database: File of the database.
        read_only: Whether to open it for reading only.
        config: DuckDB's settings.
    """
    connection = duckdb.connect(str(database), read_only=read_only, config=config or {})
    connection.execute("set enable_progress_bar = false")
    return connection
