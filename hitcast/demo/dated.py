"""The same world as a series of deliveries, each on its day: for what was known when."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path

import duckdb

from hitcast.core.sql import Sql, fill, fill_file, quoted
from hitcast.demo.exports import VENDORS, Vendor, months, write_catalog
from hitcast.demo.promotion import write_campaigns
from hitcast.demo.simulation import FIRST_DAY, run_script

MONTHS = 15
"""Months before the end of the data that are delivered one by one; what lies before is the first delivery."""
ANNOUNCED_DAYS = 21
"""Days ahead that the catalog knows of releases."""
MATCHED_ON: dict[str, Sql] = {
    "tiktok": Sql("matched_on(track_id, sound_no, isrc, births.release_date)"),
    "vk": Sql("cast(null as date)"),
}


def delivery_days(until: date) -> list[date]:
    """Days of delivery: the first of each month of the last 15, and the day after the last day of data.

    Args:
        until: Last day of data.
    """
    end = until + timedelta(days=1)
    starts = [first for first, _ in months(until) if first > FIRST_DAY][-MONTHS:]
    return [day for day in starts if day < end] + [end]


def write_deliveries(
    connection: duckdb.DuckDBPyConnection,
    root: Path,
    smallest_segment: int,
    until: date,
    late_share: float,
    campaigns: bool,
    progress: Callable[[str], None],
) -> dict[str, int]:
    """Writes `deliveries/<day>/{catalog,tiktok,vk}/`, and `promotion/` where the log of campaigns is wanted.

    Args:
        connection: Connection in which `simulate` ran.
        root: Folder that holds `deliveries/`.
        smallest_segment: Streams below which VK pools a segment.
        until: Last day.
        late_share: Share of the users' sounds that TikTok matches to their recording late.
        campaigns: Whether the label delivers its log of campaigns, each time whole.
        progress: Called with a line on what is being written.

    Returns:
        Rows written by table; a day that is sent again counts again.
    """
    days = delivery_days(until)
    connection.execute(
        """
        create or replace temp table delivery_days as
        select
            delivered_on,
            lead(delivered_on) over (order by delivered_on) as next_on,
            delivered_on = min(delivered_on) over () as is_archive
        from (select unnest(?::date[]) as delivered_on)
        """,
        [days],
    )
    counts = {"catalog_tracks": 0, **{vendor.table: 0 for vendor in VENDORS}}
    if campaigns:
        counts["promotion_spends"] = 0
    for day in days:
        folder, announced = root / "deliveries" / day.isoformat(), day + timedelta(days=ANNOUNCED_DAYS)
        counts["catalog_tracks"] += write_catalog(connection, folder / "catalog", announced)
        if campaigns:
            counts["promotion_spends"] += write_campaigns(connection, folder / "promotion", announced)
    for vendor in VENDORS:
        names = {"month": quoted(f"{vendor.name}_month"), "dated": quoted(f"{vendor.name}_dated")}
        _date_rows(connection, vendor, names, smallest_segment, until, late_share, progress)
        for day in days:
            progress(f"Writing {vendor.name} as delivered on {day}")
            for first_day, last_day in _spans(day, day == days[0]):
                span = {"delivered_on": day, "first_day": first_day, "last_day": last_day}
                connection.execute(fill_file(__file__, "dated_delivery", **names), span)
                if connection.table(f"{vendor.name}_month").shape[0]:
                    folder = root / "deliveries" / day.isoformat() / vendor.name
                    folder.mkdir(parents=True, exist_ok=True)
                    file = folder / f"{vendor.stem}_{last_day:%Y-%m}.csv.gz"
                    counts[vendor.table] += run_script(
                        connection, f"{vendor.name}_csv", delivery="first", file=str(file)
                    )
        connection.execute(fill("drop table {dated}; drop table {month}", **names))
    return counts


def _date_rows(
    connection: duckdb.DuckDBPyConnection,
    vendor: Vendor,
    names: dict[str, Sql],
    smallest_segment: int,
    until: date,
    late_share: float,
    progress: Callable[[str], None],
) -> None:
    """Makes the vendor's dated rows of all months."""
    for first_day, last_day in months(until):
        progress(f"Dating {vendor.name} {first_day:%Y-%m}")
        variables = {"first_day": first_day, "last_day": last_day, "smallest_segment": smallest_segment}
        run_script(connection, vendor.name, late_share=late_share, **variables)
        if first_day == FIRST_DAY:
            empty = (
                "create or replace temp table {dated} as select *, day as delivered_on, day as replaced_on from {month}"
            )
            connection.execute(fill(empty + " limit 0", **names))
        connection.execute(fill_file(__file__, "dated", matched_on=MATCHED_ON[vendor.name], **names))


def _spans(day: date, is_archive: bool) -> Iterator[tuple[date, date]]:
    """First and last day of each file of a delivery: the archive has one a month, a later delivery one."""
    if is_archive:
        yield from months(day - timedelta(days=1))
    else:
        yield FIRST_DAY, day - timedelta(days=1)
