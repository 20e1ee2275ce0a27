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
    landed = hitcast(home, *_deliver(home, tmp_path, [*whole, f"{DAY},x,RU,none"]))
    assert landed.returncode == 5
    assert "1 row rejected, 1 day not whole" in " ".join(landed.stdout.split())
    succeeded(hitcast(home, "run", "--step", "features"))
    with duckdb.connect(str(home.warehouse), read_only=True) as warehouse:
        found = warehouse.execute(
            """
            select cast(day as varchar), vk_state, count(vk_streams) > 0
            from release_days where cast(day as varchar)[:10] in (?, ?, ?, ?) group by all order by all
            """,
            [DAY, OTHER, SHARED, NEXT],
        ).fetchall()
    assert [(day[:10], *rest) for day, *rest in found] == [
        (DAY, "partial", False),
        (OTHER, "whole", True),
        (SHARED, "whole", True),
        (NEXT, "whole", True),
    ]
