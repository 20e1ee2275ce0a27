from collections.abc import Callable
from datetime import timedelta

import duckdb
import numpy as np
import pandas as pd
import pytest

from hitcast.core.errors import HitcastError
from hitcast.core.settings import Settings
from ml.data import Marts, feature_columns, read_marts
from ml.estimators.classes import OrderedClasses
from ml.estimators.shape_law import ShapeLaw
from ml.explain.drivers import read_meanings
from ml.explain.effects import Effects, effects_of
from ml.explain.usual import Inputs, usual_releases
from ml.outlook import OutlookModel
from ml.predict import predict
from ml.streams import StreamModel, fit_streams
from ml.train import TrainingRun, train
from tests.ml.conftest import MakeHome, quiet
from tests.ml.explain.published import check_reasons

Tables = dict[str, pd.DataFrame]


def read(settings: Settings, query: str) -> pd.DataFrame:
    with duckdb.connect(str(settings.warehouse), read_only=True) as connection:
        return connection.sql(query).df()


def reasons(settings: Settings) -> tuple[pd.DataFrame, pd.DataFrame]:
    """What `predict` writes, checked: drivers and forecasts."""
    predict(settings, progress=quiet)
    drivers, forecasts = read(settings, "from ml.prediction_drivers"), read(settings, "from ml.predictions")
    check_reasons(drivers, forecasts)
    return drivers, forecasts


def test_every_reason_is_true_and_starts_from_one_usual_release_a_day(trained: tuple[Settings, TrainingRun]) -> None:
    drivers, forecasts = reasons(trained[0])
    assert (drivers["reason"].str.contains("(usual: ", regex=False)).mean() > 0.3
    base = drivers[drivers["driver_kind"] == "base"].merge(forecasts, on=["release_id", "horizon_days"])
    by_day = base.groupby(["horizon_days", "as_of_day", "feature_set"])["contribution"]
    assert by_day.size().max() > 1
    assert (by_day.max() - by_day.min()).max() < 1e-9


def silent(tables: Tables) -> None:
    """A third of the releases without a stream or a view."""
    features = tables["release_features"]
    nothing = features["release_id"].str[-1].isin(["0", "3", "6"])
    names = [name for name in features if name.startswith(("vk_streams", "tiktok_views")) and "slope" not in name]
    features.loc[nothing, names] = features.loc[nothing, names] * 0.0
    targets = tables["release_targets"]
    targets.loc[targets["release_id"].str[-1].isin(["0", "3", "6"]), "streams"] = 0


def without_history(tables: Tables) -> None:
    """No artist was ever heard of, and every release is of one genre."""
    tables["release_features"]["artist_mean_log_streams"] = np.nan
    tables["release_features"]["genre"] = "pop"


@pytest.mark.parametrize(
    ("releases", "days", "change"),
    [
        pytest.param(40, 200, None, marks=pytest.mark.slow),
        (90, 300, silent),
        pytest.param(60, 200, without_history, marks=pytest.mark.slow),
    ],
)
def test_every_reason_of_an_odd_small_world_is_true(
    make_home: MakeHome, releases: int, days: int, change: Callable[[Tables], None] | None
) -> None:
    settings = make_home(release_count=releases, days_of_history=days, change=change)
    train(settings, read_marts(settings).data_through - timedelta(days=45), progress=quiet)
    drivers, _ = reasons(settings)
    if change is without_history:
        assert not set(drivers["feature_name"]) & {"catalog", "artist"}


def without_genre(tables: Tables) -> None:
    """The catalog names no genre, and nothing else of the calendar differs from release to release."""
    features = tables["release_features"]
    features["genre"] = "unknown"
    features["competing_releases"] = 3
    features[["release_weekday", "release_month", "first_week_holidays", "window_holidays"]] = 1


@pytest.mark.slow
def test_a_genre_that_is_not_given_is_no_reason(make_home: MakeHome) -> None:
    settings = make_home(release_count=90, days_of_history=300, change=without_genre)
    train(settings, read_marts(settings).data_through - timedelta(days=45), progress=quiet)
    drivers, _ = reasons(settings)
    said = pd.concat([drivers["reason"], drivers["reason_ru"]])
    assert not said.str.contains("of the genre|релизов жанра|unknown").any()


@pytest.mark.slow
def test_a_model_that_is_none_of_this_projects_own_is_asked_like_any(make_home: MakeHome) -> None:
    settings = make_home(release_count=120, days_of_history=400)
    as_of = read_marts(settings).data_through - timedelta(days=45)
    train(settings, as_of, True, quiet, {"streams": "scale_factor", "classes": "logistic"})
    drivers, _ = reasons(settings)
    # the streams so far are all that it looks at
    assert set(drivers.loc[drivers["driver_kind"] == "group", "feature_name"]) <= {"level", "shape"}


def with_radio(tables: Tables) -> None:
    """Two features of groups that no file names: plays that tell a little of the streams to come, and a constant."""
    features, catalog = tables["release_features"], tables["feature_catalog"]
    totals = tables["release_targets"].query("horizon_days == 30").set_index("release_id")["streams"]
    noise = pd.Series(np.random.default_rng(0).normal(0, 0.8, len(totals)), totals.index)
    plays = totals.astype("float64").fillna(1e4) ** 0.5 * np.exp(noise)
    features["radio_plays"] = features["release_id"].map(plays).round()
    features["stations"] = 3.0
    row = catalog.iloc[[-1]].assign(form="count", label_en="plays on the radio", label_ru="эфиров на радио")
    row = row.drop(columns=["phrase_en", "phrase_ru", "unknown_en", "unknown_ru"])
    added = [
        row.assign(feature_name=name, feature_group=group, reason_group=group, position=len(catalog) + place)
        for place, (name, group) in enumerate([("radio_plays", "radio"), ("stations", "reach")])
    ]
    tables["feature_catalog"] = pd.concat([catalog, *added], ignore_index=True)


@pytest.mark.slow
def test_a_new_group_is_a_reason_of_its_own_and_a_constant_is_none(make_home: MakeHome) -> None:
    settings = make_home(release_count=300, days_of_history=600, change=with_radio)
    train(settings, read_marts(settings).data_through - timedelta(days=45), progress=quiet)
    drivers, _ = reasons(settings)
    radio = drivers[drivers["feature_name"] == "radio"]
    assert len(radio) > 10
    assert radio["reason"].str.contains("plays on the radio").all()
    assert radio["reason_ru"].str.contains("эфиров на радио: ").all()
    assert "reach" not in set(drivers["feature_name"])


@pytest.fixture(scope="module")
def law(marts: Marts, training: pd.DataFrame, settings: Settings) -> StreamModel:
    columns = feature_columns(marts.catalog, "tiktok_vk", training)
    return fit_streams(training, "tiktok_vk", columns, settings, estimator=ShapeLaw())


def test_twice_the_counts_are_a_matter_of_the_level(
    law: StreamModel, training: pd.DataFrame, settings: Settings
) -> None:
    inputs = Inputs.of("tiktok_vk", law.columns.all, read_meanings(settings))
    rows = training[training["as_of_day"].isin([1, 3, 7, 14]) & (training["vk_streams_total"] > 1000)].tail(80)
    rows = rows.assign(floor_streams=rows["vk_streams_known"]).reset_index(drop=True)
    doubled = rows.assign(**{name: 2 * rows[name] for name in (*inputs.counts, "vk_streams_known", "floor_streams")})
    classes = OrderedClasses("tiktok_vk", minimums=(20_000, 150_000))
    model = OutlookModel(law, classes, 30, (0.0, 0.0))

    def effects(part: pd.DataFrame) -> Effects:
        usual = usual_releases(inputs, training, training["release_id"].unique().tolist(), part)
        return effects_of(model, inputs, part, usual, 30, False)

    before, after = effects(rows), effects(doubled)
    step = pd.DataFrame(after.by_group - before.by_group, columns=list(before.groups))
    assert step["level"].between(0.9 * np.log(2), 1.1 * np.log(2)).all()
    assert step.drop(columns="level").abs().max(axis=None) < 0.02
    assert before.by_group[:, before.groups.index("shape")].std() > 0.05


def late(settings: Settings, release_id: str, platform: str, days: int) -> None:
    """As if a platform were some days behind with a release."""
    with duckdb.connect(str(settings.warehouse)) as connection:
        last = f"(select max(as_of_day) from release_features where release_id = '{release_id}')"
        connection.execute(
            f"update release_features set {platform}_days_behind = greatest(as_of_day - {last} + {days}, 0) "
            f"where release_id = '{release_id}'"
        )


@pytest.mark.parametrize("platform", ["vk", "tiktok"])
def test_what_is_missing_says_how_much_wider_the_range_is(trained: tuple[Settings, TrainingRun], platform: str) -> None:
    settings, _ = trained
    drivers, forecasts = reasons(settings)
    assert "missing" not in set(drivers["feature_name"])
    release = forecasts.loc[forecasts["as_of_day"].between(4, 6), "release_id"].iloc[0]
    late(settings, release, platform, 2)
    drivers, _ = reasons(settings)
    missing = drivers[drivers["feature_name"] == "missing"]
    assert missing["release_id"].tolist() == [release, release]
    assert missing["contribution"].abs().max() < 1e-12
    # in this world nothing is lost with TikTok's days
    wider, wider_ru = {
        "vk": (
            r"VK is 2 days behind: range ([\d.]+) times as wide",
            r"VK отстаёт на 2 дня: диапазон в ([\d,]+) раза шире",
        ),
        "tiktok": (
            "TikTok is 2 days behind: range no wider for it",
            "TikTok отстаёт на 2 дня: диапазон от этого не шире",
        ),
    }[platform]
    assert missing["reason"].str.fullmatch(wider).all()
    assert missing["reason_ru"].str.fullmatch(wider_ru).all()
    if platform == "vk":
        assert (missing["reason"].str.extract(wider)[0].astype(float) > 1.2).all()
        # it counts for as much as it widens
        assert (missing["driver_rank"] <= 2).all()


def test_a_row_of_which_days_are_missing_is_explained_whole(trained: tuple[Settings, TrainingRun]) -> None:
    settings, _ = trained
    with duckdb.connect(str(settings.warehouse)) as connection:
        connection.execute(
            "update release_features set vk_missing_days = 1, vk_missing_of_last_three_days = 1, "
            "vk_streams_known = vk_streams_total - vk_streams_last_day where as_of_day > 3"
        )
    drivers, _ = reasons(settings)
    missing = drivers[drivers["feature_name"] == "missing"]
    assert len(missing) > 10
    assert missing["reason"].str.contains(r"^1 of VK's \d+ days is missing: range [\d.]+ times as wide").all()


def test_a_catalog_of_an_earlier_version_says_what_to_do(trained: tuple[Settings, TrainingRun]) -> None:
    settings, _ = trained
    with duckdb.connect(str(settings.warehouse)) as connection:
        connection.execute("alter table feature_catalog drop column reason_group")
    with pytest.raises(HitcastError, match="an earlier version"):
        predict(settings, progress=quiet)
