"""Damaged, lost and stray files of the landing, and columns that come and go upstream."""

import random
from datetime import date
from pathlib import Path

import duckdb
import pandas as pd
import pyarrow.parquet as pq
import pytest

from hitcast.core.errors import HitcastError
from hitcast.core.home import Home
from hitcast.ingest import check_landing, ingest, landing, restore_ledger, withdraw
from hitcast.ingest.contract import load_contracts
from hitcast.ingest.landing import LedgerRow, landed_files, read_history, read_ledger
from hitcast.ingest.soundness import damage
from tests.commands import MAPPINGS, copied, cut, hitcast, overwritten, published, refused, rest_slow, slow, succeeded

DAY = date(2021, 12, 20)
HEADER = "stream_date,isrc,territory,streams"
FORECASTS = "select * exclude (predicted_at, run_id) from release_predictions order by all"


@pytest.fixture
def home(prepared: Home, tmp_path: Path) -> Home:
    """A copy of the prepared home whose landing too is free to be damaged."""
    return copied(prepared, tmp_path / "home")


def file_of(home: Home, table: str = "vk_stream_days", day: date | None = DAY) -> Path:
    """The file that the ledger names for a day, or for the catalog."""
    [path] = [
        path
        for path, row in landed_files(home, read_ledger(home)).items()
        if row.table_name == table and day in (None, row.delivered_day)
    ]
    return path


def landed_rows(home: Home) -> list[tuple[object, ...]]:
    pattern = str(home.raw / "vk_stream_days" / "*" / "*" / "data.parquet")
    columns = "* exclude (delivery)"
    return duckdb.execute(
        f"select {columns} from read_parquet(?, hive_partitioning = true) order by all", [pattern]
    ).fetchall()


def features(home: Home) -> pd.DataFrame:
    with duckdb.connect(str(home.warehouse), read_only=True) as warehouse:
        return warehouse.sql("from release_features order by release_id, as_of_day").df()


def flipped(path: Path, chance: random.Random) -> bytes:
    """Turns one bit of a file over; returns what it held before."""
    content = path.read_bytes()
    spoiled = bytearray(content)
    spoiled[chance.randrange(len(content))] ^= 1 << chance.randrange(8)
    path.write_bytes(spoiled)
    return content


@pytest.mark.slow
def test_a_damaged_day_is_named_and_delivered_again(home: Home, exports: Path) -> None:
    rows, file = landed_rows(home), file_of(home)
    cut(file, 0.5)
    message = refused(hitcast(home, "run"), 2)
    assert f"{file}: is damaged" in message
    assert "`hitcast ingest` that day again, from vk_streams_2021-12.csv" in message
    report = ingest(home, [exports / "vk"], MAPPINGS[1::2])
    assert [table.days_replaced for table in report.tables] == [[DAY]]
    assert landed_rows(home) == rows
    check_landing(home)


@slow
def test_a_run_after_the_cure_forecasts_as_before(home: Home, exports: Path) -> None:
    forecasts = published(home, FORECASTS)
    overwritten(file_of(home), 0.01, 0.3)
    assert str(DAY) in refused(hitcast(home, "run"), 2)
    succeeded(hitcast(home, "ingest", str(exports), *MAPPINGS))
    succeeded(hitcast(home, "run"))
    assert published(home, FORECASTS).equals(forecasts)


@pytest.mark.parametrize("table", ["vk_stream_days", "tiktok_sound_days", "catalog_tracks"])
def test_one_flipped_bit_in_a_landed_file_is_noticed(home: Home, table: str) -> None:
    chance, contract = random.Random(7), load_contracts()[table]
    named = [(path, row) for path, row in landed_files(home, read_ledger(home)).items() if row.table_name == table]
    tried = named * 200 if contract.day_column is None else chance.sample(named, 200)
    for path, row in tried[:200]:
        assert damage(home, contract, row) == ""
        content = flipped(path, chance)
        assert damage(home, contract, row) == "is damaged (its digest does not fit)"
        path.write_bytes(content)


def test_one_flipped_bit_in_the_ledger_is_noticed(home: Home) -> None:
    chance = random.Random(7)
    for _ in range(200):
        content = flipped(home.ledger, chance)
        with pytest.raises(HitcastError, match=r"landing_deliveries.*is damaged"):
            read_ledger(home)
        home.ledger.write_bytes(content)
    check_landing(home)


@pytest.mark.parametrize(
    "table", rest_slow(["vk_stream_days", "tiktok_sound_days", "catalog_tracks", "landing_deliveries"])
)
def test_a_run_stops_at_a_flipped_bit_and_says_how_to_go_on(home: Home, table: str) -> None:
    path = home.ledger if table == "landing_deliveries" else file_of(home, table, None if "catalog" in table else DAY)
    flipped(path, random.Random(7))
    message = refused(hitcast(home, "run"), 2)
    assert f"{path}: is damaged" in message
    assert ("`hitcast run --rebuild`" if table == "landing_deliveries" else "`hitcast ingest`") in message


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["empty", "gone", "no Parquet"])
def test_a_day_that_is_not_there_is_missed(home: Home, kind: str) -> None:
    file = file_of(home, "tiktok_sound_days", date(2020, 5, 5))
    file.unlink() if kind == "gone" else file.write_bytes(b"" if kind == "empty" else b"PAR1" + bytes(500))
    with pytest.raises(HitcastError, match=r"2020-05-05.*`hitcast ingest` that day again, from "):
        check_landing(home)


@pytest.mark.slow
def test_a_withdrawn_day_whose_file_is_put_back_stays_withdrawn(home: Home) -> None:
    file = file_of(home)
    content = file.read_bytes()
    withdraw(home, "vk_stream_days", [DAY])
    succeeded(hitcast(home, "run"))
    before, forecasts = features(home), published(home, FORECASTS)
    for place in (file, file.parents[1] / "delivery=000009" / "data.parquet", file.with_name("data (copy).parquet")):
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)
    succeeded(hitcast(home, "run"))
    pd.testing.assert_frame_equal(features(home), before)
    assert published(home, FORECASTS).equals(forecasts)


@pytest.mark.slow
def test_a_kill_between_landing_and_ledger_followed_by_a_run_changes_nothing(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, forecasts = features(home), published(home, FORECASTS)
    export = tmp_path / "vk.csv"
    isrc = pq.read_table(file_of(home)).column("isrc")[0]
    export.write_text(f"{HEADER}\n{DAY},{isrc},RU,999999\n{date(2022, 1, 5)},{isrc},RU,999999\n")

    def killed(home: Home, rows: list[LedgerRow], contract: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(landing, "write_ledger", killed)
    with pytest.raises(KeyboardInterrupt):
        ingest(home, [export], accept_loss=True)
    monkeypatch.undo()
    assert len(list(file_of(home).parents[1].glob("delivery=*"))) == 2
    succeeded(hitcast(home, "run", "--full-refresh"))
    pd.testing.assert_frame_equal(features(home), before)
    assert published(home, FORECASTS).equals(forecasts)


@pytest.mark.slow
def test_a_damaged_catalog_asks_for_the_whole_one(home: Home, exports: Path) -> None:
    file = file_of(home, "catalog_tracks", None)
    rows = pq.read_table(file).drop_columns(["delivery_number"]).to_pylist()
    cut(file, 0.5)
    for command in (["run"], ["ingest", str(exports / "catalog"), *MAPPINGS]):
        message = refused(hitcast(home, *command), 2)
        assert f"{file}: is damaged" in message
        assert "Remove it, then `hitcast ingest` the whole of catalog_tracks again" in message
    file.unlink()
    with pytest.raises(HitcastError, match="is missing"):
        check_landing(home)
    succeeded(hitcast(home, "ingest", str(exports / "catalog"), *MAPPINGS))
    check_landing(home)
    file = file_of(home, "catalog_tracks", None)
    assert pq.read_table(file).drop_columns(["delivery_number"]).to_pylist() == rows


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["cut off", "gone"])
def test_a_damaged_ledger_is_restored_from_its_copy(home: Home, exports: Path, kind: str) -> None:
    withdraw(home, "vk_stream_days", [DAY])
    before = read_history(home)
    cut(home.ledger, 0.5) if kind == "cut off" else home.ledger.unlink()
    for command in (["run"], ["ingest", str(exports / "vk"), *MAPPINGS], ["withdraw", "vk_stream_days", str(DAY)]):
        assert "`hitcast run --rebuild` restores it from its copy" in refused(hitcast(home, *command), 2)
    assert "`hitcast run --rebuild` restores it" in succeeded(hitcast(home, "status"))
    assert restore_ledger(home) == len(before)
    assert read_history(home) == before
    check_landing(home)
    assert restore_ledger(home) is None


@pytest.mark.slow
def test_a_damaged_publication_is_written_anew(home: Home) -> None:
    rows = published(home, "from release_predictions order by all")
    overwritten(home.serving / "hitcast.duckdb", 0, 0.01)
    assert "`hitcast publish` writes it again" in refused(hitcast(home, "alerts"), 2)
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
    message = refused(hitcast(home, "ingest", str(file)), 2)
    assert "streams" in message
    assert str(file) in message
    assert read_ledger(home) == before
    assert len(landed_rows(home)) == 2
