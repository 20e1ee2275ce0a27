"""Rows as a file that a spreadsheet opens as text and numbers, whatever its cells begin with."""

import csv
import io
import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from hitcast.core.spreadsheet import NUMBER_FORMATS, SPLITS
from hitcast.core.words import Language

SIGNS = r"[=+\-@|%\uff1d\uff0b\uff0d\uff20]"
SKIPPED = r"[ \"\x00-\x08\x0b\x0c\x0e-\x1f\xa0\xad\u200b-\u200f\u2028-\u202f\u2060\u3000\ufeff]"
NUMBER = re.compile(r"[+-]?[0-9]+([.,][0-9]+)?([eE][+-]?[0-9]+)?")
START = {one: re.compile(f"({split}|{SKIPPED})*{SIGNS}|[\\t\\r\\n]") for one, split in SPLITS.items()}
WITHIN = {one: re.compile(f"({split}{SKIPPED}*)({SIGNS})") for one, split in SPLITS.items()}
BYTE_ORDER_MARK = b"\xef\xbb\xbf"


def csv_of(rows: Sequence[Mapping[str, Any]], language: Language = "en") -> bytes:
    """The rows as CSV: UTF-8 with the mark by which Excel knows it, and a header.

    For a Russian reader fields are parted by semicolons and numbers have a comma, as a Russian spreadsheet reads them.
    What a spreadsheet would run as a formula gets an apostrophe before it; `hitcast.core.spreadsheet` says why. Numbers
    stay numbers. Source: OWASP, CSV injection.

    Args:
        rows: All with the same keys.
        language: The reader's.
    """
    target = io.StringIO()
    writer = csv.writer(target, delimiter=";" if language == "ru" else ",", lineterminator="\r\n")
    if rows:
        writer.writerow([_as_text(name, language) for name in rows[0]])
    for row in rows:
        writer.writerow([_cell(value, language) for value in row.values()])
    return BYTE_ORDER_MARK + target.getvalue().encode()


def xlsx_of(rows: Sequence[Mapping[str, Any]]) -> bytes:
    """The rows as a workbook of one sheet with filters; texts are texts, days are days."""
    import xlsxwriter

    target = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "nan_inf_to_errors": True}
    with xlsxwriter.Workbook(target, options) as workbook:
        bold = workbook.add_format({"bold": True})
        formats = {kind: workbook.add_format({"num_format": sign}) for kind, sign in NUMBER_FORMATS.items()}
        sheet = workbook.add_worksheet("releases")
        sheet.freeze_panes(1, 0)
        for column, name in enumerate(rows[0] if rows else ()):
            sheet.write_string(0, column, name, bold)
            sheet.set_column(column, column, 16)
        for number, row in enumerate(rows, 1):
            for column, value in enumerate(row.values()):
                if isinstance(value, str):
                    sheet.write_string(number, column, value)
                elif isinstance(value, date):
                    sheet.write_datetime(number, column, value, formats["date"])
                elif isinstance(value, int | float) and not isinstance(value, bool):
                    kind = "integer" if isinstance(value, int) else "double"
                    sheet.write_number(number, column, value, formats[kind])
                elif value is not None:
                    sheet.write(number, column, value)
        if rows:
            sheet.autofilter(0, 0, len(rows), len(rows[0]) - 1)
    return target.getvalue()


def _cell(value: Any, language: Language) -> Any:
    if isinstance(value, float):
        return repr(value).replace(".", ",") if language == "ru" else value
    return _as_text(value, language) if isinstance(value, str) else value


def _as_text(cell: str, language: Language) -> str:
    if NUMBER.fullmatch(cell):
        return cell
    return ("'" if START[language].match(cell) else "") + WITHIN[language].sub(r"\1'\2", cell)
