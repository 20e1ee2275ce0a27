"""The real page in a real browser: filter, open, switch the language, see a file published again, ask nobody else."""

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.desk.browser import CHROMIUM, browser, served, settle
from tests.desk.pages import PAGES
from tests.desk.world import HOSTILE, publish

pytestmark = pytest.mark.skipif(
    not CHROMIUM, reason="NO BROWSER: the page's end-to-end test needs chromium: apt-get install chromium"
)


def asked(page: Any, name: str) -> list[str]:
    return parse_qs(urlsplit(page.url).query).get(name, [])


def test_a_reader_at_work(tmp_path: Path) -> None:
    home = tmp_path / "home"
    file = home / "serving" / "hitcast.duckdb"
    file.parent.mkdir(parents=True)
    hostile = (
        f"update release_predictions set release_title = '{HOSTILE}', artist_name = '{HOSTILE}' "
        "where release_id = '4607000000005'"
    )
    publish(file, present=datetime.now(UTC), changes=(hostile,))
    with served(home) as address, browser() as chromium:
        context = chromium.new_context(viewport={"width": 1200, "height": 900})
        page = context.new_page()
        requests: list[str] = []
        context.on("request", lambda request: requests.append(request.url))
        page.on("websocket", lambda socket: requests.append(socket.url.replace("ws://", "http://", 1)))
        dialogs: list[str] = []
        page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))

        # filters
        page.goto(address)
        settle(page)
        assert page.get_by_text("Releases: 45.").is_visible()
        page.get_by_role("textbox", name="Search").fill("alert(1)")
        page.keyboard.press("Enter")
        page.get_by_text("Releases: 1.").wait_for()
        assert asked(page, "search") == ["alert(1)"]
        # the list beside the button follows its count
        settle(page)

        # opens a release, whose names are shown as they stand
        page.get_by_role("button", name="Open release").click()
        page.get_by_role("heading", name="Release", exact=True).wait_for()
        settle(page)
        assert page.locator("h2", has_text="alert(1)").inner_text() == f"{HOSTILE}: {HOSTILE}"
        assert asked(page, "release") == ["4607000000005"]
        page.get_by_text("History of the forecast").first.wait_for()
        assert page.get_by_test_id("stVegaLiteChart").count() == 2
        page.get_by_role("radio", name="30 days").click()
        page.get_by_text(re.compile("^Total of 30 days, 80 % interval|^Total of 30 days: the only")).wait_for()

        # the watchlist is kept in the address
        page.get_by_role("button", name="Add to watchlist").click()
        page.get_by_role("button", name="Take off watchlist").wait_for()
        assert asked(page, "watch") == ["4607000000005"]

        # switches the language
        page.get_by_text("Русский", exact=True).click()
        page.get_by_role("heading", name="Релиз", exact=True).wait_for()
        page.get_by_text("История прогноза").first.wait_for()
        assert asked(page, "lang") == ["ru"]

        # another page keeps what was chosen
        page.get_by_role("link", name="Новинки").click()
        page.get_by_role("heading", name="Новые релизы").wait_for()
        settle(page)
        assert asked(page, "lang") == ["ru"]
        assert asked(page, "watch") == ["4607000000005"]
        assert asked(page, "search") == ["alert(1)"]

        # sees a file published meanwhile at the next click
        again = "update release_predictions set artist_name = 'Published again'"
        publish(file, releases=7, present=datetime.now(UTC), changes=(again,))
        page.get_by_role("textbox", name="Поиск").fill("published AGAIN")
        page.keyboard.press("Enter")
        page.get_by_text("Релизов: 7.").wait_for()

        # every page fits a telephone
        page.set_viewport_size({"width": 390, "height": 800})
        for name in PAGES:
            page.goto(f"{address}/{'' if name == PAGES[0] else name}")
            settle(page)
            assert page.evaluate("document.documentElement.scrollWidth") <= 390, name
            assert page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth") <= 390, name
            assert not page.locator("[data-testid=stException]").count(), name

        assert not dialogs
        assert len(requests) > 20
        assert [url for url in requests if not url.startswith((f"{address}/", "data:", "blob:"))] == []


def test_a_reader_without_a_mouse(tmp_path: Path) -> None:
    home = tmp_path / "home"
    file = home / "serving" / "hitcast.duckdb"
    file.parent.mkdir(parents=True)
    publish(file, present=datetime.now(UTC))
    with served(home) as address, browser() as chromium:
        page = chromium.new_page(viewport={"width": 1200, "height": 900})
        page.goto(address)
        settle(page)

        def reach(name: str, most: int = 12) -> None:
            """Presses Tab until the element of that name has the focus."""
            names: list[str] = []
            for _ in range(most):
                page.keyboard.press("Tab")
                focused = "document.activeElement.ariaLabel || document.activeElement.innerText || ''"
                names.append(page.evaluate(focused))
                if names[-1].startswith(name):
                    return
            raise AssertionError(f"{name} is not among {names}")

        reach("Skip to main content")
        reach("Release")
        page.keyboard.press("Enter")
        page.get_by_role("heading", name="Release", exact=True).wait_for()
        settle(page)

        reach("Search", most=20)
        page.keyboard.type("4607000000005")
        page.keyboard.press("Enter")
        page.wait_for_url("**release=4607000000005**")
        settle(page)
        reach("☆ Add to watchlist")
        page.keyboard.press("Space")
        page.get_by_role("button", name="Take off watchlist").wait_for()
        assert asked(page, "watch") == ["4607000000005"]

        # the language is one stop of the way, its choices are reached by arrows
        page.keyboard.press("Home")
        page.evaluate("document.activeElement.blur()")
        page.goto(page.url)
        settle(page)
        reach("English")
        page.keyboard.press("ArrowRight")
        page.keyboard.press("Enter")
        page.get_by_role("heading", name="Релиз", exact=True).wait_for()
