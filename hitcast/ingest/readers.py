"""Vendor files: reading their headers, and making them plain enough for DuckDB to read."""

import codecs
import csv
import errno
import gzip
import io
import os
import shutil
import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from itertools import chain
from pathlib import Path
from typing import IO

import duckdb

from hitcast.core.errors import HitcastError
from hitcast.core.sql import Sql, fill, fill_file, joined, quoted
from hitcast.ingest.captured import with_captures
from hitcast.ingest.finding import kind_of, shown
from hitcast.ingest.layout import has_layout, header_of, with_sep_line, write_rows
from hitcast.ingest.mapping import TableMapping
from hitcast.ingest.wide import Wide, cells_as_rows, widened
from hitcast.ingest.xlsx import sheet_above, sheet_headers, sheet_rows, write_sheet

UTF_8_MARK = codecs.BOM_UTF8
CHUNK = 1 << 20
# Older writers mark no column of bytes as text.
PARQUET = Sql("read_parquet($paths, hive_partitioning = false, binary_as_string = true)")
# Byte order marks, zero-width characters and soft hyphens: a header looks the same without them.
UNSEEN = "\ufeff\u200b\u200c\u200d\u2060\u200e\u200f\u00ad"
SIGNATURES = ((b"PK\x03\x04", "an XLSX or other zip file"), (b"\x1f\x8b", "a gzip file"), (b"PAR1", "a Parquet file"))
FIRST_LINES = 20
# Bytes that few files hold: control characters, and those that begin blanks and unseen characters beyond ASCII.
WILD = bytes({*range(32), 127, 0xC2, 0xE2, 0xE3, 0xEF} - {10, 13})
MAX_HEADER = 1 << 16


@dataclass(frozen=True)
class Source:
    """One vendor file.

    Attributes:
        path: The file.
        name: How it is called in messages.
        kind: csv, parquet or xlsx.
        headers: Its headers, stripped, as its rows have them.
        types: DuckDB type of each of these; VARCHAR where it is read as text.
        mapping: How it feeds a raw table.
        size: Its bytes.
        changed_at: When it was last written to, in nanoseconds.
        wide: How columns become rows; None where each line is one.
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
    skipped: list[int] = field(default_factory=lambda: [0], compare=False)

    @property
    def own_headers(self) -> tuple[str, ...]:
        """Headers of the file itself."""
        return self.wide.headers if self.wide else self.headers


def open_source(path: Path, mapping: TableMapping, connection: duckdb.DuckDBPyConnection) -> Source:
    """Reads a file's headers.

    Args:
        path: CSV, CSV.gz, Parquet or XLSX file.
        mapping: How to read it.
        connection: DuckDB connection, used for Parquet.

    Returns:
        The file as a source.

    Raises:
        HitcastError: The file cannot be read or has no header.
    """
    name, kind = shown(str(path)), kind_of(path) or ""
    with _clear_failures(path, mapping):
        status = path.stat()
    if kind == "parquet":
        try:
            query = fill("describe from {files}", files=PARQUET)
            described = connection.execute(query, {"paths": escape_glob(path)}).fetchall()
        except duckdb.Error as error:
            message = shown(_first_line(error))
            raise HitcastError(f"is no readable Parquet file ({message})", name, "Ask for it again") from None
        headers, types = (tuple(row[i] for row in described) for i in range(2))
        mapping = with_captures(mapping, path, list)
        return _source(path, name, kind, headers, types, mapping, status)
    if kind == "csv":
        mapping, headers = _csv_headers(path, mapping)
    else:
        headers = sheet_headers(path, mapping)
        mapping = with_captures(mapping, path, lambda: sheet_above(path, mapping))
    if not any(headers):
        raise HitcastError("has no header in its first line", name, "Put the column names there")
    types = ("VARCHAR",) * len(headers)
    return _source(path, name, kind, headers, types, mapping, status)


def _source(
    path: Path,
    name: str,
    kind: str,
    headers: tuple[str, ...],
    types: tuple[str, ...],
    mapping: TableMapping,
    status: os.stat_result,
) -> Source:
    mapping, headers, types, wide = widened(mapping, headers, types, name)
    return Source(path, name, kind, headers, types, mapping, status.st_size, status.st_mtime_ns, wide)


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
    if source.kind == "xlsx":
        target = work_dir / f"{number}.parquet"
        source.skipped[0] = write_sheet(source.path, source.mapping, len(source.own_headers), target)
        return target
    if has_layout(source.mapping):
        target = work_dir / f"{number}.csv"
        with _clear_failures(source.path, source.mapping), _text(source.path, source.mapping) as text:
            source.skipped[0] = write_rows(text, source.mapping, source.own_headers, source.name, target)
        return target
    if _is_utf_8(source.mapping) and not _is_gzip(source.path):
        return source.path
    target = work_dir / f"{number}.csv"
    with _clear_failures(source.path, source.mapping), target.open("wb") as plain:
        if _is_utf_8(source.mapping):
            with _binary(source.path) as packed:
                shutil.copyfileobj(packed, plain, CHUNK)
        else:
            with _text(source.path, source.mapping) as text:
                while chunk := text.read(CHUNK):
                    plain.write(chunk.encode("utf-8"))
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


def escape_glob(path: Path) -> str:
    """A path that DuckDB takes literally, brackets and stars included."""
    return "".join(f"[{character}]" if character in "*?[" else character for character in str(path))


def _is_utf_8(mapping: TableMapping) -> bool:
    return codecs.lookup(mapping.encoding).name in ("utf-8", "utf-8-sig", "ascii")


def _is_gzip(path: Path) -> bool:
    return path.name.lower().endswith(".gz")


def _binary(path: Path) -> IO[bytes]:
    return gzip.open(path, "rb") if _is_gzip(path) else path.open("rb")  # type: ignore[return-value]


def _text(path: Path, mapping: TableMapping) -> IO[str]:
    encoding = "utf-8-sig" if _is_utf_8(mapping) else mapping.encoding
    return io.TextIOWrapper(_binary(path), encoding=encoding, newline="")


@contextmanager
def _clear_failures(path: Path, mapping: TableMapping) -> Iterator[None]:
    """Turns what can go wrong in reading a file into one clear line."""
    try:
        yield
    except UnicodeDecodeError:
        raise encoding_error(path, mapping) from None
    except (EOFError, gzip.BadGzipFile, zlib.error):
        raise HitcastError("is a broken or incomplete gzip file", shown(str(path)), "Ask for it again") from None
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            # not the file that is read, but the unpacked one that is written
            raise
        what, cure = f"cannot be read ({error.strerror or error})", "Give yourself the right to read it, or move it"
        raise HitcastError(what, shown(str(path)), cure) from None


def encoding_error(path: Path, mapping: TableMapping) -> HitcastError:
    """The refusal of a file that is not in its encoding."""
    with _binary(path) as file:
        likely = "utf-16" if file.read(2) in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE) else "cp1251"
    if mapping.encoding == likely:
        return HitcastError(f"is not valid {mapping.encoding}", shown(str(path)), "Correct `encoding:` in the mapping")
    cure = f"Add `encoding: {likely}` (or what it is) to the mapping"
    return HitcastError(f"is not valid {mapping.encoding}", shown(str(path)), cure)


def _csv_headers(path: Path, mapping: TableMapping) -> tuple[TableMapping, tuple[str, ...]]:
    """A CSV file's headers, and its mapping with what the lines above them and the file's name say."""
    name = shown(str(path))
    with _clear_failures(path, mapping):
        with _binary(path) as file:
            start = file.read(4)
        if not start:
            raise HitcastError("is empty", name, "Ask for it again")
        if kind := next((kind for mark, kind in SIGNATURES if start.startswith(mark)), None):
            layer = "gzip within gzip" if _is_gzip(path) and kind == "a gzip file" else f"{kind} by its first bytes"
            raise HitcastError(f"is {layer}, not CSV", name, "Unpack it, or give it the ending of what it is")
        if start.startswith(UTF_8_MARK) and not _is_utf_8(mapping):
            cure = "Write `encoding: utf-8` in the mapping"
            raise HitcastError(f"is UTF-8 by its first bytes, not {mapping.encoding}", name, cure)
        with _text(path, mapping) as text:
            first = text.readline(MAX_HEADER)
            if path.name.lower().endswith((".tsv", ".tsv.gz")) and mapping.delimiter == ",":
                # a TSV file with commas between its fields is not one
                mapping = replace(mapping, delimiter="\t")
            mapping = with_sep_line(mapping, first)
            above: list[str] = []
            lines: Iterator[str] = chain([first], text)
            if has_layout(mapping):
                above, header = header_of(lines, mapping, name)
                lines = chain([header], text)
            mapping = with_captures(mapping, path, lambda: above)
            try:
                headers = next(csv.reader(lines, delimiter=mapping.delimiter), [])
            except csv.Error as error:
                raise HitcastError(f"has no readable header ({error})", name, "Is it a CSV file?") from None
    if any("\0" in header for header in headers):
        cure = "Add `encoding: utf-16-le` (or what it is) to the mapping"
        raise HitcastError(f"has NUL bytes in its header, so it is not {mapping.encoding}", name, cure)
    return mapping, tuple(_plain_header(header) for header in headers)


def first_lines(path: Path, mapping: TableMapping) -> list[tuple[str, ...]]:
    """The first few lines of a file whose header is not where it should be, split as headers are.

    Args:
        path: A CSV, CSV.gz or XLSX file; of any other nothing is shown.
        mapping: How to read it.
    """
    if kind_of(path) == "xlsx":
        rows: Iterable[Sequence[str]] = sheet_rows(path, mapping, FIRST_LINES)
    elif kind_of(path) == "csv":
        with _clear_failures(path, mapping), _text(path, mapping) as text:
            lines = [text.readline(MAX_HEADER) for _ in range(FIRST_LINES)]
        rows = (line.strip("\r\n").split(mapping.delimiter) for line in lines)
    else:
        return []
    return [tuple(_plain_header(field.strip().strip('"')) for field in row) for row in rows]


def _plain_header(text: str) -> str:
    """A header without what nobody sees."""
    return "".join(" " if mark in "\u00a0\u202f" else "" if mark in UNSEEN else mark for mark in text).strip()


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0]
