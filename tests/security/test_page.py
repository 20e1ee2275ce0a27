"""The desk shows names, addresses and what people type as text, whatever they look like, and asks nobody else."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import duckdb
import pytest

from hitcast.core.home import Home
from hitcast.core.sql import literal
from tests.desk.browser import CHROMIUM, browser
from tests.desk.client import VOID, Answer, Client, release_path, serving
from tests.desk.states import PAGES
from tests.desk.world import PRESENT, publish
from tests.security.attacks import FORMULAS, MARKUP, TEXTS

FIRST_ID = 4607000000001
NAMES = {
    "releases": ("artist_name", "release_title", "label_name", "genre", "artist_id", "release_type"),
    "release_predictions": (
        "artist_name", "release_title", "label_name", "genre", "main_drivers", "main_drivers_ru", "data_note",
    ),
    "prediction_drivers": ("reason", "reason_ru", "feature_group"),
    "similar_releases": ("artist_name", "release_title", "label_name", "genre"),
    "decisions": ("artist_name", "release_title", "note"),
    "promotion_plan": ("artist_name", "release_title", "currency"),
    "campaigns": ("campaign_name", "channel", "currency"),
    "release_date_checks": ("reason",),
}  # fmt: skip
PARAMETERS = (
    "search", "show", "sort", "page", "columns", "label", "genre", "artist", "horizon", "ratio", "release", "from",
    "to", "decided", "day", "set", "budget", "name", "next", "limit", "offset",
)  # fmt: skip
INJECTIONS = (
    "'; drop table release_predictions; --", "' or '1'='1", "1; attach '/tmp/evil.db'", "x' union all select 1 --",
    "$stars", "published.main.releases", "read_csv('/etc/passwd')", "\\'; --",
)  # fmt: skip
ALLOWED = {
    "html", "head", "meta", "title", "link", "script", "body", "a", "header", "nav", "form", "label", "input",
    "button", "div", "main", "p", "section", "h1", "h2", "h3", "article", "strong", "span", "svg", "line", "circle",
    "polygon", "polyline", "rect", "text", "g", "figure", "figcaption", "ul", "li", "table", "caption", "thead",
    "tbody", "tr", "th", "td", "details", "summary", "fieldset", "legend", "select", "option", "footer", "br", "#",
    "small", "pre",
}  # fmt: skip
"""Elements that the templates make."""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A publication of which every release bears one of the attacks as all of its names, in their order."""
    made = Home(tmp_path_factory.mktemp("page"))
    made.serving.mkdir()
    listed = "[" + ", ".join(str(literal(text)) for text in TEXTS) + "]"
    chosen = f"({listed})[1 + (release_id::bigint - {FIRST_ID}) % {len(TEXTS)}]"
    named = [
        f"update {table} set {column} = {chosen} where release_id::bigint >= {FIRST_ID}"
        for table, columns in NAMES.items()
        for column in columns
    ]
    rejected = [
        f"insert into rejected_rows values ('vk_stream_days', {literal(text)}, {literal(text)}, 1, '2026-01-01')"
        for text in TEXTS
    ]
    drift = [f"update feature_drift set feature_name = {literal(MARKUP[0])}"]
    publish(
        made.serving / "hitcast.duckdb", releases=len(TEXTS), spread=20, tested=10, changes=(*named, *rejected, *drift)
    )
    return made


@pytest.fixture(scope="module")
def address(home: Home) -> Iterator[str]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("hitcast.desk.view.present", lambda: PRESENT)
        with serving(home) as found:
            yield found


def is_plain(answer: Answer) -> list[str]:
    """What a page holds that no template made, and what would run or lead elsewhere."""
    found = []
    for node in answer.page.walk():
        found += [f"<{node.tag}>" for _ in (1,) if node.tag not in ALLOWED | VOID]
        for name, text in node.attributes.items():
            if (
                name.startswith("on")
                or name in ("style", "srcdoc")
                or re.match(r"\s*(javascript|data|vbscript):", text)
            ):
                found.append(f"{name}={text}")
            if name in ("href", "src", "action", "formaction") and not re.match(r"(/(?![/\\])|#)", text):
                found.append(f"{name}={text}")
        found += [f"script: {node.text}" for _ in (1,) if node.tag == "script" and node.text]
    return found


@pytest.mark.parametrize("number", range(len(TEXTS)))
def test_a_name_is_shown_as_text_and_its_links_lead_to_it(address: str, number: int) -> None:
    reader = Client(address)
    answer = reader.get(release_path(str(FIRST_ID + number)))
    assert answer.status == 200
    assert is_plain(answer) == []
    shown = " ".join(TEXTS[number].split())
    assert answer.page.one("h1").text.count(shown) >= 2 or not shown
    for link in {node.attributes["href"] for node in answer.page.one("div", class_="heading").all("a")}:
        assert reader.get(link).status in (200, 404), link


@pytest.mark.parametrize("path", [*PAGES.values(), "/releases?show=all", "/releases?show=all&page=2&columns=label"])
def test_no_page_is_more_than_its_template_made(address: str, path: str) -> None:
    assert is_plain(Client(address).get(path)) == []


@pytest.mark.parametrize("path", ["/releases", "/api/v1/releases", "/trust", release_path(str(FIRST_ID))])
def test_no_parameter_alone_is_a_defect(address: str, path: str) -> None:
    reader = Client(address)
    for name in PARAMETERS:
        for text in (MARKUP[2], "9" * 400):
            assert reader.get(path, **{name: text}).status in (200, 422), (name, text)


@pytest.mark.parametrize("text", [MARKUP[0], MARKUP[2], MARKUP[5], *INJECTIONS[:2], "\x00<b>", "9" * 400])
def test_no_value_of_an_address_is_more_than_text(address: str, text: str) -> None:
    reader = Client(address)
    for path in ("/", "/releases", release_path(str(FIRST_ID)), "/compare", "/labels", "/plan", "/calendar", "/trust",
                 "/health", "/reader", "/login", "/no/such"):  # fmt: skip
        answer = reader.get(path, **dict.fromkeys(PARAMETERS, text))
        assert answer.status in (200, 404, 422), path
        assert is_plain(answer) == [], path
    for path in (f"/{text[:50]}", release_path(text), f"/artists/{urlencode({'a': text})[2:]}"):
        clean = urlencode({"a": path})[2:].replace("%2F", "/")
        answer = reader.get(clean)
        assert answer.status == 404
        assert is_plain(answer) == []


@pytest.mark.parametrize("text", INJECTIONS)
def test_no_parameter_is_sql(address: str, home: Home, text: str) -> None:
    reader = Client(address)
    file = home.serving / "hitcast.duckdb"
    before = file.read_bytes()
    everything = len(reader.get("/api/v1/releases?show=all&limit=1000").json["releases"])
    for path in ("/api/v1/releases", "/releases", "/releases.csv", "/labels", "/compare", release_path(str(FIRST_ID))):
        answer = reader.get(path, **dict.fromkeys(PARAMETERS, text))
        assert answer.status in (200, 404, 422), path
        assert "root:" not in answer.text
    for name in ("search", "label", "genre", "artist"):
        found = reader.get("/api/v1/releases", show="all", limit=1000, **{name: text}).json["releases"]
        assert len(found) < min(everything, 5), name
    assert reader.get(release_path(text)).status == 404
    assert file.read_bytes() == before
    assert len(reader.get("/api/v1/releases?show=all&limit=1000").json["releases"]) == everything


def test_the_published_file_is_opened_for_reading_alone(home: Home) -> None:
    from hitcast.desk.published import Published

    snapshot = Published(home.serving / "hitcast.duckdb").snapshot()
    with pytest.raises(duckdb.Error):
        snapshot._connection.execute("delete from published.main.releases")


def test_what_people_type_is_shown_as_text(home: Home, tmp_path: Path) -> None:
    own = Home(tmp_path)
    own.serving.mkdir()
    shutil.copy(home.serving / "hitcast.duckdb", own.serving)
    with serving(own) as address:
        for text in MARKUP:
            reader = Client(address)
            reader.post("/reader", name=text)
            answer = reader.post(f"{release_path(str(FIRST_ID))}/decide", decision="promoted", spend=text)
            for shown in (reader.get("/reader"), reader.get("/"), answer):
                assert is_plain(shown) == [], text
            assert reader.post("/login", token=text).status == 403


@pytest.mark.skipif(not CHROMIUM, reason="NO BROWSER: that no script runs needs chromium: apt-get install chromium")
def test_no_script_runs_in_a_browser_and_nobody_else_is_asked(address: str) -> None:
    with browser() as chromium:
        context = chromium.new_context()
        tab = context.new_page()
        requests: list[str] = []
        alarms: list[str] = []
        context.on("request", lambda request: requests.append(request.url))
        tab.on("dialog", lambda dialog: (alarms.append(dialog.message), dialog.dismiss()))
        tab.on("console", lambda message: alarms.append(message.text))
        tab.on("pageerror", lambda error: alarms.append(str(error)))
        injected = dict.fromkeys(PARAMETERS, MARKUP[1])
        for path in PAGES.values():
            tab.goto(f"{address}{path}")
        alarms = [alarm for alarm in alarms if "404" not in alarm]
        for path in ("/", "/releases", release_path(str(FIRST_ID)), "/trust", "/labels", "/reader", "/login"):
            tab.goto(f"{address}{path}?{urlencode(injected)}")
        for text in (*MARKUP, FORMULAS[0]):
            tab.goto(f"{address}{release_path(str(FIRST_ID + TEXTS.index(text)))}")
            main = tab.locator("main")
            assert main.locator("script, h1 img, [onerror], [onload], a[href^='javascript']").count() == 0
        assert [alarm for alarm in alarms if not {"404", "422"} & set(alarm.split())] == []
        assert [url for url in requests if not url.startswith(f"{address}/")] == []
        assert len(requests) > 50
