"""Release: one release's forecasts, why, what became of its like, and how the forecast moved."""

import pandas as pd
import streamlit as st

from hitcast.desk import address, charts
from hitcast.desk.published import query
from hitcast.desk.view import chart, day, heading, many, say, share, table, watch_button, word

FOUND = 100
"""Releases that the list offers; a search narrows it."""

HISTORY = {
    "as_of_date": "day",
    "horizon_days": "whole",
    "as_of_day": "whole",
    "known_streams": "many",
    "predicted_streams": "many",
    "lower_80": "many",
    "upper_80": "many",
    "lower_90": "many",
    "upper_90": "many",
    "predicted_class": "word",
    "probability_high": "share",
    "actual_streams": "many",
    "model_name": "text",
    "predicted_at": "moment",
}
OFFERED = """
    select release_id, coalesce(artist_name, '?') || ': ' || coalesce(release_title, '?') as name
    from release_predictions
    where contains(lower(concat_ws(' ', artist_name, release_title, release_id)), lower($search))
    group by all
    order by max(release_date) desc, max(expected_streams) desc nulls last, release_id
    limit $found
"""


def show() -> None:
    """Draws the page."""
    st.title(say("release.title"))
    release_id = _choose()
    if release_id is None:
        return
    forecasts = query(
        "from release_predictions where release_id = $release_id order by horizon_days", release_id=release_id
    )
    if forecasts.empty:
        st.warning(say("release.unknown"))
        st.text(release_id)
        return
    # the longest window is the last to end: its row knows most days
    newest = forecasts.iloc[-1]
    heading(f"{_message(newest['artist_name'])}: {_message(newest['release_title'])}")
    # text, not Markdown: labels and genres come from catalogs
    about = say(
        "release.about",
        label=_message(newest["label_name"]),
        genre=word(newest["genre"]),
        released=day(newest["release_date"]),
        known=int(newest["as_of_day"]),
        day=day(newest["data_through_date"]),
    )
    st.text(about)
    watch_button(release_id)
    history = query(
        """
        from prediction_history
        where release_id = $release_id
        order by as_of_date, predicted_at, horizon_days
        """,
        release_id=release_id,
    )
    if pd.isna(newest["predicted_streams"]):
        st.warning(say("release.refused"))
        st.text(_message(newest["refusal"]))
    else:
        _show_forecasts(forecasts)
        _show_fan(forecasts, history, release_id)
        _show_reasons(release_id, newest["run_id"])
        _show_similar(release_id, newest["run_id"])
    st.subheader(say("release.history"))
    if history.empty:
        st.info(say("release.no_history"))
    else:
        table(history, HISTORY, say("release.history"), f"history_{release_id}")


def _message(value: object) -> str:
    return str(value) if isinstance(value, str) and value else "?"


def _choose() -> str | None:
    """The release that the address names, or that the reader picks from the list."""
    asked = address.value("release")

    def find() -> None:
        found = query(OFFERED, search=st.session_state["release_search"].strip(), found=FOUND)
        # several are for the reader to choose from
        if len(found) == 1:
            address.put("release", [found["release_id"].iloc[0]])

    search = st.text_input(say("search"), key="release_search", placeholder=say("search_hint"), on_change=find).strip()
    offered = query(OFFERED, search=search, found=FOUND)
    if offered.empty and not search:
        st.info(say("release.empty"))
        return None
    if offered.empty:
        st.info(say("release.no_match"))
        return asked or None
    names = dict(zip(offered["release_id"], offered["name"], strict=True))
    if asked and asked not in names:
        named = query(
            "select any_value(artist_name || ': ' || release_title) as name from release_predictions "
            "where release_id = $release_id having count(*) > 0",
            release_id=asked,
        )
        names = {asked: _message(named["name"].iloc[0]) if len(named) else asked} | names
    ids = list(names)
    key = "release_picked"
    # the address leads: a link may have brought the reader here
    st.session_state[key] = asked if asked in names else ids[0]

    def pick() -> None:
        address.put("release", [st.session_state[key]])

    picked: str = st.selectbox(
        say("release.pick"), ids, key=key, format_func=names.__getitem__, on_change=pick, help=say("release.pick_help")
    )
    address.put("release", [picked])
    return picked


def _show_forecasts(forecasts: pd.DataFrame) -> None:
    for column, (_, row) in zip(st.columns(len(forecasts)), forecasts.iterrows(), strict=True):
        with column:
            st.metric(say("release.total", days=row["horizon_days"]), many(row["predicted_streams"]))
            actual, before = row["actual_streams"], row["previous_predicted_streams"]
            lines = [
                say("release.interval", level=80, lower=many(row["lower_80"]), upper=many(row["upper_80"])),
                say("release.interval", level=90, lower=many(row["lower_90"]), upper=many(row["upper_90"])),
                say("release.no_actual") if pd.isna(actual) else say("release.actual", streams=many(actual)),
            ]
            if not pd.isna(before):
                lines.append(say("release.before", streams=many(before), day=day(row["previous_as_of_date"])))
            # two blanks end a line
            st.caption("  \n".join(lines))
    last = forecasts.iloc[-1]
    advice = say("advice.yes" if last["is_promotion_candidate"] else "advice.no")
    name, chance = word(last["predicted_class"]), share(last["probability_high"])
    st.markdown(say("release.class", name=name, chance=chance, advice=advice))


def _show_fan(forecasts: pd.DataFrame, history: pd.DataFrame, release_id: str) -> None:
    st.subheader(say("release.fan"))
    latest = history.drop_duplicates(["horizon_days", "as_of_day"], keep="last")
    known = (
        latest.dropna(subset=["known_streams"])
        .drop_duplicates("as_of_day", keep="last")
        .rename(columns={"as_of_day": "days", "known_streams": "streams"})[["days", "streams"]]
    )
    ends = ["lower_80", "upper_80", "lower_90", "upper_90"]
    ahead = forecasts.rename(columns={"horizon_days": "days"})[["days", "predicted_streams", *ends, "actual_streams"]]
    if len(known):
        now = float(known["streams"].iloc[-1])
        start = dict.fromkeys(["predicted_streams", *ends], now) | {"days": int(known["days"].iloc[-1])}
        # of a window that has ended the outcome is drawn, not the forecast
        ahead.loc[ahead["days"] <= start["days"], ["predicted_streams", *ends]] = float("nan")
        ahead = pd.concat([pd.DataFrame([start]), ahead], ignore_index=True)
    last = forecasts.iloc[-1]
    message = say(
        "release.fan_told",
        known=many(known["streams"].iloc[-1] if len(known) else None),
        days=int(last["as_of_day"]),
        horizon=int(last["horizon_days"]),
        lower=many(last["lower_90"]),
        upper=many(last["upper_90"]),
    )
    chart(charts.fan(known, ahead), message, ahead, say("release.fan_title"), f"fan_{release_id}")

    horizons = [int(days) for days in sorted(latest["horizon_days"].unique())]
    if horizons:
        st.subheader(say("release.narrowing"))
        st.fragment(_show_narrowing)(latest, horizons, release_id)


def _show_narrowing(latest: pd.DataFrame, horizons: list[int], release_id: str) -> None:
    # one at a time: a chart is a tenth of what a release takes to open
    horizon = st.segmented_control(
        say("release.horizon"),
        horizons,
        key="release_horizon",
        default=horizons[0],
        required=True,
        format_func=lambda days: say("release.days", days=days),
    )
    rows = latest[(latest["horizon_days"] == horizon) & latest["predicted_streams"].notna()]
    if rows.empty:
        st.info(say("release.no_history"))
        return
    begin, end = rows.iloc[0], rows.iloc[-1]
    message = say(
        "release.narrowing_told" if len(rows) > 1 else "release.narrowing_one",
        horizon=horizon,
        first=int(begin["as_of_day"]),
        first_lower=many(begin["lower_80"]),
        first_upper=many(begin["upper_80"]),
        last=int(end["as_of_day"]),
        last_lower=many(end["lower_80"]),
        last_upper=many(end["upper_80"]),
    )
    title = say("release.narrowing_title", days=horizon)
    chart(charts.narrowing(rows), message, rows, title, f"narrowing_{release_id}_{horizon}")


def _show_reasons(release_id: str, run_id: str) -> None:
    st.subheader(say("release.why"))
    drivers = query(
        """
        from prediction_drivers
        where release_id = $release_id and run_id = $run_id
        order by horizon_days, driver_kind, driver_rank
        """,
        release_id=release_id,
        run_id=run_id,
    )
    if drivers.empty:
        st.info(say("release.no_reasons"))
        return
    # a file published by an earlier version has no Russian column
    if address.language() == "ru" and "reason_ru" in drivers:
        drivers["reason"] = drivers["reason_ru"]
    st.caption(say("release.why_told"))
    horizons = drivers["horizon_days"].unique()
    for column, horizon in zip(st.columns(len(horizons)), horizons, strict=True):
        per_horizon = drivers[drivers["horizon_days"] == horizon]
        with column:
            st.markdown(f"**{say('release.days', days=horizon)}**")
            # plain text: names come from catalogs and may hold what Markdown would take for its own
            st.text(_listed(per_horizon.query("driver_kind == 'group' and driver_rank <= 3")["reason"]))
            with st.expander(say("release.by_kind", days=horizon)):
                st.text(_listed(per_horizon[per_horizon["driver_kind"].isin(["base", "group"])]["reason"]))
    kinds = {"horizon_days": "whole", "driver_kind": "word", "driver_rank": "whole", "effect": "change"}
    with st.expander(say("release.all_reasons")):
        table(drivers, kinds | {"reason": "text"}, say("release.why"), f"reasons_{release_id}")


def _listed(reasons: pd.Series) -> str:
    return "\n".join(f"• {reason}" for reason in reasons)


def _show_similar(release_id: str, run_id: str) -> None:
    st.subheader(say("release.similar"))
    similar = query(
        """
        select
            similarity_rank, similar_release_id, artist_name, release_title, label_name, release_date, distance,
            horizon_days, streams
        from similar_releases
        where release_id = $release_id and run_id = $run_id
        order by similarity_rank, horizon_days
        """,
        release_id=release_id,
        run_id=run_id,
    )
    if similar.empty:
        st.info(say("release.no_similar"))
        return
    for horizon, streams in similar.groupby("horizon_days")["streams"]:
        least, middle, most = many(streams.min()), many(streams.median()), many(streams.max())
        st.markdown(say("release.similar_told", days=horizon, least=least, middle=middle, most=most))
    key = ["similarity_rank", "similar_release_id"]
    totals = similar.pivot_table("streams", key, "horizon_days", aggfunc="first")
    totals = totals.add_prefix("streams_").reset_index()
    rows = similar.drop(columns=["horizon_days", "streams"]).drop_duplicates(key).merge(totals, on=key)
    heads = {f"streams_{days}": say("release.total", days=days) for days in sorted(similar["horizon_days"].unique())}
    kinds = {
        "similarity_rank": "whole",
        "artist_name": "text",
        "release_title": "text",
        **dict.fromkeys(heads, "many"),
        "release_date": "day",
        "label_name": "text",
        "distance": "decimal",
    }
    table(rows, kinds, say("release.similar"), f"similar_{release_id}", heads=heads)


if __name__ == "__main__":
    show()
