"""The report on stream totals: leader boards, errors by group, coverage, distance to the best possible."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import pandas as pd

from hitcast.desk.report.boards import Column, boards, cells, figure_cell, judged
from hitcast.desk.report.charts import Axes, Curve, line_chart
from hitcast.desk.report.data import LINE, SERVED, Evidence
from hitcast.desk.report.groups import beside_line, distance_to_best, pooled, share_interval, skill_by_group
from hitcast.desk.report.html import (
    Cell,
    count,
    figure,
    figures,
    number,
    paragraph,
    percent,
    section,
    subheading,
    table,
)
from ml.splits import REFERENCE_DAY

BOARD: tuple[Column, ...] = (
    ("rmsle", "RMSLE, log units", number),
    ("skill", "skill over log_linear", number),
    ("skill_remainder", "skill on the remainder", number),
    ("median_absolute_percentage_error", "MdAPE", percent),
    ("mape_from_1000", "MAPE, totals ≥ 1,000", percent),
    ("wape", "WAPE", percent),
    ("volume_ratio", "Σ median / Σ true", number),
    ("expected_volume_ratio", "Σ mean / Σ true", number),
    ("spearman", "Spearman", number),
    ("coverage_80", "inside 80 %", percent),
    ("coverage_90", "inside 90 %", percent),
)
DECADES = ("0", "10", "100", "1 K", "10 K", "100 K", "1 M", "10 M", "100 M", "1 B", "10 B")


@dataclass(frozen=True)
class Group:
    """Some of a feature set's test releases: a row of a table and a point of a chart.

    Attributes:
        horizon: Days from release.
        feature_set: What the model saw.
        name: What the releases share.
        place: Where they stand along the chart.
        value: Height in the chart.
        ends: Ends of its interval; NaN where it has none.
        cells: Cells of the table's row but the first.
    """

    horizon: int
    feature_set: str
    name: str
    place: int
    value: float
    ends: tuple[float, float]
    cells: Sequence[Cell]


def stream_boards(evidence: Evidence) -> str:
    """Leader boards of all origins by horizon and as-of day, then those of the untouched origins."""
    text = (
        "RMSLE is the root mean squared error of log(1 + streams): 0.1 is about 10 % off. Skill is 1 − RMSLE / "
        "RMSLE of log_linear, the law of Szabo & Huberman, on the same releases: 0 is no better than the line, 1 "
        "is perfect. The remainder is what was still to come after the as-of day; a share of the total is known by "
        "then, and makes the total look easier than it is. Small figures are 95 % intervals."
    )
    return section("streams", "Streams: leader boards", paragraph(text), *boards(evidence, "streams", BOARD, SERVED))


def cuts(evidence: Evidence) -> Iterator[tuple[str, int, pd.DataFrame]]:
    """The model's test forecasts beside the line's: feature set, horizon, rows."""
    for (horizon, feature_set), rows in beside_line(evidence.streams).groupby(["horizon_days", "feature_set"]):
        yield str(feature_set), int(str(horizon)), rows.reset_index(drop=True)


def decade_name(number_of: int) -> str:
    """A decade of streams in words."""
    return "below 10" if number_of == 0 else f"{10**number_of:,} to {10 ** (number_of + 1) - 1:,}"


def _shown(name: str, axes: Axes, caption: str, heads: Sequence[str], groups: Iterable[Group]) -> str:
    """A chart and a table for each horizon.

    Args:
        name: Of the tables' ids.
        axes: Of the charts; the horizon is put before the title.
        caption: Of the tables, `{}` standing for the horizon.
        heads: Of the tables.
        groups: In the order of the tables.
    """
    charts, tables = [], []
    everyone = list(groups)
    for horizon in sorted({group.horizon for group in everyone}):
        per_horizon = [group for group in everyone if group.horizon == horizon]
        curves = []
        for feature_set in dict.fromkeys(group.feature_set for group in per_horizon):
            set_rows = [group for group in per_horizon if group.feature_set == feature_set]
            # A group of one week has no interval, and a bar of no length says so.
            low, high = ([group.ends[end] for group in set_rows] for end in (0, 1))
            x, y = [group.place for group in set_rows], [group.value for group in set_rows]
            curves.append(Curve(feature_set, x, y, low, high))
        message = caption.format(f"{horizon} days")
        title = f"{horizon} days, {axes.title}" if axes.title else f"{horizon} days"
        charts.append(figure(line_chart(replace(axes, title=title), curves)))
        body = [[f"{group.name} · {group.feature_set}", *group.cells] for group in per_horizon]
        tables.append(table(f"{name}-{horizon}", message, heads, body))
    return figures(*charts) + "".join(tables)


def errors(evidence: Evidence) -> str:
    """Errors by true size, as-of day, origin, genre and label."""
    return section(
        "errors",
        "Streams: where the errors are",
        paragraph(
            f"{SERVED} against {LINE}, known at day {REFERENCE_DAY}, all origins. Cuts by true size use what "
            "nobody knows in advance: among small totals more were over-forecast, among large ones under-forecast, so "
            "sums come out high below and low above. Groups under 30 releases are shown as one. Vertical bars and "
            "small figures are 95 % intervals; a dashed line at 0 is log_linear."
        ),
        _by_size(evidence),
        _by_day(evidence),
        *(_by_group(evidence, column) for column in ("origin", "genre", "label")),
    )


def _by_size(evidence: Evidence) -> str:
    columns = [column for column in BOARD if not column[0].startswith(("coverage", "skill_"))]
    found = judged(evidence.metrics, "streams", REFERENCE_DAY, SERVED, by="decade")
    groups = [
        Group(
            one.horizon,
            one.feature_set,
            decade_name(one.size or 0),
            one.size or 0,
            one.get("skill"),
            one.ends("skill"),
            [count(one.releases), *cells(one, columns)],
        )
        for one in found
    ]
    axes = Axes("by true size", "true streams, from", "skill over log_linear", _decades(groups), level=0)
    heads = ("true streams · features", "test releases", *(heading for _, heading, _ in columns))
    caption = f"{SERVED} by true streams in {{}}"
    return subheading("By decade of true size") + _shown("size", axes, caption, heads, groups)


def _decades(groups: Sequence[Group]) -> Sequence[str]:
    return DECADES[: max((group.place for group in groups), default=0) + 1]


def _by_day(evidence: Evidence) -> str:
    everyone, charts = judged(evidence.metrics, "streams"), []
    for horizon in sorted({one.horizon for one in everyone}):
        curves = []
        for feature_set in sorted({one.feature_set for one in everyone}):
            for model in (SERVED, LINE):
                wanted = (horizon, feature_set, model)
                rows = [one for one in everyone if (one.horizon, one.feature_set, one.model) == wanted]
                low, high = zip(*(one.ends("rmsle") for one in rows), strict=True)
                errors_of = [one.get("rmsle") for one in rows]
                curves.append(Curve(f"{model}, {feature_set}", [one.day for one in rows], errors_of, low, high))
        axes = Axes(f"{horizon} days", "as-of day", "RMSLE, log units", floor=0)
        releases = max(one.releases for one in everyone)
        caption = f"Error by days known, streams in {horizon} days, up to {count(releases)} test releases."
        charts.append(figure(line_chart(axes, curves), caption))
    return subheading("By as-of day") + figures(*charts)


def _by_group(evidence: Evidence, message: str) -> str:
    late = [pd.Timestamp(origin) for origin in evidence.untouched]
    groups = []
    for feature_set, horizon, rows in cuts(evidence):
        if message == "origin":
            group = rows["origin_date"].dt.date.astype(str)
            group = group.where(~rows["origin_date"].isin(late), group + " (untouched)")
        else:
            group = pooled(rows[{"label": "label_name"}.get(message, message)])
        for place, (name, values) in enumerate(skill_by_group(rows, group).iterrows()):
            ends = (values["lower"], values["upper"])
            figures_of = [
                count(values["releases"]),
                number(values["rmsle"]),
                number(values["line_rmsle"]),
                figure_cell(values["skill"], ends, number),
                number(values["volume_ratio"]),
                percent(values["coverage_90"]),
            ]
            groups.append(Group(horizon, feature_set, str(name), place, values["skill"], ends, figures_of))
    # Every feature set is tested on the same releases, so that groups stand in the same places.
    ticks = [name.removesuffix(" (untouched)") for name in dict.fromkeys(group.name for group in groups)]
    axes = Axes(f"by {message}", message, "skill over log_linear", ticks, message == "origin", level=0)
    heads = (
        f"{message} · features", "test releases", "RMSLE", "RMSLE log_linear", "skill", "Σ median / Σ true",
        "inside 90 %",
    )  # fmt: skip
    return subheading(f"By {message}") + _shown(message, axes, f"{SERVED} by {message}, streams in {{}}", heads, groups)


def coverage(evidence: Evidence) -> str:
    """How often the truth lay inside the intervals, by predicted size."""
    groups = []
    for one in judged(evidence.metrics, "streams", REFERENCE_DAY, SERVED, by="bucket"):
        inside = {level: one.get(f"coverage_{level}") for level in (80, 90)}
        ends = {level: share_interval(share * one.releases, one.releases) for level, share in inside.items()}
        figures_of = [
            count(one.releases),
            *(figure_cell(inside[level], ends[level], percent) for level in (80, 90)),
            *(number(one.get(name), 2) for name in ("log_width_90", "pinball_90")),
        ]
        name, place = decade_name(one.size or 0), one.size or 0
        groups.append(Group(one.horizon, one.feature_set, name, place, inside[90], ends[90], figures_of))
    axes = Axes("", "forecast streams, from", "inside the 90 % interval", _decades(groups), top=1.02, level=0.9)
    heads = (
        "forecast streams · features", "test releases", "inside 80 % interval", "inside 90 % interval",
        "width of the 90 %, log units", "its pinball loss, log units",
    )  # fmt: skip
    text = (
        "Intervals are calibrated on releases before each origin; here they meet releases after it. "
        f"{SERVED}, known at day {REFERENCE_DAY}, all origins. Sizes are those of the forecast, known when it "
        "is made. Dashed is what is promised. Intervals of the shares are Wilson's; they take releases of one week as "
        "independent, and are a little too narrow."
    )
    return section(
        "coverage",
        "Streams: do the intervals hold",
        paragraph(text),
        _shown("coverage", axes, "Coverage by forecast streams in {}", heads, groups),
    )


def best_possible(evidence: Evidence) -> str:
    """Distance to the forecast of someone who knows the demo world's law; a sentence elsewhere."""
    if evidence.truth is None:
        return section(
            "best", "Distance to the best possible", paragraph("Known only of a demo world; this home holds none.")
        )
    late = [pd.Timestamp(origin) for origin in evidence.untouched]
    body: list[list[Cell]] = []
    for feature_set, horizon, rows in cuts(evidence):
        for label, part in (("all origins", rows), ("untouched", rows[rows["origin_date"].isin(late)])):
            found = distance_to_best(part, evidence.truth)
            body.append(
                [
                    f"{horizon} days · {feature_set} · {label}",
                    count(found["releases"]),
                    number(found["best_rmsle"]),
                    number(found["rmsle"]),
                    figure_cell(found["ratio"], (found["lower"], found["upper"]), number),
                    number(found["line_rmsle"] / found["best_rmsle"]),
                ]
            )
    heads = (
        "horizon · features · origins",
        "test releases",
        "RMSLE best possible",
        f"RMSLE {SERVED}",
        "multiple of the best (95 %)",
        "multiple of log_linear",
    )
    text = (
        "The demo world was made by a known law. The best possible forecast is the mean of log(1 + streams) under "
        "that law, given each release's hidden strengths and its first seven days: what is left is chance, and no "
        "model can be expected below 1. Without VK's own streams (features tiktok) nobody could reach it. Only "
        "this page reads the truth."
    )
    caption = (
        f"RMSLE in log units, known at day {REFERENCE_DAY}, as multiples of the best possible on the same releases"
    )
    return section(
        "best", "Distance to the best possible", paragraph(text), table("best-possible", caption, heads, body)
    )
