"""Damaged models, and stores that are lost, damaged or locked."""

import shutil
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from datetime import date
from pathlib import Path

import duckdb
import pytest

from hitcast.core.errors import BusyError, HitcastError
from hitcast.core.home import Home
from hitcast.core.settings import Settings
from ml import drift
from ml.predict import predict
from ml.registry import store, tracking
from ml.registry.bundles import load_bundle
from ml.registry.standing import load_standing
from ml.studies import DEFAULTS, open_storage, tuned_parameters
from tests.commands import cut, hitcast, overwritten, refused, rest_slow, slow, succeeded

TODAY = date(2022, 1, 1)


def first(folder: Path, pattern: str) -> Path:
    return sorted(folder.glob(pattern))[0]


DAMAGES: dict[str, Callable[[Path], object]] = {
    "the folder is gone": shutil.rmtree,
    "CatBoost cut off": lambda folder: cut(first(folder, "*.cbm"), 0.5),
    "CatBoost gone": lambda folder: first(folder, "*.cbm").unlink(),
    "noise in CatBoost": lambda folder: overwritten(first(folder, "*.cbm"), 0.3, 0.1),
    "JSON broken": lambda folder: cut(first(folder, "streams_*.json"), 0.5),
    "manifest broken": lambda folder: cut(folder / "manifest.json", 0.5),
    "manifest of another kind": lambda folder: (folder / "manifest.json").write_text("[1]"),
    "one figure changed": lambda folder: (folder / "training_releases.json").write_text("[]"),
}


def quiet(message: str) -> None:
    pass


@pytest.mark.parametrize("damage", rest_slow(DAMAGES, plain=3))
def test_the_champion_before_stands_in_for_a_damaged_one(
    settings: Settings, champion: store.Version, damage: str
) -> None:
    assert champion.version == 2
    DAMAGES[damage](champion.bundle)
    with pytest.raises(HitcastError, match=r"cannot be read .*`hitcast train`"):
        load_bundle(champion.bundle)
    standing = load_standing(settings)
    assert standing is not None
    assert standing.version.version == 1
    assert "instead of champion version 2, which cannot be read" in standing.instead_of


@pytest.mark.slow
def test_forecasts_and_status_say_who_stands_in_until_training_again(home: Home, champion: store.Version) -> None:
    cut(first(champion.bundle, "*.cbm"), 0.5)
    detail = succeeded(hitcast(home, "predict"))
    assert (
        "with hitcast/1, instead of champion version 2, which cannot be read; `hitcast train` makes another" in detail
    )
    assert "instead of champion version 2" in " ".join(succeeded(hitcast(home, "status")).split())


def test_a_damaged_champion_makes_a_retrain_due(settings: Settings, champion: store.Version) -> None:
    shutil.rmtree(champion.bundle)
    found = drift.look(settings)
    assert found is not None
    assert found.version == 1
    assert found.is_retrain_due
    assert found.reasons[0].startswith("version 1 stands instead of champion version 2")


def test_without_a_model_that_can_be_read_one_line_asks_for_training(home: Home, settings: Settings) -> None:
    for version in store.list_models(settings):
        shutil.rmtree(version.bundle)
    assert "Train again with `hitcast train`" in refused(hitcast(home, "predict"), 2)


@slow
def test_training_puts_a_model_in_the_place_of_damaged_ones(home: Home, settings: Settings) -> None:
    for version in store.list_models(settings):
        shutil.rmtree(version.bundle)
    assert "Train again with `hitcast train`" in refused(hitcast(home, "run", "--retrain", "never"), 2)
    said = succeeded(hitcast(home, "run"))
    assert "version 3 (champion" in said
    assert "no earlier champion can be read" in said
    assert "with hitcast/3" in said


def test_a_feature_that_is_gone_from_the_marts_is_named(settings: Settings) -> None:
    standing = load_standing(settings)
    assert standing is not None
    name = standing.bundle.streams[standing.bundle.feature_set].columns.numeric[3]
    with duckdb.connect(str(settings.warehouse)) as connection:
        connection.execute("create or replace table kept as from release_features")
        connection.execute("drop table release_features")
        connection.execute(f'create view release_features as select * exclude ("{name}") from kept')
        connection.execute("create or replace table listed as from feature_catalog")
        connection.execute("drop table feature_catalog")
        connection.execute(f"create view feature_catalog as from listed where feature_name <> '{name}'")
    with pytest.raises(HitcastError, match=rf"features that are gone: {name}.*`hitcast train`"):
        predict(settings, progress=quiet)


@pytest.mark.parametrize("kind", ["mlflow", "optuna"])
@pytest.mark.parametrize("damage", rest_slow(["noise", "cut off", "text"]))
def test_a_damaged_store_is_told_at_once(settings: Settings, kind: str, damage: str) -> None:
    file = tracking.store_file(settings) if kind == "mlflow" else settings.optuna_file
    if kind == "optuna":
        open_storage(settings)
    if damage == "noise":
        overwritten(file, 0.1, 0.8)
    elif damage == "cut off":
        cut(file, 0.5)
    else:
        file.write_text("no database" * 100)
    begun = time.monotonic()
    cure = "Put it back from a backup"
    with pytest.raises(HitcastError, match=rf"{file}: is damaged .*{cure}"):
        store.list_models(settings) if kind == "mlflow" else tuned_parameters(settings, TODAY)
    assert time.monotonic() - begun < 5


@pytest.mark.parametrize("kind", ["mlflow", "optuna"])
def test_a_locked_store_is_waited_for_and_then_told(settings: Settings, kind: str) -> None:
    file = tracking.store_file(settings) if kind == "mlflow" else settings.optuna_file
    if kind == "optuna":
        open_storage(settings)
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("begin exclusive")
        begun = time.monotonic()
        with pytest.raises(BusyError, match=rf"{file}: is locked by another process; waited 1 s"):
            store.list_models(settings) if kind == "mlflow" else tuned_parameters(settings, TODAY)
        assert 0.9 < time.monotonic() - begun < 10
    if kind == "mlflow":
        assert len(store.list_models(settings)) == 2


def test_lost_studies_leave_the_defaults(settings: Settings) -> None:
    assert not settings.optuna_file.exists()
    assert tuned_parameters(settings, TODAY).streams == DEFAULTS["streams"]


def test_a_lost_store_is_missed_while_models_lie_beside_it(home: Home, settings: Settings) -> None:
    tracking.store_file(settings).unlink()
    detail = refused(hitcast(home, "predict"), 2)
    assert "mlflow.db: is gone, and with it what is known of 2 models beside it" in detail
    assert "Put it back from a backup, or move the folder `mlflow` away and `hitcast train`" in detail
    assert "is gone" in succeeded(hitcast(home, "status"))
    settings.mlflow_dir.rename(home.root / "old mlflow")
    assert store.list_models(settings) == []
