"""Which files a call means: those named, and those in named folders; nothing that could be meant is passed over."""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from hitcast.core.errors import HitcastError

SUFFIXES = {
    ".csv": "csv",
    ".csv.gz": "csv",
    ".tsv": "csv",
    ".tsv.gz": "csv",
    ".txt": "csv",
    ".txt.gz": "csv",
    ".parquet": "parquet",
    ".xlsx": "workbook",
    ".xlsb": "workbook",
    ".xls": "workbook",
    ".ods": "workbook",
    ".jsonl": "json",
    ".jsonl.gz": "json",
    ".ndjson": "json",
    ".json": "json",
    ".json.gz": "json",
    ".zip": "zip",
}
DATA_SUFFIXES = (*SUFFIXES, ".gz", ".7z", ".rar")
UNPACKED = ".unpacked"
"""Folder of what archives held, by the archive's path from `here` or from `root`."""
# Lock files of spreadsheets, and what an Apple computer puts beside a file in an archive.
HIDDEN = ("~$", ".")
MAX_NAMED = 5
ALIKE = ", of the same columns"
"""Stands behind the name of a sheet that is left alone though it looks like the one that is read."""


def kind_of(path: Path) -> str | None:
    """csv, json, parquet, workbook or zip by the file's suffix; None for any other file."""
    return next((kind for suffix, kind in SUFFIXES.items() if path.name.lower().endswith(suffix)), None)


def looks_like_data(name: str) -> bool:
    """Whether a file or sheet that was left alone may be an export after all, by how it is called."""
    file = Path(name)
    is_export = any(suffix in DATA_SUFFIXES for suffix in file.suffixes[-2:])
    return name.endswith(ALIKE) or (is_export and not file.name.startswith(HIDDEN))


def shown(text: str) -> str:
    """A file's own text for a message: in one line, and with nothing that a terminal would obey."""
    return text if text.isprintable() else "".join(mark if mark.isprintable() else repr(mark)[1:-1] for mark in text)


def name_of(path: Path) -> str:
    """How a file is called in messages; one that was unpacked, by the name of its archive and its own."""
    if UNPACKED not in path.parts:
        return shown(str(path))
    place, *parts = path.parts[path.parts.index(UNPACKED) + 1 :]
    return shown(str(Path("/" if place == "root" else "", *parts)))


def escape_glob(path: Path) -> str:
    """A path that DuckDB takes literally, brackets and stars included."""
    return "".join(f"[{character}]" if character in "*?[" else character for character in str(path))


def find_files(paths: Sequence[Path]) -> tuple[list[Path], list[Path]]:
    """Readable and other files among paths, folders walked whole, links followed.

    Args:
        paths: Files and folders.

    Returns:
        Files to read and files left alone, each sorted by path and named once.

    Raises:
        HitcastError: A path is missing or is no regular file, a folder cannot be read, a named file is of no readable
            kind, or nothing is readable.
    """
    kinds = ", ".join(SUFFIXES)
    readable: dict[Path, Path] = {}
    ignored: dict[Path, Path] = {}
    for path in paths:
        if path.is_dir():
            found = list(_walk(path))
            if not any(_is_meant(file) for file in found):
                what = f"no readable file in this folder: {_unreadable_content(path, found)}"
                raise HitcastError(what, shown(str(path)), f"Readable are: {kinds}")
        elif kind_of(path) is None and path.exists():
            raise HitcastError("cannot be read", shown(str(path)), f"Readable are: {kinds}")
        else:
            _check_regular(path)
            readable.setdefault(path.resolve(), path)
            continue
        for file in found:
            if _is_meant(file):
                _check_regular(file)
            (readable if _is_meant(file) else ignored).setdefault(_place(file), file)
    return sorted(readable.values()), sorted(ignored.values())


def _unreadable_content(folder: Path, found: Sequence[Path]) -> str:
    """What a folder holds instead of files to read."""
    if not found:
        return "it holds nothing but empty folders" if any(folder.iterdir()) else "it is empty"
    names = sorted(shown(file.name) for file in found)
    hidden = " (hidden files and lock files of spreadsheets are left alone)" * any(map(_is_hidden, found))
    more = f" and {len(names) - MAX_NAMED:,} more" if len(names) > MAX_NAMED else ""
    return f"only {', '.join(names[:MAX_NAMED])}{more}{hidden}"


def _is_hidden(file: Path) -> bool:
    return file.name.startswith(HIDDEN)


def _is_meant(file: Path) -> bool:
    return kind_of(file) is not None and not _is_hidden(file)


def _walk(folder: Path) -> Iterator[Path]:
    """Every entry below a folder that is no folder; one that links lead to again is walked once."""
    seen = set()

    def refuse(error: OSError) -> None:
        where = shown(str(error.filename))
        raise HitcastError(f"cannot be read ({error.strerror})", where, "Give yourself the right to read it")

    for root, folders, files in os.walk(folder, onerror=refuse, followlinks=True):
        status = Path(root).stat()
        if (status.st_dev, status.st_ino) in seen:
            folders.clear()
            continue
        seen.add((status.st_dev, status.st_ino))
        yield from (Path(root) / name for name in files)


def _check_regular(path: Path) -> None:
    if path.is_file():
        return
    where = shown(str(path))
    if path.is_symlink() and not path.exists():
        raise HitcastError("is a link to nothing", where, "Remove it, or put there what it should lead to")
    if not path.exists():
        raise HitcastError("no such file or folder", where)
    raise HitcastError("is no regular file", where, "Write what it yields to a file first")


def _place(path: Path) -> Path:
    """What tells a file from its links; a link that leads nowhere is itself."""
    try:
        return path.resolve(strict=True)
    except OSError:
        return path.absolute()
