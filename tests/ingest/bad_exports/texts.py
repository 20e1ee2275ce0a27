"""CSV exports that no reader should open, or no repository hold."""

import gzip
from pathlib import Path

from tests.ingest.bad_exports.making import CSV, HEADER, ROW, maker, write


@maker
def utf_16_unannounced(folder: Path) -> Path:
    return write(folder / "vk.csv", CSV.encode("utf-16"))


@maker
def cp1251_unannounced(folder: Path) -> Path:
    return write(folder / "vk.csv", f"{HEADER},gender\n{ROW},женский\n".encode("cp1251"))


@maker
def utf_8_read_as_cp1251(folder: Path) -> Path:
    return write(folder / "cp1251.csv", b"\xef\xbb\xbf" + CSV.encode())


@maker
def line_ends_of_windows(folder: Path) -> Path:
    return write(folder / "vk.csv", f"{HEADER}\r\n{ROW}\r\n2024-03-02,RUA0A2400001,RU,x\r\n")


@maker
def line_ends_of_old_macs(folder: Path) -> Path:
    return write(folder / "vk.csv", f"{HEADER}\r{ROW}\r2024-03-02,RUA0A2400001,RU,x\r")


@maker
def line_ends_mixed(folder: Path) -> Path:
    rows = f"{ROW}\n2024-03-02,RUA0A2400001,RU,20\r2024-03-03,RUA0A2400001,RU,30\r\n"
    return write(folder / "vk.csv", f"{HEADER}\r\n{rows}")


@maker
def line_ends_mixed_behind_quotes(folder: Path) -> Path:
    rows = ['"2024-03-01","RUA0A2400001","RU","10"', '"2024-03-01","RUA0A2400002","RU","20"'] * 2
    return write(folder / "vk.csv", HEADER + "\r" + "".join(map("".join, zip(rows, "\r\n\n\r", strict=True))))


@maker
def line_ends_of_others_within_quotes(folder: Path) -> Path:
    return write(folder / "vk.csv", f'{HEADER},note\r\n{ROW},"a\nb"\r\n2024-03-01,RUA0A2400002,RU,20,"a\rb"\r\n')


@maker
def field_of_1_mb_before_a_bad_row(folder: Path) -> Path:
    return write(folder / "vk.csv", f"{HEADER},note\n\n{ROW},{'x' * 1_000_000}\n2024-03-02,RUA0A2400001,RU,x,\n")


@maker
def one_line_end_unlike_the_others(folder: Path) -> Path:
    return write(folder / "vk.csv", f"{HEADER}\n{ROW}\r\n2024-03-02,RUA0A2400001,RU,20\n")


@maker
def last_line_cut_off(folder: Path) -> Path:
    return write(folder / "vk.csv", f"{CSV}2024-03-02,RUA0A24")


@maker
def nul_bytes(folder: Path) -> Path:
    return write(folder / "vk.csv", f"{CSV}2024-03-01,RUA0A24\x0000002,RU,20\n2024-03-01,RUA0A2400003,R\x00,3\x000\n")


@maker
def disk_block_of_nul_bytes(folder: Path) -> Path:
    return write(folder / "vk.csv", CSV.encode() + bytes(4096))


@maker
def byte_order_mark_twice(folder: Path) -> Path:
    return write(folder / "vk.csv", b"\xef\xbb\xbf" * 2 + CSV.encode())


@maker
def field_of_10_mb(folder: Path) -> Path:
    return write(folder / "vk.csv", f"{CSV}2024-03-01,{'A' * 10_000_000},RU,20\n2024-03-01,RUA0A2400003,RU,30\n")


@maker
def quote_never_closed_in_10_mb(folder: Path) -> Path:
    rows = "".join(f"2024-03-01,RUA0A24{number:05},RU,20\n" for number in range(300_000))
    return write(folder / "vk.csv", f'{CSV}2024-03-01,"RUA0A2400002,RU,20\n{rows}')


@maker
def ten_thousand_columns(folder: Path) -> Path:
    names = ",".join(f"c{number}" for number in range(10_000))
    return write(folder / "vk.csv", f"{HEADER},{names}\n{ROW}{',' * 10_000}\n")


@maker
def empty(folder: Path) -> Path:
    return write(folder / "vk.csv", b"")


@maker
def blank_space_only(folder: Path) -> Path:
    return write(folder / "vk.csv", "\n \n\n")


@maker
def csv_that_is_gzip(folder: Path) -> Path:
    return write(folder / "vk.csv", gzip.compress(CSV.encode()))


@maker
def gzip_that_is_plain(folder: Path) -> Path:
    return write(folder / "vk.csv.gz", CSV)


@maker
def gzip_of_gzip(folder: Path) -> Path:
    return write(folder / "vk.csv.gz", gzip.compress(gzip.compress(CSV.encode())))


@maker
def gzip_cut_off(folder: Path) -> Path:
    rows = "".join(f"2024-03-01,RUA0A24{number:05},RU,{number * number % 977}\n" for number in range(50_000))
    return write(folder / "vk.csv.gz", gzip.compress(f"{CSV}{rows}".encode())[:-1000])


@maker
def gzip_with_a_wrong_checksum(folder: Path) -> Path:
    packed = bytearray(gzip.compress(CSV.encode()))
    packed[-8] ^= 1
    return write(folder / "vk.csv.gz", bytes(packed))


@maker
def gzip_of_two_members(folder: Path) -> Path:
    return write(folder / "vk.csv.gz", gzip.compress(CSV.encode()) + gzip.compress(b"2024-03-02,RUA0A2400001,RU,20\n"))


@maker
def gzip_and_rubbish(folder: Path) -> Path:
    return write(folder / "vk.csv.gz", gzip.compress(CSV.encode()) + b"rubbish")


@maker
def gzip_of_nothing(folder: Path) -> Path:
    return write(folder / "vk.csv.gz", gzip.compress(b""))


@maker
def utf_16_without_a_mark(folder: Path) -> Path:
    return write(folder / "vk.csv", CSV.encode("utf-16-le"))


@maker
def terminal_commands_in_the_header(folder: Path) -> Path:
    return write(folder / "vk.csv", f'\x1b[31mred\x07,"two\nlines"\n{ROW}\n')


@maker
def cut_off_before_its_last_line_end(folder: Path) -> Path:
    return write(folder / "vk.csv", CSV + "2024-03-02,RUA0A2400001,RU,20")
