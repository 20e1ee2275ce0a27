"""Counts that come several times over, or as sums of weeks and months, are held until somebody accepts them."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from hitcast.core.errors import HitcastError
from hitcast.core.home import Home
from hitcast.ingest import ingest
from hitcast.ingest.propose import propose

SONGS = ("RUA0A2600001", "RUA0A2600002")
DAYS = [date(2024, 3, 1) + timedelta(days=number) for number in range(3)]


def written(folder: Path, **files: list[str]) -> list[Path]:
    folder.mkdir(exist_ok=True)
    for name, lines in files.items():
        (folder / f"{name}.csv").write_text("\n".join([*lines, ""]), encoding="utf-8")
    return [folder]


def split(column: str, words: tuple[str, ...], counts: tuple[int, ...]) -> list[str]:
    """Rows of each day and song by the words of a column."""
    rows = [
        f"{day},{song},RU,{word},{count + number}"
        for number, day in enumerate(DAYS)
        for song in SONGS
        for word, count in zip(words, counts, strict=True)
    ]
    return [f"stream_date,isrc,territory,{column},streams", *rows]


def test_two_breakdowns_of_the_same_streams_are_held(home: Home, tmp_path: Path) -> None:
    gender, age = ("female", "male"), ("18_24", "25_34")
    twice = written(tmp_path / "in", a=split("gender", gender, (60, 40)), b=split("age_band", age, (30, 70)))
    with pytest.raises(HitcastError, match=r"of 2024-03-01, RUA0A2600001, RU .* by age_band and by gender .*, 100;"):
        ingest(home, twice)
    assert ingest(home, twice, accept_loss=True).delivery_number == 1


def test_rows_of_totals_beside_their_parts_are_held(home: Home, tmp_path: Path) -> None:
    totals = [f"{day},{song},RU,,{100 + 2 * number}" for number, day in enumerate(DAYS) for song in SONGS]
    with pytest.raises(HitcastError, match="streams seem to be there several times"):
        ingest(home, written(tmp_path / "in", a=[*split("gender", ("female", "male"), (60, 40)), *totals]))


@pytest.mark.parametrize("counts", [(55, 20, 13), (9, 4, 5)])
def test_streams_of_nobody_known_beside_others_land(home: Home, tmp_path: Path, counts: tuple[int, int, int]) -> None:
    """Rows without a word are those of listeners of whom it is not known, unless they are the sum."""
    report = ingest(home, written(tmp_path / "in", a=split("gender", ("", "female", "male"), counts)))
    assert report.delivery_number == 1


@pytest.mark.parametrize(
    ("days", "period"),
    [
        ([date(2024, 3, 4) + timedelta(days=7 * number) for number in range(4)], "week"),
        ([date(2024, month, 1) for month in (1, 2, 3, 4)], "month"),
    ],
)
def test_sums_of_weeks_and_months_are_held(home: Home, tmp_path: Path, days: list[date], period: str) -> None:
    rows = [f"{day},{song},RU,700" for day in days for song in SONGS]
    exports = written(tmp_path / "in", a=["stream_date,isrc,territory,streams", *rows])
    with pytest.raises(HitcastError, match=f"counts seem to be sums of a {period}"):
        ingest(home, exports)
    assert ingest(home, exports, accept_loss=True).delivery_number == 1


def test_days_with_a_gap_among_them_land(home: Home, tmp_path: Path) -> None:
    days = [*DAYS, date(2024, 3, 10), date(2024, 3, 17)]
    rows = [f"{day},{song},RU,700" for day in days for song in SONGS]
    report = ingest(home, written(tmp_path / "in", a=["stream_date,isrc,territory,streams", *rows]))
    assert report.delivery_number == 1


def test_a_count_of_three_noughts_after_a_dot_is_no_small_number(home: Home, tmp_path: Path) -> None:
    rows = [f"2024-03-0{day},{song},RU,12.000" for day in (1, 2) for song in SONGS]
    with pytest.raises(HitcastError, match="is not a whole number"):
        ingest(home, written(tmp_path / "in", a=["stream_date,isrc,territory,streams", *rows]))


@pytest.mark.parametrize("total", ["Free+Premium", "free & premium", "Premium and Free", "All"])
def test_a_word_of_several_is_a_total(home: Home, tmp_path: Path, total: str) -> None:
    """Its rows are rejected by hand; `hitcast map` leaves them out, and each stream lands once."""
    lines = split("subscription", ("Free", "Premium", total), (60, 40, 100))
    exports = written(tmp_path / "in", a=[lines[0].replace("subscription", "Plan"), *lines[1:]])
    _, [text] = propose(exports, "RU")
    mapping = tmp_path / "map.yml"
    mapping.write_text("\n".join(line for line in text.splitlines() if "skip:" not in line), encoding="utf-8")
    with pytest.raises(HitcastError, match="more than 5% would be rejected"):
        ingest(home, exports, [mapping])
    mapping.write_text(text, encoding="utf-8")
    report = ingest(home, exports, [mapping])
    assert report.tables[0].read == 12
    assert (sum(day.figures["sum"] for day in report.tables[0].days), report.tables[0].days_partial) == (612, [])


@pytest.mark.parametrize("column", ["Tier", "Device"])
def test_following_the_advice_on_rows_of_sums_doubles_nothing(home: Home, tmp_path: Path, column: str) -> None:
    lines = split("subscription", ("x", "y", "x y"), (60, 40, 100))
    # the third grows by what both others grow by
    for number in (2, 1):
        lines = [line.replace(f"x y,{100 + number}", f"x y,{100 + 2 * number}") for line in lines]
    exports = written(tmp_path / "in", a=[lines[0].replace("subscription", column), *lines[1:]])
    [draft], [text] = propose(exports, "RU")
    assert ["combine: sum" in hint.line for hint in draft.hints] == [False]
    assert "one row is the sum of the others" in draft.hints[0].reason
    mapping = tmp_path / "map.yml"
    mapping.write_text(text, encoding="utf-8")
    with pytest.raises(HitcastError, match=r"one row is the sum of the others.* Leave out the rows of totals"):
        ingest(home, exports, [mapping])
    mapping.write_text(text.replace("    columns:", "    combine: sum\n    columns:"), encoding="utf-8")
    with pytest.raises(HitcastError, match=r"held: rows add up .* one row is the sum of the others of its key"):
        ingest(home, exports, [mapping])
    skip = "    combine: sum\n    skip: ['x y']\n    columns:"
    mapping.write_text(text.replace("    columns:", skip), encoding="utf-8")
    report = ingest(home, exports, [mapping])
    assert sum(day.figures["sum"] for day in report.tables[0].days) == 612
