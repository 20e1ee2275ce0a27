"""How good is it: the latest backtest and live errors."""

import streamlit as st

from dashboard.published import query


def show() -> None:
    """Draws the page."""
    st.title("How good is it")
    performance = query("from model_performance")
    backtest = performance[performance["evaluation"] == "backtest"]
    if backtest.empty:
        st.info("No backtest was run yet: `hitcast backtest`, then `hitcast run`.")
    for task, title in (("streams", "Stream totals"), ("classes", "Commercial classes")):
        rows = backtest[backtest["task"] == task]
        if rows.empty:
            continue
        st.subheader(title)
        day, horizon, features = st.columns(3)
        with day:
            as_of_day = st.selectbox("Days known", sorted(rows["as_of_day"].unique(), reverse=True), key=f"{task} day")
        with horizon:
            days = st.selectbox("Horizon, days", sorted(rows["horizon_days"].unique()), key=f"{task} horizon")
        with features:
            feature_set = st.selectbox("Features", sorted(rows["feature_set"].unique()), key=f"{task} features")
        chosen = rows[
            (rows["as_of_day"] == as_of_day) & (rows["horizon_days"] == days) & (rows["feature_set"] == feature_set)
        ]
        board = chosen.pivot_table(index="model_name", columns="metric_name", values="metric_value")
        st.dataframe(board)
        st.download_button("Download as CSV", board.to_csv(), f"{task}.csv", "text/csv", key=f"{task} csv")
    live = performance[performance["evaluation"] == "live"]
    st.subheader("Live forecasts")
    if live.empty:
        st.info("No forecast has met its actual total yet.")
    else:
        st.dataframe(live, hide_index=True)
