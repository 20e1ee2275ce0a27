"""How good is it: the rolling backtest, and how the live forecasts have done."""

from typing import Any

import pandas as pd
import streamlit as st

from hitcast.desk import quality, quality_charts
from hitcast.desk.published import query
from hitcast.desk.view import chart, choose, count, decimal, say, share, table, word
from ml.splits import REFERENCE_DAY

KEYS = {"feature_sets": "feature_set", "as_of_days": "as_of_day", "horizons": "horizon"}


def show() -> None:
    """Draws the page."""
    st.title(say("performance.title"))
    offered = quality.choices()
    if offered.empty:
        st.info(say("performance.empty"))
    for _, row in offered.sort_values("task", ascending=False).iterrows():
        st.subheader(say(f"performance.{row['task']}"))
        chosen = _choose(row)
        if row["task"] == "streams":
            _show_streams(chosen)
        else:
            _show_classes(chosen)
    _show_live()
    board = quality.board()
    if len(board):
        with st.expander(say("performance.board")):
            kinds = {
                "task": "word",
                "metric_name": "text",
                "model_name": "word",
                "feature_set": "word",
                "as_of_day": "whole",
                "horizon_days": "whole",
                "metric_value": "small",
                "release_count": "whole",
            }
            table(board, kinds, say("performance.board"), "backtest_metrics")


def _choose(row: pd.Series) -> dict[str, Any]:
    chosen = {}
    for column, (lists, name) in zip(st.columns(3), KEYS.items(), strict=True):
        options = [one if isinstance(one, str) else int(one) for one in row[lists]]
        message = word if name == "feature_set" else str
        if REFERENCE_DAY in options and name == "as_of_day":
            st.session_state.setdefault(f"{row['task']}_{name}", REFERENCE_DAY)
        with column:
            chosen[name] = choose(say(name), options, f"{row['task']}_{name}", message)
    return chosen


def _show_streams(chosen: dict[str, Any]) -> None:
    by_origin = quality.errors_by_origin(**chosen)
    if by_origin.empty:
        st.info(say("performance.no_choice"))
        return
    mean = by_origin.groupby("model_name")["rmsle"].mean()
    message = say(
        "performance.origin_told",
        model=decimal(mean.get("hitcast"), 3),
        line=decimal(mean.get("log_linear"), 3),
        origins=by_origin["origin_date"].nunique(),
        releases=count(by_origin.groupby("model_name")["release_count"].sum().max()),
    )
    title = say("performance.origin")
    chart(quality_charts.by_origin(by_origin), message, by_origin, title, "errors_by_origin")
    left, right = st.columns(2)
    with left:
        by_size = quality.errors_by_size(**chosen)
        model_rows = by_size[by_size["model_name"] == "hitcast"]
        title = say("performance.size")
        message = say(
            "performance.size_told",
            small=share(model_rows["median_error"].iloc[0] if len(model_rows) else None),
            large=share(model_rows["median_error"].iloc[-1] if len(model_rows) else None),
        )
        chart(quality_charts.by_size(by_size), message, by_size, title, "errors_by_size")
    with right:
        covered = quality.coverage_by_size(**chosen)
        title = say("performance.coverage")
        if covered.empty:
            st.info(say("performance.no_intervals"))
            return
        weighted = covered.assign(inside=covered["covered"] * covered["release_count"]).groupby("level")
        overall = weighted["inside"].sum() / weighted["release_count"].sum()
        message = say("performance.coverage_told", of_80=share(overall.get(80)), of_90=share(overall.get(90)))
        chart(quality_charts.coverage(covered), message, covered, title, "coverage_by_size")


def _show_classes(chosen: dict[str, Any]) -> None:
    curve = quality.calibration(**chosen)
    if curve.empty:
        st.info(say("performance.no_choice"))
        return
    model_rows = curve[curve["model_name"] == "hitcast"]
    gap = (model_rows["forecast_share"] - model_rows["actual_share"]).abs()
    error = (gap * model_rows["release_count"]).sum() / max(model_rows["release_count"].sum(), 1)
    title = say("performance.calibration")
    message = say("performance.calibration_told", gap=share(error), releases=count(model_rows["release_count"].sum()))
    chart(quality_charts.calibration(curve), message, curve, title, "calibration")

    published = query("from promotion_costs limit 1")
    own = float(published["false_positive_cost"].iloc[0] / published["false_negative_cost"].iloc[0])
    st.session_state.setdefault("cost_ratio", min(max(round(own * 2) / 2, 0.5), 20.0))
    ratio = st.slider(
        say("performance.ratio"), 0.5, 20.0, step=0.5, key="cost_ratio", help=say("performance.ratio_help")
    )
    costs = quality.costs(ratio, "hitcast", **chosen)
    here = costs[costs["ratio"] == ratio].set_index("strategy")

    def cost(strategy: str) -> str:
        return decimal(here["cost"].get(strategy), 1)

    message = say(
        "performance.costs_told",
        ratio=decimal(ratio, 1),
        model=cost("model"),
        line=cost("log_linear"),
        none=cost("none"),
        promoted=count(here["promoted"].get("model")),
        hits=count(here["hits"].get("model")),
        high=count(here["high_count"].get("model")),
        releases=count(here["release_count"].get("model")),
    )
    title = say("performance.costs_title")
    chart(quality_charts.costs(costs, ratio), message, costs, title, "costs")


def _show_live() -> None:
    st.subheader(say("performance.live"))
    live = quality.live_errors()
    if live.empty:
        st.info(say("performance.no_live"))
        return
    errors = live[(live["metric_name"] == "rmsle") & (live["task"] == "streams")]
    if len(errors):
        # the board below has the other as-of days
        (shown,) = errors.iloc[(errors["as_of_day"] - REFERENCE_DAY).abs().argsort(kind="stable")[:1]]["as_of_day"]
        errors = errors[errors["as_of_day"] == shown]
        title = say("performance.live_title", days=int(shown))
        last = errors.iloc[-1]
        message = say(
            "performance.live_told",
            value=decimal(last["metric_value"], 3),
            month=f"{last['release_month']:%m.%Y}",
            days=int(last["horizon_days"]),
            releases=count(last["release_count"]),
        )
        chart(quality_charts.live(errors), message, errors, title, "live_errors")
    kinds = {
        "release_month": "day",
        "task": "word",
        "horizon_days": "whole",
        "as_of_day": "whole",
        "model_name": "text",
        "metric_name": "text",
        "metric_value": "small",
        "release_count": "whole",
    }
    table(live, kinds, say("performance.live"), "live")


if __name__ == "__main__":
    show()
