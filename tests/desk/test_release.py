"""A release: what its page says agrees with what is published, with the reader's questions, and with itself."""

import re
from datetime import date, timedelta
from typing import Any

import duckdb
import pytest

from hitcast.core.home import Home
from tests.desk.client import Client, release_path, serving
from tests.desk.world import FIRST_ID, PAST_ID, PRESENT, publish

OPEN_ID, LATE_ID = "4607000000008", "4607000000014"


def chance(desk: Client, release_id: str, **asked: object) -> float | None:
    """The chance that the page gives for a range."""
    said = desk.get(release_path(release_id), **asked).main
    found = re.search(r"Chance of .*? streams in 30 days: ([\d.]+) %\.", said)
    return float(found[1]) / 100 if found else None


def published(home: Home, sql: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(home.serving / "hitcast.duckdb"), read_only=True) as connection:
        return connection.execute(sql).fetchall()


def test_chances_of_ranges_add_up_and_agree_with_the_quantiles(desk: Client, home: Home) -> None:
    quantiles = dict(
        published(
            home, f"select level, streams from forecast_quantiles where release_id = '{OPEN_ID}' and horizon_days = 30"
        )
    )
    assert chance(desk, OPEN_ID, from_=0) == 1
    for level in (0.1, 0.25, 0.5, 0.9):
        assert chance(desk, OPEN_ID, from_=quantiles[level]) == pytest.approx(1 - level, abs=0.006)
        assert chance(desk, OPEN_ID, to=quantiles[level]) == pytest.approx(level, abs=0.006)
    parts = [chance(desk, OPEN_ID, from_=low, to=high) for low, high in ((0, 5e4), (5e4, 1.5e5), (1.5e5, 1e12))]
    assert sum(part or 0 for part in parts) == pytest.approx(1, abs=0.02)


def test_what_has_landed_is_certain(desk: Client, home: Home) -> None:
    [(known,)] = published(
        home, f"select known_streams from release_predictions where release_id = '{OPEN_ID}' and horizon_days = 30"
    )
    assert known > 0
    assert chance(desk, OPEN_ID, from_=known) == 1
    assert chance(desk, OPEN_ID, to=known) == 0


@pytest.mark.parametrize("asked", [{"from_": "9", "to": "3"}, {"from_": "5", "to": "5"}])
def test_a_range_that_is_none_is_said_to_be_none(desk: Client, asked: dict[str, str]) -> None:
    assert chance(desk, OPEN_ID, **asked) in (None, 0)
    assert "Give a lower and a higher number" in desk.get(release_path(OPEN_ID), **asked).main


@pytest.mark.parametrize(("name", "label"), [("from", "From"), ("to", "To")])
def test_an_end_of_a_range_that_is_no_number_is_refused_in_words(desk: Client, name: str, label: str) -> None:
    answer = desk.get(release_path(OPEN_ID), **{name: "x"})
    assert answer.status == 422
    assert f"{label}: x is no number" in answer.main


def test_the_reader_s_ratio_decides_and_is_shown(desk: Client) -> None:
    page = {ratio: desk.get(release_path(OPEN_ID), ratio=ratio) for ratio in ("0.01", "5", "900")}
    verdicts = {
        ratio: answer.page.one("section", aria_labelledby="why").attributes["class"].removeprefix("answer ")
        for ratio, answer in page.items()
    }
    assert verdicts["0.01"] == "promote"
    assert verdicts["900"] in ("watch", "leave")
    for ratio, answer in page.items():
        chosen = [node.attributes["value"] for node in answer.page.all("option") if "selected" in node.attributes]
        assert [float(value) for value in chosen] == [float(ratio)]


def test_another_horizon_is_shown_throughout(desk: Client, home: Home) -> None:
    for horizon in (14, 30):
        answer = desk.get(release_path(FIRST_ID), horizon=horizon)
        assert f"VK streams in {horizon} days" in answer.main
    for odd in ("7", "x", "-1", "1e9", "nan"):
        answer = desk.get(release_path(FIRST_ID), horizon=odd)
        assert answer.status == 422
        assert f"horizon={odd} is none of 14, 30" in answer.main


def test_what_is_missing_is_listed_and_marked(desk: Client) -> None:
    said = desk.get(release_path(LATE_ID)).main
    assert "VK, 24 Feb: no report" in said
    assert "VK, 25 Feb: partial report" in said
    assert "VK: 2 days are missing" in said
    assert "Every day's report is there." in desk.get(release_path(OPEN_ID)).main


def test_a_window_with_a_day_that_never_came_ends_all_the_same(home: Home) -> None:
    """Its total is never known, and nothing can be done for it any more."""
    through = PRESENT.date() - timedelta(days=1)
    late = published(
        home,
        "select release_id, release_date from release_predictions "
        "where horizon_days = 30 and missing_days > 0 and not is_final",
    )
    ended = {one for one, out in late if out + timedelta(days=29) <= through}
    running = {one for one, out in late if out + timedelta(days=29) > through}
    assert ended and running
    with serving(home) as address:
        reader = Client(address)
        shown = {row["release_id"] for row in reader.get("/api/v1/releases", show="open", limit=1000).json["releases"]}
        assert not ended & shown
        assert running <= shown
        for one in ended:
            said = reader.get(release_path(one)).main
            assert "a day of it was never reported" in said
            assert "– streams" not in said
        ranked = reader.get("/plan").main
        assert not [one for one in ended if one in ranked]


@pytest.mark.parametrize("days", [1, 2, 40])
def test_every_age_of_a_release_has_its_page(home: Home, days: int) -> None:
    publish(home.serving / "hitcast.duckdb", releases=3, tested=5, spread=1, changes=(
        f"update releases set release_date = release_date - {days}",
        f"update release_predictions set release_date = release_date - {days}",
    ))  # fmt: skip
    with serving(home) as address:
        assert Client(address).get(release_path(FIRST_ID)).status == 200


def test_a_release_of_the_catalog_alone_says_so(desk: Client) -> None:
    answer = desk.get(release_path(PAST_ID))
    assert "This release has no published forecast." in answer.main
    assert len(answer.page.all("svg")) >= 2
    announced = desk.get(release_path("4607900000001"))
    assert announced.status == 200
    assert "This release has no published forecast." in announced.main


@pytest.mark.parametrize("odd", ["no-such", "'", "%", "46070000000010", " ", "<b>", "..", "é", "\U0001f984"])
def test_a_release_that_is_not_there_is_not_found(desk: Client, odd: str) -> None:
    answer = desk.get(release_path(odd))
    assert answer.status == 404
    assert desk.get(f"/api/v1{release_path(odd)}").status == 404


def test_dates_that_cannot_be_right_are_said(desk: Client) -> None:
    said = desk.get(release_path("4607000000005")).main
    assert "; the forecast follows the first streams" in said


def test_precedents_and_earlier_releases_lead_to_their_pages(desk: Client) -> None:
    page = desk.get(release_path(FIRST_ID)).page
    found = {node.attributes["href"] for node in page.one("section", aria_labelledby="similar").all("a")}
    assert len(found) == 5
    assert all(desk.get(one).status == 200 for one in found)


def test_the_day_is_that_of_the_date(desk: Client) -> None:
    days = re.findall(r"day (\d+) of 30", desk.get(release_path(OPEN_ID)).main)
    out = date(2026, 3, 1) + timedelta(days=7 - 8)
    assert days[0] == str((date(2026, 3, 2) - out).days)
