import numpy as np
import pandas as pd
import pytest
from scipy.stats import binom

from ml.drift.matured import CHANCE, NOMINAL, MaturedForecasts, coverage_limit, judge_matured


def test_coverage_and_error_are_counted_by_horizon() -> None:
    forecasts = pd.DataFrame(
        {
            "horizon_days": [14, 14, 30],
            "predicted_streams": [100.0, 100.0, 50.0],
            "lower_80": [50.0, 50.0, 20.0],
            "upper_80": [200.0, 200.0, 90.0],
            "actual_streams": [200, 201, 50],
        }
    )
    fourteen, thirty = judge_matured(forecasts, {30: 0.3, 14: 0.2, 60: 0.4})
    assert (fourteen.horizon_days, fourteen.forecast_count, fourteen.coverage) == (14, 2, 0.5)
    assert fourteen.rmsle == pytest.approx(np.sqrt(np.mean(np.log(np.array([201, 202]) / 101) ** 2)))
    assert thirty == MaturedForecasts(30, 1, 1.0, 0.0, 0.3)


@pytest.mark.parametrize("count", [5, 30, 320])
def test_the_limit_of_coverage_is_the_binomial_laws_own(count: int) -> None:
    least = round(coverage_limit(count) * count)
    assert binom.cdf(least - 1, count, NOMINAL) < CHANCE <= binom.cdf(least, count, NOMINAL)
    at_limit = MaturedForecasts(14, count, least / count, 0.1, 0.1)
    assert not at_limit.is_reason
    assert MaturedForecasts(14, count, (least - 1) / count, 0.1, 0.1).is_reason
