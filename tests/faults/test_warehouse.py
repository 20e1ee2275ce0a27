"""A damaged, lost or held warehouse."""

import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from hitcast.core.errors import BusyError, HitcastError
from hitcast.core.home import Home
from hitcast.core.settings import Settings
from hitcast.core.warehouse import open_warehouse
from hitcast.job.rebuild import ASIDE, rebuild, stop_on_lost_warehouse
from hitcast.serving.publish import published_file
from tests.commands import cut, hitcast, overwritten, published, refused, rest_slow, slow, succeeded

DAMAGES = {
    "header": lambda file: overwritten(file, 0, 0.001),
    "middle": lambda file: overwritten(file, 0.3, 0.5),
    "cut off": lambda file: cut(file, 0.4),
    "empty": lambda file: cut(file, 0),
    "gone": lambda file: file.unlink(),
}
OPENER = """
import sys, time, duckdb
connection = duckdb.connect(sys.argv[1], read_only=True)
print("open", flush=True)
time.sleep(float(sys.argv[2]))
"""


def table(file: Path, name: str) -> pd.DataFrame:
    with duckdb.connect(str(file), read_only=True) as connection:
        return connection.sql(f"from {name} order by all").df()


@contextmanager
def bi_tool(file: Path, seconds: float = 60) -> Iterator[subprocess.Popen[str]]:
    """Another program that has the warehouse open to read."""
    command = [sys.executable, "-c", OPENER, str(file), str(seconds)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "open\n"
        yield process
        process.kill()


@pytest.mark.parametrize("damage", rest_slow(DAMAGES))
def test_a_rebuild_keeps_every_forecast(home: Home, settings: Settings, damage: str) -> None:
    before = table(home.warehouse, "ml.predictions")
    drivers = table(home.warehouse, "ml.prediction_drivers")
    assert before["run_id"].nunique() == 2
    DAMAGES[damage](home.warehouse)
    rebuilt = rebuild(home, settings)
    pd.testing.assert_frame_equal(table(home.warehouse, "ml.predictions"), before)
    pd.testing.assert_frame_equal(table(home.warehouse, "ml.prediction_drivers"), drivers)
    assert {"predictions", "forecast_quantiles", "trajectories", "prediction_drivers"} <= set(rebuilt.from_published)
    assert rebuilt.lost == []
    assert (home.root / ASIDE).exists() == (damage != "gone")


@slow
def test_a_damaged_warehouse_is_rebuilt_by_the_command_that_it_names(home: Home) -> None:
    # the run scores the same day again, which replaces the champion's latest forecasts by the same ones
    history = published(home, "select * exclude predicted_at from prediction_history order by all")
    assert history["run_id"].nunique() == 2
    release = published(home, "select max(release_id) from release_predictions").iloc[0, 0]
    succeeded(hitcast(home, "decide", release, "promoted", "--spend", "7"))
    DAMAGES["header"](home.warehouse)
    message = refused(hitcast(home, "run"), 2)
    assert f"{home.warehouse}: is damaged" in message
    assert "`hitcast run --rebuild`" in message
    steps = succeeded(hitcast(home, "run", "--rebuild"))
    assert steps.startswith("1/7 rebuild ")
    assert f"{ASIDE} beside it" in steps
    after = published(home, "select * exclude predicted_at from prediction_history order by all")
    pd.testing.assert_frame_equal(after, history)
    decided = published(home, "select release_id, decision, spend from decisions where decided_by = 'person'")
    assert decided.to_numpy().tolist() == [[release, "promoted", 7.0]]


def test_a_sound_warehouse_loses_nothing_by_a_rebuild(home: Home, settings: Settings) -> None:
    with duckdb.connect(str(home.warehouse)) as connection:
        connection.execute("insert into ml.experiments (run_id, experiment) values ('r', 'likes')")
    rebuilt = rebuild(home, settings)
    assert len(table(home.warehouse, "ml.experiments")) == 1
    assert (rebuilt.lost, rebuilt.from_published, rebuilt.aside) == ([], [], None)
    assert not (home.root / ASIDE).exists()


def test_a_backtest_comes_back_as_it_was_published(home: Home, settings: Settings) -> None:
    with duckdb.connect(str(published_file(home))) as serving:
        serving.execute(
            "insert into backtest_forecasts by name select 'streams' as task, 'hitcast' as model_name, "
            "7 as as_of_day, 30 as horizon_days, 'R1' as release_id, 5.0 as predicted_streams"
        )
        serving.execute(
            "insert into model_performance by name select 'backtest' as evaluation, 'streams' as task, "
            "'hitcast' as model_name, 'rmsle' as metric_name, 0.5 as metric_value"
        )
    home.warehouse.unlink()
    rebuild(home, settings)
    forecasts, metrics = (table(home.warehouse, f"ml.backtest_{name}") for name in ("predictions", "metrics"))
    assert forecasts[["model_name", "release_id", "predicted_streams"]].to_numpy().tolist() == [["hitcast", "R1", 5.0]]
    assert metrics[["metric_name", "metric_value"]].to_numpy().tolist() == [["rmsle", 0.5]]
    # the newest backtest is found by the run that both bear
    assert set(forecasts["run_id"]) == set(metrics["run_id"])
    assert metrics["evaluated_at"].notna().all()


@pytest.mark.parametrize("damage", rest_slow(["empty", "gone"]))
def test_a_lost_warehouse_does_not_publish_over_its_forecasts(home: Home, settings: Settings, damage: str) -> None:
    whole = published_file(home).read_bytes()
    DAMAGES[damage](home.warehouse)
    with pytest.raises(HitcastError, match=r"holds no forecast, and .* are published.*`hitcast run --rebuild`"):
        stop_on_lost_warehouse(home, settings)
    assert "`hitcast run --rebuild`" in refused(hitcast(home, "run"), 2)
    assert published_file(home).read_bytes() == whole


def test_without_a_publication_a_rebuild_starts_from_what_landed(home: Home, settings: Settings) -> None:
    published_file(home).unlink()
    DAMAGES["header"](home.warehouse)
    rebuilt = rebuild(home, settings)
    assert "predictions" in rebuilt.lost
    assert "not to be had: predictions" in rebuilt.describe()
    assert table(home.warehouse, "ml.predictions").empty
    stop_on_lost_warehouse(home, settings)


def test_damage_that_shows_only_when_it_is_read_is_told(home: Home, settings: Settings) -> None:
    with duckdb.connect(str(home.warehouse)) as connection:
        connection.execute("create table noise as select random() as value from range(2000000)")
    size = home.warehouse.stat().st_size
    # noise over the data of one table, the catalog of tables left whole
    overwritten(home.warehouse, 0.9, 1 / size)
    with pytest.raises(HitcastError, match=r"is damaged.*--rebuild"), open_warehouse(settings) as connection:
        connection.execute("select sum(value) from noise").fetchall()


def test_a_run_waits_for_a_bi_tool_and_says_who_holds_the_warehouse(home: Home) -> None:
    with bi_tool(home.warehouse) as holder:
        message = refused(hitcast(home, "run"), 3)
        assert f"process {holder.pid}; waited 1 s" in message
    assert published_file(home).exists()


def test_a_bi_tool_that_lets_go_in_time_is_no_obstacle(home: Home, settings: Settings) -> None:
    with bi_tool(home.warehouse) as holder:
        threading.Timer(1.0, holder.kill).start()
        with open_warehouse(replace(settings, patience_seconds=20), read_only=False) as connection:
            assert connection.table("ml.predictions").shape[0] > 0
    with bi_tool(home.warehouse), pytest.raises(BusyError), open_warehouse(settings, read_only=False):
        pass


@slow
@pytest.mark.parametrize("damage", ["middle", "cut off"])
def test_each_damage_is_told_and_rebuilt_by_the_whole_job(home: Home, damage: str) -> None:
    history = published(home, "select * exclude predicted_at from prediction_history order by all")
    DAMAGES[damage](home.warehouse)
    assert "`hitcast run --rebuild`" in refused(hitcast(home, "run"), 2)
    succeeded(hitcast(home, "run", "--rebuild"))
    again = published(home, "select * exclude predicted_at from prediction_history order by all")
    pd.testing.assert_frame_equal(again, history)
