"""Where things lie in a drawing: scales, ticks and lines, which the templates write as SVG.

Sizes are in the drawing's own units; the page scales it to its place. Of missing values nothing is drawn.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from hitcast.core.words import is_unknown

Point = tuple[float, float]
STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)


@dataclass(frozen=True)
class Scale:
    """From values to places along one side of a drawing.

    Attributes:
        low: Value at `start`.
        high: Value at `end`.
        start: Place of `low`.
        end: Place of `high`.
        is_log: Whether equal distances are equal ratios; values below `low` then lie at its place.
    """

    low: float
    high: float
    start: float
    end: float
    is_log: bool = False

    def __call__(self, value: float) -> float:
        """The place of a value, to a hundredth."""
        low, high, at = self.low, self.high, float(value)
        if self.is_log:
            low, high, at = math.log(low), math.log(high), math.log(max(at, low))
        share = (at - low) / (high - low) if high > low else 0.0
        return round(self.start + (self.end - self.start) * min(max(share, -0.02), 1.02), 2)

    @property
    def ticks(self) -> list[float]:
        """Round values between its ends: powers of ten where it is of ratios."""
        if self.is_log:
            first, last = math.ceil(math.log10(self.low) - 1e-9), math.floor(math.log10(self.high) + 1e-9)
            return [10.0**power for power in range(first, last + 1)]
        step = round_step(self.high - self.low)
        first, last = math.ceil(self.low / step - 1e-9), math.floor(self.high / step + 1e-9)
        return [place * step for place in range(first, last + 1)]


def round_step(length: float, parts: int = 4) -> float:
    """The least of 1, 2, 2.5 and 5 times a power of ten that cuts a length into at most so many parts."""
    raw = max(length, 1e-9) / parts
    power = 10.0 ** math.floor(math.log10(raw))
    return next(step * power for step in STEPS if step * power >= raw * (1 - 1e-9))


def round_up(value: float) -> float:
    """The end of an axis that begins at 0 and holds a value: a whole number of steps; 1 where the value is 0."""
    if value <= 0:
        return 1.0
    step = round_step(value)
    return max(1.0, math.ceil(value / step - 1e-9)) * step


@dataclass(frozen=True)
class Frame:
    """The field of a chart, with its axes.

    Attributes:
        x: Scale from left to right.
        y: Scale from bottom to top.
        width: Of the whole drawing.
        height: Of the whole drawing.
    """

    x: Scale
    y: Scale
    width: int
    height: int

    def line(self, points: Iterable[Sequence[float | None]]) -> list[str]:
        """Stretches of a line for `points=`; it is cut where a value is missing or above the frame."""
        stretches: list[list[str]] = [[]]
        for x, y in points:
            if is_unknown(x) or is_unknown(y) or (y or 0) > self.y.high:
                stretches.append([])
            else:
                stretches[-1].append(f"{self.x(x or 0)},{self.y(y or 0)}")
        return [" ".join(stretch) for stretch in stretches if stretch]

    def band(self, points: Iterable[Sequence[float | None]]) -> str:
        """The outline of a band for `points=`, from (x, lower, upper); places without both ends are left out."""
        whole = [(x or 0, low or 0, high or 0) for x, low, high in points if not (is_unknown(low) or is_unknown(high))]
        there = [f"{self.x(x)},{self.y(high)}" for x, _, high in whole]
        back = [f"{self.x(x)},{self.y(low)}" for x, low, _ in reversed(whole)]
        return " ".join(there + back)


def frame(
    x: tuple[float, float], y_top: float, width: int = 960, height: int = 340, left: int = 64, is_log: bool = False
) -> Frame:
    """A frame with room for labels at its left and below it.

    Args:
        x: Least and greatest value from left to right.
        y_top: Greatest value that is drawn; the axis begins at 0 and ends at a round number.
        width: Of the whole drawing.
        height: Of the whole drawing.
        left: Room for the labels of the values.
        is_log: Whether both axes are of ratios, from the same least value on.
    """
    if is_log:
        return Frame(
            Scale(x[0], x[1], left, width - 24, True), Scale(x[0], y_top, height - 34, 10, True), width, height
        )
    return Frame(Scale(*x, left, width - 24), Scale(0, round_up(y_top), height - 34, 10), width, height)


def sparkline(
    known: Sequence[float], ahead: Sequence[Sequence[float | None]], days: int, width: int = 200, height: int = 44
) -> Frame:
    """A frame without axes for cumulative streams so far and the forecast beyond.

    Args:
        known: Cumulative streams of day 1, 2, ...
        ahead: (day, median, lower, upper) of the days to come.
        days: Days of the whole window.
        width: Of the drawing.
        height: Of the drawing.
    """
    values = [*known, *(value for point in ahead for value in point[1:] if not is_unknown(value))]
    top = max([1.0, *(float(value or 0) for value in values)])
    return Frame(Scale(0, days, 2, width - 4), Scale(0, top, height - 3, 3), width, height)


def ratio_scale(highs: Iterable[float | None], least_top: float, width: int = 200, low: float = 100.0) -> Scale:
    """A scale of ratios, common to all range bars that stand together.

    Args:
        highs: Upper ends of what is drawn on it.
        least_top: What it holds in any case.
        width: Of the bars.
        low: Least value of the scale; what lies below it is drawn there.
    """
    tops = [float(high) for high in highs if not is_unknown(high) and high is not None]
    return Scale(low, max([10 * low, least_top, *tops]) * 1.5, 4, width - 4, is_log=True)


MAX_NAMED_PLACES = 5
Measured = tuple[float, float, float, float]
"""A place, a value, and the ends of its interval, NaN where it has none."""


def curves(
    series: Sequence[Sequence[Measured]], top: float | None = None, width: int = 420, height: int = 300
) -> dict[str, Any] | None:
    """Lines of values with their intervals, for the template; None where there is nothing to draw.

    Args:
        series: Points of each line, from left to right.
        top: End of the axis of values, which begins at 0; by default a round number that holds them all.
        width: Of the drawing.
        height: Of the drawing.

    Returns:
        `frame`, `ticks` along it, and `series`: of each line its stretches `line`, and its `points` with places `x`,
        `y`, `low` and `high` (None without an interval) and the measured `at` and `value`.
    """
    shown = [[point for point in points if not is_unknown(point[1])] for points in series]
    places = [point[0] for points in shown for point in points]
    if not places:
        return None
    highs = [high for points in shown for _, value, _, end in points for high in (value, end) if not is_unknown(high)]
    end = max(places) if max(places) > min(places) else min(places) + 1
    field = Frame(
        Scale(min(places), end, 52, width - 12), Scale(0, top or round_up(max(highs)), height - 34, 10), width, height
    )
    drawn = []
    for points in shown:
        whole = [
            {
                "x": field.x(x), "y": field.y(value), "at": x, "value": value,
                "low": None if is_unknown(low) else field.y(low), "high": None if is_unknown(high) else field.y(high),
            }
            for x, value, low, high in points
        ]  # fmt: skip
        drawn.append({"line": field.line([(x, value) for x, value, _, _ in points]), "points": whole})
    # a few places are named themselves, of many the round ones between them
    ticks = sorted(set(places)) if len(set(places)) <= MAX_NAMED_PLACES else field.x.ticks
    return {"frame": field, "series": drawn, "ticks": ticks}
