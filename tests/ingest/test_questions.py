from collections.abc import Callable
from pathlib import Path

import pytest

from hitcast.core.errors import HitcastError
from hitcast.core.home import Home
from hitcast.ingest import ingest
from hitcast.ingest.countries import COUNTRIES

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


def test_a_delivery_without_the_analysed_territory_says_so(home: Home, tmp_path: Path) -> None:
    assert _asked(home, tmp_path, DAYS, "2024-03-01,a,KZ,5", "2024-03-01,a,RU,5") == []
    [line] = _asked(home, tmp_path, DAYS, "2024-03-02,a,KZ,5", "2024-03-02,b,BY,5")
    assert line.startswith("no row of the analysed territory RU")


@pytest.mark.parametrize(("day", "told"), [("2024-05-20", 0), ("2023-03-02", 1), ("2022-11-30", 1)])
def test_days_far_apart_in_one_file_are_told(home: Home, tmp_path: Path, day: str, told: int) -> None:
    rows = ("2024-03-01,a,RU,5", "2024-03-02,a,RU,5")
    found = _asked(home, tmp_path, DAYS, *rows, f"{day},a,RU,5")
    assert [line.endswith(f"export.csv has {day} and then 2024-03-01") for line in found] == [True] * told


def _counts(keys: int, days: int, figure: Callable[[int, int], int]) -> list[str]:
    return [f"2024-03-{day + 1:02},song{key},RU,{figure(key, day)}" for key in range(keys) for day in range(days)]


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        (_counts(120, 7, lambda key, day: 1000 + key * day), "119 of 119"),
        (_counts(150, 10, lambda key, day: (day + 1) ** 2 if key else 10 - day), "149 of 150"),
        # too few keys, too few days, figures that rise and fall
        (_counts(90, 7, lambda key, day: 1000 + key * day), ""),
        (_counts(120, 6, lambda key, day: 1000 + key * day), ""),
        (_counts(120, 7, lambda key, day: 1000 + key * (day % 5)), ""),
    ],
)
def test_figures_that_never_fall_are_asked_about(home: Home, tmp_path: Path, rows: list[str], told: str) -> None:
    found = _asked(home, tmp_path, DAYS, *rows)
    assert found == (
        [f"streams never fall from day to day for {told} keys: are they totals since release?"] if told else []
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


@pytest.mark.parametrize(("change", "told"), [("One,7,Artist", 0), ("One (Deluxe),7,Artist", 1), ("One,8,Other", 1)])
def test_rows_of_one_track_that_differ_are_told(home: Home, tmp_path: Path, change: str, told: int) -> None:
    rows = ("1,a,One,7,Artist,2024-03-01", "2,b,Two,7,Artist,2024-03-01", f"1,a,{change},2024-03-01")
    line = "with rows of one track that differ, of which the last counts: UPC 1"
    assert _asked(home, tmp_path, CATALOG, *rows) == [line] * told
