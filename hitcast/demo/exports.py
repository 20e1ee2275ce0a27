"""Vendor-like export files of the demo world, month by month."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import duckdb

from hitcast.core.sql import fill, quoted
from hitcast.demo.simulation import FIRST_DAY, run_script

PARQUET_MONTH = "2020-06"
FIRST_PLAIN_YEAR = 2021


@dataclass(frozen=True)
class Vendor:
    """One vendor's way of delivering.

    Attributes:
        name: Folder of the files, and the scripts that make them.
        table: Raw table that the files are for.
        stem: Start of the files' names.
    """

    name: str
    table: str
    stem: str


VENDORS = (Vendor("tiktok", "tiktok_sound_days", "tiktok_sounds"), Vendor("vk", "vk_stream_days", "vk_streams"))


def write_catalog(connection: duckdb.DuckDBPyConnection, folder: Path, through: date = date.max) -> int:
    """Writes `catalog.csv` in cp1251, which DuckDB cannot write itself.

    Args:
        connection: Connection in which `simulate` ran.
        folder: Folder to write to, made if it is missing.
        through: Last release date in it.

    Returns:
        Rows written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "catalog.csv"
    rows = run_script(connection, "catalog_csv", announced_through=through, file=str(file))
    file.write_bytes(file.read_bytes().decode("utf-8").encode("cp1251"))
    return rows


def write_days(
    connection: duckdb.DuckDBPyConnection,
    vendor: Vendor,
    root: Path,
    smallest_segment: int,
    until: date,
    progress: Callable[[str], None],
) -> int:
    """Writes a vendor's monthly files below `first/` and what it sent later below `corrections/`.

    Args:
        connection: Connection in which `simulate` ran.
        vendor: Whose files.
        root: Folder that holds `first/` and `corrections/`.
        smallest_segment: Streams below which VK pools a segment.
        until: Last day.
        progress: Called with a line on what is being written.

    Returns:
        Rows written.
    """
    first, corrections = root / "first" / vendor.name, root / "corrections" / vendor.name
    first.mkdir(parents=True, exist_ok=True)
    rows = 0
    names = {"kept": quoted(f"{vendor.name}_corrections"), "month": quoted(f"{vendor.name}_month")}
    for first_day, last_day in months(until):
        month = f"{first_day:%Y-%m}"
        progress(f"Writing {vendor.name} {month}")
        run_script(connection, vendor.name, first_day=first_day, last_day=last_day, smallest_segment=smallest_segment)
        keep = "insert into {kept}" if first_day > FIRST_DAY else "create or replace temp table {kept} as"
        connection.execute(fill(keep + " from {month} where delivery = 'corrections'", **names))
        as_parquet = vendor.name == "tiktok" and month == PARQUET_MONTH
        ending = ".parquet" if as_parquet else ".csv" if first_day.year >= FIRST_PLAIN_YEAR else ".csv.gz"
        rows += run_script(
            connection,
            f"{vendor.name}_parquet" if as_parquet else f"{vendor.name}_csv",
            delivery="first",
            file=str(first / f"{vendor.stem}_{month}{ending}"),
        )
    for year in range(FIRST_DAY.year, until.year + 1):
        query = fill("create or replace temp table {month} as from {kept} where year(day) = ?", **names)
        connection.execute(query, [year])
        corrections.mkdir(parents=True, exist_ok=True)
        file = corrections / f"{vendor.stem}_corrections_{year}.csv"
        corrected = run_script(connection, f"{vendor.name}_csv", delivery="corrections", file=str(file))
        if not corrected:
            file.unlink()
        rows += corrected
    connection.execute(fill("drop table {kept}; drop table {month}", **names))
    return rows


def months(until: date) -> Iterator[tuple[date, date]]:
    """First and last day of every month from the world's first day through `until`.

    Args:
        until: Last day of the last, perhaps shortened, month.

    Yields:
        Pairs of dates, both inclusive.
    """
    first_day = FIRST_DAY
    while first_day <= until:
        next_month = (first_day.replace(day=1) + timedelta(days=32)).replace(day=1)
        yield first_day, min(next_month - timedelta(days=1), until)
        first_day = next_month
