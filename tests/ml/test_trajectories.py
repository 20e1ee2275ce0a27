from datetime import timedelta

import duckdb
import numpy as np
import pandas as pd
import pytest

from hitcast.core.settings import Settings
from ml.data import read_marts
from ml.days import paths_of, read_paths
from ml.predict import predict
from ml.registry import store
from ml.registry.bundles import load_bundle
from ml.train import TrainingRun, train
from ml.trajectories import forecast_trajectories
from tests.ml.conftest import MakeHome, quiet
from tests.ml.test_predict import read

ENDS = ["predicted_streams", "lower_80", "upper_80", "lower_90", "upper_90"]


def forecasts_and_paths(settings: Settings) -> tuple[pd.DataFrame, pd.DataFrame]:
    result = predict(settings, progress=quiet)
    paths = read(settings, "from ml.trajectories order by release_id, days_since_release")
    assert paths["run_id"].eq(result.run_id).all()
    return read(settings, "from ml.predictions where refusal is null"), paths


def check(rows: pd.DataFrame, paths: pd.DataFrame, horizons: tuple[int, ...]) -> None:
    """Every release has a path of all days, which goes through its forecasts and never falls."""
    longest = max(horizons)
    assert (paths.groupby("release_id")["days_since_release"].agg(["min", "max", "size"]) == [1, longest, longest]).all(
        axis=None
    )
    assert set(paths["release_id"]) == set(rows["release_id"])
    both = rows.merge(
        paths,
        left_on=["release_id", "horizon_days", "as_of_day"],
        right_on=["release_id", "days_since_release", "as_of_day"],
        suffixes=("", "_path"),
    )
    assert set(both["horizon_days"]) == set(horizons)
    for name in ENDS:
        assert (both[name] == both[f"{name}_path"]).all()
    for name in (*ENDS, "joint_lower_80", "joint_upper_80"):
        assert (paths.groupby("release_id")[name].diff().dropna() >= -1e-6).all()


def test_paths_go_through_the_forecasts_of_all_horizons(trained: tuple[Settings, TrainingRun]) -> None:
    settings, _ = trained
    rows, paths = forecasts_and_paths(settings)
    check(rows, paths, (14, 30))
    known = paths[paths["days_since_release"] <= paths["as_of_day"]]
    landed = read(
        settings,
        "select release_id, day_number + 1 as days_since_release, "
        "sum(vk_streams) over (partition by release_id order by day_number) as streams from release_days",
    )
    known = known.merge(landed, on=["release_id", "days_since_release"])
    assert len(known)
    assert (known["predicted_streams"] == known["streams"]).all()
    assert (known["joint_lower_80"] == known["joint_upper_80"]).all()


@pytest.mark.slow
@pytest.mark.parametrize(
    "horizons",
    [(7, 14), (14, 30, 60), (14,)],
)
def test_any_horizons_have_paths(make_home: MakeHome, horizons: tuple[int, ...]) -> None:
    settings = make_home(release_count=300, horizons=horizons)
    train(settings, read_marts(settings).data_through - timedelta(days=60), progress=quiet)
    rows, paths = forecasts_and_paths(settings)
    check(rows, paths, horizons)


def test_streams_from_the_as_of_day_on_change_no_path(trained: tuple[Settings, TrainingRun]) -> None:
    settings, run = trained
    as_of = run.cutoff + timedelta(days=20)
    predict(settings, as_of, progress=quiet)
    before = read(settings, "from ml.trajectories order by all")
    with duckdb.connect(str(settings.warehouse)) as connection:
        connection.execute(
            "update release_days set vk_streams = 1000 * vk_streams from releases "
            "where release_days.release_id = releases.release_id and release_date + to_days(day_number) >= ?",
            [as_of],
        )
    predict(settings, as_of, progress=quiet)
    pd.testing.assert_frame_equal(read(settings, "from ml.trajectories order by all"), before)


def test_without_vk_a_path_starts_from_nothing(make_home: MakeHome) -> None:
    settings = make_home(release_count=200)
    with duckdb.connect(str(settings.warehouse)) as connection:
        # whatever VK had told, the totals are others: TikTok alone forecasts better
        connection.execute(
            "update release_features set vk_streams_total = null, vk_streams_last_day = null, vk_streams_known = null"
        )
    train(settings, read_marts(settings).data_through - timedelta(days=60), progress=quiet)
    rows, paths = forecasts_and_paths(settings)
    check(rows, paths, (14, 30))
    first = paths[paths["days_since_release"] == 1]
    assert (first["lower_80"] < first["upper_80"]).mean() > 0.9


def test_a_path_starts_from_what_landed_after_the_day_of_the_forecast(
    trained: tuple[Settings, TrainingRun],
) -> None:
    """TikTok alone is ahead of VK: the forecast has not seen the streams, and the path is no lower than they are."""
    settings, _ = trained
    standing, marts, paths = store.champion(settings), read_marts(settings), read_paths(settings)
    assert standing is not None
    bundle = load_bundle(standing.bundle)
    rows = marts.features[
        (marts.features["as_of_day"] == 10) & ~marts.features["release_id"].isin(bundle.training_releases)
    ].assign(chosen_set="tiktok", vk_through_day=8)
    landed = paths_of(paths, rows)
    rows = rows.assign(floor_streams=landed[:, 7])
    found = forecast_trajectories(bundle, rows, paths).set_index(["release_id", "days_since_release"])
    for place, release in enumerate(rows["release_id"]):
        path = found.loc[release]
        assert path["predicted_streams"].to_numpy()[:8].tolist() == landed[place, :8].tolist()
        for name in (*ENDS, "joint_lower_80", "joint_upper_80"):
            assert (path[name].to_numpy()[8:] >= landed[place, 7]).all()
            assert (np.diff(path[name].to_numpy()) >= -1e-6).all()
        assert (path["lower_80"].to_numpy()[8:] < path["upper_80"].to_numpy()[8:]).all()
