"""Charts of "How good is it"."""

import altair as alt
import pandas as pd

from hitcast.desk.charts import (
    BLUE,
    GREY,
    MODEL_COLORS,
    ORANGE,
    PALE,
    colors,
    day_axis,
    framed,
    plain_axis,
    share_axis,
)
from hitcast.desk.view import many, say

WHOLE = alt.Scale(domain=[0, 1])


def _by_model(rows: pd.DataFrame) -> tuple[pd.DataFrame, alt.Color]:
    """The rows with each model's name as the reader sees it, and their colors."""
    named = {model: say(f"model.{model}") for model in sorted(rows["model_name"].unique()) if model in MODEL_COLORS}
    shown = rows[rows["model_name"].isin(list(named))]
    return shown.assign(series=shown["model_name"].map(named)), colors(
        {message: MODEL_COLORS[model] for model, message in named.items()}
    )


def by_origin(rows: pd.DataFrame) -> alt.LayerChart:
    """Error of each model over the origins."""
    shown, color = _by_model(rows)
    lines = (
        alt.Chart(shown)
        .encode(
            x=alt.X("origin_date:T", axis=day_axis(say("axis.origin"))),
            y=alt.Y("rmsle:Q", axis=plain_axis(say("axis.rmsle")), scale=alt.Scale(zero=True)),
            color=color,
            tooltip=["series:N", "origin_date:T", alt.Tooltip("rmsle:Q", format=".3f"), "release_count:Q"],
        )
        .mark_line(point={"size": 60, "filled": True})
    )
    return framed([lines], 320)


def _decades(rows: pd.DataFrame, title: str) -> tuple[pd.DataFrame, alt.X]:
    """The rows with their decade in words, from the smallest to the largest."""
    message = {decade: f"{many(10**decade)} – {many(10 ** (decade + 1))}" for decade in sorted(rows["decade"].unique())}
    axis = alt.Axis(title=title, labelAngle=-35, labelOverlap=False)
    return rows.assign(size=rows["decade"].map(message)), alt.X("size:N", sort=list(message.values()), axis=axis)


def by_size(rows: pd.DataFrame) -> alt.LayerChart:
    """Median error of each model by decade of true size."""
    shown, color = _by_model(rows)
    shown, sizes = _decades(shown, say("axis.size"))
    bars = (
        alt.Chart(shown)
        .encode(
            x=sizes,
            xOffset=alt.XOffset("series:N"),
            y=alt.Y("median_error:Q", axis=share_axis(say("axis.median_error"))),
            color=color,
            tooltip=["series:N", "size:N", alt.Tooltip("median_error:Q", format=".0%"), "release_count:Q"],
        )
        .mark_bar()
    )
    return framed([bars], 400)


def coverage(rows: pd.DataFrame) -> alt.LayerChart:
    """Share of totals inside the intervals by decade of forecast size, beside what they promise."""
    names = {80: say("interval_80"), 90: say("interval_90")}
    shown, sizes = _decades(rows.assign(series=rows["level"].map(names)), say("axis.forecast_size"))
    color = colors({names[80]: PALE, names[90]: BLUE})
    points = (
        alt.Chart(shown)
        .encode(
            x=sizes,
            xOffset=alt.XOffset("series:N"),
            y=alt.Y("covered:Q", axis=share_axis(say("axis.covered")), scale=WHOLE),
            color=color,
            tooltip=["series:N", "size:N", alt.Tooltip("covered:Q", format=".0%"), "release_count:Q"],
        )
        .mark_bar()
    )
    promised = pd.DataFrame({"promised": [0.8, 0.9]})
    rules = alt.Chart(promised).encode(y="promised:Q").mark_rule(strokeDash=[4, 3], color=GREY, size=1.5)
    return framed([points, rules], 400)


def calibration(rows: pd.DataFrame) -> alt.LayerChart:
    """How often the top class came, by its forecast chance; on the dashed line the two agree."""
    shown, color = _by_model(rows)
    base = alt.Chart(shown).encode(
        x=alt.X("forecast_share:Q", axis=share_axis(say("axis.forecast_share")), scale=WHOLE),
        y=alt.Y("actual_share:Q", axis=share_axis(say("axis.actual_share")), scale=WHOLE),
        color=color,
        tooltip=[
            "series:N",
            alt.Tooltip("forecast_share:Q", format=".0%"),
            alt.Tooltip("actual_share:Q", format=".0%"),
            "release_count:Q",
        ],
    )
    sizes = alt.Size("release_count:Q", legend=None, scale=alt.Scale(type="sqrt", range=[25, 500]))
    points = base.encode(size=sizes).mark_point(filled=True, opacity=0.9)
    agreed = pd.DataFrame({"forecast_share": [0.0, 1.0], "actual_share": [0.0, 1.0]})
    line = alt.Chart(agreed).encode(x="forecast_share:Q", y="actual_share:Q").mark_line(strokeDash=[4, 3], color=GREY)
    return framed([line, base.mark_line(opacity=0.5), points], 400)


def costs(rows: pd.DataFrame, ratio: float) -> alt.LayerChart:
    """Cost per 100 releases of each way to decide over the cost ratio; the reader's own is marked."""
    names = {strategy: say(f"strategy.{strategy}") for strategy in ("model", "log_linear", "none")}
    color = colors({names["model"]: BLUE, names["log_linear"]: ORANGE, names["none"]: GREY}, columns=1)
    lines = (
        alt.Chart(rows.assign(series=rows["strategy"].map(names)))
        .encode(
            x=alt.X("ratio:Q", axis=plain_axis(say("axis.ratio"))),
            y=alt.Y("cost:Q", axis=plain_axis(say("axis.cost"))),
            color=color,
            tooltip=["series:N", "ratio:Q", alt.Tooltip("cost:Q", format=".1f")],
        )
        .mark_line(size=2.5)
    )
    own = alt.Chart(pd.DataFrame({"ratio": [ratio]})).encode(x="ratio:Q").mark_rule(strokeDash=[4, 3], color=GREY)
    return framed([lines, own], 380)


def live(rows: pd.DataFrame) -> alt.LayerChart:
    """Live error by month of release and horizon."""
    horizons = sorted(rows["horizon_days"].unique())
    names = {horizon: say("release.days", days=horizon) for horizon in horizons}
    shades = (BLUE, ORANGE, GREY, PALE)
    color = colors({names[horizon]: shades[place % 4] for place, horizon in enumerate(horizons)})
    bars = (
        alt.Chart(
            rows.assign(
                series=rows["horizon_days"].map(names),
                month=rows["release_month"].dt.strftime("%m.%Y"),
            )
        )
        .encode(
            x=alt.X("month:N", sort=None, axis=alt.Axis(title=say("axis.month"), labelAngle=0)),
            xOffset=alt.XOffset("series:N"),
            y=alt.Y("metric_value:Q", axis=plain_axis(say("axis.rmsle"))),
            color=color,
        )
        .mark_bar(size=18)
    )
    return framed([bars], 320)
