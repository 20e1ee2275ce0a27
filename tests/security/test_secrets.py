"""Secrets come from the environment and are told to nobody: not on the terminal, not in a record, not in a log."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest
import typer

from hitcast.cli.app import app
from hitcast.core.errors import HitcastError
from hitcast.core.home import PROJECT_DIR, Home
from hitcast.core.records import recorded
from hitcast.serving.alerts.facts import Alert
from hitcast.serving.alerts.webhook import post
from hitcast.serving.alerts.wording import as_lines
from hitcast.serving.postgres import publish_to_postgres

DSNS = {
    # the server is named, what opens it is not
    "postgresql://owner:s3cret@127.0.0.1:1/db": "onnection refused",
    "postgresql://owner:s3%63ret@127.0.0.1:1/db": "onnection refused",
    "postgresql://127.0.0.1:1/db?connect_timeout=1&password=s3cret&user=owner": "onnection refused",
    "host=127.0.0.1 port=1 password=s3cret": "onnection refused",
    "host=127.0.0.1 port=1 password = 'a s3cret'": "onnection refused",
    "host=s3cret.invalid port=1 password=s3cret": "could not translate host name",
    # libpq tells a part of each of these, which it takes for something else
    "host=127.0.0.1 port=1 password=a target_session_attrs=s3cret": "an option",
    "postgresql://127.0.0.1:1/db?s3cret": "an option",
    "postgresql://127.0.0.1:s3cret/db": "an option",
    "host=127.0.0.1 password=a s3cret=b": "an option",
    "postgresql://owner:a@s3cret@127.0.0.1:1/db": "is no address",
    "postgresql://owner:s3cret/@127.0.0.1:1/db": "is no address",
    "postgresql://owner:s3cret%@127.0.0.1:1/db": "is no address",
    "postgresql://owner:s3cret?b@127.0.0.1:1/db": "is no address",
    "postgresql://owner:a\udcffs3cret@127.0.0.1:1/db": "is no address",
    "mysql://owner:s3cret@127.0.0.1/db": "is no address",
    "host=127.0.0.1 password=a s3cret": "is no address",
    "host=127.0.0.1 password='s3cret": "is no address",
    "s3cret": "is no address",
}
ALERT = Alert(
    "forecast_moved",
    "R1|30|r2",
    {
        "release_id": "R1",
        "artist_name": "<!channel>\x1b[31m",
        "release_title": "@all [x](http://evil)\nb",
        "horizon_days": 30,
        "predicted_streams": 2000.0,
        "previous_predicted_streams": 1000.0,
        "predicted_class": "medium",
        "previous_predicted_class": "low",
    },
)


def _tells_itself_alone(error: HitcastError) -> bool:
    """Whether its traceback leaves out what the driver said."""
    return error.__cause__ is None and (error.__suppress_context__ or error.__context__ is None)


@pytest.mark.parametrize("dsn", DSNS, ids=ascii)
def test_no_form_of_a_dsn_shows_its_password(
    hostile_home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, dsn: str
) -> None:
    monkeypatch.setenv("HITCAST_POSTGRES_DSN", dsn)
    records = Home(tmp_path)
    with pytest.raises(HitcastError, match=DSNS[dsn]) as refusal, recorded(records, "publish", "postgres"):
        publish_to_postgres(hostile_home)
    assert "\n" not in str(refusal.value)
    assert _tells_itself_alone(refusal.value)
    (record,) = map(json.loads, records.records.read_text().splitlines())
    assert record["error"] == str(refusal.value)
    assert "s3" not in record["error"]


@pytest.fixture
def webhook() -> Iterator[tuple[str, list[str]]]:
    """A server's address, and the paths that it was asked for; the path's start says how it answers."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked.append(f"POST {self.path} {self.rfile.read(int(self.headers['Content-Length'])).decode()}")
            if self.path.startswith("/odd"):
                self.wfile.write(b"s3cret\r\n\r\n")
                return
            self.send_response(500 if self.path.startswith("/500") else 302 if self.path.startswith("/302") else 200)
            self.send_header("Location", "/elsewhere")
            self.end_headers()

        def do_GET(self) -> None:
            asked.append(f"GET {self.path}")
            self.send_response(200)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            """Silence."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", asked
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize(
    ("address", "message"),
    [
        ("{}/500/s3cret?token=s3cret", "answered 500"),
        ("{}/302/s3cret?token=s3cret", "answered 302"),
        ("{}/odd/s3cret?token=s3cret", "gave no answer of HTTP"),
        ("http://127.0.0.1:1/s3cret?token=s3cret", "could not be reached"),
        # urllib would tell each of these in full
        ("http://127.0.0.1:1/s3cret with a blank", "is not set to"),
        ("http://127.0.0.1:1/s3cret\x7f", "is not set to"),
        ("http://127.0.0.1:1/s3cret/ключ", "is not set to"),
        ("http://owner:s3cret@127.0.0.1:1/", "is not set to"),
        ("http://127.0.0.1:s3cret/", "is not set to"),
        ("http://[s3cret/", "is not set to"),
        ("http://\u2100s3cret@127.0.0.1/", "is not set to"),
        ("http:///s3cret", "is not set to"),
        ("file:///etc/s3cret", "is not set to"),
        ("s3cret", "is not set to"),
    ],
)
def test_no_answer_of_a_webhook_shows_its_address(
    webhook: tuple[str, list[str]], monkeypatch: pytest.MonkeyPatch, address: str, message: str
) -> None:
    server, asked = webhook
    monkeypatch.setenv("HITCAST_ALERTS_WEBHOOK", address.format(server))
    with pytest.raises(HitcastError, match=message) as refusal:
        post([ALERT], as_lines([ALERT]))
    assert "s3" not in str(refusal.value)
    assert "\n" not in str(refusal.value)
    assert _tells_itself_alone(refusal.value)
    assert not [line for line in asked if line.startswith("GET")], "a redirection was followed, without the alerts"


def test_a_title_calls_nobody_in_a_chat(webhook: tuple[str, list[str]], monkeypatch: pytest.MonkeyPatch) -> None:
    server, asked = webhook
    # an address as Teams gives it
    monkeypatch.setenv("HITCAST_ALERTS_WEBHOOK", f"{server}/a@b/c?sig=%2Fd")
    post([ALERT], as_lines([ALERT]))
    (line,) = asked
    body = json.loads(line.removeprefix("POST /a@b/c?sig=%2Fd "))
    assert not set("<>@[]") & set(body["text"])
    assert body["alerts"][0]["artist_name"] == "<!channel>\x1b[31m"
    assert body["text"].isprintable(), "an alert is one line, on a terminal too"


def test_a_whole_command_tells_no_secret_and_leaves_none_behind(hostile_home: Home, tmp_path: Path) -> None:
    """`publish --to postgres` and `alerts --post` as a user calls them, dbt's logs and a defect's traceback too."""
    home = Home(tmp_path / "home")
    home.root.mkdir()
    (home.root / "warehouse.duckdb").write_bytes(hostile_home.warehouse.read_bytes())
    script = """
import sys
from hitcast.cli import terminal
from hitcast.job import dbt
from hitcast.cli.app import app
from hitcast.core.home import Home
from hitcast.core.project import read_variables

def whole():
    sys.argv = ["hitcast", "publish", "--to", "postgres"]
    try:
        app()
    except Exception as error:
        print(error, file=sys.stderr)
    try:
        dbt.build(Home.current(), read_variables(None), ["no_such_model+"])
    except Exception as error:
        print(error, file=sys.stderr)
    from hitcast.core.errors import HitcastError
    from hitcast.serving.alerts import mail, webhook
    try:
        mail.send([], "subject", "text")
    except HitcastError as error:
        print(error, file=sys.stderr)
    try:
        webhook.post([], "")
    except HitcastError as error:
        raise RuntimeError(str(error)) from error

sys.exit(terminal.guarded(whole))
"""
    secrets = {
        "HITCAST_POSTGRES_DSN": "postgresql://owner:s3cret@127.0.0.1:1/db",
        "HITCAST_ALERTS_WEBHOOK": "http://127.0.0.1:1/s3cret?token=s3cret",
        "HITCAST_SMTP_URL": "smtp://anna:s3cret@127.0.0.1:1",
        "HITCAST_ALERTS_FROM": "hitcast@label.example",
        "HITCAST_ALERTS_TO": "anna@label.example",
        # the most that dbt ever logs
        "DBT_LOG_LEVEL_FILE": "debug",
    }
    done = subprocess.run(
        [sys.executable, "-c", script],
        env=os.environ | secrets | {"HITCAST_HOME": str(home.root), "PYTHONPATH": str(PROJECT_DIR)},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "Connection refused" in done.stderr
    assert "a defect of hitcast" in done.stderr
    assert "s3cret" not in done.stdout + done.stderr
    left = [path for path in home.root.rglob("*") if path.is_file()]
    assert {"defect.txt", "hitcast.jsonl", "dbt.log"} <= {path.name for path in left}
    assert [path.name for path in left if b"s3cret" in path.read_bytes()] == []


def test_no_option_takes_a_secret() -> None:
    commands = [typer.main.get_command(app)]
    names = []
    while commands:
        command = commands.pop()
        commands += getattr(command, "commands", {}).values()
        names += [name for parameter in command.params for name in (*parameter.opts, *parameter.secondary_opts)]
    assert "--reader" in names
    words = ("dsn", "password", "token", "secret", "webhook", "url", "key")
    assert [name for name in names if any(word in name for word in words)] == []
