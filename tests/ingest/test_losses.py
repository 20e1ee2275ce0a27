from datetime import date
from pathlib import Path

import pytest

from hitcast.core.errors import HitcastError
from hitcast.core.home import Home
from hitcast.ingest import ingest
from hitcast.ingest.landing import read_ledger

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
    assert report.tables[0].days_partial == [FIRST]
    assert len(report.concerns()) == 2


def test_few_rows_that_hold_much_of_the_sum_are_much(home: Home, tmp_path: Path) -> None:
    rows = [*_day(FIRST, 99), f"{FIRST},,RU,5000"]
    with pytest.raises(HitcastError, match=f"1 of 100 rows of {FIRST}"):
        ingest(home, [_export(tmp_path, *rows)])


def test_a_day_with_a_rejected_row_is_partial_until_it_comes_whole(home: Home, tmp_path: Path) -> None:
    whole = _day(FIRST, 99)
    report = ingest(home, [_export(tmp_path, *whole, f"{FIRST},,RU,10", *_day(SECOND, 3))])
    assert report.tables[0].days_partial == [FIRST]
    assert report.concerns()[0] == "1 row rejected"
    assert _states(home) == {FIRST: "partial", SECOND: "whole"}
    # the same rows, and nothing rejected
    report = ingest(home, [_export(tmp_path, *whole)])
    assert report.concerns() == []
    assert _states(home) == {FIRST: "whole", SECOND: "whole"}


def test_a_rejected_row_of_no_known_day_may_be_of_any_day_of_its_file(home: Home, tmp_path: Path) -> None:
    (tmp_path / "other.csv").write_text(f"{HEADER}\n2024-03-05,song,RU,1\n", encoding="utf-8")
    path = _export(tmp_path, *_day(FIRST, 50), *_day(SECOND, 50), "31.02.2024,song,RU,1")
    ingest(home, [path, tmp_path / "other.csv"])
    assert _states(home) == {FIRST: "partial", SECOND: "partial", date(2024, 3, 5): "whole"}


@pytest.mark.parametrize(
    ("spoiled", "state"),
    [
        (f"{FIRST},,RU,10", "whole"),
        (f"{FIRST},,RU,200", "partial"),
        (f"{FIRST},big,RU,1.2K", "partial"),
        (f"{FIRST},big,RU,no data", "whole"),
        ("Total,,RU,10", "whole"),
    ],
)
def test_one_row_in_thousands_leaves_a_day_whole_if_its_figure_is_small(
    home: Home, tmp_path: Path, spoiled: str, state: str
) -> None:
    report = ingest(home, [_export(tmp_path, *_day(FIRST, 1999), spoiled)])
    assert report.concerns()[0] == "1 row rejected"
    assert _states(home) == {FIRST: state}


@pytest.mark.parametrize(
    ("rows", "figures"),
    [
        (_day(FIRST, 1), "rows 40 -> 1, streams 400 -> 10"),
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
