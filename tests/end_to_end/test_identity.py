"""A model and the published figures rest on the SQL and the variables that they name, whoever ran dbt before."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from hitcast.core.errors import HitcastError
from hitcast.core.home import PROJECT_DIR, Home
from hitcast.core.project import read_variables, settings_of
from hitcast.job import dbt
from hitcast.job.freshness import step_states
from hitcast.job.run import FinishedStep, run
from hitcast.job.steps import Job
from hitcast.serving.publish import open_published, publish
from ml.predict import predict
from ml.registry import store
from ml.train import train
from tests.end_to_end.small_world import make_world

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def whole(built_home: Callable[..., Home]) -> Home:
    """A home on which the whole job was run."""
    home = built_home(make_world(releases=120))
    run(Job(home, read_variables()))
    return home


@pytest.fixture
def home(whole: Home, tmp_path: Path) -> Home:
    """A copy of it, free to be changed."""
    shutil.copytree(whole.root, tmp_path / "home")
    return Home(tmp_path / "home")


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the dbt project, free to be edited, that hitcast builds from."""
    project = tmp_path / "project"
    for name in ("models", "macros", "seeds", "tests/dbt"):
        shutil.copytree(PROJECT_DIR / name, project / name)
    for name in ("dbt_project.yml", "profiles.yml"):
        shutil.copy(PROJECT_DIR / name, project / name)
    monkeypatch.setattr(dbt, "PROJECT_DIR", project)
    return project


def outcomes(home: Home, retrain: str = "changed") -> dict[str, str]:
    """Runs the job; what came of each step."""
    steps: dict[str, str] = {}

    def finished(step: FinishedStep) -> None:
        steps[step.name] = step.outcome

    run(Job(home, read_variables(), retrain), finished=finished)  # type: ignore[arg-type]
    return steps


def published(home: Home) -> pd.DataFrame:
    with open_published(home) as serving:
        return serving.sql(
            "select * exclude (run_id, model_name, predicted_at) from release_predictions order by all"
        ).df()


def stale_steps(home: Home) -> dict[str, str]:
    """Why steps are stale, by step; those that are fresh are left out."""
    states = step_states(home, settings_of(home, read_variables()))
    return {state.name: state.stale for state in states if state.stale}


def test_an_edited_feature_is_trained_on_again_and_a_comment_is_not(home: Home, project: Path) -> None:
    file = project / "models" / "marts" / "features" / "release_features.sql"
    sql = file.read_text()
    settings = settings_of(home, read_variables())

    file.write_text(f"-- one more comment\n\n{sql}")
    assert stale_steps(home) == {}
    assert outcomes(home, "never")["train"].startswith("champion version 1")

    edited = "select * replace (cast(track_count * 7 as bigint) as track_count) from (\n"
    file.write_text(f"{edited}{sql}\n) as features")
    assert stale_steps(home) == {
        "features": "SQL changed: release_features",
        **dict.fromkeys(("train", "predict", "drift", "publish"), "after features"),
        "predictions": "SQL changed: release_features",
    }
    before = published(home)
    with pytest.raises(HitcastError, match="the SQL of release_features has changed since its training") as refused:
        outcomes(home, "never")
    assert "--retrain never" in str(refused.value)
    assert len(str(refused.value).splitlines()) == 1
    with pytest.raises(HitcastError, match="version 1 was trained on other features"):
        predict(settings, progress=lambda line: None)
    pd.testing.assert_frame_equal(published(home), before)

    message = outcomes(home)["train"]
    assert message.startswith("version 2 (champion")
    assert "version 1 was trained on other features: the SQL of release_features has changed" in message
    second = store.champion(settings)
    assert second is not None
    assert second.tags["promotion"] == "replaces"

    store.rollback(settings)
    with pytest.raises(HitcastError, match="version 1 was trained on other features"):
        predict(settings, progress=lambda line: None)


def test_a_warehouse_of_another_territory_is_built_again_and_never_published(home: Home) -> None:
    variables, settings = read_variables(), settings_of(home, read_variables())
    before = published(home)
    with duckdb.connect(str(home.warehouse), read_only=True) as warehouse:
        features = warehouse.sql("from release_features order by release_id, as_of_day").df()
    dbt.invoke(
        home,
        ["build", "--exclude-resource-type", "unit_test", "--vars", json.dumps({"territory": "KZ"})],
    )
    message = "the warehouse was built with territory KZ, asked for is RU. Run `hitcast run`"
    for command in (
        lambda: predict(settings, progress=lambda line: None),
        lambda: train(settings, progress=lambda line: None),
        lambda: publish(home, variables),
    ):
        with pytest.raises(HitcastError, match=message):
            command()
    pd.testing.assert_frame_equal(published(home), before)

    steps = outcomes(home)
    assert "before, the warehouse was built with territory KZ" in steps["features"]
    assert steps["train"].startswith("champion version 1")
    pd.testing.assert_frame_equal(published(home), before)
    with duckdb.connect(str(home.warehouse), read_only=True) as warehouse:
        again = warehouse.sql("from release_features order by release_id, as_of_day").df()
        built = warehouse.sql("select model_name, variables from model_builds").fetchall()
    pd.testing.assert_frame_equal(again, features)
    assert {json.loads(variables)["territory"] for _, variables in built} == {"RU"}


def test_every_model_is_built_by_a_run(whole: Home) -> None:
    """One that no step builds would keep what was built by hand, of whatever territory."""
    models = {file.stem for folder in ("models", "seeds") for file in (PROJECT_DIR / folder).rglob("*.[sc][qs][lv]")}
    with duckdb.connect(str(whole.warehouse), read_only=True) as warehouse:
        built = {name for (name,) in warehouse.sql("select model_name from model_builds").fetchall()}
    # experiments are read by whoever asks for them, and hold no territory's activity
    assert models - built <= {"stg_ml__experiments"}
