"""Sheets of workbooks (XLSX, XLSB, XLS, ODS), as the text that the vendor's CSV export would hold."""

from contextlib import suppress
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hitcast.core.errors import HitcastError
from hitcast.ingest.finding import ALIKE, name_of, shown
from hitcast.ingest.layout import filler, has_layout, header_of, row_test
from hitcast.ingest.mapping import TableMapping
from hitcast.ingest.workbooks import check_size

if TYPE_CHECKING:
    from python_calamine import CalamineWorkbook

Rows = list[list[Any]]
# A cell holds fifteen digits of a number; of a longer one the rest is lost, and it must not look like a code.
MAX_EXACT = 1e15
OLE = b"\xd0\xcf\x11\xe0"
ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
"""Name of what an XLSX file with a password holds, in a file of the old kind."""
MAX_DIRECTORY = 16 << 20
MAX_LOOKED_AT = 100
"""Rows of a sheet by which it is known whether it has some value, and whose headers."""


def filled_sheets(path: Path) -> dict[str, bool]:
    """Whether each sheet that has some value is hidden, by its name.

    Raises:
        HitcastError: The file cannot be read.
    """
    return {name: is_hidden for name, (is_hidden, _) in _first_rows(path).items()}


def other_sheets(path: Path, mapping: TableMapping, headers: tuple[str, ...]) -> list[str]:
    """The filled sheets of a workbook that are not read, with `ALIKE` behind those that have the headers of the one.

    Args:
        path: A workbook of which one sheet can be read.
        mapping: Names that sheet, unless it is the only one to read.
        headers: Of that sheet.
    """
    sheets = _first_rows(path)
    seen = [name for name, (is_hidden, _) in sheets.items() if not is_hidden] or list(sheets)
    own = mapping.sheet or seen[0]
    found = []
    for name, (is_hidden, rows) in sheets.items():
        if name != own:
            texts = [tuple(_cell_text(cell, mapping) for cell in row[: len(headers)]) for row in rows]
            alike = ALIKE if headers in texts else ""
            found.append(f"sheet {name}{' (hidden)' if is_hidden else ''}{alike}")
    return found


def _first_rows(path: Path) -> dict[str, tuple[bool, Rows]]:
    """Whether each sheet that has some value is hidden, and its first rows, by its name."""
    import python_calamine

    try:
        workbook = python_calamine.load_workbook(path)
        sheets = {name: workbook.get_sheet_by_name(name).to_python(nrows=MAX_LOOKED_AT) for name in _names(workbook)}
    except (python_calamine.CalamineError, OSError) as error:
        raise _unreadable(path, str(error)) from None
    seen = _visible(workbook)
    return {name: (name not in seen, rows) for name, rows in sheets.items() if any(_has_value(row) for row in rows)}


def sheet_headers(path: Path, mapping: TableMapping) -> tuple[str, ...]:
    """Headers of the sheet; none if the sheet is empty.

    Raises:
        HitcastError: The file cannot be read, it is unclear which sheet is meant, or the header's line is not there.
    """
    rows = _sheet(path, mapping)
    return tuple(_cell_text(cell, mapping) for cell in rows[_header_place(rows, path, mapping)]) if rows else ()


def sheet_above(path: Path, mapping: TableMapping) -> list[str]:
    """Lines above the header, cells joined by the delimiter."""
    rows = _sheet(path, mapping)
    return [_line(row, mapping) for row in rows[: _header_place(rows, path, mapping)]]


def sheet_rows(path: Path, mapping: TableMapping, most: int) -> list[list[str]]:
    """The first `most` rows of the sheet, as text."""
    return [[_cell_text(cell, mapping) for cell in row] for row in _sheet(path, mapping)[:most]]


def sheet_lines(path: Path, mapping: TableMapping) -> list[int]:
    """Row number of every row below the header that has some value and is not left out."""
    return [line for line, _ in _rows(path, mapping)[0]]


def write_sheet(path: Path, mapping: TableMapping, width: int, target: Path) -> int:
    """Writes the rows below the header that have some value as Parquet, all text, columns c0, c1, ...

    Args:
        path: The workbook.
        mapping: How its vendor writes numbers and dates, and what is left out.
        width: Number of columns.
        target: Parquet file to write.

    Returns:
        Rows left out.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    rows, skipped = _rows(path, mapping)
    columns = [pa.array([cells[i] or None for _, cells in rows], pa.string()) for i in range(width)]
    pq.write_table(pa.table(columns, names=[f"c{i}" for i in range(width)]), target)
    return skipped


def _rows(path: Path, mapping: TableMapping) -> tuple[list[tuple[int, list[str]]], int]:
    """Number and cells of every row, and how many were left out."""
    rows = _sheet(path, mapping)
    start = _header_place(rows, path, mapping) if rows else 0
    texts = [
        (line, [_cell_text(cell, mapping) for cell in row])
        for line, row in enumerate(rows, 1)
        if line > start + 1 and _has_value(row)
    ]
    if not has_layout(mapping):
        return texts, 0
    headers = [_cell_text(cell, mapping) for cell in rows[start]]
    is_row, filled = row_test(mapping, headers, name_of(path)), filler(mapping, headers)
    kept = [(line, filled(cells)) for line, cells in texts if is_row(mapping.delimiter.join(cells), cells)]
    return kept, len(texts) - len(kept)


def _header_place(rows: list[list[Any]], path: Path, mapping: TableMapping) -> int:
    """Rows above the header."""
    if not has_layout(mapping):
        return 0
    return len(header_of((_line(row, mapping) for row in rows), mapping, name_of(path))[0])


def _line(row: list[Any], mapping: TableMapping) -> str:
    return mapping.delimiter.join(_cell_text(cell, mapping) for cell in row)


def _sheet(path: Path, mapping: TableMapping) -> Rows:
    """Rows of the one sheet that has data, from row 1."""
    try:
        status = path.stat()
    except OSError as error:
        raise _unreadable(path, str(error)) from None
    return parsed(path, mapping.sheet, (status.st_size, status.st_mtime_ns))


@lru_cache(maxsize=1)
def parsed(path: Path, sheet: str, stamp: tuple[int, int]) -> Rows:
    """Rows of a sheet, kept until another is parsed: to parse it is most of the work.

    Args:
        path: The workbook.
        sheet: Name of the sheet; empty for the one that has data.
        stamp: Size and time of the file, by which one that was written to is another.

    Raises:
        HitcastError: It cannot be read, or it is unclear which sheet is meant.
    """
    import python_calamine

    name = name_of(path)
    check_size(path)
    try:
        workbook = python_calamine.load_workbook(path)
        names = _names(workbook)
        if sheet and sheet not in names:
            raise HitcastError(f"has no sheet {sheet}", name, f"Its sheets are: {shown(', '.join(names))}")
        seen = _visible(workbook)
        names = [sheet] if sheet else names
        sheets = {name: workbook.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in names}
    except (python_calamine.CalamineError, OSError) as error:
        raise _unreadable(path, str(error)) from None
    filled = {name: rows for name, rows in sheets.items() if any(_has_value(row) for row in rows)}
    shown_first = [next(filter(_has_value, rows)) for name, rows in filled.items() if name in seen]
    if shown_first:
        # a hidden sheet of parameters is not meant, one of more rows of the same columns may be
        filled = {
            name: rows for name, rows in filled.items() if name in seen or next(filter(_has_value, rows)) in shown_first
        }
    if len(filled) > 1:
        listed = ", ".join(name if name in seen else f"{name} (hidden)" for name in filled)
        raise HitcastError(f"has several sheets: {shown(listed)}", name, "Name one as `sheet:` in the mapping")
    return next(iter(filled.values()), [])


def _names(workbook: "CalamineWorkbook") -> list[str]:
    """Names of the sheets that have cells: not of charts, macros and dialogs."""
    import python_calamine

    return [data.name for data in workbook.sheets_metadata if data.typ == python_calamine.SheetTypeEnum.WorkSheet]


def _visible(workbook: "CalamineWorkbook") -> set[str]:
    """Names of the sheets that are not hidden."""
    import python_calamine

    visible = python_calamine.SheetVisibleEnum.Visible
    return {data.name for data in workbook.sheets_metadata if data.visible == visible}


def _unreadable(path: Path, message: str) -> HitcastError:
    """The refusal of a file that is no workbook, or a broken one."""
    name, kind, start = name_of(path), path.suffix[1:].upper(), b""
    with suppress(OSError), path.open("rb") as file:
        start = file.read(MAX_DIRECTORY).lstrip()
    if start.startswith(OLE) and (ENCRYPTED in start or kind == "XLS"):
        what = "has a password" if ENCRYPTED in start else "has a password, or is damaged"
        return HitcastError(what, name, "Save it again without a password")
    if start.startswith(OLE):
        cure = "Give it the ending .xls, or save it as XLSX without one"
        return HitcastError("is an old Excel file (XLS), or one with a password", name, cure)
    if start.startswith(b"PK") and kind == "XLS":
        return HitcastError("is XLSX or XLSB, not XLS, in spite of its name", name, "Give it the ending of what it is")
    if start[:1] == b"<":
        return HitcastError(f"is HTML or XML, not {kind}, in spite of its name", name, "Open it and save it as XLSX")
    if start and not start.startswith(b"PK") and b"\0" not in start[:512]:
        return HitcastError(f"is text, not {kind}, in spite of its name", name, "Give it the ending .csv if it is CSV")
    return HitcastError(f"is no readable {kind} file ({shown(message)})", name, "Save it again as XLSX")


def _has_value(row: list[Any]) -> bool:
    return any(cell != "" for cell in row)


def _cell_text(cell: Any, mapping: TableMapping) -> str:
    """A cell as its vendor's CSV export would have it, so that one set of rules reads both."""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, datetime) and cell.microsecond and cell.year < date.max.year:
        # a sum of days and hours is off by as little as this
        cell = (cell + timedelta(seconds=0.5)).replace(microsecond=0)
    if isinstance(cell, datetime) and cell.time() != time() and "%H" not in mapping.date_format:
        return cell.isoformat(sep=" ")
    if isinstance(cell, date):
        # a serial format, or one for each column, is of cells that are text or numbers
        is_plain = "%" in mapping.date_format and not mapping.date_formats
        return cell.strftime(mapping.date_format if is_plain else "%Y-%m-%d")
    if isinstance(cell, float) and abs(cell) >= MAX_EXACT:
        return f"{cell:.14e}"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else repr(cell).replace(".", mapping.decimal)
    return str(cell).strip()
