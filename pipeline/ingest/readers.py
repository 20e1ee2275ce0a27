"""Vendor files: finding them, reading their headers, and making them plain enough for DuckDB to read."""

import codecs
import csv
import gzip
import io
import shutil
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import duckdb

from ml.errors import HitcastError
from pipeline.ingest.mapping import TableMapping
from pipeline.ingest.xlsx import sheet_headers, write_sheet

SUFFIXES = {".csv": "csv", ".csv.gz": "csv", ".parquet": "parquet", ".xlsx": "xlsx"}
UTF_8_MARK = codecs.BOM_UTF8
CHUNK = 1 << 20


@dataclass(frozen=True)
class Source:
    """One vendor file.

    Attributes:
        path: The file.
        name: How it is called in messages.
        kind: csv, parquet or xlsx.
        headers: Its headers, stripped.
        types: DuckDB type of each column; VARCHAR where it is read as text.
        mapping: How it feeds a raw table.
    """

    path: Path
    name: str
    kind: str
    headers: tuple[str, ...]
    types: tuple[str, ...]
    mapping: TableMapping


def kind_of(path: Path) -> str | None:
    """csv, parquet or xlsx by the file's suffix; None for any other file."""
    return next((kind for suffix, kind in SUFFIXES.items() if path.name.lower().endswith(suffix)), None)


def find_files(paths: Sequence[Path]) -> tuple[list[Path], list[Path]]:
    """Readable and other files among paths, folders walked whole.

    Args:
        paths: Files and folders.

    Returns:
        Files to read and files left alone, each sorted by path and named once.

    Raises:
        HitcastError: A path is missing, a named file is of no readable kind, or nothing is readable.
    """
    kinds = ", ".join(SUFFIXES)
    readable: dict[Path, Path] = {}
    ignored: dict[Path, Path] = {}
    for path in paths:
        if path.is_dir():
            found = [file for file in path.rglob("*") if file.is_file()]
            if not any(kind_of(file) for file in found):
                raise HitcastError("no readable file in this folder", str(path), f"Readable are: {kinds}")
        elif not path.exists():
            raise HitcastError("no such file or folder", str(path))
        elif kind_of(path) is None:
            raise HitcastError("cannot be read", str(path), f"Readable are: {kinds}")
        else:
            found = [path]
        for file in found:
            (readable if kind_of(file) else ignored).setdefault(file.resolve(), file)
    return sorted(readable.values()), sorted(ignored.values())


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
    name, kind = str(path), kind_of(path) or ""
    if kind == "parquet":
        try:
            described = connection.execute("describe select * from read_parquet(?)", [escape_glob(path)]).fetchall()
        except duckdb.Error as error:
            raise HitcastError("is no readable Parquet file", name, _first_line(error)) from None
        return Source(path, name, kind, tuple(row[0] for row in described), tuple(row[1] for row in described), mapping)
    headers = sheet_headers(path, mapping) if kind == "xlsx" else _csv_headers(path, mapping)
    if not any(headers):
        raise HitcastError("has no header in its first line", name, "Put the column names there")
    return Source(path, name, kind, headers, ("VARCHAR",) * len(headers), mapping)


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
        write_sheet(source.path, source.mapping, len(source.headers), target)
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


def relation(source: Source) -> str:
    """SQL that reads prepared files of this shape, columns renamed to c0, c1, ...; parameters $paths, $delimiter."""
    if source.kind != "csv":
        names = source.headers if source.kind == "parquet" else [f"c{i}" for i in range(len(source.headers))]
        columns = ", ".join(f"{quoted(name)} as c{i}" for i, name in enumerate(names))
        return f"(select {columns}, file_index from read_parquet($paths, hive_partitioning = false))"
    columns = ", ".join(f"'c{i}': 'VARCHAR'" for i in range(len(source.headers)))
    return f"""read_csv(
        $paths, auto_detect = false, header = true, delim = $delimiter, quote = '"', escape = '"',
        columns = {{{columns}}}, nullstr = '', strict_mode = true, compression = 'none', hive_partitioning = false,
        store_rejects = true, rejects_limit = 0
    )"""


def quoted(identifier: str) -> str:
    """An identifier as SQL, in double quotes."""
    return '"' + identifier.replace('"', '""') + '"'


def escape_glob(path: Path) -> str:
    """A path that DuckDB takes literally, brackets and stars included."""
    return "".join(f"[{character}]" if character in "*?[" else character for character in str(path))


def record_lines(prepared: Path, delimiter: str) -> Iterator[tuple[int, bool]]:
    """First line of every record of a prepared CSV file, its header left out, and whether the record is blank.

    Exact where a value spans lines, at the price of a second pass: for reports of rejected rows only.
    """
    with prepared.open(encoding="utf-8-sig", newline="") as text:
        reader = csv.reader(text, delimiter=delimiter)
        next(reader)
        end = reader.line_num
        for record in reader:
            yield end + 1, not record
            end = reader.line_num


def count_lines(prepared: Path) -> int:
    """Lines of a prepared CSV file, its header included, a last one without an end counted too."""
    feeds, returns, last = 0, 0, b""
    with prepared.open("rb") as file:
        while chunk := file.read(CHUNK):
            feeds, last = feeds + chunk.count(b"\n"), chunk[-1:]
            # lines end in bare returns in a file without a single feed
            returns += 0 if feeds else chunk.count(b"\r")
    return (feeds or returns) + (last not in (b"\n", b"\r", b""))


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
        raise HitcastError("is a broken or incomplete gzip file", str(path), "Ask for it again") from None
    except OSError as error:
        raise HitcastError(f"cannot be read ({error.strerror or error})", str(path)) from None


def encoding_error(path: Path, mapping: TableMapping) -> HitcastError:
    """The refusal of a file that is not in its encoding."""
    with _binary(path) as file:
        likely = "utf-16" if file.read(2) in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE) else "cp1251"
    if mapping.encoding == likely:
        return HitcastError(f"is not valid {mapping.encoding}", str(path), "Correct `encoding:` in the mapping")
    cure = f"Add `encoding: {likely}` (or what it is) to the mapping"
    return HitcastError(f"is not valid {mapping.encoding}", str(path), cure)


def _csv_headers(path: Path, mapping: TableMapping) -> tuple[str, ...]:
    with _clear_failures(path, mapping):
        with _binary(path) as file:
            start = file.read(len(UTF_8_MARK))
        if not start:
            raise HitcastError("is empty", str(path), "Ask for it again")
        if start == UTF_8_MARK and not _is_utf_8(mapping):
            cure = "Write `encoding: utf-8` in the mapping"
            raise HitcastError(f"is UTF-8 by its first bytes, not {mapping.encoding}", str(path), cure)
        with _text(path, mapping) as text:
            try:
                headers = next(csv.reader(text, delimiter=mapping.delimiter), [])
            except csv.Error as error:
                raise HitcastError(f"has no readable header ({error})", str(path), "Is it a CSV file?") from None
    return tuple(header.strip() for header in headers)


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0]
