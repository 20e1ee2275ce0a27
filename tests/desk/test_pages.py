"""Every page in every state and language: it answers, reads as one document, and says nothing in the other language."""

import itertools
import re
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from hitcast.core.home import Home
from hitcast.core.project import program_version
from hitcast.desk.texts import texts
from tests.desk.client import Answer, Client, Node, links, release_path, serving, words
from tests.desk.states import MISSING, NEEDS_RELEASES, PAGES, SHOWING
from tests.desk.world import FIRST_ID, HOSTILE, LONG, publish

LANGUAGES = ("en", "ru")
PROGRAM = re.compile(r"\b(?:None(?! among| in)|nan|NaN|NaT|inf)\b|\{\w*\}|Undefined|<NA>")
LATIN = re.compile(r"[A-Za-z]{2,}")
KEPT_IN_ENGLISH = {
    "releases": ("artist_name", "release_title", "label_name", "genre"),
    "publish_info": ("table_name", "run_id", "model_name", "territory"),
    "rejected_rows": ("raw_table", "file_name"),
    "feature_drift": ("feature_name",),
    "model_performance": ("model_name",),
    "backtest_groups": ("run_id",),
    "campaigns": ("channel", "campaign_name"),
    "decisions": ("note",),
    "promotion_plan": ("note",),
    "promotion_effects": ("currency",),
}
"""Texts of the data, which are shown as they are published."""
BLOCKS = {"p", "div", "form", "section", "article", "ul", "table", "figure", "fieldset", "details", "h1", "h2", "h3"}
VERSION = f"hitcast {program_version()}"
BRANDS = {
    "VK",
    "TikTok",
    "UPC",
    "CSV",
    "XLSX",
    "hitcast",
    "UTC",
    "API",
    "EP",
    "English",
    "budget",
    "label",
    "yml",
    "North",
    "RUB",
    # abbreviations that statisticians of either language use, names, and what a table or a column is called
    "RMSLE",
    "MAPE",
    "WAPE",
    "Szabo",
    "Huberman",
    "lightgbm",
    "log",
    "likes",
    "duckdb",
    "backtest_forecasts",
    "streams",
    "isrc",
}


ASKED: dict[tuple[str, str, str], Answer] = {}


def page_of(desks: Callable[[str], str], state: str, name: str, language: str) -> Answer:
    """A page, asked for once: nothing here changes what it shows."""
    key = (state, name, language)
    if key not in ASKED:
        ASKED[key] = Client(desks(state), language).get(PAGES[name])
    return ASKED[key]


def data_words(file: Path) -> set[str]:
    with duckdb.connect(str(file), read_only=True) as connection:
        return {
            word
            for table, columns in KEPT_IN_ENGLISH.items()
            for column in columns
            for (text,) in connection.execute(f"select distinct {column} from {table}").fetchall()
            for word in LATIN.findall(text or "")
        }


def parts_of_forms(page: Node) -> list[Node]:
    """What a reader can fill in or choose."""
    return [
        node
        for node in page.all("input", "select", "textarea")
        if node.attributes.get("type") not in ("hidden", "submit")
    ]


def label_of(page: Node, part: Node) -> str:
    if part.attributes.get("aria-label"):
        return part.attributes["aria-label"]
    around = part.parent
    while around is not None and around.tag != "label":
        around = around.parent
    if around is not None:
        return around.text
    return " ".join(node.text for node in page.all("label", for_=part.attributes.get("id", "?")))


def ancestors(node: Node) -> set[str]:
    found = set()
    while node.parent is not None:
        node = node.parent
        found.add(node.tag)
    return found


def faults(page: Node, language: str) -> list[str]:
    """What keeps a page from being one document that all can read."""
    title = page.one("head").one("title").text
    headings = page.all("h1")
    levels = [int(node.tag[1]) for node in page.all("h1", "h2", "h3", "h4")]
    named = [node.attributes["id"] for node in page.walk() if "id" in node.attributes]
    shown = "\n".join(words(page))
    found = {
        "language": page.one("html").attributes["lang"] == language,
        "title": bool(re.fullmatch(r"\S.* · hitcast", title)),
        "one heading": len(headings) == 1 and bool(headings[0].text),
        "order of headings": all(after - before <= 1 for before, after in itertools.pairwise(levels)),
        "landmarks": len(page.all("main")) == len(page.all("header")) == 1,
        "ids": len(named) == len(set(named)),
    }
    found |= {f"label of {part.attributes}": bool(label_of(page, part)) for part in parts_of_forms(page)}
    for node in page.walk():
        said = f"<{node.tag}> {node.attributes}"
        if node.tag in ("button", "a"):
            found[f"words of {said}"] = bool(node.text or node.attributes.get("aria-label"))
        # a browser ends a paragraph before these, and a form within one is no longer there
        found[f"within a paragraph {said}"] = node.tag not in BLOCKS or "p" not in ancestors(node)
        for reference in ("aria-labelledby", "for"):
            found[f"{reference} of {said}"] = node.attributes.get(reference) in (None, *named)
        found[f"inline {said}"] = not {name for name in node.attributes if name.startswith("on") or name == "style"}
    found |= {f"program's word {word}": False for word in PROGRAM.findall(shown)}
    return [name for name, is_right in found.items() if not is_right]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("state", SHOWING)
def test_pages_are_whole(desks: Callable[[str], str], state: str, language: str) -> None:
    found = {}
    for name in PAGES:
        answer = page_of(desks, state, name, language)
        missing = name in MISSING or (state == "empty" and name in NEEDS_RELEASES)
        found[name] = (
            faults(answer.page, language) if answer.status == (404 if missing else 200) else [answer.text[:300]]
        )
    assert {name: wrong for name, wrong in found.items() if wrong} == {}


@pytest.mark.parametrize("state", SHOWING)
def test_russian_pages_have_no_english_of_ours(
    desks: Callable[[str], str], states: Callable[[str], Home], state: str
) -> None:
    known = data_words(states(state).serving / "hitcast.duckdb") | BRANDS
    found = {}
    for name in PAGES:
        page = page_of(desks, state, name, "ru").page
        found[name] = {text[:80] for text in words(page) if set(LATIN.findall(text)) - known and VERSION not in text}
        assert re.search("[а-я]", page.one("main").text), name
    assert {name: texts for name, texts in found.items() if texts} == {}


def test_english_pages_have_no_russian_of_ours(desks: Callable[[str], str]) -> None:
    russian = {pair[1] for pair in texts().values() if isinstance(pair[1], str) and pair[0] != pair[1]}
    for name in PAGES:
        page = page_of(desks, "usual", name, "en").page
        assert [text for text in words(page) if text in russian] == [], name


def test_every_link_leads_somewhere(desks: Callable[[str], str]) -> None:
    reader = Client(desks("usual"))
    reader.post("/reader", name="Anna")
    seen, left = set[str](), set(PAGES.values()) - {PAGES[name] for name in MISSING}
    while left and len(seen) < 400:
        path = min(left)
        left.remove(path)
        seen.add(path)
        answer = reader.get(path)
        assert answer.status == 200, path
        if answer.headers["content-type"].startswith("text/html"):
            found = links(answer.page)
            assert all(one.startswith("/") and not one.startswith("//") for one in found), path
            kinds = {re.sub(r"\d{5,}|=[^&]*", "", one) for one in seen}
            # one of a kind is enough
            left |= {one for one in found - seen if re.sub(r"\d{5,}|=[^&]*", "", one) not in kinds}
            for node in answer.page.all("link", "script", "img"):
                asked = node.attributes.get("href", node.attributes.get("src", ""))
                assert reader.get(asked).status == 200, asked
            for form in answer.page.all("form"):
                action = form.attributes.get("action", path).split("?")[0]
                assert action.startswith(("/", "#"))
                if form.attributes.get("method") != "post" and action.startswith("/"):
                    left |= {action} - seen
    assert len(seen) > 40


def test_the_menu_says_where_the_reader_is(desks: Callable[[str], str]) -> None:
    reader = Client(desks("usual"))
    for name in ("week", "releases", "plan", "calendar", "trust", "health"):
        current = reader.get(PAGES[name]).page.one("nav", aria_label="Menu").all("a", aria_current="page")
        assert [node.attributes["href"] for node in current] == [PAGES[name]]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("state", "said"),
    [
        ("nothing published", {"en": "published yet", "ru": "Запустите `hitcast run`"}),
        ("older", {"en": "another version", "ru": "друг"}),
        ("older columns", {"en": "another version", "ru": "друг"}),
        ("damaged", {"en": "cannot be read", "ru": "не читается"}),
    ],
)
def test_what_cannot_be_shown_says_what_to_do(
    desks: Callable[[str], str], state: str, said: dict[str, str], language: str
) -> None:
    for name, path in PAGES.items():
        if name in MISSING:
            continue
        answer = Client(desks(state), language).get(path)
        if state == "older" and answer.status == 200:
            # what needs nothing of what is lacking is shown
            continue
        assert answer.status == 503, name
        assert said[language] in answer.main.replace("Another", "another")
        assert answer.page.one("html").attributes["lang"] == language
        assert len(answer.page.all("h1")) == 1
        if language == "ru":
            latin = [text for text in words(answer.page) if set(LATIN.findall(text)) - BRANDS - {"run", "publish"}]
            assert [text for text in latin if not text.endswith("hitcast.duckdb")] == []
    api = Client(desks(state)).get("/api/v1/releases/4607000000001")
    assert api.status == 503
    assert "`hitcast " in api.json["error"]


def test_old_data_and_an_old_publication_say_how_old_they_are(home: Home) -> None:
    file = home.serving / "hitcast.duckdb"
    said = {}
    for days, hours in ((2, 36), (3, 0), (1, 37)):
        publish(file, releases=8, tested=5, days_old=days, hours_old=hours)
        with serving(home) as address:
            for language in LANGUAGES:
                for name in ("week", "releases", "trust", "health", "calendar", "plan"):
                    page = Client(address, language).get(PAGES[name]).page
                    said[days, hours, language, name] = [node.text for node in page.all("p", class_="warning")]
    for (days, hours, language, _), warnings in said.items():
        expected = [] if (days, hours) == (2, 36) else ["3" if days == 3 else "37"]
        assert [re.findall(r"\d+", text)[-1] for text in warnings if "budget" not in text] == expected, warnings
        assert all(bool(re.search("[а-я]", text)) == (language == "ru") for text in warnings)


def test_the_footer_says_what_is_shown(desks: Callable[[str], str]) -> None:
    footer = Client(desks("usual")).get("/").page.one("footer").text
    assert footer == "Data through 1 Mar 2026. Published 2 Mar 2026 06:30 UTC. Territory RU. Model hitcast/3."


@pytest.mark.parametrize("name", ["week", "releases", "calendar", "release", "compare", "plan"])
def test_odd_names_are_shown_as_they_are(desks: Callable[[str], str], name: str) -> None:
    answer = page_of(desks, "odd names", name, "en")
    assert answer.status == 200
    assert "<script>alert" not in answer.text
    if name == "compare":
        for text in (HOSTILE, LONG, "🦄💔 Анна 🏳️‍🌈", "فيروز"):
            assert " ".join(text.split()) in answer.main


def test_a_refusal_is_shown_with_its_reason(desks: Callable[[str], str]) -> None:
    usual = [page_of(desks, "usual", "refused release", language).main for language in LANGUAGES]
    assert "more than half of the days since the release are missing" in usual[0]
    assert "нет больше половины дней с выхода" in usual[1]
    assert "TikTok or VK delivered no day" in page_of(desks, "refused", "release", "en").main
    assert "Nothing to promote today" in page_of(desks, "refused", "week", "en").main


def test_late_data_are_marked_on_cards_table_and_release(desks: Callable[[str], str]) -> None:
    for name in ("week", "releases", "release"):
        assert "VK is 3 days behind" in page_of(desks, "late", name, "en").main
        assert "VK: 3 дня нет" in page_of(desks, "late", name, "ru").main


def test_without_a_log_the_plan_says_that_it_ranks_by_size(desks: Callable[[str], str]) -> None:
    assert "No campaign log has been delivered" in page_of(desks, "no log", "plan", "en").main
    assert "50.0 K" in page_of(desks, "usual", "plan", "en").main
    assert "60.0 K" in page_of(desks, "usual", "plan of a budget", "en").main


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/trust?day=5", "day=5 is none of 1, 3, 7"),
        ("/trust?set=vk", "set=vk is none of tiktok, tiktok_vk"),
        ("/trust?horizon=7", "horizon=7 is none of 14, 30"),
        ("/calendar?horizon=x", "horizon=x is none of 14, 30"),
        ("/?ratio=x", "ratio=x is no number above 0, 1000 at most"),
        ("/plan?budget=-1", "Budget: -1 is no amount of 0 or more"),
    ],
)
def test_what_cannot_be_chosen_is_refused_with_what_can(desks: Callable[[str], str], path: str, said: str) -> None:
    answer = Client(desks("usual")).get(path)
    assert answer.status == 422
    assert said in answer.main


@pytest.mark.parametrize("path", ["/trust?day=&set=&ratio=", "/trust?day=7&set=tiktok", "/plan?budget=60%20000,0"])
def test_what_forms_send_is_answered(desks: Callable[[str], str], path: str) -> None:
    assert Client(desks("usual")).get(path).status == 200


def test_a_published_ratio_of_any_size_can_be_chosen(home: Home) -> None:
    publish(home.serving / "hitcast.duckdb", changes=("update promotion_costs set false_positive_cost = 123456.78",))
    with serving(home) as address:
        client = Client(address)
        for written in ("123456.78", "123457"):
            assert client.get("/trust", ratio=written).status == 200


def test_without_a_backtest_any_choice_of_it_is_answered(desks: Callable[[str], str]) -> None:
    assert Client(desks("no backtest")).get("/trust?day=7&set=tiktok&ratio=5").status == 200


def test_without_a_backtest_trust_says_how_to_make_one(desks: Callable[[str], str]) -> None:
    assert "hitcast backtest" in page_of(desks, "no backtest", "trust", "en").main


def test_the_calendar_shows_each_release_once_page_by_page(home: Home) -> None:
    publish(home.serving / "hitcast.duckdb", releases=700, tested=5)
    with serving(home) as address:
        pages = [Client(address).get("/calendar", page=number).page for number in (1, 2, 3, 4)]
    rows = [page.all("th", scope="row") for page in pages]
    shown = [[one for row in part for one in links(row) if one.startswith("/releases/")] for part in rows]
    found = [one for part in shown for one in part]
    total = int(re.findall(r"of (\d+)", pages[0].one("p", class_="bar").text)[0])
    assert [len(part) for part in shown[:2]] == [200, 200 if total > 400 else total - 200]
    assert len(found) == len(set(found)) == total
    # a week's count is of the week, though its rows are on two pages
    counts = {}
    for page in pages:
        for group in page.all("tr", class_="group"):
            week, count = group.text.rsplit(", ", 1)
            counts[week] = int(count.split()[0].replace("\u00a0", ""))
    assert sum(counts.values()) == total


ONE = "4607000000003"
OTHERS = f"(select release_id from releases where artist_id = 'A00003' and release_id <> '{ONE}')"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (f"delete from releases where release_id in {OTHERS}", "no earlier release"),
        (f"update release_days set vk_streams = null where release_id in {OTHERS}", "no known total"),
    ],
)
def test_the_calendar_tells_no_past_from_a_past_without_totals(home: Home, change: str, said: str) -> None:
    publish(home.serving / "hitcast.duckdb", changes=(change,))
    with serving(home) as address:
        page = Client(address).get("/calendar").page
    [row] = [row for row in page.all("tr") if f"/releases/{ONE}" in links(row)]
    assert row.text.endswith(said)


@pytest.mark.parametrize(("language", "said"), [("en", "not given"), ("ru", "не указан")])
def test_a_label_and_a_genre_that_are_not_given_are_no_names(home: Home, language: str, said: str) -> None:
    changes = tuple(f"update {table} set label_name = 'unknown', genre = 'unknown'" for table in
                    ("releases", "release_predictions"))  # fmt: skip
    publish(home.serving / "hitcast.duckdb", changes=changes)
    with serving(home) as address:
        client = Client(address, language)
        for path in ("/releases?columns=label&columns=genre", release_path(FIRST_ID), "/calendar"):
            page = client.get(path).page
            assert said in page.one("main").text
            assert not [link for link in links(page) if "/labels" in link]
            assert not {"unknown", "неизвестно"} & set(page.one("main").text.lower().split())
