"""Which lines of a file are its header and its rows: what is above, between and below them is found by its shape."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from hitcast.ingest.identifiers import ISRC_PARTS

MAX_ABOVE = 60
MAX_BELOW = 200
MAX_TYPES = 12
MARKS = ("#", "//", "--", "%", "*")
TOTALS = ("total", "totals", "subtotal", "grand total", "sum", "итого", "всего", "итог", "сумма", "общий итог")
TYPE = re.compile("#?[A-Z][A-Z0-9_]{0,9}")
KINDS = (
    ("date", re.compile(r"\d{1,4}[-./]\d{1,2}[-./]\d{1,4}([T ].*)?")),
    ("number", re.compile(r"[<+-]?\d[\d .,\u00a0\u202f]*%?")),
    ("isrc", re.compile("[ -]?".join(ISRC_PARTS))),
)


@dataclass(frozen=True)
class Line:
    """One line of a file.

    Attributes:
        number: Its place, from 1.
        cells: Its cells, trimmed.
    """

    number: int
    cells: list[str]

    @property
    def filled(self) -> int:
        """Cells with some value."""
        return sum(map(bool, self.cells))

    @property
    def first(self) -> str:
        """The first cell with some value."""
        return next(filter(None, self.cells), "")


@dataclass(frozen=True)
class Layout:
    """What a mapping says of a file's lines.

    Attributes:
        header: Line of the header, or the text of one of its cells.
        comment: Mark that lines of comments begin with; empty for none.
        record_type: Column and value of the lines that are rows; None where all are.
        skip: Regular expressions of lines that are no rows.
        skipped: The first cells of such lines, for a reader.
        above: Cells of the lines above the header, joined.
    """

    header: int | str = 1
    comment: str = ""
    record_type: tuple[int, str] | None = None
    skip: tuple[str, ...] = ()
    skipped: tuple[str, ...] = ()
    above: tuple[str, ...] = ()


def lay_out(lines: Sequence[Line], delimiter: str) -> tuple[list[str], list[Line], Layout]:
    """A file's header, its rows and what tells them from its other lines.

    Args:
        lines: Its lines, or the first of them; not empty.
        delimiter: What a mapping joins or splits cells by.

    Returns:
        Cells of the header; rows below it, others left out; what a mapping has to say.
    """
    main = _record_type(lines)
    place = _header_place(lines, main)
    header, above, below = lines[place], lines[:place], list(lines[place + 1 :])
    mark = _comment(header, above, below)
    below = [line for line in below if line.filled and not (mark and line.first.startswith(mark))]
    framed = [line for line in below if main and line.cells[0] != main]
    rows = [line for line in below if not main or line.cells[0] == main]
    rows, skip, skipped = _without_totals(rows, delimiter)
    uncommented = [line for line in above if not (mark and line.first.startswith(mark)) and line.filled]
    needed = uncommented or (above and not mark) or header.number != place + 1
    layout = Layout(
        _name_of(header, above) if needed else 1,
        mark,
        (1, main) if main and framed else None,
        tuple(skip),
        tuple(skipped),
        tuple(delimiter.join(line.cells) for line in above),
    )
    return header.cells, rows, layout


def _kind(cell: str) -> str:
    return next((name for name, pattern in KINDS if pattern.fullmatch(cell)), "text")


def _header_place(lines: Sequence[Line], main: str) -> int:
    """The first line as filled as most, without a number above numbers; one of words only goes before others."""
    twin = next((place for place, line in enumerate(lines) if main and line.cells[:1] == [f"#{main}"]), None)
    if twin is not None:
        return twin
    widths = Counter(line.filled for line in lines[: MAX_ABOVE + MAX_BELOW] if line.filled > 1)
    usual = max(widths, key=lambda width: (widths[width] * (width - 1), width), default=1)
    unlike = []
    for place, line in enumerate(lines[:MAX_ABOVE]):
        if line.filled < 0.8 * usual or (main and line.cells[0] == main):
            continue
        below = [other for other in lines[place + 1 : place + MAX_BELOW] if other.filled >= 0.8 * usual]
        if below and not any(_is_like(cell, i, below) for i, cell in enumerate(line.cells)):
            unlike.append(place)
    words = [place for place in unlike if all(_kind(cell) == "text" for cell in lines[place].cells)]
    return next(iter(words or unlike), 0)


def _is_like(cell: str, place: int, below: Sequence[Line]) -> bool:
    """Whether a cell is a number, a date or a code as most cells below it are."""
    kind = _kind(cell)
    if kind == "text" or not cell:
        return False
    kinds = [_kind(line.cells[place]) for line in below if place < len(line.cells) and line.cells[place]]
    return 2 * kinds.count(kind) > len(kinds)


def _record_type(lines: Sequence[Line]) -> str:
    """The first cell of the lines that are rows, where each line begins with its type; empty where they do not.

    The types of other lines have a header of their own (`#TYPE`), or stand before the first row and after the last one.
    """
    filled = [line for line in lines if line.filled]
    if not all(line.cells and TYPE.fullmatch(line.cells[0]) for line in filled):
        return ""
    types = Counter(line.cells[0] for line in filled if not line.cells[0].startswith("#"))
    widths = {name: {line.filled for line in filled if line.cells[0] == name} for name in types}
    if not 2 <= len(types) <= MAX_TYPES or len({max(found) for found in widths.values()}) == 1:
        return ""
    main = max(types, key=lambda name: types[name] * max(widths[name]))
    places = [place for place, line in enumerate(filled) if line.cells[0] == main]
    is_framed = len(places) > 1 and places[-1] - places[0] + 1 == len(places)
    has_twin = any(line.cells[0] == f"#{main}" for line in filled)
    return main if has_twin or (is_framed and any(line.cells[0] != main for line in filled[1:])) else ""


def _comment(header: Line, above: Sequence[Line], below: Sequence[Line]) -> str:
    """The mark of lines that are not as wide as the header."""
    for mark in MARKS:
        if header.first.startswith(mark):
            continue
        marked = [line for line in (*above, *below) if line.first.startswith(mark)]
        if marked and all(line.filled < max(2, header.filled) and line.cells[0] == line.first for line in marked):
            return mark
    return ""


def _without_totals(rows: list[Line], delimiter: str) -> tuple[list[Line], list[str], list[str]]:
    """Rows without lines of totals and without what stands below the last one, and expressions that find those lines.

    A whole cell is matched, its digits left open: a title that begins with such a word is none of them.
    """
    usual = Counter(line.filled for line in rows).most_common(1)[0][0] if rows else 0
    last = max((i for i, line in enumerate(rows) if line.filled >= usual), default=0)
    no_rows = [
        line
        for i, line in enumerate(rows)
        if line.filled < usual and (_is_total(line.first) or (i > last and 2 * line.filled <= usual))
    ]
    kept = [line for line in rows if line not in no_rows]
    skip, skipped = [], []
    for line in no_rows:
        cell = re.sub(r"\d+", r"\\d+", re.escape(line.first)).replace("\\ ", " ")
        between = re.escape(delimiter)
        pattern = rf'^[{between}"\s]*{cell}"?\s*({between}|$)'
        if pattern not in skip and not any(re.search(pattern, delimiter.join(row.cells)) for row in kept):
            skip.append(pattern)
            skipped.append(line.first)
    return kept, skip, skipped


def _is_total(cell: str) -> bool:
    text = cell.casefold().rstrip(": ")
    return text in TOTALS or any(re.match(rf"{word}\b", text) for word in TOTALS)


def _name_of(header: Line, above: Sequence[Line]) -> int | str:
    """What finds the header in other files too: a cell that no line above it holds, else the number of its line."""
    taken = {cell.casefold() for line in above for cell in line.cells}
    return next((cell for cell in header.cells if cell and cell.casefold() not in taken), header.number)
