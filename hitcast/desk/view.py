"""How every page says, tabulates, charts and hands out what it shows."""

import html
from collections.abc import Callable, Mapping
from typing import Any

import altair as alt
import pandas as pd
import streamlit as st
from altair.utils import schemapi

from hitcast.core import words
from hitcast.desk import address, texts
from hitcast.desk.address import language
from hitcast.desk.download import csv_of

# a third of the time that a page takes would go into checking charts, which the tests do
schemapi.disable_debug_mode()

WIDE = frozenset({"main_drivers", "reason"})
LESS_WIDE = frozenset({"release_title", "feature_name", "file_name", "table_told"})


def say(key: str, **values: object) -> str:
    """A text in the reader's language."""
    return texts.text(key, language(), **values)


def word(value: object) -> str:
    """A class, genre or other word of the data in the reader's language, where it is known."""
    return words.word(value, language())


def many(value: object) -> str:
    """A count to three digits."""
    return _unbroken(words.number(value, language()))


def count(value: object) -> str:
    """A count in full."""
    return _unbroken(words.whole(value))


def decimal(value: object, digits: int = 2) -> str:
    """A number with a fixed count of digits after the point."""
    return words.decimal(value, language(), digits)


def share(value: object, signed: bool = False) -> str:
    """A share as a percentage."""
    return _unbroken(words.percent(value, language(), signed))


def day(value: object) -> str:
    """A date."""
    return _unbroken(words.day(value, language()))


def moment(value: object) -> str:
    """A UTC moment to the minute."""
    return _unbroken(words.moment(value, language()))


def _unbroken(text: str) -> str:
    """The text without a blank at which a line could break."""
    return text.replace(" ", words.NO_BREAK)


FORMATS: Mapping[str, Callable[[Any], str]] = {
    "text": lambda value: words.NOTHING if pd.isna(value) else str(value),
    "word": word,
    "many": many,
    "whole": count,
    "decimal": decimal,
    "small": lambda value: decimal(value, 3),
    "share": share,
    "change": lambda value: share(value, signed=True),
    "day": day,
    "moment": moment,
}
"""How a kind of column is written."""


def heading(message: str) -> None:
    """A heading made of names from catalogs, shown as they stand: neither Markdown nor HTML."""
    st.html(f"<h2>{html.escape(message)}</h2>")


def table(
    frame: pd.DataFrame,
    kinds: Mapping[str, str],
    title: str,
    file_name: str,
    whole: Callable[[], pd.DataFrame] | None = None,
    heads: Mapping[str, str] | None = None,
    **options: Any,
) -> None:
    """A table, sorted by a click on a column's head, and its rows to download.

    Args:
        frame: The rows.
        kinds: Columns to show, in order, each with its kind, a key of `FORMATS`.
        title: What a screen reader calls the table, and the download.
        file_name: Of the download, without its ending.
        whole: All rows to download, where more match than are shown.
        heads: Heads of columns that have no text of their own.
        options: Passed on to `st.dataframe`.
    """
    shown = frame[list(kinds)].reset_index(drop=True)
    styled = shown.style.format({name: FORMATS[kind] for name, kind in kinds.items()})
    named = {name: say(f"column.{name}") for name in kinds if name not in (heads or {})} | dict(heads or {})
    columns = {name: st.column_config.Column(named[name], width=_width(name)) for name in kinds}
    st.dataframe(styled, hide_index=True, column_config=columns, alt=title, placeholder=words.NOTHING, **options)
    download(whole if whole is not None else frame, title, file_name)


def _width(name: str) -> str | int | None:
    if name in WIDE:
        return "large"
    if name in LESS_WIDE:
        return "medium"
    return 40 if name == "mark" else None


def download(rows: pd.DataFrame | Callable[[], pd.DataFrame], title: str, file_name: str) -> None:
    """A button that hands the rows out as CSV, with the columns' published names."""
    data = (lambda: csv_of(rows())) if callable(rows) else csv_of(rows)
    st.download_button(
        say("download", title=title), data, f"{file_name}.csv", "text/csv", key=f"csv {file_name}", on_click="ignore"
    )


def chart(drawn: alt.TopLevelMixin, message: str, rows: pd.DataFrame, title: str, file_name: str) -> None:
    """A chart under its title, in words what is to be seen on it, and its rows to download."""
    st.markdown(f"**{title}**")
    st.altair_chart(drawn, width="stretch", alt=message)
    st.caption(message)
    download(rows, title, file_name)


def choose(label: str, options: list[Any], key: str, message: Callable[[Any], str] = str) -> Any:
    """One of a few, labelled; nothing is chosen when a list published since lacks the choice."""
    if st.session_state.get(key) not in options:
        st.session_state[key] = options[0]
    return st.selectbox(label, options, key=key, format_func=message)


def watch_button(release_id: str) -> None:
    """A button that puts the release on the watchlist or takes it off."""
    label = say("unwatch" if address.watched(release_id) else "watch")
    st.button(label, key="watch_button", on_click=address.toggle_watch, args=(release_id,))
