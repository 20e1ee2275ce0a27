"""The kinds of bad export that no reader can open, or that no repository should hold: each is made by its function."""

import gzip
import os
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import xlsxwriter

HEADER = "stream_date,isrc,territory,streams"
ROW = "2024-03-01,RUA0A2400001,RU,10"
CSV = f"{HEADER}\n{ROW}\n"
COLUMNS = HEADER.split(",")
CATALOGUE = "upc,isrc,release_title,artist_id,artist_name,release_date"

Builder = Callable[[Path], Path]
BUILDERS: dict[str, Builder] = {}


def builder(function: Builder) -> Builder:
    """Registers a kind: takes an empty folder, returns what is delivered."""
    BUILDERS[function.__name__] = function
    return function


def _write(path: Path, content: str | bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


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


@builder
def utf_16_unannounced(folder: Path) -> Path:
    return _write(folder / "vk.csv", CSV.encode("utf-16"))


@builder
def cp1251_unannounced(folder: Path) -> Path:
    return _write(folder / "vk.csv", f"{HEADER},gender\n{ROW},женский\n".encode("cp1251"))


@builder
def utf_8_read_as_cp1251(folder: Path) -> Path:
    return _write(folder / "cp1251.csv", b"\xef\xbb\xbf" + CSV.encode())


@builder
def line_ends_of_windows(folder: Path) -> Path:
    return _write(folder / "vk.csv", f"{HEADER}\r\n{ROW}\r\n2024-03-02,RUA0A2400001,RU,x\r\n")


@builder
def line_ends_of_old_macs(folder: Path) -> Path:
    return _write(folder / "vk.csv", f"{HEADER}\r{ROW}\r2024-03-02,RUA0A2400001,RU,x\r")


@builder
def line_ends_mixed(folder: Path) -> Path:
    rows = f"{ROW}\n2024-03-02,RUA0A2400001,RU,20\r2024-03-03,RUA0A2400001,RU,30\r\n"
    return _write(folder / "vk.csv", f"{HEADER}\r\n{rows}")


@builder
def one_line_end_unlike_the_others(folder: Path) -> Path:
    return _write(folder / "vk.csv", f"{HEADER}\n{ROW}\r\n2024-03-02,RUA0A2400001,RU,20\n")


@builder
def last_line_cut_off(folder: Path) -> Path:
    return _write(folder / "vk.csv", f"{CSV}2024-03-02,RUA0A24")


@builder
def nul_bytes(folder: Path) -> Path:
    return _write(folder / "vk.csv", f"{CSV}2024-03-01,RUA0A24\x0000002,RU,20\n2024-03-01,RUA0A2400003,R\x00,3\x000\n")


@builder
def disk_block_of_nul_bytes(folder: Path) -> Path:
    return _write(folder / "vk.csv", CSV.encode() + bytes(4096))


@builder
def byte_order_mark_twice(folder: Path) -> Path:
    return _write(folder / "vk.csv", b"\xef\xbb\xbf" * 2 + CSV.encode())


@builder
def field_of_10_mb(folder: Path) -> Path:
    return _write(folder / "vk.csv", f"{CSV}2024-03-01,{'A' * 10_000_000},RU,20\n2024-03-01,RUA0A2400003,RU,30\n")


@builder
def quote_never_closed_in_10_mb(folder: Path) -> Path:
    rows = "".join(f"2024-03-01,RUA0A24{number:05},RU,20\n" for number in range(300_000))
    return _write(folder / "vk.csv", f'{CSV}2024-03-01,"RUA0A2400002,RU,20\n{rows}')


@builder
def ten_thousand_columns(folder: Path) -> Path:
    names = ",".join(f"c{number}" for number in range(10_000))
    return _write(folder / "vk.csv", f"{HEADER},{names}\n{ROW}{',' * 10_000}\n")


@builder
def empty(folder: Path) -> Path:
    return _write(folder / "vk.csv", b"")


@builder
def blank_space_only(folder: Path) -> Path:
    return _write(folder / "vk.csv", "\n \n\n")


@builder
def csv_that_is_xlsx(folder: Path) -> Path:
    return _workbook(folder / "book.xlsx", Sheet=[COLUMNS, [ROW]]).rename(folder / "vk.csv")


@builder
def csv_that_is_parquet(folder: Path) -> Path:
    return _plain_parquet(folder / "vk.csv")


@builder
def csv_that_is_gzip(folder: Path) -> Path:
    return _write(folder / "vk.csv", gzip.compress(CSV.encode()))


@builder
def gzip_that_is_plain(folder: Path) -> Path:
    return _write(folder / "vk.csv.gz", CSV)


@builder
def gzip_of_gzip(folder: Path) -> Path:
    return _write(folder / "vk.csv.gz", gzip.compress(gzip.compress(CSV.encode())))


@builder
def gzip_cut_off(folder: Path) -> Path:
    rows = "".join(f"2024-03-01,RUA0A24{number:05},RU,{number * number % 977}\n" for number in range(50_000))
    return _write(folder / "vk.csv.gz", gzip.compress(f"{CSV}{rows}".encode())[:-1000])


@builder
def gzip_with_a_wrong_checksum(folder: Path) -> Path:
    packed = bytearray(gzip.compress(CSV.encode()))
    packed[-8] ^= 1
    return _write(folder / "vk.csv.gz", bytes(packed))


@builder
def gzip_of_two_members(folder: Path) -> Path:
    return _write(folder / "vk.csv.gz", gzip.compress(CSV.encode()) + gzip.compress(b"2024-03-02,RUA0A2400001,RU,20\n"))


@builder
def gzip_and_rubbish(folder: Path) -> Path:
    return _write(folder / "vk.csv.gz", gzip.compress(CSV.encode()) + b"rubbish")


@builder
def gzip_of_nothing(folder: Path) -> Path:
    return _write(folder / "vk.csv.gz", gzip.compress(b""))


@builder
def xlsx_with_two_sheets(folder: Path) -> Path:
    return _workbook(folder / "vk.xlsx", March=[COLUMNS, ROW.split(",")], April=[COLUMNS, ROW.split(",")])


@builder
def xlsx_that_is_html(folder: Path) -> Path:
    return _write(folder / "vk.xlsx", f"<html><table><tr><td>{ROW}</td></tr></table></html>")


@builder
def xlsx_that_is_csv(folder: Path) -> Path:
    return _write(folder / "vk.xlsx", CSV)


@builder
def xlsx_cut_off(folder: Path) -> Path:
    book = _workbook(folder / "vk.xlsx", Sheet=[COLUMNS, ROW.split(",")])
    return _write(book, book.read_bytes()[:-900])


@builder
def xlsx_without_rows(folder: Path) -> Path:
    return _workbook(folder / "vk.xlsx", Sheet=[])


@builder
def xlsx_with_a_title_on_top(folder: Path) -> Path:
    return _workbook(folder / "vk.xlsx", Sheet=[["Streams of March"], [], COLUMNS, ROW.split(",")])


@builder
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


@builder
def xlsx_with_numbers_for_codes(folder: Path) -> Path:
    path = folder / "catalogue.xlsx"
    rows = [
        [4600700000015, "RUA0A2400001", "Thirteen digits", 7, "A", date(2024, 3, 1)],
        [12345678905, "RUA0A2400002", "A zero lost", 7, "A", date(2024, 3, 1)],
        [7012345678901234567, "RUA0A2400003", "Nineteen digits", 7, "A", date(2024, 3, 1)],
        ["4600700000022", "RUA0A2400004", 1984, 7.5, "A", "2024-03-01"],
    ]
    return _workbook(path, Sheet=[CATALOGUE.split(","), *rows])


@builder
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


@builder
def parquet_with_nested_types(folder: Path) -> Path:
    return _plain_parquet(folder / "vk.parquet", isrc=[{"code": "RUA0A2400001"}])


@builder
def parquet_with_a_list(folder: Path) -> Path:
    return _plain_parquet(folder / "vk.parquet", streams=[[10, 20]])


@builder
def parquet_with_a_nested_column_to_spare(folder: Path) -> Path:
    return _plain_parquet(folder / "vk.parquet", details=[{"playlists": [1, 2]}])


@builder
def parquet_cut_off(folder: Path) -> Path:
    path = _plain_parquet(folder / "vk.parquet")
    return _write(path, path.read_bytes()[:-20])


@builder
def parquet_with_a_broken_page(folder: Path) -> Path:
    isrcs = [f"RUA0A24{number:05}" for number in range(20_000)]
    days, territories = [date(2024, 3, 1)] * len(isrcs), ["RU"] * len(isrcs)
    path = _parquet(folder / "vk.parquet", stream_date=days, isrc=isrcs, territory=territories, streams=range(20_000))
    content = bytearray(path.read_bytes())
    content[5000:9000] = b"\xff" * 4000
    return _write(path, bytes(content))


@builder
def parquet_of_no_rows(folder: Path) -> Path:
    empty_columns = {name: pa.array([], pa.string()) for name in COLUMNS}
    return _parquet(folder / "vk.parquet", **empty_columns)


@builder
def parquet_with_decimals_for_text(folder: Path) -> Path:
    return _plain_parquet(folder / "vk.parquet", isrc=[Decimal("46007000.00")], streams=[Decimal("10.00")])


@builder
def parquet_with_decimals_for_dates(folder: Path) -> Path:
    return _plain_parquet(folder / "vk.parquet", stream_date=[Decimal("20240301")])


@builder
def parquet_with_timestamps(folder: Path) -> Path:
    return _plain_parquet(folder / "vk.parquet", stream_date=[datetime(2024, 3, 1, 23, 59)])


@builder
def parquet_with_zoned_timestamps(folder: Path) -> Path:
    return _plain_parquet(folder / "vk.parquet", stream_date=[datetime(2024, 3, 1, 21, 0, tzinfo=UTC)])


@builder
def parquet_with_text_as_bytes(folder: Path) -> Path:
    return _plain_parquet(folder / "vk.parquet", isrc=[b"RUA0A2400001"], territory=["Россия".encode()])


@builder
def parquet_with_bytes_that_are_no_text(folder: Path) -> Path:
    return _plain_parquet(folder / "vk.parquet", isrc=[b"\xd0\x00\xff"])


@builder
def parquet_with_codes_as_floats(folder: Path) -> Path:
    path = folder / "tiktok.parquet"
    sounds = pa.array([7012345678901234567.0, 46007000001.0])
    days, territories = [date(2024, 3, 1)] * 2, ["RU"] * 2
    return _parquet(path, activity_date=days, sound_id=sounds, territory=territories, views=[10.0, 20.0])


@builder
def parquet_with_far_dates(folder: Path) -> Path:
    days = pa.array([19783, 2**31 - 1, -(2**31) + 1, 2932896], pa.int32()).cast(pa.date32())
    isrcs = [f"RUA0A240000{number}" for number in range(4)]
    return _plain_parquet(folder / "vk.parquet", stream_date=days, isrc=isrcs, territory=["RU"] * 4, streams=[1] * 4)


@builder
def path_with_spaces_cyrillic_brackets_and_quotes(folder: Path) -> Path:
    return _write(folder / "Отчёты за март [1]" / "VK 'стримы' {*} \"новые\" ?.csv", CSV).parent


@builder
def path_that_looks_like_a_partition(folder: Path) -> Path:
    return _write(folder / "stream_date=1999-01-01" / "streams=5.csv", CSV).parent


@builder
def symlink_loop(folder: Path) -> Path:
    (folder / "a.csv").symlink_to(folder / "b.csv")
    (folder / "b.csv").symlink_to(folder / "a.csv")
    return folder / "a.csv"


@builder
def symlink_loop_in_a_folder(folder: Path) -> Path:
    _write(folder / "in" / "vk.csv", CSV)
    return symlink_loop(folder / "in").parent


@builder
def symlink_to_nothing_in_a_folder(folder: Path) -> Path:
    _write(folder / "in" / "vk.csv", CSV)
    (folder / "in" / "gone.csv").symlink_to(folder / "gone.csv")
    return folder / "in"


@builder
def folder_linked_into_itself(folder: Path) -> Path:
    _write(folder / "in" / "vk.csv", CSV)
    (folder / "in" / "again").symlink_to(folder / "in")
    return folder / "in"


@builder
def folder_linked_from_elsewhere(folder: Path) -> Path:
    _write(folder / "elsewhere" / "vk.csv", CSV)
    (folder / "in").mkdir()
    (folder / "in" / "march").symlink_to(folder / "elsewhere")
    return folder / "in"


@builder
def folder_called_csv(folder: Path) -> Path:
    return _write(folder / "vk.csv" / "march.csv", CSV).parent


@builder
def empty_folder_called_csv(folder: Path) -> Path:
    (folder / "vk.csv").mkdir()
    return folder / "vk.csv"


@builder
def fifo(folder: Path) -> Path:
    os.mkfifo(folder / "vk.csv")
    return folder / "vk.csv"


@builder
def fifo_in_a_folder(folder: Path) -> Path:
    _write(folder / "in" / "vk.csv", CSV)
    os.mkfifo(folder / "in" / "pipe.csv")
    return folder / "in"


@builder
def device(folder: Path) -> Path:
    (folder / "zero.csv").symlink_to("/dev/zero")
    return folder / "zero.csv"


@builder
def no_such_path(folder: Path) -> Path:
    return folder / "vk.csv"


@builder
def kind_that_nobody_reads(folder: Path) -> Path:
    return _write(folder / "vk.xls", CSV)


@builder
def two_files_with_the_same_rows(folder: Path) -> Path:
    _write(folder / "in" / "copy.csv", CSV)
    return _write(folder / "in" / "vk.csv", CSV).parent


@builder
def day_split_over_two_files(folder: Path) -> Path:
    _write(folder / "in" / "1.csv", CSV)
    return _write(folder / "in" / "2.csv", f"{HEADER}\n2024-03-01,RUA0A2400002,RU,20\n").parent


@builder
def same_file_by_two_paths(folder: Path) -> Path:
    _write(folder / "in" / "vk.csv", CSV)
    (folder / "in" / "link.csv").symlink_to(folder / "in" / "vk.csv")
    return folder / "in"


@builder
def one_good_file_and_one_unfit(folder: Path) -> Path:
    _write(folder / "in" / "good.csv", CSV)
    return _write(folder / "in" / "unfit.csv", "a,b\n1,2\n").parent


@builder
def lock_file_of_a_spreadsheet(folder: Path) -> Path:
    _write(folder / "in" / "vk.csv", CSV)
    return _write(folder / "in" / "~$vk.xlsx", b"\x05user" + bytes(160)).parent
