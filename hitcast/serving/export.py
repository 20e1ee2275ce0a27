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
from hitcast.core.spreadsheet import NUMBER_FORMATS, defused
from hitcast.core.sql import Sql, quoted
from hitcast.core.words import Language
from hitcast.serving.publish import open_published

MAX_ROWS = 1_048_575
"""Rows below the header that a sheet holds."""
MEANINGS = "columns"
"""The sheet that says what the columns mean."""
KINDS = {"DATE": "date", "TIMESTAMP": "timestamp", "TINYINT": "integer", "SMALLINT": "integer", "INTEGER": "integer"}
KINDS |= {"BIGINT": "integer", "HUGEINT": "integer", "FLOAT": "double", "DOUBLE": "double"}
"""Kinds of `NUMBER_FORMATS` by DuckDB's types; others are shown as they are."""


def export(
    home: Home, tables: tuple[str, ...], kind: Literal["csv", "xlsx"], folder: Path, language: Language = "en"
) -> dict[Path, int]:
    """Write published tables to a folder: a CSV file each, or one workbook with a sheet each; returns rows by file.

    CSV is UTF-8 with a byte order mark, as Excel wants it. What a spreadsheet would run as a formula gets an
    apostrophe before it in CSV; in a workbook it is text. A workbook's sheets have filters, and one more sheet,
    `columns`, says what each column means.

    Args:
        home: The home whose published file is read.
        tables: Published tables; all of them if none is named.
        kind: `csv` or `xlsx`.
        folder: Where to write; made if it is missing. Files that are there are replaced.
        language: `ru` for CSV as a Russian spreadsheet reads it: semicolons between fields, a comma in numbers.

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
            if kind == "csv":
                return _write_csv(published, tables or tuple(known), folder, language)
            return _write_workbook(published, tables or tuple(known), folder)
        except (OSError, duckdb.IOException) as error:
            reason = (isinstance(error, OSError) and error.strerror) or str(error).splitlines()[0]
            raise HitcastError(f"cannot be written ({reason})", str(folder), "Name another folder: --output") from None


def _write_csv(
    published: duckdb.DuckDBPyConnection, tables: tuple[str, ...], folder: Path, language: Language
) -> dict[Path, int]:
    row_counts = {}
    for table in tables:
        rows = published.table(table)
        shown = ", ".join(
            f"{_cell(quoted(name), kind, language)} as {quoted(name)}"
            for name, kind in zip(rows.columns, map(str, rows.types), strict=True)
        )
        file = folder / f"{table}.csv"
        with written(file) as marked, TemporaryDirectory(dir=folder) as nearby:
            unmarked = Path(nearby) / file.name
            rows.project(shown).write_csv(str(unmarked), header=True, sep=";" if language == "ru" else ",")
            with unmarked.open("rb") as plain, marked.open("wb") as target:
                target.write(codecs.BOM_UTF8)
                shutil.copyfileobj(plain, target)
        row_counts[file] = rows.shape[0]
    return row_counts


def _cell(name: Sql, kind: str, language: Language) -> Sql:
    if kind == "VARCHAR":
        return defused(name, language)
    is_decimal = KINDS.get(kind) == "double" or kind.startswith("DECIMAL")
    return Sql(f"replace({name}::varchar, '.', ',')") if is_decimal and language == "ru" else name


def _write_workbook(published: duckdb.DuckDBPyConnection, tables: tuple[str, ...], folder: Path) -> dict[Path, int]:
    import xlsxwriter

    file = folder / "hitcast.xlsx"
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "nan_inf_to_errors": True,
    }
    with written(file) as part, xlsxwriter.Workbook(str(part), options) as workbook:
        bold = workbook.add_format({"bold": True})
        formats = {kind: workbook.add_format({"num_format": sign}) for kind, sign in NUMBER_FORMATS.items()}

        def add_sheet(name: str, rows: duckdb.DuckDBPyRelation, widths: tuple[int, ...] = ()) -> int:
            if rows.shape[0] > MAX_ROWS:
                raise HitcastError(f"has {rows.shape[0]:,} rows, a sheet holds {MAX_ROWS:,}", name, "Use --format csv")
            sheet = workbook.add_worksheet(name)
            sheet.freeze_panes(1, 0)
            sheet.autofilter(0, 0, max(1, rows.shape[0]), len(rows.columns) - 1)
            for column, (title, kind) in enumerate(zip(rows.columns, map(str, rows.types), strict=True)):
                width = widths[column] if widths else max(14, len(title) + 4)
                sheet.set_column(column, column, width, formats.get(KINDS.get(kind, "")))
                sheet.write_string(0, column, title, bold)
            number = 0
            while chunk := rows.fetchmany(10_000):
                for values in chunk:
                    number += 1
                    for column, value in enumerate(values):
                        if isinstance(value, str):
                            sheet.write_string(number, column, value)
                        elif value is not None:
                            sheet.write(number, column, value)
            return number

        total = sum(add_sheet(table, published.table(table)) for table in tables)
        add_sheet(MEANINGS, _meanings(published, tables), widths=(26, 30, 12, 110))
    return {file: total}


def _meanings(published: duckdb.DuckDBPyConnection, tables: tuple[str, ...]) -> duckdb.DuckDBPyRelation:
    """Table, column, type and description of what is exported, in the tables' own order."""
    return published.query(
        """
        select table_name as "table", column_name as "column", lower(data_type) as type, comment as meaning
        from duckdb_columns()
        where list_contains($tables, table_name)
        order by table_name, column_index
        """,
        params={"tables": list(tables)},
    )
