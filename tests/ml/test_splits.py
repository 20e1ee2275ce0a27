from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from hitcast.core.errors import HitcastError
from ml.data import Marts
from ml.splits import Fold, count_windows, inner_slices, plan_folds, rows_to_test, training_rows, untouched_count

HORIZONS = (14, 30)


def make_frame(ages: list[int], last: date = date(2021, 12, 20), horizons: tuple[int, ...] = HORIZONS) -> pd.DataFrame:
    """Releases by age in days at `last`, each with as-of days 1..7 and whole windows where they have ended."""
    rows = []
    for number, age in enumerate(ages):
        released = pd.Timestamp(last) - pd.Timedelta(days=age)
        for day in range(1, 8):
            if age + 1 < day:
                continue
            rows.append((f"R{number}", day, released, released + pd.Timedelta(days=day), age))
    frame = pd.DataFrame(rows, columns=["release_id", "as_of_day", "release_date", "as_of_date", "age"])
    frame[["vk_missing_days", "vk_days_behind"]] = 0.0
    for horizon in horizons:
        frame[f"streams_{horizon}"] = np.where(frame["age"] + 1 >= horizon, 100.0, np.nan)
        frame[f"missing_days_{horizon}"] = np.where(frame["age"] + 1 >= horizon, 0.0, np.nan)
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
    assert (tested["release_date"] + pd.Timedelta(days=7) >= pd.to_datetime(tested["fold"])).all()
    # one fold serves all as-of days of a release
    assert not tested[["release_id", "fold"]].drop_duplicates()["release_id"].duplicated().any()
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
    with pytest.raises(HitcastError, match="too little history") as refusal:
        plan_folds(make_frame(list(range(40))), HORIZONS, date(2021, 12, 20))
    assert refusal.value.cure == "Deliver more past days with `hitcast ingest`"


def released_on(counts: dict[date, int], last: date, horizons: tuple[int, ...] = HORIZONS) -> pd.DataFrame:
    """So many releases a day; the frame of data through `last`."""
    return make_frame([(last - day).days for day, count in counts.items() for _ in range(count)], last, horizons)


@pytest.mark.parametrize(
    ("trained", "tested", "step"),
    [(100, 10, "quarter"), (99, 10, "month"), (40, 10, "month"), (39, 10, "quarter"), (19, 10, None), (100, 9, None)],
)
def test_an_origin_needs_so_many_releases_before_and_after(trained: int, tested: int, step: str | None) -> None:
    last = date(2021, 12, 20)
    frame = released_on({date(2021, 5, 1): trained, date(2021, 8, 1): tested}, last)
    if step is None:
        with pytest.raises(HitcastError, match="too little history"):
            plan_folds(frame, HORIZONS, last)
    else:
        assert plan_folds(frame, HORIZONS, last).step == step


@pytest.mark.parametrize(("trained", "step"), [(20, "week"), (19, None)])
def test_a_weekly_origin_needs_twenty_releases_before_it(trained: int, step: str | None) -> None:
    last = date(2021, 12, 20)
    frame = released_on({date(2021, 8, 1): trained, date(2021, 10, 1): 10}, last)
    if step is None:
        with pytest.raises(HitcastError, match="too little history"):
            plan_folds(frame, HORIZONS, last)
    else:
        assert plan_folds(frame, HORIZONS, last).step == step


def test_a_label_that_releases_little_steps_by_quarters_on_fewer_releases() -> None:
    """A release every five days: no month has ten to test, no quarter a hundred before it."""
    frame = make_frame(list(range(0, 450, 5)))
    plan = plan_folds(frame, HORIZONS, date(2021, 12, 20))
    assert (plan.step, len(plan.folds)) == ("quarter", 3)
    assert "Short history: 0 quarterly origins have 100 releases" in plan.note
    assert "each trained on 20 or more" in plan.note


def test_windows_that_lack_days_are_counted_apart_and_asked_for() -> None:
    frame = make_frame(list(range(100)))
    frame.loc[frame["age"] % 8 > 0, "streams_30"] = np.nan
    with pytest.raises(HitcastError, match=r"9 releases had whole windows by 2021-12-21, 62 more lack") as refusal:
        plan_folds(frame, HORIZONS, date(2021, 12, 20))
    assert "`hitcast status` says which have come" in refusal.value.cure


def test_a_window_with_few_days_missing_trains_and_is_no_outcome() -> None:
    """Its rows count as long as most of the days still to come are known."""
    frame = make_frame([120, 130, 140])
    holed = frame["release_id"] == "R0"
    # of days 3 and 20 nothing is known: one of the 14 and two of the 30
    frame.loc[holed, ["missing_days_14", "missing_days_30"]] = [1.0, 2.0]
    frame.loc[holed & (frame["as_of_day"] > 3), "vk_missing_days"] = 1.0
    origin = date(2021, 12, 21)
    trained = frame[training_rows(frame, origin, HORIZONS)]
    assert trained.loc[trained["release_id"] == "R0", "as_of_day"].tolist() == [1, 2, 3, 4, 5, 6, 7]
    # of the days still to come more than a third is missing throughout
    frame.loc[holed, ["missing_days_14", "missing_days_30"]] = [6.0, 6.0]
    assert "R0" not in set(frame.loc[training_rows(frame, origin, HORIZONS), "release_id"])
    fold = Fold(date(2021, 7, 1), date(2021, 12, 1))
    assert set(frame.loc[rows_to_test(frame, fold, HORIZONS), "release_id"]) == {"R1", "R2"}
    assert count_windows(frame, origin, HORIZONS).describe(origin) == (
        "2 releases had whole windows by 2021-12-21, 1 more but for a few days of VK"
    )


def test_three_quarters_are_enough() -> None:
    last = date(2021, 12, 20)
    monthly = dict.fromkeys([date(2021, month, 10) for month in range(4, 11)], 10)
    plan = plan_folds(released_on({date(2021, 2, 20): 100} | monthly, last), HORIZONS, last)
    assert [fold.origin for fold in plan.folds] == [date(2021, 4, 1), date(2021, 7, 1), date(2021, 10, 1)]
    plan = plan_folds(released_on({date(2021, 2, 20): 40} | monthly, last), HORIZONS, last)
    assert [fold.origin for fold in plan.folds] == [date(2021, month, 1) for month in (7, 8, 9, 10)]


def test_without_three_origins_the_step_that_gives_most_is_taken() -> None:
    last = date(2021, 12, 20)
    spread = [date(2021, 7, 25) + timedelta(days=3 * number) for number in range(21)]
    plan = plan_folds(released_on({date(2021, 6, 20): 40} | dict.fromkeys(spread, 1), last), HORIZONS, last)
    assert plan.step == "month"
    assert [fold.origin for fold in plan.folds] == [date(2021, 8, 1), date(2021, 9, 1)]


@pytest.mark.parametrize(("last", "has_october"), [(date(2021, 12, 31), True), (date(2022, 1, 1), False)])
def test_the_first_origin_lies_fifteen_months_before_the_day_after_the_data(last: date, has_october: bool) -> None:
    quarters = [date(2020, 10, 20), date(2021, 1, 20), date(2021, 4, 20), date(2021, 7, 20)]
    plan = plan_folds(released_on({date(2020, 5, 1): 100} | dict.fromkeys(quarters, 10), last), HORIZONS, last)
    assert (plan.folds[0].origin == date(2020, 10, 1)) is has_october


def test_no_origin_lies_after_the_data() -> None:
    last, horizons = date(2021, 12, 31), (3, 5)
    days = [date(2021, 2, 20), date(2021, 5, 20), date(2021, 8, 20), date(2021, 12, 25)]
    plan = plan_folds(released_on({date(2020, 5, 1): 100} | dict.fromkeys(days, 10), last, horizons), horizons, last)
    assert [fold.origin for fold in plan.folds] == [date(2021, 1, 1), date(2021, 4, 1), date(2021, 7, 1)]


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


def numbers(frame: pd.DataFrame, rows: np.ndarray) -> list[int]:
    """Places in time, from 0, of the releases whose last as-of day is in the rows."""
    order = np.sort(frame["release_date"].unique())
    found = frame.loc[rows & (frame["as_of_day"] == 7).to_numpy(), "release_date"]
    return sorted(np.searchsorted(order, found).tolist())


def test_inner_slices_end_and_begin_on_their_very_days() -> None:
    frame = make_frame(list(range(40, 1040)))
    # rows of the older releases go: shares are of releases, not of rows
    frame = frame[(frame["age"] < 540) | (frame["as_of_day"] == 7)].reset_index(drop=True)
    slices = inner_slices(frame, HORIZONS)
    # the cuts are the days after releases 699 and 799
    assert numbers(frame, slices.fit) == list(range(699 + 1 - 30 + 1))
    assert numbers(frame, slices.early) == list(range(699 + 1 - 7, 799 + 1 - 30 + 1))
    assert numbers(frame, slices.calibration) == list(range(799 + 1 - 7, 1000))


def test_too_few_to_stop_early_by_leave_all_that_is_later_to_calibration() -> None:
    frame = make_frame(list(range(40, 240)))
    slices = inner_slices(frame, HORIZONS)
    assert numbers(frame, slices.fit) == list(range(139 + 1 - 30 + 1))
    assert not slices.early.any()
    assert numbers(frame, slices.calibration) == list(range(139 + 1 - 7, 200))
    np.testing.assert_array_equal(slices.judged, slices.calibration)


def test_too_few_to_calibrate_by_take_what_would_stop_early() -> None:
    crowd, day = {0: 50, 100: 27, 101: 10, 160: 23}, date(2021, 1, 1)
    frame = released_on({day + timedelta(days=after): count for after, count in crowd.items()}, date(2021, 12, 20))
    slices = inner_slices(frame, HORIZONS)
    assert not slices.early.any()
    assert frame.loc[slices.calibration, "release_id"].nunique() == 27 + 10 + 23


@pytest.mark.parametrize(("fit", "is_cut"), [(25, True), (24, False)])
def test_a_fit_needs_twenty_five_releases(fit: int, is_cut: bool) -> None:
    day = date(2021, 1, 1)
    slices = inner_slices(released_on({day: fit, day + timedelta(days=200): 30}, date(2021, 12, 20)), HORIZONS)
    assert slices.calibration.any() == is_cut
    assert slices.fit.all() != is_cut


@pytest.mark.parametrize(("early", "is_cut"), [(25, True), (24, False)])
def test_stopping_early_needs_twenty_five_releases(early: int, is_cut: bool) -> None:
    day = date(2021, 1, 1)
    counts = {day: 119 - early, day + timedelta(days=100): early, day + timedelta(days=160): 31}
    frame = released_on(counts, date(2021, 12, 20))
    slices = inner_slices(frame, HORIZONS)
    assert frame.loc[slices.early, "release_id"].nunique() == (25 if is_cut else 0)
    assert frame.loc[slices.fit, "release_id"].nunique() == 119 - early
    np.testing.assert_array_equal(slices.judged, slices.early | slices.calibration)


def test_nothing_to_train_on_has_no_slices() -> None:
    slices = inner_slices(make_frame([]), HORIZONS)
    assert [rows.shape for rows in (slices.fit, slices.early, slices.calibration)] == [(0,)] * 3


def test_few_releases_are_all_fit() -> None:
    training = make_frame(list(range(40, 70)))
    slices = inner_slices(training, HORIZONS)
    assert slices.fit.all()
    assert not slices.judged.any()


def test_the_latest_two_origins_are_kept_back_but_never_all() -> None:
    assert [untouched_count(origins) for origins in (1, 2, 3, 5)] == [1, 1, 2, 2]
