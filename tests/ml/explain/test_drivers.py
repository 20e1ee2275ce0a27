import numpy as np
import pandas as pd
import pytest

from hitcast.core.settings import Settings
from ml.data import Marts, feature_columns
from ml.explain.drivers import DAYS_KNOWN_GROUP, MAX_DRIVERS, explain, read_meanings
from ml.streams import StreamModel, fit_streams


@pytest.fixture(scope="module")
def model(marts: Marts, training: pd.DataFrame, settings: Settings) -> StreamModel:
    return fit_streams(training, "tiktok", feature_columns(marts.catalog, "tiktok", training), settings)


@pytest.fixture(scope="module")
def meanings(settings: Settings) -> pd.DataFrame:
    return read_meanings(settings)


def test_drivers_are_the_strongest_contributions_in_order(
    model: StreamModel, meanings: pd.DataFrame, training: pd.DataFrame
) -> None:
    rows = training[training["as_of_day"] == 3].head(5)
    drivers = explain(model, dict.fromkeys((14, 30), rows), meanings, 30).query("driver_kind == 'feature'")
    assert drivers["driver_rank"].between(1, MAX_DRIVERS).all()
    assert set(drivers["feature_name"]) <= set(model.columns.all)
    strongest = np.abs(model.contributions(rows, 14)).max(axis=1)
    first = drivers.query("driver_rank == 1 and horizon_days == 14").set_index("release_id")["contribution"]
    assert first.loc[rows["release_id"]].abs().to_numpy() == pytest.approx(strongest)


def test_groups_share_out_the_whole_forecast(
    model: StreamModel, meanings: pd.DataFrame, training: pd.DataFrame
) -> None:
    rows = training[training["as_of_day"] == 5].head(20)
    groups = explain(model, dict.fromkeys((14, 30), rows), meanings, 30).query(
        "driver_kind == 'group' and horizon_days == 30"
    )
    expected = model.contributions(rows, 30).sum(axis=1)
    assert groups.groupby("release_id")["contribution"].sum()[rows["release_id"]].to_numpy() == pytest.approx(expected)
    assert set(groups["feature_name"]) <= {*meanings["feature_group"], DAYS_KNOWN_GROUP}
    assert groups["feature_value"].isna().all()
    views = [name for name in model.columns.all if name.startswith("tiktok_views")]
    places = [model.columns.all.index(name) for name in views]
    of_views = model.contributions(rows, 30)[:, places].sum(axis=1)
    message = groups[groups["feature_name"] == "tiktok_views"].set_index("release_id")["contribution"]
    assert message[rows["release_id"]].to_numpy() == pytest.approx(of_views)


def test_every_driver_has_a_reason_that_agrees_with_its_effect(
    model: StreamModel, meanings: pd.DataFrame, training: pd.DataFrame
) -> None:
    rows = training[training["as_of_day"] == 7].head(40)
    drivers = explain(model, dict.fromkeys((14, 30), rows), meanings, 30)
    assert drivers["reason"].notna().all()
    for column in ("reason", "reason_ru"):
        lowers = drivers[column].str.contains(r": -[\d.,]+ %$")
        # smaller ones are 0 % in words
        assert (lowers == (drivers["contribution"] < -0.00005)).all()
    total = drivers.query("feature_name == 'tiktok_views_total'")
    assert total["reason"].str.contains("TikTok views in the first 7 days: ").all()
    assert total["reason_ru"].str.startswith("просмотры в TikTok за первые 7 дней: ").all()
    groups = drivers.query("driver_kind == 'group'")
    labels = {*meanings["group_label_ru"], "сколько дней известно"}
    assert set(groups["reason_ru"].str.split(", вместе: ").str[0]) <= labels


def test_values_are_text_and_unknown_ones_null(
    model: StreamModel, meanings: pd.DataFrame, training: pd.DataFrame
) -> None:
    rows = training[training["as_of_day"] == 1].head(40)
    drivers = explain(model, dict.fromkeys((14, 30), rows), meanings, 30)
    days = drivers[drivers["feature_name"] == "as_of_day"]["feature_value"]
    assert set(days) <= {"1"}
    unknown = drivers[drivers["feature_name"] == "artist_mean_log_streams"].set_index("release_id")["feature_value"]
    truth = rows.set_index("release_id")["artist_mean_log_streams"]
    assert len(unknown) > 0
    for release, value in unknown.items():
        assert pd.isna(value) == np.isnan(truth[release])


def test_each_horizon_is_explained_from_its_own_rows(
    model: StreamModel, meanings: pd.DataFrame, training: pd.DataFrame
) -> None:
    by_horizon = {horizon: training[training["as_of_day"] == day].head(3) for horizon, day in ((14, 13), (30, 21))}
    drivers = explain(model, by_horizon, meanings, 30).query(
        "driver_kind == 'group' and feature_name == 'tiktok_views'"
    )
    for horizon, rows in by_horizon.items():
        mine = drivers[drivers["horizon_days"] == horizon]
        assert set(mine["release_id"]) == set(rows["release_id"])
