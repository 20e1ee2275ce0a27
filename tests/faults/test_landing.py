"""Damaged and lost files of the landing, and columns that come and go upstream."""

from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest

from ml.errors import HitcastError
from pipeline.home import Home
from pipeline.ingest import check_landing, ingest, restore_ledger
from pipeline.ingest.landing import read_ledger
from tests.faults.commands import MAPPINGS, cut, hitcast, overwritten, published, refused, slow, succeeded

DAY = "stream_date=2021-12-20"
HEADER = "stream_date,isrc,territory,streams"


def landed_rows(home: Home) -> list[tuple[object, ...]]:
    pattern = str(home.raw / "vk_stream_days" / "*" / "data.parquet")
    return duckdb.execute("from read_parquet(?, hive_partitioning = true) order by all", [pattern]).fetchall()


def test_a_damaged_day_is_named_and_delivered_again(home: Home, exports: Path) -> None:
    rows = landed_rows(home)
    file = home.raw / "vk_stream_days" / DAY / "data.parquet"
    cut(file, 0.5)
    told = refused(hitcast(home, "run"), 2)
    assert f"{file}: is damaged" in told
    assert "`hitcast ingest` that day again, from vk_streams_2021-12.csv" in told
    succeeded(hitcast(home, "ingest", str(exports), *MAPPINGS))
    assert landed_rows(home) == rows
    check_landing(home, wholly=True)


@slow
def test_a_run_after_the_cure_forecasts_as_before(home: Home, exports: Path) -> None:
    query = "select * exclude (predicted_at, run_id) from release_predictions order by all"
    forecasts = published(home, query)
    overwritten(home.raw / "vk_stream_days" / DAY / "data.parquet", 0.01, 0.3)
    assert DAY in refused(hitcast(home, "run"), 2)
    succeeded(hitcast(home, "ingest", str(exports), *MAPPINGS))
    succeeded(hitcast(home, "run"))
    assert published(home, query).equals(forecasts)


def test_damage_within_a_day_is_found_and_healed_though_its_ends_are_whole(home: Home, exports: Path) -> None:
    rows = landed_rows(home)
    file = home.raw / "vk_stream_days" / DAY / "data.parquet"
    content = bytearray(file.read_bytes())
    # a few bits of one value: the page decodes, but to other figures
    content[60] ^= 0xFF
    file.write_bytes(content)
    check_landing(home)
    with pytest.raises(HitcastError, match=rf"{DAY}.*is damaged"):
        check_landing(home, wholly=True)
    report = ingest(home, [exports / "vk"], MAPPINGS[1::2])
    assert [len(table.days_replaced) for table in report.tables] == [1]
    assert landed_rows(home) == rows
    check_landing(home, wholly=True)


@pytest.mark.parametrize("damage", ["empty", "gone", "no Parquet"])
def test_a_day_that_is_not_there_is_missed(home: Home, damage: str) -> None:
    file = home.raw / "tiktok_sound_days" / "activity_date=2020-05-05" / "data.parquet"
    file.unlink() if damage == "gone" else file.write_bytes(b"" if damage == "empty" else b"PAR1" + bytes(500))
    with pytest.raises(HitcastError, match=r"2020-05-05.*`hitcast ingest` that day again, from "):
        check_landing(home)


def test_a_damaged_catalogue_asks_for_the_whole_one(home: Home, exports: Path) -> None:
    file = home.raw / "catalog_tracks" / "data.parquet"
    rows = pq.read_table(file).drop_columns("delivery_number").to_pylist()
    cut(file, 0.5)
    for command in (["run"], ["ingest", str(exports / "catalog"), *MAPPINGS]):
        told = refused(hitcast(home, *command), 2)
        assert f"{file}: is damaged" in told
        assert "Remove it, then `hitcast ingest` the whole catalogue again" in told
    file.unlink()
    with pytest.raises(HitcastError, match="is missing"):
        check_landing(home)
    succeeded(hitcast(home, "ingest", str(exports / "catalog"), *MAPPINGS))
    check_landing(home, wholly=True)
    assert pq.read_table(file).drop_columns("delivery_number").to_pylist() == rows


@pytest.mark.parametrize("damage", ["cut off", "gone"])
def test_a_damaged_ledger_is_made_anew_from_the_landed_days(home: Home, damage: str) -> None:
    before = read_ledger(home)
    cut(home.ledger, 0.5) if damage == "cut off" else home.ledger.unlink()
    with pytest.raises(HitcastError, match=r"landing_deliveries.*`hitcast run --rebuild` makes it anew"):
        check_landing(home)
    if damage == "cut off":
        assert "`hitcast run --rebuild`" in refused(hitcast(home, "run"), 2)
        assert "cannot be read" in succeeded(hitcast(home, "status"))
    assert restore_ledger(home) == len(before)
    after = read_ledger(home)
    check_landing(home)
    days = {key for key in before if key[0] != "catalog_tracks"}
    assert days == {key for key in after if key[0] != "catalog_tracks"}
    assert all(after[key].checksum == before[key].checksum for key in days)
    assert all(after[key].row_count == before[key].row_count for key in days)
    assert len({row.delivery_number for row in after.values()}) == 1
    assert restore_ledger(home) is None


def test_a_ledger_made_anew_takes_the_same_exports_as_unchanged(home: Home, exports: Path) -> None:
    home.ledger.unlink()
    restore_ledger(home)
    report = ingest(home, [exports / "vk"], MAPPINGS[1::2])
    assert report.delivery_number is None
    assert [len(table.days_unchanged) for table in report.tables] == [1089]


def test_a_damaged_publication_is_written_anew(home: Home) -> None:
    rows = published(home, "from release_predictions order by all")
    overwritten(home.serving / "hitcast.duckdb", 0, 0.01)
    assert "`hitcast publish` writes it anew" in refused(hitcast(home, "alerts"), 2)
    assert "cannot be read" in succeeded(hitcast(home, "status"))
    succeeded(hitcast(home, "publish"))
    assert published(home, "from release_predictions order by all").equals(rows)


def test_columns_that_come_and_go_upstream(tmp_path: Path) -> None:
    home, file = Home(tmp_path / "home"), tmp_path / "vk.csv"
    file.write_text(f"{HEADER},listeners,mood\n2024-01-01,AAA,RU,5,3,sad\n")
    assert "mood" in succeeded(hitcast(home, "ingest", str(file)))
    # an optional column is gone
    file.write_text(f"{HEADER}\n2024-01-02,AAA,RU,6\n")
    assert "listeners" in succeeded(hitcast(home, "ingest", str(file)))
    # a required one is
    before = read_ledger(home)
    file.write_text("stream_date,isrc,territory,listeners\n2024-01-03,AAA,RU,6\n")
    told = refused(hitcast(home, "ingest", str(file)), 2)
    assert "streams" in told
    assert str(file) in told
    assert read_ledger(home) == before
    rows = [row[:2] for row in landed_rows(home)]
    assert len(rows) == 2
