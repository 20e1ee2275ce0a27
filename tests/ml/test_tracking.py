import os
from pathlib import Path

import pytest

from ml import tracking
from ml.errors import HitcastError
from ml.settings import Settings
from ml.train import Trained


def registered(settings: Settings, folder: Path) -> int:
    """One more version, of a bundle that only says who it is."""
    folder.mkdir()
    (folder / "manifest.json").write_text("{}")
    client = tracking.open_client(settings)
    with tracking.record_run(client, settings, "train") as run_id:
        return tracking.register(client, settings, run_id, folder, {"cutoff": "2021-01-01"})


def test_rollback_returns_to_the_previous_champions_one_by_one(
    trained: tuple[Settings, Trained], tmp_path: Path
) -> None:
    settings, first = trained
    second = registered(settings, tmp_path / "second")
    third = registered(settings, tmp_path / "third")
    for version in (second, third):
        tracking.promote(settings, version)
    assert tracking.rollback(settings) == second
    assert tracking.rollback(settings) == first.version
    champion = tracking.champion(settings)
    assert champion is not None
    assert champion.version == first.version
    with pytest.raises(HitcastError, match="no earlier champion"):
        tracking.rollback(settings)


def test_promoting_the_champion_again_changes_nothing(trained: tuple[Settings, Trained], tmp_path: Path) -> None:
    settings, first = trained
    second = registered(settings, tmp_path / "second")
    tracking.promote(settings, second)
    tracking.promote(settings, second)
    assert tracking.rollback(settings) == first.version


def test_an_unknown_version_is_told(trained: tuple[Settings, Trained]) -> None:
    with pytest.raises(HitcastError, match="no model version 99"):
        tracking.promote(trained[0], 99)


def test_an_untrained_home_has_no_models_and_gets_no_store(tmp_path: Path) -> None:
    settings = Settings(tmp_path / "warehouse.duckdb", tmp_path / "mlflow", tmp_path / "optuna.db")
    assert tracking.list_models(settings) == []
    assert tracking.champion(settings) is None
    with pytest.raises(HitcastError, match="no earlier champion"):
        tracking.rollback(settings)
    assert not settings.mlflow_dir.exists()


def test_everything_stays_below_the_home_and_nothing_is_sent(trained: tuple[Settings, Trained]) -> None:
    settings, _ = trained
    champion = tracking.champion(settings)
    assert champion is not None
    assert champion.bundle.is_relative_to(settings.mlflow_dir)
    assert os.environ["MLFLOW_DISABLE_TELEMETRY"] == "true"


def test_a_run_that_fails_is_marked(trained: tuple[Settings, Trained]) -> None:
    settings, _ = trained
    client = tracking.open_client(settings)
    with pytest.raises(ZeroDivisionError), tracking.record_run(client, settings, "train") as run_id:
        1 / 0  # noqa: B018
    assert client.get_run(run_id).info.status == "FAILED"
