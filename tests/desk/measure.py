"""How fast the page is with 20,000 releases published: `python -m tests.desk.measure`."""

import os
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.desk.browser import browser, served, settle
from tests.desk.pages import PAGES, opened, rerun
from tests.desk.world import publish

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
        seconds: dict[str, list[float]] = {}

        def click(name: str, work: Callable[[], Any], awaited: str) -> None:
            """Does what a reader does, and waits for the last thing that the page then shows."""
            begin = time.perf_counter()
            work()
            page.get_by_text(awaited).first.wait_for()
            seconds.setdefault(name, []).append(time.perf_counter() - begin)
            settle(page)

        def link(name: str) -> Callable[[], Any]:
            return page.get_by_role("link", name=name, exact=True).click

        def button(name: str) -> Callable[[], Any]:
            return page.get_by_role("button", name=name).click

        for turn in range(ROUNDS):
            page.get_by_role("textbox", name="Search").fill(f"46070000000{10 + turn}")
            click("search", lambda: page.keyboard.press("Enter"), "Releases: 1.")
            click("add to watchlist", button("Add to watchlist"), "Only my watchlist (1)")
            click("take off watchlist", button("Take off watchlist"), "Only my watchlist (0)")
            click("open a release", button("Open release"), "History of the forecast")
            click("other horizon", page.get_by_role("radio", name="30 days").click, "Total of 30 days, 80 % interval")
            click("Russian", page.get_by_text("Русский").click, "История прогноза")
            click("English", page.get_by_text("English").click, "History of the forecast")
            click("How good is it", link("How good is it"), "Live forecasts")
            click("Data", link("Data"), "What is published")
            click("Upcoming", link("Upcoming"), "Releases: 1.")
        for name, took in seconds.items():
            print(f"browser, {name}: median {statistics.median(took):.2f} s, longest {max(took):.2f} s")


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        file = home / "serving" / "hitcast.duckdb"
        file.parent.mkdir()
        publish(file, releases=RELEASES, tested=2_300, present=datetime.now(UTC))
        print(f"{RELEASES:,} releases, {file.stat().st_size / 1e6:.0f} MB")
        without_browser(file)
        with_browser(home)


if __name__ == "__main__":
    main()
