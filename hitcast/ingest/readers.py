"""Vendor files: reading their headers, and making them plain enough for DuckDB to read."""

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from hitcast.core.errors import HitcastError
from hitcast.core.sql import Sql, fill, fill_file, joined, quoted
from hitcast.ingest.captured import captured
from hitcast.ingest.finding import escape_glob, kind_of, name_of, shown
from hitcast.ingest.jsons import json_columns, write_objects
from hitcast.ingest.layout import has_layout, write_rows
from hitcast.ingest.mapping import TableMapping
from hitcast.ingest.texts import (
    CHUNK,
    UTF_8_MARK,
    clear_failures,
    copy_plain,
    csv_headers,
    first_text_lines,
    is_gzip,
    is_utf_8,
    open_text,
    plain_header,
)
from hitcast.ingest.wide import Wide, cells_as_rows, widened
from hitcast.ingest.xlsx import sheet_above, sheet_headers, sheet_rows, write_sheet

# Older writers mark no column of bytes as text.
PARQUET = Sql("read_parquet($paths, hive_partitioning = false, binary_as_string = true)")
FIRST_LINES = 20
# Bytes that few files hold: control characters, and those that begin blanks and unseen characters beyond ASCII.
WILD = bytes({*range(32), 127, 0xC2, 0xE2, 0xE3, 0xEF} - {10, 13})


@dataclass(frozen=True)
class Source:
    """One vendor file.

    Attributes:
        path: The file.
        name: How it is called in messages.
        kind: csv, json, parquet or workbook.
        headers: Its headers, stripped, as its rows have them.
        types: DuckDB type of each of these; VARCHAR where it is read as text.
        mapping: How it feeds a raw table.
        size: Its bytes.
        changed_at: When it was last written to, in nanoseconds.
        wide: How columns become rows; None where each line is one.
        captured: Values of contract columns that its name or the lines above its header hold.
        skipped: Lines that its mapping left out, once it is prepared; one number.
    """

    path: Path
    name: str
    kind: str
    headers: tuple[str, ...]
    types: tuple[str, ...]
    mapping: TableMapping
    size: int
    changed_at: int
    wide: Wide | None = None
    captured: dict[str, str] = field(default_factory=dict)
    skipped: list[int] = field(default_factory=lambda: [0], compare=False)

    @property
    def own_headers(self) -> tuple[str, ...]:
        """Headers of the file itself."""
        return self.wide.headers if self.wide else self.headers

    @property
    def own_types(self) -> tuple[str, ...]:
        """Types of the columns of the file itself."""
        return self.wide.types if self.wide else self.types


def open_source(path: Path, mapping: TableMapping, connection: duckdb.DuckDBPyConnection) -> Source:
    """Reads a file's headers.

    Args:
        path: A file of a kind that is read, no archive.
        mapping: How to read it.
        connection: DuckDB connection, used for Parquet.

    Returns:
        The file as a source.

    Raises:
        HitcastError: The file cannot be read or has no header.
    """
    name, kind = name_of(path), kind_of(path) or ""
    with clear_failures(path, mapping):
        status = path.stat()
    if kind in ("parquet", "json") and has_layout(mapping):
        keys = "header, skip, comment, record_type or fill_down"
        what = f"is {kind.capitalize()}, which has no lines that {keys} could mean"
        raise HitcastError(what, name, "Give such files an entry of their own in another mapping")
    if kind == "json":
        headers, types = json_columns(path, mapping)
        return _source(path, name, kind, headers, types, mapping, captured(mapping, path, list), status)
    if kind == "parquet":
        try:
            query = fill("describe from {files}", files=PARQUET)
            described = connection.execute(query, {"paths": escape_glob(path)}).fetchall()
        except duckdb.Error as error:
            message = shown(_first_line(error))
            raise HitcastError(f"is no readable Parquet file ({message})", name, "Ask for it again") from None
        headers, types = (tuple(row[i] for row in described) for i in range(2))
        return _source(path, name, kind, headers, types, mapping, captured(mapping, path, list), status)
    if kind == "csv":
        mapping, headers, found = csv_headers(path, mapping)
    else:
        headers = sheet_headers(path, mapping)
        found = captured(mapping, path, lambda: sheet_above(path, mapping))
    if kind == "workbook" and not headers:
        raise HitcastError("is empty: no sheet has a value", name, "Ask for it again, or leave it out")
    if not any(headers):
        raise HitcastError("has no header in its first line", name, "Put the column names there")
    types = ("VARCHAR",) * len(headers)
    return _source(path, name, kind, headers, types, mapping, found, status)


def _source(
    path: Path,
    name: str,
    kind: str,
    headers: tuple[str, ...],
    types: tuple[str, ...],
    mapping: TableMapping,
    found: dict[str, str],
    status: os.stat_result,
) -> Source:
    mapping, headers, types, wide = widened(mapping, headers, types, name)
    return Source(path, name, kind, headers, types, mapping, status.st_size, status.st_mtime_ns, wide, found)


def check_unchanged(source: Source) -> None:
    """Refuses a file that is no longer the one that was opened: what was read of it may be half of it.

    Raises:
        HitcastError: It is gone, or was written to since.
    """
    try:
        status = source.path.stat()
    except FileNotFoundError:
        raise HitcastError("vanished while it was read", source.name, "Deliver it again once it is there") from None
    if (status.st_size, status.st_mtime_ns) != (source.size, source.changed_at):
        raise HitcastError("changed while it was read", source.name, "Deliver it again once it is complete")


def prepare(source: Source, work_dir: Path, number: int) -> Path:
    """A file that DuckDB reads in parallel: plain UTF-8 CSV, or Parquet.

    A compressed file is unpacked here, since only so is its checksum verified: DuckDB takes a truncated one for whole.

    Args:
        source: The vendor's file.
        work_dir: Folder for temporary files.
        number: Number of the file, which names the temporary one.

    Returns:
        The file itself, or a temporary file with the same rows.

    Raises:
        HitcastError: The file is broken or not in its encoding.
    """
    if source.kind == "parquet":
        return source.path
    if source.kind == "workbook":
        target = work_dir / f"{number}.parquet"
        source.skipped[0] = write_sheet(source.path, source.mapping, len(source.own_headers), target)
        return target
    if source.kind == "json":
        plain, target = source.path, work_dir / f"{number}.parquet"
        if is_gzip(plain):
            plain = work_dir / f"{number}.json"
            copy_plain(source.path, source.mapping, plain)
        write_objects(plain, target)
        if plain != source.path:
            plain.unlink()
        return target
    if has_layout(source.mapping):
        target = work_dir / f"{number}.csv"
        with clear_failures(source.path, source.mapping), open_text(source.path, source.mapping) as text:
            source.skipped[0] = write_rows(text, source.mapping, source.own_headers, source.name, target)
        return target
    if is_utf_8(source.mapping) and not is_gzip(source.path):
        return source.path
    target = work_dir / f"{number}.csv"
    copy_plain(source.path, source.mapping, target)
    return target


def is_tame(source: Source, prepared: Path) -> bool:
    """Whether a prepared file is CSV and holds none of the bytes `WILD`, its byte order mark left out."""
    if source.kind != "csv":
        return False
    with prepared.open("rb") as file:
        if file.read(len(UTF_8_MARK)) != UTF_8_MARK:
            file.seek(0)
        while chunk := file.read(CHUNK):
            if len(chunk.translate(None, WILD)) < len(chunk):
                return False
    return True


def relation(source: Source) -> Sql:
    """SQL of the rows of prepared files of this shape, as c0, c1, ...; parameters $paths, $delimiter, $names."""
    return cells_as_rows(lines_of(source), source.wide) if source.wide else lines_of(source)


def lines_of(source: Source) -> Sql:
    """SQL of the lines of prepared files of this shape, as c0, c1, ...; parameters $paths, $delimiter."""
    headers = source.own_headers
    if source.kind != "csv":
        names = headers if source.kind == "parquet" else [f"c{i}" for i in range(len(headers))]
        columns = joined(Sql(f"{quoted(name)} as c{i}") for i, name in enumerate(names))
        return fill("(select {columns}, file_index from {files})", columns=columns, files=PARQUET)
    columns = joined(Sql(f"'c{i}': 'VARCHAR'") for i in range(len(headers)))
    return fill_file(__file__, "delivered_csv", columns=Sql(f"{{{columns}}}"))


def line_parameters(source: Source, prepared: Sequence[Path]) -> dict[str, object]:
    """Parameters of `lines_of`."""
    paths: dict[str, object] = {"paths": [escape_glob(path) for path in prepared]}
    return paths | ({"delimiter": source.mapping.delimiter} if source.kind == "csv" else {})


def row_parameters(batch: Sequence[Source], prepared: Sequence[Path]) -> dict[str, object]:
    """Parameters of `relation`, and `captured_<column>`: a value by file."""
    shape, captured_columns = batch[0], batch[0].mapping.captures
    values = {f"captured_{column}": [source.captured[column] for source in batch] for column in captured_columns}
    names = {"names": list(shape.wide.names)} if shape.wide else {}
    return line_parameters(shape, prepared) | values | names


def first_lines(path: Path, mapping: TableMapping) -> list[tuple[str, ...]]:
    """The first few lines of a file whose header is not where it should be, split as headers are.

    Args:
        path: A text file or workbook; of any other nothing is shown.
        mapping: How to read it.
    """
    if kind_of(path) == "workbook":
        rows: Iterable[Sequence[str]] = sheet_rows(path, mapping, FIRST_LINES)
    elif kind_of(path) == "csv":
        rows = first_text_lines(path, mapping, FIRST_LINES)
    else:
        return []
    return [tuple(plain_header(field.strip().strip('"')) for field in row) for row in rows]


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0]
