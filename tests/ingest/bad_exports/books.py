"""XLSX and Parquet exports, and CSV that is one of them."""

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import xlsxwriter

from tests.ingest.bad_exports.making import CSV, HEADER, ROW, maker, write

COLUMNS = HEADER.split(",")
CATALOG = "upc,isrc,release_title,artist_id,artist_name,release_date"


def _workbook(path: Path, **sheets: list[list[object]]) -> Path:
    with xlsxwriter.Workbook(path, {"default_date_format": "dd.mm.yyyy"}) as workbook:
        for name, rows in sheets.items():
            sheet = workbook.add_worksheet(name)
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, row)
    return path


def _parquet(path: Path, **columns: object) -> Path:
    pq.write_table(pa.table({name: columns[name] for name in columns}), path)
    return path


def _plain_parquet(path: Path, **changed: object) -> Path:
    plain = {"stream_date": [date(2024, 3, 1)], "isrc": ["RUA0A2400001"], "territory": ["RU"], "streams": [10]}
    return _parquet(path, **{**plain, **changed})


@maker
def csv_that_is_xlsx(folder: Path) -> Path:
    return _workbook(folder / "book.xlsx", Sheet=[COLUMNS, [ROW]]).rename(folder / "vk.csv")


@maker
def csv_that_is_parquet(folder: Path) -> Path:
    return _plain_parquet(folder / "vk.csv")


@maker
def xlsx_with_two_sheets(folder: Path) -> Path:
    return _workbook(folder / "vk.xlsx", March=[COLUMNS, ROW.split(",")], April=[COLUMNS, ROW.split(",")])


@maker
def xlsx_that_is_html(folder: Path) -> Path:
    return write(folder / "vk.xlsx", f"<html><table><tr><td>{ROW}</td></tr></table></html>")


@maker
def xlsx_that_is_csv(folder: Path) -> Path:
    return write(folder / "vk.xlsx", CSV)


@maker
def xlsx_cut_off(folder: Path) -> Path:
    book = _workbook(folder / "vk.xlsx", Sheet=[COLUMNS, ROW.split(",")])
    return write(book, book.read_bytes()[:-900])


@maker
def xlsx_without_rows(folder: Path) -> Path:
    return _workbook(folder / "vk.xlsx", Sheet=[])


@maker
def xlsx_with_a_title_on_top(folder: Path) -> Path:
    return _workbook(folder / "vk.xlsx", Sheet=[["Streams of March"], [], COLUMNS, ROW.split(",")])


@maker
def xlsx_with_formulas(folder: Path) -> Path:
    path = folder / "vk.xlsx"
    with xlsxwriter.Workbook(path) as workbook:
        sheet = workbook.add_worksheet()
        sheet.write_row(0, 0, COLUMNS)
        for row, value in ((1, 30), (2, "#REF!"), (3, "")):
            sheet.write_row(row, 0, ["2024-03-01", f"RUA0A240000{row}", "RU"])
            sheet.write_formula(row, 3, "=10+20", value=value)
        sheet.write_row(4, 0, ["2024-03-01"])
        sheet.write_formula(4, 1, "=VLOOKUP(1, A:A, 1)", value="#N/A")
        sheet.write_row(4, 2, ["RU", 50])
    return path


@maker
def xlsx_with_numbers_for_codes(folder: Path) -> Path:
    path = folder / "catalog.xlsx"
    rows = [
        [4600700000015, "RUA0A2400001", "Thirteen digits", 7, "A", date(2024, 3, 1)],
        [12345678905, "RUA0A2400002", "A zero lost", 7, "A", date(2024, 3, 1)],
        [7012345678901234567, "RUA0A2400003", "Nineteen digits", 7, "A", date(2024, 3, 1)],
        ["4600700000022", "RUA0A2400004", 1984, 7.5, "A", "2024-03-01"],
    ]
    return _workbook(path, Sheet=[CATALOG.split(","), *rows])


@maker
def xlsx_with_odd_cells(folder: Path) -> Path:
    rows: list[list[object]] = [
        [datetime(2024, 3, 1, 12, 30), "RUA0A2400001", "RU", 10],
        [45352, "RUA0A2400002", "RU", 20],
        [date(2024, 3, 1), "RUA0A2400003", True, 30],
        [date(2024, 3, 1), "RUA0A2400004", "RU", 40.5],
        [date(2024, 3, 1), "RUA0A2400005", "RU", "50"],
        [date(2024, 3, 1), "RUA0A2400006", "RU", 60, "a value beyond the header"],
    ]
    return _workbook(folder / "vk.xlsx", Sheet=[COLUMNS, *rows])


@maker
def parquet_with_nested_types(folder: Path) -> Path:
    return _plain_parquet(folder / "vk.parquet", isrc=[{"code": "RUA0A2400001"}])


@maker
def parquet_with_a_list(folder: Path) -> Path:
    return _plain_parquet(folder / "vk.parquet", streams=[[10, 20]])


@maker
def parquet_with_a_nested_column_to_spare(folder: Path) -> Path:
    return _plain_parquet(folder / "vk.parquet", details=[{"playlists": [1, 2]}])


@maker
def parquet_cut_off(folder: Path) -> Path:
    path = _plain_parquet(folder / "vk.parquet")
    return write(path, path.read_bytes()[:-20])


@maker
def parquet_with_a_broken_page(folder: Path) -> Path:
    isrcs = [f"RUA0A24{number:05}" for number in range(20_000)]
    days, territories = [date(2024, 3, 1)] * len(isrcs), ["RU"] * len(isrcs)
    path = _parquet(folder / "vk.parquet", stream_date=days, isrc=isrcs, territory=territories, streams=range(20_000))
    content = bytearray(path.read_bytes())
    content[5000:9000] = b"\xff" * 4000
    return write(path, bytes(content))


@maker
def parquet_of_no_rows(folder: Path) -> Path:
    empty_columns = {name: pa.array([], pa.string()) for name in COLUMNS}
    return _parquet(folder / "vk.parquet", **empty_columns)


@maker
def parquet_with_decimals_for_text(folder: Path) -> Path:
    return _plain_parquet(folder / "vk.parquet", isrc=[Decimal("46007000.00")], streams=[Decimal("10.00")])


@maker
def parquet_with_decimals_for_dates(folder: Path) -> Path:
    return _plain_parquet(folder / "vk.parquet", stream_date=[Decimal("20240301")])


@maker
def parquet_with_timestamps(folder: Path) -> Path:
    return _plain_parquet(folder / "vk.parquet", stream_date=[datetime(2024, 3, 1, 23, 59)])


@maker
def parquet_with_zoned_timestamps(folder: Path) -> Path:
    return _plain_parquet(folder / "vk.parquet", stream_date=[datetime(2024, 3, 1, 21, 0, tzinfo=UTC)])


@maker
def parquet_with_text_as_bytes(folder: Path) -> Path:
    return _plain_parquet(folder / "vk.parquet", isrc=[b"RUA0A2400001"], territory=[b"RU"])


@maker
def parquet_with_bytes_that_are_no_text(folder: Path) -> Path:
    return _plain_parquet(folder / "vk.parquet", isrc=[b"\xd0\x00\xff"])


@maker
def parquet_with_codes_as_floats(folder: Path) -> Path:
    path = folder / "tiktok.parquet"
    sounds = pa.array([7012345678901234567.0, 46007000001.0])
    days, territories = [date(2024, 3, 1)] * 2, ["RU"] * 2
    return _parquet(path, activity_date=days, sound_id=sounds, territory=territories, views=[10.0, 20.0])


@maker
def parquet_with_far_dates(folder: Path) -> Path:
    days = pa.array([19783, 2**31 - 1, -(2**31) + 1, 2932896], pa.int32()).cast(pa.date32())
    isrcs = [f"RUA0A240000{number}" for number in range(4)]
    return _plain_parquet(folder / "vk.parquet", stream_date=days, isrc=isrcs, territory=["RU"] * 4, streams=[1] * 4)


@maker
def xls_of_old(folder: Path) -> Path:
    return write(folder / "vk.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2000))
