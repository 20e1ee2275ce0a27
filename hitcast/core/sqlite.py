"""SQLite files that libraries keep: what is wrong with one is reported at once; the library would try for minutes."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import quote

from hitcast.core.errors import BusyError, HitcastError, machine_error

WAIT = "Wait for it to end, or end it"


def check_database(file: Path, patience_seconds: float, cure: str) -> None:
    """Checks whether a file, if it exists, is a whole database that nobody keeps locked.

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
    try:
        address = f"file:{quote(str(file.absolute()))}?mode=rw"
        with closing(sqlite3.connect(address, timeout=patience_seconds, uri=True, isolation_level=None)) as connection:
            [message] = connection.execute("pragma quick_check(1)").fetchone()
            if message != "ok":
                raise sqlite3.DatabaseError(message)
            _try_lock(connection)
    except sqlite3.DatabaseError as error:
        if isinstance(error, sqlite3.OperationalError) and "locked" in str(error):
            raise BusyError(f"is locked by another process; waited {patience_seconds:.0f} s", str(file), WAIT) from None
        if obstacle := machine_error(str(error), str(file)):
            raise obstacle from None
        raise HitcastError(f"is damaged ({error})", str(file), cure) from None


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


def _try_lock(connection: sqlite3.Connection) -> None:
    try:
        connection.execute("begin immediate")
        connection.execute("rollback")
    except sqlite3.OperationalError as error:
        # who only reads may; a writer gets the error then
        if "readonly" not in str(error):
            raise
