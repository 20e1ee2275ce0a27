"""Data: how fresh it is, what is missing, what was rejected, what has drifted, what is published."""

import altair as alt
import streamlit as st

from hitcast.desk import charts
from hitcast.desk.published import query
from hitcast.desk.view import chart, count, day, many, moment, say, table, word

SHOWN_DAYS = 90
SHOWN_FEATURES = 15

FRESHNESS = """
    select
        raw_table,
        min(delivered_day) as first_day,
        max(delivered_day) filter (is_delivered) as last_day,
        count(*) filter (is_delivered) as delivered_count,
        count(*) filter (not is_delivered) as missing_count,
        sum(row_count)::bigint as row_count,
        max(delivered_at) as delivered_at
    from delivered_days
    group by raw_table
    order by raw_table
"""
GAPS = """
    with missing as (
        select
            raw_table,
            delivered_day,
            delivered_day
            - cast(row_number() over (partition by raw_table order by delivered_day) as integer) as island
        from delivered_days
        where not is_delivered
    )
    select raw_table, min(delivered_day) as first_day, max(delivered_day) as last_day, count(*) as missing_count
    from missing
    group by raw_table, island
    order by last_day desc, raw_table
"""
RECENT = """
    select raw_table, delivered_day, is_delivered, row_count
    from delivered_days
    where delivered_day > (select max(delivered_day) from delivered_days) - cast($days as integer)
    order by raw_table, delivered_day
"""
REJECTED = """
    select
        raw_table,
        reason,
        sum(row_count)::bigint as row_count,
        count(distinct file_name) as file_count,
        max(delivered_at) as delivered_at
    from rejected_rows
    group by raw_table, reason
    order by row_count desc, raw_table, reason
"""
DRIFT = """
    select *, stability_index / nullif(index_limit, 0) as limit_rows
    from feature_drift
    order by is_main desc, limit_rows desc nulls last, feature_name
"""


def show() -> None:
    """Draws the page."""
    st.title(say("data.title"))
    _show_freshness()
    _show_rejects()
    _show_drift()
    st.subheader(say("data.published"))
    kinds = {
        "table_name": "text",
        "row_count": "whole",
        "data_through_date": "day",
        "published_at": "moment",
        "previous_published_at": "moment",
        "model_name": "text",
        "run_id": "text",
    }
    table(query("from publish_info order by table_name"), kinds, say("data.published"), "published")


def _show_freshness() -> None:
    st.subheader(say("data.freshness"))
    fresh = query(FRESHNESS)
    if fresh.empty:
        st.info(say("data.no_days"))
        return
    fresh["table_told"] = fresh["raw_table"].map(word)
    kinds = {
        "table_told": "text",
        "last_day": "day",
        "delivered_at": "moment",
        "first_day": "day",
        "delivered_count": "whole",
        "missing_count": "whole",
        "row_count": "many",
    }
    table(fresh, kinds, say("data.freshness"), "freshness")
    recent = query(RECENT, days=SHOWN_DAYS)
    for raw_table, rows in recent.groupby("raw_table"):
        missing = int((~rows["is_delivered"]).sum())
        title = say("data.days_title", table=word(raw_table), days=SHOWN_DAYS)
        message = say(
            "data.days_told",
            first=day(rows["delivered_day"].min()),
            last=day(rows["delivered_day"].max()),
            middle=many(rows.loc[rows["is_delivered"], "row_count"].median()),
            missing=missing,
        )
        names = {say("data.delivered"): charts.BLUE, say("data.missing_day"): charts.ORANGE}
        described_rows = rows.assign(series=rows["is_delivered"].map(dict(zip((True, False), names, strict=True))))
        base = alt.Chart(described_rows).encode(
            x=alt.X("delivered_day:T", axis=charts.day_axis(say("axis.day"))), color=charts.colors(names)
        )
        bars = base.encode(y=alt.Y("row_count:Q", axis=charts.streams_axis(say("axis.rows")))).mark_bar(size=4)
        gaps = (
            base.transform_filter("!datum.is_delivered")
            .encode(y=alt.datum(0))
            .mark_point(shape="triangle-up", size=70, filled=True)
        )
        chart(charts.framed([bars, gaps], 240), message, rows, title, f"days_{raw_table}")
    st.subheader(say("data.missing"))
    gaps = query(GAPS)
    if gaps.empty:
        st.info(say("data.none_missing"))
        return
    gaps["table_told"] = gaps["raw_table"].map(word)
    kinds = {"table_told": "text", "first_day": "day", "last_day": "day", "missing_count": "whole"}
    table(gaps, kinds, say("data.missing"), "missing_days")


def _show_rejects() -> None:
    st.subheader(say("data.rejects"))
    rejected = query(REJECTED)
    if rejected.empty:
        st.info(say("data.no_rejects"))
        return
    rejected["table_told"] = rejected["raw_table"].map(word)
    st.caption(say("data.rejects_told", rows=count(rejected["row_count"].sum())))
    kinds = {
        "table_told": "text",
        "reason": "text",
        "row_count": "whole",
        "file_count": "whole",
        "delivered_at": "moment",
    }
    table(rejected, kinds, say("data.rejects"), "rejects")
    with st.expander(say("data.by_file")):
        by_file = query("from rejected_rows order by delivered_at desc, row_count desc limit 1000")
        kinds = {"file_name": "text", "reason": "text", "row_count": "whole", "delivered_at": "moment"}
        table(by_file, kinds, say("data.by_file"), "rejects_by_file")


def _show_drift() -> None:
    st.subheader(say("data.drift"))
    drift = query(DRIFT)
    if drift.empty:
        st.info(say("data.no_drift"))
        return
    shown = drift.head(SHOWN_FEATURES)
    beyond = int((drift["is_main"] & (drift["limit_rows"] > 1)).sum())
    title = say("data.drift_title")
    message = say(
        "data.drift_told",
        beyond=beyond,
        main=int(drift["is_main"].sum()),
        releases=count(drift["recent_release_count"].max()),
        moment=moment(drift["computed_at"].max()),
    )
    within, over = say("data.within"), say("data.beyond")
    color = charts.colors({within: charts.BLUE, over: charts.ORANGE})
    features = alt.Y("feature_name:N", sort=None, axis=alt.Axis(title=None, labelLimit=150))
    bars = (
        alt.Chart(shown.assign(series=[over if one > 1 else within for one in shown["limit_rows"]]))
        .encode(
            x=alt.X("stability_index:Q", axis=charts.plain_axis(say("axis.drift"), tickCount=5)),
            y=features,
            color=color,
        )
        .mark_bar()
    )
    limits = alt.Chart(shown).encode(x="index_limit:Q", y=features).mark_tick(color=charts.VIOLET, thickness=3, size=16)
    drawn = charts.framed([bars, limits], 26 * len(shown) + 140)
    chart(drawn, message, drift, title, "drift")
    drift["main_told"] = ["yes" if one else "no" for one in drift["is_main"]]
    kinds = {
        "feature_name": "text",
        "stability_index": "small",
        "index_limit": "small",
        "main_told": "word",
        "recent_release_count": "whole",
        "computed_at": "moment",
    }
    with st.expander(say("data.all_features")):
        table(drift, kinds, say("data.all_features"), "drift_features")


if __name__ == "__main__":
    show()
