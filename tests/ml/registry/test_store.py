from pathlib import Path

import pytest

from hitcast.core.errors import HitcastError
from hitcast.core.settings import Settings
from ml.registry import store, tracking
from ml.train import TrainingRun


def registered(settings: Settings, folder: Path) -> int:
    """One more version, of a bundle that only says who it is."""
    folder.mkdir()
    (folder / "manifest.json").write_text("{}")
    client = tracking.open_client(settings)
    with tracking.record_run(client, settings, "train") as run_id:
        return store.register(client, settings, run_id, folder, {"cutoff": "2021-01-01"})


def test_rollback_returns_to_the_previous_champions_one_by_one(
    trained: tuple[Settings, TrainingRun], tmp_path: Path
) -> None:
    settings, first = trained
    second = registered(settings, tmp_path / "second")
    third = registered(settings, tmp_path / "third")
    for version in (second, third):
        store.promote(settings, version)
    assert store.rollback(settings) == second
    assert store.rollback(settings) == first.version
    champion = store.champion(settings)
    assert champion is not None
    assert champion.version == first.version
    with pytest.raises(HitcastError, match="no earlier champion"):
        store.rollback(settings)


def test_promoting_the_champion_again_changes_nothing(trained: tuple[Settings, TrainingRun], tmp_path: Path) -> None:
    settings, first = trained
    second = registered(settings, tmp_path / "second")
    store.promote(settings, second)
    store.promote(settings, second)
    assert store.rollback(settings) == first.version


def test_an_unknown_version_is_told(trained: tuple[Settings, TrainingRun]) -> None:
    with pytest.raises(HitcastError, match="no model version 99"):
        store.promote(trained[0], 99)


def test_an_untrained_home_has_no_models_and_gets_no_store(tmp_path: Path) -> None:
    settings = Settings(tmp_path / "warehouse.duckdb", tmp_path / "mlflow", tmp_path / "optuna.db")
    assert store.list_models(settings) == []
    assert store.champion(settings) is None
    with pytest.raises(HitcastError, match="no earlier champion"):
        store.rollback(settings)
    assert not settings.mlflow_dir.exists()


@pytest.mark.parametrize("run_id", [None, "../../elsewhere"], ids=["no run", "a run elsewhere"])
def test_a_version_that_another_program_registered_is_told(
    trained: tuple[Settings, TrainingRun], run_id: str | None
) -> None:
    settings, first = trained
    client = tracking.open_client(settings)
    client.create_model_version(store.MODEL, settings.mlflow_dir.as_uri(), run_id)
    with pytest.raises(HitcastError, match=f"version {first.version + 1} .* not registered by hitcast"):
        store.list_models(settings)
