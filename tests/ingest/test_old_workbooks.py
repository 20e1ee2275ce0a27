"""XLS and XLSB. The XLS files were written by xlwt 1.3.0, the XLSB files are by `xlsb.py`."""

import shutil
from datetime import date
from pathlib import Path

import pytest
import xlsxwriter

from hitcast.core.errors import HitcastError
from hitcast.core.home import Home
from hitcast.ingest import ingest
from tests.ingest.test_arrivals import VK, ingested, landed
from tests.ingest.xlsb import sheet, table, write_xlsb

WORKBOOKS = Path(__file__).with_name("workbooks")
HEADER = ["stream_date", "isrc", "territory", "streams"]
RUSSIAN = """
tables:
  vk_stream_days:
    files: ["*"]
    columns: {stream_date: Дата, isrc: ISRC, territory: Страна, streams: Прослушивания}
"""


def _report(tmp_path: Path, export: Path, mapping: str = "") -> list[tuple[object, ...]]:
    ingested(tmp_path, export, mapping)
    return landed(tmp_path)


def test_xls_with_dates_as_cells_and_a_hidden_sheet_lands(tmp_path: Path) -> None:
    rows = _report(tmp_path, WORKBOOKS / "dates_and_a_hidden_sheet.xls", RUSSIAN)
    assert rows == [("2024-03-05", 105), ("2024-03-05", 205), ("2024-03-06", 106), ("2024-03-06", 206)]


def test_xls_with_a_title_and_a_total_lands(tmp_path: Path) -> None:
    layout = VK % "header: stream_date, skip: ['^Total']"
    assert _report(tmp_path, WORKBOOKS / "title_and_total.xls", layout) == [("2024-03-05", 1234567), ("2024-03-06", 0)]


@pytest.mark.parametrize("name", ["a.xlsb", "A.XLSB"])
def test_xlsb_lands_with_the_right_days_and_counts(tmp_path: Path, name: str) -> None:
    rows = [[date(2024, 3, day), "RUA0A2400001", "RU", 10_000_000_000 + day] for day in (5, 29)]
    path = write_xlsb(tmp_path / name, {"Лист1": table([HEADER, *rows]), "Справка": table([["x"]])}, ["Справка"])
    assert _report(tmp_path, path) == [("2024-03-05", 10_000_000_005), ("2024-03-29", 10_000_000_029)]


def test_xlsb_of_many_rows_and_long_texts_lands_whole(tmp_path: Path) -> None:
    rows = [["2024-03-05", f"{'x' * 200}{n}", "RU", n] for n in range(3000)]
    landed_rows = _report(tmp_path, write_xlsb(tmp_path / "a.xlsb", {"S": table([HEADER, *rows])}))
    assert (len(landed_rows), sum(count for _, count in landed_rows)) == (3000, sum(range(3000)))


@pytest.mark.parametrize(("row", "column"), [(1_048_575, 16_383), (900_000, 200)])
def test_a_stray_corner_cell_of_xlsb_is_refused(tmp_path: Path, row: int, column: int) -> None:
    cells: dict[tuple[int, int], object] = {(0, n): name for n, name in enumerate(HEADER)}
    path = write_xlsb(tmp_path / "a.xlsb", {"S": sheet(cells | {(row, column): 1})})
    with pytest.raises(
        HitcastError, match=f"filled cell as far out as row {row + 1}, column {column + 1} in sheet1.bin"
    ):
        ingested(tmp_path, path)


@pytest.mark.parametrize(
    ("content", "name", "message"),
    [
        (b"stream_date\tisrc\n2024-03-05\tA\n", "a.xls", "is text, not XLS"),
        (b"<html><table></table></html>", "a.xlsb", "is HTML or XML, not XLSB"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "a.xls", "has a password, or is damaged"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "a.xlsb", "is an old Excel file"),
    ],
)
def test_what_is_none_of_them_is_refused_in_one_line(tmp_path: Path, content: bytes, name: str, message: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(HitcastError, match=message):
        ingested(tmp_path, tmp_path / name)


@pytest.mark.parametrize(("kind", "size"), [(".xls", 3000), (".xls", 700), (".xlsb", 600)])
def test_one_that_is_cut_off_is_refused(tmp_path: Path, kind: str, size: int) -> None:
    whole = tmp_path / f"whole{kind}"
    shutil.copyfile(WORKBOOKS / "title_and_total.xls", whole)
    if kind == ".xlsb":
        write_xlsb(whole, {"S": table([HEADER, ["2024-03-05", "A", "RU", 1]])})
    (tmp_path / f"cut{kind}").write_bytes(whole.read_bytes()[:size])
    with pytest.raises(HitcastError):
        ingest(Home(tmp_path / "home"), [tmp_path / f"cut{kind}"])


@pytest.mark.parametrize("name", ["chart", "Диаграмма"])
def test_a_sheet_of_a_chart_is_passed_over(tmp_path: Path, name: str) -> None:
    with xlsxwriter.Workbook(tmp_path / "a.xlsx") as workbook:
        data = workbook.add_worksheet("data")
        for number, row in enumerate([HEADER, ["2021-05-03", "A", "RU", 7]]):
            data.write_row(number, 0, row)
        chart = workbook.add_chart({"type": "line"})
        chart.add_series({"values": "=data!$D$2:$D$2"})
        workbook.add_chartsheet(name).set_chart(chart)
    assert _report(tmp_path, tmp_path / "a.xlsx") == [("2021-05-03", 7)]
