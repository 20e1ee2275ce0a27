"""Exports that lose rows, together on one home: nothing of it reaches the marts unsaid."""

from collections.abc import Sequence
from pathlib import Path

import duckdb
import pytest

from hitcast.core.home import Home
from tests.commands import MAPPINGS, hitcast, refused, slow, succeeded

pytestmark = slow
HEADER = "stream_date,isrc,territory,streams"
DAY, OTHER, SHARED, NEXT = "2021-11-10", "2021-11-11", "2021-11-12", "2021-11-13"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    home = Home(tmp_path_factory.mktemp("losses") / "home")
    succeeded(hitcast(home, "demo-data", "--rows", "40000"))
    succeeded(hitcast(home, "ingest", str(home.exports / "first"), *MAPPINGS))
    return home


def _rows(home: Home, day: str) -> list[str]:
    """What a day has, a row a recording."""
    found = duckdb.execute(
        "select isrc, sum(streams) from read_parquet(?) group by isrc order by all",
        [str(home.raw / "vk_stream_days" / f"stream_date={day}" / "*" / "data.parquet")],
    ).fetchall()
    return [f"{day},{isrc},RU,{int(streams)}" for isrc, streams in found]


def _new_release(home: Home, day: str) -> tuple[str, str]:
    """A release of the week before a day, and a recording of it that has streams on the day."""
    [found] = duckdb.execute(
        """
        select any_value(upc), isrc
        from read_parquet($catalog)
        where
            release_date between cast($date as date) - 7 and cast($date as date)
            and isrc in (select isrc from read_parquet($day))
        group by isrc having count(distinct upc) = 1 order by isrc limit 1
        """,
        {
            "catalog": str(home.raw / "catalog_tracks" / "*" / "data.parquet"),
            "day": str(home.raw / "vk_stream_days" / f"stream_date={day}" / "*" / "data.parquet"),
            "date": day,
        },
    ).fetchall()
    return found


def _deliver(home: Home, folder: Path, rows: Sequence[str], header: str = HEADER) -> tuple[str, ...]:
    path = folder / "vk.csv"
    path.write_text("\n".join([header, *rows, ""]), encoding="utf-8")
    return ("ingest", str(path))


def test_nothing_is_lost_unsaid(home: Home, tmp_path: Path) -> None:
    # a store a row, their figures equal; most of a day gone; a tenth of a day no number
    stores = [f"{row},{store}" for row in _rows(home, SHARED) for store in ("one", "two")]
    assert "(store?)" in refused(hitcast(home, *_deliver(home, tmp_path, stores, f"{HEADER},store")), 2)
    assert "--accept-loss" in refused(hitcast(home, *_deliver(home, tmp_path, _rows(home, OTHER)[:1])), 2)
    whole = _rows(home, DAY)
    spoiled = [*whole, *[f"{DAY},x{number},RU,1.2K" for number in range(6)]]
    assert "held: more than 5%" in refused(hitcast(home, *_deliver(home, tmp_path, spoiled)), 2)
    # one row that does not fit lands, and is told
    release, recording = _new_release(home, DAY)
    landed = hitcast(home, *_deliver(home, tmp_path, [*whole, f"{DAY},{recording},RU,none"]))
    assert landed.returncode == 5
    message = "1 row rejected, 1 day not whole, of which figures of 1 recording are unknown"
    assert message in " ".join(landed.stdout.split())
    succeeded(hitcast(home, "run", "--step", "features"))
    with duckdb.connect(str(home.warehouse), read_only=True) as warehouse:
        found = warehouse.execute(
            """
            select cast(day as varchar), vk_state, count(vk_streams) > 0, bool_or(release_id = ?)
            from release_days where cast(day as varchar)[:10] in (?, ?, ?, ?) group by all order by all
            """,
            [release, DAY, OTHER, SHARED, NEXT],
        ).fetchall()
    # the release that lost its row alone
    assert [(day[:10], *rest) for day, *rest in found] == [
        (DAY, "partial", False, True),
        (DAY, "whole", True, False),
        (OTHER, "whole", True, True),
        (SHARED, "whole", True, True),
        (NEXT, "whole", True, True),
    ]
