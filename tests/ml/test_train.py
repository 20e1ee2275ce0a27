import os
import subprocess
import sys
import warnings
from dataclasses import replace
from datetime import timedelta
from threading import Barrier, Event

import duckdb
import pandas as pd
import pytest

from hitcast.core.errors import HitcastError
from hitcast.core.settings import Settings
from ml import fit
from ml.data import read_marts
from ml.estimators.zoo import ModelInputs, stream_model
from ml.fit import fit_bundle
from ml.predict import predict
from ml.registry import store
from ml.registry.bundles import load_bundle, save_bundle
from ml.score import score, scored_rows
from ml.streams import StreamModel
from ml.train import TrainingRun, train
from tests.ml.conftest import MakeHome, quiet
from tests.ml.world import PROJECT


def test_a_bundle_holds_native_files_only(trained: tuple[Settings, TrainingRun]) -> None:
    champion = store.champion(trained[0])
    assert champion is not None
    suffixes = {file.suffix for file in champion.bundle.rglob("*") if file.is_file() and file.name != "MLmodel"}
    assert suffixes <= {".cbm", ".txt", ".json"}
    assert ".cbm" in suffixes


def test_a_bundle_forecasts_the_same_after_a_round_trip(
    trained: tuple[Settings, TrainingRun], tmp_path: object
) -> None:
    settings, result = trained
    marts = read_marts(settings)
    bundle = fit_bundle(marts, settings, result.cutoff, quiet)
    folder = settings.warehouse.parent / "bundle"
    folder.mkdir()
    save_bundle(bundle, folder)
    rows = scored_rows(marts, bundle, marts.data_through)[0]
    pd.testing.assert_frame_equal(score(load_bundle(folder), rows), score(bundle, rows), rtol=1e-9, atol=1e-12)


@pytest.mark.slow
def test_training_twice_gives_the_same_forecasts(trained: tuple[Settings, TrainingRun]) -> None:
    settings, result = trained
    marts = read_marts(settings)
    champion = store.champion(settings)
    assert champion is not None
    kept, again = load_bundle(champion.bundle), fit_bundle(marts, settings, result.cutoff, quiet)
    rows = scored_rows(marts, kept, marts.data_through)[0]
    pd.testing.assert_frame_equal(score(again, rows), score(kept, rows), rtol=1e-9, atol=1e-12)


def test_it_trains_on_nothing_that_matures_after_its_day(trained: tuple[Settings, TrainingRun]) -> None:
    settings, result = trained
    champion = store.champion(settings)
    assert champion is not None
    bundle = load_bundle(champion.bundle)
    releases = read_marts(settings).releases.set_index("release_id")
    used = releases.loc[list(bundle.training_releases)]
    assert len(used) == result.release_count
    assert (used["release_date"] + pd.Timedelta(days=30) <= pd.Timestamp(result.cutoff)).all()
    assert not used["is_reissue"].any()


def test_the_better_feature_set_is_chosen_and_said(trained: tuple[Settings, TrainingRun]) -> None:
    _, result = trained
    assert result.feature_set == "tiktok_vk"
    assert "RMSLE" in result.reason


def test_first_version_is_champion_and_later_ones_if_promoted(trained: tuple[Settings, TrainingRun]) -> None:
    settings, first = trained
    assert first.is_champion
    second = train(settings, first.cutoff, promote=False, progress=quiet)
    assert not second.is_champion
    standing = store.champion(settings)
    assert standing is not None
    assert standing.version == first.version
    store.promote(settings, second.version)
    assert [version.is_champion for version in store.list_models(settings)] == [True, False]


@pytest.mark.slow
def test_retraining_on_more_data_is_a_refresh_and_the_version_says_so(trained: tuple[Settings, TrainingRun]) -> None:
    settings, first = trained
    second = train(settings, first.cutoff + timedelta(days=30), progress=quiet)
    assert second.is_champion
    standing = store.champion(settings)
    assert standing is not None
    assert standing.version == second.version
    assert standing.tags["promotion"] == second.decision.verdict == "refresh"
    assert f"version {first.version}" in standing.tags["promotion_reason"]
    assert store.rollback(settings) == first.version


@pytest.mark.slow
def test_another_recipe_is_registered_and_not_promoted_until_releases_can_tell(
    trained: tuple[Settings, TrainingRun],
) -> None:
    settings, first = trained
    second = train(replace(settings, seed=1), first.cutoff, progress=quiet)
    assert not second.is_champion
    newest, standing = store.list_models(settings)
    assert standing.is_champion
    assert newest.tags["promotion"] == "too few to tell"
    assert newest.tags["recipe"] != standing.tags["recipe"]
    assert train(replace(settings, seed=1), first.cutoff, promote=True, progress=quiet).is_champion


def test_a_winner_of_compare_is_registered_promoted_and_scores(trained: tuple[Settings, TrainingRun]) -> None:
    settings, first = trained
    with pytest.raises(HitcastError, match=r"unknown model oracle of streams\. Use one of train_median"):
        train(settings, first.cutoff, progress=quiet, models={"streams": "oracle"})
    winner = train(settings, first.cutoff, True, quiet, {"streams": "scale_factor", "classes": "logistic"})
    champion = store.champion(settings)
    assert champion is not None
    assert champion.version == winner.version
    assert (champion.tags["stream_model"], champion.tags["class_model"]) == ("scale_factor", "logistic")
    predicted = predict(settings, progress=quiet)
    assert predicted.release_count > 0
    with duckdb.connect(str(settings.warehouse), read_only=True) as warehouse:
        [[least, feature]] = warehouse.sql(
            "select min(predicted_streams), (select any_value(feature_name) from ml.prediction_drivers"
            " where driver_rank = 1 and driver_kind = 'group') from ml.predictions where refusal is null"
        ).fetchall()
    assert least > 0
    assert feature == "level"
    # trained again, it stays what it was chosen to be
    assert train(settings, first.cutoff + timedelta(days=10), progress=quiet).decision.verdict == "refresh"
    assert store.list_models(settings)[0].tags["stream_model"] == "scale_factor"


def genres_differ(tables: dict[str, pd.DataFrame]) -> None:
    """One genre streams four times as much, which no line or ridge can tell: trees get weight."""
    genres = tables["release_features"].drop_duplicates("release_id").set_index("release_id")["genre"]
    targets = tables["release_targets"]
    is_first = targets["release_id"].map(genres) == genres.iloc[0]
    targets.loc[is_first, "streams"] = targets.loc[is_first, "streams"] * 4


@pytest.mark.slow
def test_two_processes_forecast_the_same(make_home: MakeHome) -> None:
    """Hash seeds differ, so that an order taken from a set would show."""
    command = (
        "import sys; from pathlib import Path; from hitcast.core.settings import Settings; "
        "from ml.train import train; from ml.predict import predict; home = Path(sys.argv[1]); "
        "settings = Settings(home / 'warehouse.duckdb', home / 'mlflow', home / 'optuna.db'); "
        "train(settings); predict(settings)"
    )
    message = []
    for seed in ("1", "2"):
        settings = make_home(f"home{seed}", change=genres_differ, release_count=300)
        subprocess.run(
            [sys.executable, "-c", command, str(settings.warehouse.parent)],
            env={**os.environ, "PYTHONHASHSEED": seed},
            cwd=PROJECT,
            check=True,
            capture_output=True,
        )
        with duckdb.connect(str(settings.warehouse), read_only=True) as warehouse:
            message.append(warehouse.sql("from ml.predictions order by release_id, horizon_days").df())
        standing = store.champion(settings)
        assert standing is not None
        # without trees there would be no chance to tell
        assert any(model.point_.trees_ for model in load_bundle(standing.bundle).streams["tiktok_vk"].models_)
    own = ["run_id", "predicted_at"]
    assert len(message[0]) > 10
    pd.testing.assert_frame_equal(message[0].drop(columns=own), message[1].drop(columns=own), rtol=1e-9, atol=1e-12)


def test_too_few_mature_releases_are_refused(settings: Settings, tmp_path: object) -> None:
    marts = read_marts(settings)
    early = marts.releases["release_date"].min().date() + timedelta(days=40)
    with pytest.raises(HitcastError, match="not enough data to train"):
        fit_bundle(marts, settings, early, quiet)


def test_a_total_that_lacks_days_is_told_from_one_that_is_not_due(make_home: MakeHome) -> None:
    """More past days would not help a label whose windows have ended, but with holes."""

    def drop_days(tables: dict[str, pd.DataFrame]) -> None:
        targets = tables["release_targets"]
        is_holed = targets["release_id"].isin(targets["release_id"].unique()[5:])
        targets.loc[is_holed, ["streams", "is_mature"]] = [None, False]

    settings = make_home(release_count=60, change=drop_days)
    marts = read_marts(settings)
    with pytest.raises(HitcastError, match=r"5 releases had whole windows .* more lack days of VK") as refusal:
        fit_bundle(marts, settings, marts.data_through + timedelta(days=1), quiet)
    assert "`hitcast status`" in refusal.value.cure


def test_releases_that_nobody_streamed_do_not_count_as_enough(make_home: MakeHome) -> None:
    """They were learned from as if every release stayed as it is: intervals without any width."""

    def silence(tables: dict[str, pd.DataFrame]) -> None:
        targets = tables["release_targets"]
        targets.loc[targets["release_id"].isin(targets["release_id"].unique()[5:]), "streams"] = 0

    settings = make_home(release_count=60, change=silence)
    marts = read_marts(settings)
    with pytest.raises(HitcastError, match=r"5 of them with streams; 20 with streams are needed") as refusal:
        fit_bundle(marts, settings, marts.data_through + timedelta(days=1), quiet)
    assert "the catalog's dates and ISRCs" in refusal.value.cure


def test_what_one_fit_ignores_is_not_heard_through_the_other(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Filters of warnings are the process's: of two threads that set them aside, the first to end restores them."""
    both_inside, one_outside = Barrier(2), Event()

    def fits(name: str, training: pd.DataFrame, given: ModelInputs) -> StreamModel:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)
            both_inside.wait(60)
            if given.feature_set == "tiktok_vk":
                one_outside.wait(60)
                warnings.warn("All-NaN slice encountered", RuntimeWarning, stacklevel=1)
        one_outside.set()
        return stream_model(name, training, given)

    monkeypatch.setattr(fit, "stream_model", fits)
    marts = read_marts(settings)
    with warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always")
        fit_bundle(marts, replace(settings, threads=2), marts.data_through, quiet)
    assert [str(each.message) for each in heard if "All-NaN" in str(each.message)] == []


def test_other_horizons_and_a_single_class(make_home: MakeHome) -> None:
    settings = make_home(release_count=150, horizons=(14, 28), class_minimums=(0, 1, 2))
    marts = read_marts(settings)
    cutoff = marts.data_through - timedelta(days=30)
    bundle = fit_bundle(marts, settings, cutoff, quiet)
    rows = score(bundle, scored_rows(marts, bundle, marts.data_through)[0])
    assert sorted(rows["horizon_days"].unique()) == [14, 28]
    assert (rows["predicted_class"] == "high").mean() > 0.9


def test_what_moves_the_forecasts_is_kept_with_the_run(trained: tuple[Settings, TrainingRun]) -> None:
    settings, result = trained
    table = pd.read_csv(settings.mlflow_dir / "artifacts" / result.run_id / "artifacts" / "importances.csv")
    case_rows = table[(table["feature_set"] == "tiktok_vk") & (table["horizon_days"] == 30)]
    assert case_rows["mean_absolute_contribution"].is_monotonic_decreasing
    # its world streams on as it streamed so far, and as it grew
    assert case_rows["feature_name"].iloc[0] == "vk_streams_total"
    assert not case_rows["feature_name"].duplicated().any()


@pytest.mark.slow
def test_a_moved_home_still_works(trained: tuple[Settings, TrainingRun]) -> None:
    settings, result = trained
    moved = settings.warehouse.parent.with_name("moved")
    settings.warehouse.parent.rename(moved)
    after = replace(settings, warehouse=moved / "warehouse.duckdb", mlflow_dir=moved / "mlflow")
    champion = store.champion(after)
    assert champion is not None
    assert load_bundle(champion.bundle).cutoff == result.cutoff
    second = train(after, result.cutoff, progress=quiet)
    assert (store.list_models(after)[0].bundle / "manifest.json").exists()
    assert second.is_champion
    assert not settings.warehouse.parent.exists()
