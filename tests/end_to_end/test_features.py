"""The feature marts against an independent computation, a poisoned future and other orders of delivery."""

import shutil
import warnings
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from hitcast.core.home import PROJECT_DIR, Home
from hitcast.core.project import read_variables
from hitcast.ingest import ingest, withdraw
from hitcast.job import dbt
from hitcast.job.steps import FEATURES
from tests.end_to_end.reference_features import Reference
from tests.end_to_end.small_world import World, make_world

NINE_DECIMALS = (
    "_acceleration",
    "_average_play_seconds",
    "_log_ratio",
    "_log_slope",
    "_mean_log_growth",
    "_mean_log_streams",
)
KEYS = ["release_id", "as_of_day", "release_date", "as_of_date", "is_reissue"]


@pytest.fixture(scope="module")
def world() -> World:
    return make_world()


@pytest.fixture(scope="module")
def home(world: World, built_home: Callable[[World], Home]) -> Home:
    return built_home(world)


def read(home: Home, table: str, order: str) -> pd.DataFrame:
    with duckdb.connect(str(home.warehouse), read_only=True) as warehouse:
        return warehouse.table(table).order(order).df()


@pytest.fixture(scope="module")
def reference(world: World) -> Reference:
    holidays = pd.read_csv(PROJECT_DIR / "seeds" / "holidays.csv", parse_dates=["holiday_date"])
    return Reference(world, set(holidays["holiday_date"].dt.date))


def test_every_listed_feature_equals_an_independent_computation(home: Home, reference: Reference) -> None:
    """A feature that the reference does not list is named in a warning, and breaks nothing."""
    features = read(home, "release_features", "release_id, as_of_day")
    # the first week's rows, of which models learn, and as-of days before, after and at the end
    features = features[features["as_of_day"].isin([0, 1, 4, 7, 10, 29])]
    assert (features.groupby("as_of_day").size() > 10).all()
    expected = pd.DataFrame(
        [reference.features(row.release_id, row.as_of_day) for row in features.itertuples()], index=features.index
    )
    assert set(expected) <= set(features)
    if unlisted := [name for name in features if name not in [*KEYS, *expected]]:
        warnings.warn(f"not computed independently: {', '.join(unlisted)}", stacklevel=1)
    columns = list(expected)
    numeric = [name for name in columns if pd.api.types.is_numeric_dtype(features[name])]
    for name in numeric:
        tolerance = 1e-9 if name.endswith(NINE_DECIMALS) else 1e-12
        pd.testing.assert_series_equal(
            features[name].astype("float64"), expected[name].astype("float64"), rtol=1e-9, atol=tolerance
        )
    for name in set(columns) - set(numeric):
        assert features[name].tolist() == expected[name].tolist(), name


def test_the_world_exercises_every_listed_feature(home: Home, reference: Reference) -> None:
    """Comparing a feature that never varies would show nothing."""
    features = read(home, "release_features", "release_id, as_of_day").query("as_of_day == 7")
    listed = reference.features(features["release_id"].iloc[0], 7)
    # as many releases are young enough to be behind as the last days of the world leave
    constant = [name for name in listed if features[name].nunique() < 2 and not name.endswith("_days_behind")]
    assert constant == []


def test_a_date_that_is_off_is_moved_to_the_first_streams(home: Home, world: World, reference: Reference) -> None:
    releases = read(home, "releases", "release_id").set_index("release_id")
    assert releases["release_date"].dt.date.to_dict() == reference.released
    assert (
        releases["catalog_release_date"].dt.date.to_dict()
        == world.catalog.groupby("upc")["release_date"].first().to_dict()
    )
    assert set(releases.index[releases["is_date_moved"]]) == set(reference.moved)
    assert min(reference.moved.values()) == -6 and max(reference.moved.values()) >= 4
    # 18 days are too far, and what is refused keeps its date
    checks = read(home, "release_date_checks", "release_id").set_index("release_id")
    assert (checks["is_date_wrong"] & (checks["verdict"] == "late streams")).any()
    assert not (checks["is_date_wrong"] & checks["is_date_moved"]).any()


def test_features_reach_as_far_as_the_data(home: Home, world: World, reference: Reference) -> None:
    features = read(home, "release_features", "release_id, as_of_day")
    last = max(*world.tiktok["activity_date"], *world.vk["stream_date"])
    released = reference.released
    assert max(released.values()) > last, "a release that is not out yet has its as-of day 0"
    expected = {
        (upc, day)
        for upc, out in released.items()
        for day in range(30)
        if day == 0 or out + timedelta(days=day - 1) <= last
    }
    assert set(zip(features["release_id"], features["as_of_day"], strict=True)) == expected


def test_every_target_equals_an_independent_computation(home: Home, reference: Reference) -> None:
    targets = read(home, "release_targets", "release_id, horizon_days")
    expected = [reference.target(row.release_id, row.horizon_days) for row in targets.itertuples()]
    actual = [None if pd.isna(value) else int(value) for value in targets["streams"]]
    assert actual == expected
    assert None in actual and any(value for value in actual if value)
    assert targets["is_mature"].tolist() == [value is not None for value in expected]
    trained_on = [reference.training_target(row.release_id, row.horizon_days) for row in targets.itertuples()]
    assert [None if pd.isna(value) else int(value) for value in targets["training_streams"]] == trained_on
    assert any(known is None and value is not None for known, value in zip(expected, trained_on, strict=True))


@pytest.mark.slow
@pytest.mark.parametrize("day", [date(2021, 3, 1), pytest.param(date(2021, 5, 15), marks=pytest.mark.slow)])
def test_a_poisoned_future_changes_no_feature_but_of_a_date_in_question(
    home: Home, world: World, built_home: Callable[[World], Home], day: date
) -> None:
    """The first days alone may tell of a date: a release of the days about the poison may be moved or not."""
    poisoned = built_home(world.poisoned_from(day))
    dates = [read(each, "releases", "release_id").set_index("release_id") for each in (home, poisoned)]
    differs = dates[0]["release_date"] != dates[1]["release_date"]
    in_question = differs.index[differs].tolist()
    away = (dates[0].loc[in_question, "catalog_release_date"] - pd.Timestamp(day)).dt.days
    assert away.between(-14, 14).all() and len(in_question) <= 3
    known = f"as_of_date <= date '{day}'"
    with duckdb.connect(str(home.warehouse), read_only=True) as clean:
        before = clean.sql(f"from release_features where {known} order by release_id, as_of_day").df()
    with duckdb.connect(str(poisoned.warehouse), read_only=True) as other:
        after = other.sql(f"from release_features where {known} order by release_id, as_of_day").df()
        everything = other.sql("from release_features order by release_id, as_of_day").df()
    # others out on those days have one competitor more or less
    rest = before.columns.drop(["competing_releases", "competing_genre_releases"] if in_question else [])
    before, after = (rows.loc[~rows["release_id"].isin(in_question), rest] for rows in (before, after))
    before, after = before.reset_index(drop=True), after.reset_index(drop=True)
    assert (before["as_of_day"] == 7).sum() > 10
    pd.testing.assert_frame_equal(before, after, check_exact=True)
    assert not everything.equals(read(home, "release_features", "release_id, as_of_day"))


@pytest.mark.slow
def test_deliveries_in_any_order_build_the_same_marts(home: Home, world: World, tmp_path_factory) -> None:
    """Late, re-sent and corrected days, and a catalog that grows, end where one delivery of it all ends."""
    other = Home(tmp_path_factory.mktemp("home"))
    exports = other.root / "exports"
    cut, late = date(2021, 4, 1), date(2021, 2, 10)
    early = World(
        world.catalog[world.catalog["release_date"] < cut],
        world.tiktok[(world.tiktok["activity_date"] < cut) & (world.tiktok["activity_date"] != late)],
        world.vk[world.vk["stream_date"] < cut],
    )
    # a day is sent with wrong figures first
    ingest(other, [early.poisoned_from(date(2021, 3, 31)).write_exports(exports / "early")])
    rest = World(
        world.catalog[world.catalog["release_date"] >= cut],
        world.tiktok[(world.tiktok["activity_date"] >= date(2021, 3, 31)) | (world.tiktok["activity_date"] == late)],
        world.vk[world.vk["stream_date"] >= date(2021, 3, 31)],
    )
    ingest(other, [rest.write_exports(exports / "rest")], accept_loss=True)
    dbt.build(other, read_variables(), FEATURES)
    for table, key in (("release_features", "release_id, as_of_day"), ("release_targets", "release_id, horizon_days")):
        pd.testing.assert_frame_equal(read(home, table, key), read(other, table, key))


@pytest.mark.slow
def test_a_day_withdrawn_from_the_landing_disappears(home: Home, tmp_path: Path) -> None:
    home = Home(shutil.copytree(home.root, tmp_path / "home"))
    day = pd.Timestamp(2021, 4, 1)
    before = read(home, "release_days", "release_id, day_number")
    assert before.loc[before["day"] == day, "tiktok_views"].sum() > 0
    withdraw(home, "tiktok_sound_days", [day.date()])
    dbt.build(home, read_variables(), FEATURES)
    after = read(home, "release_days", "release_id, day_number")
    gone = after[after["day"] == day]
    assert set(gone["tiktok_state"]) == {"missing"}
    assert gone.filter(like="tiktok_").drop(columns="tiktok_state").isna().all(axis=None)
    vk = ["release_id", "day_number", *before.filter(like="vk_")]
    pd.testing.assert_frame_equal(after[vk], before[vk], check_exact=True)
    pd.testing.assert_frame_equal(after[after["day"] != day], before[before["day"] != day], check_exact=True)
