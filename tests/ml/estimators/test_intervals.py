import numpy as np
import pytest

from ml.estimators.intervals import ConformalIntervals


def make_forecasts(count: int, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Skewed errors that are larger for small releases and for early days."""
    random = np.random.default_rng(seed)
    days = random.choice([1, 7], count)
    forecast = random.normal(8, 2, count)
    spread = np.where(forecast < 8, 1.0, 0.3) * np.where(days == 1, 2.0, 1.0)
    return forecast, forecast + spread * (random.exponential(1, count) - 0.7), days


def coverage(ends: np.ndarray, actual: np.ndarray) -> tuple[float, float]:
    return tuple(float(np.mean((actual >= ends[:, k]) & (actual <= ends[:, k + 1]))) for k in (0, 2))  # type: ignore[return-value]


def test_they_cover_what_they_promise_overall_and_by_size_and_day() -> None:
    intervals = ConformalIntervals().fit(*make_forecasts(4000, 1))
    forecast, actual, days = make_forecasts(4000, 2)
    ends = intervals.predict(forecast, days)
    for rows in (np.ones(4000, bool), forecast < 7, forecast > 9, days == 1, days == 7):
        cover_80, cover_90 = coverage(ends[rows], actual[rows])
        assert cover_80 == pytest.approx(0.8, abs=0.04)
        assert cover_90 == pytest.approx(0.9, abs=0.04)


@pytest.mark.parametrize("count", [5, 25, 60, 200])
def test_few_calibration_releases_still_cover_on_average(count: int) -> None:
    covered = []
    for seed in range(30):
        random = np.random.default_rng(seed)
        error = random.normal(size=count)
        intervals = ConformalIntervals().fit(
            np.full(count, 8.0) + 0.01 * random.random(count), 8 + error, np.full(count, 7)
        )
        ends = intervals.predict(np.full(500, 8.0), np.full(500, 7))
        covered.append(coverage(ends, 8 + random.normal(size=500))[1])
    assert np.mean(covered) > 0.88


def test_levels_are_nested_and_hold_the_forecast() -> None:
    forecast, actual, days = make_forecasts(300, 4)
    ends = ConformalIntervals().fit(forecast, actual + 3, days).predict(forecast, days)
    assert (ends[:, 2] <= ends[:, 0]).all()
    assert (ends[:, 0] <= forecast).all()
    assert (forecast <= ends[:, 1]).all()
    assert (ends[:, 1] <= ends[:, 3]).all()


def test_equal_forecasts_do_not_break_the_buckets() -> None:
    random = np.random.default_rng(0)
    intervals = ConformalIntervals().fit(np.full(400, 5.0), 5 + random.normal(size=400), np.full(400, 3))
    assert np.isfinite(intervals.predict(np.array([1.0, 5.0, 9.0]), np.array([3, 3, 3]))).all()
