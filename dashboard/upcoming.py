"""Upcoming: releases whose window is still open, the most promising first."""

import streamlit as st

from dashboard.published import query

COLUMNS = {
    "artist_name": st.column_config.TextColumn("Artist"),
    "release_title": st.column_config.TextColumn("Release"),
    "release_date": st.column_config.DateColumn("Out", format="DD MMM YYYY"),
    "as_of_day": st.column_config.NumberColumn("Days known"),
    "predicted_streams": st.column_config.NumberColumn("Forecast, streams", format="compact"),
    "lower_80": st.column_config.NumberColumn("80 % from", format="compact"),
    "upper_80": st.column_config.NumberColumn("80 % to", format="compact"),
    "predicted_class": st.column_config.TextColumn("Class"),
    "probability_high": st.column_config.NumberColumn("P(high)", format="percent"),
    "is_promotion_candidate": st.column_config.CheckboxColumn("Promote"),
    "genre": st.column_config.TextColumn("Genre"),
    "label_name": st.column_config.TextColumn("Label"),
    "main_drivers": st.column_config.TextColumn("Why", width="large"),
}


def show() -> None:
    """Draws the page."""
    st.title("Upcoming releases")
    forecasts = query("from release_predictions where actual_streams is null order by predicted_streams desc")
    if forecasts.empty:
        st.info("No release is out that is not yet mature. The next one appears here after its first day on TikTok.")
        return
    horizons = sorted(forecasts["horizon_days"].unique(), reverse=True)
    horizon, genre, label, search = st.columns(4)
    with horizon:
        days = st.selectbox("Horizon, days", horizons)
    with genre:
        genres = st.multiselect("Genre", sorted(forecasts["genre"].unique()))
    with label:
        labels = st.multiselect("Label", sorted(forecasts["label_name"].unique()))
    with search:
        words = st.text_input("Search artist or release")
    shown = forecasts[forecasts["horizon_days"] == days]
    if genres:
        shown = shown[shown["genre"].isin(genres)]
    if labels:
        shown = shown[shown["label_name"].isin(labels)]
    if words:
        names = shown["artist_name"] + " " + shown["release_title"]
        shown = shown[names.str.contains(words, case=False, regex=False)]
    through = forecasts["data_through_date"].max()
    candidates = int(shown["is_promotion_candidate"].sum())
    st.caption(
        f"{len(shown)} releases, {candidates} worth promoting. VK streams in {days} days, "
        f"data through {through:%d %b %Y}."
    )
    if shown.empty:
        st.info("No release matches these filters.")
        return
    st.dataframe(shown[list(COLUMNS)], column_config=COLUMNS, hide_index=True)
    st.download_button("Download as CSV", shown.to_csv(index=False), "upcoming.csv", "text/csv")
