"""Servers that alerts are sent to, on this machine."""

import base64
import json
import socket
import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import StreamRequestHandler, ThreadingTCPServer
from threading import Thread

import pytest

from hitcast.serving.alerts.facts import Alert

MOVED = Alert(
    "forecast_moved",
    "R1|30|r2",
    {
        "release_id": "R1",
        "artist_name": "Artist",
        "release_title": "Title",
        "horizon_days": 30,
        "as_of_day": 7,
        "predicted_streams": 2000.0,
        "previous_predicted_streams": 1000.0,
        "predicted_class": "medium",
        "previous_predicted_class": "low",
    },
)
DRIP_SECONDS = 0.2


@dataclass
class Webhook:
    """What a server was sent; it answers `status`, or a byte at a time."""

    address: str = ""
    status: int = 200
    drips: bool = False
    bodies: list[dict[str, object]] = field(default_factory=list)


@dataclass
class MailServer:
    """A mail server: what it took, and how it behaves."""

    port: int = 0
    login: tuple[str, str] | None = None
    refused: tuple[str, ...] = ()
    drips: bool = False
    tls: ssl.SSLContext | None = None
    tls_count: int = 0
    logins: int = 0
    mails: list[EmailMessage] = field(default_factory=list)


@pytest.fixture
def webhook(monkeypatch: pytest.MonkeyPatch) -> Iterator[Webhook]:
    kept = Webhook()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            kept.bodies.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            if kept.drips:
                drip(self.connection, b"HTTP/1.1 200 OK\r\n" * 20)
                return
            self.send_response(kept.status)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            """Silence."""

    with serving(ThreadingHTTPServer(("127.0.0.1", 0), Handler)) as port:
        kept.address = f"http://127.0.0.1:{port}/secret"
        monkeypatch.setenv("HITCAST_ALERTS_WEBHOOK", kept.address)
        yield kept


@pytest.fixture
def mail_server(monkeypatch: pytest.MonkeyPatch) -> Iterator[MailServer]:
    kept = MailServer()

    class Handler(StreamRequestHandler):
        def say(self, line: str) -> None:
            self.wfile.write(f"{line}\r\n".encode())

        def handle(self) -> None:
            if kept.drips:
                drip(self.connection, b"220-" + b"x" * 200)
                return
            self.say("220 sink")
            while line := self.rfile.readline().decode(errors="replace").strip():
                verb = line.split(maxsplit=1)[0].upper()
                if verb == "EHLO":
                    self.say("250-sink")
                    if kept.tls and not isinstance(self.connection, ssl.SSLSocket):
                        self.say("250-STARTTLS")
                    self.say("250 AUTH PLAIN" if kept.login else "250 SIZE 1000000")
                elif verb == "STARTTLS":
                    self.say("220 go on")
                    self.begin_tls()
                elif verb == "AUTH":
                    self.authenticate(line)
                elif verb == "RCPT":
                    self.say("550 no s3cret" if any(one in line for one in kept.refused) else "250 ok")
                elif verb == "DATA":
                    self.take()
                elif verb == "QUIT":
                    return
                else:
                    self.say("250 ok")

        def begin_tls(self) -> None:
            assert kept.tls
            with suppress(ssl.SSLError):
                self.connection = kept.tls.wrap_socket(self.connection, server_side=True)
                self.setup_files()
                kept.tls_count += 1

        def setup_files(self) -> None:
            self.rfile, self.wfile = self.connection.makefile("rb"), self.connection.makefile("wb", buffering=0)

        def authenticate(self, line: str) -> None:
            kept.logins += 1
            _, user, password = base64.b64decode(line.split()[2]).decode().split("\0")
            self.say("235 ok" if (user, password) == kept.login else f"535 {password} is wrong")

        def take(self) -> None:
            self.say("354 go on")
            lines = []
            while (line := self.rfile.readline()) != b".\r\n":
                lines.append(line.removeprefix(b"."))
            kept.mails.append(BytesParser(policy=default).parsebytes(b"".join(lines)))
            self.say("250 taken")

    ThreadingTCPServer.allow_reuse_address = True
    with serving(ThreadingTCPServer(("127.0.0.1", 0), Handler)) as port:
        kept.port = port
        monkeypatch.setenv("HITCAST_SMTP_URL", f"smtp://127.0.0.1:{port}")
        monkeypatch.setenv("HITCAST_ALERTS_FROM", "hitcast@label.example")
        monkeypatch.setenv("HITCAST_ALERTS_TO", "anna@label.example, boris@label.example")
        yield kept


@contextmanager
def serving(server: ThreadingTCPServer) -> Iterator[int]:
    server.daemon_threads = True
    Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield server.server_address[1]
    server.shutdown()
    server.server_close()


def drip(connection: socket.socket, content: bytes) -> None:
    """A byte at a time: no single wait is long."""
    with suppress(OSError):
        for byte in content:
            connection.sendall(bytes([byte]))
            time.sleep(DRIP_SECONDS)
