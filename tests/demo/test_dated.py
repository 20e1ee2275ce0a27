from collections import defaultdict
from datetime import date, timedelta
from pathlib import Path

import duckdb
import pytest

from hitcast.core.errors import HitcastError
from hitcast.core.home import Home
from hitcast.demo.dated import delivery_days
from hitcast.demo.world import write_demo_data
from hitcast.ingest import ingest
from hitcast.ingest.landing import landed_files, read_history, read_ledger
from tests.conftest import Once

ROWS, UNTIL, SHARE = 100_000, date(2019, 10, 31), 0.6
MAPPINGS = ("demo_catalog", "demo_tiktok", "demo_vk")
DAYS = {"tiktok_sound_days": "activity_date", "vk_stream_days": "stream_date"}


def landed(home: Home, table: str, until: date) -> set[tuple[object, ...]]:
    """Rows of a table that the ledger lets read, of days up to one."""
    ledger = read_ledger(home)
    files = [str(path) for path, row in landed_files(home, ledger).items() if row.table_name == table]
    rows = f"select * exclude (delivery) from read_parquet(?, hive_partitioning = true) where {DAYS[table]} <= ?"
    return set(duckdb.execute(rows, [files, until]).fetchall())


@pytest.fixture(scope="session")
def plain(once: Once) -> Home:
    def build(folder: Path) -> Home:
        home = Home(folder)
        write_demo_data(home.exports, ROWS, until=UNTIL)
        for name in ("first", "corrections"):
            ingest(home, [home.exports / name], MAPPINGS)
        return home

    made: Home = once("plain", build)
    return made


@pytest.fixture(scope="session")
def dated(once: Once) -> Home:
    def build(folder: Path) -> Home:
        home = Home(folder)
        write_demo_data(home.exports, ROWS, until=UNTIL, late_matches=SHARE)
        for delivery in sorted((home.exports / "deliveries").iterdir()):
            ingest(home, [delivery], MAPPINGS, delivered_on=date.fromisoformat(delivery.name))
        return home

    made: Home = once("dated", build)
    return made


def test_deliveries_come_each_month_and_after_the_last_day() -> None:
    days = delivery_days(date(2021, 12, 31))
    assert (len(days), days[0], days[-1]) == (16, date(2020, 10, 1), date(2022, 1, 1))
    assert delivery_days(date(2021, 12, 10))[-2:] == [date(2021, 12, 1), date(2021, 12, 11)]


@pytest.mark.slow
@pytest.mark.parametrize("table", DAYS)
def test_in_the_end_the_world_is_the_same(plain: Home, dated: Home, table: str) -> None:
    # a sound may be matched 40 days after a release, and be heard of 14 days before it
    until = UNTIL - timedelta(days=60)
    rows = landed(dated, table, until)
    assert len(rows) > 4_000
    assert rows == landed(plain, table, until)


@pytest.mark.slow
def test_a_sound_matched_late_comes_with_its_whole_past(plain: Home, dated: Home) -> None:
    seen: dict[date, dict[str, set[tuple[str, str]]]] = {}
    for folder in sorted((dated.exports / "deliveries").iterdir()):
        files = str(folder / "tiktok" / "*.csv.gz")
        query = 'select distinct "Sound ID", "Date", "ISRC" from read_csv(?, delim = \';\', all_varchar = true)'
        days: dict[str, set[tuple[str, str]]] = defaultdict(set)
        for sound, day, isrc in duckdb.execute(query, [files]).fetchall():
            days[sound].add((day, isrc))
        seen[date.fromisoformat(folder.name)] = days
    released = dict(
        duckdb.execute(
            "select isrc, min(release_date) from read_parquet(?) group by isrc",
            [[str(path) for path in landed_files(dated, read_ledger(dated)) if "catalog" in str(path)]],
        ).fetchall()
    )
    delays = []
    for after, (delivered_on, sounds) in list(zip(seen, list(seen.items())[1:], strict=False)):
        for sound, days in sounds.items():
            first = min(date.fromisoformat(day) for day, _ in days)
            isrc = next(iter(days))[1]
            if first < after and isrc and all(sound not in seen[day] for day in seen if day < delivered_on):
                delays.append((delivered_on - released[isrc]).days)
    assert len(delays) > 20
    # matched 5 to 40 days after release, delivered within a month of that
    assert min(delays) >= 5
    assert max(delays) <= 40 + 31


@pytest.mark.slow
def test_days_are_sent_again_and_what_they_were_is_kept(dated: Home) -> None:
    superseded = [row for row in read_history(dated) if row.superseded_on and row.table_name == "tiktok_sound_days"]
    assert len(superseded) > 100
    assert all(row.superseded_on and row.known_from < row.superseded_on for row in superseded)


@pytest.mark.slow
def test_the_catalog_knows_only_what_was_announced(dated: Home) -> None:
    first = min((dated.exports / "deliveries").iterdir())
    lines = (first / "catalog" / "catalog.csv").read_text(encoding="cp1251").splitlines()[1:]
    day, month, year = zip(*(line.split(";")[8].split(".") for line in lines), strict=True)
    latest = max(map(date, map(int, year), map(int, month), map(int, day)))
    assert latest <= date.fromisoformat(first.name) + timedelta(days=21)


def test_a_share_is_between_0_and_1(tmp_path: Path) -> None:
    with pytest.raises(HitcastError, match=r"--late-matches: 1.5 is no share"):
        write_demo_data(tmp_path / "exports", ROWS, late_matches=1.5)
