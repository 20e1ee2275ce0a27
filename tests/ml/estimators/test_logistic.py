import numpy as np
import pytest

from ml.estimators.logistic import IDENTITY, Curve, fit_curve, log_odds, odds_to_probability


def test_it_finds_the_curve_that_made_the_data() -> None:
    random = np.random.default_rng(0)
    x = random.normal(size=20_000)
    hit = (random.random(20_000) < odds_to_probability(log_odds(Curve(-1.0, 2.0), x))).astype(float)
    assert fit_curve(x, hit, np.ones(20_000), IDENTITY, 1.0) == pytest.approx((-1.0, 2.0), abs=0.1)


def test_without_rows_the_prior_stands() -> None:
    nothing = np.array([])
    assert fit_curve(nothing, nothing, nothing, IDENTITY, 1.0) == pytest.approx(IDENTITY)


@pytest.mark.parametrize("kind", [0.0, 1.0])
def test_one_kind_only_stays_finite(kind: float) -> None:
    curve = fit_curve(np.linspace(-3, 3, 50), np.full(50, kind), np.ones(50), IDENTITY, 1.0)
    probability = odds_to_probability(log_odds(curve, np.array([0.0])))[0]
    assert np.isfinite(curve).all()
    assert (probability > 0.8) == bool(kind)


def test_perfect_separation_stays_finite() -> None:
    x = np.linspace(-3, 3, 50)
    assert np.isfinite(fit_curve(x, (x > 0).astype(float), np.ones(50), IDENTITY, 0.5)).all()
