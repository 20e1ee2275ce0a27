"""Values that no column holds: days in the names of columns, of files and of folders, and above the header."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from hitcast.ingest.dates import MONTHS
from hitcast.ingest.propose.formats import dates_of

MONTH = rf"(?:{'|'.join(MONTHS)})"
# How a day is written within other text.
DAYS = (
    *(rf"(20\d{{2}}{mark}\d{{2}}{mark}\d{{2}})" for mark in ("-", "_", r"\.")),
    *(rf"(\d{{2}}{mark}\d{{2}}{mark}20\d{{2}})" for mark in ("-", "_", r"\.")),
    r"(?<!\d)(20\d{6})(?!\d)",
    r"(\d{1,2} [^\W\d_]+\.? 20\d{2})",
)
PERIOD = re.compile(rf"[\s(\[,:]+(?:\d{{1,4}}[-./]\d{{1,2}}|{MONTH}\.?\s*\d|\d{{1,2}}\s*{MONTH})", re.IGNORECASE)
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
    found = [PERIOD.search(header) for header in headers]
    plain = [
        header[: match.start()] + match[0][: re.match(r"[\s(\[,:]+", match[0]).end()] + "*"  # type: ignore[union-attr]
        if match and match.start()
        else header
        for header, match in zip(headers, found, strict=True)
    ]
    return tuple(header if plain.count(name) > 1 else name for header, name in zip(headers, plain, strict=True))


def day_columns(headers: Sequence[str], connection: duckdb.DuckDBPyConnection) -> tuple[str, list[int]]:
    """A regular expression for headers that are days, and their places; none where there are fewer than two."""
    places = [i for i, header in enumerate(headers) if re.search(r"\d", header) and dates_of([header], connection)]
    if len(places) < 2 or len(places) == len(headers):
        return "", []
    dates = dates_of([headers[i] for i in places], connection)
    if not dates or dates.share < 1:
        return "", []
    shapes = [re.findall(r"\d+|[^\W\d_]+|[\W_]+", headers[i]) for i in places]
    if len({len(shape) for shape in shapes}) > 1:
        return "", []
    return "".join(_common(parts) for parts in zip(*shapes, strict=True)), places


def _common(parts: Sequence[str]) -> str:
    if parts[0].isdigit():
        lengths = {len(part) for part in parts}
        return rf"\d{{{min(lengths)},{max(lengths)}}}" if len(lengths) > 1 else rf"\d{{{lengths.pop()}}}"
    return re.escape(parts[0]).replace("\\ ", " ") if len(set(parts)) == 1 else r"[^\W\d_]+"


def unpivoted(rows: Sequence[list[str]], places: Sequence[int], headers: Sequence[str]) -> list[list[str]]:
    """Rows with one day each: the other columns, the day and its value; at most `MAX_UNPIVOTED`."""
    others = [i for i in range(len(headers)) if i not in set(places)]
    return [
        [*(row[i] for i in others), headers[place], row[place]]
        for row in rows[: max(1, MAX_UNPIVOTED // len(places))]
        for place in places
        if row[place]
    ]


def days_outside(paths: Sequence[Path], above: Sequence[Sequence[str]]) -> list[Outside]:
    """Days that each file's name, its folder's name or the lines above its header hold, one a file.

    Args:
        paths: Files that were looked at.
        above: The lines above the header of each.
    """
    texts: dict[str, Callable[[int], Sequence[str]]] = {
        "file_name": lambda i: [paths[i].name],
        "folder": lambda i: [paths[i].absolute().parent.name],
        "above_header": lambda i: above[i],
    }
    found = []
    for role, text_of in texts.items():
        for pattern in DAYS:
            matches = [[match[1] for text in text_of(i) for match in re.finditer(pattern, text)]
                       for i in range(len(paths))]  # fmt: skip
            if all(len(set(days)) == 1 for days in matches):
                found.append(Outside(role, pattern, tuple(days[0] for days in matches)))
                break
    return found
