import numpy as np
import pytest
from scipy.stats import norm

from ml.estimators.blend import earned_weights, reweighted, steps_between
from ml.estimators.distribution import LEVELS, MEDIAN, chance_at_least
from ml.estimators.logistic import odds_to_probability

MINIMUMS = (20_000.0, 150_000.0)


def chances(seed: int, noise: float) -> np.ndarray:
    """Chances of reaching both minimums, as far from the truth as the noise says."""
    odds = np.random.default_rng(1).normal(0, 2, (4000, 2))
    return odds_to_probability(odds + np.random.default_rng(seed).normal(0, max(noise, 1e-9), (4000, 2)))


def test_a_class_model_that_knows_more_earns_a_say_and_noise_none() -> None:
    hit = (np.random.default_rng(2).random((4000, 2)) < chances(0, 0)).astype(float)
    releases = np.arange(4000)
    assert min(earned_weights(chances(3, 1.5), chances(0, 0), hit, releases)) > 0.8
    assert earned_weights(chances(0, 0), chances(3, 1.5), hit, releases) == (0.0, 0.0)


def test_what_is_as_good_as_certain_makes_no_step() -> None:
    steps = steps_between(np.array([[1e-7, 0.5]]), np.array([[0.009, 0.9]]))
    assert steps[0, 0] == 0
    assert steps[0, 1] == pytest.approx(np.log(9))


def totals_around(median: float) -> np.ndarray:
    return np.expm1(np.log1p(median) + 0.8 * norm.ppf(LEVELS))[None, :]


def test_a_step_moves_the_chance_by_itself_and_keeps_the_order() -> None:
    totals = totals_around(60_000)
    before = np.array([chance_at_least(totals, minimum)[0] for minimum in MINIMUMS])
    moved = reweighted(totals, MINIMUMS, np.array([[0.0, 0.7]]))
    after = np.array([chance_at_least(moved, minimum)[0] for minimum in MINIMUMS])
    odds = np.log(after / (1 - after)) - np.log(before / (1 - before))
    assert odds == pytest.approx([0.0, 0.7], abs=0.06)
    assert (np.diff(moved) >= 0).all()


def test_a_release_far_from_both_minimums_keeps_its_forecast() -> None:
    small = totals_around(50)
    assert reweighted(small, MINIMUMS, np.array([[2.0, 2.0]]))[:, MEDIAN] == pytest.approx(small[:, MEDIAN])
