"""Charts as SVG inside a page: its colors are the page's, light or dark, and it asks for nothing."""

import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

import numpy as np

# matplotlib knows no CSS: each stands for a variable of the page and is replaced by it.
INK, RULE = "#010101", "#020202"
COLORS = ("#030303", "#040404", "#050505", "#060606")
VARIABLES = {
    INK: "currentColor",
    RULE: "var(--rule)",
    **dict(zip(COLORS, ("var(--one)", "var(--two)", "var(--three)", "var(--four)"), strict=True)),
}
# Distinguishable without color too, in print and by those who do not see it.
DASHES = ("-", "--", "-.", ":")
MARKERS = ("o", "s", "^", "D")


@dataclass(frozen=True)
class Curve:
    """Points joined by a line, with the ends of their intervals where they have some."""

    name: str
    x: Sequence[float]
    y: Sequence[float]
    low: Sequence[float] = ()
    high: Sequence[float] = ()


@dataclass(frozen=True)
class Axes:
    """What the axes say.

    Attributes:
        title: What is shown.
        x: Label with unit.
        y: Label with unit.
        ticks: Texts at whole positions from 0, in place of numbers.
        joined: Whether points follow each other, so that a line between them means something.
        log_x: Whether distances along x are ratios.
        floor: Least y shown; None leaves it to the points.
        top: Greatest y shown.
        level: Height of a line to compare with.
        diagonal: Whether to draw y = x.
    """

    title: str
    x: str
    y: str
    ticks: Sequence[str] = ()
    joined: bool = True
    log_x: bool = False
    floor: float | None = None
    top: float | None = None
    level: float | None = None
    diagonal: bool = False


def line_chart(axes: Axes, curves: Sequence[Curve]) -> str:
    """Up to four curves in one frame, as an `<svg>` element.

    Args:
        axes: Labels and frame.
        curves: What is drawn; more than one gets a legend.
    """
    import matplotlib as mpl
    from matplotlib.figure import Figure
    from matplotlib.ticker import MaxNLocator

    options: Any = {
        "svg.fonttype": "none",
        "svg.hashsalt": axes.title + axes.y,
        "font.family": "DejaVu Sans",
        "font.size": 9,
        "text.parse_math": False,
        "text.color": INK,
        "axes.labelcolor": INK,
        "axes.edgecolor": RULE,
        "xtick.color": INK,
        "ytick.color": INK,
        "grid.color": RULE,
        "axes.spines.top": False,
        "axes.spines.right": False,
    }
    with mpl.rc_context(options):
        drawing = Figure(figsize=(4.3, 3.4), layout="constrained")
        frame = drawing.add_subplot()
        frame.set_title(axes.title, fontsize=10, loc="left")
        frame.set_xlabel(axes.x)
        frame.set_ylabel(axes.y)
        frame.grid(axis="y", linewidth=0.6)
        frame.set_axisbelow(True)
        if axes.log_x:
            frame.set_xscale("log")
            frame.xaxis.set_major_formatter("{x:g}")
            frame.xaxis.set_minor_formatter("")
        if axes.diagonal:
            frame.plot([0, 1], [0, 1], color=INK, linewidth=0.8, linestyle=(0, (2, 2)))
        if axes.level is not None:
            frame.axhline(axes.level, color=INK, linewidth=0.8, linestyle=(0, (2, 2)))
        for place, curve in enumerate(curves):
            shift = 0.12 * (place - (len(curves) - 1) / 2) if axes.ticks else 0.0
            _draw(frame, curve, place, shift, axes.joined)
        if not axes.ticks and not axes.log_x and all(float(x).is_integer() for curve in curves for x in curve.x):
            # Between two whole numbers of picks or days there is nothing.
            frame.xaxis.set_major_locator(MaxNLocator(integer=True))
        if axes.ticks:
            slanted = max(map(len, axes.ticks)) > 7
            frame.set_xticks(range(len(axes.ticks)), axes.ticks)
            if slanted:
                frame.tick_params(axis="x", rotation=40)
                for text in frame.get_xticklabels():
                    text.set_horizontalalignment("right")
            frame.set_xlim(-0.5, len(axes.ticks) - 0.5)
        frame.set_ylim(bottom=axes.floor, top=axes.top)
        if len(curves) > 1:
            drawing.legend(loc="outside lower center", ncols=2, frameon=False, fontsize=8)
        target = io.StringIO()
        nothing = dict.fromkeys(("Date", "Creator", "Format", "Type"))
        drawing.savefig(target, format="svg", transparent=True, metadata=nothing)
    return _inline(target.getvalue(), f"{axes.title}: {axes.y} by {axes.x}")


def _draw(frame: Any, curve: Curve, place: int, shift: float, joined: bool) -> None:
    x = np.asarray(curve.x, dtype=float) + shift
    color = COLORS[place]
    marker = MARKERS[place] if len(x) <= 20 else ""
    dashes = DASHES[place] if joined else ""
    frame.plot(x, curve.y, color=color, linestyle=dashes, marker=marker, markersize=4, label=curve.name)
    if len(curve.low):
        frame.vlines(x, curve.low, curve.high, color=color, linewidth=1.2)


def _inline(svg: str, message: str) -> str:
    """The drawing without what only a file of its own needs."""
    svg = svg[svg.index("<svg") :]
    svg = svg.replace("xlink:href", "href")
    svg = re.sub(r'<g id="[^"]*"', "<g", svg)
    svg = re.sub(r"<!--.*?-->", "", svg, flags=re.DOTALL)
    box = re.findall(r'viewBox="[^"]*"', svg)[0]
    svg = re.sub(r"<svg[^>]*>", f'<svg {box} role="img" aria-label="{escape(message, quote=True)}">', svg, count=1)
    for stand_in, variable in VARIABLES.items():
        svg = svg.replace(stand_in, variable)
    return re.sub(r">\s+<", "><", svg).strip()
