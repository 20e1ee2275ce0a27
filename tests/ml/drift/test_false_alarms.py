"""How often data that stay as they are raise an alarm in a year of weekly looks, all alarms together."""

import numpy as np
import pandas as pd
import pytest

from ml.drift.matured import NOMINAL, MaturedForecasts
from ml.drift.stability import TRAINING_DAYS, compare_periods

YEAR = 52
FEATURES = tuple(f"feature_{number}" for number in range(10))
MONTH, TWO_MONTHS = 4, 9
"""Weeks of releases in the recent month, and of windows that have ended in two."""
SAFE = 0.05


def rows(random: np.random.Generator, weeks: int, per_week: int) -> list[pd.DataFrame]:
    """A frame of features for each week: alike among themselves, and in part shared by a week's releases."""
    found = []
    for _ in range(weeks):
        shared = random.normal(0, 0.15, len(FEATURES))
        size = random.normal(0, 1, (per_week, 1))
        found.append(pd.DataFrame(shared + size + random.normal(0, 0.5, (per_week, len(FEATURES))), columns=FEATURES))
    return found


def features_alarm(random: np.random.Generator, per_week: int) -> bool:
    """Whether a feature of stationary data is a reason to retrain at any of a year's weekly looks."""
    trained_weeks = TRAINING_DAYS // 7
    weeks = rows(random, trained_weeks + YEAR + MONTH, per_week)
    past = pd.concat(weeks[:trained_weeks])
    for week in range(YEAR):
        recent = pd.concat(weeks[trained_weeks + week : trained_weeks + week + MONTH])
        # what has matured since could be learned from
        matured = max(week - MONTH, 0)
        after = pd.concat(weeks[matured : trained_weeks + matured])
        if any(shift.is_reason for shift in compare_periods(past, recent, after, set(FEATURES))):
            return True
    return False


def intervals_alarm(random: np.random.Generator, per_week: int) -> bool:
    """Whether intervals of two horizons, which hold what they promise, are a reason at any look of a year."""
    inside = random.random((2, YEAR + TWO_MONTHS, per_week)) < NOMINAL
    return any(
        MaturedForecasts(14, held.size, float(held.mean()), 0.0, 0.0).is_reason
        for week in range(YEAR)
        for held in inside[:, week : week + TWO_MONTHS]
    )


@pytest.mark.parametrize("per_week", [8, 30])
def test_data_that_stay_as_they_are_hardly_raise_an_alarm_in_a_year(per_week: int) -> None:
    random = np.random.default_rng(per_week)
    assert sum(features_alarm(random, per_week) for _ in range(6)) == 0
    assert sum(intervals_alarm(random, per_week) for _ in range(100)) <= 100 * SAFE


def test_intervals_that_hold_too_little_do() -> None:
    assert MaturedForecasts(14, 300, 0.7, 0.0, 0.0).is_reason
    assert not MaturedForecasts(14, 30, 0.7, 0.0, 0.0).is_reason


@pytest.mark.slow
@pytest.mark.parametrize("per_week", [3, 8, 30, 100])
def test_false_alarms_of_a_year(per_week: int) -> None:
    random, draws = np.random.default_rng(per_week), 300
    share = sum(features_alarm(random, per_week) or intervals_alarm(random, per_week) for _ in range(draws)) / draws
    print(f"{per_week} releases a week: {share:.3f} false alarms a year")
    assert share <= SAFE
