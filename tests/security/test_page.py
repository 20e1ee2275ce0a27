"""The page: only this machine reaches it, other sites do not, and no name from a catalog is more than text."""

import itertools
import os
import re
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import duckdb
import pytest
from streamlit.testing.v1 import AppTest

from hitcast.core.home import PROJECT_DIR, Home
from hitcast.desk.serve import is_this_machine, serve
from tests.desk.browser import CHROMIUM, browser, served, settle
from tests.desk.pages import PAGES, opened
from tests.desk.world import publish
from tests.security.attacks import FORMULAS, MARKUP, TEXTS

SOCKETS = Path("/proc/net")
LISTENING = "0A"
ON_THIS_MACHINE = ("0100007F", "00000000000000000000000001000000")
"""127.0.0.1 and ::1 as Linux lists them."""
FIRST_ID = 4607000000001
SHOWN = (*MARKUP[:2], *MARKUP[3:6], FORMULAS[0])
"""Names of the releases that are opened, which takes a second each."""
NAMES = {
    "release_predictions": ("artist_name", "release_title", "label_name", "genre", "main_drivers", "main_drivers_ru"),
    "prediction_drivers": ("reason", "reason_ru"),
    "similar_releases": ("artist_name", "release_title", "label_name", "genre"),
}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A published file of which every release bears one of the attacks as all of its names, in their order."""
    home = Home(tmp_path_factory.mktemp("page"))
    home.serving.mkdir()
    file = home.serving / "hitcast.duckdb"
    publish(file, releases=len(TEXTS), spread=20)
    with duckdb.connect(str(file)) as connection:
        for table, columns in NAMES.items():
            chosen = f"$texts[release_id::bigint - {FIRST_ID} + 1]"
            listed = ", ".join(f"{column} = {chosen}" for column in columns)
            connection.execute(f"update {table} set {listed}", {"texts": list(TEXTS)})
        for text in TEXTS:
            row = "'vk_stream_days', $text, $text, 1, timestamp '2026-01-01'"
            connection.execute(f"insert into rejected_rows values ({row})", {"text": text})
    return home


@pytest.fixture(scope="module")
def page(home: Home) -> Iterator[str]:
    """The page's address, as `hitcast dashboard` starts it."""
    with served(home.root) as address:
        yield address


@pytest.mark.skipif(not SOCKETS.exists(), reason="NOT LINUX: nothing tells which addresses are listened on")
def test_the_page_listens_on_this_machine_alone(page: str) -> None:
    port = urlsplit(page).port
    rows = [line.split() for kind in ("tcp", "tcp6") for line in (SOCKETS / kind).read_text().splitlines()[1:]]
    listening = [local.rsplit(":") for _, local, _, state, *_ in rows if state == LISTENING]
    assert {address for address, of_port in listening if int(of_port, 16) == port} == {ON_THIS_MACHINE[0]}


@pytest.mark.parametrize(
    ("host", "origin", "status"),
    [
        ("127.0.0.1:{}", "http://127.0.0.1:{}", 101),
        ("localhost:{}", "http://localhost:{}", 101),
        # a site that the reader visits too asks through the reader's own browser
        ("127.0.0.1:{}", "http://evil.example", 403),
        # and one whose name it has pointed at this machine
        ("evil.example:{}", "http://evil.example:{}", 403),
    ],
)
def test_no_other_site_reads_through_a_readers_browser(page: str, host: str, origin: str, status: int) -> None:
    port = urlsplit(page).port
    asked = [
        "GET /_stcore/stream HTTP/1.1",
        f"Host: {host.format(port)}",
        f"Origin: {origin.format(port)}",
        "Connection: Upgrade",
        "Upgrade: websocket",
        "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
    ]
    with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
        connection.sendall("\r\n".join([*asked, "", ""]).encode())
        answer = connection.recv(1000).decode()
    assert answer.split()[1] == str(status)


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """How the server was started, which it is not."""
    noted: dict[str, Any] = {}
    monkeypatch.setattr(subprocess, "run", lambda command, **options: noted.update(command=command, **options))
    return noted


def test_a_page_for_others_is_warned_of(
    home: Home, started: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    for address in ("127.0.0.1", "localhost", "::1", "127.0.0.2"):
        assert is_this_machine(address)
        serve(home, address, 1)
        assert capsys.readouterr().err == ""
        assert address in started["command"][started["command"].index("--server.allowedHosts") :]
    # Streamlit takes no address for every address
    for address in ("0.0.0.0", "::", "", "192.168.0.7", "example.org"):
        serve(home, address, 1)
        (line,) = capsys.readouterr().err.splitlines()
        assert "anyone on the network" in line
        assert "--server.allowedHosts" not in started["command"]


def test_what_keeps_other_sites_out_stays_on_and_the_page_is_given_no_secret(
    home: Home, started: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STREAMLIT_SERVER_ENABLE_CORS", "false")
    monkeypatch.setenv("HITCAST_POSTGRES_DSN", "s3cret")
    monkeypatch.setenv("HITCAST_ALERTS_WEBHOOK", "s3cret")
    serve(home, "127.0.0.1", 1)
    options = dict(itertools.pairwise(started["command"]))
    for option in ("--server.enableXsrfProtection", "--server.enableCORS"):
        assert options[option] == "true"
    assert "s3cret" not in started["env"].values()
    assert started["env"]["PATH"] == os.environ["PATH"]


def _as_markdown_text(page: AppTest) -> list[str]:
    """All that Streamlit takes for Markdown: texts, and labels of what can be set."""
    texts = ("title", "header", "subheader", "markdown", "caption", "info", "warning", "error", "success")
    found = [str(element.value) for kind in texts for element in getattr(page, kind)]
    labelled = ("button", "selectbox", "multiselect", "text_input", "metric", "expander", "toggle", "slider")
    return found + [str(element.label) for kind in labelled for element in page.get(kind)]


@pytest.mark.parametrize("name", PAGES)
def test_no_name_reaches_markdown(home: Home, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv("HITCAST_PUBLISHED", str(home.serving / "hitcast.duckdb"))
    for text in SHOWN if name == "release" else SHOWN[:1]:
        drawn = opened(name, release=str(FIRST_ID + TEXTS.index(text)))
        whole = "\n".join(_as_markdown_text(drawn))
        assert [text for text in TEXTS if len(text) > 4 and text in whole] == []
        if name == "release":
            assert any(text in str(element.value) for element in drawn.text), "it is shown, as text"


def test_an_address_of_injected_values_is_no_more_than_a_filter(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HITCAST_PUBLISHED", str(home.serving / "hitcast.duckdb"))
    names = ("search", "release", "watch", "watched", "horizon", "class", "genre", "label", "from_", "to", "lang")
    for text in ("'; drop table release_predictions; --", "<script>alert(1)</script>\x00", "9" * 400):
        for name in PAGES:
            drawn = opened(name, **dict.fromkeys(names, text))
            assert text not in "\n".join(_as_markdown_text(drawn))
    with duckdb.connect(str(home.serving / "hitcast.duckdb"), read_only=True) as connection:
        assert connection.table("release_predictions").shape[0] > 0


@pytest.mark.skipif(not CHROMIUM, reason="NO BROWSER: that no script runs needs chromium: apt-get install chromium")
def test_no_script_runs_in_a_browser(page: str) -> None:
    with browser() as chromium:
        context = chromium.new_context()
        tab = context.new_page()
        requests: list[str] = []
        dialogs: list[str] = []
        context.on("request", lambda request: requests.append(request.url))
        tab.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
        injected = dict.fromkeys(("search", "label", "genre", "lang", "from", "horizon", "release"), MARKUP[1])
        tab.goto(f"{page}/?{urlencode(injected)}")
        settle(tab)
        for text in SHOWN[1:5:2]:
            tab.goto(f"{page}/release?release={FIRST_ID + TEXTS.index(text)}")
            settle(tab)
            assert tab.locator("h2").first.inner_text() == f"{text}: {text}"
            main = tab.locator("[data-testid=stMain]")
            assert main.locator("script, h2 *, [onerror], [onload], a[href^='javascript'], a[href*=evil]").count() == 0
        assert dialogs == []
        assert [url for url in requests if "evil" in url] == []
        assert len(requests) > 20


def test_documented_servers_stay_on_this_machine() -> None:
    documents = [*PROJECT_DIR.glob("*.md"), *(PROJECT_DIR / "docs").rglob("*.md"), PROJECT_DIR / "Makefile"]
    lines = [line for file in documents for line in file.read_text(encoding="utf-8").splitlines()]
    servers = [line for line in lines if re.search(r"bin/(mlflow (ui|server)|optuna-dashboard)\b", line)]
    assert len(servers) > 1
    assert [line for line in servers if "--host 127.0.0.1" not in line] == []
