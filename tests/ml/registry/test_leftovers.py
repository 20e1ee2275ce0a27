from pathlib import Path

import pytest

from hitcast.core.settings import Settings
from ml.registry import leftovers, store, tracking
from ml.registry.leftovers import finish_killed, prune


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(tmp_path / "warehouse.duckdb", tmp_path / "mlflow", tmp_path / "optuna.db")


def registered(settings: Settings, folder: Path, is_promoted: bool = False) -> int:
    """One more version, of a bundle that only says who it is; what comes after its registration never happens."""
    folder.mkdir(exist_ok=True)
    (folder / "manifest.json").write_text("{}")
    client = tracking.open_client(settings)
    with tracking.record_run(client, settings, "train") as run_id:
        return store.register(client, settings, run_id, folder, {"cutoff": "2021-01-01"}, is_promoted)


def champion_of(settings: Settings) -> int | None:
    champion = store.champion(settings)
    return None if champion is None else champion.version


def test_a_version_registered_to_become_champion_becomes_it(settings: Settings, tmp_path: Path) -> None:
    registered(settings, tmp_path / "bundle", is_promoted=True)
    assert champion_of(settings) is None
    [message] = finish_killed(settings)
    assert "version 1" in message
    assert champion_of(settings) == 1
    candidate = registered(settings, tmp_path / "bundle")
    assert finish_killed(settings) == []
    assert champion_of(settings) == 1 < candidate


def test_a_title_given_by_hand_since_stands(settings: Settings, tmp_path: Path) -> None:
    for _ in range(2):
        store.promote(settings, registered(settings, tmp_path / "bundle"))
    registered(settings, tmp_path / "bundle", is_promoted=True)
    store.promote(settings, 1)
    assert finish_killed(settings) == []
    assert champion_of(settings) == 1


def test_running_runs_of_the_dead_are_marked_and_what_they_kept_goes(settings: Settings, tmp_path: Path) -> None:
    registered(settings, tmp_path / "bundle")
    client = tracking.open_client(settings)
    experiment = client.get_experiment_by_name(tracking.EXPERIMENT)
    dead, alive = (client.create_run(experiment.experiment_id, tags={"command": name}) for name in ("train", "tune"))
    kept = settings.mlflow_dir / "artifacts" / dead.info.run_id / "artifacts" / ".bundle.part" / "half"
    kept.parent.mkdir(parents=True)
    kept.touch()
    assert finish_killed(settings) == ["marked a train as killed"]
    assert client.get_run(dead.info.run_id).info.status == "KILLED"
    assert client.get_run(alive.info.run_id).info.status == "RUNNING"
    assert not (settings.mlflow_dir / "artifacts" / dead.info.run_id).exists()
    [version] = store.list_models(settings)
    assert version.bundle.is_dir()
    assert finish_killed(settings) == []


def test_a_promotion_cut_short_leaves_no_champion_before_itself(settings: Settings, tmp_path: Path) -> None:
    for _ in range(2):
        store.promote(settings, registered(settings, tmp_path / "bundle"))
    killed = registered(settings, tmp_path / "bundle")
    client = tracking.open_client(settings)
    # what a kill between the number and the alias leaves
    client.set_model_version_tag(store.MODEL, str(killed), store.TURN_TAG, "3")
    assert [version.version for version in store.earlier_champions(settings)] == [1]
    store.promote(settings, registered(settings, tmp_path / "bundle"))
    assert [version.version for version in store.earlier_champions(settings)] == [2, 1]
    assert [store.rollback(settings), store.rollback(settings)] == [2, 1]


def test_a_champion_that_was_given_up_is_no_earlier_one(settings: Settings, tmp_path: Path) -> None:
    for _ in range(3):
        store.promote(settings, registered(settings, tmp_path / "bundle"))
    assert store.rollback(settings) == 2
    store.promote(settings, registered(settings, tmp_path / "bundle"))
    assert [version.version for version in store.earlier_champions(settings)] == [2, 1]
    # taking the title again moves a version to the end of the line
    store.promote(settings, 1)
    assert [version.version for version in store.earlier_champions(settings)] == [4, 2]


def test_a_store_half_made_is_made_anew(settings: Settings, tmp_path: Path) -> None:
    settings.mlflow_dir.mkdir()
    (settings.mlflow_dir / ".mlflow.db.part").write_bytes(b"half a sto")
    assert registered(settings, tmp_path / "bundle") == 1
    assert not (settings.mlflow_dir / ".mlflow.db.part").exists()


def test_bundles_that_nobody_can_ask_for_go(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leftovers, "MAX_EARLIER", 2)
    for number in range(1, 7):
        version = registered(settings, tmp_path / "bundle")
        # the last two stay candidates
        if number <= 4:
            store.promote(settings, version)
    orphan = settings.mlflow_dir / "artifacts" / "of a killed prune" / "artifacts" / "bundle"
    orphan.mkdir(parents=True)
    assert prune(settings) == [1]
    versions = store.list_models(settings)
    assert [version.version for version in versions] == [6, 5, 4, 3, 2]
    assert all(version.bundle.is_dir() for version in versions)
    assert len(list(settings.mlflow_dir.glob("artifacts/*/artifacts/bundle"))) == 5
    assert [store.rollback(settings), store.rollback(settings)] == [3, 2]
    # given up by going back, and no longer among the last
    assert prune(settings) == [3, 4]
    assert registered(settings, tmp_path / "bundle") == 7
