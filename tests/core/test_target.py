"""The target that a job runs on, and what does not go with it."""

from pathlib import Path

import pytest
import yaml

from hitcast.core.errors import HitcastError
from hitcast.core.home import PROJECT_DIR, Home
from hitcast.core.project import read_variables, settings_of
from hitcast.core.target import TARGETS, VARIABLE, chosen
from hitcast.job import dbt, rebuild
from hitcast.job import run as job
from hitcast.job.steps import Job
from hitcast.serving.publish import publish
from tests.serving.published_world import make_home


def test_the_targets_are_those_of_the_profile() -> None:
    assert tuple(yaml.safe_load((PROJECT_DIR / "profiles.yml").read_text())["hitcast"]["outputs"]) == TARGETS


def test_duckdb_is_chosen_unless_told_otherwise(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    settings = settings_of(Home(tmp_path), read_variables())
    assert (settings.target, settings.spark) == ("duckdb", None)
    monkeypatch.setenv(VARIABLE, "")
    assert chosen() == "duckdb"


def test_spark_is_reached_by_the_settings_of_the_profile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, "spark_local")
    settings = settings_of(Home(tmp_path), read_variables())
    assert settings.target == "spark_local"
    assert settings.spark is not None
    assert settings.spark.schema == "hitcast"
    assert settings.spark.session["spark.sql.warehouse.dir"] == f"{tmp_path}/spark/warehouse"
    monkeypatch.setenv(VARIABLE, "spark")
    monkeypatch.setenv("HITCAST_SPARK_SCHEMA", "label")
    other = settings_of(Home(tmp_path), read_variables()).spark
    assert other is not None
    assert (other.target, other.schema) == ("spark", "label")


@pytest.mark.parametrize(
    ("target", "method", "message"),
    [
        ("flink", "session", "HITCAST_TARGET: unknown target flink. Use one of duckdb, spark_local, spark"),
        ("spark", "thrift", "target spark: models are trained on a session, not by thrift. Set HITCAST_SPARK_METHOD"),
    ],
)
def test_what_cannot_run_is_told_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, target: str, method: str, message: str
) -> None:
    monkeypatch.setenv(VARIABLE, target)
    monkeypatch.setenv("HITCAST_SPARK_METHOD", method)
    with pytest.raises(HitcastError) as refusal:
        settings_of(Home(tmp_path), read_variables())
    assert message in str(refusal.value)
    assert "\n" not in str(refusal.value)


def test_rebuild_is_duckdbs_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, "spark_local")
    monkeypatch.setattr(job, "stop_if_missing", lambda target: None)
    with pytest.raises(HitcastError, match="mends DuckDB's file, and the target is spark_local") as refusal:
        job.run(Job(Home(tmp_path), read_variables()), rebuild=True)
    assert "--target duckdb" in refusal.value.cure


def test_each_target_has_dbts_files_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    places = set()
    for target in TARGETS:
        monkeypatch.setenv(VARIABLE, target)
        places |= {dbt._place(Home(tmp_path), name) for name in ("target", "logs")}
    assert len(places) == 2 * len(TARGETS)
    assert {path.parent for path in places} == {tmp_path / "dbt"}


def test_a_home_that_another_engine_published_is_left_as_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = make_home(tmp_path, prediction_history=[{}])
    publish(home)
    monkeypatch.setenv(VARIABLE, "spark_local")
    settings = settings_of(home, read_variables())
    monkeypatch.setattr(rebuild, "has_table", lambda spark, table: False)
    with pytest.raises(HitcastError, match="holds no forecast, and 1 are published") as refusal:
        rebuild.stop_on_lost_warehouse(home, settings)
    assert refusal.value.where == "target spark_local"
    monkeypatch.setattr(rebuild, "has_table", lambda spark, table: True)
    monkeypatch.setattr(rebuild, "count_rows", lambda settings, table: 1)
    rebuild.stop_on_lost_warehouse(home, settings)
