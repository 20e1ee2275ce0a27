"""The metrics that BI asks by name, answered by MetricFlow without an account."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from hitcast.core.home import PROJECT_DIR
from tests.serving.published_world import make_home

Ask = Callable[..., pd.DataFrame]
PROJECT_PARTS = ("dbt_project.yml", "profiles.yml", "models", "macros", "seeds", "tests/dbt")


@pytest.fixture(scope="module")
def ask(tmp_path_factory: pytest.TempPathFactory) -> Ask:
    """Asks for metrics, by dimensions, of a warehouse with a few forecasts."""
    folder = tmp_path_factory.mktemp("semantic")
    project = folder / "project"
    for part in PROJECT_PARTS:
        (project / part).parent.mkdir(parents=True, exist_ok=True)
        copy = shutil.copytree if (PROJECT_DIR / part).is_dir() else shutil.copyfile
        copy(PROJECT_DIR / part, project / part)
    matured = {"release_id": "R2", "expected_streams": 300.0, "actual_streams": 400, "absolute_percentage_error": 0.25}
    upcoming = {"release_id": "R3", "genre": "rock", "expected_streams": 50.0}
    tested = {"task": "classes", "model_name": "hitcast", "feature_set": "tiktok", "predicted_class": "high"}
    home = make_home(
        folder / "home",
        release_predictions=[matured, matured | {"release_id": "R1", "horizon_days": 14}, upcoming],
        backtest_forecasts=[
            tested | {"actual_class": "high"},
            tested | {"actual_class": "high"},
            tested | {"actual_class": "low"},
            tested | {"actual_class": "high", "model_name": "log_linear"},
            tested | {"actual_class": "high", "predicted_class": "low"},
        ],
    )
    environment = {**os.environ, "HITCAST_HOME": str(home.root), "DBT_SEND_ANONYMOUS_USAGE_STATS": "false"}
    binaries = Path(sys.executable).parent

    def run(*command: str) -> None:
        done = subprocess.run(
            [str(binaries / command[0]), *command[1:]],
            cwd=project,
            env=environment,
            check=False,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stdout + done.stderr

    run("dbt", "--quiet", "parse")

    def query(metrics: str, group_by: str) -> pd.DataFrame:
        file = folder / "answer.csv"
        run("mf", "query", "--metrics", metrics, "--group-by", group_by, "--csv", str(file))
        return pd.read_csv(file).set_index(group_by).sort_index()

    return query


def test_streams_add_up_and_errors_average_over_what_is_over(ask: Ask) -> None:
    metrics = (
        "predicted_streams,predicted_streams_of_ended,actual_streams,mean_absolute_percentage_error,forecast_count"
    )
    rows = ask(metrics, "forecast__genre")
    # the forecast of 14 days is another's horizon, and that of R3 has met no outcome
    assert rows.loc["pop"].tolist() == [300, 300, 400, 0.25, 1]
    assert rows.loc["rock", "predicted_streams"] == 50
    assert rows.loc["rock", ["predicted_streams_of_ended", "actual_streams"]].isna().all()
    assert rows["forecast_count"].sum() == 2


def test_hit_precision_is_that_of_this_projects_class_model(ask: Ask) -> None:
    rows = ask("hit_precision,forecast_hits", "tested_forecast__feature_set")
    assert rows.loc["tiktok", "forecast_hits"] == 3
    assert rows.loc["tiktok", "hit_precision"] == pytest.approx(2 / 3)
