"""Servers of alerts that take a connection and hold it, in whatever it hangs; signals are heard meanwhile."""

import signal
import socket
import ssl
import subprocess
import sys
import time
import urllib.error
from collections.abc import Callable, Iterator
from contextlib import suppress
from threading import Thread

import pytest

from hitcast.core.errors import HitcastError
from hitcast.core.home import PROJECT_DIR
from hitcast.serving.alerts import mail, webhook
from tests.serving.alerts.conftest import MOVED

SECONDS = 0.3
CALLER = """
import signal
import sys
from hitcast.cli.terminal import guarded
from hitcast.serving.alerts import mail, webhook

def call():
    print("begun", flush=True)
    webhook.post([], "") if sys.argv[1] == "webhook" else mail.send([], "subject", "text")

# tests may run where Ctrl-C is ignored
signal.signal(signal.SIGINT, signal.default_int_handler)
sys.exit(guarded(call))
"""
Send = Callable[[], object]


@pytest.fixture
def silent_port() -> Iterator[int]:
    """Takes connections, and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        held = []

        def accept() -> None:
            with suppress(OSError):
                while True:
                    held.append(listener.accept())

        Thread(target=accept, daemon=True).start()
        yield listener.getsockname()[1]


@pytest.fixture(params=["http", "https", "smtp", "smtps"])
def send(request: pytest.FixtureRequest, silent_port: int, monkeypatch: pytest.MonkeyPatch) -> Send:
    """Sends to the silent server, by each protocol."""
    address = f"{request.param}://127.0.0.1:{silent_port}"
    monkeypatch.setenv("HITCAST_ALERTS_FROM", "hitcast@label.example")
    monkeypatch.setenv("HITCAST_ALERTS_TO", "anna@label.example")
    if request.param.startswith("http"):
        monkeypatch.setenv("HITCAST_ALERTS_WEBHOOK", f"{address}/s3cret")
        return lambda: webhook.post([MOVED], "in words", SECONDS)
    monkeypatch.setenv("HITCAST_SMTP_URL", address)
    return lambda: mail.send([MOVED], "subject", "text", SECONDS)


def given_up(send: Send) -> None:
    begun = time.perf_counter()
    with pytest.raises(HitcastError, match=rf"within {SECONDS} s|timed out") as refusal:
        send()
    assert time.perf_counter() - begun < 3
    assert "s3cret" not in str(refusal.value)


def test_a_server_that_takes_the_connection_and_is_silent_is_given_up(send: Send) -> None:
    given_up(send)


def test_a_name_that_nobody_resolves_is_given_up(send: Send, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: time.sleep(5))
    given_up(send)


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
@pytest.mark.parametrize("channel", ["webhook", "mail"])
def test_signals_are_heard_while_a_server_is_silent(
    silent_port: int, monkeypatch: pytest.MonkeyPatch, channel: str, number: signal.Signals, code: int
) -> None:
    monkeypatch.setenv("HITCAST_ALERTS_WEBHOOK", f"https://127.0.0.1:{silent_port}/s3cret")
    monkeypatch.setenv("HITCAST_SMTP_URL", f"smtp://127.0.0.1:{silent_port}")
    monkeypatch.setenv("HITCAST_ALERTS_FROM", "hitcast@label.example")
    monkeypatch.setenv("HITCAST_ALERTS_TO", "anna@label.example")
    command = [sys.executable, "-c", CALLER, channel]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=PROJECT_DIR
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "begun\n"
        time.sleep(0.5)
        process.send_signal(number)
        _, said = process.communicate(timeout=8)
    assert process.returncode == code, said
    assert said.splitlines() == ["hitcast: interrupted; what was finished is kept. The same command does the rest"]


@pytest.mark.parametrize("host", ["s" * 64 + ".example", "s3cret..example", ".s3cret"])
def test_a_name_that_cannot_be_written_is_one_line(monkeypatch: pytest.MonkeyPatch, host: str) -> None:
    monkeypatch.setenv("HITCAST_ALERTS_WEBHOOK", f"https://{host}/")
    monkeypatch.setenv("HITCAST_SMTP_URL", f"smtp://{host}")
    for call in (lambda: webhook.post([MOVED], "in words"), lambda: mail.send([MOVED], "subject", "text")):
        with pytest.raises(HitcastError, match="is not set to an") as refusal:
            call()
        assert "s3cret" not in str(refusal.value)


def test_a_certificate_of_another_name_does_not_tell_the_name() -> None:
    mismatch = ssl.SSLCertVerificationError(1, "[SSL] not valid for 's3cret.example'")
    assert "s3cret" not in webhook._reason(urllib.error.URLError(mismatch))
    assert "s3cret" not in webhook._reason(urllib.error.URLError("tunnel to s3cret failed"))
