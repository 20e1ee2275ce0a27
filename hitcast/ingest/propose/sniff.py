"""What a vendor's file looks like before anybody has said how to read it: encoding, delimiter, header, sample rows."""

import csv
import itertools
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb

from hitcast.core.errors import HitcastError
from hitcast.core.sql import fill
from hitcast.ingest.finding import escape_glob, kind_of, name_of, shown
from hitcast.ingest.layout import with_sep_line
from hitcast.ingest.mapping import TableMapping
from hitcast.ingest.propose.lines import Layout, Line, lay_out
from hitcast.ingest.propose.outside import unpivoted, wide_columns, without_period
from hitcast.ingest.readers import PARQUET, open_source, prepare
from hitcast.ingest.texts import clear_failures, has_tabs, likely_encoding, open_binary, open_text, plain_header
from hitcast.ingest.xlsx import filled_sheets, sheet_rows

SAMPLE_ROWS = 20_000
SNIFFED_BYTES = 1 << 20
SNIFFED_LINES = 200
DELIMITERS = ",;\t|"


@dataclass(frozen=True)
class Sample:
    """The beginning of a file, or of one sheet of it.

    Attributes:
        path: The file.
        kind: csv, json, parquet or workbook.
        headers: Its headers, stripped; a period in one is a star. Of one column a day, two empty ones: the days and
            their values.
        rows: Its first rows, as text, all as wide as the headers; empty for no value.
        encoding: Encoding of a CSV file.
        delimiter: Delimiter of a CSV file.
        sheet: Sheet of a workbook that has several filled ones; else empty.
        is_hidden: Whether that is a hidden sheet.
        alike: Other sheets of the same columns.
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
    is_hidden: bool = False
    alike: tuple[str, ...] = ()
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
    if kind == "workbook":
        found = _sheets(path)
    elif kind == "csv":
        found = [_text(path)]
    else:
        source = open_source(path, TableMapping(table=""), connection)
        query = fill("select columns(*)::varchar from {files} limit $most", files=PARQUET)
        with TemporaryDirectory() as folder:
            files = escape_glob(prepare(source, Path(folder), 0))
            cells = connection.execute(query, {"paths": files, "most": SAMPLE_ROWS}).fetchall()
        found = [Sample(path, kind, source.headers, [[plain_header(value or "") for value in row] for row in cells])]
    return [_unpivoted(one, connection) for one in found]


def _text(path: Path) -> Sample:
    """A text file; what a reader finds by itself (UTF-16 by its mark, tabs by the file's name) needs no saying."""
    start = _start(path)
    mapping = TableMapping(table="", encoding=likely_encoding(start), delimiter="")
    first, _, _ = start.decode(mapping.encoding, errors="ignore").lstrip("\ufeff").partition("\n")
    spelled = with_sep_line(mapping, first).delimiter
    delimiter = spelled or _delimiter(start.decode(mapping.encoding, errors="ignore").lstrip("\ufeff"))
    try:
        with clear_failures(path, mapping), open_text(path, mapping) as text:
            reader = csv.reader(text, delimiter=delimiter)
            lines = [Line(reader.line_num, cells) for cells in itertools.islice(reader, SAMPLE_ROWS)]
    except csv.Error as error:
        raise HitcastError(f"cannot be read ({shown(str(error))})", name_of(path), "Ask for it again") from None
    if spelled:
        lines = [Line(line.number - 1, line.cells) for line in lines[1:]]
    # what a reader knows by itself needs no saying
    encoding = "utf-8" if mapping.encoding.startswith("utf-16") else mapping.encoding
    laid_out = _laid_out(Sample(path, "csv", (), [], encoding, delimiter), lines)
    return replace(laid_out, delimiter=",") if delimiter == "\t" and has_tabs(path, first) else laid_out


def _sheets(path: Path) -> list[Sample]:
    hidden = filled_sheets(path)
    samples = []
    for name, is_hidden in hidden.items():
        cells = sheet_rows(path, TableMapping(table="", sheet=name), SAMPLE_ROWS)
        lines = [Line(number, row) for number, row in enumerate(cells, 1)]
        one = Sample(path, "workbook", (), [], sheet=name if len(hidden) > 1 else "", is_hidden=is_hidden)
        samples.append(_laid_out(one, lines))
    return samples


def _laid_out(one: Sample, lines: Sequence[Line]) -> Sample:
    """With the header and the rows below it that have as many fields."""
    lines = [Line(line.number, [plain_header(cell) for cell in line.cells]) for line in lines]
    if not any(line.filled for line in lines):
        raise HitcastError("is empty", name_of(one.path), "Ask for it again, or leave it out")
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
    with clear_failures(path, TableMapping(table="")), open_binary(path) as file:
        start = file.read(SNIFFED_BYTES)
    if not start:
        raise HitcastError("is empty", name_of(path), "Ask for it again, or leave it out")
    return start


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
