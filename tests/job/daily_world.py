"""The demo world as its vendors would send it day by day: what came before, then one folder a day."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import duckdb

from hitcast.core.home import Home
from hitcast.demo.world import write_demo_data
from hitcast.ingest import ingest, prune

LAST_DAY = date(2021, 12, 31)
ANNOUNCED_DAYS = 14
"""Days before its release on which the label's catalog tells of it."""
LATE_DAYS = 2
"""Days after which TikTok sends a day again, whole this time."""
MAPPINGS = ("demo_catalog", "demo_tiktok", "demo_vk")
DAY_COLUMNS = {"tiktok_sound_days": "activity_date", "vk_stream_days": "stream_date"}


def land_demo(root: Path, rows: int) -> Home:
    """A home that holds the whole demo world, both deliveries landed, what they replaced pruned, and nothing built."""
    home = Home(root)
    write_demo_data(home.exports, rows)
    for delivery in ("first", "corrections"):
        ingest(home, [home.exports / delivery], MAPPINGS)
    prune(home, keep_days=0)
    return home


def write_past(whole: Home, folder: Path, until: date) -> Path:
    """Everything before a day, as one Parquet export a table; returns the folder."""
    folder.mkdir(parents=True)
    with duckdb.connect() as connection:
        for table, day in DAY_COLUMNS.items():
            rows = connection.read_parquet(f"{whole.raw}/{table}/*/*/data.parquet", hive_partitioning=True)
            rows = rows.filter(f"{day} < date '{until}'").project("* exclude (delivery)")
            rows.write_parquet(str(folder / f"{table}.parquet"))
        announced = _catalog(connection, whole).filter(f"release_date < date '{until}' + {ANNOUNCED_DAYS}")
        announced.write_parquet(str(folder / "catalog.parquet"))
    return folder


def write_days(whole: Home, root: Path, first: date, last: date = LAST_DAY) -> Iterator[tuple[date, Path]]:
    """A folder for each day: both vendors' files, TikTok's lacking its last rows, which come two days later, and the
    releases that the label announces.
    """
    for number in range((last - first).days + 1):
        day = first + timedelta(days=number)
        folder = root / day.isoformat()
        folder.mkdir(parents=True)
        with duckdb.connect() as connection:
            for table in DAY_COLUMNS:
                rows = _day(connection, whole, table, day)
                if rows is not None:
                    kept = len(rows) - len(rows) // 20 if table == "tiktok_sound_days" else len(rows)
                    rows.limit(kept).write_csv(str(folder / f"{table}_{day}.csv"))
            late = _day(connection, whole, "tiktok_sound_days", day - timedelta(days=LATE_DAYS))
            if late is not None:
                late.write_csv(str(folder / f"tiktok_late_{day}.csv"))
            announced = _catalog(connection, whole).filter(f"release_date = date '{day}' + {ANNOUNCED_DAYS}")
            if len(announced):
                announced.write_csv(str(folder / f"catalog_{day}.csv"))
        yield day, folder


def _day(connection: duckdb.DuckDBPyConnection, whole: Home, table: str, day: date) -> duckdb.DuckDBPyRelation | None:
    found = (whole.raw / table / f"{DAY_COLUMNS[table]}={day}").glob("delivery=*/data.parquet")
    rows = [
        connection.read_parquet(str(file), hive_partitioning=True).project("* exclude (delivery)") for file in found
    ]
    return rows[0] if rows else None


def _catalog(connection: duckdb.DuckDBPyConnection, whole: Home) -> duckdb.DuckDBPyRelation:
    rows = connection.read_parquet(f"{whole.raw}/catalog_tracks/delivery=*/data.parquet", hive_partitioning=True)
    return rows.project("* exclude (delivery_number, delivery)")
