"""Who may ask the desk: this machine, under its own names, from its own pages; others with the token."""

import os
import re
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from hitcast.core.decisions import read_decisions
from hitcast.core.errors import HitcastError
from hitcast.core.home import PROJECT_DIR, Home
from hitcast.desk import serve as serving_module
from hitcast.desk.guard import HEADERS, MAX_BODY_BYTES, Access
from hitcast.desk.serve import ACCESS_VARIABLE, access_of, is_this_machine, serve
from tests.desk.client import Answer, Client, links, release_path, serving, started
from tests.desk.states import PAGES
from tests.desk.world import FIRST_ID, publish

SOCKETS = Path("/proc/net")
LISTENING = "0A"
LOOPBACK = "0100007F"
TOKEN = "a token of this test, long enough"
POSTS = {
    "/language": {"language": "ru"},
    "/reader": {"name": "Anna"},
    f"{release_path(FIRST_ID)}/star": {"on": "1"},
    f"{release_path(FIRST_ID)}/decide": {"decision": "promoted"},
    "/login": {"token": TOKEN},
}
SECRETS = {
    "HITCAST_POSTGRES_DSN": "postgresql://s3cret@h/d",
    "HITCAST_ALERTS_WEBHOOK": "https://h/s3cret",
    "HITCAST_SMTP_URL": "smtp://a:s3cret@h",
    ACCESS_VARIABLE: "s3cret-s3cret-s3cret",
}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    made = Home(tmp_path_factory.mktemp("desk"))
    made.serving.mkdir()
    publish(made.serving / "hitcast.duckdb", releases=12, spread=10, tested=10)
    return made


@pytest.fixture(scope="module")
def local(home: Home) -> Iterator[str]:
    with serving(home, Access(("localhost", "127.0.0.1", "::1"))) as address:
        yield address


@pytest.fixture(scope="module")
def guarded(home: Home) -> Iterator[str]:
    with serving(home, Access((), TOKEN)) as address:
        yield address


@pytest.fixture(scope="module")
def below(home: Home) -> Iterator[str]:
    with serving(home, Access((), TOKEN), "/hitcast") as address:
        yield address


@pytest.fixture
def process(home: Home) -> Iterator[tuple[str, int]]:
    """The desk as `hitcast dashboard` starts it; its address and the process."""
    with started(home, **SECRETS) as found:
        yield found


@pytest.mark.skipif(not SOCKETS.exists(), reason="NOT LINUX: nothing tells which addresses are listened on")
def test_the_desk_listens_on_this_machine_alone_and_its_interpreter_holds_no_secret(
    process: tuple[str, int],
) -> None:
    address, pid = process
    port = urlsplit(address).port
    rows = [line.split() for kind in ("tcp", "tcp6") for line in (SOCKETS / kind).read_text().splitlines()[1:]]
    listening = [local.rsplit(":") for _, local, _, state, *_ in rows if state == LISTENING]
    assert {where for where, of_port in listening if int(of_port, 16) == port} == {LOOPBACK}
    reader = Client(address, authorization=f"Bearer {SECRETS[ACCESS_VARIABLE]}")
    assert reader.get("/").status == 200
    for path in ("/", "/health", "/no/such", "/api/v1/health", "/login"):
        assert "s3cret" not in reader.get(path).text
    assert pid > 0


def test_secrets_leave_the_environment_before_anything_is_served(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    import uvicorn

    seen: dict[str, str] = {}
    for name, secret in SECRETS.items():
        monkeypatch.setenv(name, secret)
    monkeypatch.setattr(uvicorn.Server, "run", lambda self, sockets: seen.update(os.environ))
    serve(home, "127.0.0.1", 0)
    assert "PATH" in seen
    assert [name for name, text in seen.items() if "s3cret" in text] == []


@pytest.mark.parametrize("address", ["0.0.0.0", "::", "", "192.168.0.7", "example.org"])
def test_other_machines_need_a_token(home: Home, address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(ACCESS_VARIABLE, raising=False)
    assert not is_this_machine(address)
    with pytest.raises(HitcastError, match=f"{ACCESS_VARIABLE} is not set"):
        serve(home, address, 0)
    monkeypatch.setenv(ACCESS_VARIABLE, "too short")
    with pytest.raises(HitcastError, match="is shorter than 16"):
        serve(home, address, 0)
    monkeypatch.setenv(ACCESS_VARIABLE, TOKEN)
    assert access_of(address).token == TOKEN


@pytest.mark.parametrize("address", ["127.0.0.1", "localhost", "::1", "127.0.0.2"])
def test_this_machine_needs_none_and_answers_to_its_own_names_alone(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(ACCESS_VARIABLE, raising=False)
    access = access_of(address, ("Desk.example",))
    assert access.token == ""
    assert set(access.hosts) == {"localhost", "127.0.0.1", "::1", address, "desk.example"}


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "evil.example:{}",
        "127.0.0.1.evil.example",
        "",
        "[",
        "localhost@evil",
        "127.0.0.1:80@evil.example",
    ],
)
@pytest.mark.parametrize("path", ["/", "/api/v1/releases", "/static/desk.css", "/login"])
def test_no_foreign_name_reaches_this_machine_s_desk(local: str, host: str, path: str) -> None:
    answer = raw(local, f"GET {path} HTTP/1.1", f"Host: {host.format(urlsplit(local).port)}")
    assert answer.startswith("HTTP/1.1 400 ")
    assert "4607" not in answer


@pytest.mark.parametrize("host", ["127.0.0.1:{}", "localhost:{}", "LOCALHOST", "[::1]:{}", "127.0.0.1"])
def test_its_own_names_do(local: str, host: str) -> None:
    assert raw(local, "GET / HTTP/1.1", f"Host: {host.format(urlsplit(local).port)}").startswith("HTTP/1.1 200 ")


def test_a_request_without_a_name_is_refused(local: str) -> None:
    assert raw(local, "GET / HTTP/1.0").startswith("HTTP/1.1 400 ")


def raw(address: str, *lines: str, body: bytes = b"") -> str:
    """What the desk answers to these very bytes."""
    with socket.create_connection(("127.0.0.1", urlsplit(address).port or 0), timeout=20) as connection:
        connection.sendall("\r\n".join([*lines, "Connection: close", "", ""]).encode("latin-1") + body)
        parts = []
        try:
            while part := connection.recv(65_536):
                parts.append(part)
        except ConnectionResetError:
            pass
    return b"".join(parts).decode("latin-1")


@pytest.mark.parametrize("path", POSTS)
@pytest.mark.parametrize(
    "sent",
    [
        {"origin": "http://evil.example"}, {"origin": "null"}, {"origin": "http://127.0.0.1"}, {"origin": "["},
        {"origin": "http://127.0.0.1:1"}, {"origin": "", "sec-fetch-site": "cross-site"},
        {"origin": "", "sec-fetch-site": "same-site"}, {"origin": "http://a@127.0.0.1:{}"},
    ],
)  # fmt: skip
def test_no_other_site_changes_anything(local: str, home: Home, path: str, sent: dict[str, str]) -> None:
    port = urlsplit(local).port
    headers = {name: text.format(port) for name, text in sent.items()}
    answer = Client(local).post(path, headers, **POSTS[path])
    assert answer.status == 403
    assert answer.cookies == {}
    assert read_decisions(home) == []


@pytest.mark.parametrize("sent", [{}, {"origin": ""}, {"origin": "", "sec-fetch-site": "same-origin"}])
def test_its_own_pages_and_programs_do(local: str, sent: dict[str, str]) -> None:
    assert Client(local).post("/language", sent, language="ru").status == 303


def is_asked_for_the_token(answer: Answer, path: str) -> bool:
    if path.startswith("/api/"):
        return answer.status == 401 and answer.headers["www-authenticate"] == "Bearer"
    return answer.status == 303 and answer.goes_to.startswith("/login?next=")


@pytest.mark.parametrize(
    "path",
    [
        *PAGES.values(),
        "/api/v1/releases",
        "/api/v1/openapi.json",
        "/releases.csv",
        "/staticx",
        "/loginx",
        "/login/x",
        "//",
        "/static",
    ],
)
def test_nothing_is_told_without_the_token(guarded: str, path: str) -> None:
    for reader in (
        Client(guarded),
        Client(guarded, authorization="Bearer wrong"),
        Client(guarded, authorization=f"Basic {TOKEN}"),
        Client(guarded, authorization="Bearer"),
        Client(guarded, cookie="hitcast_login=wrong"),
        Client(guarded, cookie=f"hitcast_login={TOKEN}"),
        Client(guarded, cookie="hitcast_login="),
    ):
        answer = reader.get(path)
        assert is_asked_for_the_token(answer, path), (answer.status, path)
        assert b"4607" not in answer.body.replace(FIRST_ID.encode(), b"")


def test_the_token_opens_as_bearer_and_by_login(guarded: str) -> None:
    assert Client(guarded, authorization=f"Bearer {TOKEN}").get("/api/v1/releases").status == 200
    assert Client(guarded, authorization=f"bearer  {TOKEN} ").get("/").status == 200
    reader = Client(guarded)
    form = reader.get(reader.get("/releases?show=all").goes_to)
    assert form.status == 200
    assert form.page.one("input", name="next").attributes["value"] == "/releases?show=all"
    refused = reader.post("/login", token="wrong", next="/releases")
    assert refused.status == 403
    assert refused.cookies == {}
    assert "That is not the token." in refused.main
    opened = reader.post("/login", token=TOKEN, next="/releases?show=all")
    assert opened.goes_to == "/releases?show=all"
    assert TOKEN not in opened.headers["set-cookie"]
    for part in ("HttpOnly", "SameSite=lax", "Path=/"):
        assert part in opened.headers["set-cookie"]
    assert reader.get("/releases").status == 200
    assert reader.get("/api/v1/releases").status == 200


def test_a_form_sent_without_the_token_comes_back_to_a_page(guarded: str) -> None:
    answer = Client(guarded).post(f"{release_path(FIRST_ID)}/star", on="1")
    assert answer.goes_to == "/login?next=/"


@pytest.mark.parametrize(
    "next_",
    [
        "http://evil.example", "//evil.example", "/\\evil.example", "\\\\evil.example", "/\t/evil.example",
        "https:evil", "javascript:alert(1)", "//[", "/\n/evil", "", "evil", "///evil.example",
        "/\x00/evil", "/\r\nset-cookie: a=b",
    ],
)  # fmt: skip
@pytest.mark.parametrize("path", ["/language", "/reader", "/login", f"{release_path(FIRST_ID)}/star"])
def test_no_form_leads_elsewhere(guarded: str, path: str, next_: str) -> None:
    reader = Client(guarded, authorization=f"Bearer {TOKEN}")
    reader.post("/reader", name="Anna")
    answer = reader.post(path, **(POSTS[path] | {"next": next_}))
    assert answer.status == 303
    assert answer.goes_to == "/"
    assert "a" not in answer.cookies


def test_below_a_path_of_a_proxy_nothing_leads_out_of_it(below: str) -> None:
    reader = Client(below)
    asked = reader.get("/releases?show=all")
    assert asked.goes_to == "/hitcast/login?next=/hitcast/releases%3Fshow%3Dall"
    assert reader.post("/login", token=TOKEN, next="/other").goes_to == "/hitcast/"
    opened = reader.post("/login", token=TOKEN, next="/hitcast/releases?show=all")
    assert opened.goes_to == "/hitcast/releases?show=all"
    assert "Path=/hitcast;" in opened.headers["set-cookie"] + ";"
    for path in PAGES.values():
        answer = reader.get(path)
        page = answer.page
        found = {
            node.attributes[name]
            for node in page.walk()
            for name in ("href", "src", "action")
            if name in node.attributes
        }
        assert [one for one in found if not one.startswith(("/hitcast/", "#"))] == [], path
        for one in sorted(links(page))[:3]:
            assert reader.get(one.removeprefix("/hitcast")).status == 200
    assert reader.get("/api/v1/no/such").json == {"error": "not_found"}


def test_every_answer_forbids_a_browser_what_no_page_needs(
    local: str, guarded: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any, **__: Any) -> Any:
        raise RuntimeError("s3cret of the program")

    reader, stranger = Client(local), Client(guarded)
    answers = [reader.get(path) for path in (*PAGES.values(), "/releases.csv", "/releases.xlsx", "/static/desk.css")]
    answers += [reader.get("/api/v1/releases"), reader.get("/api/v1/releases", limit="x"), reader.get("/static/none")]
    answers += [reader.get("/", {"host": "evil"}), reader.post("/language", {"origin": "http://evil"}, language="ru")]
    answers += [reader.ask("POST", "/"), reader.ask("DELETE", "/"), reader.post("/language", note="x" * 70_000)]
    answers += [reader.post(path, **fields) for path, fields in POSTS.items()]
    answers += [stranger.get("/"), stranger.get("/api/v1/plan"), stranger.get("/login")]
    monkeypatch.setattr("hitcast.desk.pages.week.sparklines", fail)
    defect = reader.get("/")
    assert defect.status == 500
    assert "s3cret" not in defect.text
    statuses = set()
    for answer in (*answers, defect):
        statuses.add(answer.status)
        assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS, answer
        assert "server" not in answer.headers
    assert {200, 303, 400, 401, 403, 404, 405, 413, 422, 500} <= statuses


def test_the_policy_forbids_what_is_not_the_desk_s_own() -> None:
    policy = dict(part.strip().split(" ", 1) for part in HEADERS["content-security-policy"].split(";"))
    assert policy["default-src"] == "'none'"
    for name in ("frame-ancestors", "base-uri"):
        assert policy[name] == "'none'"
    assert "unsafe" not in HEADERS["content-security-policy"]
    assert set(policy.values()) == {"'none'", "'self'"}


def test_a_form_is_small(local: str) -> None:
    for size, status in ((MAX_BODY_BYTES - 500, 303), (MAX_BODY_BYTES + 1, 413), (10**7, 413)):
        lines = [
            "POST /language HTTP/1.1",
            "Host: localhost",
            f"Content-Length: {size}",
            "Content-Type: application/x-www-form-urlencoded",
        ]
        body = (b"language=ru&note=" + b"x" * size)[:size] if status == 303 else b"x"
        assert raw(local, *lines, body=body).startswith(f"HTTP/1.1 {status} ")


@pytest.mark.parametrize("length", [[], ["Content-Length: 12"]])
def test_a_form_has_an_end(local: str, length: list[str]) -> None:
    lines = [
        "POST /language HTTP/1.1",
        "Host: localhost",
        "Transfer-Encoding: chunked",
        *length,
        "Content-Type: application/x-www-form-urlencoded",
    ]
    begun = time.monotonic()
    answer = raw(local, *lines, body=b"5\r\na=bcd\r\n" * 10)
    assert re.match(r"HTTP/1\.1 4(00|13) ", answer), answer
    assert time.monotonic() - begun < 10


@pytest.mark.parametrize(
    "path",
    [
        "/..", "/../../etc/passwd", "/%2e%2e/%2e%2e/etc/passwd", "/static/../../published.py",
        "/static/%2e%2e/published.py", "/static/..%2fpublished.py",
        "/static/%2e%2e%2f%2e%2e%2fapp.py", "/static//etc/passwd", "/static/%00", "/%00",
        "/releases/%00", "/releases/%ff%fe", "/releases/%c0%af", "/releases/..%2f..%2fhealth", "/" + "a" * 10_000,
        "/releases/" + "a" * 10_000, "/releases?search=" + "a" * 10_000, "/releases?search=%00%ff", "/artists/%00",
        "/labels", "/labels?name=%00", "/releases?" + "&".join(f"a{n}=1" for n in range(2000)), "/api/v1/releases/%00",
        "/api/v1/releases/" + "%F0%9F%A6%84" * 500, "/releases.csv/..", "/;/", "/%", "/%zz", "/releases/%25%30%30",
        "/compare?" + "&".join(f"release=R{n}" for n in range(1000)), "/reader?next=" + "/" * 9000,
    ],
)  # fmt: skip
def test_a_weird_path_is_answered_and_tells_nothing(local: str, path: str) -> None:
    answer = raw(local, f"GET {path} HTTP/1.1", "Host: localhost")
    assert re.match(r"HTTP/1\.1 (200|307|400|404|422) ", answer), answer[:200]
    assert "root:" not in answer
    assert "import " not in answer
    assert str(PROJECT_DIR) not in answer
    assert Client(local).get("/api/v1/alive").status == 200


def test_nothing_published_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(HitcastError, match="nothing is published yet"):
        serve(Home(tmp_path), "127.0.0.1", 0)


def test_an_address_that_cannot_be_listened_on_is_one_line(home: Home) -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as taken,
        pytest.raises(HitcastError, match="cannot be listened on"),
    ):
        serve(home, "127.0.0.1", taken.getsockname()[1])
    for address in ("256.1.1.1", "no such machine", "::zz"):
        with pytest.raises(HitcastError):
            serve(home, address, 0)


def test_documented_servers_stay_on_this_machine() -> None:
    documents = [*PROJECT_DIR.glob("*.md"), *(PROJECT_DIR / "docs").rglob("*.md"), PROJECT_DIR / "Makefile"]
    lines = [line for file in documents for line in file.read_text(encoding="utf-8").splitlines()]
    servers = [line for line in lines if re.search(r"bin/(mlflow (ui|server)|optuna-dashboard)\b", line)]
    assert len(servers) > 1
    assert [line for line in servers if "--host 127.0.0.1" not in line] == []
    assert serving_module.MIN_TOKEN_LENGTH == 16
