"""Spark's side of the warehouse without Spark: a session that answers from DuckDB's file stands for it."""

import socket
import subprocess
import sys
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pytest

from hitcast.core import spark
from hitcast.core.errors import BusyError, HitcastError
from hitcast.core.settings import Settings, Spark
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


class SparkError(Exception):
    __module__ = "pyspark.errors.exceptions.captured"


@pytest.mark.parametrize(
    ("raised", "kind", "message"),
    [
        (
            "[TABLE_OR_VIEW_NOT_FOUND] The table `hitcast`.`releases` cannot be found.\nVerify.\n'Unresolved [x]",
            HitcastError,
            "target spark_local: [TABLE_OR_VIEW_NOT_FOUND] The table `hitcast`.`releases` cannot be found.. "
            "Run `hitcast ingest` and `hitcast run` first",
        ),
        (
            "An error occurred while calling o1.f.\n: java.io.IOException: gone\n\tat a.b",
            HitcastError,
            "IOException: gone",
        ),
    ],
)
def test_sparks_failures_are_one_line(raised: str, kind: type[HitcastError], message: str) -> None:
    with pytest.raises(kind) as refusal, spark._message(ON_SPARK):
        raise SparkError(raised)
    assert message in str(refusal.value)
    assert "\n" not in str(refusal.value)


def test_other_failures_stay_what_they_are() -> None:
    with pytest.raises(ZeroDivisionError), spark._message(ON_SPARK), nullcontext(1 / 0):
        pass


@pytest.mark.parametrize(("missing", "message"), [("pyspark", "Run `make spark`"), ("java", "Install Java 17")])
def test_what_is_missing_is_told_with_its_cure(monkeypatch: pytest.MonkeyPatch, missing: str, message: str) -> None:
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setattr(spark, "find_spec", lambda name: None if name == missing else object())
    monkeypatch.setattr(spark.shutil, "which", lambda name: None if name == missing else name)
    with pytest.raises(HitcastError) as refusal:
        spark.open_session(ON_SPARK)
    assert message in str(refusal.value)
    assert "target spark_local" in str(refusal.value)


def test_a_metastore_that_another_process_has_open_is_told(tmp_path: Path) -> None:
    lock = tmp_path / "metastore" / "dbex.lck"
    url = f"jdbc:derby:;databaseName={lock.parent};create=true"
    held = Spark("spark_local", "hitcast", {"spark.hadoop.javax.jdo.option.ConnectionURL": url}, tmp_path)
    spark._stop_if_held(held)
    lock.parent.mkdir()
    lock.touch()
    spark._stop_if_held(held)
    hold = (
        "import fcntl, sys; file = open(sys.argv[1], 'r+b'); fcntl.lockf(file, fcntl.LOCK_EX)\n"
        "print('held', flush=True); input()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", hold, str(lock)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(BusyError, match="held open by another process"):
            spark._stop_if_held(held)
        holder.communicate("\n")
    spark._stop_if_held(held)


def test_a_master_that_is_not_there_is_told_and_one_of_several_is_enough(tmp_path: Path) -> None:
    def ask(master: str) -> None:
        spark._stop_if_no_master(Spark("spark_local", "hitcast", {"spark.master": master}, tmp_path))

    with socket.socket() as master, socket.socket() as gone:
        for each in (master, gone):
            each.bind(("127.0.0.1", 0))
        master.listen()
        there, nowhere = (f"127.0.0.1:{each.getsockname()[1]}" for each in (master, gone))
        for fine in (f"spark://{there}", f"spark://{nowhere},{there}", "local-cluster[2,1,1024]", "yarn"):
            ask(fine)
        for wrong in (nowhere, f"{nowhere},{nowhere}", "127.0.0.1", "127.0.0.1:port", ""):
            with pytest.raises(HitcastError, match="no Spark master listens there") as refusal:
                ask(f"spark://{wrong}")
            assert f"spark://{wrong}" in str(refusal.value)
