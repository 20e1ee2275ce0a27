"""What a vendor's file looks like before anybody has said how to read it: encoding, delimiter, header, sample rows."""

import codecs
import csv
import gzip
import io
import itertools
import zlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import duckdb

from hitcast.core.errors import HitcastError
from hitcast.core.sql import fill
from hitcast.ingest.finding import kind_of, shown
from hitcast.ingest.layout import with_sep_line
from hitcast.ingest.mapping import TableMapping
from hitcast.ingest.propose.lines import Layout, Line, lay_out
from hitcast.ingest.propose.outside import unpivoted, wide_columns, without_period
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
        headers: Its headers, stripped; a period in one is a star. Of one column a day, two empty ones: the days and
            their values.
        rows: Its first rows, as text, all as wide as the headers; empty for no value.
        encoding: Encoding of a CSV file.
        delimiter: Delimiter of a CSV file.
        sheet: Sheet of a workbook that has several filled ones; else empty.
        layout: Where its header and its rows are.
        unpivot: Regular expression for the headers that are days; empty where none are.
    """

    path: Path
    kind: str
    headers: tuple[str, ...]
    rows: list[list[str]]
    encoding: str = "utf-8"
    delimiter: str = ","
    sheet: str = ""
    layout: Layout = field(default_factory=Layout)
    unpivot: str = ""

    @property
    def shape(self) -> tuple[object, ...]:
        """What files of one kind have in common."""
        return (self.headers, self.unpivot, self.kind, self.encoding, self.delimiter, self.sheet,
                self.layout.header, self.layout.record_type)  # fmt: skip


def sample(path: Path, connection: duckdb.DuckDBPyConnection) -> list[Sample]:
    """The beginning of a file, a sample for each filled sheet.

    Raises:
        HitcastError: The file cannot be read, or is empty.
    """
    kind = kind_of(path) or ""
    if kind == "xlsx":
        return [_unpivoted(one, connection) for one in _sheets(path)]
    if kind == "parquet":
        try:
            query = fill("select columns(*)::varchar from {files} limit $most", files=PARQUET)
            found = connection.execute(query, {"paths": escape_glob(path), "most": SAMPLE_ROWS})
        except duckdb.Error as error:
            what = f"is no readable Parquet file ({shown(str(error).splitlines()[0])})"
            raise HitcastError(what, shown(str(path)), "Ask for it again") from None
        headers = tuple(column[0] for column in found.description or ())
        rows = [[plain(value or "") for value in row] for row in found.fetchall()]
        return [Sample(path, kind, headers, rows)]
    encoding = _encoding(_start(path))
    text = _start(path).decode(encoding, errors="ignore").lstrip("\ufeff")
    told = with_sep_line(TableMapping(table="", delimiter=""), text.partition("\n")[0])
    delimiter = told.delimiter or _delimiter(text)
    decoding = "utf-8-sig" if encoding == "utf-8" else encoding
    try:
        with (
            gzip.open(path, "rb") if path.name.lower().endswith(".gz") else path.open("rb") as opened,
            io.TextIOWrapper(opened, encoding=decoding, newline="", errors="replace") as read,
        ):
            reader = csv.reader(read, delimiter=delimiter)
            lines = [Line(reader.line_num, cells) for cells in itertools.islice(reader, SAMPLE_ROWS)]
    except (csv.Error, EOFError, OSError, zlib.error) as error:
        raise HitcastError(f"cannot be read ({shown(str(error))})", shown(str(path)), "Ask for it again") from None
    if told.delimiter:
        lines = [Line(line.number - 1, line.cells) for line in lines[1:]]
    return [_unpivoted(_laid_out(Sample(path, kind, (), [], encoding, delimiter), lines), connection)]


def plain(text: str) -> str:
    """A text without what nobody sees, trimmed."""
    if text.isascii():
        return text.strip()
    return "".join(" " if mark in "\u00a0\u202f" else "" if mark in UNSEEN else mark for mark in text).strip()


def _sheets(path: Path) -> list[Sample]:
    names = filled_sheets(path)
    samples = []
    for name in names:
        cells = sheet_rows(path, TableMapping(table="", sheet=name), SAMPLE_ROWS)
        lines = [Line(number, row) for number, row in enumerate(cells, 1)]
        samples.append(_laid_out(Sample(path, "xlsx", (), [], sheet=name if len(names) > 1 else ""), lines))
    return samples


def _laid_out(one: Sample, lines: Sequence[Line]) -> Sample:
    """With the header and the rows below it that have as many fields."""
    lines = [Line(line.number, [plain(cell) for cell in line.cells]) for line in lines]
    if not any(line.filled for line in lines):
        raise HitcastError("is empty", shown(str(one.path)), "Ask for it again, or leave it out")
    headers, rows, layout = lay_out(lines, one.delimiter)
    wide = [line.cells[: len(headers)] for line in rows if len(line.cells) >= len(headers)]
    return replace(one, headers=without_period(headers), rows=wide, layout=layout)


def _unpivoted(one: Sample, connection: duckdb.DuckDBPyConnection) -> Sample:
    pattern, said = wide_columns(one.headers, connection)
    if not pattern:
        return one
    others = tuple(header for i, header in enumerate(one.headers) if i not in said)
    return replace(one, headers=(*others, "", ""), rows=unpivoted(one.rows, said, len(one.headers)), unpivot=pattern)


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
