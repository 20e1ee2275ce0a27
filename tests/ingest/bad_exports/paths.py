"""Paths that are not what they seem, and deliveries of several files."""

import os
from pathlib import Path

from tests.ingest.bad_exports.making import CSV, HEADER, maker, write


@maker
def path_with_spaces_cyrillic_brackets_and_quotes(folder: Path) -> Path:
    return write(
        folder / "Отчёты за март [1]" / "VK 'стримы' {*} \"новые\" ?.csv", f"{CSV}2024-03-02,RUA0A2400001,RU,x\n"
    ).parent


@maker
def path_that_looks_like_a_partition(folder: Path) -> Path:
    return write(folder / "stream_date=1999-01-01" / "streams=5.csv", CSV).parent


@maker
def symlink_loop(folder: Path) -> Path:
    (folder / "a.csv").symlink_to(folder / "b.csv")
    (folder / "b.csv").symlink_to(folder / "a.csv")
    return folder / "a.csv"


@maker
def symlink_loop_in_a_folder(folder: Path) -> Path:
    write(folder / "in" / "vk.csv", CSV)
    return symlink_loop(folder / "in").parent


@maker
def symlink_to_nothing_in_a_folder(folder: Path) -> Path:
    write(folder / "in" / "vk.csv", CSV)
    (folder / "in" / "gone.csv").symlink_to(folder / "gone.csv")
    return folder / "in"


@maker
def folder_linked_into_itself(folder: Path) -> Path:
    write(folder / "in" / "vk.csv", CSV)
    (folder / "in" / "again").symlink_to(folder / "in")
    return folder / "in"


@maker
def folder_linked_from_elsewhere(folder: Path) -> Path:
    write(folder / "elsewhere" / "vk.csv", CSV)
    (folder / "in").mkdir()
    (folder / "in" / "march").symlink_to(folder / "elsewhere")
    return folder / "in"


@maker
def folder_called_csv(folder: Path) -> Path:
    return write(folder / "vk.csv" / "march.csv", CSV).parent


@maker
def empty_folder_called_csv(folder: Path) -> Path:
    (folder / "vk.csv").mkdir()
    return folder / "vk.csv"


@maker
def fifo(folder: Path) -> Path:
    os.mkfifo(folder / "vk.csv")
    return folder / "vk.csv"


@maker
def fifo_in_a_folder(folder: Path) -> Path:
    write(folder / "in" / "vk.csv", CSV)
    os.mkfifo(folder / "in" / "pipe.csv")
    return folder / "in"


@maker
def device(folder: Path) -> Path:
    (folder / "zero.csv").symlink_to("/dev/zero")
    return folder / "zero.csv"


@maker
def no_such_path(folder: Path) -> Path:
    return folder / "vk.csv"


@maker
def xls_that_is_csv(folder: Path) -> Path:
    return write(folder / "vk.xls", CSV)


@maker
def kind_that_nobody_reads(folder: Path) -> Path:
    return write(folder / "vk.doc", CSV)


@maker
def two_files_with_the_same_rows(folder: Path) -> Path:
    write(folder / "in" / "copy.csv", CSV)
    return write(folder / "in" / "vk.csv", CSV).parent


@maker
def day_split_over_two_files(folder: Path) -> Path:
    write(folder / "in" / "1.csv", CSV)
    return write(folder / "in" / "2.csv", f"{HEADER}\n2024-03-01,RUA0A2400002,RU,20\n").parent


@maker
def same_file_by_two_paths(folder: Path) -> Path:
    write(folder / "in" / "vk.csv", CSV)
    (folder / "in" / "link.csv").symlink_to(folder / "in" / "vk.csv")
    return folder / "in"


@maker
def one_good_file_and_one_unfit(folder: Path) -> Path:
    write(folder / "in" / "good.csv", CSV)
    return write(folder / "in" / "unfit.csv", "a,b\n1,2\n").parent


@maker
def lock_file_of_a_spreadsheet(folder: Path) -> Path:
    write(folder / "in" / "vk.csv", CSV)
    return write(folder / "in" / "~$vk.xlsx", b"\x05user" + bytes(160)).parent
