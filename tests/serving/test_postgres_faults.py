"""PostgreSQL servers that misbehave: locked, silent, of other types, talkative; and whoever calls is still heard."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from threading import Thread

import psycopg
import pytest

from hitcast.core.errors import BusyError, HitcastError
from hitcast.core.home import Home
from hitcast.core.records import latest_records
from hitcast.serving import postgres
from hitcast.serving.postgres import TYPES, publish_to_postgres
from hitcast.serving.postgres_errors import connection_error, statement_error
from hitcast.serving.publish import publish
from tests.commands import environment
from tests.serving.postgres_server import running_server
from tests.serving.published_world import make_home

Server = Callable[[socket.socket], None]
SILENT_SECONDS = 0.5
CALLER = """
import sys
from adbc_driver_postgresql import dbapi
from hitcast.cli.terminal import guarded
from hitcast.core.home import Home
from hitcast.core.records import latest_records
from hitcast.core.records import recorded
from hitcast.serving.postgres import publish_to_postgres

def call():
    home = Home.current()
    with recorded(home, "publish", "postgres"):
        print("begun", flush=True)
        publish_to_postgres(home)

sys.exit(guarded(call))
"""


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with running_server() as dsn:
        yield dsn


@pytest.fixture
def dsn(server: str, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("HITCAST_POSTGRES_DSN", server)
    monkeypatch.setenv("HITCAST_PATIENCE", "0.5")
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute("drop schema if exists hitcast cascade")
    return server


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """Only read, but for its records."""
    home = make_home(tmp_path_factory.mktemp("home"), release_predictions=[{}], prediction_history=[{}])
    publish(home)
    return home


@contextmanager
def listening(answer: Server) -> Iterator[int]:
    """A port of this machine; each connection to it is answered in a thread of its own."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def accept() -> None:
            with suppress(OSError):
                while True:
                    connection, _ = listener.accept()
                    Thread(target=answer, args=(connection,), daemon=True).start()

        Thread(target=accept, daemon=True).start()
        yield listener.getsockname()[1]


def silent(connection: socket.socket) -> None:
    """Takes what comes, and says nothing."""
    with suppress(OSError):
        while connection.recv(4096):
            pass


def dripping(connection: socket.socket) -> None:
    """Agrees to TLS, and drips a handshake a byte at a time."""
    with suppress(OSError):
        connection.recv(8)
        connection.sendall(b"S")
        connection.recv(4096)
        # the head of a record of 16,000 bytes
        for byte in b"\x16\x03\x03\x3e\x80\x02\x00\x3e\x7c\x03\x03" + bytes(16_000):
            connection.sendall(bytes([byte]))
            time.sleep(0.05)


def echoing(connection: socket.socket) -> None:
    """Asks for the password in the clear, and refuses it by its own words."""
    with suppress(OSError):
        if connection.recv(8)[4:] == b"\x04\xd2\x16\x2f":
            connection.sendall(b"N")
        connection.recv(4096)
        connection.sendall(b"R\x00\x00\x00\x08\x00\x00\x00\x03")
        password = connection.recv(4096)[5:-1]
        text = b"SFATAL\0VFATAL\0C28P01\0Mpassword authentication failed: " + password + b" is not it\0\0"
        connection.sendall(b"E" + (len(text) + 4).to_bytes(4, "big") + text)


@pytest.mark.parametrize("held", ["hitcast.release_predictions", "hitcast.publish_info"])
def test_a_reader_that_locks_a_table_is_waited_for_no_longer_than_patience(home: Home, dsn: str, held: str) -> None:
    publish_to_postgres(home)
    with psycopg.connect(dsn) as reader:
        reader.execute(f"lock table {held} in access exclusive mode")
        begun = time.perf_counter()
        with pytest.raises(BusyError) as refusal:
            publish_to_postgres(home)
        assert 0.4 < time.perf_counter() - begun < 5
    assert f"holds a lock, writing {held}; waited 0.5 s" in str(refusal.value)
    publish_to_postgres(home)


def test_a_second_publisher_is_waited_for_no_longer_than_patience(home: Home, dsn: str) -> None:
    with psycopg.connect(dsn) as other:
        other.execute("select pg_advisory_xact_lock(%s)", [postgres.LOCK])
        with pytest.raises(BusyError, match="waiting for another publication"):
            publish_to_postgres(home)


@pytest.mark.parametrize("answer", [silent, dripping])
def test_a_server_that_never_lets_in_is_given_up(home: Home, monkeypatch: pytest.MonkeyPatch, answer: Server) -> None:
    with listening(answer) as port:
        monkeypatch.setenv("HITCAST_POSTGRES_DSN", f"postgresql://owner:s3cret@127.0.0.1:{port}/db")
        begun = time.perf_counter()
        with pytest.raises(HitcastError, match=rf"did not let the user in within {SILENT_SECONDS} s") as refusal:
            publish_to_postgres(home, connect_seconds=SILENT_SECONDS)
        assert time.perf_counter() - begun < 3
    assert refusal.value.exit_code == 2
    assert "s3cret" not in str(refusal.value)


def test_a_name_that_nobody_resolves_is_given_up(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    from adbc_driver_postgresql import dbapi

    monkeypatch.setattr(dbapi, "connect", lambda dsn: time.sleep(5))
    monkeypatch.setenv("HITCAST_POSTGRES_DSN", "postgresql://owner:s3cret@db/db")
    with pytest.raises(HitcastError, match=r"did not let the user in within 0\.2 s"):
        publish_to_postgres(home, connect_seconds=0.2)


def test_a_server_that_falls_silent_halfway_is_given_up_and_keeps_what_it_had(home: Home, dsn: str) -> None:
    publish_to_postgres(home)
    with psycopg.connect(dsn, autocommit=True) as other:
        other.execute(
            """
            create function hitcast.linger() returns trigger language plpgsql as
            $$ begin perform pg_sleep(3); return new; end $$;
            create trigger linger before insert on hitcast.release_predictions execute function hitcast.linger()
            """
        )
        begun = time.perf_counter()
        with pytest.raises(HitcastError, match=r"did not answer within 1 s, writing hitcast.release_predictions"):
            publish_to_postgres(home, deadline_seconds=1)
        assert time.perf_counter() - begun < 2.5
        published_at = other.execute("select max(published_at) from hitcast.publish_info").fetchone()
        time.sleep(3)
        # what was given up must not be committed behind the caller's back
        assert other.execute("select max(published_at) from hitcast.publish_info").fetchone() == published_at
        assert other.execute("select count(*) from hitcast.release_predictions").fetchone() == (1,)


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_signals_are_heard_while_a_server_is_silent(home: Home, number: signal.Signals, code: int) -> None:
    with listening(silent) as port:
        dsn = f"postgresql://owner:s3cret@127.0.0.1:{port}/db"
        with subprocess.Popen(
            [sys.executable, "-c", CALLER],
            env=environment(home, HITCAST_POSTGRES_DSN=dsn),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        ) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == "begun\n"
            time.sleep(0.3)
            begun = time.perf_counter()
            process.send_signal(number)
            _, said = process.communicate(timeout=8)
    assert process.returncode == code, said
    assert time.perf_counter() - begun < 3
    assert latest_records(home)[-1]["outcome"] == "interrupted"
    assert said.splitlines() == ["hitcast: interrupted; what was finished is kept. The same command does the rest"]


OTHER_TYPES = {
    # as wide as ours: the server would take our bytes for other figures
    "predicted_streams": ["bigint", "numeric"],
    "as_of_day": ["real"],
    "predicted_at": ["bigint", "timestamptz"],
    "release_title": ["bytea"],
    "is_promotion_candidate": ['"char"'],
    "release_date": ["integer"],
}


@pytest.mark.parametrize(
    ("column", "kind"), [(column, kind) for column, kinds in OTHER_TYPES.items() for kind in kinds]
)
def test_a_column_of_another_type_is_refused_with_its_cure(home: Home, dsn: str, column: str, kind: str) -> None:
    with psycopg.connect(dsn, autocommit=True) as other:
        other.execute("create schema hitcast")
        other.execute(f"create table hitcast.release_predictions (release_id text, {column} {kind})")
        with pytest.raises(HitcastError) as refusal:
            publish_to_postgres(home)
        assert f"{column} is " in str(refusal.value)
        assert f"alter table hitcast.release_predictions alter column {column} type" in str(refusal.value)
        assert other.execute("select count(*) from hitcast.release_predictions").fetchone() == (0,)


@pytest.mark.parametrize("kind", ["varchar", "varchar(200)"])
def test_a_column_of_a_type_that_holds_ours_is_taken(home: Home, dsn: str, kind: str) -> None:
    with psycopg.connect(dsn, autocommit=True) as other:
        other.execute("create schema hitcast")
        other.execute(f"create table hitcast.release_predictions (release_title {kind}, predicted_at timestamp(3))")
        publish_to_postgres(home)
        assert other.execute("select release_title from hitcast.release_predictions").fetchall() == [("Title",)]


def test_every_type_has_its_name_on_the_server(dsn: str) -> None:
    with psycopg.connect(dsn, autocommit=True) as other:
        other.execute("create schema hitcast")
        for number, kind in enumerate(TYPES.values()):
            other.execute(f"create table hitcast.t{number} (a {kind})")
        query = "select data_type from information_schema.columns where table_schema = 'hitcast' order by table_name"
        found = [name for (name,) in other.execute(query).fetchall()]
    assert len(found) == len(TYPES)
    for kind, name in zip(TYPES.values(), found, strict=True):
        postgres._check_types({"a": kind}, {"a": name}, "hitcast.t")
        with pytest.raises(HitcastError, match=r"hitcast\.t"):
            postgres._check_types({"a": kind}, {"a": "bytea"}, "hitcast.t")


PASSWORDS = ["e", "a", "o", "password", "authentication", "failed", "127.0.0.1", "owner", "s", "SQLSTATE", "Check"]


@pytest.mark.parametrize("password", PASSWORDS)
def test_a_message_does_not_depend_on_the_password(
    home: Home, dsn: str, monkeypatch: pytest.MonkeyPatch, password: str
) -> None:
    lines = set()
    for given in (password, "qqq"):
        server = dsn.rpartition("@")[2]
        monkeypatch.setenv("HITCAST_POSTGRES_DSN", f"postgresql://owner:{given}@{server}")
        with pytest.raises(HitcastError) as refusal:
            publish_to_postgres(home)
        lines.add(str(refusal.value))
    (line,) = lines
    assert line == "PostgreSQL: password authentication failed. Check HITCAST_POSTGRES_DSN and the rights of its user"


def test_a_server_that_sends_the_password_back_is_not_quoted(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    with listening(echoing) as port:
        monkeypatch.setenv(
            "HITCAST_POSTGRES_DSN", f"host=127.0.0.1 port={port} user=owner password=s3cret sslmode=disable"
        )
        with pytest.raises(HitcastError, match="password authentication failed") as refusal:
            publish_to_postgres(home)
    assert "s3" not in str(refusal.value)
    assert "*" not in str(refusal.value)


@pytest.mark.parametrize(
    ("prepare", "message"),
    [
        (
            "create table hitcast.release_predictions (own integer not null)",
            "takes no null, .*, column own .SQL",
        ),
        ("create table hitcast.release_predictions (release_title varchar(2))", "longer than its column there takes"),
        ("create view hitcast.release_predictions as select 1 as a", "hitcast.release_predictions .*SQLSTATE"),
        (
            "create table hitcast.release_predictions (release_id text check (release_id = 'x'))",
            "a check of its own forbids it",
        ),
    ],
)
def test_what_the_server_refuses_is_said_in_words(home: Home, dsn: str, prepare: str, message: str) -> None:
    with psycopg.connect(dsn, autocommit=True) as other:
        other.execute("create schema hitcast")
        other.execute(prepare)
    with pytest.raises(HitcastError, match=message) as refusal:
        publish_to_postgres(home)
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize(
    ("words", "message", "code"),
    [
        ("connection to server failed: FATAL:  sorry, too many clients already", "takes no connection", 3),
        ("connection to server failed: FATAL:  the database system is starting up", "takes no connection", 3),
        ("connection to server failed: No route to host", "leads to no such machine", 2),
        ("connection to server failed: what nobody ever said", "cannot be reached", 2),
        ('connection to server failed: FATAL:  role "x" does not exist', "no such user", 2),
    ],
)
def test_what_the_library_says_of_a_server_has_a_meaning(words: str, message: str, code: int) -> None:
    for known in (
        connection_error(Exception(f"IO: [libpq] Failed to connect: {words}")),
        statement_error(Exception(words), "writing", 1),
    ):
        assert message in str(known)
        assert known.exit_code == code


def test_a_server_that_is_ended_halfway_is_one_line(home: Home, dsn: str) -> None:
    publish_to_postgres(home)
    with psycopg.connect(dsn, autocommit=True) as other:
        other.execute(
            """
            create function hitcast.die() returns trigger language plpgsql as
            $$ begin perform pg_terminate_backend(pg_backend_pid()); return new; end $$;
            create trigger die before insert on hitcast.release_predictions execute function hitcast.die()
            """
        )
    with pytest.raises(HitcastError, match=r"administrator|closed the connection") as refusal:
        publish_to_postgres(home)
    assert "writing hitcast.release_predictions" in str(refusal.value)
    assert os.environ["HITCAST_POSTGRES_DSN"] not in str(refusal.value)
