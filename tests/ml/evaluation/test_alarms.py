from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from hitcast.core.errors import HitcastError
from ml.data import Columns, Marts, feature_columns
from ml.evaluation.alarms import stop_on_leak
from ml.train import train
from tests.ml.conftest import MakeHome, quiet

HORIZONS = (14, 30)


def columns_of(*numeric: str) -> Columns:
    return Columns(numeric, ())


def remainder(frame: pd.DataFrame) -> pd.Series:
    """Streams between day 7 and day 30 of each row."""
    at_seven = frame[frame["as_of_day"] == 7].set_index("release_id")
    return frame["release_id"].map(at_seven["streams_30"] - at_seven["vk_streams_total"])


def test_an_honest_world_raises_no_alarm(frame: pd.DataFrame, marts: Marts) -> None:
    stop_on_leak(frame, feature_columns(marts.catalog, "tiktok_vk", frame), HORIZONS)


@pytest.mark.parametrize("sign", [1, -1])
def test_a_feature_that_knows_what_was_to_come_stops_in_one_line(frame: pd.DataFrame, sign: int) -> None:
    noise = np.random.default_rng(1).normal(0, 0.05, len(frame))
    leaking = frame.assign(later=sign * (np.log1p(remainder(frame)) + noise))
    with pytest.raises(HitcastError, match=r"later takes away .* at day 1 of the streams") as message:
        stop_on_leak(leaking, columns_of("vk_streams_total", "later"), HORIZONS)
    assert "\n" not in str(message.value)


def test_size_alone_is_no_leak() -> None:
    """Where every release streams on as it began, plain streams rank remainders almost perfectly, and may."""
    random = np.random.default_rng(2)
    known = np.exp(random.normal(7, 2, 500))
    frame = pd.DataFrame(
        {"as_of_day": 7, "vk_streams_total": known, "last_day": known * np.exp(random.normal(0, 0.05, 500)) / 7}
    )
    frame["streams_30"] = frame["streams_14"] = known * (1 + np.exp(random.normal(0, 0.05, 500)))
    rest = frame["streams_30"] - known
    assert frame["last_day"].corr(rest, method="spearman") > 0.98
    stop_on_leak(frame, columns_of("vk_streams_total", "last_day"), HORIZONS)
    with pytest.raises(HitcastError, match="rest takes away"):
        stop_on_leak(frame.assign(rest=rest), columns_of("rest"), HORIZONS)


def test_what_names_an_album_is_no_leak() -> None:
    """Ten tracks of one artist and day begin late, all alike; none but they has so many releases before it."""
    random = np.random.default_rng(3)
    days = np.repeat(np.arange(20), 6)
    late = days == 10
    known = np.where(late, 0.0, np.exp(random.normal(5, 1, len(days))))
    frame = pd.DataFrame(
        {
            "as_of_day": 7,
            "release_date": pd.Timestamp(2021, 3, 1) + pd.to_timedelta(days, "D"),
            "vk_streams_total": known,
            "artist_release_count": np.where(late, 19.0, 0.0),
        }
    )
    total = np.where(late, 300.0, known * 2) * np.exp(random.normal(0, 0.1, len(days)))
    frame["streams_14"] = frame["streams_30"] = np.where(known > 50, total, known * 1.1 + 250 * late)
    stop_on_leak(frame, columns_of("vk_streams_total", "artist_release_count"), HORIZONS)
    # a leak on days as many still is one
    leak = frame.assign(rest=frame["streams_30"] - known)[~late]
    with pytest.raises(HitcastError, match="rest takes away"):
        stop_on_leak(leak, columns_of("vk_streams_total", "artist_release_count", "rest"), HORIZONS)


def cumulative(frame: pd.DataFrame, day: int) -> pd.Series:
    """Streams of the first days of each row's release, whatever its as-of day."""
    at_day = frame[frame["as_of_day"] == day].set_index("release_id")["vk_streams_total"]
    return frame["release_id"].map(at_day)


def noisy_target(frame: pd.DataFrame) -> pd.Series:
    totals = frame.drop_duplicates("release_id").set_index("release_id")["streams_30"]
    return frame["release_id"].map(totals * np.exp(np.random.default_rng(4).normal(0, 0.3, len(totals))))


LEAKS: dict[str, Callable[[pd.DataFrame], pd.Series]] = {
    "streams of day 7": lambda frame: cumulative(frame, 8) - cumulative(frame, 7),
    "days 0 to 9": lambda frame: cumulative(frame, 10),
    "noisy target": noisy_target,
    "class": lambda frame: pd.Series(np.searchsorted([20_000, 150_000], frame["streams_30"]), frame.index),
    "growth": lambda frame: (cumulative(frame, 14) - cumulative(frame, 7)) / cumulative(frame, 7),
    "days 7 to 13": lambda frame: cumulative(frame, 14) - cumulative(frame, 7),
    "days 0 to 13": lambda frame: cumulative(frame, 14),
    "days 0 to 29": lambda frame: frame["streams_30"],
    "day 20": lambda frame: cumulative(frame, 21) - cumulative(frame, 20),
}


@pytest.mark.parametrize("name", LEAKS)
def test_every_kind_of_leak_is_named_with_its_cure(frame: pd.DataFrame, marts: Marts, name: str) -> None:
    honest = feature_columns(marts.catalog, "tiktok_vk", frame)
    leaking = frame.assign(**{name: LEAKS[name](frame)})
    columns = Columns((*honest.numeric, name), honest.categorical)
    with pytest.raises(HitcastError, match=f"{name} takes away .* Correct its day window, or take it out"):
        stop_on_leak(leaking, columns, HORIZONS)


def test_a_class_in_words_is_found_too(frame: pd.DataFrame) -> None:
    words = np.array(["low", "medium", "high"])[np.searchsorted([20_000, 150_000], frame["streams_30"])]
    with pytest.raises(HitcastError, match=r"word takes away .* of the class at day"):
        stop_on_leak(frame.assign(word=words), Columns((), ("word",)), HORIZONS)


@pytest.mark.parametrize("count", [100, 200, 400])
def test_few_releases_raise_no_alarm(frame: pd.DataFrame, marts: Marts, count: int) -> None:
    columns, names = feature_columns(marts.catalog, "tiktok_vk", frame), frame["release_id"].unique()
    raised = []
    for seed in range(5):
        drawn = np.random.default_rng(seed).choice(names, count, replace=False)
        try:
            stop_on_leak(frame[frame["release_id"].isin(drawn)], columns, HORIZONS)
        except HitcastError as error:
            raised.append(str(error))
    assert raised == []


def test_the_same_leak_passes_where_too_few_releases_can_tell(frame: pd.DataFrame) -> None:
    few = frame[frame["release_id"].isin(frame["release_id"].unique()[:90])]
    stop_on_leak(few.assign(later=remainder(few)), columns_of("later"), HORIZONS)
    with pytest.raises(HitcastError, match="later takes away"):
        stop_on_leak(frame.assign(later=remainder(frame)), columns_of("later"), HORIZONS)


def test_constant_and_empty_features_hide_no_leak_beside_them(frame: pd.DataFrame) -> None:
    beside = frame.assign(same=1.0, empty=np.nan, later=remainder(frame))
    with pytest.raises(HitcastError, match="later takes away"):
        stop_on_leak(beside, columns_of("same", "empty", "later"), HORIZONS)


def test_training_stops_before_it_fits_a_leak(make_home: MakeHome) -> None:
    def leak(tables: dict[str, pd.DataFrame]) -> None:
        totals = tables["release_targets"].query("horizon_days == 30").set_index("release_id")["streams"]
        rows, catalog = tables["release_features"], tables["feature_catalog"]
        later = rows["release_id"].map(totals.astype("float64"))
        tables["release_features"] = rows.assign(
            later=later - rows.groupby("release_id")["vk_streams_total"].transform("max")
        )
        added = catalog.iloc[[0]].assign(feature_name="later", position=len(catalog))
        tables["feature_catalog"] = pd.concat([catalog, added], ignore_index=True)

    with pytest.raises(HitcastError, match="later takes away at least"):
        train(make_home(release_count=400, change=leak), progress=quiet)
