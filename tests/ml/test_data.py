import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest

from hitcast.core.errors import BusyError, HitcastError
from hitcast.core.settings import Settings
from hitcast.core.warehouse import write_tables
from ml.data import Marts, feature_columns, modelling_frame, read_marts
from tests.ml.conftest import MakeHome


def test_feature_sets_leave_out_their_groups(marts: Marts, training: pd.DataFrame) -> None:
    tiktok = feature_columns(marts.catalog, "tiktok", training).all
    both = feature_columns(marts.catalog, "tiktok_vk", training).all
    assert not [name for name in tiktok if name.startswith("vk_")]
    assert "vk_streams_total" in both
    assert "tiktok_likes_total" not in both
    assert tiktok[0] == "as_of_day"
    assert set(tiktok) < set(both)


def test_calendar_features_wait_for_two_years(marts: Marts, training: pd.DataFrame) -> None:
    recent = training[training["release_date"] > training["release_date"].max() - pd.Timedelta(days=400)]
    assert "release_weekday" in feature_columns(marts.catalog, "tiktok", training).all
    assert "release_weekday" not in feature_columns(marts.catalog, "tiktok", recent).all


def test_unknown_feature_set_is_refused(marts: Marts, training: pd.DataFrame) -> None:
    with pytest.raises(HitcastError, match="unknown feature set vk"):
        feature_columns(marts.catalog, "vk", training)


def test_frame_has_no_reissue_and_only_whole_windows(marts: Marts, frame: pd.DataFrame) -> None:
    reissues = set(marts.releases.loc[marts.releases["is_reissue"], "release_id"])
    assert reissues
    assert not reissues & set(frame["release_id"])
    young = frame["release_date"] > pd.Timestamp(marts.data_through) - pd.Timedelta(days=29)
    assert frame.loc[young, "streams_30"].isna().all()
    assert frame.loc[~young, "streams_30"].notna().all()


def test_infinite_and_missing_values_become_ones_that_models_take(make_home: MakeHome) -> None:
    def spoil(tables: dict[str, pd.DataFrame]) -> None:
        features = tables["release_features"]
        features.loc[features.index[:5], "tiktok_views_log_slope"] = np.inf
        features.loc[features.index[:5], "genre"] = None

    marts = read_marts(make_home(release_count=60, change=spoil))
    assert np.isfinite(marts.features["tiktok_views_log_slope"].dropna()).all()
    assert (marts.features["genre"] == "missing").sum() == 5


def test_a_feature_added_to_catalog_and_mart_is_taken(make_home: MakeHome) -> None:
    def add(tables: dict[str, pd.DataFrame]) -> None:
        tables["release_features"]["moon_phase"] = 0.5
        row = {"feature_name": "moon_phase", "feature_group": "competition", "feature_kind": "numeric", "position": 99}
        tables["feature_catalog"] = pd.concat([tables["feature_catalog"], pd.DataFrame([row])])

    settings = make_home(release_count=60, change=add)
    marts = read_marts(settings)
    training = modelling_frame(marts, settings.horizons)
    assert feature_columns(marts.catalog, "tiktok", training).numeric[-1] == "moon_phase"


def test_missing_warehouse_is_told(tmp_path: Path) -> None:
    with pytest.raises(HitcastError, match="no warehouse yet"):
        read_marts(Settings(tmp_path / "none.duckdb", tmp_path, tmp_path / "optuna.db"))


def test_missing_marts_are_told(tmp_path: Path) -> None:
    duckdb.connect(str(tmp_path / "empty.duckdb")).close()
    with pytest.raises(HitcastError, match="hitcast run"):
        read_marts(Settings(tmp_path / "empty.duckdb", tmp_path, tmp_path / "optuna.db"))


def test_empty_marts_are_told(make_home: MakeHome) -> None:
    def empty(tables: dict[str, pd.DataFrame]) -> None:
        for name in ("releases", "release_features", "release_targets"):
            tables[name] = tables[name].iloc[:0]

    with pytest.raises(HitcastError, match="no releases yet"):
        read_marts(make_home(release_count=60, change=empty))


def test_marts_without_activity_of_the_territory_are_refused(make_home: MakeHome) -> None:
    """Reports of another territory leave zeros everywhere, which would be forecast and judged as if they were known."""

    def silence(tables: dict[str, pd.DataFrame]) -> None:
        counts = [name for name in tables["release_features"] if name.startswith(("tiktok_", "vk_"))]
        tables["release_features"][counts] = 0
        tables["release_targets"]["streams"] = 0

    with pytest.raises(HitcastError, match=r"no activity of territory .*`territory`"):
        read_marts(make_home(release_count=60, change=silence))


def test_a_catalog_whose_windows_lie_outside_the_delivered_days_is_told_so(make_home: MakeHome) -> None:
    """The territory is right, and to set another one would not help."""

    def forget(tables: dict[str, pd.DataFrame]) -> None:
        features = tables["release_features"]
        features[["tiktok_views_total", "vk_streams_total"]] = None
        for platform in ("tiktok", "vk"):
            features[f"{platform}_missing_days"], features[f"{platform}_days_behind"] = features["as_of_day"], 0
        tables["release_targets"]["streams"] = None

    with pytest.raises(HitcastError, match=r"releases are dated .* no day of their windows has been delivered"):
        read_marts(make_home(release_count=60, change=forget))


def test_horizons_that_the_marts_lack_are_told(settings: Settings) -> None:
    with pytest.raises(HitcastError, match=r"no targets for horizons \[28\]"):
        read_marts(replace(settings, horizons=(14, 28), class_horizon=28))


def test_a_feature_of_the_wrong_kind_is_told(make_home: MakeHome) -> None:
    def mistake(tables: dict[str, pd.DataFrame]) -> None:
        tables["feature_catalog"].loc[tables["feature_catalog"]["feature_name"] == "genre", "feature_kind"] = "numeric"

    with pytest.raises(HitcastError, match="genre is declared numeric"):
        read_marts(make_home(release_count=60, change=mistake))


def test_a_warehouse_held_by_another_process_is_told(make_home: MakeHome) -> None:
    settings = make_home(release_count=60)
    holder = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import duckdb, sys; c = duckdb.connect(sys.argv[1]); print('held', flush=True); sys.stdin.read()",
            str(settings.warehouse),
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    try:
        assert holder.stdout is not None
        assert holder.stdout.readline().strip() == b"held"
        with pytest.raises(BusyError, match=rf"is held open by python.*, process {holder.pid}; waited 1 s") as refusal:
            read_marts(replace(settings, patience_seconds=1.0))
        assert "\n" not in str(refusal.value)
        # whoever lets go in time is waited for
        threading.Timer(1.0, holder.kill).start()
        assert not read_marts(settings).releases.empty
    finally:
        holder.kill()
        holder.communicate()


def test_writing_is_all_or_nothing_and_keeps_types(make_home: MakeHome) -> None:
    settings = make_home(release_count=60)
    drivers = pd.DataFrame(
        {
            "run_id": "run",
            "release_id": ["A", "B"],
            "horizon_days": 14,
            "driver_kind": "feature",
            "driver_rank": 1,
            "reason": "x",
            "reason_ru": "x",
            "feature_name": "x",
            "feature_value": [None, None],
            "contribution": 0.5,
        }
    )
    write_tables(settings, {"prediction_drivers": drivers})
    with pytest.raises(KeyError, match="not in index"):
        write_tables(settings, {"prediction_drivers": drivers, "predictions": drivers.drop(columns="driver_rank")})
    with duckdb.connect(str(settings.warehouse), read_only=True) as connection:
        rows = connection.execute("select feature_value, horizon_days from ml.prediction_drivers").fetchall()
        types = connection.execute("describe ml.prediction_drivers").fetchall()
    assert rows == [(None, 14), (None, 14)]
    assert dict(row[:2] for row in types)["feature_value"] == "VARCHAR"
