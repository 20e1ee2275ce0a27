import warnings

import numpy as np
import pandas as pd
import pytest

from ml.evaluation.bootstrap import difference_interval, release_weeks, skill_interval


def test_a_week_runs_from_monday_to_sunday() -> None:
    days = pd.Series(pd.to_datetime(["2021-03-01", "2021-03-07", "2021-03-08"]))
    weeks = release_weeks(days)
    assert weeks[0] == weeks[1] == weeks[2] - 1


def world(rows: int, error: float, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Actual totals, a forecast with `error` and a reference with error 0.3 in logs, 20 releases a week."""
    random = np.random.default_rng(seed)
    logs = random.normal(8, 2, rows)
    return (
        np.expm1(logs),
        np.expm1(logs + error * random.normal(size=rows)),
        np.expm1(logs + 0.3 * random.normal(size=rows)),
        np.arange(rows) // 20,
    )


def test_the_interval_covers_the_true_skill_nineteen_times_in_twenty() -> None:
    inside = 0
    for seed in range(200):
        low, high = skill_interval(*world(800, 0.24, seed))
        inside += low <= 1 - 0.24 / 0.3 <= high
    assert 0.90 <= inside / 200 <= 0.99


def test_equal_forecasts_have_no_skill_and_no_interval() -> None:
    actual, predicted, _, weeks = world(400, 0.2, 1)
    assert skill_interval(actual, predicted, predicted, weeks) == pytest.approx((0, 0))


def test_rows_of_one_week_count_as_one_draw() -> None:
    """Rows that repeat within their week say nothing new, and must not narrow the interval."""
    actual, predicted, reference, weeks = world(400, 0.24, 2)
    once = skill_interval(actual, predicted, reference, weeks)
    repeated = skill_interval(*(np.repeat(values, 5) for values in (actual, predicted, reference, weeks)))
    assert repeated == pytest.approx(once)


def test_forecasts_without_errors_have_no_interval_and_warn_of_nothing() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        low, high = skill_interval(np.zeros(6), np.zeros(6), np.zeros(6), np.arange(6))
    assert np.isnan(low)
    assert np.isnan(high)


def test_a_reference_that_errs_by_its_last_digits_gives_no_endless_skill() -> None:
    """One week in four has an error of the reference; a draw without it must not divide by rounding."""
    weeks, actual = np.arange(40) // 10, np.full(40, 1000.0)
    predicted = actual * 1.2
    reference = np.where(weeks == 0, actual * 1.1, actual * (1 + 1e-14))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        low, _ = skill_interval(actual, predicted, reference, weeks)
    assert low > -10


def test_one_week_gives_no_interval() -> None:
    actual, predicted, reference, weeks = world(20, 0.2, 3)
    assert np.isnan(skill_interval(actual, predicted, reference, weeks)).all()


def test_a_smaller_loss_lies_below_zero() -> None:
    random = np.random.default_rng(4)
    low, high = difference_interval(random.uniform(0, 1, 500), random.uniform(0.5, 1.5, 500), np.arange(500) // 10)
    assert -0.6 < low < high < -0.4
