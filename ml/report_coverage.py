"""The report on what is certain: whether intervals hold, and the distance to the best possible forecast."""

import pandas as pd

from ml.report_boards import figure_cell
from ml.report_charts import Axes, Curve, line_chart
from ml.report_data import STREAM_MODEL, Evidence
from ml.report_groups import coverage_by_size, distance_to_best
from ml.report_html import Cell, count, figure, figures, number, paragraph, percent, section, table
from ml.report_streams import DECADES, cuts, decade_name
from ml.splits import REFERENCE_DAY


def coverage(evidence: Evidence) -> str:
    """How often the truth lay inside the intervals, by predicted size."""
    charts, tables = [], []
    by_horizon: dict[int, list[tuple[str, pd.DataFrame]]] = {}
    for feature_set, horizon, rows in cuts(evidence):
        by_horizon.setdefault(horizon, []).append((feature_set, coverage_by_size(rows)))
    for horizon, sets in by_horizon.items():
        body: list[list[Cell]] = []
        curves = []
        for feature_set, found in sets:
            ends = (found["lower_90"].tolist(), found["upper_90"].tolist())
            curves.append(Curve(feature_set, found.index.tolist(), found["coverage_90"].tolist(), *ends))
            for place, values in found.iterrows():
                cells: list[Cell] = [f"{decade_name(int(str(place)))} · {feature_set}", count(values["releases"])]
                for level in (80, 90):
                    low, high = values[f"lower_{level}"], values[f"upper_{level}"]
                    cells.append(figure_cell(values[f"coverage_{level}"], (low, high), percent))
                body.append(cells)
        most = max(int(found.index.max()) for _, found in sets)
        axes = Axes(
            f"{horizon} days",
            "forecast streams, from",
            "inside the 90 % interval",
            DECADES[: most + 1],
            top=1.02,
            level=0.9,
        )
        charts.append(
            figure(line_chart(axes, curves), f"Coverage by forecast size, {horizon} days; dashed: what is promised.")
        )
        heads = ("forecast streams · features", "test releases", "inside 80 % interval", "inside 90 % interval")
        tables.append(table(f"coverage-{horizon}", f"Coverage by forecast streams in {horizon} days", heads, body))
    text = (
        "Intervals are calibrated on releases before each origin; here they meet releases after it. "
        f"{STREAM_MODEL}, known at day {REFERENCE_DAY}, all origins. Sizes are those of the forecast, known when it "
        "is made. Intervals of the shares are Wilson's; they take releases of one week as independent, and are a "
        "little too narrow."
    )
    return section("coverage", "Streams: do the intervals hold", paragraph(text), figures(*charts), *tables)


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
        f"RMSLE {STREAM_MODEL}",
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
