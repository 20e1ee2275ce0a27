"""Files of rows: what a spreadsheet takes for a formula stays text, numbers stay numbers, as the reader writes them."""

import csv
import io
from datetime import date, datetime

import pytest
from python_calamine import CalamineWorkbook

from hitcast.desk.download import csv_of, xlsx_of


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_a_cell_that_begins_like_a_formula_gets_an_apostrophe(start: str) -> None:
    rows = [{"title": text, "change": number} for text, number in
            ((f"{start}HYPERLINK(1)", -0.5), (f"plain {start}", 1.0), (None, None))]  # fmt: skip
    read = list(csv.reader(io.StringIO(csv_of(rows).decode("utf-8-sig"), newline="")))
    assert [row[0] for row in read[1:]] == [f"'{start}HYPERLINK(1)", f"plain {start}", ""]
    assert [row[1] for row in read[1:]] == ["-0.5", "1.0", ""]


def test_it_begins_with_the_mark_that_excel_knows_utf8_by() -> None:
    rows = [{"имя": "Анна", "day": date(2021, 12, 24), "size": 1.5}]
    assert csv_of(rows) == b"\xef\xbb\xbf" + "имя,day,size\r\nАнна,2021-12-24,1.5\r\n".encode()
    assert csv_of(rows, "ru") == b"\xef\xbb\xbf" + "имя;day;size\r\nАнна;2021-12-24;1,5\r\n".encode()


@pytest.mark.parametrize("value", [1e-7, 1e22, 0.1 + 0.2, -3.0, 123456789.125])
def test_numbers_are_read_back_as_they_were(value: float) -> None:
    read = csv_of([{"a": value}], "ru").decode("utf-8-sig").splitlines()[1]
    assert float(read.replace(",", ".")) == value


def test_no_row_leaves_the_mark() -> None:
    assert csv_of([]) == b"\xef\xbb\xbf"
    assert CalamineWorkbook.from_filelike(io.BytesIO(xlsx_of([]))).sheet_names == ["releases"]


def test_a_workbook_keeps_kinds() -> None:
    row = {"text": "007", "days": 7, "share": 0.25, "day": date(2026, 3, 1), "is_open": True, "none": None,
           "nan": float("nan"), "at": datetime(2026, 3, 1, 6, 30)}  # fmt: skip
    head, cells = CalamineWorkbook.from_filelike(io.BytesIO(xlsx_of([row]))).get_sheet_by_index(0).to_python()
    assert head == list(row)
    assert cells[:6] == ["007", 7, 0.25, date(2026, 3, 1), True, ""]
