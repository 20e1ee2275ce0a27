"""The page's one way to data: the published file, opened, queried and closed for each question."""

import os
import threading
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb
import pandas as pd
import streamlit as st

_one_at_a_time = threading.Lock()


def published_file() -> Path:
    """The file that `hitcast dashboard` names in `HITCAST_PUBLISHED`, else the default home's."""
    return Path(os.environ.get("HITCAST_PUBLISHED", "data/serving/hitcast.duckdb"))


def version() -> tuple[int, int]:
    """What changes when another file takes the place of the published one."""
    state = published_file().stat()
    return state.st_ino, state.st_mtime_ns


def query(sql: str, **parameters: object) -> pd.DataFrame:
    """The answer of the file published last. An answer is kept until another file takes the place of the one it is of.

    Args:
        sql: A query with named parameters, `$name`.
        parameters: Their values; a tuple is a list of the query.
    """
    answer: pd.DataFrame = _answer(version(), sql, tuple(sorted(parameters.items())))
    return answer


@st.cache_data(show_spinner=False, max_entries=200)  # type: ignore[untyped-decorator]  # streamlit is not followed
def _answer(version: tuple[int, int], sql: str, parameters: tuple[tuple[str, object], ...]) -> pd.DataFrame:
    values = {name: list(value) if isinstance(value, tuple) else value for name, value in parameters}
    # a second connection of this process would share the first one's file, though another has taken its place
    with _one_at_a_time, duckdb.connect(str(published_file()), read_only=True) as connection:
        connection.execute("set enable_progress_bar = false")
        return connection.execute(sql, values).df()


def present() -> datetime:
    """The clock that tells how old what is published is, with its zone."""
    return datetime.now(UTC)


def freshness() -> tuple[date, datetime]:
    """Last day of data and moment of publication, UTC and naive."""
    message = query("select max(data_through_date) as through, max(published_at) as moment from publish_info").iloc[0]
    return message["through"].date(), message["moment"].to_pydatetime()


def ages(through: date, published_at: datetime, clock: datetime) -> tuple[int, float]:
    """How old what is published is: days since the last day of data, hours since it was published, none below 0.

    Args:
        through: Last day of data.
        published_at: UTC, naive.
        clock: The present, aware.
    """
    present = clock.astimezone(UTC).replace(tzinfo=None)
    return max(0, (present.date() - through).days), max(0.0, (present - published_at).total_seconds() / 3600)
