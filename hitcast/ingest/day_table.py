"""Landed days beside their usual, as a table for a terminal."""

from collections.abc import Sequence

from hitcast.core.listing import Listing
from hitcast.core.words import counted
from hitcast.ingest.usual import DayFigures

LAST_SHOWN = 3


def day_table(days: Sequence[DayFigures], measure: str) -> Listing:
    """Every day that stands out, and the last few of the others; a figure is followed by its ratio to the usual.

    Args:
        days: Landed days, in order.
        measure: The table's main measure.
    """
    shown = [day for day in days if day.marks or day in days[-LAST_SHOWN:]]
    rows = [
        (
            day.day.isoformat(),
            *(_beside(figure, day.usual.get(name)) for name, figure in day.figures.items()),
            day.describe(measure),
        )
        for day in shown
    ]
    return Listing(("day", "rows", "recordings", measure, "stands out"), rows, left=("stands out",), wraps="stands out")


def rest_text(days: Sequence[DayFigures]) -> str:
    """What is not in the table, and what its ratios mean."""
    rest = sum(not day.marks for day in days[:-LAST_SHOWN])
    more = f"{counted(rest, 'more day')}; " if rest else ""
    return f"  {more}x: times the usual"


def _beside(figure: int, usual: float | None) -> str:
    return f"{figure:,} x{figure / usual:.2g}" if usual else f"{figure:,}"
