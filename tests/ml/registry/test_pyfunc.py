"""The champion loads as users of MLflow expect, also where its home was moved or copied."""

import shutil
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import duckdb
import mlflow
import pandas as pd
import pytest
from mlflow.exceptions import MlflowException

from hitcast.core.settings import Settings
from ml.data import read_marts
from ml.registry import store, tracking
from ml.registry.bundles import load_bundle
from ml.score import forecast
from ml.train import TrainingRun

CHAMPION = f"models:/{store.MODEL}@{store.ALIAS}"


@pytest.fixture
def _own_store() -> Iterator[None]:
    """What a test sets for the process is set back."""
    before = mlflow.get_tracking_uri()
    yield
    mlflow.set_tracking_uri(before)


def load_champion(settings: Settings) -> mlflow.pyfunc.PyFuncModel:
    # as any command does: before, the store of a copy names the artifacts of its original
    tracking.open_client(settings)
    mlflow.set_tracking_uri(f"sqlite:///{tracking.store_file(settings)}")
    return mlflow.pyfunc.load_model(CHAMPION)


def rows_of(settings: Settings) -> pd.DataFrame:
    """As a user reads them, with DuckDB's types."""
    with closing(duckdb.connect(str(settings.warehouse), read_only=True)) as warehouse:
        return warehouse.sql("from release_features order by release_id, as_of_day limit 40").df()


@pytest.mark.usefixtures("_own_store")
def test_the_champion_scores_rows_of_release_features_without_a_pickle(trained: tuple[Settings, TrainingRun]) -> None:
    settings, result = trained
    unpickled: list[object] = []
    watching = [True]
    sys.addaudithook(lambda event, held: unpickled.append(held) if watching and event == "pickle.find_class" else None)
    model, rows = load_champion(settings), rows_of(settings)
    scored = model.predict(rows)
    watching.clear()
    assert unpickled == []

    champion = store.champion(settings)
    assert champion is not None
    features = read_marts(settings).features
    same = features.merge(rows[["release_id", "as_of_day"]]).sort_values(["release_id", "as_of_day"])
    own = forecast(load_bundle(champion.bundle), same).drop(columns="refusal").reset_index(drop=True)
    pd.testing.assert_frame_equal(scored, own, check_dtype=False, rtol=1e-12)

    assert model.metadata.run_id == result.run_id
    assert "release_id" in model.metadata.signature.inputs.input_names()
    assert "predicted_streams" in model.metadata.signature.outputs.input_names()
    with pytest.raises(MlflowException, match="genre"):
        model.predict(rows.drop(columns="genre"))


def test_a_version_says_what_it_is_and_what_it_was_trained_on(trained: tuple[Settings, TrainingRun]) -> None:
    settings, result = trained
    client = tracking.open_client(settings)
    version = client.get_model_version_by_alias(store.MODEL, store.ALIAS)
    assert f"{result.release_count} releases" in version.description
    assert version.tags["stream_model"] == "catboost"
    [noted] = client.get_run(result.run_id).inputs.dataset_inputs
    assert noted.dataset.name == "release_features"
    assert f'"num_releases": {result.release_count}' in noted.dataset.profile


@pytest.mark.usefixtures("_own_store")
def test_a_copied_home_shows_and_loads_its_own_artifacts(trained: tuple[Settings, TrainingRun], tmp_path: Path) -> None:
    settings, result = trained
    home = settings.warehouse.parent
    # a space and a letter that an address writes otherwise
    copy = tmp_path / "the copy of Ж"
    shutil.copytree(home, copy)
    home.rename(home.with_name("gone"))
    after = replace(settings, warehouse=copy / "warehouse.duckdb", mlflow_dir=copy / "mlflow")
    client = tracking.open_client(after)
    assert {found.path for found in client.list_artifacts(result.run_id)} == {"bundle", "importances.csv"}
    assert "bundle/MLmodel" in {found.path for found in client.list_artifacts(result.run_id, "bundle")}
    rows = rows_of(after)
    assert len(load_champion(after).predict(rows)) == sum((rows["as_of_day"] < horizon).sum() for horizon in (14, 30))


def test_addresses_are_moved_all_or_none(trained: tuple[Settings, TrainingRun], tmp_path: Path) -> None:
    settings, result = trained
    before = tracking.open_client(settings).get_run(result.run_id).info.artifact_uri
    copy = replace(settings, mlflow_dir=tmp_path / "copied")
    shutil.copytree(settings.mlflow_dir, copy.mlflow_dir)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tracking, "MOVES", (*tracking.MOVES, "update no_such_table set x = 1"))
        champion = store.champion(copy)
        assert tracking.open_client(copy).get_run(result.run_id).info.artifact_uri == before
    # what hitcast itself reads does not wait for the addresses, as in a home that may only be read
    assert champion is not None
    assert champion.bundle.is_relative_to(copy.mlflow_dir)
    moved = tracking.open_client(copy).get_run(result.run_id).info.artifact_uri
    assert moved == before.replace(settings.mlflow_dir.as_uri(), copy.mlflow_dir.as_uri())
