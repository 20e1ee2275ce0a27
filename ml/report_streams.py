"""The report on stream totals: leader boards, errors by size, origin, genre and label."""

from collections.abc import Iterator

import pandas as pd

from ml.report_boards import Column, Judged, boards, cells, figure_cell, judged
from ml.report_charts import Axes, Curve, line_chart
from ml.report_data import LINE, STREAM_MODEL, Evidence
from ml.report_groups import at_day, beside_line, pooled, skill_by_group
from ml.report_html import (
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
GROUP_HEADS = ("test releases", "RMSLE", "RMSLE log_linear", "skill (95 %)", "Σ median / Σ true", "inside 90 %")


def stream_boards(evidence: Evidence) -> str:
    """Leader boards of all origins by horizon and as-of day, then those of the untouched origins."""
    text = (
        "RMSLE is the root mean squared error of log(1 + streams): 0.1 is about 10 % off. Skill is 1 − RMSLE / "
        "RMSLE of log_linear, the law of Szabo & Huberman, on the same releases: 0 is no better than the line, 1 "
        "is perfect. The remainder is what was still to come after the as-of day; a share of the total is known by "
        "then, and makes the total look easier than it is. Small figures are 95 % intervals."
    )
    return section(
        "streams", "Streams: leader boards", paragraph(text), *boards(evidence, "streams", BOARD, STREAM_MODEL)
    )


def cuts(evidence: Evidence) -> Iterator[tuple[str, int, pd.DataFrame]]:
    """The model's test forecasts beside the line's at the reference day: feature set, horizon, rows."""
    beside = beside_line(at_day(evidence.streams, REFERENCE_DAY))
    for (horizon, feature_set), rows in beside.groupby(["horizon_days", "feature_set"]):
        yield str(feature_set), int(str(horizon)), rows.reset_index(drop=True)


DECADES = ("0", "10", "100", "1 K", "10 K", "100 K", "1 M", "10 M", "100 M", "1 B", "10 B")


def decade_name(number_of: int) -> str:
    """A decade of streams in words."""
    return "below 10" if number_of == 0 else f"{10**number_of:,} to {10 ** (number_of + 1) - 1:,}"


def errors(evidence: Evidence) -> str:
    """Errors by true size, as-of day, origin, genre and label."""
    return section(
        "errors",
        "Streams: where the errors are",
        paragraph(
            f"{STREAM_MODEL} against {LINE}, known at day {REFERENCE_DAY}, all origins. Cuts by true size use what "
            "nobody knows in advance: among small totals more were over-forecast, among large ones under-forecast, so "
            "sums come out high below and low above. Groups under 30 releases are told together."
        ),
        _by_size(evidence),
        _by_day(evidence),
        _by_group(evidence, "origin", "by origin"),
        _by_group(evidence, "genre", "by genre"),
        _by_group(evidence, "label_name", "by label"),
    )


def _by_size(evidence: Evidence) -> str:
    metrics = evidence.metrics
    of_model = metrics[
        (metrics["task"] == "streams")
        & (metrics["model_name"] == STREAM_MODEL)
        & (metrics["as_of_day"] == REFERENCE_DAY)
        & metrics["metric_name"].str.contains(r"_decade_\d+$")
    ]
    split = of_model["metric_name"].str.extract(r"^(?P<metric>.*)_decade_(?P<decade>\d+)$")
    rows = of_model.assign(metric=split["metric"], decade=split["decade"].astype(int))
    parts, charts = [subheading("By decade of true size")], []
    columns = [column for column in BOARD if not column[0].startswith(("coverage", "skill_", "expected"))]
    for horizon, of_horizon in rows.groupby("horizon_days"):
        body: list[list[Cell]] = []
        curves = []
        for feature_set, of_set in of_horizon.groupby("feature_set"):
            sizes = []
            for place, of_size in of_set.groupby("decade"):
                size, releases = int(str(place)), int(of_size["release_count"].max())
                values = dict(zip(of_size["metric"], of_size["metric_value"], strict=True))
                one = Judged(str(feature_set), int(str(horizon)), REFERENCE_DAY, STREAM_MODEL, releases, values)
                body.append([f"{decade_name(size)} · {feature_set}", count(releases), *cells(one, columns)])
                sizes.append((size, one.get("rmsle")))
            curves.append(Curve(str(feature_set), *zip(*sizes, strict=True)))
        ticks = DECADES[: int(of_horizon["decade"].max()) + 1]
        charts.append(
            figure(
                line_chart(Axes(f"{horizon} days", "true streams, from", "RMSLE, log units", ticks, floor=0), curves),
                f"Error by decade of true streams in {horizon} days; counts in the table.",
            )
        )
        heads = ("true streams · features", "test releases", *(head for _, head, _ in columns))
        parts.append(table(f"size-{horizon}", f"{STREAM_MODEL} by true streams in {horizon} days", heads, body))
    return "".join([parts[0], figures(*charts), *parts[1:]])


def _by_day(evidence: Evidence) -> str:
    everyone, charts = judged(evidence.metrics, "streams"), []
    for horizon in sorted({one.horizon for one in everyone}):
        curves = []
        for feature_set in sorted({one.feature_set for one in everyone}):
            for model in (STREAM_MODEL, LINE):
                rows = [
                    one
                    for one in everyone
                    if (one.horizon, one.feature_set, one.model) == (horizon, feature_set, model)
                ]
                low, high = zip(*(one.ends("rmsle") for one in rows), strict=True)
                errors_of = [one.get("rmsle") for one in rows]
                curves.append(Curve(f"{model}, {feature_set}", [one.day for one in rows], errors_of, low, high))
        axes = Axes(f"{horizon} days", "as-of day", "RMSLE, log units", floor=0)
        releases = max(one.releases for one in everyone)
        caption = (
            f"Error by days known, streams in {horizon} days, up to {count(releases)} test releases, 95 % intervals."
        )
        charts.append(figure(line_chart(axes, curves), caption))
    return subheading("By as-of day") + figures(*charts)


def _by_group(evidence: Evidence, column: str, told: str) -> str:
    late = {str(origin) for origin in evidence.untouched}
    tables, charts = [], []
    by_horizon: dict[int, list[tuple[str, pd.DataFrame]]] = {}
    for feature_set, horizon, rows in cuts(evidence):
        group = rows["origin_date"].dt.date.astype(str) if column == "origin" else pooled(rows[column])
        by_horizon.setdefault(horizon, []).append((feature_set, skill_by_group(rows, group)))
    for horizon, sets in by_horizon.items():
        names = sorted({str(name) for _, found in sets for name in found.index})
        body: list[list[Cell]] = []
        curves = []
        for feature_set, found in sets:
            found.index = found.index.astype(str)
            places = [names.index(name) for name in found.index]
            ends = (found["lower"].tolist(), found["upper"].tolist())
            curves.append(Curve(feature_set, places, found["skill"].tolist(), *ends))
            for name, values in found.iterrows():
                shown = f"{name} (untouched)" if str(name) in late else str(name)
                body.append(
                    [
                        f"{shown} · {feature_set}",
                        count(values["releases"]),
                        number(values["rmsle"]),
                        number(values["line_rmsle"]),
                        figure_cell(values["skill"], (values["lower"], values["upper"]), number),
                        number(values["volume_ratio"]),
                        percent(values["coverage_90"]),
                    ]
                )
        axes = Axes(
            f"{horizon} days, {told}",
            told.removeprefix("by "),
            "skill over log_linear",
            names,
            column == "origin",
            level=0,
        )
        charts.append(
            figure(
                line_chart(axes, curves), f"Skill {told}, streams in {horizon} days, 95 % intervals; dashed: the line."
            )
        )
        heads = (f"{told.removeprefix('by ')} · features", *GROUP_HEADS)
        name = column.removesuffix("_name")
        tables.append(table(f"{name}-{horizon}", f"{STREAM_MODEL} {told}, streams in {horizon} days", heads, body))
    return subheading(told.capitalize()) + figures(*charts) + "".join(tables)
