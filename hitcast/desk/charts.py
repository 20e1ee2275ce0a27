"""The marks that the pages' charts are made of, legible on a light and on a dark page."""

from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt
import pandas as pd

from hitcast.desk.address import language
from hitcast.desk.view import say

BLUE, PALE, PALER, ORANGE = "#3b82c4", "#7fb2e0", "#b9d3ea", "#dd7a1c"
GREEN, GREY, VIOLET = "#2f9e6e", "#8c8f94", "#9b59d0"
MODEL_COLORS: Mapping[str, str] = {"hitcast": BLUE, "log_linear": ORANGE, "none": GREY}


def streams_axis(title: str, **options: Any) -> alt.Axis:
    """An axis of counts, written as people write them."""
    units = (" млрд", " млн", " тыс.") if language() == "ru" else (" B", " M", " K")
    message = _with_comma("format(datum.value, '~r')")
    for size, unit in zip(("1e3", "1e6", "1e9"), reversed(units), strict=True):
        scaled = _with_comma(f"format(datum.value / {size}, '~r')")
        message = f"abs(datum.value) >= {size} ? {scaled} + '{unit}' : ({message})"
    return alt.Axis(title=title, labelExpr=message, **options)


def plain_axis(title: str, **options: Any) -> alt.Axis:
    """An axis of other numbers, with the language's decimal mark."""
    return alt.Axis(title=title, labelExpr=_with_comma("format(datum.value, '~r')"), **options)


def share_axis(title: str) -> alt.Axis:
    """An axis of shares, in percent."""
    return alt.Axis(title=title, labelExpr="format(datum.value * 100, '~r') + ' %'")


def day_axis(title: str) -> alt.Axis:
    """An axis of dates in figures, which need no language."""
    return alt.Axis(title=title, format="%d.%m.%y", labelOverlap=True, tickCount=6)


def _with_comma(expression: str) -> str:
    return f"replace({expression}, '.', ',')" if language() == "ru" else expression


def colors(names: Mapping[str, str], columns: int = 2) -> alt.Color:
    """One color for each series, its name in a legend below the chart.

    Args:
        names: Colors by the name that the reader sees.
        columns: Names beside each other; two short ones fit a telephone.
    """
    return alt.Color(
        "series:N",
        title=None,
        scale=alt.Scale(domain=list(names), range=list(names.values())),
        legend=alt.Legend(orient="bottom", columns=columns, labelLimit=400, symbolOpacity=1),
    )


def framed(layers: Sequence[alt.Chart], height: int) -> alt.LayerChart:
    """Layers one over the other.

    Args:
        layers: The lowest first.
        height: In pixels, with axes and legend.
    """
    return alt.LayerChart(layer=list(layers), height=height)


def fan(known: pd.DataFrame, ahead: pd.DataFrame) -> alt.LayerChart:
    """Known streams up to the as-of day, and from there the intervals of each horizon; actual totals on top.

    Args:
        known: Columns `days`, `streams`.
        ahead: Columns `days`, `predicted_streams`, the four ends of the intervals, `actual_streams`; its first row is
            where the fan opens.
    """
    names = {
        say("interval_90"): PALER,
        say("interval_80"): PALE,
        say("forecast"): BLUE,
        say("known"): ORANGE,
        say("actual"): GREEN,
    }
    color = colors(names)
    days = alt.X("days:Q", axis=alt.Axis(title=say("axis.days_out"), tickMinStep=1), scale=alt.Scale(domainMin=0))
    streams = streams_axis(say("axis.streams"))
    layers = []
    for series, level in ((say("interval_90"), 90), (say("interval_80"), 80)):
        base = alt.Chart(ahead.assign(series=series)).encode(
            x=days, y=alt.Y(f"lower_{level}:Q", axis=streams), y2=f"upper_{level}:Q", color=color
        )
        layers += [base.mark_area(opacity=0.55), base.mark_bar(size=10 if level == 90 else 6)]
    forecast = alt.Chart(ahead.assign(series=say("forecast"))).encode(x=days, y="predicted_streams:Q", color=color)
    layers.append(forecast.mark_line(point={"size": 60, "filled": True}, strokeDash=[5, 3]))
    so_far = alt.Chart(known.assign(series=say("known"))).encode(x=days, y="streams:Q", color=color)
    layers.append(so_far.mark_line(point={"size": 40, "filled": True}))
    actual = alt.Chart(ahead.dropna(subset=["actual_streams"]).assign(series=say("actual")))
    layers.append(
        actual.mark_point(shape="diamond", size=160, filled=True).encode(x=days, y="actual_streams:Q", color=color)
    )
    return framed(layers, 400)


def ranking(rows: pd.DataFrame) -> alt.LayerChart:
    """Forecasts of a few releases beside each other, each with its 80 % interval.

    Args:
        rows: Columns `name`, `predicted_streams`, `lower_80`, `upper_80`; the first one stands on top.
    """
    color = colors({say("interval_80"): PALE, say("forecast"): BLUE})
    names = alt.Y("name:N", sort=None, title=None, axis=alt.Axis(labelLimit=190, labelOverlap=False))
    interval = alt.Chart(rows.assign(series=say("interval_80"))).encode(
        x=alt.X("lower_80:Q", axis=streams_axis(say("axis.streams"))), x2="upper_80:Q", y=names, color=color
    )
    forecast = alt.Chart(rows.assign(series=say("forecast"))).encode(x="predicted_streams:Q", y=names, color=color)
    return framed([interval.mark_bar(size=8), forecast.mark_point(size=70, filled=True)], 110 + 26 * len(rows))


def narrowing(history: pd.DataFrame) -> alt.LayerChart:
    """One horizon's forecast on each as-of day, with its intervals, what was known then, and the actual total.

    Args:
        history: Rows of one horizon, one an as-of day, with the columns of `prediction_history`.
    """
    names = {
        say("interval_90"): PALER,
        say("interval_80"): PALE,
        say("forecast"): BLUE,
        say("known"): ORANGE,
        say("actual"): GREEN,
    }
    color = colors(names)
    days = alt.X(
        "as_of_day:Q",
        axis=alt.Axis(title=say("axis.days_known"), tickMinStep=1, format="d"),
        scale=alt.Scale(
            domain=[min(1, int(history["as_of_day"].min())) - 0.5, max(7, int(history["as_of_day"].max())) + 0.5]
        ),
    )
    # what is drawn travels to the browser once a layer
    drawn = ["as_of_day", "lower_80", "upper_80", "lower_90", "upper_90", "predicted_streams", "known_streams"]
    history = history[[*drawn, "actual_streams"]]
    layers = []
    for series, level, size in ((say("interval_90"), 90, 10), (say("interval_80"), 80, 10)):
        base = alt.Chart(history.assign(series=series)).encode(
            x=days,
            y=alt.Y(f"lower_{level}:Q", axis=streams_axis(say("axis.streams"))),
            y2=f"upper_{level}:Q",
            color=color,
        )
        layers += [base.mark_area(opacity=0.45), base.mark_bar(size=size)]
    line = alt.Chart(history.assign(series=say("forecast"))).encode(x=days, y="predicted_streams:Q", color=color)
    layers.append(line.mark_line(point={"size": 50, "filled": True}))
    known = history.dropna(subset=["known_streams"]).assign(series=say("known"))
    layers.append(
        alt.Chart(known).encode(x=days, y="known_streams:Q", color=color).mark_line(point={"size": 40, "filled": True})
    )
    actual = history.dropna(subset=["actual_streams"]).tail(1).assign(series=say("actual"))
    layers.append(alt.Chart(actual).encode(y="actual_streams:Q", color=color).mark_rule(size=2, strokeDash=[6, 3]))
    return framed(layers, 380)
