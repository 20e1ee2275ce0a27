"""Tables of the terminal, by where they go to."""

import io

import pytest
from rich.console import Console

from hitcast.cli.tables import show_listing, show_text
from hitcast.core.listing import Listing

HEADS = ("table", "rows", "through", "published")
ROWS = [("release_predictions", "1,234", "2021-12-31", "2 hours ago"), ("releases [x]", "5", "", "2 hours ago")]


def shown(width: int, is_terminal: bool) -> list[str]:
    to = io.StringIO()
    console = Console(file=to, width=width, force_terminal=is_terminal, color_system=None)
    show_listing(console, Listing(HEADS, ROWS, "Published", boxed=True))
    show_text(console, f"{'a long line ' * 12}[end]")
    return to.getvalue().splitlines()


@pytest.mark.parametrize("is_terminal", [True, False])
def test_where_it_is_narrow_a_row_is_lines_that_fit(is_terminal: bool) -> None:
    lines = shown(40, is_terminal)
    assert max(map(len, lines)) <= 40
    assert lines[:5] == [
        "Published", "release_predictions", "  rows: 1,234", "  through: 2021-12-31", "  published: 2 hours ago",
    ]  # fmt: skip
    assert lines[5:8] == ["releases [x]", "  rows: 5", "  published: 2 hours ago"], "an empty cell is left out"


def test_in_a_pipe_a_row_is_one_line_without_a_box() -> None:
    lines = shown(80, False)
    assert [line.split() for line in lines[1:3]] == [
        ["table", "rows", "through", "published"],
        ["release_predictions", "1,234", "2021-12-31", "2", "hours", "ago"],
    ]
    assert lines[1].index("through") == lines[2].index("2021")
    assert lines[-1].endswith("[end]")
    assert len(lines) == 5


def test_in_a_terminal_with_room_it_has_a_box_and_texts_are_wrapped() -> None:
    lines = shown(80, True)
    assert max(map(len, lines)) <= 80
    assert any("│ releases [x]" in line for line in lines)
