from datetime import date
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from hitcast.core.errors import HitcastError
from hitcast.core.home import Home
from hitcast.ingest import check_landing, ingest, landing, withdraw, withdraw_releases
from hitcast.ingest.contract import load_contracts
from hitcast.ingest.landing import landed_file, landed_files, read_ledger

DAY, OTHER = date(2024, 1, 1), date(2024, 1, 2)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home(tmp_path / "home")
    ingest(home, [_exports(tmp_path)])
    return home


def _exports(folder: Path) -> Path:
    path = folder / "vk.csv"
    path.write_text(f"stream_date,isrc,territory,streams\n{DAY},a,RU,1\n{OTHER},a,RU,2\n")
    return path


def _file(home: Home, day: date) -> Path:
    return home.raw / "vk_stream_days" / f"stream_date={day}" / "delivery=000001" / "data.parquet"


def test_a_withdrawn_day_is_read_no_more_and_stays_in_the_ledger(home: Home) -> None:
    assert withdraw(home, "vk_stream_days", [DAY]) == 2
    assert list(landed_files(home, read_ledger(home))) == [_file(home, OTHER)]
    # kept for what was known before
    assert _file(home, DAY).exists()
    rows = read_ledger(home)
    gone, kept = rows["vk_stream_days", DAY], rows["vk_stream_days", OTHER]
    assert (gone.is_withdrawn, gone.delivery_number, gone.row_count) == (True, 2, 0)
    assert (kept.is_withdrawn, kept.delivery_number, kept.row_count) == (False, 1, 1)


def test_a_withdrawn_day_may_be_delivered_again(home: Home, tmp_path: Path) -> None:
    withdraw(home, "vk_stream_days", [DAY])
    report = ingest(home, [_exports(tmp_path)])
    assert (report.tables[0].days_new, report.tables[0].days_unchanged) == ([DAY], [OTHER])
    assert landed_file(home, load_contracts()["vk_stream_days"], DAY, 3).exists()
    row = read_ledger(home)["vk_stream_days", DAY]
    assert (row.is_withdrawn, row.delivery_number) == (False, 3)


def test_a_withdrawal_killed_after_its_ledger_is_made_good_by_the_same_call(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(_: Home) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(landing, "remove_leftovers", killed)
    with pytest.raises(KeyboardInterrupt):
        withdraw(home, "vk_stream_days", [DAY])
    monkeypatch.undo()
    assert _file(home, DAY).exists()
    assert read_ledger(home)["vk_stream_days", DAY].is_withdrawn
    before = read_ledger(home)
    # no other delivery
    assert withdraw(home, "vk_stream_days", [DAY]) == 2
    assert read_ledger(home) == before
    assert withdraw(home, "vk_stream_days", [DAY, OTHER]) == 3
    assert read_ledger(home)["vk_stream_days", DAY].delivery_number == 2


@pytest.mark.parametrize(
    ("table", "day", "message"),
    [
        ("catalog_tracks", DAY, "Those are tiktok_sound_days, vk_stream_days"),
        ("vk_stream_days", date(2025, 5, 5), "never delivered: 2025-05-05"),
    ],
)
def test_what_cannot_be_withdrawn_is_told_and_nothing_changes(home: Home, table: str, day: date, message: str) -> None:
    before = read_ledger(home)
    with pytest.raises(HitcastError, match=message):
        withdraw(home, table, [DAY, day])
    assert read_ledger(home) == before
    assert _file(home, DAY).exists()


CATALOG = "upc,isrc,release_title,artist_id,artist_name,release_date"


def _catalog(home: Home, folder: Path, *upcs: str) -> None:
    path = folder / "catalog.csv"
    path.write_text("\n".join([CATALOG, *(f"{upc},{upc}x,T,7,A,2024-03-01" for upc in upcs), ""]))
    ingest(home, [path])


def _upcs(home: Home) -> list[str]:
    [path] = [path for path in landed_files(home, read_ledger(home)) if "catalog_tracks" in str(path)]
    return sorted(pq.read_table(path, partitioning=None).column("upc").to_pylist())


@pytest.mark.parametrize(("given", "left"), [(["012345678905"], ["31", "32"]), (["12345678905", "31"], ["32"])])
def test_a_release_is_taken_out_of_the_catalog_and_may_come_again(
    home: Home, tmp_path: Path, given: list[str], left: list[str]
) -> None:
    _catalog(home, tmp_path, "12345678905", "31", "32")
    assert withdraw_releases(home, given) == 3
    assert _upcs(home) == left
    check_landing(home)
    _catalog(home, tmp_path, "31")
    assert _upcs(home) == sorted({*left, "31"})


def test_a_release_that_the_catalog_lacks_is_refused(home: Home, tmp_path: Path) -> None:
    with pytest.raises(HitcastError, match="has not been delivered yet"):
        withdraw_releases(home, ["31"])
    _catalog(home, tmp_path, "31", "32")
    with pytest.raises(HitcastError, match="no such UPC: 33"):
        withdraw_releases(home, ["31", "33"])
    with pytest.raises(HitcastError, match="no release left"):
        withdraw_releases(home, ["31", "32"])
    assert _upcs(home) == ["31", "32"]
