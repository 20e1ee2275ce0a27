"""A list is whole at any width of the terminal: every figure is there, and nothing breaks within a word."""

import io

import pytest
from rich.console import Console

from hitcast.core.listing import FAIR_NAME, Listing

HEADINGS = ("release", "day", "forecast", "80 % interval", "verdict", "UPC")
ROWS = (
    ("An artist of many words: a title of even more of them, and some", "12",
      "1,234.5 K", "0 - 333 K", "leave", "4607001930204"),
    ("B: c", "1", "2", "3 - 4", "promote", "4607001930211"),
)  # fmt: skip


def lines_of(listing: Listing, width: int) -> list[str]:
    file = io.StringIO()
    Console(file=file, width=width).print(listing)
    return [line.rstrip() for line in file.getvalue().splitlines()]


@pytest.mark.parametrize("width", [30, 40, 60, 80, 100, 160])
def test_every_figure_is_whole_at_every_width(width: int) -> None:
    lines = lines_of(Listing(HEADINGS, ROWS, "Releases", ("verdict",), "UPC"), width)
    assert max(map(len, lines)) <= width
    words = " ".join(lines).replace("│", " ").replace(",", " ").split()
    for row in ROWS:
        for cell in row[1:5]:
            assert set(cell.replace(",", " ").split()) <= set(words), cell
    assert "promote" in words and "forecast" in words


def test_a_spare_column_is_shown_where_names_keep_their_room() -> None:
    listing = Listing(HEADINGS, ROWS, spare="UPC")
    shown = {width: "4607001930204" in " ".join(lines_of(listing, width)) for width in range(40, 140)}
    assert not shown[60] and shown[139]
    first = min(width for width, is_shown in shown.items() if is_shown)
    assert all(is_shown == (width >= first) for width, is_shown in shown.items())
    assert len(lines_of(listing, first)[1].split("  ")[0]) >= FAIR_NAME - 1


def test_a_narrow_terminal_gets_the_whole_name() -> None:
    text = " ".join(" ".join(lines_of(Listing(HEADINGS, ROWS), 40)).split())
    assert ROWS[0][0] in text
    assert "day 12, forecast 1,234.5 K, 80 % interval 0 - 333 K, verdict leave" in text
