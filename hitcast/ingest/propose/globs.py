"""Globs on the names of files: what these files share, and the next ones of their kind will have."""

import glob
import re
from collections.abc import Sequence
from fnmatch import fnmatchcase
from itertools import takewhile
from pathlib import Path
from typing import Literal

from babel.dates import get_month_names

from hitcast.ingest.finding import SUFFIXES

WIDTHS: tuple[Literal["wide", "abbreviated"], ...] = ("wide", "abbreviated")
CONTEXTS: tuple[Literal["format", "stand-alone"], ...] = ("format", "stand-alone")
MONTHS = sorted(
    {
        name.strip(".").lower()
        for language in ("en", "ru")
        for width in WIDTHS
        for context in CONTEXTS
        for name in get_month_names(width, context, language).values()
    },
    key=len,
    reverse=True,
)
MONTH = rf"(?<![^\W\d_])(?:{'|'.join(map(re.escape, MONTHS))})(?![^\W\d_])"
PART = rf"(?:(?<![^\W\d_])[wq]\d+|\d+|{MONTH})"
NUMBERS = re.compile(rf"{PART}(?:[\s._()–-]*{PART})*", re.IGNORECASE)


def globs_of(paths: Sequence[Path], others: Sequence[Path]) -> list[str]:
    """Globs that match these files and the next ones of their kind, and none of the others."""
    stems: dict[str, list[str]] = {}
    for path in paths:
        suffix = _suffix(path.name)
        stems.setdefault(suffix, []).append(path.name.removesuffix(suffix))
    found = []
    for suffix, names in stems.items():
        shared = _pattern(names)
        pattern = shared + glob.escape(suffix)
        is_vague = shared == "*" or any(fnmatchcase(other.name, pattern) for other in others)
        found += [glob.escape(name + suffix) for name in names] if is_vague else [pattern]
    return found


def family_of(path: Path) -> str:
    """A file's name without its ending, dates and running numbers: what the files of one kind share."""
    return _undated(path.name.removesuffix(_suffix(path.name)))


def _suffix(name: str) -> str:
    """The ending that says a file's kind, as it is written."""
    known = max((suffix for suffix in SUFFIXES if name.lower().endswith(suffix)), key=len, default="")
    return name[len(name) - len(known) :] if known else Path(name).suffix


def _pattern(names: Sequence[str]) -> str:
    """A glob on names without their ending; `*` alone where they share nothing."""
    undated = {_undated(name) for name in names}
    if len(undated) == 1:
        return undated.pop()
    shared = "".join(a for a, *_ in takewhile(lambda marks: len(set(marks)) == 1, zip(*names, strict=False)))
    return glob.escape(re.split(r"\d", shared)[0]) + "*"


def _undated(name: str) -> str:
    """A name as a glob, with any date or number of a file in the place of its own."""
    parts, end = [], 0
    for found in NUMBERS.finditer(name):
        if _is_of_one_file(name, found):
            parts += [glob.escape(name[end : found.start()]), "*"]
            end = found.end()
    pattern = "".join([*parts, glob.escape(name[end:])])
    # a glob that matches anything would claim other files too
    return f"[0-9]{pattern}" if pattern[:1] == "*" and name[:1].isdigit() else pattern


def _is_of_one_file(name: str, found: re.Match[str]) -> bool:
    """Whether numbers are a date, or number the file: not the 40 of "top 40 charts", nor the 2 of "v2"."""
    text = found[0]
    if re.search(r"\d{4}", text) or len(re.findall(PART, text, re.IGNORECASE)) > 1 or not text.isdigit():
        return True
    before, after = name[: found.start()], name[found.end() :]
    return after.strip(" ()[]") == "" and not before[-1:].isalpha()
