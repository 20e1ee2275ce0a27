"""Tables of the terminal: boxed where there is room, as lines where it is narrow, plain columns in a pipe."""

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table

MIN_TABLE_WIDTH = 72
"""Columns of the terminal below which a table is written as lines."""


def show_table(
    console: Console, title: str, heads: Sequence[str], rows: Sequence[Sequence[str]], width: int | None = None
) -> None:
    """Prints a table in the way that can be read where it goes to.

    Args:
        console: Where it goes to.
        title: Of the table.
        heads: Of its columns.
        rows: Texts of each row, as many as heads.
        width: Of the box; None for as wide as it takes.
    """
    if console.width < MIN_TABLE_WIDTH:
        show_text(console, title)
        for first, *others in rows:
            show_text(console, first)
            for head, cell in zip(heads[1:], others, strict=True):
                if cell:
                    show_text(console, f"  {head}: {cell}")
    elif console.is_terminal:
        table = Table(title=title, title_justify="left", width=width)
        for head in heads:
            table.add_column(head, overflow="fold")
        for row in rows:
            table.add_row(*row)
        console.print(table, markup=False)
    else:
        widths = [max(map(len, column)) for column in zip(heads, *rows, strict=True)]
        show_text(console, title)
        for row in (heads, *rows):
            cells = [cell.ljust(length) for cell, length in zip(row, widths, strict=True)]
            show_text(console, "  ".join(cells).rstrip())


def show_text(console: Console, text: str) -> None:
    """Prints a text as it is: wrapped at the width of a terminal, a line a line in a pipe."""
    is_piped = not console.is_terminal and console.width >= MIN_TABLE_WIDTH
    console.print(text, markup=False, highlight=False, soft_wrap=is_piped)


def say(text: str) -> None:
    """Prints a text of the command's own, as `show_text` does."""
    show_text(Console(), text)
