"""The desk in chromium: pages and states by width, scheme and language, by mouse and by keyboard, and in print."""

import itertools
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.base import AXE_FILE_PATH
from playwright.sync_api import expect

from hitcast.core.home import Home
from hitcast.core.words import Language
from hitcast.desk.report import write_report
from hitcast.desk.sheet import write_sheet
from tests.desk.browser import CHROMIUM, browser
from tests.desk.client import release_path, serving
from tests.desk.states import NEEDS_RELEASES, PAGES, SHOWING
from tests.desk.world import FIRST_ID, HOSTILE, publish

pytestmark = pytest.mark.skipif(
    not CHROMIUM, reason="NO BROWSER: pages are looked at with chromium: apt-get install chromium"
)
WIDTHS = {390: 844, 820: 1180, 1440: 900}
SCHEMES, LANGUAGES = ("light", "dark"), ("en", "ru")
AXE = AXE_FILE_PATH.read_text(encoding="utf-8")
CHECK = """
async () => (await axe.run(document, {resultTypes: ['violations']})).violations.flatMap(
  one => one.nodes.slice(0, 3).map(
    node => `${one.id}: ${node.html.slice(0, 160)} ${(node.any[0] || node.all[0] || {}).message || ''}`))
"""
REACHED = """
[...document.querySelectorAll('a[href]:not([tabindex="-1"]), button, input, select, summary, [tabindex="0"]')]
  .filter(one => one.type !== 'hidden' && one.checkVisibility()).length
"""
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
SHAPED = ("week", "releases", "release", "trust", "health")
Case = tuple[str, str, int, str, str]


def every_case() -> list[Case]:
    """State, page, width, scheme and language."""
    return [
        case
        for case in itertools.product(SHOWING, PAGES, WIDTHS, SCHEMES, LANGUAGES)
        if not (case[0] == "empty" and case[1] in NEEDS_RELEASES)
    ]


def pairwise() -> list[Case]:
    """A part in which every two values of two different kinds meet; of most states, on the pages that they shape."""
    left = [case for case in every_case() if case[0] == "usual" or case[1] in SHAPED]
    places = list(itertools.combinations(range(5), 2))
    wanted = {(place, tuple(case[at] for at in place)) for case in left for place in places}
    chosen = []
    while wanted:
        # of a few, the one that holds most of what is wanted still
        first = min(wanted, key=repr)
        fitting = [case for case in left if tuple(case[at] for at in first[0]) == first[1]][::7] or left
        best = max(
            fitting, key=lambda case: sum((place, tuple(case[at] for at in place)) in wanted for place in places)
        )
        if tuple(best[at] for at in first[0]) != first[1]:
            best = next(case for case in left if tuple(case[at] for at in first[0]) == first[1])
        chosen.append(best)
        wanted -= {(place, tuple(best[at] for at in place)) for place in places}
    return sorted(chosen)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    with browser() as found:
        yield found


def looked_at(chromium: Any, desks: Callable[[str], str], cases: list[Case]) -> list[str]:
    """Faults of pages: what overflows, what the console says, what axe finds, who else is asked."""
    found = []
    for (width, scheme, language), part in itertools.groupby(
        sorted(cases, key=lambda case: case[2:]), key=lambda case: case[2:]
    ):
        locale = {"en": "en-GB", "ru": "ru-RU"}[language]
        context = chromium.new_context(
            viewport={"width": width, "height": WIDTHS[width]}, color_scheme=scheme, locale=locale
        )
        tab = context.new_page()
        said: list[str] = []
        asked: list[str] = []
        tab.on("console", lambda message, said=said: said.append(message.text))
        tab.on("pageerror", lambda error, said=said: said.append(str(error)))
        context.on("request", lambda request, asked=asked: asked.append(request.url))
        for state, name, *_ in part:
            said.clear()
            asked.clear()
            address = desks(state)
            tab.goto(f"{address}{PAGES[name]}")
            where = f"{state}, {name}, {width}, {scheme}, {language}"
            assert tab.evaluate("document.documentElement.lang") == language
            if (over := tab.evaluate(OVERFLOW)) > 0:
                found.append(f"{where}: {over} px too wide")
            found += [f"{where}: {text}" for text in said if name != "not there" or "404" not in text]
            found += [f"{where}: asks {url}" for url in asked if not url.startswith(f"{address}/")]
            tab.evaluate(AXE)
            found += [f"{where}: {fault}" for fault in tab.evaluate(CHECK)]
        context.close()
    return found


@pytest.mark.parametrize("state", SHOWING)
def test_pages_of_a_state_fit_are_quiet_and_accessible(chromium: Any, desks: Callable[[str], str], state: str) -> None:
    """Every two of page, width, scheme and language meet, and most states; `-m pages` looks at all together."""
    cases = [case for case in pairwise() if case[0] == state]
    assert {case[2] for case in cases} == set(WIDTHS)
    assert looked_at(chromium, desks, cases) == []


@pytest.mark.pages
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("width", WIDTHS)
def test_all_pages_fit_are_quiet_and_accessible(
    chromium: Any, desks: Callable[[str], str], width: int, scheme: str, language: str
) -> None:
    cases = [case for case in every_case() if case[2:] == (width, scheme, language)]
    assert looked_at(chromium, desks, cases) == []


@pytest.mark.parametrize("state", ["nothing published", "older", "damaged"])
def test_errors_and_the_login_are_accessible(chromium: Any, desks: Callable[[str], str], state: str) -> None:
    for path, width in (("/", 390), ("/login", 820), (release_path(FIRST_ID), 1440)):
        tab = chromium.new_page(viewport={"width": width, "height": 800})
        tab.goto(f"{desks(state)}{path}")
        tab.evaluate(AXE)
        assert tab.evaluate(CHECK) == []
        assert tab.evaluate(OVERFLOW) == 0
        tab.close()


def test_the_report_fits_is_quiet_and_accessible(chromium: Any, states: Callable[[str], Home], tmp_path: Path) -> None:
    for state, width, scheme, language in (
        ("usual", 390, "light", "ru"), ("usual", 1440, "dark", "en"), ("odd names", 820, "light", "en"),
        ("odd names", 390, "dark", "ru"),
    ):  # fmt: skip
        file = write_report(states(state), tmp_path / f"{width}.html", "ru" if language == "ru" else "en").path
        context = chromium.new_context(viewport={"width": width, "height": WIDTHS[width]}, color_scheme=scheme)
        asked: list[str] = []
        said: list[str] = []
        tab = context.new_page()
        context.on("request", lambda request, asked=asked: asked.append(request.url))
        tab.on("console", lambda message, said=said: said.append(message.text))
        tab.goto(file.as_uri())
        assert tab.locator("main svg").first.bounding_box()["y"] < WIDTHS[width], "a picture on the first screen"
        assert tab.evaluate(OVERFLOW) == 0
        tab.evaluate(AXE)
        assert tab.evaluate(CHECK) == []
        assert (asked, said) == ([file.as_uri()], [])
        tab.emulate_media(media="print")
        assert tab.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
        context.close()


def test_a_reader_at_work(chromium: Any, home: Home) -> None:
    """From home to the release, its star and decision, another language, a second browser, a newer publication."""
    file = home.serving / "hitcast.duckdb"
    with serving(home) as address:
        context = chromium.new_context(viewport={"width": 1200, "height": 900}, locale="en-GB")
        tab = context.new_page()
        tab.goto(address)
        card = tab.locator("article.card").first
        title = card.locator("h3 a").inner_text()
        card.locator("h3 a").click()
        expect(tab.locator("h1")).to_contain_text(title)
        expect(tab.locator("#ask")).to_be_visible()
        released = urlsplit(tab.url).path.rpartition("/")[2]
        tab.get_by_label("from", exact=True).fill("1000")
        tab.get_by_role("button", name="Ask").click()
        expect(tab.locator("#ask [role=status]")).to_contain_text("Chance of 1.0 K to any number")
        # the choice of a ratio sends itself
        tab.locator("select[name=ratio]").select_option("1")
        tab.wait_for_url("**ratio=1**")
        # a star asks for a name, once
        tab.locator(".actions .star button").click()
        tab.locator("main input[name=name]").fill("Анна")
        tab.get_by_role("button", name="Use this name").click()
        tab.locator(".actions .star button").click()
        expect(tab.locator(".actions .star button")).to_have_text("★")
        tab.locator("input[name=note]").fill("as we agreed")
        tab.get_by_role("button", name="Promoted").click()
        expect(tab.locator(".decide [role=status]")).to_contain_text("Saved: Promoted")
        tab.get_by_role("button", name="Русский").click()
        expect(tab.locator("html")).to_have_attribute("lang", "ru")
        expect(tab.locator("h1")).to_contain_text(title)
        # the list is found again in another browser under its name
        other = chromium.new_context(locale="ru-RU").new_page()
        other.goto(f"{address}/reader")
        other.locator("main input[name=name]").fill("Анна")
        other.get_by_role("button", name="Использовать имя").click()
        expect(other.locator(".person")).to_contain_text("Анна")
        other.goto(f"{address}/releases?show=starred")
        assert other.locator("tbody input[name=release]").evaluate_all("all => all.map(one => one.value)") == [released]
        # a table that is narrowed down, sorted and compared
        tab.goto(f"{address}/releases")
        tab.locator("main input[type=search]").fill("вернись")
        tab.keyboard.press("Enter")
        tab.wait_for_url("**search=**")
        for box in tab.locator("tbody input[name=release]").all()[:2]:
            box.check()
        tab.get_by_role("button", name="Сравнить отмеченные").click()
        expect(tab.locator("table.compare thead th")).to_have_count(2)
        publish(file, releases=7, tested=5, changes=("update release_predictions set artist_name = 'Published again'",))
        tab.goto(f"{address}/releases?show=all&search=published+AGAIN")
        expect(tab.locator("tbody tr")).to_have_count(7)


def test_without_a_mouse_all_is_reached_and_seen(chromium: Any, desks: Callable[[str], str]) -> None:
    tab = chromium.new_page(viewport={"width": 1200, "height": 900})
    tab.goto(desks("usual"))
    focused = "(document.activeElement.getAttribute('aria-label') || document.activeElement.innerText || '').trim()"
    tab.keyboard.press("Tab")
    assert tab.evaluate(focused) == "Skip to the content"
    assert tab.evaluate("document.activeElement.getBoundingClientRect().left") >= 0
    tab.keyboard.press("Enter")
    assert tab.evaluate("document.activeElement.id") == "content"
    for name in ("week", "releases", "release", "trust", "plan"):
        tab.goto(f"{desks('usual')}{PAGES[name]}")
        seen: list[str] = []
        count = tab.evaluate(REACHED)
        for _ in range(count):
            tab.keyboard.press("Tab")
            outline = tab.evaluate(
                "(() => { const style = getComputedStyle(document.activeElement);"
                " return [style.outlineStyle, parseFloat(style.outlineWidth)] })()"
            )
            seen.append(f"{tab.evaluate(focused)[:40]} {outline}")
            assert outline[0] != "none" and outline[1] >= 2, (name, seen[-1])
        assert len(set(seen)) > 10


def test_on_a_telephone_verdict_and_number_are_on_the_first_screen(chromium: Any, desks: Callable[[str], str]) -> None:
    for language, locale in (("en", "en-GB"), ("ru", "ru-RU")):
        context = chromium.new_context(viewport={"width": 390, "height": 844}, locale=locale)
        tab = context.new_page()
        for path, parts in (
            ("/", (".sentence", "article.card .verdict", "article.card .total strong")),
            (release_path("4607000000008"), (".answer .verdict", ".answer .total strong")),
        ):
            tab.goto(f"{desks('usual')}{path}")
            for part in parts:
                box = tab.locator(part).first.bounding_box()
                assert box["y"] + box["height"] <= 844, (language, path, part, box)


@pytest.mark.parametrize("name", ["week", "release", "trust", "releases"])
def test_print_is_the_content_alone(chromium: Any, desks: Callable[[str], str], name: str, tmp_path: Path) -> None:
    context = chromium.new_context(viewport={"width": 794, "height": 1123}, color_scheme="dark")
    tab = context.new_page()
    tab.goto(f"{desks('usual')}{PAGES[name]}")
    tab.emulate_media(media="print")
    for hidden in (".top nav", ".find", ".person", ".filters", ".actions", ".chips", ".decide"):
        for one in tab.locator(hidden).all():
            assert not one.is_visible(), hidden
    assert tab.locator("h1").is_visible() or name == "week"
    assert tab.evaluate(OVERFLOW) == 0
    assert tab.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    sheet = tab.pdf(format="A4", path=str(tmp_path / "page.pdf"))
    pages = len(re.findall(rb"/Type\s*/Page\b", sheet))
    assert 1 <= pages <= (4 if name != "trust" else 8)


@pytest.mark.parametrize("language", ["en", "ru"])
def test_the_weekly_sheet_is_one_page_of_a4_and_fits_a_telephone(chromium: Any, home: Home, language: Language) -> None:
    file = write_sheet(home, home.root / "week", language)[0]
    tab = chromium.new_page(viewport={"width": 390, "height": 844})
    tab.goto(file.as_uri())
    assert tab.evaluate(OVERFLOW) == 0
    tab.evaluate(AXE)
    assert tab.evaluate(CHECK) == []
    assert len(re.findall(rb"/Type\s*/Page\b", tab.pdf(prefer_css_page_size=True))) == 1
    tab.close()


def test_text_is_found_by_the_browser_s_own_search(chromium: Any, desks: Callable[[str], str]) -> None:
    tab = chromium.new_page()
    for name, text in (("releases", "Вернись 1"), ("release", "VK streams so far"), ("odd", "alert(1)")):
        state, page = ("odd names", "compare") if name == "odd" else ("usual", name)
        tab.goto(f"{desks(state)}{PAGES[page]}")
        assert tab.evaluate(f"window.find({text!r})"), name
    assert HOSTILE in tab.locator("main").inner_text()


def test_pages_work_without_script(chromium: Any, desks: Callable[[str], str]) -> None:
    context = chromium.new_context(java_script_enabled=False, locale="en-GB")
    tab = context.new_page()
    tab.goto(f"{desks('usual')}{release_path(FIRST_ID)}")
    tab.locator("select[name=ratio]").select_option("1")
    tab.get_by_role("button", name="Apply").click()
    tab.wait_for_url("**ratio=1**")
    assert not tab.get_by_role("button", name="Print").is_visible()
    tab.get_by_role("button", name="Русский").click()
    expect(tab.locator("html")).to_have_attribute("lang", "ru")
