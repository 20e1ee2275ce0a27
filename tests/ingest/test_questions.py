from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from hitcast.core.errors import HitcastError
from hitcast.core.home import Home
from hitcast.ingest import ingest
from hitcast.ingest.countries import COUNTRIES
from tests.commands import hitcast

CATALOG = "upc,isrc,release_title,artist_id,artist_name,release_date"
DAYS = "stream_date,isrc,territory,streams"


def _asked(home: Home, folder: Path, *lines: str) -> list[str]:
    path = folder / "export.csv"
    path.write_text("\n".join([*lines, ""]), encoding="utf-8")
    [table] = ingest(home, [path]).tables
    return table.questions


@pytest.mark.parametrize("territory", ["Россия", "ru", "RUS"])
def test_a_territory_that_is_no_code_is_rejected_with_the_cure(home: Home, tmp_path: Path, territory: str) -> None:
    with pytest.raises(HitcastError, match="is no ISO 3166-1 alpha-2 code such as RU: map it in `values:`"):
        _asked(home, tmp_path, DAYS, f"2024-03-01,a,{territory},5")


@pytest.mark.parametrize(("code", "reason"), [("UK", "Kingdom is GB"), ("ZZ", "such as RU"), ("EU", "such as RU")])
def test_a_code_that_no_country_has_is_rejected(home: Home, tmp_path: Path, code: str, reason: str) -> None:
    with pytest.raises(HitcastError, match=f"'{code}' is no ISO 3166-1 alpha-2 code.*{reason}"):
        _asked(home, tmp_path, DAYS, f"2024-03-01,a,{code},5")


def test_all_countries_are_known(home: Home, tmp_path: Path) -> None:
    assert len(set(COUNTRIES)) == 250
    rows = [f"2024-03-01,a,{code},5" for code in COUNTRIES]
    assert _asked(home, tmp_path, DAYS, *rows) == []


def test_a_delivery_without_the_analyzed_territory_says_so(home: Home, tmp_path: Path) -> None:
    assert _asked(home, tmp_path, DAYS, "2024-03-01,a,KZ,5", "2024-03-01,a,RU,5") == []
    [line] = _asked(home, tmp_path, DAYS, "2024-03-02,a,KZ,5", "2024-03-02,b,BY,5")
    assert line.startswith("no row of the analyzed territory RU")


@pytest.mark.parametrize(("day", "asked"), [("2024-05-20", 0), ("2023-03-02", 1), ("2025-01-01", 1)])
def test_a_row_far_from_all_others_is_told(home: Home, tmp_path: Path, day: str, asked: int) -> None:
    rows = ("2024-03-01,a,RU,5", "2024-03-02,a,RU,5")
    found = _asked(home, tmp_path, DAYS, *rows, f"{day},a,RU,5")
    assert [line.endswith(f"export.csv has 1 row on {day}") for line in found] == [True] * asked


@pytest.mark.parametrize(
    ("day", "apart"),
    [
        ("2024-03-15", "lie 805 days after the last that landed, 2021-12-31: is a date wrong?"),
        ("2021-09-28", "lie 93 days before the first that landed, 2021-12-30: is a date wrong?"),
        ("2022-04-02", ""),
        ("2021-09-29", ""),
    ],
)
def test_a_delivery_far_from_all_that_landed_is_asked_about(home: Home, tmp_path: Path, day: str, apart: str) -> None:
    assert _asked(home, tmp_path, DAYS, "2021-12-30,a,RU,5", "2021-12-31,a,RU,5") == []
    found = _asked(home, tmp_path, DAYS, f"{day},a,RU,5")
    assert [line.startswith(f"its days, {day} to {day}, {apart}") for line in found] == [True] * bool(apart)


def test_days_that_came_before_or_have_many_rows_may_lie_far_apart(home: Home, tmp_path: Path) -> None:
    days = ("2023-01-10", "2023-07-01", "2024-02-01")
    for day in days:
        _asked(home, tmp_path, DAYS, f"{day},a,RU,5")
    # corrections of days of a small label
    assert _asked(home, tmp_path, DAYS, *(f"{day},a,RU,6" for day in days)) == []
    # a day that comes late, beside corrections
    late = [f"2023-03-05,song{key},RU,5" for key in range(6)]
    assert _asked(home, tmp_path, DAYS, *(f"{day},a,RU,7" for day in days), *late) == []


@pytest.mark.parametrize(("rows", "asked"), [(10, True), (11, False)])
def test_few_rows_are_a_hundredth_of_a_file(home: Home, tmp_path: Path, rows: int, asked: bool) -> None:
    usual = [f"2024-03-01,song{key},RU,5" for key in range(1000 - rows)]
    found = _asked(home, tmp_path, DAYS, *usual, *(f"2023-03-01,song{key},RU,5" for key in range(rows)))
    assert [f"has {rows} rows on 2023-03-01" in line for line in found] == [True] * asked


def _counts(keys: int, days: int, figure: Callable[[int, int], int]) -> list[str]:
    return [f"2024-03-{day + 1:02},song{key},RU,{figure(key, day)}" for key in range(keys) for day in range(days)]


@pytest.mark.parametrize(
    ("rows", "asked"),
    [
        (_counts(120, 7, lambda key, day: 1000 + key * day), "119 of 119"),
        (_counts(150, 10, lambda key, day: (day + 1) ** 2 if key else 10 - day), "149 of 150"),
        # too few keys, too few days, figures that rise and fall
        (_counts(90, 7, lambda key, day: 1000 + key * day), ""),
        (_counts(120, 6, lambda key, day: 1000 + key * day), ""),
        (_counts(120, 7, lambda key, day: 1000 + key * (day % 5)), ""),
    ],
)
def test_figures_that_never_fall_are_asked_about(home: Home, tmp_path: Path, rows: list[str], asked: str) -> None:
    found = _asked(home, tmp_path, DAYS, *rows)
    assert found == (
        [
            f"streams never fall from day to day for {asked} keys: are they totals since release? "
            "Then write `counts: cumulative` in the mapping"
        ]
        if asked
        else []
    )


def test_dates_that_stand_for_no_date_and_several_dates_of_a_release_are_told(home: Home, tmp_path: Path) -> None:
    assert _asked(home, tmp_path, CATALOG, "1,a,One,7,Artist,2024-03-01") == []
    assert _asked(
        home,
        tmp_path,
        CATALOG,
        "2,b,Two,7,Artist,1970-01-01",
        "3,c,Three,7,Artist,2024-03-01",
        "3,d,Three,7,Artist,2024-03-08",
    ) == [
        "dated 1970-01-01, as if the date were not known: UPC 2",
        "with several release dates, of which the earliest counts: UPC 3",
    ]


@pytest.mark.parametrize(("days", "is_asked"), [(3 * 366, False), (3 * 366 + 1, True), (20 * 366, True)])
def test_a_release_more_than_three_years_ahead_is_asked_about(
    home: Home, tmp_path: Path, days: int, is_asked: bool
) -> None:
    today = datetime.now(UTC).date()
    rows = (f"1,a,One,7,Artist,{today}", f"2,b,Two,7,Artist,{today + timedelta(days)}")
    asked = ["dated more than three years ahead, as years of two digits may be: UPC 2"]
    assert _asked(home, tmp_path, CATALOG, *rows) == asked * is_asked


@pytest.mark.parametrize(
    ("rows", "columns"),
    [
        ((), ""),
        (("1,a,One,7,Artist,2024-03-01",), ""),
        (("1,a,One (Deluxe),7,Artist,2024-03-01",), "release_title 1"),
        (("1,a,One,8,Other,2024-03-01", "2,b,Zwei,9,Other,2024-03-01"), "release_title 1, artist_id 2, artist_name 2"),
    ],
)
def test_rows_of_one_track_that_differ_are_counted_by_column(
    home: Home, tmp_path: Path, rows: tuple[str, ...], columns: str
) -> None:
    first = ("1,a,One,7,Artist,2024-03-01", "2,b,Two,7,Artist,2024-03-01")
    what = f"with rows of one track that differ, of which the last counts (tracks by column: {columns}): UPC 1"
    found = _asked(home, tmp_path, CATALOG, *first, *rows)
    assert [line.startswith(what) for line in found] == ([True] if columns else [])


def test_rows_of_one_track_of_two_dates_are_named_by_date_and_end_with_exit_code_5(home: Home, tmp_path: Path) -> None:
    path = tmp_path / "catalog.csv"
    path.write_text(f"{CATALOG}\n1,a,One,7,Artist,2024-03-01\n1,a,One,7,Artist,2024-04-01\n")
    done = hitcast(home, "ingest", str(path))
    message = " ".join(done.stdout.split())
    assert done.returncode == 5
    assert "with several release dates, of which the earliest counts: UPC 1" in message
    assert "of which the last counts (tracks by column: release_date 1): UPC 1" in message


@pytest.mark.parametrize(
    ("before", "rows", "moved"),
    [
        (("1,a,One,7,Artist,2024-03-01",), ("1,a,One,7,Artist,2024-04-05",), "UPC 1 (One) 2024-03-01 -> 2024-04-05"),
        (
            ("1,a,One,7,Artist,2024-03-01", "2,b,Two,7,Artist,2024-03-01"),
            ("2,c,Two,7,Artist,2023-03-01", "1,a,One,7,Artist,2024-03-01"),
            "UPC 2 (Two) 2024-03-01 -> 2023-03-01",
        ),
        (("1,a,One,7,Artist,2024-03-01",), ("1,a,Eins,7,Artist,2024-03-01", "2,b,Two,7,Artist,2024-09-01"), ""),
    ],
)
def test_a_release_whose_date_moves_is_named(
    home: Home, tmp_path: Path, before: tuple[str, ...], rows: tuple[str, ...], moved: str
) -> None:
    assert _asked(home, tmp_path, CATALOG, *before) == []
    found = [line for line in _asked(home, tmp_path, CATALOG, *rows) if line.startswith("whose")]
    assert found == ([f"whose release date moves: {moved}"] if moved else [])


@pytest.mark.parametrize("day", ["2024-03-08", "2023-03-01"])
def test_several_dates_of_a_release_are_told_over_deliveries(home: Home, tmp_path: Path, day: str) -> None:
    assert _asked(home, tmp_path, CATALOG, "1,a,One,7,Artist,2024-03-01", "2,c,Two,7,Artist,2024-03-01") == []
    found = _asked(home, tmp_path, CATALOG, f"1,b,One,7,Artist,{day}")
    assert "with several release dates, of which the earliest counts: UPC 1" in found


@pytest.mark.parametrize(
    ("before", "rows", "lost"),
    [
        # the year of a compilation is unknown, and it takes the single's track
        ((), ("1,a,Best of,7,Various,1970-01-01", "2,a,Single,8,Artist,2099-03-01"), "UPC 2 (Single) to UPC 1"),
        (("2,a,Single,8,Artist,2099-03-01",), ("1,a,Album,8,Artist,2098-12-01",), "UPC 2 (Single) to UPC 1"),
        # an album of tracks that are out before it
        (("2,a,Single,8,Artist,2099-03-01",), ("1,a,Album,8,Artist,2099-12-01",), "UPC 1 (Album) to UPC 2"),
        # not all of its tracks; it had none before; it was out long ago
        ((), ("1,a,Album,8,Artist,2098-12-01", "2,a,EP,8,Artist,2099-03-01", "2,b,EP,8,Artist,2099-03-01"), ""),
        (
            ("1,a,Album,8,Artist,2098-12-01", "2,a,Single,8,Artist,2099-03-01"),
            ("1,a,Album,8,Artist,2098-12-02", "2,a,Single,8,Artist,2099-03-01"),
            "",
        ),
        ((), ("1,a,Album,8,Artist,2020-12-01", "2,a,Single,8,Artist,2021-03-01"), ""),
    ],
)
def test_a_new_release_that_loses_all_its_tracks_is_named(
    home: Home, tmp_path: Path, before: tuple[str, ...], rows: tuple[str, ...], lost: str
) -> None:
    if before:
        _asked(home, tmp_path, CATALOG, *before)
    what = "new releases with no track of their own, all credited to an earlier release: "
    found = [line for line in _asked(home, tmp_path, CATALOG, *rows) if line.startswith(what)]
    assert found == ([what + lost] if lost else [])


def test_new_is_what_the_delivered_days_have_not_passed(home: Home, tmp_path: Path) -> None:
    _asked(home, tmp_path, DAYS, "2021-03-01,a,RU,5")
    rows = ("1,a,Album,8,Artist,2020-12-01", "2,a,Single,8,Artist,2021-02-20", "3,a,Old,8,Artist,2021-01-20")
    assert "UPC 2 (Single) to UPC 1" in _asked(home, tmp_path, CATALOG, *rows)[0]
