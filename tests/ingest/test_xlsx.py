import zipfile
from datetime import date, datetime
from pathlib import Path

import pyarrow.parquet as pq
import pytest
import xlsxwriter

from hitcast.core.errors import HitcastError
from hitcast.core.home import Home
from hitcast.ingest import ingest
from hitcast.ingest.mapping import TableMapping
from hitcast.ingest.xlsx import sheet_headers, sheet_lines, write_sheet

HEADER: list[object] = ["stream_date", "isrc", "territory", "streams"]
SONG = "QZABC2400001"


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


def test_a_damaged_workbook_is_one_line_wherever_the_damage_is(tmp_path: Path) -> None:
    rows: list[list[object]] = [["stream_date", "isrc", "territory", "streams"]]
    rows += [["2024-03-05", f"RUA0A24{number:05}", "RU", number * 7919 % 9973] for number in range(200)]
    sound = _workbook(tmp_path / "sound.xlsx", {"A": rows})
    with zipfile.ZipFile(sound) as packed:
        sheet = packed.getinfo("xl/worksheets/sheet1.xml")
    start = sheet.header_offset + 30 + len(sheet.filename)
    for number, place in enumerate(range(start, start + sheet.compress_size, 97)):
        damaged = bytearray(sound.read_bytes())
        damaged[place] ^= 0x55
        export = tmp_path / f"{number}.xlsx"
        export.write_bytes(damaged)
        with pytest.raises(HitcastError, match=f"{export.name}: is no readable XLSX file"):
            ingest(Home(tmp_path / "home"), [export])


@pytest.mark.parametrize(
    ("serial", "day"),
    [(45351.99999999, "2024-03-01"), (45352.0000001, "2024-03-01"), (45352 - 1 / 86_400, ""), (45352.5, "")],
)
def test_a_day_that_a_sum_left_a_little_off_is_that_day(home: Home, tmp_path: Path, serial: float, day: str) -> None:
    with xlsxwriter.Workbook(tmp_path / "vk.xlsx") as workbook:
        sheet = workbook.add_worksheet()
        sheet.write_row(0, 0, ["stream_date", "isrc", "territory", "streams"])
        sheet.write_number(1, 0, serial, workbook.add_format({"num_format": "yyyy-mm-dd"}))
        sheet.write_row(1, 1, ["a", "RU", 5])
    if day:
        assert [str(day) for day in ingest(home, [tmp_path / "vk.xlsx"]).tables[0].days_new] == [day]
    else:
        with pytest.raises(HitcastError, match="is not a date like"):
            ingest(home, [tmp_path / "vk.xlsx"])


@pytest.mark.parametrize(("serial", "day"), [("45351.99999999", "2024-03-01"), ("45351.9999", "2024-02-29")])
def test_a_serial_that_a_sum_left_a_little_off_is_that_day(home: Home, tmp_path: Path, serial: str, day: str) -> None:
    (tmp_path / "vk.csv").write_text(f"stream_date,isrc,territory,streams\n{serial},a,RU,5\n")
    (tmp_path / "map.yml").write_text("tables: {vk_stream_days: {files: ['*'], date_format: excel_serial}}")
    report = ingest(home, [tmp_path / "vk.csv"], [tmp_path / "map.yml"])
    assert [str(day) for day in report.tables[0].days_new] == [day]


@pytest.mark.parametrize(("other", "is_alike"), [([["VK"], ["March"]], False), ([HEADER, ["2024-03-02", SONG]], True)])
@pytest.mark.parametrize("is_hidden", [False, True])
def test_sheets_that_are_left_out_are_listed(
    home: Home, tmp_path: Path, other: list[list[object]], is_alike: bool, is_hidden: bool
) -> None:
    path = tmp_path / "vk.xlsx"
    with xlsxwriter.Workbook(path) as workbook:
        for name, lines in (("Data", [HEADER, ["2024-03-01", SONG, "RU", 7]]), ("Other", other)):
            sheet = workbook.add_worksheet(name)
            for number, line in enumerate(lines):
                sheet.write_row(number, 0, line)
        if is_hidden:
            sheet.hide()
    (mapping := tmp_path / "map.yml").write_text("tables: {vk_stream_days: {files: ['*.xlsx'], sheet: Data}}")
    report = ingest(home, [path], [mapping])
    hidden, alike = " (hidden)" * is_hidden, ", of the same columns" * is_alike
    assert report.ignored == [f"{path}, sheet Other{hidden}{alike}"]
    assert report.concerns() == ["1 file left alone that may be data"] * is_alike
