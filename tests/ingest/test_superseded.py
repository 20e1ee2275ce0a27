from datetime import date, timedelta
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from hitcast.core.errors import HitcastError
from hitcast.core.home import Home
from hitcast.ingest import check_landing, ingest, landing_as_known, prune, superseded, withdraw
from hitcast.ingest.landing import landed_files, read_history, read_ledger

DAY, OTHER = date(2024, 1, 1), date(2024, 1, 2)
FIRST, SECOND, THIRD = date(2024, 1, 3), date(2024, 2, 3), date(2024, 3, 3)
HEADERS = {
    "vk": "stream_date,isrc,territory,streams",
    "tiktok": "activity_date,sound_id,territory,views",
    "catalog": "upc,isrc,release_title,artist_id,artist_name,release_date",
}


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home")


def deliver(home: Home, on: date | None, title: str = "Title", **rows: str) -> None:
    """Delivers a line of VK, of TikTok, and the catalog."""
    folder = home.root.parent / "exports"
    folder.mkdir(exist_ok=True)
    lines = {"catalog": f"1,a,{title},7,Artist,2024-01-01", **rows}
    for name, line in lines.items():
        (folder / f"{name}.csv").write_text(f"{HEADERS[name]}\n{line}\n")
    ingest(home, [folder / f"{name}.csv" for name in lines], delivered_on=on)


def three_deliveries(home: Home) -> None:
    deliver(home, FIRST, vk=f"{DAY},a,RU,1", tiktok=f"{DAY},s,RU,1")
    deliver(home, SECOND, "Other", vk=f"{DAY},a,RU,2", tiktok=f"{DAY},s,RU,1")
    deliver(home, THIRD, "Other", vk=f"{OTHER},a,RU,3", tiktok=f"{DAY},s,RU,1")


def streams(home: Home) -> list[int]:
    """What the ledger lets read of VK."""
    return sorted(
        pq.read_table(path, partitioning=None).column("streams")[0].as_py()
        for path, row in landed_files(home, read_ledger(home)).items()
        if row.table_name == "vk_stream_days"
    )


def test_a_superseded_day_is_kept_with_its_digest_and_when_it_was_superseded(home: Home) -> None:
    three_deliveries(home)
    assert streams(home) == [2, 3]
    [old] = [row for row in read_history(home) if row.superseded_on is not None]
    assert (old.delivered_day, old.delivery_number, old.known_from, old.superseded_on) == (DAY, 1, FIRST, SECOND)
    [kept] = (home.raw / "vk_stream_days").glob(f"stream_date={DAY}/delivery=000001/data.parquet")
    assert old.digest == superseded.digest_of(kept)


@pytest.mark.parametrize(
    ("day", "known", "title"),
    [
        (FIRST, [1], "Title"),
        (SECOND - timedelta(days=1), [1], "Title"),
        (SECOND, [2], "Other"),
        (THIRD - timedelta(days=1), [2], "Other"),
        (THIRD, [2, 3], "Other"),
    ],
)
def test_the_landing_as_known_is_what_had_been_delivered_by_the_end_of_the_day(
    home: Home, tmp_path: Path, day: date, known: list[int], title: str
) -> None:
    three_deliveries(home)
    then = Home(tmp_path / "then")
    landing_as_known(home, then, day)
    assert streams(then) == known
    [catalog] = (path for path in landed_files(then, read_ledger(then)) if "catalog_tracks" in str(path))
    assert pq.read_table(catalog, partitioning=None).column("release_title").to_pylist() == [title]
    check_landing(then)
    # nothing but what was known is there to be read
    assert len(list(then.raw.glob("**/data.parquet"))) == len(landed_files(then, read_ledger(then))) + 1


def test_a_withdrawn_day_is_known_as_it_was_before(home: Home, tmp_path: Path) -> None:
    three_deliveries(home)
    withdraw(home, "vk_stream_days", [DAY])
    assert streams(home) == [3]
    landing_as_known(home, Home(tmp_path / "then"), THIRD)
    assert streams(Home(tmp_path / "then")) == [2, 3]
    today = max(row.known_from for row in read_history(home))
    landing_as_known(home, Home(tmp_path / "now"), today)
    assert streams(Home(tmp_path / "now")) == [3]


def test_before_the_first_delivery_nothing_was_known(home: Home, tmp_path: Path) -> None:
    three_deliveries(home)
    message = f"^nothing had been delivered by {DAY}. As-known figures need deliveries of that time: `hitcast ingest "
    message += "--delivered-on` dates older exports$"
    with pytest.raises(HitcastError, match=message):
        landing_as_known(home, Home(tmp_path / "then"), DAY)
    later = Home(tmp_path / "later")
    deliver(later, FIRST, vk=f"{DAY},a,RU,1")
    with pytest.raises(HitcastError, match=f"^nothing of tiktok_sound_days had been delivered by {FIRST}"):
        landing_as_known(later, Home(tmp_path / "then"), FIRST)


def test_pruning_removes_what_was_superseded_long_before_the_latest_delivery(home: Home, tmp_path: Path) -> None:
    three_deliveries(home)
    age = (THIRD - SECOND).days
    before = read_history(home)
    pruned = prune(home, age + 1)
    assert (pruned.removed, pruned.kept) == (0, 2)
    assert "nothing to remove" in pruned.describe()
    pruned = prune(home, age)
    assert (pruned.removed, pruned.kept, pruned.kept_bytes) == (2, 0, 0)
    assert pruned.freed_bytes > 0
    assert f"removed 2 files, 0.0 MB, of deliveries superseded by {SECOND}" in pruned.describe()
    assert read_history(home) == before
    assert streams(home) == [2, 3]
    check_landing(home)
    landing_as_known(home, Home(tmp_path / "then"), SECOND)
    with pytest.raises(HitcastError, match=f"delivered on {FIRST}, is kept no more, or damaged"):
        landing_as_known(home, Home(tmp_path / "gone"), FIRST)
    assert prune(home, age).removed == 0


def test_pruning_keeps_every_file_that_is_read(home: Home) -> None:
    assert prune(home).describe() == "nothing has been delivered yet"
    three_deliveries(home)
    withdraw(home, "vk_stream_days", [DAY])
    assert prune(home, 0).removed == 3
    check_landing(home)
    assert streams(home) == [3]
    assert len(list(home.raw.glob("**/delivery=*/data.parquet"))) == len(landed_files(home, read_ledger(home)))


def test_a_kill_while_pruning_loses_nothing_that_is_read(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    three_deliveries(home)
    real = superseded.remove_delivery

    def killed(folder: Path) -> None:
        real(folder)
        raise KeyboardInterrupt

    monkeypatch.setattr(superseded, "remove_delivery", killed)
    with pytest.raises(KeyboardInterrupt):
        prune(home, 0)
    monkeypatch.undo()
    check_landing(home)
    assert streams(home) == [2, 3]
    assert prune(home, 0).removed == 1


@pytest.mark.parametrize(
    ("on", "message"),
    [
        (date(2999, 1, 1), "2999-01-01 has not come yet"),
        (DAY, f"brings {OTHER} of vk_stream_days, a day that had not come on {DAY}"),
        (FIRST - timedelta(days=1), f"lies before {FIRST}, when {OTHER} of vk_stream_days was delivered that it would"),
    ],
)
def test_a_day_of_delivery_that_cannot_be_is_refused_and_nothing_lands(home: Home, on: date, message: str) -> None:
    deliver(home, FIRST, vk=f"{OTHER},a,RU,1", tiktok=f"{DAY},s,RU,1")
    before = read_history(home)
    with pytest.raises(HitcastError, match=f"^--delivered-on: .*{message}"):
        deliver(home, on, vk=f"{OTHER},a,RU,2", tiktok=f"{DAY},s,RU,1")
    assert read_history(home) == before


def test_an_older_catalog_does_not_replace_a_newer_one(home: Home) -> None:
    three_deliveries(home)
    with pytest.raises(HitcastError, match=f"lies before {SECOND}, when catalog_tracks was delivered"):
        deliver(home, FIRST, "Third")
    # the same rows change nothing, whenever they came
    before = read_history(home)
    deliver(home, FIRST, "Other", tiktok=f"{DAY},s,RU,1")
    assert read_history(home) == before


def test_a_day_mended_with_the_same_rows_was_known_all_along(home: Home, tmp_path: Path) -> None:
    deliver(home, FIRST, vk=f"{DAY},a,RU,1", tiktok=f"{DAY},s,RU,1")
    [path] = (path for path in landed_files(home, read_ledger(home)) if "vk_stream_days" in str(path))
    path.write_bytes(b"no Parquet")
    deliver(home, None, vk=f"{DAY},a,RU,1", tiktok=f"{DAY},s,RU,1")
    assert not path.exists()
    assert [row for row in read_history(home) if row.superseded_on] == []
    landing_as_known(home, Home(tmp_path / "then"), FIRST)
    assert streams(Home(tmp_path / "then")) == [1]
