"""Values that no column holds: days and countries in names of columns, files and folders, and above the header."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from hitcast.ingest.dates import MONTHS
from hitcast.ingest.headings import MADE, stated_period
from hitcast.ingest.identifiers import ISRC_PARTS
from hitcast.ingest.propose.countries import territory
from hitcast.ingest.propose.formats import dates_of

MONTH = rf"(?:{'|'.join(MONTHS)})"
# How a day is written within other text.
DAYS = (
    *(rf"(20\d{{2}}{mark}\d{{2}}{mark}\d{{2}})" for mark in ("-", "_", r"\.")),
    *(rf"(\d{{2}}{mark}\d{{2}}{mark}20\d{{2}})" for mark in ("-", "_", r"\.")),
    r"(?<!\d)(20\d{6})(?!\d)",
    r"(\d{1,2} [^\W\d_]+\.? 20\d{2})",
)
CODE_IN_TEXT = rf"\b({'[ -]?'.join(ISRC_PARTS)})\b"
COUNTRY_CODE = r"(?<![^\W_])([A-Z]{2})(?![^\W_])"
PERIOD = re.compile(rf"([\s(\[,:]+)(?:\d{{1,4}}[-./]\d{{1,2}}|{MONTH}\.?\s*\d|\d{{1,2}}\s*{MONTH})", re.IGNORECASE)
LABELS = {
    "file_name": "(the file's name)",
    "folder": "(the folder's name)",
    "above_header": "(above the header)",
    "names": "(names of columns)",
    "values": "(their values)",
}
MAX_UNPIVOTED = 20_000


@dataclass(frozen=True)
class Outside:
    """Values of a file that stand for a column.

    Attributes:
        role: One of `LABELS`.
        pattern: Regular expression that finds them; group 1 is the value where there is one.
        values: The value of each file; empty where columns hold them.
    """

    role: str
    pattern: str
    values: tuple[str, ...] = ()


def without_period(headers: Sequence[str]) -> tuple[str, ...]:
    """Headers, the period that one carries replaced by a star; as they are where two would be one."""
    plain = []
    for header in headers:
        match = PERIOD.search(header)
        named = header[: match.start()] + match[1] if match else ""
        plain.append(f"{named}*" if re.search(r"[^\W\d_]{2}", named) else header)
    return tuple(header if plain.count(name) > 1 else name for header, name in zip(headers, plain, strict=True))


def wide_columns(headers: Sequence[str], connection: duckdb.DuckDBPyConnection) -> tuple[str, dict[int, str]]:
    """A regular expression for headers that are, or hold, days or ISRCs, and what each says by its place.

    Returns:
        Nothing where fewer than two headers are such, or all are.
    """
    days = {
        i: header for i, header in enumerate(headers) if re.search(r"\d", header) and dates_of([header], connection)
    }
    if _is_wide(days, headers):
        dates = dates_of(list(days.values()), connection)
        shapes = [re.findall(r"\d+|[^\W\d_]+|[\W_]+", header) for header in days.values()]
        if dates and dates.share == 1 and len({len(shape) for shape in shapes}) == 1:
            return "".join(_common(parts) for parts in zip(*shapes, strict=True)), days
    for pattern in (*DAYS, CODE_IN_TEXT):
        found = {i: match[1] for i, header in enumerate(headers) if (match := re.fullmatch(f".*?{pattern}.*", header))}
        if _is_wide(found, headers):
            return f".*?{pattern}.*", found
    return "", {}


def _is_wide(found: dict[int, str], headers: Sequence[str]) -> bool:
    return 2 <= len(set(found.values())) == len(found) < len(headers)


def _common(parts: Sequence[str]) -> str:
    if parts[0].isdigit():
        lengths = {len(part) for part in parts}
        if max(lengths) <= 2:
            return r"\d{1,2}"
        return rf"\d{{{min(lengths)},{max(lengths)}}}" if len(lengths) > 1 else rf"\d{{{lengths.pop()}}}"
    if len(set(parts)) > 1 or re.fullmatch(MONTH, parts[0], re.IGNORECASE):
        return r"[^\W\d_]+"
    return re.escape(parts[0]).replace("\\ ", " ").replace("\\-", "-")


def unpivoted(rows: Sequence[list[str]], said: dict[int, str], width: int) -> list[list[str]]:
    """Rows with one wide column each: the other columns, what its header says and its value; the first rows only.

    Args:
        rows: Rows of the file.
        said: What a wide column's header says, by its place.
        width: Columns of the file.
    """
    others = [i for i in range(width) if i not in said]
    return [
        [*(row[i] for i in others), text, row[place]]
        for row in rows[: max(1, MAX_UNPIVOTED // len(said))]
        for place, text in said.items()
        if row[place]
    ]


def values_outside(paths: Sequence[Path], above: Sequence[Sequence[str]]) -> list[Outside]:
    """Days that each file's name, its folder's name or the lines above its header hold, and countries, one a file.

    No day is that of a line which says when the file was made, nor one of a file whose name or lines state a period.

    Args:
        paths: Files that were looked at.
        above: The lines above the header of each.
    """
    texts: dict[str, Callable[[int], Sequence[str]]] = {
        "file_name": lambda i: [paths[i].name],
        "folder": lambda i: [paths[i].absolute().parent.name],
        "above_header": lambda i: [line for line in above[i] if not MADE.search(line)],
    }
    if any(stated_period(text) for path, lines in zip(paths, above, strict=True) for text in (path.name, *lines)):
        return _countries_outside(texts, len(paths))
    found = []
    for role, text_of in texts.items():
        for pattern in DAYS:
            matches = [[match for text in text_of(i) for match in re.finditer(pattern, text)]
                       for i in range(len(paths))]  # fmt: skip
            if not all(len({match[1] for match in own}) == 1 for own in matches):
                continue
            first = [own[0] for own in matches]
            is_made_too = role == "above_header" and any(re.search(pattern, text) for lines in above for text in lines
                                                         if MADE.search(text))  # fmt: skip
            # the first match is the one that counts
            label = first[0].string[: first[0].start()] if is_made_too else ""
            if all(match.string[: match.start()].endswith(label) for match in first):
                found.append(Outside(role, re.escape(label) + pattern, tuple(match[1] for match in first)))
            break
    return found + _countries_outside(texts, len(paths))


def days_in(text: str) -> list[str]:
    """Days within a text."""
    return [match[1] for pattern in DAYS for match in re.finditer(pattern, text)]


def _countries_outside(texts: dict[str, Callable[[int], Sequence[str]]], files: int) -> list[Outside]:
    """Countries that each file's name or its folder's name holds, one a file."""
    found = []
    for role in ("file_name", "folder"):
        matches = [[match[1] for text in texts[role](i) for match in re.finditer(COUNTRY_CODE, text)]
                   for i in range(files)]  # fmt: skip
        codes = [[code for code in own if territory(code)] for own in matches]
        # the first match is the one that counts
        if all(len(set(own)) == 1 and own[0] == match[0] for own, match in zip(codes, matches, strict=True)):
            found.append(Outside(role, COUNTRY_CODE, tuple(own[0] for own in codes)))
    return found
