from dataclasses import replace
from datetime import timedelta

import pandas as pd
import pytest

from ml import tracking
from ml.bundles import load_bundle, save_bundle
from ml.data import read_marts
from ml.errors import HitcastError
from ml.predict import forecast, scored_rows
from ml.settings import Settings
from ml.train import Trained, fit_bundle, train
from tests.ml.conftest import MakeHome, quiet


def test_a_bundle_holds_native_files_only(trained: tuple[Settings, Trained]) -> None:
    champion = tracking.champion(trained[0])
    assert champion is not None
    suffixes = {file.suffix for file in champion.bundle.rglob("*") if file.is_file()}
    assert suffixes <= {".cbm", ".txt", ".json"}
    assert ".cbm" in suffixes


def test_a_bundle_forecasts_the_same_after_a_round_trip(trained: tuple[Settings, Trained], tmp_path: object) -> None:
    settings, result = trained
    marts = read_marts(settings)
    bundle = fit_bundle(marts, settings, result.cutoff, quiet)
    folder = settings.warehouse.parent / "bundle"
    folder.mkdir()
    save_bundle(bundle, folder)
    rows = scored_rows(marts, bundle, marts.data_through)
    pd.testing.assert_frame_equal(forecast(load_bundle(folder), rows), forecast(bundle, rows), rtol=1e-9, atol=1e-12)


def test_training_twice_gives_the_same_forecasts(trained: tuple[Settings, Trained]) -> None:
    settings, result = trained
    marts = read_marts(settings)
    champion = tracking.champion(settings)
    assert champion is not None
    kept, again = load_bundle(champion.bundle), fit_bundle(marts, settings, result.cutoff, quiet)
    rows = scored_rows(marts, kept, marts.data_through)
    pd.testing.assert_frame_equal(forecast(again, rows), forecast(kept, rows), rtol=1e-9, atol=1e-12)


def test_it_trains_on_nothing_that_matures_after_its_day(trained: tuple[Settings, Trained]) -> None:
    settings, result = trained
    champion = tracking.champion(settings)
    assert champion is not None
    bundle = load_bundle(champion.bundle)
    releases = read_marts(settings).releases.set_index("release_id")
    used = releases.loc[list(bundle.training_releases)]
    assert len(used) == result.release_count
    assert (used["release_date"] + pd.Timedelta(days=30) <= pd.Timestamp(result.cutoff)).all()
    assert not used["is_reissue"].any()


def test_the_better_feature_set_is_chosen_and_said(trained: tuple[Settings, Trained]) -> None:
    _, result = trained
    assert result.feature_set == "tiktok_vk"
    assert "RMSLE" in result.reason


def test_first_version_is_champion_and_later_ones_if_promoted(trained: tuple[Settings, Trained]) -> None:
    settings, first = trained
    assert first.is_champion
    second = train(settings, first.cutoff, promote=False, progress=quiet)
    assert not second.is_champion
    standing = tracking.champion(settings)
    assert standing is not None
    assert standing.version == first.version
    tracking.promote(settings, second.version)
    assert [version.is_champion for version in tracking.list_models(settings)] == [True, False]


def test_too_few_mature_releases_are_refused(settings: Settings, tmp_path: object) -> None:
    marts = read_marts(settings)
    early = marts.releases["release_date"].min().date() + timedelta(days=40)
    with pytest.raises(HitcastError, match="not enough data to train"):
        fit_bundle(marts, settings, early, quiet)


def test_other_horizons_and_a_single_class(make_home: MakeHome) -> None:
    settings = make_home(release_count=150, horizons=(14, 28), class_minimums=(0, 1, 2))
    marts = read_marts(settings)
    cutoff = marts.data_through - timedelta(days=30)
    bundle = fit_bundle(marts, settings, cutoff, quiet)
    rows = forecast(bundle, scored_rows(marts, bundle, marts.data_through))
    assert sorted(rows["horizon_days"].unique()) == [14, 28]
    assert (rows["predicted_class"] == "high").mean() > 0.9


def test_a_moved_home_still_works(trained: tuple[Settings, Trained]) -> None:
    settings, result = trained
    moved = settings.warehouse.parent.with_name("moved")
    settings.warehouse.parent.rename(moved)
    after = replace(settings, warehouse=moved / "warehouse.duckdb", mlflow_dir=moved / "mlflow")
    champion = tracking.champion(after)
    assert champion is not None
    assert load_bundle(champion.bundle).cutoff == result.cutoff
    second = train(after, result.cutoff, progress=quiet)
    assert (tracking.list_models(after)[0].bundle / "manifest.json").exists()
    assert second.is_champion
    assert not settings.warehouse.parent.exists()
