"""Published Parquet files carry their own digests: Parquet's pages, as DuckDB writes them, have no checksums."""

from pathlib import Path

import duckdb
import pyarrow as pa

from hitcast.core.digests import NO_DIGEST, PARQUET_KEY, UNFIT, fits, parquet_seal, sealed
from hitcast.core.errors import HitcastError
from hitcast.core.home import Home
from hitcast.core.sql import Sql, fill, literal, quoted
from hitcast.serving.tables import OWN_TABLES, PUBLISHED_TABLES

PUBLISH_AGAIN = "`hitcast publish` writes it again"


def write_sealed(connection: duckdb.DuckDBPyConnection, table: str, file: Path) -> None:
    """Writes a table as a Parquet file with its digest.

    Args:
        connection: Connection that holds the table.
        table: Its name.
        file: File to write.
    """
    metadata = Sql(f"{{{PARQUET_KEY}: {literal(NO_DIGEST)}}}")
    copy = "copy {table} to {file} (format parquet, kv_metadata {metadata})"
    connection.execute(fill(copy, table=quoted(table), file=literal(file), metadata=metadata))
    file.write_bytes(sealed(file.read_bytes()))


def parquet_faults(home: Home) -> tuple[int, int, list[HitcastError]]:
    """What is wrong with the published Parquet files.

    Returns:
        Files read, those of them that carry no digest, as an earlier version wrote them, and what is wrong with which.
    """
    files = sorted(home.serving.glob("*.parquet"))
    found = {file: _damage(file) for file in files}
    unsealed = [file for file, detail in found.items() if detail is None]
    faults = {file: detail for file, detail in found.items() if detail}
    if len(unsealed) + len(faults) < len(files):
        # they are published together: some with digests, all with digests
        faults |= dict.fromkeys(unsealed, "is damaged (it carries no digest)")
        expected = {home.serving / f"{name}.parquet" for name in (*PUBLISHED_TABLES, *OWN_TABLES)}
        faults |= dict.fromkeys(sorted(expected - set(files)), "is missing")
        unsealed = []
    damaged = [HitcastError(detail, str(file), PUBLISH_AGAIN) for file, detail in sorted(faults.items())]
    return len(files), len(unsealed), damaged


def _damage(file: Path) -> str | None:
    """What is wrong with a file; empty where nothing is, None where it carries no digest."""
    try:
        content = file.read_bytes()
        seal = parquet_seal(content)
    except (pa.ArrowException, OSError, ValueError) as error:
        detail = (str(error).splitlines() or ["unreadable"])[0]
        return f"is damaged ({detail})"
    if seal is None:
        return None
    return "" if fits(content, seal) else f"is damaged ({UNFIT})"
