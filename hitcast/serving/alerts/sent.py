"""Which alerts were sent: a small SQLite file in the home, which outlives the warehouse.

It is a file of its own, as a call keeps it locked while it sends: a decision need not wait for a mail server.
"""

import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from urllib.parse import quote

from hitcast.core.errors import BusyError, HitcastError, machine_error
from hitcast.core.home import Home
from hitcast.core.sqlite import WAIT, note, note_databases, stop_if_changed
from hitcast.serving.alerts.facts import STATES, Alert, Published

PATIENCE_SECONDS = 30
"""Longer than another call may take to send."""
CURE = "Put a backup of it in its place, or remove it: what is news then is sent once more"
TABLES = """
    create table if not exists sent_alerts (
        channel text not null,
        kind text not null,
        key text not null,
        sent_at text not null,
        primary key (channel, kind, key)
    );
    create table if not exists channels (
        channel text primary key,
        published_at text not null,
        run_id text
    );
"""


@dataclass(frozen=True)
class SentAlerts:
    """What a channel, or any, has taken.

    Attributes:
        keys: Kind and key of each alert.
        published_at: Publication that the channel was last sent, UTC; None before that.
        run_id: Its scoring run.
    """

    keys: frozenset[tuple[str, str]] = frozenset()
    published_at: datetime | None = None
    run_id: str | None = None

    def unsent(self, alerts: Iterable[Alert]) -> list[Alert]:
        """Those that were not sent."""
        return [alert for alert in alerts if (alert.kind, alert.key) not in self.keys]


Mark = Callable[[Iterable[Alert], Published], None]
"""Notes that a channel has taken all alerts on a publication; facts that ended are news if they return."""


@contextmanager
def sending(home: Home, channel: str) -> Iterator[tuple[SentAlerts, Mark]]:
    """What a channel has taken, for one call at a time; what the block marks is on disk once it ends well.

    Raises:
        BusyError: Another call is sending.
        HitcastError: The file is damaged, or the machine refuses to write it.
    """
    if not home.alerts.exists():
        note_databases((home.alerts,))
    with _errors(home), closing(_open(home, "rwc")) as connection:
        stop_if_changed(connection, home.alerts)
        connection.execute("pragma synchronous = extra")
        connection.executescript(TABLES)
        connection.execute("begin immediate")
        sent = _read(connection, channel)
        yield sent, partial(_mark, connection, channel, sent)
        connection.execute("commit")
        note(connection, home.alerts)


def read_sent(home: Home, channel: str | None) -> SentAlerts:
    """What a channel has taken, or any channel; writes nothing.

    Raises:
        BusyError: Another process keeps the file locked.
        HitcastError: The file is damaged, or the machine refuses to read it.
    """
    if not home.alerts.exists():
        return SentAlerts()
    with _errors(home), closing(_open(home, "ro")) as connection:
        stop_if_changed(connection, home.alerts)
        has_tables = connection.execute("select count(*) from sqlite_master where name = 'channels'").fetchone()[0]
        return _read(connection, channel) if has_tables else SentAlerts()


def _read(connection: sqlite3.Connection, channel: str | None) -> SentAlerts:
    query = "select kind, key from sent_alerts where channel = coalesce(?, channel)"
    keys = frozenset(connection.execute(query, [channel]).fetchall())
    query = (
        "select published_at, run_id from channels where channel = coalesce(?, channel) "
        "order by published_at desc limit 1"
    )
    latest = connection.execute(query, [channel]).fetchone()
    return SentAlerts(keys, datetime.fromisoformat(latest[0]), latest[1]) if latest else SentAlerts(keys)


def _mark(
    connection: sqlite3.Connection, channel: str, sent: SentAlerts, alerts: Iterable[Alert], published: Published
) -> None:
    found = {(alert.kind, alert.key) for alert in alerts}
    now = datetime.now(UTC).replace(tzinfo=None).isoformat()
    connection.executemany(
        "insert or ignore into sent_alerts values (?, ?, ?, ?)",
        [(channel, kind, key, now) for kind, key in sorted(found)],
    )
    connection.executemany(
        "delete from sent_alerts where channel = ? and kind = ? and key = ?",
        [(channel, kind, key) for kind, key in sent.keys - found if kind in STATES],
    )
    connection.execute(
        "insert or replace into channels values (?, ?, ?)",
        [channel, published.published_at.isoformat(), published.run_id],
    )


def _open(home: Home, mode: str) -> sqlite3.Connection:
    address = f"file:{quote(str(home.alerts.absolute()))}?mode={mode}"
    return sqlite3.connect(address, timeout=PATIENCE_SECONDS, isolation_level=None, uri=True)


@contextmanager
def _errors(home: Home) -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        message = str(error)
        if "locked" in message:
            what = f"is locked by another call; waited {PATIENCE_SECONDS} s"
            raise BusyError(what, str(home.alerts), WAIT) from None
        if obstacle := machine_error(message, str(home.alerts)):
            raise obstacle from None
        raise HitcastError(f"is damaged ({message})", str(home.alerts), CURE) from None
