"""The published tables as files for spreadsheets."""

import codecs
import shutil
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

import duckdb

from hitcast.core.errors import HitcastError
from hitcast.core.files import written
from hitcast.core.home import Home
from hitcast.core.spreadsheet import defused
from hitcast.core.sql import quoted
from hitcast.serving.publish import open_published

MAX_ROWS = 1_048_575
"""Rows below the header that a sheet holds."""


def export(home: Home, tables: tuple[str, ...], kind: Literal["csv", "xlsx"], folder: Path) -> dict[Path, int]:
    """Write published tables to a folder: a CSV file each, or one workbook with a sheet each; returns rows by file.

    CSV is UTF-8 with a byte order mark, as Excel wants it. What a spreadsheet would run as a formula gets an
    apostrophe before it in CSV; in a workbook it is text.

    Args:
        home: The home whose published file is read.
        tables: Published tables; all of them if none is named.
        kind: `csv` or `xlsx`.
        folder: Where to write; made if it is missing. Files that are there are replaced.

    Raises:
        HitcastError: Nothing is published, a table is unknown or too long for a sheet, or the folder cannot be written.
    """
    with open_published(home) as published:
        known = [name for (name,) in published.execute("select table_name from duckdb_tables() order by 1").fetchall()]
        unknown = [name for name in tables if name not in known]
        if unknown:
            raise HitcastError("is not published", unknown[0], f"Published are {', '.join(known)}")
        try:
            folder.mkdir(parents=True, exist_ok=True)
            write = _write_csv if kind == "csv" else _write_workbook
            return write(published, tables or tuple(known), folder)
        except (OSError, duckdb.IOException) as error:
            reason = (isinstance(error, OSError) and error.strerror) or str(error).splitlines()[0]
            raise HitcastError(f"cannot be written ({reason})", str(folder), "Name another folder: --output") from None


def _write_csv(published: duckdb.DuckDBPyConnection, tables: tuple[str, ...], folder: Path) -> dict[Path, int]:
    row_counts = {}
    for table in tables:
        rows = published.table(table)
        shown = ", ".join(
            f"{defused(quoted(name)) if kind == 'VARCHAR' else quoted(name)} as {quoted(name)}"
            for name, kind in zip(rows.columns, map(str, rows.types), strict=True)
        )
        file = folder / f"{table}.csv"
        with written(file) as marked, TemporaryDirectory(dir=folder) as nearby:
            unmarked = Path(nearby) / file.name
            rows.project(shown).write_csv(str(unmarked), header=True)
            with unmarked.open("rb") as plain, marked.open("wb") as target:
                target.write(codecs.BOM_UTF8)
                shutil.copyfileobj(plain, target)
        row_counts[file] = rows.shape[0]
    return row_counts


def _write_workbook(published: duckdb.DuckDBPyConnection, tables: tuple[str, ...], folder: Path) -> dict[Path, int]:
    import xlsxwriter

    file = folder / "hitcast.xlsx"
    total = 0
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "nan_inf_to_errors": True,
    }
    with written(file) as part, xlsxwriter.Workbook(str(part), options) as workbook:
        bold = workbook.add_format({"bold": True})
        day = workbook.add_format({"num_format": "yyyy-mm-dd"})
        moment = workbook.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        for table in tables:
            rows = published.table(table)
            if rows.shape[0] > MAX_ROWS:
                raise HitcastError(f"has {rows.shape[0]:,} rows, a sheet holds {MAX_ROWS:,}", table, "Use --format csv")
            sheet = workbook.add_worksheet(table)
            sheet.freeze_panes(1, 0)
            for column, (name, kind) in enumerate(zip(rows.columns, map(str, rows.types), strict=True)):
                sheet.set_column(column, column, 14, {"DATE": day, "TIMESTAMP": moment}.get(kind))
                sheet.write_string(0, column, name, bold)
            number = 0
            while chunk := rows.fetchmany(10_000):
                for values in chunk:
                    number += 1
                    for column, value in enumerate(values):
                        if isinstance(value, str):
                            sheet.write_string(number, column, value)
                        elif value is not None:
                            sheet.write(number, column, value)
            total += number
    return {file: total}
