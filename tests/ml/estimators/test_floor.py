import numpy as np
import pytest
from scipy.stats import norm

from ml.estimators.distribution import LEVELS, MEDIAN, chance_at_least
from ml.estimators.floor import given_floor


def totals_of(median: float, spread: float) -> np.ndarray:
    return np.expm1(np.log1p(median) + spread * norm.ppf(LEVELS))[None, :]


def test_a_floor_far_below_changes_nothing() -> None:
    totals = totals_of(1000, 0.3)
    assert given_floor(totals, np.array([10.0])) == pytest.approx(totals, rel=1e-4)


def test_a_floor_cuts_off_what_lies_below_and_keeps_the_rest_in_proportion() -> None:
    totals, floor = totals_of(1000, 0.5), 1100.0
    raised = given_floor(totals, np.array([floor]))
    assert (raised >= floor).all()
    assert (np.diff(raised) >= 0).all()
    reached = chance_at_least(totals, floor)[0]
    for least in (1300.0, 2000.0):
        assert chance_at_least(raised, least)[0] == pytest.approx(chance_at_least(totals, least)[0] / reached, abs=0.02)


def test_a_floor_beyond_all_that_was_thought_possible_still_leaves_a_rise() -> None:
    raised = given_floor(totals_of(1000, 0.3), np.array([50_000.0]))
    assert (raised >= 50_000).all()
    assert raised[0, MEDIAN] < 500_000
