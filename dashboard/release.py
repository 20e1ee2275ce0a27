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
    if pd.isna(first["predicted_streams"]):
        st.warning(f"No forecast: {first['refusal']}.")
    else:
        _show_forecasts(forecasts)
        _show_reasons(release_id, first["run_id"])
        _show_similar(release_id, first["run_id"])
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


def _show_forecasts(forecasts: pd.DataFrame) -> None:
    for column, (_, row) in zip(st.columns(len(forecasts)), forecasts.iterrows(), strict=True):
        with column:
            st.metric(f"VK streams in {row['horizon_days']} days", f"{row['predicted_streams']:,.0f}")
            st.write(f"80 % between {row['lower_80']:,.0f} and {row['upper_80']:,.0f}")
            actual = row["actual_streams"]
            st.write("actual not yet known" if pd.isna(actual) else f"actual {actual:,.0f}")
    first = forecasts.iloc[0]
    st.write(f"Class **{first['predicted_class']}**, probability of high {first['probability_high']:.0%}.")


def _show_reasons(release_id: str, run_id: str) -> None:
    st.subheader("Why")
    drivers = query(
        """
        select horizon_days, driver_kind, reason
        from prediction_drivers
        where release_id = $release_id and run_id = $run_id
        order by horizon_days, driver_kind, driver_rank
        """,
        release_id=release_id,
        run_id=run_id,
    )
    if drivers.empty:
        st.info("Nothing sets this release apart: the forecast is that of a typical one.")
        return
    st.caption("What was seen, and what it does to the forecast against a typical release.")
    horizons = drivers["horizon_days"].unique()
    for column, horizon in zip(st.columns(len(horizons)), horizons, strict=True):
        of_horizon = drivers[drivers["horizon_days"] == horizon]
        with column:
            st.write(f"**{horizon} days**")
            # plain text: names come from catalogues and may hold what Markdown would take for its own
            st.text(_listed(of_horizon[of_horizon["driver_kind"] == "feature"]["reason"]))
            with st.expander("All that is known, by kind"):
                st.text(_listed(of_horizon[of_horizon["driver_kind"] == "group"]["reason"]))


def _listed(reasons: pd.Series) -> str:
    return "\n".join(f"• {reason}" for reason in reasons)


def _show_similar(release_id: str, run_id: str) -> None:
    st.subheader("Past releases that began alike")
    similar = query(
        """
        select
            similarity_rank, artist_name || ': ' || release_title as name, release_date, horizon_days, streams, distance
        from similar_releases
        where release_id = $release_id and run_id = $run_id
        order by similarity_rank, horizon_days
        """,
        release_id=release_id,
        run_id=run_id,
    )
    if similar.empty:
        st.info("No earlier release whose outcome is known has enough in common with this one.")
        return
    for horizon, streams in similar.groupby("horizon_days")["streams"]:
        st.write(
            f"In {horizon} days they had between {streams.min():,.0f} and {streams.max():,.0f} VK streams, "
            f"{streams.median():,.0f} in the middle."
        )
    outcomes = similar.pivot_table(
        index=["similarity_rank", "name", "release_date", "distance"], columns="horizon_days"
    )
    table = outcomes["streams"].add_prefix("streams ").reset_index()
    columns = {
        "similarity_rank": st.column_config.NumberColumn("Place"),
        "name": st.column_config.TextColumn("Release", width="large"),
        "release_date": st.column_config.DateColumn("Out", format="DD MMM YYYY"),
        "distance": st.column_config.NumberColumn("Distance", format="%.2f", help="0: the first days were the same"),
    }
    horizons = similar["horizon_days"].unique()
    columns |= {f"streams {days}": st.column_config.NumberColumn(f"VK streams in {days} days") for days in horizons}
    st.dataframe(table, hide_index=True, column_config=columns)
