from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from ml.data import Marts
from ml.errors import HitcastError
from ml.splits import Fold, inner_slices, plan_folds, rows_to_test, training_rows, untouched_count

HORIZONS = (14, 30)


def make_frame(ages: list[int], last: date = date(2021, 12, 20)) -> pd.DataFrame:
    """Releases by age in days at `last`, each with as-of days 1..7 and whole windows where they have ended."""
    rows = []
    for number, age in enumerate(ages):
        released = pd.Timestamp(last) - pd.Timedelta(days=age)
        for day in range(1, 8):
            if age + 1 < day:
                continue
            rows.append((f"R{number}", day, released, released + pd.Timedelta(days=day), age))
    frame = pd.DataFrame(rows, columns=["release_id", "as_of_day", "release_date", "as_of_date", "age"])
    for horizon in HORIZONS:
        frame[f"streams_{horizon}"] = np.where(frame["age"] + 1 >= horizon, 100.0, np.nan)
    return frame


def test_long_history_gets_quarterly_origins_over_fifteen_months(marts: Marts, frame: pd.DataFrame) -> None:
    plan = plan_folds(frame, HORIZONS, marts.data_through)
    assert plan.step == "quarter"
    assert plan.note == ""
    assert 4 <= len(plan.folds) <= 5
    assert all(fold.origin.day == 1 and fold.origin.month in (1, 4, 7, 10) for fold in plan.folds)
    assert plan.folds[0].origin >= (pd.Timestamp(marts.data_through) - pd.DateOffset(months=15)).date()
    assert [fold.test_end for fold in plan.folds[:-1]] == [fold.origin for fold in plan.folds[1:]]


def test_no_training_release_matures_after_the_origin(marts: Marts, frame: pd.DataFrame) -> None:
    for fold in plan_folds(frame, HORIZONS, marts.data_through).folds:
        training = frame[training_rows(frame, fold.origin, HORIZONS)]
        assert (training["release_date"] + pd.Timedelta(days=30) <= pd.Timestamp(fold.origin)).all()


def test_no_release_stands_on_both_sides(marts: Marts, frame: pd.DataFrame) -> None:
    for fold in plan_folds(frame, HORIZONS, marts.data_through).folds:
        training = frame[training_rows(frame, fold.origin, HORIZONS)]
        testing = frame[rows_to_test(frame, fold, HORIZONS)]
        assert not set(training["release_id"]) & set(testing["release_id"])


def test_every_tested_row_is_known_inside_its_fold_and_tested_once(marts: Marts, frame: pd.DataFrame) -> None:
    plan = plan_folds(frame, HORIZONS, marts.data_through)
    tested = pd.concat([frame[rows_to_test(frame, fold, HORIZONS)].assign(fold=fold.origin) for fold in plan.folds])
    assert (tested["as_of_date"] >= pd.to_datetime(tested["fold"])).all()
    assert not tested.duplicated(["release_id", "as_of_day"]).any()
    assert tested[["streams_14", "streams_30"]].notna().all(axis=None)


def test_reference_day_boundaries() -> None:
    origin = date(2021, 7, 1)
    frame = make_frame([(date(2021, 12, 20) - day).days for day in (date(2021, 6, 24), date(2021, 6, 23))])
    tested = frame[rows_to_test(frame, Fold(origin, date(2021, 10, 1)), HORIZONS) & (frame["as_of_day"] == 7)]
    assert tested["release_date"].tolist() == [pd.Timestamp(2021, 6, 24)]
    border = make_frame([(date(2021, 12, 20) - day).days for day in (date(2021, 6, 1), date(2021, 6, 2))])
    trained = border[training_rows(border, origin, HORIZONS)]
    assert trained["release_date"].unique().tolist() == [pd.Timestamp(2021, 6, 1)]


def test_short_history_takes_months_and_says_so() -> None:
    frame = make_frame([age for age in range(200) for _ in range(2)])
    plan = plan_folds(frame, HORIZONS, date(2021, 12, 20))
    assert plan.step == "month"
    assert "Short history" in plan.note


def test_shorter_history_takes_weeks() -> None:
    frame = make_frame([age for age in range(90) for _ in range(3)])
    plan = plan_folds(frame, HORIZONS, date(2021, 12, 20))
    assert plan.step == "week"
    assert "week" in plan.note


def test_hardly_any_history_is_refused() -> None:
    with pytest.raises(HitcastError, match="too little history"):
        plan_folds(make_frame(list(range(40))), HORIZONS, date(2021, 12, 20))


@given(
    count=st.integers(10, 120),
    span=st.integers(30, 900),
    seed=st.integers(0, 1000),
)
@hypothesis_settings(max_examples=25, deadline=None)
def test_inner_slices_keep_their_maturity_gaps(count: int, span: int, seed: int) -> None:
    ages = np.random.default_rng(seed).integers(40, 40 + span, count).tolist()
    training = make_frame(ages)
    slices = inner_slices(training, HORIZONS)
    fit, early, calibration = (training[rows] for rows in (slices.fit, slices.early, slices.calibration))
    assert len(fit) > 0
    for earlier, later in ((fit, early), (fit, calibration), (early, calibration)):
        if len(earlier) and len(later):
            matured = earlier["release_date"].max() + timedelta(days=30)
            assert matured <= later["as_of_date"].min()
            assert not set(earlier["release_id"]) & set(later["release_id"])


def test_inner_slices_hold_seventy_ten_twenty_less_the_gaps(training: pd.DataFrame) -> None:
    long = make_frame(list(range(40, 3000)))
    slices = inner_slices(long, HORIZONS)
    shares = [rows.mean() for rows in (slices.fit, slices.early, slices.calibration)]
    assert shares == pytest.approx([0.69, 0.092, 0.2], abs=0.01)


def test_few_releases_are_all_fit() -> None:
    training = make_frame(list(range(40, 70)))
    slices = inner_slices(training, HORIZONS)
    assert slices.fit.all()
    assert not slices.judged.any()


def test_the_latest_two_origins_are_kept_back_but_never_all() -> None:
    assert [untouched_count(origins) for origins in (1, 2, 3, 5)] == [1, 1, 2, 2]
