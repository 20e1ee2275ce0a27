from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

from ml.data import Marts
from ml.explain.similar import MAX_SIMILAR, find_similar

HORIZONS = (14, 30)
SEEN = [
    name
    for measure in ("vk_streams", "tiktok_views")
    for name in [*(f"{measure}_day_{day}" for day in range(7)), f"{measure}_log_slope"]
]


@pytest.fixture
def as_of(marts: Marts) -> date:
    return marts.data_through - timedelta(days=30)


@pytest.fixture
def rows(frame: pd.DataFrame, as_of: date) -> pd.DataFrame:
    """Releases of the last weeks before that day, at their latest known day; on day 0 there is none to compare."""
    day = pd.Timestamp(as_of)
    known = (frame["as_of_date"] <= day) & (frame["as_of_day"] > 0)
    recent = frame[known & (frame["release_date"] > day - pd.Timedelta(days=30))]
    return recent.sort_values("as_of_day").drop_duplicates("release_id", keep="last")


def test_precedents_are_earlier_mature_and_ordered(frame: pd.DataFrame, rows: pd.DataFrame, as_of: date) -> None:
    similar = find_similar(frame, rows, as_of, HORIZONS, SEEN)
    assert len(set(rows["as_of_day"])) > 1
    counts = similar.groupby(["release_id", "horizon_days"]).size()
    assert (counts == MAX_SIMILAR).all()
    assert len(counts) == 2 * len(rows)
    released = frame.drop_duplicates("release_id").set_index("release_id")["release_date"]
    past = similar["similar_release_id"].map(released)
    assert (past < similar["release_id"].map(released)).all()
    assert (past + pd.Timedelta(days=30) <= pd.Timestamp(as_of)).all()
    ordered = similar.sort_values(["release_id", "horizon_days", "similarity_rank"])
    assert (
        ordered.groupby(["release_id", "horizon_days"])["distance"].apply(lambda of: of.is_monotonic_increasing).all()
    )
    totals = frame.drop_duplicates("release_id").set_index("release_id")
    for horizon, per_horizon in similar.groupby("horizon_days"):
        assert (per_horizon["streams"] == per_horizon["similar_release_id"].map(totals[f"streams_{horizon}"])).all()


def test_a_total_with_estimated_days_is_no_precedent(frame: pd.DataFrame, rows: pd.DataFrame, as_of: date) -> None:
    """Its total would be shown as an outcome."""
    lacking = frame["release_id"].str[-1].isin(["0", "3", "6"])
    estimated = frame.assign(missing_days_30=frame["missing_days_30"].where(~lacking, 1.0))
    similar = find_similar(estimated, rows, as_of, HORIZONS, SEEN)
    assert len(similar) > 0
    assert not similar["similar_release_id"].str[-1].isin(["0", "3", "6"]).any()


def test_a_later_release_is_no_precedent_though_it_is_mature(frame: pd.DataFrame, as_of: date) -> None:
    old = frame[(frame["as_of_day"] == 7) & (frame["release_date"] < pd.Timestamp(as_of) - pd.Timedelta(days=400))]
    similar = find_similar(frame, old.tail(5), as_of, HORIZONS, SEEN)
    released = frame.drop_duplicates("release_id").set_index("release_id")["release_date"]
    assert (similar["similar_release_id"].map(released) < similar["release_id"].map(released)).all()


def test_a_twin_is_the_nearest(frame: pd.DataFrame, rows: pd.DataFrame, as_of: date) -> None:
    mine = rows.iloc[[0]]
    day = mine["as_of_day"].iloc[0]
    twins = frame[(frame["as_of_day"] == day) & (frame["release_date"] < pd.Timestamp(as_of) - pd.Timedelta(days=90))]
    twin = twins["release_id"].iloc[3]
    changed = frame.copy()
    changed.loc[(changed["release_id"] == twin) & (changed["as_of_day"] == day), SEEN] = mine[SEEN].to_numpy()
    nearest = find_similar(changed, mine, as_of, HORIZONS, SEEN).query("similarity_rank == 1")
    assert nearest["similar_release_id"].eq(twin).all()
    assert nearest["distance"].to_numpy() == pytest.approx(0.0)


def test_what_became_of_precedents_tells_of_what_comes(frame: pd.DataFrame, rows: pd.DataFrame, as_of: date) -> None:
    similar = find_similar(frame, rows, as_of, HORIZONS, SEEN).query("horizon_days == 30")
    forecast = np.log1p(similar["streams"]).groupby(similar["release_id"]).mean()
    truth = np.log1p(rows.set_index("release_id")["streams_30"]).dropna()
    error = np.sqrt(np.mean((forecast[truth.index] - truth) ** 2))
    assert len(truth) >= 10
    assert error < 0.6 * truth.std()


def test_the_future_changes_nothing(frame: pd.DataFrame, rows: pd.DataFrame, as_of: date) -> None:
    before = find_similar(frame, rows, as_of, HORIZONS, SEEN)
    poisoned = frame.copy()
    later = poisoned["release_date"] + pd.Timedelta(days=30) > pd.Timestamp(as_of)
    poisoned.loc[later, [*SEEN, "streams_14", "streams_30"]] *= 1000
    pd.testing.assert_frame_equal(find_similar(poisoned, rows, as_of, HORIZONS, SEEN), before)


def test_what_the_forecast_cannot_see_is_not_compared(frame: pd.DataFrame, rows: pd.DataFrame, as_of: date) -> None:
    views = [name for name in SEEN if name.startswith("tiktok")]
    before = find_similar(frame, rows, as_of, HORIZONS, views)
    blind = frame.copy()
    blind.loc[:, [name for name in SEEN if name.startswith("vk")]] = 7.0
    pd.testing.assert_frame_equal(find_similar(blind, rows, as_of, HORIZONS, views), before)


def test_a_release_compares_by_what_it_shows(frame: pd.DataFrame, rows: pd.DataFrame, as_of: date) -> None:
    half = rows.copy()
    half.loc[:, [name for name in SEEN if name.startswith("tiktok")]] = np.nan
    similar = find_similar(frame, half, as_of, HORIZONS, SEEN)
    assert similar["release_id"].nunique() == len(rows)
    nothing = rows.copy()
    nothing.loc[:, SEEN] = np.nan
    assert find_similar(frame, nothing, as_of, HORIZONS, SEEN).empty


def test_nothing_past_or_nothing_scored_gives_no_rows(frame: pd.DataFrame, rows: pd.DataFrame, as_of: date) -> None:
    columns = {"release_id", "similarity_rank", "distance", "similar_release_id", "horizon_days", "streams"}
    for found in (
        find_similar(frame, rows.iloc[:0], as_of, HORIZONS, SEEN),
        find_similar(frame, rows, date(2000, 1, 1), HORIZONS, SEEN),
    ):
        assert found.empty
        assert set(found.columns) == columns
