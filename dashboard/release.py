"""Release: one release's forecasts, why, and how they moved."""

import pandas as pd
import streamlit as st

from dashboard.published import query


def show() -> None:
    """Draws the page."""
    st.title("Release")
    releases = query(
        """
        select release_id, any_value(artist_name || ': ' || release_title) as name, any_value(release_date) as released
        from release_predictions
        group by release_id
        order by released desc, name
        """
    )
    if releases.empty:
        st.info("Nothing is forecast yet.")
        return
    names = dict(zip(releases["release_id"], releases["name"], strict=True))
    release_id = st.selectbox("Release", list(names), format_func=names.__getitem__)
    forecasts = query(
        "from release_predictions where release_id = $release_id order by horizon_days", release_id=release_id
    )
    first = forecasts.iloc[0]
    st.caption(
        f"{first['label_name']}, {first['genre']}, out {first['release_date']:%d %b %Y}; "
        f"forecast on {first['as_of_day']} days of data through {first['data_through_date']:%d %b %Y}."
    )
    for column, (_, row) in zip(st.columns(len(forecasts)), forecasts.iterrows(), strict=True):
        with column:
            st.metric(f"VK streams in {row['horizon_days']} days", f"{row['predicted_streams']:,.0f}")
            st.write(f"80 % between {row['lower_80']:,.0f} and {row['upper_80']:,.0f}")
            actual = row["actual_streams"]
            st.write("actual not yet known" if pd.isna(actual) else f"actual {actual:,.0f}")
    st.write(f"Class **{first['predicted_class']}**, probability of high {first['probability_high']:.0%}.")
    st.subheader("What moved the forecast")
    drivers = query(
        """
        select horizon_days, feature_description as reason, feature_value as value, effect
        from prediction_drivers
        where release_id = $release_id and run_id = $run_id
        order by horizon_days, driver_rank
        """,
        release_id=release_id,
        run_id=first["run_id"],
    )
    st.dataframe(
        drivers,
        hide_index=True,
        column_config={
            "horizon_days": "Horizon, days",
            "reason": st.column_config.TextColumn("Feature", width="large"),
            "value": "Value",
            "effect": st.column_config.NumberColumn("Effect on the forecast", format="percent"),
        },
    )
    st.subheader("History of the forecast")
    history = query(
        """
        select as_of_date, horizon_days, as_of_day, predicted_streams, lower_80, upper_80, model_name, predicted_at
        from prediction_history
        where release_id = $release_id
        order by as_of_date, predicted_at, horizon_days
        """,
        release_id=release_id,
    )
    st.dataframe(history, hide_index=True)
    st.download_button("Download history as CSV", history.to_csv(index=False), f"{release_id}.csv", "text/csv")
