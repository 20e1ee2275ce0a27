"""All releases: the table is what was asked for, in its order, page by page, and as files."""

import csv
import io
import re
import zipfile
from pathlib import Path
from typing import Any

import duckdb
import pytest
from python_calamine import CalamineWorkbook

from hitcast.core.home import Home
from tests.desk.client import Answer, Client, links, serving
from tests.desk.world import FIRST_ID, ODD_NAMES, publish

NEEDED = 5 / 6


@pytest.fixture
def rows(home: Home) -> dict[str, dict[str, Any]]:
    """What is published over 30 days, by release."""
    with duckdb.connect(str(home.serving / "hitcast.duckdb"), read_only=True) as connection:
        found = connection.execute(
            "select *, release_date + 29 > data_through_date as is_open, "
            "predicted_streams / previous_predicted_streams - 1 as change "
            "from release_predictions left join (select release_id, is_date_wrong from release_date_checks) "
            "using (release_id) where horizon_days = 30"
        ).to_arrow_table()
    return {row["release_id"]: row for row in found.to_pylist()}


def shown(answer: Answer) -> list[str]:
    """Releases of the table, in its order."""
    assert answer.status == 200
    return [node.attributes["value"] for node in answer.page.all("input", type="checkbox", name="release")]


def is_shown(kind: str, row: dict[str, Any]) -> bool:
    """Whether a choice holds a release, computed from what is published."""
    open_, known, chance = row["is_open"], row["known_streams"] or 0, row["probability_high"]
    advised = open_ and chance is not None and known < 100_000
    return {
        "open": open_,
        "closed": not open_,
        "all": True,
        "unknown": open_ and chance is None,
        "hit": open_ and known >= 100_000 and chance is not None,
        "promote": advised and chance >= NEEDED,
        "watch": advised and NEEDED / 4 <= chance < NEEDED,
        "late": open_ and row["missing_days"] > 0,
        "misdated": open_ and (row["is_date_moved"] or row["is_date_wrong"]),
        "new": open_ and (row["data_through_date"] - row["release_date"]).days < 7,
        "moved": open_
        and row["change"] is not None
        and (abs(row["change"]) >= 0.2 or row["previous_predicted_class"] != row["predicted_class"]),
    }[kind]


KINDS = ("open", "closed", "all", "unknown", "hit", "promote", "watch", "late", "misdated", "new", "moved")


@pytest.mark.parametrize("kind", KINDS)
def test_a_choice_holds_what_it_says(desk: Client, rows: dict[str, dict[str, Any]], kind: str) -> None:
    expected = {one for one, row in rows.items() if is_shown(kind, row)}
    assert expected
    found = [one for page in (1, 2) for one in shown(desk.get("/releases", show=kind, page=page))]
    assert len(found) == len(set(found))
    assert set(found) == expected
    answer = desk.get("/api/v1/releases", show=kind, limit=1000).json
    assert {row["release_id"] for row in answer["releases"]} == expected
    assert answer["match_count"] == len(expected)
    chips = desk.get("/releases").page.one("nav", aria_label="Which releases").all("a")
    (chip,) = [node for node in chips if node.attributes["href"].partition("?show=")[2] == kind.replace("open", "")]
    assert not re.search(r"\d", chip.text) or chip.text.endswith(f" {len(expected)}")


@pytest.mark.parametrize(
    ("sort", "column"),
    [
        ("released", "release_date"), ("day", "as_of_day"), ("known", "known_streams"), ("chance", "probability_high"),
        ("forecast", "predicted_streams"), ("to_come", "share_to_come"), ("change", "change"),
        ("actual", "actual_streams"), ("label", "label_name"), ("genre", "genre"),
    ],
)  # fmt: skip
def test_a_column_sorts_both_ways_with_what_is_unknown_last(
    desk: Client, rows: dict[str, dict[str, Any]], sort: str, column: str
) -> None:
    for way in ("", "-"):
        found = [
            one for page in (1, 2) for one in shown(desk.get("/releases", show="all", sort=f"{way}{sort}", page=page))
        ]
        values = [rows[one][column] for one in found]
        known = [value for value in values if value is not None]
        assert len(found) == len(rows)
        assert values[: len(known)] == sorted(known, reverse=way == "-")
        assert set(values[len(known) :]) <= {None}


def test_heads_say_how_the_table_is_sorted_and_turn_it(desk: Client) -> None:
    for sort, said in (("-forecast", "descending"), ("forecast", "ascending")):
        page = desk.get("/releases", sort=sort).page
        (head,) = [node for node in page.all("th") if "aria-sort" in node.attributes]
        assert head.attributes["aria-sort"] == said
        turned = desk.get(head.one("a").attributes["href"]).page
        (after,) = [node for node in turned.all("th") if "aria-sort" in node.attributes]
        assert after.text.split(" ")[0] == head.text.split(" ")[0]
        assert after.attributes["aria-sort"] != said


def test_search_finds_names_and_upcs_whatever_their_case(desk: Client, rows: dict[str, dict[str, Any]]) -> None:
    for text in ("вернись", "АННА", "4607000000012", "light"):
        expected = {
            one
            for one, row in rows.items()
            if text.lower() in f"{row['artist_name']} {row['release_title']} {one}".lower()
        }
        assert expected
        assert set(shown(desk.get("/releases", show="all", search=text))) == expected
    assert "No release matches" in desk.get("/releases", search="no such release").main


@pytest.mark.parametrize("text", ["%", "_", "'", "\\", "*", "a'); drop table releases; --"])
def test_search_takes_signs_as_they_are(desk: Client, text: str) -> None:
    assert shown(desk.get("/releases", show="all", search=text)) == []


def test_filters_hold_together_and_stay_in_every_link(desk: Client, rows: dict[str, dict[str, Any]]) -> None:
    answer = desk.get("/releases", show="all", label="North", genre="Pop", sort="-known", ratio="3")
    expected = {one for one, row in rows.items() if row["label_name"] == "North" and row["genre"] == "Pop"}
    assert set(shown(answer)) == expected != set()
    for link in links(answer.page):
        if link.startswith(("/releases?", "/releases.")) and "columns" not in link and "show=all" in link:
            assert "label=North" in link
            assert "ratio=3" in link


def test_a_ratio_moves_the_line_of_advice(desk: Client, rows: dict[str, dict[str, Any]]) -> None:
    found = {ratio: set(shown(desk.get("/releases", show="promote", ratio=ratio))) for ratio in ("0.1", "1", "5", "50")}
    assert found["0.1"] > found["1"] >= found["5"] >= found["50"]
    assert set(shown(desk.get("/releases?show=promote&ratio="))) == found["5"]
    for wrong in ("0", "-1", "nan", "inf", "x", "1e9"):
        answer = desk.get("/releases", show="promote", ratio=wrong)
        assert answer.status == 422
        assert f"ratio={wrong} is no number above 0, 1000 at most" in answer.main


def test_pages_are_parts_of_the_whole(desk: Client, rows: dict[str, dict[str, Any]]) -> None:
    first = desk.get("/releases", show="all")
    assert f"1–50 of {len(rows)}" in first.main
    following = [link for link in links(first.page) if "page=2" in link]
    assert len(following) == 1
    second = desk.get(following[0])
    assert len(shown(first)) == 50
    assert set(shown(first)) | set(shown(second)) == set(rows)
    for odd in ("0", "-3", "nan", "inf", "1e300", "2.5", "x", "9" * 40):
        assert desk.get("/releases", show="all", page=odd).status == 200, odd


def test_columns_are_chosen_and_kept(desk: Client) -> None:
    answer = desk.get("/releases", columns=["label", "actual"])
    heads = [node.attributes["class"] for node in answer.page.all("th", scope="col") if "class" in node.attributes]
    assert heads == ["column-release", "column-label", "column-actual"]
    assert all("columns=label" in link for link in links(answer.page) if "page=" in link or "sort=" in link)


def csv_rows(answer: Answer, delimiter: str = ",") -> list[dict[str, str]]:
    assert answer.status == 200
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"] == 'attachment; filename="releases.csv"'
    return list(csv.DictReader(io.StringIO(answer.body.decode("utf-8-sig"), newline=""), delimiter=delimiter))


def test_files_hold_all_that_the_choice_matches_as_it_is_published(
    desk: Client, rows: dict[str, dict[str, Any]]
) -> None:
    found = csv_rows(desk.get("/releases.csv", show="all", sort="-forecast"))
    assert {row["release_id"] for row in found} == set(rows)
    for row in found:
        published = rows[row["release_id"]]
        assert row["artist_name"] == published["artist_name"]
        for column in ("predicted_streams", "probability_high", "known_streams", "lower_80"):
            assert row[column] == ("" if published[column] is None else str(published[column]))
    book = desk.get("/releases.xlsx", show="all", sort="-forecast")
    head, *cells = CalamineWorkbook.from_filelike(io.BytesIO(book.body)).get_sheet_by_index(0).to_python()
    assert head == list(found[0])
    assert [str(line[0]) for line in cells] == [row["release_id"] for row in found]
    place = head.index("predicted_streams")
    expected = [float(row["predicted_streams"]) for row in found if row["predicted_streams"]]
    assert [line[place] for line in cells if line[place] != ""] == pytest.approx(expected)


def test_a_russian_file_is_as_a_russian_spreadsheet_reads_it(home: Home, rows: dict[str, dict[str, Any]]) -> None:
    with serving(home) as address:
        found = csv_rows(Client(address, "ru").get("/releases.csv", show="all"), ";")
    assert {row["release_id"] for row in found} == set(rows)
    for row in found:
        assert "." not in row["predicted_streams"]
        if row["predicted_streams"]:
            assert float(row["predicted_streams"].replace(",", ".")) == rows[row["release_id"]]["predicted_streams"]


def test_files_hold_odd_names(home: Home, tmp_path: Path) -> None:
    publish(
        home.serving / "hitcast.duckdb",
        releases=9,
        tested=5,
        changes=(
            *ODD_NAMES,
            "update releases set label_name = '=1+1'",
            "update release_predictions set label_name = '=1+1', release_title = '@a'",
        ),
    )
    with serving(home) as address:
        reader = Client(address)
        found = csv_rows(reader.get("/releases.csv", show="all"))
        assert {row["label_name"] for row in found} == {"'=1+1"}
        assert {row["release_title"] for row in found} == {"'@a"}
        with zipfile.ZipFile(io.BytesIO(reader.get("/releases.xlsx", show="all").body)) as parts:
            assert not re.search(rb"<(f|hyperlink)[ />]", parts.read("xl/worksheets/sheet1.xml"))


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_file_of_nothing_is_a_file(desk: Client, kind: str) -> None:
    assert desk.get(f"/releases.{kind}", search="no such release").status == 200


def test_no_other_kind_of_file(desk: Client) -> None:
    assert desk.get("/releases.exe").status == 404


@pytest.mark.parametrize("path", ["/releases", "/releases.csv", "/api/v1/releases"])
def test_a_choice_that_is_none_is_refused_in_words(desk: Client, path: str) -> None:
    for name, allowed in (("show", "starred"), ("sort", "-released"), ("horizon", "14, 30")):
        for language, said in (("en", f"{name}=zzz is none of"), ("ru", f"{name}=zzz: нет такого")):
            answer = desk.get(path, {"accept-language": language}, **{name: "zzz"})
            assert answer.status == 422
            if path.startswith("/api"):
                assert name in answer.json["error"]
            else:
                assert said in answer.main and allowed in answer.main


def test_a_column_that_is_none_is_refused_in_words(desk: Client) -> None:
    answer = desk.get("/releases", columns=["label", "zzz"])
    assert answer.status == 422
    assert "columns=zzz is none of release, verdict" in answer.main


ORDER = ("promote", "watch", "hit", "leave", "unknown")


def test_of_one_verdict_the_largest_forecast_is_first_everywhere(desk: Client) -> None:
    """What decides among equals is a column of the table, and the cards and the list after a run go by the same."""
    rows = desk.get("/api/v1/releases", limit=1000).json["releases"]
    places = [(ORDER.index(row["verdict"]), -(row["predicted_streams"] or 0)) for row in rows]
    assert places == sorted(places)
    assert len({place for place, _ in places}) == len(ORDER)
    cards = desk.get("/").page.all("article")
    titles = [card.one("h3").one("a").text for card in cards]
    assert titles == [row["release_title"] for row in rows if row["verdict"] != "unknown"][: len(cards)]


def test_releases_that_cannot_stand_beside_others_are_named(desk: Client) -> None:
    page = desk.get("/compare", release=[FIRST_ID, "4607 none", "a", "b", "c"]).page
    assert "4607 none is no UPC of a published release." in page.text
    assert "At most 4 fit beside each other; left out: 1." in page.text
