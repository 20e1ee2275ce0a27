"""`hitcast demo-data`: a world of releases, written as the files its vendors would send."""

import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import duckdb

from hitcast.core.errors import HitcastError
from hitcast.core.quiet import connect
from hitcast.demo.dated import write_deliveries
from hitcast.demo.exports import VENDORS, write_catalog, write_days
from hitcast.demo.plan import DEFAULT_ROWS, MIN_ROWS, plan_world
from hitcast.demo.promotion import LATE_SHARE, write_campaigns, write_promotion_truth
from hitcast.demo.simulation import FIRST_DAY, LAST_DAY, simulate
from hitcast.demo.truth import write_truth

MIN_UNTIL = date(2019, 3, 31)
THREADS = 2


@dataclass(frozen=True)
class DemoSummary:
    """What was written.

    Attributes:
        rows: Rows per table, over all files.
        files: Files written, in order.
        first_day: First day of data.
        last_day: Last day of data.
        release_count: Releases in the catalog, announced ones included.
    """

    rows: dict[str, int]
    files: tuple[Path, ...]
    first_day: date
    last_day: date
    release_count: int


def write_demo_data(
    out: Path,
    rows: int | None = None,
    seed: int = 7,
    until: date | None = None,
    days: int | None = None,
    progress: Callable[[str], None] = lambda line: None,
    late_matches: float | None = None,
    campaigns: bool = False,
) -> DemoSummary:
    """Writes the demo world's exports; an earlier world in the same place is replaced.

    `out` holds `first/{catalog,tiktok,vk}/` and `corrections/{tiktok,vk}/`, two deliveries to be ingested one after
    the other, and `truth.parquet`, which is no vendor's file and for reports only. With `late_matches` it holds
    `deliveries/<day>/{catalog,tiktok,vk}/` instead, to be ingested in order, each as delivered on its day. With
    `campaigns`, `first/` or each delivery holds `promotion/` too, and `promotion_truth.parquet` lies beside the other.

    Args:
        out: Folder to write, made if it is missing.
        rows: Raw rows wanted, to within a quarter, for a world through 2021.
        seed: Seed of the world; the same seed gives the same rows.
        until: Last day of data; by default the end of 2021. Rows of earlier days do not depend on it.
        days: Days after release that every recording is reported at least, more than the rows buy: horizons of 60
            and 90 days need a hundred. Rows of earlier days do not depend on it.
        progress: Called with a line on what is being done.
        late_matches: Share of users' sounds that are matched to their recording 5 to 40 days after its release, with
            their whole past; None for none, and two deliveries.
        campaigns: Whether the label delivers its log of campaigns; some then begin later, up to day 14.

    Returns:
        What was written.

    Raises:
        HitcastError: If `rows` or `until` is too small for a world, or `late_matches` is no share.
    """
    rows, until = DEFAULT_ROWS if rows is None else rows, until or LAST_DAY
    _check_choices(rows, until, late_matches)
    plan = plan_world(rows)
    plan = replace(plan, last_age=max(plan.last_age, days or 0))
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".demo-", dir=out.parent) as work:
        written = Path(work) / "exports"
        connection = connect(
            ":memory:", config={"threads": THREADS, "temp_directory": str(Path(work) / "spill"), "memory_limit": "4GB"}
        )
        with connection:
            simulate(connection, plan, seed, until, progress, LATE_SHARE if campaigns else 0)
            counts = _write_exports(
                connection, written, plan.smallest_segment, until, late_matches, campaigns, progress
            )
            progress("Simulating what could be known at best")
            write_truth(connection, written / "truth.parquet")
            if campaigns:
                progress("Simulating what other campaigns would have done")
                write_promotion_truth(connection, written / "promotion_truth.parquet")
            release_count = connection.sql("select count(*) from releases").fetchall()[0][0]
        replace_world(written, out)
    return DemoSummary(
        rows=counts,
        files=tuple(sorted(file for file in out.rglob("*") if file.is_file())),
        first_day=FIRST_DAY,
        last_day=until,
        release_count=release_count,
    )


def _check_choices(rows: int, until: date, late_matches: float | None) -> None:
    if rows < MIN_ROWS:
        raise HitcastError(f"{rows} rows are too few for a world", "--rows", f"Ask for {MIN_ROWS} or more")
    if until < MIN_UNTIL:
        raise HitcastError(f"{until} is too early for a world", "--until", f"Give {MIN_UNTIL} or later")
    if late_matches is not None and not 0 <= late_matches <= 1:
        raise HitcastError(f"{late_matches} is no share", "--late-matches", "Give a number from 0 to 1, such as 0.15")


def _write_exports(
    connection: duckdb.DuckDBPyConnection,
    written: Path,
    smallest_segment: int,
    until: date,
    late_matches: float | None,
    campaigns: bool,
    progress: Callable[[str], None],
) -> dict[str, int]:
    """Writes the vendors' files: rows by table."""
    if late_matches is not None:
        return write_deliveries(connection, written, smallest_segment, until, late_matches, campaigns, progress)
    counts = {"catalog_tracks": write_catalog(connection, written / "first" / "catalog")}
    for vendor in VENDORS:
        counts[vendor.table] = write_days(connection, vendor, written, smallest_segment, until, progress)
    if campaigns:
        counts["promotion_spends"] = write_campaigns(connection, written / "first" / "promotion")
    return counts


def replace_world(written: Path, out: Path) -> None:
    """Moves a finished world into place; files that are not a world's stay.

    Args:
        written: Folder with the new world.
        out: Where it goes.
    """
    out.mkdir(exist_ok=True)
    for name in ("first", "corrections", "deliveries", "truth.parquet", "promotion_truth.parquet"):
        old = out / name
        if old.is_dir():
            shutil.rmtree(old)
        old.unlink(missing_ok=True)
        if (written / name).exists():
            (written / name).rename(old)
