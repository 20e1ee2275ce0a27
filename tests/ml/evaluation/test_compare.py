import pandas as pd
import pytest
from rich.console import Console

from hitcast.core.settings import Settings
from ml.estimators import zoo
from ml.evaluation.compare import compare, read_origins
from ml.registry import tracking
from ml.splits import plan_folds
from tests.ml.conftest import MakeHome, quiet


def test_the_last_two_origins_stay_untouched_unless_asked_for(settings: Settings) -> None:
    early, whole = read_origins(settings, all_origins=False), read_origins(settings, all_origins=True)
    assert whole.folds == plan_folds(whole.frame, (14, 30), whole.marts.data_through).folds
    assert early.folds == whole.folds[:-2]
    assert "the last 2 untouched" in early.description
    assert "none is left untouched" in whole.description
    fold = early.folds[-1]
    training, testing = early.parts(fold, settings)
    assert not set(training["release_id"]) & set(testing["release_id"])
    assert testing["as_of_date"].max() < pd.Timestamp(whole.folds[-2].origin)


@pytest.fixture(scope="module")
def zoo_of_three(monkeypatch_module: pytest.MonkeyPatch) -> None:
    """Models that fit in no time."""
    streams = {"log_linear": zoo.STREAMS["log_linear"], "persistence": zoo.STREAMS["persistence"]}
    monkeypatch_module.setattr(zoo, "STREAMS", streams | {"catboost": zoo.STREAMS["ridge"]})
    monkeypatch_module.setattr(zoo, "CLASSES", {"prior": zoo.CLASSES["prior"], "lightgbm": zoo.CLASSES["logistic"]})


@pytest.fixture(scope="module")
def monkeypatch_module() -> object:
    with pytest.MonkeyPatch.context() as patch:
        yield patch


def test_every_model_stands_beside_this_projects_own(zoo_of_three: None, make_home: MakeHome) -> None:
    settings = make_home()
    found = compare(settings, progress=quiet)
    streams = found.figures[found.figures["task"] == "streams"].set_index(["feature_set", "horizon_days", "model_name"])
    assert len(streams) == 2 * 2 * 3
    line, own = (streams.loc[("tiktok_vk", 30, name)] for name in ("log_linear", "catboost"))
    assert line["skill"] == 0
    assert own["skill"] == pytest.approx(1 - own["rmsle"] / line["rmsle"])
    assert own["skill_lower_95"] < own["skill"] < own["skill_upper_95"]
    assert line["own_less"] == pytest.approx(own["skill"])
    classes = found.figures[found.figures["task"] == "classes"].set_index(["feature_set", "model_name"])
    prior, own = (classes.loc[("tiktok_vk", name)] for name in ("prior", "lightgbm"))
    assert prior["own_less"] == pytest.approx(own["brier"] - prior["brier"])
    assert prior["own_less_upper_95"] < 0
    run = tracking.open_client(settings).get_run(found.run_id)
    assert run.data.metrics["rmsle/streams/tiktok_vk/30/catboost"] == pytest.approx(
        streams.loc[("tiktok_vk", 30, "catboost"), "rmsle"]
    )

    console = Console(width=80, record=True)
    console.print(found.render())
    lines = console.export_text().splitlines()
    assert max(map(len, lines)) <= 80
    assert any("catboost (ours)" in line for line in lines)


@pytest.mark.slow
def test_one_task_alone(zoo_of_three: None, make_home: MakeHome) -> None:
    found = compare(make_home(), tasks=("classes",), progress=quiet)
    assert set(found.figures["task"]) == {"classes"}
