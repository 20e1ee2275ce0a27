"""Upcoming: releases within their first 30 days, the ones most worth promoting first."""

from datetime import date
from typing import Any

import pandas as pd
import streamlit as st

from hitcast.desk import address, charts
from hitcast.desk.published import freshness, query
from hitcast.desk.view import chart, choose, count, day, many, say, table, watch_button, word

FIRST_DAYS = 30
SHOWN = 200
"""Rows that the table holds: nobody reads more, and each travels to the browser at every click."""
DRAWN = 10
"""Rows that are drawn too."""
MOVED = 0.2
"""A forecast that moved by this share of itself since the day before has moved."""

COLUMNS = {
    "mark": "text",
    "artist_name": "text",
    "release_title": "text",
    "expected_streams": "many",
    "change": "change",
    "predicted_class": "word",
    "previous_class": "word",
    "promote": "word",
    "promotion_value": "decimal",
    "probability_high": "share",
    "release_date": "day",
    "as_of_day": "whole",
    "lower_80": "many",
    "upper_80": "many",
    "genre": "word",
    "label_name": "text",
    "main_drivers": "text",
}
RANKED = """
    with open_releases as (
        select
            * replace (coalesce(genre, 'unknown') as genre, coalesce(label_name, 'unknown') as label_name),
            predicted_streams / nullif(previous_predicted_streams, 0) - 1 as change,
            case when previous_predicted_class <> predicted_class then previous_predicted_class end as previous_class,
            case when is_promotion_candidate then 'yes' when not is_promotion_candidate then 'no' end as promote
        from release_predictions
        where release_date > cast($through as date) - cast($first_days as integer)
    ), matching as (
        from open_releases
        where horizon_days = $horizon
            and (len(cast($classes as varchar[])) = 0 or list_contains(cast($classes as varchar[]), predicted_class))
            and (len(cast($genres as varchar[])) = 0 or list_contains(cast($genres as varchar[]), genre))
            and (len(cast($labels as varchar[])) = 0 or list_contains(cast($labels as varchar[]), label_name))
            and (not $only_watched or list_contains(cast($watched as varchar[]), release_id))
            and release_date between cast($first_date as date) and cast($last_date as date)
            and contains(lower(concat_ws(' ', artist_name, release_title, release_id)), lower($search))
    )
    select
        *,
        count(*) over () as match_count,
        count(*) filter (is_promotion_candidate) over () as candidate_count,
        count(*) filter (abs(change) >= $moved or previous_class is not null) over () as moved_count,
        sum(expected_streams) over () as expected_total
    from matching
    order by promotion_value desc nulls last, expected_streams desc nulls last, release_id
    limit $limit
"""
"""The releases that match, the first of them, each beside what all that match come to."""
OF_ALL = ["match_count", "candidate_count", "moved_count", "expected_total"]
CHOICES = """
    select
        coalesce(list(distinct horizon_days order by horizon_days desc), []) as horizons,
        list(distinct coalesce(genre, 'unknown') order by coalesce(genre, 'unknown')) as genres,
        list(distinct coalesce(label_name, 'unknown') order by coalesce(label_name, 'unknown')) as labels
    from release_predictions
    where release_date > cast($through as date) - cast($first_days as integer)
"""


def show() -> None:
    """Draws the page."""
    if st.session_state.get("upcoming_open"):
        # before anything is drawn: the reader waits for the other page, not for this one once more
        address.put("release", [st.session_state["upcoming_picked"]])
        st.switch_page("release.py")
    st.title(say("upcoming.title"))
    through, _ = freshness()
    choices = query(CHOICES, through=through, first_days=FIRST_DAYS).iloc[0]
    if not len(choices["horizons"]):
        st.info(say("upcoming.empty", day=day(through)))
        return
    wanted = _filters(choices) | {"through": through, "first_days": FIRST_DAYS, "moved": MOVED}
    rows = query(RANKED, limit=SHOWN, **wanted)
    if rows.empty:
        st.info(say("upcoming.no_watch" if wanted["only_watched"] and not wanted["watched"] else "upcoming.no_match"))
        return
    counted = rows.iloc[0]
    st.caption(
        say(
            "upcoming.counted",
            releases=count(counted["match_count"]),
            candidates=count(counted["candidate_count"]),
            moved=count(counted["moved_count"]),
            expected=many(counted["expected_total"]),
            horizon=wanted["horizon"],
            day=day(through),
        )
    )
    # a file published by an earlier version has no Russian column
    if address.language() == "ru" and "main_drivers_ru" in rows:
        rows["main_drivers"] = rows["main_drivers_ru"]
    rows["mark"] = ["★" if address.watched(one) else "" for one in rows["release_id"]]
    _show_rows(rows, wanted)
    if counted["match_count"] > SHOWN:
        st.caption(say("upcoming.more", shown=SHOWN, releases=count(counted["match_count"])))
    _show_first(rows, wanted["horizon"])
    with st.expander(say("upcoming.columns_title")):
        st.markdown(say("upcoming.columns"))


def _filters(choices: pd.Series) -> dict[str, Any]:
    horizons = [int(horizon) for horizon in choices["horizons"]]
    genres, labels = list(choices["genres"]), list(choices["labels"])
    address.start_one("upcoming_horizon", "horizon", horizons, horizons[0])
    for key, name, options in (
        ("upcoming_classes", "class", ["low", "medium", "high"]),
        ("upcoming_genres", "genre", genres),
        ("upcoming_labels", "label", labels),
    ):
        address.start_many(key, name, options)
    for key, name in (("upcoming_from", "from"), ("upcoming_to", "to")):
        st.session_state.setdefault(key, _date_of(address.value(name)))
    st.session_state.setdefault("upcoming_search", address.value("search"))
    st.session_state.setdefault("upcoming_watched", address.value("watched") == "1")

    first = st.columns(4)
    horizon = first[0].selectbox(say("horizon"), horizons, key="upcoming_horizon")
    search = first[1].text_input(say("search"), key="upcoming_search", placeholder=say("search_hint")).strip()
    since = first[2].date_input(say("out_from"), value=None, key="upcoming_from", format="DD.MM.YYYY")
    until = first[3].date_input(say("out_to"), value=None, key="upcoming_to", format="DD.MM.YYYY")
    second = st.columns(3)
    all_of_them = say("all")
    chosen_classes = second[0].multiselect(
        say("class"), ["high", "medium", "low"], key="upcoming_classes", format_func=word, placeholder=all_of_them
    )
    chosen_genres = second[1].multiselect(
        say("genre"), genres, key="upcoming_genres", format_func=word, placeholder=all_of_them
    )
    chosen_labels = second[2].multiselect(
        say("label"), labels, key="upcoming_labels", format_func=word, placeholder=all_of_them
    )
    only_watched = st.toggle(say("only_watched", count=len(address.values("watch"))), key="upcoming_watched")

    address.put("horizon", [] if horizon == horizons[0] else [horizon])
    address.put("search", [search] if search else [])
    address.put("from", [since.isoformat()] if since else [])
    address.put("to", [until.isoformat()] if until else [])
    address.put("watched", ["1"] if only_watched else [])
    for name, chosen in (("class", chosen_classes), ("genre", chosen_genres), ("label", chosen_labels)):
        address.put(name, chosen)
    return {
        "horizon": horizon,
        "search": search,
        "first_date": since or date(1900, 1, 1),
        "last_date": until or date(9999, 1, 1),
        "classes": tuple(chosen_classes),
        "genres": tuple(chosen_genres),
        "labels": tuple(chosen_labels),
        "only_watched": only_watched,
        "watched": tuple(address.values("watch")) if only_watched else (),
    }


def _date_of(message: str) -> date | None:
    try:
        return date.fromisoformat(message)
    except ValueError:
        return None


def _show_rows(rows: pd.DataFrame, wanted: dict[str, Any]) -> None:
    ids = rows["release_id"].tolist()
    names = dict(zip(ids, rows["artist_name"].fillna("?") + ": " + rows["release_title"].fillna("?"), strict=True))

    def pick() -> None:
        marked = st.session_state["upcoming_rows"]["selection"]["rows"]
        if marked and marked[0] < len(ids):
            st.session_state["upcoming_picked"] = ids[marked[0]]

    table(
        rows,
        COLUMNS,
        say("upcoming.title"),
        "upcoming",
        whole=lambda: query(RANKED, limit=10_000_000, **wanted).drop(columns=OF_ALL),
        height=460 if len(ids) > 12 else "auto",
        key="upcoming_rows",
        on_select=pick,
        selection_mode="single-row",
    )
    choose(say("upcoming.pick"), ids, "upcoming_picked", names.__getitem__)
    picked = st.session_state["upcoming_picked"]
    with st.container(horizontal=True):
        st.button(say("open_release"), type="primary", key="upcoming_open")
        watch_button(picked)


def _show_first(rows: pd.DataFrame, horizon: int) -> None:
    """The first of the table as a chart, which also brings the browser what the next page draws with."""
    first = rows.dropna(subset=["predicted_streams"]).head(DRAWN)
    if first.empty:
        return
    # two releases may bear one name
    names = first["artist_name"].fillna("?") + ": " + first["release_title"].fillna("?")
    first = first.assign(name=names.where(~names.duplicated(), names + " " + first["release_id"]))
    first = first[["name", "predicted_streams", "lower_80", "upper_80"]]
    top = first.iloc[0]
    message = say(
        "upcoming.first_told",
        streams=many(top["predicted_streams"]),
        lower=many(top["lower_80"]),
        upper=many(top["upper_80"]),
    )
    chart(charts.ranking(first), message, first, say("upcoming.first_title", count=len(first), days=horizon), "first")


if __name__ == "__main__":
    show()
