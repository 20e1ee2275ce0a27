"""One writer of a home at a time: who it is, and what a killed one left behind."""

import json
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from hitcast.core.errors import BusyError, HitcastError, MachineError
from hitcast.core.files import PART
from hitcast.core.home import Home
from hitcast.core.sqlite import note_databases

PATIENCE_SECONDS = 0.5
"""Long enough for a command that only checks whether the home is held."""


@contextmanager
def writing(home: Home, command: str, tell: Callable[[str], None] = lambda message: None) -> Iterator[None]:
    """Lets one process at a time change a home; within one process the calls may nest.

    The lock is the operating system's, so that it ends with the process that holds it, however that dies. What a killed
    writer left unfinished is removed first. The digests of the home's SQLite files are noted at the end.

    Args:
        home: The home; made if it is missing.
        command: What the user called, for those who find the home held.
        tell: Takes a line for the user about what was removed.

    Raises:
        BusyError: Another process holds the home; says which, since when.
        MachineError: The home cannot be written.
    """
    lock = _lock(home)
    is_outermost = not lock.is_locked
    try:
        home.root.mkdir(parents=True, exist_ok=True)
        lock.acquire(timeout=PATIENCE_SECONDS)
    except Timeout:
        raise BusyError(
            f"is held by {describe(holder(home))}", str(home.root), "Wait for it to end, or end it"
        ) from None
    except OSError as error:
        if _lock_file(home).is_dir():
            raise HitcastError("is a folder, and the lock is a file", str(_lock_file(home)), "Remove it") from None
        raise MachineError(
            f"cannot be written ({error.strerror or error})", str(home.root), "Name another home: HITCAST_HOME=PATH"
        ) from None
    try:
        if is_outermost:
            _sign(home, command)
            if leftovers := clear_leftovers(home):
                named = ", ".join(str(path.relative_to(home.root)) for path in leftovers[:3])
                more = f" and {len(leftovers) - 3} more" if len(leftovers) > 3 else ""
                tell(f"removed what a killed run had left unfinished: {named}{more}")
        yield
    finally:
        if is_outermost:
            note_databases(home.databases)
            # what cannot be removed says nothing of a home that nobody holds
            with suppress(OSError):
                _signature(home).unlink(missing_ok=True)
        lock.release()


def holder(home: Home) -> dict[str, Any] | None:
    """The process that changes the home: `command`, `pid` and `since` (UTC, ISO 8601); None where none does."""
    lock = _lock(home)
    if not lock.is_locked:
        try:
            with lock:
                return None
        except Timeout:
            pass
        except OSError:
            return None
    # of a process that has not yet signed, or had no space to
    unsigned: dict[str, Any] = {"command": "hitcast", "pid": None, "since": None}
    try:
        signed = json.loads(_signature(home).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return unsigned
    is_whole = isinstance(signed, dict) and type(signed.get("pid")) is int
    return {name: signed.get(name) for name in unsigned} if is_whole else unsigned


def describe(found: dict[str, Any] | None) -> str:
    """A holder in words."""
    if found is None or found["pid"] is None:
        return "another hitcast"
    return f"`{found['command']}`, process {found['pid']}, since {found['since']}"


def clear_leftovers(home: Home) -> list[Path]:
    """Removes unfinished files of killed writers; returns what was removed. To be called by the one writer alone."""
    folders = (home.root, home.raw, home.ledger.parent, home.serving, home.dbt, home.rejects)
    found = [path for folder in folders for path in folder.glob(f".*{PART}*")]
    # a world half made, and what DuckDB wrote aside for want of memory
    found += [*home.mlflow.glob(f".bundle*{PART}"), *home.root.glob(".demo-*")]
    found += home.root.glob(f"{home.warehouse.name}.tmp")
    incoming = home.raw / ".incoming"
    if incoming.is_dir() and any(incoming.iterdir()):
        found.append(incoming)
    for path in found:
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()
    return sorted(found)


def _lock(home: Home) -> FileLock:
    return FileLock(_lock_file(home), timeout=0, is_singleton=True)


def _lock_file(home: Home) -> Path:
    return home.root / ".writer.lock"


def _sign(home: Home, command: str) -> None:
    signed = {"command": command, "pid": os.getpid(), "since": datetime.now(UTC).isoformat(timespec="seconds")}
    # without space the work itself will say so
    with suppress(OSError):
        _signature(home).write_text(json.dumps(signed), encoding="utf-8")


def _signature(home: Home) -> Path:
    return home.root / ".writer.json"
