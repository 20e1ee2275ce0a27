"""Errors and crashes at each write that a command's own Python does.

Python tells an audit hook of each file that is opened, renamed, linked or removed, before it is; only `fsync` has to be
watched by itself. DuckDB, Arrow and SQLite write natively and tell nothing: full disks and kills try these out.
"""

import errno
import os
import random
import shutil
import signal
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, Literal

WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
OF_LIBRARIES = ("dbt/",)
"""Folders of the home whose files are a library's own."""

Kind = Literal["count", "error", "errors", "crash"]
Change = tuple[str, str]


class Interposed:
    """Counts the writes of this process below a folder, and does harm at one of them.

    After a crash any content may be lost that was not synced, and any entry of a folder that was not: by chance each
    file is cut back to what it held, and each folder loses the last few of its changes, or none.

    Args:
        home: The folder.
        kind: `count` does no harm; `error` lets one write fail, `errors` that one and all after it; `crash` ends the
            process before the write.
        at: The write, counted from 1.
        seed: Of what a crash loses.
        aside: Folder outside of the home, on the same disk, for what a crash may bring back.
    """

    def __init__(self, home: Path, kind: Kind, at: int, seed: str, aside: Path) -> None:
        self.home, self.aside = str(home.resolve()), aside.resolve()
        self.kind, self.at, self.chance = kind, at, random.Random(seed)
        self.count = 0
        self.changed: dict[str, list[Callable[[], object]]] = {}
        self.written: dict[str, int] = {}
        self.synced: set[str] = set()
        self.here = threading.local()

    def begin(self) -> None:
        """From here on, for as long as the process lives."""
        self.aside.mkdir(exist_ok=True)
        os.fsync = self._watched(os.fsync)
        sys.addaudithook(self._hook)

    def _watched(self, fsync: Callable[[Any], None]) -> Callable[[Any], None]:
        def call(descriptor: Any) -> None:
            fsync(descriptor)
            number = descriptor if isinstance(descriptor, int) else descriptor.fileno()
            place = _folder(number)
            self.changed.pop(place, None)
            self.written.pop(place, None)
            self.synced.add(place)

        return call

    def _hook(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event not in CHANGES or getattr(self.here, "is_looking", False):
            return
        self.here.is_looking = True
        try:
            change = CHANGES[event](arguments)
            if change and self._is_ours(change[1]):
                self._meet(event, change)
                if self.kind == "crash":
                    self._note(event, change, arguments)
        finally:
            self.here.is_looking = False

    def _is_ours(self, place: str) -> bool:
        name = place.removeprefix(f"{self.home}/")
        return name != place and not name.startswith(OF_LIBRARIES)

    def _meet(self, event: str, change: Change) -> None:
        self.count += 1
        if self.kind == "crash" and self.count == self.at:
            self._crash()
        if self.count == self.at if self.kind == "error" else self.kind == "errors" and self.count >= self.at:
            number = self.chance.choice((errno.EIO, errno.ENOSPC))
            raise OSError(number, os.strerror(number), change[1])

    def _note(self, event: str, change: Change, arguments: tuple[Any, ...]) -> None:
        """How the change is undone, should the crash come before its folder is synced."""
        source, place = Path(change[0]), Path(change[1])
        before = self._kept(place)
        changes = self.changed.setdefault(str(place.parent), [])
        if event == "os.rename":
            if not source.is_dir() and str(source) not in self.synced:
                # also where who wrote it natively was not seen
                self.written[str(place)] = self.written.pop(str(source), 0)
            changes.append(lambda: (place.rename(source), before and before.replace(place)))
        elif event == "os.remove":
            changes.append(lambda: before and before.replace(place))
        elif event == "os.mkdir":
            # one that is there already is asked for too
            if not place.exists():
                changes.append(lambda: shutil.rmtree(place))
        elif before is None:
            changes.append(place.unlink)
        if event == "open":
            self.synced.discard(str(place))
        if event == "open" and str(place) not in self.written:
            self.written[str(place)] = place.stat().st_size if before and arguments[2] & os.O_APPEND else 0

    def _kept(self, place: Path) -> Path | None:
        """Another name for the file that stands there now, if one does."""
        if not place.is_file():
            return None
        kept = self.aside / str(self.count)
        kept.hardlink_to(place)
        return kept

    def _crash(self) -> None:
        for place, size in self.written.items():
            if self.chance.random() < 0.5:
                with suppress(OSError):
                    os.truncate(place, min(size, Path(place).stat().st_size))
        for folder in sorted(self.changed):
            changes = self.changed[folder]
            for undo in reversed(changes[self.chance.randint(0, len(changes)) :]):
                with suppress(OSError):
                    undo()
        os.kill(os.getpid(), signal.SIGKILL)


def _folder(descriptor: int) -> str:
    return str(Path(f"/proc/self/fd/{descriptor}").readlink())


def _absolute(path: Any, folder: Any = -1) -> str:
    """The name as the kernel would find it, links not followed."""
    name = os.fsdecode(path)
    return os.path.normpath(Path(Path.cwd() if folder in (-1, None) else _folder(folder), name))


def _opened(arguments: tuple[Any, ...]) -> Change | None:
    path, _, flags = arguments
    return None if isinstance(path, int) or not flags & WRITING else ("", _absolute(path))


CHANGES: dict[str, Callable[[tuple[Any, ...]], Change | None]] = {
    "open": _opened,
    "os.rename": lambda arguments: (_absolute(arguments[0], arguments[2]), _absolute(arguments[1], arguments[3])),
    "os.link": lambda arguments: (_absolute(arguments[0], arguments[2]), _absolute(arguments[1], arguments[3])),
    "os.remove": lambda arguments: ("", _absolute(arguments[0], arguments[1])),
    "os.mkdir": lambda arguments: ("", _absolute(arguments[0], arguments[2])),
}
"""Events that Python announces, and of each the place that a file comes from and the one that changes."""
