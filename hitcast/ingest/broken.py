"""What DuckDB could not read of vendor files: rows to reject, or files to refuse."""

import os
from pathlib import Path

import duckdb

from hitcast.core.errors import HitcastError, machine_error
from hitcast.ingest.finding import shown
from hitcast.ingest.lines import MIXED
from hitcast.ingest.readers import Source
from hitcast.ingest.texts import encoding_error

MAX_SHOWN = 200
MAX_ROW_BYTES = 2_000_000


def reading_error(error: duckdb.Error, batch: list[Source], prepared: list[Path]) -> HitcastError:
    """The refusal of files that DuckDB could not read.

    Args:
        error: What it said.
        batch: The files.
        prepared: What it was given of each.
    """
    message = str(error)
    if "No space left" in message and (obstacle := machine_error(message, "")):
        return obstacle
    name = next((source.name for source, path in zip(batch, prepared, strict=True) if str(path) in message), "")
    name = name or ", ".join(source.name for source in batch[:3])
    if "invalid state" in message:
        return HitcastError("is no well-formed CSV file", name, MIXED)
    return HitcastError(f"cannot be read ({shown(message.splitlines()[0])})", name, "Ask for it again")


def broken_rows(
    connection: duckdb.DuckDBPyConnection, batch: list[Source], prepared: list[Path]
) -> list[dict[int, tuple[str, str]]]:
    """Records of the wrong shape.

    Args:
        connection: Connection that has just read the files.
        batch: The files.
        prepared: What was read of each.

    Returns:
        By file, (text, reason) by line; a line end within quotes does not count here.

    Raises:
        HitcastError: A file is not in its encoding, has a quote that is never closed, a row too long, or no end.
    """
    broken: list[dict[int, tuple[str, str]]] = [{} for _ in batch]
    if batch[0].kind != "csv":
        return broken
    rows = connection.execute(
        """
        select file_path, line, any_value(error_type), any_value(csv_line)
        from reject_errors inner join reject_scans using (scan_id, file_id)
        group by file_path, line
        order by file_path, line
        """
    ).fetchall()
    places = {str(path): place for place, path in enumerate(prepared)}
    for path, line, kind, raw in rows:
        source, text = batch[places[path]], (raw or "").strip("\r\n")
        if kind == "INVALID ENCODING":
            raise encoding_error(source.path, source.mapping)
        spans_lines = "\n" in text or "\r" in text
        if kind == "UNQUOTED VALUE" and spans_lines:
            raise HitcastError(f"has a quote near line {line} that is never closed", source.name, "Ask for it again")
        if kind == "LINE SIZE OVER MAXIMUM":
            what = f"has a row of more than {MAX_ROW_BYTES:,} bytes near line {line}, or a quote that is never closed"
            raise HitcastError(what, source.name, "Ask for it again")
        if kind == "MISSING COLUMNS" and _is_cut_off(prepared[places[path]], text):
            cure = "Ask for it again, or end or remove that line if it is no row"
            raise HitcastError(f"ends in the middle of line {line}, as if it were cut off", source.name, cure)
        reason = "has a stray quote" if kind == "UNQUOTED VALUE" else f"has not {len(source.own_headers)} fields"
        broken[places[path]][line] = (text[:MAX_SHOWN], reason)
    return broken


def _is_cut_off(prepared: Path, last: str) -> bool:
    """Whether a file ends with this line, and the line has no end."""
    tail = last.encode()
    with prepared.open("rb") as file:
        file.seek(-min(len(tail) + 1, prepared.stat().st_size), os.SEEK_END)
        return file.read() in (b"\n" + tail, b"\r" + tail)
