from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from hitcast.core.errors import HitcastError
from hitcast.core.home import Home
from hitcast.ingest import ingest
from hitcast.ingest.landing import read_ledger
from hitcast.ingest.partial import PartialDay

HEADER = "stream_date,isrc,territory,streams"
FIRST, SECOND = date(2024, 3, 1), date(2024, 3, 2)


def _export(folder: Path, *rows: str) -> Path:
    path = folder / "plays.csv"
    path.write_text("\n".join([HEADER, *rows, ""]), encoding="utf-8")
    return path


def _day(day: date, songs: int, streams: int = 10) -> list[str]:
    return [f"{day},song{song},RU,{streams}" for song in range(songs)]


def _states(home: Home) -> dict[date, str]:
    return {row.delivered_day: row.day_state for row in read_ledger(home).values()}


def test_a_day_of_which_much_is_rejected_is_held(home: Home, tmp_path: Path) -> None:
    path = _export(tmp_path, *_day(FIRST, 90), *_day(SECOND, 90), *[f"{SECOND},big{i},RU,1.2K" for i in range(6)])
    with pytest.raises(HitcastError, match=f"held: more than 5% would be rejected, 6 of 96 rows of {SECOND}"):
        ingest(home, [path])
    assert not home.ledger.exists()
    assert ingest(home, [path], dry_run=True).tables[0].held
    report = ingest(home, [path], accept_loss=True)
    assert report.tables[0].held
    assert _states(home) == {FIRST: "whole", SECOND: "partial"}


@pytest.mark.parametrize(("good", "bad", "is_held"), [(18, 1, False), (75, 5, False), (75, 6, True), (3, 1, True)])
def test_few_rejected_rows_land_and_are_told(home: Home, tmp_path: Path, good: int, bad: int, is_held: bool) -> None:
    path = _export(tmp_path, *_day(FIRST, good), *[f"{FIRST},,RU,10"] * bad)
    if is_held:
        with pytest.raises(HitcastError, match=f"{bad} of {good + bad} rows"):
            ingest(home, [path])
        return
    report = ingest(home, [path])
    assert report.tables[0].days_partial == [PartialDay(FIRST, None)]
    assert report.concerns()[1:] == ["1 day not whole, of which figures of all recordings are unknown"]


def test_few_rows_that_hold_much_of_the_sum_are_much(home: Home, tmp_path: Path) -> None:
    rows = [*_day(FIRST, 99), f"{FIRST},,RU,5000"]
    with pytest.raises(HitcastError, match=f"1 of 100 rows of {FIRST}"):
        ingest(home, [_export(tmp_path, *rows)])


def test_a_day_with_a_rejected_row_is_partial_until_it_comes_whole(home: Home, tmp_path: Path) -> None:
    whole = _day(FIRST, 99)
    report = ingest(home, [_export(tmp_path, *whole, f"{FIRST},,RU,10", *_day(SECOND, 3))])
    assert report.tables[0].days_partial == [PartialDay(FIRST, None)]
    assert report.concerns()[0] == "1 row rejected"
    assert _states(home) == {FIRST: "partial", SECOND: "whole"}
    # the same rows, and nothing rejected
    report = ingest(home, [_export(tmp_path, *whole)])
    assert report.concerns() == []
    assert _states(home) == {FIRST: "whole", SECOND: "whole"}


@pytest.mark.parametrize(
    ("rows", "figures"),
    [
        (_day(FIRST, 1), "rows 40 -> 1, streams 400 -> 10, 39 of 40 recordings gone"),
        (_day(FIRST, 40, 4), "rows 40 -> 40, streams 400 -> 160"),
    ],
)
def test_a_day_that_comes_again_with_less_than_half_is_held(
    home: Home, tmp_path: Path, rows: list[str], figures: str
) -> None:
    ingest(home, [_export(tmp_path, *_day(FIRST, 40))])
    path = _export(tmp_path, *rows, *_day(SECOND, 40))
    with pytest.raises(HitcastError, match=f"held: .*{FIRST} again: {figures}.*--accept-loss"):
        ingest(home, [path])
    assert list(_states(home)) == [FIRST]
    [table] = ingest(home, [path], accept_loss=True).tables
    assert [day.describe("streams") for day in table.resent] == [f"{FIRST} again: {figures}"]
    assert list(_states(home)) == [FIRST, SECOND]


def test_a_day_that_comes_again_is_shown_before_and_after(home: Home, tmp_path: Path) -> None:
    ingest(home, [_export(tmp_path, *_day(FIRST, 40))])
    report = ingest(home, [_export(tmp_path, *_day(FIRST, 41, 9))])
    assert [day.describe("streams") for day in report.tables[0].resent] == [
        f"{FIRST} again: rows 40 -> 41, streams 400 -> 369"
    ]
    assert report.concerns() == []


def _recordings(first: int, count: int, streams: int, territory: str = "RU", day: date = FIRST) -> list[str]:
    return [f"{day},song{number},{territory},{streams}" for number in range(first, first + count)]


@pytest.mark.parametrize(
    ("rows", "figures"),
    [
        # another territory hides that the analyzed one is gone
        ([*_recordings(0, 10, 100, "KZ"), f"{FIRST},song0,RU,1"], "in RU 1,000 -> 1, 9 of 10 recordings gone"),
        # as many streams, of other recordings
        (_recordings(10, 10, 100), "10 of 10 recordings gone"),
    ],
)
def test_what_the_sum_of_all_hides_is_held_too(home: Home, tmp_path: Path, rows: list[str], figures: str) -> None:
    ingest(home, [_export(tmp_path, *_recordings(0, 10, 100))])
    with pytest.raises(HitcastError, match=f"held: a day would lose .*{figures}"):
        ingest(home, [_export(tmp_path, *rows)])


def test_a_day_that_comes_again_without_a_recording_is_to_be_looked_at(home: Home, tmp_path: Path) -> None:
    ingest(home, [_export(tmp_path, *_recordings(0, 10, 100))])
    report = ingest(home, [_export(tmp_path, *_recordings(1, 10, 100))])
    assert report.concerns() == ["1 day again without some of its recordings"]
    assert "1 of 10 recordings gone" in report.tables[0].resent[0].describe("streams")


def test_days_that_have_not_come_are_held(home: Home, tmp_path: Path) -> None:
    tomorrow, later = (datetime.now(UTC).date() + timedelta(days=days) for days in (1, 3))
    ingest(home, [_export(tmp_path, *_recordings(0, 3, 10, day=tomorrow))])
    path = _export(tmp_path, *_recordings(0, 3, 10, day=later))
    with pytest.raises(HitcastError, match=f"held: days that have not come, {later}"):
        ingest(home, [path])
    assert ingest(home, [path], accept_loss=True).concerns() != []


@pytest.mark.parametrize(
    ("column", "value", "rows"),
    [
        ("territory", "KZ", [f"{FIRST},s{i},{place},,{i}" for i in range(1, 5) for place in ("RU", "BY", "KZ")]),
        ("subscription", "paid", [f"{FIRST},s{i},RU,{plan},{i}" for i in range(1, 5) for plan in ("free", "paid")]),
    ],
)  # fmt: skip
def test_a_day_again_without_a_segment_is_looked_at(
    home: Home, tmp_path: Path, column: str, value: str, rows: list[str]
) -> None:
    path = tmp_path / "plays.csv"
    header = "stream_date,isrc,territory,subscription,streams"
    # so much beside it that no share of the day says a word
    rows = [*rows, f"{FIRST},big,RU,free,1000"]
    path.write_text("\n".join([header, *rows, ""]), encoding="utf-8")
    assert ingest(home, [path]).concerns() == []
    kept = [row for row in rows if value not in row]
    path.write_text("\n".join([header, *kept, ""]), encoding="utf-8")
    report = ingest(home, [path])
    [day] = report.tables[0].resent
    assert f"gone: {column} {value} 10 -> 0" in day.describe("streams")
    assert report.concerns() == ["1 day again without a territory or another segment"]
