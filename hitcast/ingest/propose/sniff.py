"""What a vendor's file looks like before anybody has said how to read it: encoding, delimiter, header, sample rows."""

import codecs
import csv
import gzip
import io
import itertools
import zlib
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import duckdb

from hitcast.core.errors import HitcastError
from hitcast.core.sql import fill
from hitcast.ingest.finding import kind_of, shown
from hitcast.ingest.mapping import TableMapping
from hitcast.ingest.readers import PARQUET, UNSEEN, escape_glob
from hitcast.ingest.xlsx import filled_sheets, sheet_rows

SAMPLE_ROWS = 20_000
SNIFFED_BYTES = 1 << 20
SNIFFED_LINES = 200
DELIMITERS = ",;\t|"
CYRILLIC = ("cp1251", "koi8-r", "cp866")
# Every other letter of Russian text is one of these.
FREQUENT = frozenset("оеаинтсрвл")


@dataclass(frozen=True)
class Sample:
    """The beginning of a file, or of one sheet of it.

    Attributes:
        path: The file.
        kind: csv, parquet or xlsx.
        headers: Its headers, stripped.
        rows: Its first rows, as text, all as wide as the header; empty for no value.
        encoding: Encoding of a CSV file.
        delimiter: Delimiter of a CSV file.
        sheet: Sheet of a workbook that has several filled ones; else empty.
    """

    path: Path
    kind: str
    headers: tuple[str, ...]
    rows: list[list[str]]
    encoding: str = "utf-8"
    delimiter: str = ","
    sheet: str = ""


def sample(path: Path, connection: duckdb.DuckDBPyConnection) -> list[Sample]:
    """The beginning of a file, a sample for each filled sheet.

    Raises:
        HitcastError: The file cannot be read, or is empty.
    """
    kind = kind_of(path) or ""
    if kind == "xlsx":
        return _sheets(path)
    if kind == "parquet":
        try:
            query = fill("select columns(*)::varchar from {files} limit $most", files=PARQUET)
            found = connection.execute(query, {"paths": escape_glob(path), "most": SAMPLE_ROWS})
        except duckdb.Error as error:
            what = f"is no readable Parquet file ({shown(str(error).splitlines()[0])})"
            raise HitcastError(what, shown(str(path)), "Ask for it again") from None
        headers = tuple(column[0] for column in found.description or ())
        return [Sample(path, kind, headers, [[plain(value or "") for value in row] for row in found.fetchall()])]
    encoding = _encoding(_start(path))
    text = _start(path).decode(encoding, errors="ignore")
    delimiter = _delimiter(text)
    decoding = "utf-8-sig" if encoding == "utf-8" else encoding
    try:
        with (
            gzip.open(path, "rb") if path.name.lower().endswith(".gz") else path.open("rb") as opened,
            io.TextIOWrapper(opened, encoding=decoding, newline="", errors="replace") as lines,
        ):
            grid = list(itertools.islice(csv.reader(lines, delimiter=delimiter), SAMPLE_ROWS))
    except (csv.Error, EOFError, OSError, zlib.error) as error:
        raise HitcastError(f"cannot be read ({shown(str(error))})", shown(str(path)), "Ask for it again") from None
    headers, rows = _table(grid)
    return [Sample(path, kind, headers, rows, encoding, delimiter)]


def plain(text: str) -> str:
    """A text without what nobody sees, trimmed."""
    if text.isascii():
        return text.strip()
    return "".join(" " if mark in "\u00a0\u202f" else "" if mark in UNSEEN else mark for mark in text).strip()


def _sheets(path: Path) -> list[Sample]:
    names = filled_sheets(path)
    samples = []
    for name in names:
        headers, rows = _table(sheet_rows(path, TableMapping(table="", sheet=name), SAMPLE_ROWS))
        samples.append(Sample(path, "xlsx", headers, rows, sheet=name if len(names) > 1 else ""))
    return samples


def _table(grid: list[list[str]]) -> tuple[tuple[str, ...], list[list[str]]]:
    """Header and the rows below it that have some value and as many fields."""
    headers = tuple(plain(cell) for cell in grid[0]) if grid else ()
    return headers, [
        [plain(cell) for cell in row[: len(headers)]] for row in grid[1:] if len(row) >= len(headers) and any(row)
    ]


def _start(path: Path) -> bytes:
    try:
        with gzip.open(path) if path.name.lower().endswith(".gz") else path.open("rb") as file:
            start = bytes(file.read(SNIFFED_BYTES))
    except (EOFError, OSError, zlib.error) as error:
        raise HitcastError(f"cannot be read ({shown(str(error))})", shown(str(path)), "Ask for it again") from None
    if not start:
        raise HitcastError("is empty", shown(str(path)), "Ask for it again, or leave it out")
    return start


def _encoding(start: bytes) -> str:
    """UTF-16 by its mark or NUL bytes, else UTF-8 if it is that, else the Cyrillic one that reads most like Russian."""
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if b"\0" in start[:1000]:
        return "utf-16-le" if start[1:2] == b"\0" else "utf-16-be"
    try:
        # what is cut off in the middle of a character is no error
        codecs.getincrementaldecoder("utf-8")().decode(start)
    except UnicodeDecodeError:
        return max(CYRILLIC, key=lambda name: sum(mark in FREQUENT for mark in start.decode(name, errors="replace")))
    return "utf-8"


def _delimiter(text: str) -> str:
    """The mark that splits most lines into one and the same number of fields, as many fields as can be."""
    lines = text.splitlines()[:SNIFFED_LINES]

    def regularity(mark: str) -> tuple[float, int]:
        try:
            widths = Counter(len(row) for row in csv.reader(lines, delimiter=mark) if row)
        except csv.Error:
            return 0.0, 0
        width, count = max(widths.items(), key=lambda item: (item[0] > 1, item[1]), default=(0, 0))
        return (round(count / sum(widths.values()), 1), width) if width > 1 else (0.0, 0)

    return max(DELIMITERS, key=regularity)
