"""How fast the page is with 20,000 releases published: `python -m tests.dashboard.measure`."""

import os
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.dashboard.browser import browser, served, settle
from tests.dashboard.pages import PAGES, opened, rerun
from tests.dashboard.world import publish

RELEASES = 20_000
ROUNDS = 5


def timed(work: Callable[[], Any]) -> float:
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


def without_browser(file: Path) -> None:
    """Seconds that the page's own code takes: the first run on an unread file, then a click on each filter."""
    os.environ["HITCAST_PUBLISHED"] = str(file)
    opened()
    for name in PAGES:
        os.utime(file)
        print(f"{name}: first run {timed(lambda name=name: opened(name)):.2f} s (upcoming included)")
    page = opened()
    clicks = {
        "search": lambda turn: page.text_input(key="upcoming_search").set_value(f"волк {turn}"),
        "genre": lambda turn: page.multiselect(key="upcoming_genres").set_value([("Rock", "Pop")[turn % 2]]),
        "horizon": lambda turn: page.selectbox(key="upcoming_horizon").set_value((14, 30)[turn % 2]),
        "watch": lambda turn: page.button(key="watch_button").click(),
    }
    for name, click in clicks.items():
        seconds = [timed(lambda turn=turn, click=click: (click(turn), rerun(page))) for turn in range(ROUNDS)]
        print(f"click, {name}: median {statistics.median(seconds):.2f} s, longest {max(seconds):.2f} s")


def with_browser(home: Path) -> None:
    """Seconds that a reader waits in a browser, from the address to the table, and from a click to its outcome."""
    with served(home) as address, browser() as chromium:
        for turn in range(2):
            page = chromium.new_page(viewport={"width": 1200, "height": 900})
            begin = time.perf_counter()
            page.goto(address)
            page.get_by_text("Releases: ").wait_for()
            page.locator("[data-testid=stDataFrame] canvas").first.wait_for()
            print(f"first paint with data, {('fresh server', 'again')[turn]}: {time.perf_counter() - begin:.2f} s")
            settle(page)
        seconds = {}
        page.get_by_role("textbox", name="Search").fill("4607000000002")
        seconds["search"] = timed(lambda: (page.keyboard.press("Enter"), page.get_by_text("Releases: 1.").wait_for()))
        seconds["watch"] = timed(
            lambda: (
                page.get_by_role("button", name="Add to watchlist").click(),
                page.get_by_role("button", name="Take off watchlist").wait_for(),
            )
        )
        seconds["open release"] = timed(
            lambda: (
                page.get_by_role("button", name="Open release").click(),
                page.get_by_text("History of the forecast").first.wait_for(),
            )
        )
        seconds["language"] = timed(
            lambda: (page.get_by_text("Русский").click(), page.get_by_text("История прогноза").first.wait_for())
        )
        for link, awaited in (("Насколько точно", "Прогнозы в работе"), ("Данные", "Что опубликовано")):
            seconds[f"page {link}"] = timed(
                lambda link=link, awaited=awaited: (
                    page.get_by_role("link", name=link).click(),
                    page.get_by_text(awaited).first.wait_for(),
                )
            )
        for name, took in seconds.items():
            print(f"browser, {name}: {took:.2f} s")


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        file = home / "serving" / "hitcast.duckdb"
        file.parent.mkdir()
        publish(file, releases=RELEASES, tested=2_300)
        print(f"{RELEASES:,} releases, {file.stat().st_size / 1e6:.0f} MB")
        without_browser(file)
        with_browser(home)


if __name__ == "__main__":
    main()
