from datetime import date, datetime
from pathlib import Path

import pyarrow.parquet as pq
import pytest
import xlsxwriter

from hitcast.core.errors import HitcastError
from hitcast.ingest.mapping import TableMapping
from hitcast.ingest.xlsx import sheet_headers, sheet_lines, write_sheet


def _workbook(path: Path, sheets: dict[str, list[list[object]]]) -> Path:
    with xlsxwriter.Workbook(path, {"default_date_format": "dd.mm.yyyy"}) as workbook:
        for name, rows in sheets.items():
            sheet = workbook.add_worksheet(name)
            for i, row in enumerate(rows):
                for j, cell in enumerate(row):
                    if cell is not None:
                        sheet.write(i, j, cell)
    return path


def test_cells_become_what_the_vendors_csv_would_hold(tmp_path: Path) -> None:
    rows = [
        [" Дата ", "Код", "Доля", "Флаг", "Пусто"],
        [datetime(2024, 3, 5), 4600000000012, 1.5, True, None],
        [None, None, None, None, None],
        [date(2024, 3, 6), "0012", "1,5", "нет", None],
    ]
    path = _workbook(tmp_path / "a.xlsx", {"Лист": rows})
    mapping = TableMapping("vk_stream_days", decimal=",", date_format="%d.%m.%Y")
    assert sheet_headers(path, mapping) == ("Дата", "Код", "Доля", "Флаг", "Пусто")
    write_sheet(path, mapping, 5, tmp_path / "a.parquet")
    assert [list(row.values()) for row in pq.read_table(tmp_path / "a.parquet").to_pylist()] == [
        ["05.03.2024", "4600000000012", "1,5", "true", None],
        ["06.03.2024", "0012", "1,5", "нет", None],
    ]
    assert sheet_lines(path, mapping) == [2, 4]


def test_the_sheet_must_be_clear(tmp_path: Path) -> None:
    sheet = [["a"], [1]]
    path = _workbook(tmp_path / "a.xlsx", {"One": sheet, "Two": [["b"]], "Empty": []})
    with pytest.raises(HitcastError, match=r"has several sheets: One, Two. Name one as `sheet:`"):
        sheet_headers(path, TableMapping("vk_stream_days"))
    assert sheet_headers(path, TableMapping("vk_stream_days", sheet="Two")) == ("b",)
    with pytest.raises(HitcastError, match=r"has no sheet Three. Its sheets are: One, Two, Empty"):
        sheet_headers(path, TableMapping("vk_stream_days", sheet="Three"))
    alone = _workbook(tmp_path / "b.xlsx", {"Empty": [], "One": sheet})
    assert sheet_headers(alone, TableMapping("vk_stream_days")) == ("a",)
    (tmp_path / "c.xlsx").write_bytes(b"PK not really")
    with pytest.raises(HitcastError, match="is no readable XLSX file"):
        sheet_headers(tmp_path / "c.xlsx", TableMapping("vk_stream_days"))
