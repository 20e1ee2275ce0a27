"""Landed days beside what is usual for them, by the ledger: what the mart `delivered_days` says, before it is built."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import median

from hitcast.ingest.landing import Ledger

WEEKS = 8
MIN_DAYS = 3
"""Days that a usual figure rests on at least."""
FACTOR = 10
MIN_FIGURE = 100
"""Of the larger of figure and usual: chance moves smaller ones."""
Figures = dict[str, int]


@dataclass(frozen=True)
class DayFigures:
    """A landed day beside what is usual for it.

    Figures are rows, and of the analyzed territory recordings with any activity and the measure's sum.

    Attributes:
        day: The day.
        figures: Its figures, by name.
        usual: The usual figures, by name; empty where too few days are known.
        basis: What the usual rests on, `weekday` or `week before`; empty where there is none.
        marks: How figures stand out, `low`, `high` or `zero`, by name; empty where none does.
    """

    day: date
    figures: dict[str, int]
    usual: dict[str, float]
    basis: str
    marks: dict[str, str]

    def describe(self, measure: str) -> str:
        """What stands out, in a few words."""
        return ", ".join(f"{measure if name == 'sum' else name} {mark}" for name, mark in self.marks.items())


def usual_days(ledger: Ledger, table: str, days: Iterable[date]) -> list[DayFigures]:
    """Landed days of a table beside their usual, in order; those that an earlier version landed without sums left out.

    The usual is the median of the same weekday in the eight weeks before, or, where it was delivered less than three
    times in them, of the week before. A day stands out by the rule of the macro `figure_mark`.

    Args:
        ledger: The ledger by table and day.
        table: A table that is landed by day.
        days: The days.
    """
    rows = {day: row for (name, day), row in ledger.items() if name == table and not row.is_withdrawn}
    landed = {
        day: {"rows": row.row_count, "recordings": row.recording_count, "sum": row.measure_sum}
        for day, row in rows.items()
        if row.recording_count is not None and row.measure_sum is not None
    }
    # totals since release and daily figures do not compare
    alike = {
        counts: {day: figures for day, figures in landed.items() if rows[day].counts == counts}
        for counts in {row.counts for row in rows.values()}
    }
    return [_beside_usual(day, landed[day], alike[rows[day].counts]) for day in sorted(days) if day in landed]


def _beside_usual(day: date, figures: Figures, landed: dict[date, Figures]) -> DayFigures:
    weekday = _medians(day, (-7 * week for week in range(1, WEEKS + 1)), landed)
    week_before = _medians(day, range(-7, 0), landed)
    usual = weekday or week_before
    marks = {name: _mark(figures[name], usual[name], (week_before or usual)[name], bool(weekday)) for name in usual}
    basis = "weekday" if weekday else "week before" if usual else ""
    return DayFigures(day, figures, usual, basis, {name: mark for name, mark in marks.items() if mark})


def _medians(day: date, distances: Iterable[int], landed: dict[date, Figures]) -> dict[str, float]:
    days = [landed[other] for distance in distances if (other := day + timedelta(days=distance)) in landed]
    if len(days) < MIN_DAYS:
        return {}
    return {name: float(median(figures[name] for figures in days)) for name in days[0]}


def _mark(figure: int, usual: float, week_before: float, may_be_high: bool) -> str:
    is_alike = min(usual, week_before) / FACTOR < figure < FACTOR * max(usual, week_before)
    if is_alike or max(figure, usual) < MIN_FIGURE:
        return ""
    if figure == 0:
        return "zero"
    if figure < usual:
        return "low"
    return "high" if may_be_high else ""
