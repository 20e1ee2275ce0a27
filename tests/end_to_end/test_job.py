"""The whole job as its users run it: `hitcast` in a process of its own, on a small demo world."""

import shutil
import subprocess
import sys
import threading
from pathlib import Path

import pandas as pd
import pytest

from hitcast.core.home import PROJECT_DIR, Home
from hitcast.core.project import read_variables, settings_of
from hitcast.job import dbt
from hitcast.job.steps import FEATURES
from ml.explain.drivers import read_meanings
from ml.explain.reasons import Fact, read_meaning, reason
from ml.registry import store
from ml.registry.bundles import load_bundle
from ml.train import train
from tests.commands import ROWS, copied, hitcast, published
from tests.ml.explain.published import check_reasons


@pytest.fixture(scope="module")
def home(prepared: Home, tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A copy of a home on which the whole job was run."""
    return copied(prepared, tmp_path_factory.mktemp("job") / "home with spaces", share_landing=True)


def test_the_job_publishes_whole_and_coherent_forecasts(home: Home) -> None:
    forecasts = published(home, "from release_predictions")
    assert len(forecasts) > 10
    assert set(forecasts["horizon_days"]) == {14, 30}
    numbers = ["predicted_streams", "lower_80", "upper_80", "lower_90", "upper_90", "probability_high"]
    assert forecasts[numbers].notna().all(axis=None)
    assert (forecasts["lower_90"] <= forecasts["lower_80"]).all()
    assert (forecasts["lower_80"] <= forecasts["predicted_streams"]).all()
    assert (forecasts["predicted_streams"] <= forecasts["upper_80"]).all()
    assert (forecasts["upper_80"] <= forecasts["upper_90"]).all()
    probabilities = forecasts[["probability_low", "probability_medium", "probability_high"]].sum(axis=1)
    assert probabilities.sub(1).abs().max() < 1e-9
    wide = forecasts.pivot_table(index="release_id", columns="horizon_days", values="predicted_streams")
    assert (wide[14] <= wide[30]).all()
    assert forecasts["main_drivers"].notna().all()


def test_every_published_reason_is_true(home: Home) -> None:
    drivers, forecasts = (published(home, f"from {name}") for name in ("prediction_drivers", "release_predictions"))
    check_reasons(drivers, forecasts)
    assert {"level", "shape", "sources", "tiktok", "artist", "catalog"} <= set(drivers["feature_name"])
    for row in forecasts[forecasts["refusal"].isna()].itertuples():
        mine = drivers[(drivers["run_id"] == row.run_id) & (drivers["release_id"] == row.release_id)]
        mine = mine[(mine["horizon_days"] == row.horizon_days) & (mine["driver_kind"] == "group")]
        first = mine.sort_values("driver_rank").head(3)
        assert row.main_drivers == "; ".join(first["reason"])
        assert row.main_drivers_ru == "; ".join(first["reason_ru"])


def test_status_says_what_is_there(home: Home) -> None:
    message = hitcast(home, "status")
    assert message.returncode == 0, message.stderr
    for part in ("vk_stream_days", "2021-12-31", "release_predictions", "Models"):
        assert part in message.stdout
    # in a pipe a row is a line, however long
    [row] = [line for line in message.stdout.splitlines() if line.startswith("release_predictions ")]
    assert row.split()[2] == "2021-12-31"


@pytest.mark.slow
def test_a_second_run_changes_nothing_and_readers_never_wait(home: Home) -> None:
    columns = "* exclude (predicted_at)"
    query = f"select {columns} from release_predictions order by release_id, horizon_days"
    before = published(home, query)
    history = published(home, "select count(*) as rows from prediction_history")["rows"].item()
    failures: list[Exception] = []
    reads: list[int] = []
    stop = threading.Event()

    def read() -> None:
        while not stop.is_set():
            try:
                reads.append(len(published(home, "from release_predictions limit 5")))
            except Exception as error:
                failures.append(error)

    reader = threading.Thread(target=read)
    reader.start()
    done = hitcast(home, "run")
    stop.set()
    reader.join()
    assert done.returncode == 0, done.stderr
    assert "champion version 2 is kept" in done.stdout
    assert failures == []
    assert len(reads) > 20
    assert set(reads) == {5}
    pd.testing.assert_frame_equal(published(home, query), before)
    assert published(home, "select count(*) as rows from prediction_history")["rows"].item() == history


@pytest.mark.slow
def test_other_horizons_need_no_edit(home: Home) -> None:
    other = Home(home.root.parent / "other horizons")
    shutil.copytree(home.raw, other.raw)
    done = hitcast(other, "run", "--vars", "{horizons: [14, 28], class_horizon: 28}")
    assert done.returncode == 0, done.stderr
    assert set(published(other, "from release_predictions")["horizon_days"]) == {14, 28}


@pytest.mark.slow
def test_a_feature_added_in_sql_and_yaml_alone_is_trained_on(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = tmp_path / "project"
    for name in ("models", "macros", "seeds", "tests/dbt"):
        shutil.copytree(PROJECT_DIR / name, project / name)
    for name in ("dbt_project.yml", "profiles.yml"):
        shutil.copy(PROJECT_DIR / name, project / name)
    features = project / "models" / "marts" / "features" / "release_features"
    sql = features.with_suffix(".sql").read_text()
    added = sql.replace(
        "    releases.is_reissue,\n",
        "    releases.is_reissue,\n    cast(length(releases.release_title) as bigint) as title_length,\n",
    )
    assert added != sql
    features.with_suffix(".sql").write_text(added)
    with features.with_suffix(".yml").open("a") as yaml:
        yaml.write(
            "      - name: title_length\n"
            "        data_type: bigint\n"
            "        description: Letters of the title.\n"
            "        config: {meta: {feature_group: title, feature_kind: numeric, unit: letters, form: count,\n"
            "          label_en: letters in the title, label_ru: букв в названии}}\n"
        )
    other = Home(tmp_path / "home")
    shutil.copytree(home.raw, other.raw)
    monkeypatch.setenv("HITCAST_HOME", str(other.root))
    monkeypatch.setattr(dbt, "PROJECT_DIR", project)
    variables = read_variables()
    dbt.build(other, variables, FEATURES)
    settings = settings_of(other, variables)
    meanings = read_meanings(settings)
    row = meanings[meanings["feature_name"] == "title_length"].iloc[0]
    # a group that no other file names is a group of reasons of its own
    assert row["reason_group"] == row["group_label_en"] == "title"
    added = read_meaning({str(name): text for name, text in row.items()})
    assert reason(added, Fact(12.0, 9.0, 7, 30), 0.1) == "12 letters in the title (usual: 9): +11 %"
    assert reason(added, Fact(12.0, 9.0, 7, 30), 0.1, "ru") == "букв в названии: 12 (обычно: 9): +11 %"
    train(settings, progress=lambda line: None)
    champion = store.champion(settings)
    assert champion is not None
    bundle = load_bundle(champion.bundle)
    for model in bundle.streams.values():
        assert "title_length" in model.columns.numeric


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["run"], "nothing has been ingested yet"),
        (["predict"], "no model has been trained yet"),
        (["publish"], "nothing to publish"),
        (["dashboard"], "nothing is published yet"),
        (["ingest", "nowhere.csv"], "nowhere.csv"),
        (["models", "promote", "3"], "there is no model version 3"),
        (["models", "rollback"], "no earlier champion"),
        (["backtest", "--vars", "{horizon: 3}"], "unknown variable horizon"),
    ],
)
def test_an_empty_home_is_told_what_to_do(tmp_path: Path, arguments: list[str], message: str) -> None:
    done = hitcast(Home(tmp_path / "home"), *arguments)
    assert done.returncode == 2
    lines = done.stderr.strip().splitlines()
    assert message in lines[-1]
    assert "Traceback" not in done.stderr


def test_a_demo_world_is_not_mixed_into_somebodys_data(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    export = tmp_path / "vk.csv"
    export.write_text("stream_date,isrc,territory,streams\n2024-01-01,AAA,RU,5\n")
    assert hitcast(home, "ingest", str(export)).returncode == 0
    refused = hitcast(home, "demo-data", "--rows", str(ROWS))
    assert refused.returncode == 2
    assert "Name another home" in refused.stderr
    assert not home.exports.exists()


def test_help_answers_at_once() -> None:
    """Importing pandas, dbt or a modelling library at start-up would cost seconds."""
    heavy = ("pandas", "numpy", "duckdb", "dbt", "catboost", "lightgbm", "mlflow", "optuna", "sklearn", "fastapi")
    probe = f"import hitcast.cli.app, sys; print([name for name in {heavy!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
