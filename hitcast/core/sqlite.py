"""SQLite files: what is wrong with one is reported at once, where a library would try for minutes.

SQLite keeps no checksums, so a digest of each file is noted beside it, with the number that SQLite raises at each
transaction: a file of that number and another digest was changed by no transaction.
"""

import hashlib
import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Literal
from urllib.parse import quote

from hitcast.core.digests import UNFIT, fits, sealed_json
from hitcast.core.errors import BusyError, HitcastError, machine_error
from hitcast.core.files import PART

WAIT = "Wait for it to end, or end it"
NUMBER = slice(24, 28)
"""Bytes of the number of the last transaction that wrote."""


def check_database(file: Path, patience_seconds: float, cure: str) -> None:
    """Checks whether a file, if it exists, is a whole database, as it was noted, that nobody keeps locked.

    Args:
        file: The database.
        patience_seconds: How long another process may keep it locked.
        cure: What to do about one that is damaged.

    Raises:
        BusyError: Another process still has it locked.
        MachineError: The machine refuses to read it.
        HitcastError: It is damaged.
    """
    if not file.exists():
        return
    with _reading(file, patience_seconds, cure, "rw") as connection:
        stop_if_changed(connection, file)
        _try_lock(connection)


def is_noted(file: Path, patience_seconds: float, cure: str) -> bool:
    """Whether a database is what was noted of it; False where it has been written to since, or nothing was noted.

    It is read, and nothing else.

    Args:
        file: The database.
        patience_seconds: How long another process may keep it locked.
        cure: What to do about one that is damaged.

    Raises:
        BusyError: Another process still has it locked.
        MachineError: The machine refuses to read it.
        HitcastError: It is damaged.
    """
    with _reading(file, patience_seconds, cure, "ro") as connection:
        return stop_if_changed(connection, file)


def note_of(file: Path) -> Path:
    """Where the digest of a database is noted."""
    return file.with_name(f"{file.name}.digest")


def stop_if_changed(connection: sqlite3.Connection, file: Path) -> bool:
    """Whether an open database is what was noted of it.

    Args:
        connection: Without a transaction.
        file: Its file.

    Returns:
        False where it has been written to since, or nothing was noted: all that is known then is that it is whole.

    Raises:
        sqlite3.DatabaseError: It is damaged.
    """
    connection.execute("begin")
    try:
        # only now nobody else can write
        connection.execute("select count(*) from sqlite_master").fetchone()
        is_as_noted = _is_as_noted(_content(connection), file)
    finally:
        connection.execute("rollback")
    if is_as_noted is False:
        raise sqlite3.DatabaseError(UNFIT)
    if is_as_noted is None:
        [message] = connection.execute("pragma quick_check(1)").fetchone()
        if message != "ok":
            raise sqlite3.DatabaseError(message)
    return bool(is_as_noted)


def note(connection: sqlite3.Connection, file: Path) -> None:
    """Notes the digest of an open database, where it has been written to since that was noted last.

    One that cannot be noted, for want of room or for another who writes, counts as not noted until it is.

    Args:
        connection: Without a transaction.
        file: Its file.
    """
    with suppress(OSError, sqlite3.OperationalError):
        # one writes and notes at a time
        connection.execute("begin immediate")
        try:
            content = _content(connection)
            if _is_as_noted(content, file) is None:
                digest = hashlib.sha256(content).hexdigest()
                # not waited for until it is on disk: one that is lost, or half there, says nothing
                part = file.with_name(f".{note_of(file).name}{PART}")
                part.write_bytes(sealed_json({"number": _number(content), "content": digest}))
                part.replace(note_of(file))
        finally:
            connection.execute("rollback")


def note_databases(files: tuple[Path, ...]) -> None:
    """As `note`, for files of which some may not exist, or be locked or damaged: these are left as they are."""
    for file in files:
        with suppress(OSError, sqlite3.Error):
            if not file.exists():
                # of one that is gone
                note_of(file).unlink(missing_ok=True)
            else:
                with closing(_connect(file, 0, "rw")) as connection:
                    note(connection, file)


@contextmanager
def store_errors(file: Path) -> Iterator[None]:
    """What a library says of its database in the block, when another process locks it or the machine refuses it.

    Raises:
        BusyError: Another process has it locked.
        MachineError: The machine refuses to write it.
    """
    try:
        yield
    except HitcastError:
        raise
    except Exception as error:
        message = str(error.__cause__ or error)
        if "database is locked" in message:
            raise BusyError("is locked by another process", str(file), WAIT) from error
        if obstacle := machine_error(message, str(file)):
            raise obstacle from error
        raise


@contextmanager
def _reading(file: Path, patience_seconds: float, cure: str, mode: Literal["ro", "rw"]) -> Iterator[sqlite3.Connection]:
    try:
        with closing(_connect(file, patience_seconds, mode)) as connection:
            yield connection
    except sqlite3.DatabaseError as error:
        if isinstance(error, sqlite3.OperationalError) and "locked" in str(error):
            raise BusyError(f"is locked by another process; waited {patience_seconds:.0f} s", str(file), WAIT) from None
        if obstacle := machine_error(str(error), str(file)):
            raise obstacle from None
        raise HitcastError(f"is damaged ({error})", str(file), cure) from None


def _connect(file: Path, patience_seconds: float, mode: Literal["ro", "rw"]) -> sqlite3.Connection:
    address = f"file:{quote(str(file.absolute()))}?mode={mode}"
    return sqlite3.connect(address, timeout=patience_seconds, uri=True, isolation_level=None)


def _is_as_noted(content: bytes, file: Path) -> bool | None:
    """Whether content is what was noted; None where it has been written to since, or nothing can be read of that."""
    try:
        noted = note_of(file).read_bytes()
        plain = json.loads(noted)
        # what holds nothing was emptied by no transaction
        is_known = fits(noted, plain["digest"]) and (not content or plain["number"] == _number(content))
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
    return bool(plain["content"] == hashlib.sha256(content).hexdigest()) if is_known else None


def _content(connection: sqlite3.Connection) -> bytes:
    """All pages of an open database; a new one has none."""
    [pages] = connection.execute("pragma page_count").fetchone()
    return connection.serialize() if pages else b""


def _number(content: bytes) -> str:
    return content[NUMBER].hex()


def _try_lock(connection: sqlite3.Connection) -> None:
    try:
        connection.execute("begin immediate")
        connection.execute("rollback")
    except sqlite3.OperationalError as error:
        # who only reads may; a writer gets the error then
        if "readonly" not in str(error):
            raise
