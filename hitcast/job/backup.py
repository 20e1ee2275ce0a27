"""A home as one file, taken while anything else may run."""

import hashlib
import io
import json
import os
import shutil
import sqlite3
import tarfile
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from hitcast.core.errors import BusyError, HitcastError, machine_error
from hitcast.core.files import written
from hitcast.core.home import HOME_FORMAT, Home, is_demo
from hitcast.core.project import program_version

CONTENTS = "backup.json"
"""Last entry of a backup: its own digest, and that of every other. A backup without it was cut short."""
ATTEMPTS = 5
"""Times that a home is read from the start again, as another command replaced what was being read."""
DATABASE = ".db"
"""Ending of files of SQLite."""
SIDE_FILES = ("-wal", "-shm", "-journal", ".digest")
"""Of a database: a copy of it is another file, of which what was noted says nothing."""


@dataclass(frozen=True)
class Backup:
    """What a backup holds.

    Attributes:
        file_count: Files of the home in it.
        size: Their bytes.
        made_at: When it was begun, UTC, ISO 8601.
    """

    file_count: int
    size: int
    made_at: str


def back_up(home: Home, place: Path, progress: Callable[[str], None] = lambda message: None) -> Backup:
    """Writes all of a home that cannot be built again to one tar file, which its owner alone may read.

    It takes no lock: landed files, bundles and published files never change once they are there, ledger and published
    file are read at one moment, and SQLite copies its databases while others write. The warehouse, which `hitcast run
    --rebuild` builds again, dbt's folder, the demo's exports and what is unfinished are left out.

    Args:
        home: The home.
        place: File to write; there is none yet.
        progress: Takes the name of each file.

    Raises:
        HitcastError: There is such a file, or it would lie in the home, or the home holds nothing.
        BusyError: The home changed faster than it could be read.
    """
    if place.exists():
        raise HitcastError("is there, and a backup replaces none", str(place), "Name another file")
    if place.absolute().resolve().is_relative_to(home.root):
        raise HitcastError("lies in the home that it would hold", str(place), "Name a file outside of it")
    if not place.absolute().parent.is_dir():
        raise HitcastError("there is no such folder", str(place.absolute().parent), "Make it, or name another file")
    if not any(_entries(home)):
        raise HitcastError("holds nothing to back up", str(home.root), "Name another home: HITCAST_HOME=PATH")
    for _ in range(ATTEMPTS):
        try:
            with written(place) as part, _private(part) as target:
                return _write(home, target, progress)
        except _ReplacedError:
            continue
    raise BusyError("changes faster than it can be read", str(home.root), "Give the same command again later")


class _ReplacedError(Exception):
    """What was being read has been replaced or removed."""


@contextmanager
def _private(part: Path) -> Iterator[BinaryIO]:
    """A new file that its owner alone may read: it holds all that a home holds."""
    part.unlink(missing_ok=True)
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as target:
        yield target


def _write(home: Home, target: BinaryIO, progress: Callable[[str], None]) -> Backup:
    made_at = datetime.now(UTC).isoformat(timespec="seconds")
    digests: dict[str, str] = {}
    size = 0
    before = _stamp(home)
    with (
        tempfile.TemporaryDirectory(prefix="hitcast-backup-") as scratch,
        tarfile.open(fileobj=target, mode="w") as tar,
    ):
        for path in _in_order(home):
            name = path.relative_to(home.root).as_posix()
            progress(name)
            try:
                source = _copied(path, Path(scratch)) if path.suffix == DATABASE else path
                digests[name], added = _add(tar, source, name)
            except FileNotFoundError:
                raise _ReplacedError from None
            size += added
        if _stamp(home) != before:
            raise _ReplacedError
        contents = {
            "format": HOME_FORMAT,
            "version": program_version(),
            "made_at": made_at,
            "mode": home.root.stat().st_mode & 0o777,
            "is_demo": is_demo(home),
            "size": size,
            "files": digests,
        }
        plain = signed(json.dumps(contents, indent=1).encode())
        tar.addfile(_entry(CONTENTS, len(plain), 0o600), io.BytesIO(plain))
    return Backup(len(digests), size, made_at)


def signed(plain: bytes) -> bytes:
    """What a backup says of itself, after its digest."""
    return hashlib.sha256(plain).hexdigest().encode() + b"\n" + plain


def _in_order(home: Home) -> Iterator[Path]:
    """Databases and ledger, then what they name, which was there before them."""
    first = [path for path in _entries(home) if path.suffix == DATABASE or path == home.ledger]
    yield from sorted(first)
    yield from (path for path in sorted(_entries(home)) if path.suffix != DATABASE and path != home.ledger)


def _entries(home: Home) -> Iterator[Path]:
    """Files of a home that cannot be built again, or that a person put there."""
    left_out = {home.dbt, home.exports, home.root / "spark"}
    for top in home.root.iterdir():
        if top in left_out or top.name.startswith((".", "warehouse.")):
            continue
        for path in (top, *top.rglob("*")) if top.is_dir() else (top,):
            is_unfinished = any(part.startswith(".") for part in path.relative_to(home.root).parts)
            if not is_unfinished and not path.name.endswith(SIDE_FILES) and path.is_file():
                yield path


def _add(tar: tarfile.TarFile, source: Path, name: str) -> tuple[str, int]:
    """Adds a file as it is at one moment; its digest and size."""
    with source.open("rb") as opened:
        stat = os.fstat(opened.fileno())
        reader = _Digesting(opened, stat.st_size)
        tar.addfile(_entry(name, stat.st_size, stat.st_mode & 0o777, stat.st_mtime), reader)
    return reader.digest.hexdigest(), stat.st_size


def _entry(name: str, size: int, mode: int, modified: float = 0) -> tarfile.TarInfo:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode, entry.mtime = size, mode, int(modified)
    return entry


class _Digesting(io.RawIOBase):
    """Reads the first bytes of a file, and keeps their digest: a log may grow while it is read."""

    def __init__(self, opened: BinaryIO, size: int) -> None:
        self.digest = hashlib.sha256()
        self._opened, self._left = opened, size

    def read(self, size: int = -1) -> bytes:
        found = self._opened.read(self._left if size < 0 else min(size, self._left))
        self._left -= len(found)
        self.digest.update(found)
        return found


def _copied(path: Path, scratch: Path) -> Path:
    """A database of SQLite as it is at one moment, also while others write."""
    copy = scratch / "copy.db"
    copy.unlink(missing_ok=True)
    try:
        with (
            closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=60)) as source,
            closing(sqlite3.connect(copy)) as target,
        ):
            source.backup(target)
    except sqlite3.Error as error:
        if obstacle := machine_error(str(error), str(path)):
            raise obstacle from None
        # a damaged one is kept as it is: there may be no better
        shutil.copyfile(path, copy)
    copy.chmod(path.stat().st_mode & 0o777)
    return copy


def _stamp(home: Home) -> list[tuple[str, int, int]]:
    """By which it is seen that ledger or publication was replaced."""
    files = [home.ledger, *sorted(home.serving.glob("[!.]*"))]
    found = [(path.name, path.stat()) for path in files if path.exists()]
    return [(name, stat.st_ino, stat.st_mtime_ns) for name, stat in found]
