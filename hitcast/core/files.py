"""Files that readers find whole or not at all."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PART = ".part"
"""Ending of a file that is not finished; one that a killed process left is removed by the next writer of the home."""


@contextmanager
def written(place: Path) -> Iterator[Path]:
    """Gives a file beside `place` to write; on leaving it is on disk and takes the place by one rename.

    If the block raises, `place` keeps what it held and the unfinished file is gone.

    Args:
        place: File to write or replace; its folder is made if it is missing.
    """
    make_folder(place.parent)
    part = place.with_name(f".{place.name}{PART}")
    try:
        yield part
        put_in_place({part: place})
    finally:
        part.unlink(missing_ok=True)


def make_folder(folder: Path) -> None:
    """Makes a folder and those above it that are missing, each on disk in the one above it."""
    missing = [each for each in (folder, *folder.parents) if not each.exists()]
    folder.mkdir(parents=True, exist_ok=True)
    for each in reversed(missing):
        sync(each.parent)


def put_in_place(places: dict[Path, Path]) -> None:
    """Renames finished files to their places, in order, each only after what it holds is on disk.

    Args:
        places: Finished file and the one that it becomes, both in one folder.
    """
    for part in places:
        sync(part)
    for part, place in places.items():
        part.replace(place)
    for folder in {place.parent for place in places.values()}:
        sync(folder)


def sync(path: Path) -> None:
    """Waits until a file's content, or a folder's entries, are on disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
