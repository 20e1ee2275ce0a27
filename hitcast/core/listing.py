"""Rows for a terminal of any width: a table where it fits, else a few lines a row; nothing breaks within a word."""

from collections.abc import Sequence
from dataclasses import dataclass

from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, RenderResult
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from hitcast.core.words import one_line

MIN_NAME, FAIR_NAME = 16, 26
"""Columns that a name keeps whatever stands beside it, and beside a spare column."""
MIN_BOX_WIDTH = 72
"""Columns of the terminal below which a box is written as lines."""


@dataclass(frozen=True)
class Listing:
    """Rows under headings, the first of which names each row; printed with `crop=False`, a pipe gets whole lines.

    Attributes:
        headings: Of the columns.
        rows: Cells as text, a row each.
        title: Over all of it; empty for none.
        left: Headings of columns that are aligned to the left; the first always is.
        spare: Heading of a last column that is left out where there is no room for it; empty for none.
        wraps: Heading of a column of words, which may take several lines; empty for none.
        bold_last: Whether the last row is a sum.
        boxed: Whether a terminal draws lines around cells, which may take several lines each; a pipe gets a line a row,
            however long.
        box_width: Columns of the box; None for as wide as it takes.
    """

    headings: Sequence[str]
    rows: Sequence[Sequence[str]]
    title: str = ""
    left: Sequence[str] = ()
    spare: str = ""
    wraps: str = ""
    bold_last: bool = False
    boxed: bool = False
    box_width: int | None = None

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """What rich draws where there is so much room."""
        rows = [[one_line(cell) for cell in row] for row in self.rows]
        if self.boxed:
            return self._box(rows, options.max_width, console.is_terminal)
        return self._columns(rows, options.max_width)

    def _columns(self, rows: Sequence[Sequence[str]], room: int) -> RenderResult:
        """Columns if all figures and enough of the names fit, else lines."""
        count = len(self.headings)
        gap = 2
        widths = [
            max(map(cell_len, [heading, *(row[place] for row in rows)])) for place, heading in enumerate(self.headings)
        ]
        whole = list(widths)
        if self.wraps:
            place = self.headings.index(self.wraps)
            widths[place] = min(widths[place], MIN_NAME)
        if self.spare and self._width(widths, gap, FAIR_NAME) > room:
            count -= 1
        if self._width(widths[:count], gap, MIN_NAME) > room:
            yield from self._lines(rows, count)
            return
        table = Table(title=self.title or None, title_justify="left", box=None, pad_edge=False)
        for place, heading in enumerate(self.headings[:count]):
            is_left = place == 0 or heading in self.left
            is_rigid = heading != self.wraps
            table.add_column(heading, justify="left" if is_left else "right", no_wrap=is_rigid, overflow="ellipsis")
        for number, row in enumerate(rows, 1):
            style = "bold" if self.bold_last and number == len(rows) else ""
            table.add_row(*map(Text, row[:count]), style=style)
        if not self.wraps and sum(whole[:count]) + gap * (count - 1) > room:
            table.columns[0].width = room - sum(widths[1:count]) - gap * (count - 1)
        yield table

    def _width(self, widths: Sequence[int], gap: int, name: int) -> int:
        """Columns that a table needs whose names have so many."""
        return min(widths[0], name) + sum(widths[1:]) + gap * (len(widths) - 1)

    def _box(self, rows: Sequence[Sequence[str]], width: int, is_terminal: bool) -> RenderResult:
        """A box, or a line a cell where it is narrow, or plain columns in a pipe."""
        if width < MIN_BOX_WIDTH:
            yield Text(self.title)
            for first, *others in rows:
                yield Text(first)
                said = zip(self.headings[1:], others, strict=True)
                yield from (Text(f"  {heading}: {cell}") for heading, cell in said if cell)
        elif is_terminal:
            table = Table(title=self.title, title_justify="left", width=self.box_width)
            for heading in self.headings:
                table.add_column(heading, overflow="fold")
            for row in rows:
                table.add_row(*map(Text, row))
            yield table
        else:
            lengths = [max(map(len, column)) for column in zip(self.headings, *rows, strict=True)]
            yield Text(self.title)
            for row in (self.headings, *rows):
                cells = (cell.ljust(length) for cell, length in zip(row, lengths, strict=True))
                yield Text("  ".join(cells).rstrip(), no_wrap=True, overflow="ignore")

    def _lines(self, rows: Sequence[Sequence[str]], count: int) -> RenderResult:
        """A row's name, and under it what else there is to say of it."""
        if self.title:
            yield Text(self.title, style="italic")
        for row in rows:
            yield Text(row[0])
            said = zip(self.headings[1:count], row[1:count], strict=True)
            yield Padding(Text(", ".join(f"{heading} {cell}" for heading, cell in said if cell)), (0, 0, 0, 2))
