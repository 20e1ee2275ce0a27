"""What people decided about releases, in a small SQLite file in the home, which outlives the warehouse."""

import sqlite3
import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import astuple, dataclass, field, fields, replace
from datetime import UTC, datetime
from typing import Any, Literal

from hitcast.core.errors import BusyError, HitcastError, machine_error
from hitcast.core.home import Home
from hitcast.core.moments import moment_after
from hitcast.core.sqlite import WAIT, note, note_databases, stop_if_changed

PATIENCE_SECONDS = 10
CURE = "Put a backup of it in its place, or remove it: `hitcast run` kept earlier decisions in the warehouse"
Choice = Literal["promoted", "declined"]


@dataclass(frozen=True)
class Decision:
    """What somebody decided about a release.

    Attributes:
        release_id: Release (UPC).
        decision: promoted or declined.
        spend: Money spent on promoting it, in the label's currency; None where that was not said.
        label_forecast: Streams that the label itself expects over the class horizon; None where it gave none.
        note: Why, in the label's words; empty for no note.
        decided_at: When, UTC, without a zone.
        decision_id: Names it, whatever is copied where.
    """

    release_id: str
    decision: Choice
    spend: float | None = None
    label_forecast: float | None = None
    note: str = ""
    decided_at: datetime = field(default_factory=lambda: datetime.now(UTC).replace(tzinfo=None))
    decision_id: str = field(default_factory=lambda: uuid.uuid4().hex)

    @property
    def said(self) -> tuple[object, ...]:
        """What was decided, whenever it was."""
        return self.release_id, self.decision, self.spend, self.label_forecast, self.note

    def describe(self) -> str:
        """In words: promoted, spend 1,000, forecast 20,000, note "tour"."""
        amounts = {"spend": self.spend, "forecast": self.label_forecast}
        parts = [f"{name} {value:,.15g}" for name, value in amounts.items() if value is not None]
        return ", ".join([self.decision, *parts, *([f'note "{self.note}"'] if self.note else [])])


LATEST = "select * from decisions where release_id = ? order by decided_at desc limit 1"
COLUMNS = tuple(column.name for column in fields(Decision))


def record_decision(home: Home, decision: Decision) -> Decision:
    """Adds a decision; it is on disk when this returns. An earlier one on the release stays, and counts no more.

    One that says what the release's latest says is not added: a call may be given again.

    Args:
        home: The home.
        decision: What was decided.

    Returns:
        The decision as it is kept: later than all before it, whatever the clock says.

    Raises:
        BusyError: Another process keeps the file locked.
        HitcastError: The file is damaged, or the machine refuses to write it.
    """
    with opened(home) as connection:
        connection.execute("begin immediate")
        [latest] = connection.execute("select max(decided_at) from decisions").fetchone()
        same = connection.execute(LATEST, [decision.release_id]).fetchone()
        if same and _decision(same).said == decision.said:
            connection.execute("rollback")
            return _decision(same)
        if latest:
            decision = replace(decision, decided_at=moment_after(datetime.fromisoformat(latest)))
        values = [value.isoformat() if isinstance(value, datetime) else value for value in astuple(decision)]
        connection.execute("insert into decisions values (?, ?, ?, ?, ?, ?, ?)", values)
        connection.execute("commit")
    return decision


def read_decisions(home: Home) -> list[Decision]:
    """All decisions, the earliest first; none where nobody has decided anything.

    Raises:
        BusyError: Another process keeps the file locked.
        HitcastError: The file is damaged, or the machine refuses to read it.
    """
    if not home.decisions.exists():
        return []
    with opened(home) as connection:
        rows = connection.execute("select * from decisions order by decided_at, decision_id").fetchall()
    return [_decision(row) for row in rows]


def decisions_of(home: Home, release_id: str) -> list[Decision]:
    """All that was decided about a release, the latest, which counts, first.

    Raises:
        BusyError: Another process keeps the file locked.
        HitcastError: The file is damaged, or the machine refuses to read it.
    """
    return [one for one in reversed(read_decisions(home)) if one.release_id == release_id]


def _decision(row: tuple[Any, ...]) -> Decision:
    named = dict(zip(COLUMNS, row, strict=True))
    return Decision(**named | {"decided_at": datetime.fromisoformat(named["decided_at"])})


@contextmanager
def opened(home: Home) -> Iterator[sqlite3.Connection]:
    """The file of what people do, with its tables.

    Raises:
        BusyError: Another process keeps the file locked.
        HitcastError: The file is damaged, or the machine refuses to read or write it.
    """
    file = home.decisions
    if not file.exists():
        note_databases((file,))
    try:
        with closing(sqlite3.connect(file, timeout=PATIENCE_SECONDS, isolation_level=None)) as connection:
            is_noted = stop_if_changed(connection, file)
            connection.execute("pragma synchronous = extra")
            connection.execute(
                """
                create table if not exists decisions (
                    release_id text not null,
                    decision text not null check (decision in ('promoted', 'declined')),
                    spend real,
                    label_forecast real,
                    note text not null,
                    decided_at text not null,
                    decision_id text primary key
                )
                """
            )
            connection.execute(
                """
                create table if not exists stars (
                    reader text not null,
                    release_id text not null,
                    starred_at text not null,
                    primary key (reader, release_id)
                )
                """
            )
            yield connection
            if not is_noted or connection.total_changes:
                note(connection, file)
    except sqlite3.Error as error:
        message = str(error)
        if "locked" in message:
            what = f"is locked by another process; waited {PATIENCE_SECONDS} s"
            raise BusyError(what, str(file), WAIT) from None
        if obstacle := machine_error(message, str(file)):
            raise obstacle from None
        raise HitcastError(f"is damaged ({message})", str(file), CURE) from None
