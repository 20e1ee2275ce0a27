"""A home again from the file that `hitcast.job.backup` wrote."""

import hashlib
import json
import lzma
import os
import shutil
import tarfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import Any

from hitcast.core.errors import HitcastError
from hitcast.core.formats import stop_if_newer
from hitcast.core.home import HOME_FORMAT, Home
from hitcast.core.lock import writing
from hitcast.job.backup import CONTENTS, Backup, signed

CHUNK_BYTES = 1 << 20


def restore(file: Path, home: Home, tell: Callable[[str], None] = lambda message: None) -> Backup:
    """Makes an empty home that of a backup; each file is compared with its digest.

    A restore that was killed is begun anew by the next; until it is done no other command takes the home.

    Args:
        file: What `back_up` wrote.
        home: A home that holds nothing, or an unfinished restore.
        tell: Takes a line for the user about what was removed.

    Raises:
        HitcastError: The home holds something, or the file is no backup, cut short, damaged or of a later version.
    """
    with writing(home, "hitcast restore", tell):
        found = [path for path in home.root.iterdir() if not path.name.startswith(".writer.")]
        if found and home.restoring not in found:
            named = ", ".join(sorted(path.name for path in found)[:3])
            cure = "Name an empty home: HITCAST_HOME=PATH"
            raise HitcastError(f"holds {named}, and a backup takes the place of nothing", str(home.root), cure)
        contents = _read_contents(file)
        home.restoring.write_text(f"{file.absolute()}\n", encoding="utf-8")
        for path in found:
            if path != home.restoring:
                shutil.rmtree(path) if path.is_dir() else path.unlink()
        _extract(file, contents["files"], home)
        if contents["is_demo"]:
            # by it a demo is known as one
            (home.exports / "first").mkdir(parents=True, exist_ok=True)
        home.root.chmod(contents["mode"] & 0o777)
        home.restoring.unlink()
    return Backup(len(contents["files"]), contents["size"], contents["made_at"])


def _read_contents(file: Path) -> dict[str, Any]:
    """What a backup says of itself.

    Raises:
        HitcastError: It is none, cut short, or of a later version.
    """
    with _opened(file) as tar:
        entries = tar.getmembers()
        last = tar.extractfile(entries[-1]) if entries and entries[-1].name == CONTENTS else None
        if last is None:
            raise HitcastError("is cut short, or no backup of hitcast", str(file), "Take another")
        found = last.read()
        plain = found.partition(b"\n")[2]
        if found != signed(plain):
            raise ValueError(f"{CONTENTS} is not as it was written")
        contents = json.loads(plain)
        stop_if_newer(contents["format"], HOME_FORMAT, str(file))
        if {entry.name for entry in entries[:-1]} != set(contents["files"]):
            raise ValueError("its files are not those that it names")
    return dict(contents)


def _extract(file: Path, digests: dict[str, str], home: Home) -> None:
    """Writes the files of a backup into the home, each compared with its digest."""
    with _opened(file) as tar:
        for entry in tar:
            if entry.name == CONTENTS:
                continue
            name = PurePosixPath(entry.name)
            source = tar.extractfile(entry) if entry.isreg() else None
            if source is None or name.is_absolute() or ".." in name.parts:
                raise ValueError(f"{entry.name} is no file of a home")
            place = home.root / name
            place.parent.mkdir(parents=True, exist_ok=True)
            digest = hashlib.sha256()
            with place.open("wb") as target:
                while chunk := source.read(CHUNK_BYTES):
                    digest.update(chunk)
                    target.write(chunk)
            if digest.hexdigest() != digests[entry.name]:
                raise ValueError(f"{entry.name} is not as it was written")
            place.chmod(entry.mode & 0o777)
            os.utime(place, (entry.mtime, entry.mtime))
    os.sync()


@contextmanager
def _opened(file: Path) -> Iterator[tarfile.TarFile]:
    """A backup to read, packed by gzip, bzip2 or xz or not.

    Raises:
        HitcastError: It is missing, damaged or cut short.
    """
    try:
        with tarfile.open(file) as tar:
            yield tar
    except FileNotFoundError as error:
        if error.filename != str(file):
            raise
        raise HitcastError("there is no such file", str(file), "Name a backup") from None
    except IsADirectoryError:
        raise HitcastError("is a folder, and a backup is a file", str(file), "Name a backup") from None
    except (tarfile.TarError, EOFError, ValueError, KeyError, TypeError, zlib.error, lzma.LZMAError) as error:
        detail = (str(error).splitlines() or [type(error).__name__])[0]
        raise HitcastError(f"is damaged, or no backup of hitcast ({detail})", str(file), "Take another") from None
