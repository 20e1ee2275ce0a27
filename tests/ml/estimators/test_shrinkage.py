import numpy as np
import pytest

from ml.estimators.shrinkage import trusted_weight

RANDOM = np.random.default_rng(3)
RELEASES = np.repeat(np.arange(200), 7)


def test_pure_chance_gets_no_weight() -> None:
    weights = []
    for seed in range(40):
        random = np.random.default_rng(seed)
        error = np.repeat(random.normal(size=200), 7)
        correction = np.repeat(random.normal(size=200), 7)
        weights.append(trusted_weight(error, correction, RELEASES))
    assert np.mean([weight == 0 for weight in weights]) > 0.85
    assert max(weights) < 0.2


def test_a_true_correction_gets_nearly_all() -> None:
    correction = RANDOM.normal(size=1400)
    error = correction + RANDOM.normal(0, 0.3, 1400)
    assert trusted_weight(error, correction, RELEASES) > 0.95


def test_a_correction_twice_too_strong_is_halved() -> None:
    correction = RANDOM.normal(size=1400)
    error = 0.5 * correction + RANDOM.normal(0, 0.1, 1400)
    assert trusted_weight(error, correction, RELEASES) == pytest.approx(0.5, abs=0.05)


def test_rows_of_one_release_count_once() -> None:
    error, correction = RANDOM.normal(0.35, 1, 40), np.ones(40)
    once = trusted_weight(error, correction, np.arange(40))
    repeated = trusted_weight(np.repeat(error, 7), np.ones(280), np.repeat(np.arange(40), 7))
    assert repeated == pytest.approx(once)


def test_nothing_and_the_wrong_sign_get_none() -> None:
    nothing = np.array([])
    assert trusted_weight(nothing, nothing, nothing) == 0
    assert trusted_weight(np.ones(50), np.zeros(50), np.arange(50)) == 0
    assert trusted_weight(-np.ones(50), np.ones(50), np.arange(50)) == 0
