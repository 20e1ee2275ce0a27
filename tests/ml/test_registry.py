from pathlib import Path

import pytest

from ml import registry, tracking
from ml.errors import HitcastError
from ml.settings import Settings
from ml.train import Trained


def registered(settings: Settings, folder: Path) -> int:
    """One more version, of a bundle that only says who it is."""
    folder.mkdir()
    (folder / "manifest.json").write_text("{}")
    client = tracking.open_client(settings)
    with tracking.record_run(client, settings, "train") as run_id:
        return registry.register(client, settings, run_id, folder, {"cutoff": "2021-01-01"})


def test_rollback_returns_to_the_previous_champions_one_by_one(
    trained: tuple[Settings, Trained], tmp_path: Path
) -> None:
    settings, first = trained
    second = registered(settings, tmp_path / "second")
    third = registered(settings, tmp_path / "third")
    for version in (second, third):
        registry.promote(settings, version)
    assert registry.rollback(settings) == second
    assert registry.rollback(settings) == first.version
    champion = registry.champion(settings)
    assert champion is not None
    assert champion.version == first.version
    with pytest.raises(HitcastError, match="no earlier champion"):
        registry.rollback(settings)


def test_promoting_the_champion_again_changes_nothing(trained: tuple[Settings, Trained], tmp_path: Path) -> None:
    settings, first = trained
    second = registered(settings, tmp_path / "second")
    registry.promote(settings, second)
    registry.promote(settings, second)
    assert registry.rollback(settings) == first.version


def test_an_unknown_version_is_told(trained: tuple[Settings, Trained]) -> None:
    with pytest.raises(HitcastError, match="no model version 99"):
        registry.promote(trained[0], 99)


def test_an_untrained_home_has_no_models_and_gets_no_store(tmp_path: Path) -> None:
    settings = Settings(tmp_path / "warehouse.duckdb", tmp_path / "mlflow", tmp_path / "optuna.db")
    assert registry.list_models(settings) == []
    assert registry.champion(settings) is None
    with pytest.raises(HitcastError, match="no earlier champion"):
        registry.rollback(settings)
    assert not settings.mlflow_dir.exists()


@pytest.mark.parametrize("run_id", [None, "../../elsewhere"], ids=["no run", "a run elsewhere"])
def test_a_version_that_another_program_registered_is_told(
    trained: tuple[Settings, Trained], run_id: str | None
) -> None:
    settings, first = trained
    client = tracking.open_client(settings)
    client.create_model_version(registry.MODEL, settings.mlflow_dir.as_uri(), run_id)
    with pytest.raises(HitcastError, match=f"version {first.version + 1} .* not registered by hitcast"):
        registry.list_models(settings)
