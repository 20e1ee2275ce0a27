"""The page's one way to data: the published file, opened, queried and closed for each question."""

import os
from pathlib import Path

import duckdb
import pandas as pd
import streamlit as st


def published_file() -> Path:
    """The file that `hitcast dashboard` names in `HITCAST_PUBLISHED`, else the default home's."""
    return Path(os.environ.get("HITCAST_PUBLISHED", "data/serving/hitcast.duckdb"))


def query(sql: str, **parameters: object) -> pd.DataFrame:
    """The answer of the file published last. An answer is kept until another file takes the place of the one it is of.

    Args:
        sql: A query with named parameters, `$name`.
        parameters: Their values.
    """
    state = published_file().stat()
    answer: pd.DataFrame = _answer((state.st_ino, state.st_mtime_ns), sql, tuple(sorted(parameters.items())))
    return answer


@st.cache_data(show_spinner=False, max_entries=200)  # type: ignore[untyped-decorator]  # streamlit is not followed
def _answer(version: tuple[int, int], sql: str, parameters: tuple[tuple[str, object], ...]) -> pd.DataFrame:
    with duckdb.connect(str(published_file()), read_only=True) as connection:
        return connection.execute(sql, dict(parameters)).df()
