"""Workbooks that would not fit in memory, refused before they are opened: the reader would take the process with it."""

import re
import zipfile
from pathlib import Path

from hitcast.core.errors import HitcastError
from hitcast.ingest.archives import BROKEN
from hitcast.ingest.finding import name_of, shown

MAX_UNPACKED_BYTES = 2 << 30
MAX_CELLS = 30_000_000
"""Of the rectangle around all filled cells of a sheet; the reader holds it whole, some 32 bytes a cell."""
CELL = re.compile(rb'<(?:\w+:)?c [^>]*?\br="([A-Z]{1,3})(\d{1,7})"')
ODS_TAG = re.compile(rb"<table:(table|table-row|table-cell|covered-table-cell)\b(?!-)([^>]*)>")
REPEATED = re.compile(rb'number-(?:columns|rows)-repeated="(\d{1,9})"')
TABLE_NAME = re.compile(rb'table:name="([^"]*)"')
ROW_RECORD, CELL_RECORDS = 0, range(2, 12)
"""Types of the records of an XLSB sheet that give a row's number, and the column of a cell that is filled."""
RECORD_HEAD = 10
"""Bytes of the longest type and length, and of a row's or column's number."""
CHUNK = 1 << 22
OVERLAP = 256


def check_size(path: Path) -> None:
    """Refuses a workbook that is a bomb, or a sheet whose filled cells lie too far apart.

    Args:
        path: An XLSX, XLSB or ODS file; of any other nothing is said here. All cells of an XLS file fit.

    Raises:
        HitcastError: It would not fit in memory.
    """
    name = name_of(path)
    try:
        with zipfile.ZipFile(path) as packed:
            unpacked = sum(entry.file_size for entry in packed.infolist())
            if unpacked > MAX_UNPACKED_BYTES:
                what = f"unpacks to {unpacked / 2**30:,.1f} GB, above the limit of {MAX_UNPACKED_BYTES >> 30} GB"
                raise HitcastError(what, name, "Save it as CSV, or split it")
            for entry in packed.infolist():
                if re.fullmatch(r"xl/worksheets/[^/]+\.xml", entry.filename):
                    _check_sheet(packed, entry, name)
                elif re.fullmatch(r"xl/worksheets/[^/]+\.bin", entry.filename):
                    _check_binary_sheet(packed, entry, name)
                elif entry.filename == "content.xml":
                    _check_tables(packed, entry, name)
    except (*BROKEN, OSError, RuntimeError):
        # the reader says what is wrong with it
        return


def _check_sheet(packed: zipfile.ZipFile, entry: zipfile.ZipInfo, name: str) -> None:
    last_row, last_column, corner, rest = 0, 0, b"", b""
    with packed.open(entry) as file:
        while chunk := file.read(CHUNK):
            text = rest + chunk
            for letters, digits in CELL.findall(text):
                row, column = int(digits), _column(letters)
                if row > last_row or column > last_column:
                    last_row, last_column, corner = max(row, last_row), max(column, last_column), letters + digits
            rest = text[-OVERLAP:]
    _check_extent(last_row, last_column, corner.decode(), entry.filename.rpartition("/")[2], name)


def _check_binary_sheet(packed: zipfile.ZipFile, entry: zipfile.ZipInfo, name: str) -> None:
    """The same for XLSB: records of type, length and data; a first bit in type or length says that a byte follows."""
    row = last_row = last_column = 0
    rest, skipped = b"", 0
    with packed.open(entry) as file:
        while chunk := file.read(CHUNK):
            text, place = rest + chunk, skipped
            while place + RECORD_HEAD <= len(text):
                kind, start = text[place], place + 1
                if kind & 0x80:
                    kind, start = kind & 0x7F | text[start] << 7, start + 1
                size, shift = text[start] & 0x7F, 7
                while text[start] & 0x80 and shift <= 21:
                    start += 1
                    size |= (text[start] & 0x7F) << shift
                    shift += 7
                place = start + 1 + size
                if kind == ROW_RECORD:
                    row = 1 + int.from_bytes(text[start + 1 : start + 5], "little")
                elif kind in CELL_RECORDS:
                    last_row = max(last_row, row)
                    last_column = max(last_column, 1 + int.from_bytes(text[start + 1 : start + 5], "little"))
            rest, skipped = text[place:], max(0, place - len(text))
    corner = f"row {last_row}, column {last_column}"
    _check_extent(last_row, last_column, corner, entry.filename.rpartition("/")[2], name)


def _check_tables(packed: zipfile.ZipFile, entry: zipfile.ZipInfo, name: str) -> None:
    """The same for ODS, where a row or a cell may stand for many."""
    row = rows = column = last_row = last_column = 0
    rest, table = b"", ""
    with packed.open(entry) as file:
        while chunk := file.read(CHUNK):
            text = rest + chunk
            end = text.rfind(b"<")
            for tag, attributes in ODS_TAG.findall(text[:end]):
                count = int(found[1]) if (found := REPEATED.search(attributes)) else 1
                if tag == b"table":
                    row = rows = last_row = last_column = 0
                    named = TABLE_NAME.search(attributes)
                    table = named[1].decode(errors="replace") if named else ""
                elif tag == b"table-row":
                    row, rows, column = row + rows, count, 0
                else:
                    column += count
                    if b"value-type=" in attributes or b"table:formula=" in attributes:
                        last_row, last_column = max(last_row, row + rows), max(last_column, column)
                        _check_extent(last_row, last_column, f"row {row + rows}, column {column}", table, name)
            rest = text[max(end, 0) :]


def _check_extent(rows: int, columns: int, corner: str, sheet: str, name: str) -> None:
    if rows * columns > MAX_CELLS:
        what = f"has a filled cell as far out as {corner} in {shown(sheet)}"
        cells = f"{rows:,} rows by {columns:,} columns are above the limit of {MAX_CELLS:,} cells"
        raise HitcastError(f"{what}: {cells}", name, "Clear that cell if it is stray, or save the sheet as CSV")


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number
