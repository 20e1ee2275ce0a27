"""The weekly sheet: one page and a mail's text in either language, which ask for nothing."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from hitcast.core.home import Home
from hitcast.core.words import Language
from hitcast.desk.sheet import MAX_COMING, week_sheet
from tests.desk.client import Client, Tree
from tests.desk.world import HOSTILE, publish

ADDRESS = "https://desk.example/hitcast"


@pytest.mark.parametrize(("language", "title"), [("en", "The week of 23 Feb 2026"), ("ru", "Неделя с 23 фев. 2026")])
def test_it_says_the_week_in_either_language(home: Home, language: Language, title: str) -> None:
    sheet = week_sheet(home, language)
    page = Tree(sheet.html).root
    assert page.one("html").attributes["lang"] == language
    assert page.one("h1").text == title
    assert len(page.one("tbody").all("tr")) == 5
    assert sheet.text.startswith(f"hitcast: {title}")
    assert len(page.all("ul")[-1].all("li")) == 12, "what is coming out"


@pytest.mark.parametrize("address", ["", f"{ADDRESS}/"])
def test_it_asks_for_nothing_and_links_to_the_desk_where_there_is_one(home: Home, address: str) -> None:
    sheet = week_sheet(home, "en", address)
    page = Tree(sheet.html).root
    assert not {node.tag for node in page.walk()} & {"script", "img", "form", "button", "iframe"}
    assert "default-src 'none'" in page.one("meta", http_equiv="Content-Security-Policy").attributes["content"]
    targets = {node.attributes["href"] for node in page.all("a")}
    assert all(target.startswith(f"{ADDRESS}/releases/") for target in targets)
    assert bool(targets) == bool(address)
    assert (f"{ADDRESS}/releases/" in sheet.text) == bool(address)
    assert not re.search(r"@import|url\(", sheet.html)


@pytest.mark.parametrize("state", ["empty", "refused", "no backtest", "late", "odd names"])
def test_it_is_whole_in_every_state(states: Callable[[str], Home], state: str) -> None:
    for language in ("en", "ru"):
        sheet = week_sheet(states(state), "ru" if language == "ru" else "en")
        assert Tree(sheet.html).root.one("h1").text
        assert HOSTILE not in sheet.html
        assert "None" not in sheet.text


AHEAD = "release_date > (select max(data_through_date) from release_predictions)"


def test_what_comes_is_what_the_calendar_shows(home: Home, desk: Client) -> None:
    text = week_sheet(home).text
    coming = re.findall(r"^- (\d+ \w+) (.*)$", text.partition("Coming out")[2], re.MULTILINE)
    calendar = desk.get("/calendar").main
    assert 3 < len(coming) <= MAX_COMING
    for day, name in coming:
        artist, title = name.split(": ", 1)
        assert f"{day}{title} {artist}" in calendar


@pytest.mark.parametrize(
    ("days", "language", "said"),
    [
        (45, "en", ""),
        (70, "en", "Nothing is announced for the next 60 days."),
        (70, "ru", "На ближайшие 60 дней анонсов нет."),
    ],
)
def test_nothing_is_announced_where_the_calendar_shows_nothing(
    tmp_path: Path, days: int, language: Language, said: str
) -> None:
    home = Home(tmp_path)
    home.serving.mkdir()
    # nothing within two weeks; what the calendar shows is further off
    ahead = f"delete from releases where {AHEAD} and release_id not like '46079%'"
    moved = f"update releases set release_date = release_date + {days} - 21 where {AHEAD}"
    publish(home.serving / "hitcast.duckdb", changes=(ahead, moved))
    text = week_sheet(home, language).text
    assert ("анонсов" in text or "announced" in text) == bool(said)
    assert said in text
