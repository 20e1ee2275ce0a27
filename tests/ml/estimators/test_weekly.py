import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm

from ml.estimators.distribution import LEVELS
from ml.estimators.weekly import WeeklyDependence, deviates

SPREAD = 0.5


def make_rows(correlation: float, seed: int, weeks: int = 200, releases: int = 15) -> tuple[pd.DataFrame, np.ndarray]:
    """Rows whose errors share a factor by release week, and their quantiles."""
    random = np.random.default_rng(seed)
    shared = np.repeat(random.standard_normal(weeks), releases)
    error = np.sqrt(correlation) * shared + np.sqrt(1 - correlation) * random.standard_normal(weeks * releases)
    middle = random.normal(8, 1, weeks * releases)
    rows = pd.DataFrame(
        {
            "release_date": np.repeat(pd.date_range("2020-01-06", periods=weeks, freq="7D"), releases),
            "as_of_day": 7,
            "streams_30": np.expm1(middle + SPREAD * error),
        }
    )
    return rows, np.expm1(middle[:, None] + SPREAD * norm.ppf(LEVELS))


@pytest.mark.parametrize("correlation", [0.0, 0.1, 0.4])
def test_the_correlation_within_weeks_is_found(correlation: float) -> None:
    rows, quantiles = make_rows(correlation, 1)
    found = WeeklyDependence().fit(rows, {30: quantiles}).correlations_
    assert list(found) == [(30, 3)]
    assert found[30, 3] == pytest.approx(correlation, abs=0.05)


def test_sums_of_weeks_hold_what_they_promise_and_would_not_if_weeks_had_no_factor() -> None:
    rows, quantiles = make_rows(0.3, 2)
    weekly, alone = WeeklyDependence().fit(rows, {30: quantiles}), WeeklyDependence()
    alone.correlations_ = {(30, 3): 0.0}
    held = []
    for dependence in (weekly, alone):
        draws = pd.DataFrame(dependence.draw_totals(rows, 30, quantiles, seed=1, draws=1000))
        sums = draws.groupby(rows["release_date"].to_numpy()).sum()
        low, high = np.quantile(sums, (0.05, 0.95), axis=1)
        actual = rows.groupby("release_date")["streams_30"].sum().to_numpy()
        held.append(np.mean((actual >= low) & (actual <= high)))
    assert held[0] == pytest.approx(0.9, abs=0.05)
    assert held[1] < 0.75


def test_draws_of_one_release_follow_its_quantiles_and_its_seed() -> None:
    rows, quantiles = make_rows(0.3, 3, weeks=1, releases=1)
    dependence = WeeklyDependence()
    dependence.correlations_ = {(30, 3): 0.3}
    draws = dependence.draw_totals(rows, 30, quantiles, seed=1, draws=20_000)
    middle = slice(3, -3)
    assert np.quantile(draws[0], LEVELS[middle]) == pytest.approx(quantiles[0, middle], rel=0.05)
    assert (draws == dependence.draw_totals(rows, 30, quantiles, seed=1, draws=20_000)).all()


def test_a_deviate_is_the_place_in_the_distribution() -> None:
    _, quantiles = make_rows(0.0, 4, weeks=1, releases=3)
    place = int(np.flatnonzero(np.isclose(LEVELS, 0.9))[0])
    assert deviates(quantiles, quantiles[:, place]) == pytest.approx(np.full(3, norm.ppf(0.9)), abs=1e-3)
    assert np.isfinite(deviates(quantiles, np.array([0.0, 1e12, 5.0]))).all()
