"""Sheets of XLSX files, as the text that the vendor's CSV export would hold."""

from contextlib import suppress
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

from hitcast.core.errors import HitcastError
from hitcast.ingest.finding import shown
from hitcast.ingest.mapping import TableMapping

# A cell holds fifteen digits of a number; of a longer one the rest is lost, and it must not look like a code.
MAX_EXACT = 1e15


def filled_sheets(path: Path) -> list[str]:
    """Names of the sheets that have some value.

    Raises:
        HitcastError: The file cannot be read.
    """
    import python_calamine

    try:
        workbook = python_calamine.load_workbook(path)
        sheets = {name: workbook.get_sheet_by_name(name).to_python(nrows=100) for name in workbook.sheet_names}
    except (python_calamine.CalamineError, OSError) as error:
        raise _unreadable(path, str(error)) from None
    return [name for name, rows in sheets.items() if any(_has_value(row) for row in rows)]


def sheet_headers(path: Path, mapping: TableMapping) -> tuple[str, ...]:
    """Headers in row 1 of the sheet; none if the sheet is empty.

    Raises:
        HitcastError: The file cannot be read, or it is unclear which sheet is meant.
    """
    rows = _sheet(path, mapping)
    return tuple(_cell_text(cell, mapping) for cell in rows[0]) if rows else ()


def sheet_rows(path: Path, mapping: TableMapping, most: int) -> list[list[str]]:
    """The first `most` rows of the sheet, as text."""
    return [[_cell_text(cell, mapping) for cell in row] for row in _sheet(path, mapping)[:most]]


def sheet_lines(path: Path, mapping: TableMapping) -> list[int]:
    """Row number of every row below row 1 that has some value."""
    return [line for line, row in enumerate(_sheet(path, mapping), 1) if line > 1 and _has_value(row)]


def write_sheet(path: Path, mapping: TableMapping, width: int, target: Path) -> None:
    """Writes the rows below row 1 that have some value as Parquet, all text, columns c0, c1, ...

    Args:
        path: XLSX file.
        mapping: How its vendor writes numbers and dates.
        width: Number of columns.
        target: Parquet file to write.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    rows = [row for row in _sheet(path, mapping)[1:] if _has_value(row)]
    columns = [pa.array([_cell_text(row[i], mapping) or None for row in rows], pa.string()) for i in range(width)]
    pq.write_table(pa.table(columns, names=[f"c{i}" for i in range(width)]), target)


def _sheet(path: Path, mapping: TableMapping) -> list[list[Any]]:
    """Rows of the one sheet that has data, from row 1."""
    import python_calamine

    name = shown(str(path))
    try:
        workbook = python_calamine.load_workbook(path)
        names = [mapping.sheet] if mapping.sheet else workbook.sheet_names
        if mapping.sheet and mapping.sheet not in workbook.sheet_names:
            cure = f"Its sheets are: {shown(', '.join(workbook.sheet_names))}"
            raise HitcastError(f"has no sheet {mapping.sheet}", name, cure)
        sheets = {name: workbook.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in names}
    except (python_calamine.CalamineError, OSError) as error:
        raise _unreadable(path, str(error)) from None
    filled = {name: rows for name, rows in sheets.items() if any(_has_value(row) for row in rows)}
    if len(filled) > 1:
        message = f"has several sheets: {shown(', '.join(filled))}"
        raise HitcastError(message, name, "Name one as `sheet:` in the mapping")
    return next(iter(filled.values()), [])


def _unreadable(path: Path, message: str) -> HitcastError:
    """The refusal of a file that is no XLSX, or a broken one."""
    name, start = shown(str(path)), b""
    with suppress(OSError), path.open("rb") as file:
        start = file.read(512).lstrip()
    if start.startswith(b"\xd0\xcf\x11\xe0"):
        return HitcastError("is an old Excel file (XLS), or one with a password", name, "Save it as XLSX without one")
    if start[:1] == b"<":
        return HitcastError("is HTML or XML, not XLSX, in spite of its name", name, "Open it and save it as XLSX")
    if start and not start.startswith(b"PK") and b"\0" not in start:
        return HitcastError("is text, not XLSX, in spite of its name", name, "Give it the ending .csv if it is CSV")
    return HitcastError(f"is no readable XLSX file ({shown(message)})", name, "Save it again as XLSX")


def _has_value(row: list[Any]) -> bool:
    return any(cell != "" for cell in row)


def _cell_text(cell: Any, mapping: TableMapping) -> str:
    """A cell as its vendor's CSV export would have it, so that one set of rules reads both."""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, datetime) and cell.time() != time() and "%H" not in mapping.date_format:
        return cell.isoformat(sep=" ")
    if isinstance(cell, date):
        return cell.strftime(mapping.date_format)
    if isinstance(cell, float) and abs(cell) >= MAX_EXACT:
        return f"{cell:.14e}"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else repr(cell).replace(".", mapping.decimal)
    return str(cell).strip()
