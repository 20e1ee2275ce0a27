"""Spark's side of the warehouse without Spark: a session that answers from DuckDB's file stands for it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from typing import Any

import duckdb
import pandas as pd
import pytest

from hitcast.core import spark
from hitcast.core.errors import HitcastError
from hitcast.core.settings import Settings
from hitcast.core.warehouse import count_rows, latest_moment, open_warehouse, write_tables
from ml.data import read_marts
from ml.drift.matured import read_matured
from ml.explain.drivers import read_meanings
from tests.ml.conftest import MakeHome
from tests.ml.spark_session import ON_SPARK, Session


@pytest.fixture
def on_spark(make_home: MakeHome, monkeypatch: pytest.MonkeyPatch) -> tuple[Settings, Session]:
    settings = make_home(release_count=60)
    with duckdb.connect(str(settings.warehouse)) as connection:
        connection.execute("insert into ml.predictions (run_id, predicted_at) values ('r1', '2021-06-01 10:00:00.5')")
    session = Session(settings)
    monkeypatch.setattr(spark, "open_session", lambda asked: session)
    return replace(settings, spark=ON_SPARK), session


READERS: list[Callable[[Settings], Any]] = [
    lambda settings: vars(read_marts(settings)),
    lambda settings: {"meanings": read_meanings(settings)},
    lambda settings: {"matured": read_matured(settings, "hitcast/1", date(2021, 6, 1))},
    lambda settings: {
        "rows": count_rows(settings, "releases"),
        "latest": latest_moment(settings, "predictions", "predicted_at"),
        "none": latest_moment(settings, "experiments", "evaluated_at"),
    },
]


@pytest.mark.parametrize("read", READERS)
def test_what_is_read_is_the_same(on_spark: tuple[Settings, Session], read: Callable[[Settings], Any]) -> None:
    settings, _ = on_spark
    theirs, ours = read(settings), read(replace(settings, spark=None))
    assert theirs.keys() == ours.keys()
    for name, expected in ours.items():
        if isinstance(expected, pd.DataFrame):
            pd.testing.assert_frame_equal(theirs[name], expected)
        else:
            assert theirs[name] == expected


def test_instants_are_the_wall_clock_of_utc(on_spark: tuple[Settings, Session]) -> None:
    with open_warehouse(on_spark[0], ["ml.predictions"]) as copies:
        assert copies.execute("select predicted_at from ml.predictions").fetchall() == [
            (datetime(2021, 6, 1, 10, 0, 0, 500_000),)
        ]


def test_a_table_that_was_not_asked_for_is_not_there(on_spark: tuple[Settings, Session]) -> None:
    with open_warehouse(on_spark[0], ["releases"]) as copies, pytest.raises(duckdb.CatalogException):
        copies.table("release_targets")


def frames(settings: Settings) -> dict[str, pd.DataFrame]:
    names = ("prediction_drivers", "predictions")
    with open_warehouse(settings, [f"ml.{name}" for name in names]) as copies:
        columns = {name: copies.table(f"ml.{name}").columns for name in names}
    made = {name: pd.DataFrame({column: [None] for column in listed}, dtype=object) for name, listed in columns.items()}
    return {name: frame.assign(run_id="r2") for name, frame in made.items()}


def test_runs_are_replaced_the_first_table_last(on_spark: tuple[Settings, Session]) -> None:
    settings, session = on_spark
    given = frames(settings)
    given["predictions"]["predicted_at"] = pd.Timestamp("2021-06-02 12:00")
    write_tables(settings, given)
    assert [table for table, _ in session.written] == ["ml.predictions", "ml.prediction_drivers"]
    [moment] = session.written[0][1].column("predicted_at").to_pylist()
    assert moment.isoformat() == "2021-06-02T12:00:00+00:00"
    assert session.held == {spark.OVERWRITE_MODE: "static"}


def test_nothing_is_written_where_a_frame_does_not_fit(on_spark: tuple[Settings, Session]) -> None:
    settings, session = on_spark
    given = frames(settings)
    given["prediction_drivers"] = given["prediction_drivers"].drop(columns="driver_rank")
    with pytest.raises(KeyError):
        write_tables(settings, given)
    assert session.written == []


def test_a_table_that_would_lose_other_runs_is_left_alone(on_spark: tuple[Settings, Session]) -> None:
    settings, session = on_spark
    session.partitions = []
    with pytest.raises(HitcastError, match="not partitioned by run_id"):
        write_tables(settings, frames(settings))
    assert session.written == []
