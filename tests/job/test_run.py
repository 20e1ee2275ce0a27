"""When `hitcast run` trains; the whole job is in tests/end_to_end/test_job.py."""

from contextlib import nullcontext
from datetime import UTC, date, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest

from hitcast.core.errors import HitcastError
from hitcast.core.home import Home
from hitcast.core.project import read_variables, settings_of
from hitcast.core.records import Counts
from hitcast.job import steps as job
from hitcast.job.run import run
from hitcast.job.steps import Job
from hitcast.serving.publish import Publication
from ml import drift, predict, train
from ml.drift import Drift
from ml.evaluation import backtest
from ml.registry import standing, store, usable


@pytest.mark.parametrize(
    ("retrain", "stands", "reasons", "candidate", "trains"),
    [
        ("changed", True, ("it is old",), None, False),
        ("changed", False, (), None, True),
        ("never", True, ("it is old",), None, False),
        ("never", False, (), None, True),
        ("auto", True, (), None, False),
        ("auto", True, ("it is old",), None, True),
        ("auto", True, ("it is old",), 6, False),
        ("auto", True, ("it is old",), 7, True),
        ("auto", False, (), None, True),
        ("always", True, (), 0, True),
    ],
)
def test_a_champion_is_replaced_when_asked_or_due(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    retrain: str,
    stands: bool,
    reasons: tuple[str, ...],
    candidate: int | None,
    trains: bool,
) -> None:
    calls: list[str] = []
    monkeypatch.setattr("hitcast.job.run.read_ledger", lambda home: {"something": "has landed"})
    monkeypatch.setattr(job.dbt, "build", lambda *arguments: None)
    monkeypatch.setattr(job, "count_rows", lambda settings, table: 0)
    monkeypatch.setattr(job, "publish", lambda home, variables: Publication(tmp_path, datetime.now(UTC), {}))
    monkeypatch.setattr(store, "champion", lambda settings: SimpleNamespace(version=1, tags={}) if stands else None)
    monkeypatch.setattr(
        standing,
        "load_standing",
        lambda settings: SimpleNamespace(version=SimpleNamespace(version=1), bundle=None) if stands else None,
    )
    monkeypatch.setattr(usable, "obstacle_today", lambda version, settings, bundle: "")
    found = Drift(1, date(2021, 12, 31), 40, candidate, 0, (), (), reasons)
    monkeypatch.setattr(drift, "look", lambda settings: found)
    monkeypatch.setattr(drift, "record", lambda settings: found)
    monkeypatch.setattr(
        train,
        "train",
        lambda settings, progress, days_back: (
            calls.append("train") or SimpleNamespace(release_count=1, describe=lambda: "version 2 (champion)")
        ),
    )
    monkeypatch.setattr(
        predict,
        "predict",
        lambda settings, progress, after, label, mornings: predict.ScoringRun(
            "r", 2, 1, 0, date(2022, 1, 1), "m", "tiktok"
        ),
    )
    steps: dict[str, str] = {}
    run(
        Job(Home(tmp_path), read_variables(), retrain),  # type: ignore[arg-type]
        started=lambda name: nullcontext(lambda message: None),
        finished=lambda step: steps.update({step.name: step.outcome}),
    )
    assert calls == ["train"] * trains
    assert steps["train"].startswith("version 2" if trains else "champion version 1 is kept")
    assert steps["train"].endswith("; it is old") == (trains and retrain == "auto" and stands)
    assert steps["drift"] == ("retrain is due: it is old" if reasons else "no retrain is due")


@pytest.mark.parametrize("retrain", ["changed", "auto"])
def test_a_champion_that_cannot_forecast_is_replaced(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, retrain: job.Retrain
) -> None:
    settings = settings_of(Home(tmp_path), read_variables())
    found = SimpleNamespace(version=SimpleNamespace(version=4), bundle=None)
    monkeypatch.setattr(standing, "load_standing", lambda settings: found)
    monkeypatch.setattr(usable, "obstacle_today", lambda version, settings, bundle: "was trained on other features")
    assert job._cause_to_train(settings, retrain) == "; version 4 was trained on other features"
    with pytest.raises(HitcastError, match="--retrain never: version 4 was trained on other features"):
        job._cause_to_train(settings, "never")


def test_a_backtest_that_is_asked_for_comes_before_what_publishes_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert "backtest" not in [step.name for step in job.steps_named(())]
    names = [step.name for step in job.steps_named((), with_backtest=True)]
    assert names == ["features", "train", "backtest", "predict", "drift", "predictions", "publish"]
    asked = []
    monkeypatch.setattr(
        backtest,
        "backtest",
        lambda settings, progress, origins, truth: (
            asked.append(origins) or SimpleNamespace(plan=SimpleNamespace(folds=[1, 2]), row_count=40)
        ),
    )
    counts = Counts()
    wanted = Job(Home(tmp_path), read_variables(), backtest_origins=2)
    assert job.BACKTEST.work(wanted, lambda message: None, counts) == "2 origins replayed"
    assert (asked, counts.rows_out) == ([2], 40)
