"""A calibrated forecast of TikTok alone follows a level that has moved lately; streams tell their own level."""

from typing import Self

import numpy as np
import pandas as pd
import pytest

from ml.estimators.base import StreamEstimator
from ml.estimators.calibrated import RECENT, CalibratedForecast

RELEASES, DAYS = 400, 700


class Typical(StreamEstimator):
    """The median of all totals, whenever they were."""

    def fit(self, X: pd.DataFrame, y: np.ndarray) -> Self:
        self.median_ = float(np.median(y))
        return self

    def predict(self, X: pd.DataFrame) -> np.ndarray:
        return np.full(len(X), self.median_)


def releases(feature_set: str, rise: float, seed: int = 5) -> tuple[pd.DataFrame, np.ndarray]:
    """Releases of which those of the last days of history reach `rise` more in logs than the others."""
    random = np.random.default_rng(seed)
    dates = pd.Timestamp("2020-01-01") + pd.to_timedelta(np.sort(random.integers(0, DAYS, RELEASES)), unit="D")
    is_recent = np.asarray(dates > dates.max() - RECENT)
    totals = np.expm1(7 + rise * is_recent + random.normal(0, 0.4, RELEASES))
    frame = pd.DataFrame(
        {
            "release_id": [f"{number:04d}" for number in range(RELEASES)],
            "release_date": dates,
            "as_of_day": 7,
            "as_of_date": dates + pd.Timedelta(days=7),
            "tiktok_views_total": 100.0,
            "vk_streams_total": np.nan if feature_set == "tiktok" else 10.0,
        }
    )
    return frame, totals


@pytest.mark.parametrize("rise", [-0.5, 0.5])
def test_a_level_that_moved_lately_is_followed_where_no_streams_tell_it(rise: float) -> None:
    frame, totals = releases("tiktok", rise)
    model = CalibratedForecast(Typical(), "tiktok").fit(frame, totals)
    lately = np.log1p(totals[-30:]).mean()
    assert abs(np.log1p(model.predict(frame[-1:]))[0] - lately) < 0.15
    assert abs(np.log1p(Typical().fit(frame, totals).predict(frame[-1:]))[0] - lately) > 0.3


def test_chance_moves_no_level() -> None:
    levels = []
    for seed in range(20):
        frame, totals = releases("tiktok", 0.0, seed)
        levels.append(CalibratedForecast(Typical(), "tiktok").fit(frame, totals).level_)
    assert np.median(np.abs(levels)) < 0.02


def test_a_forecast_that_sees_streams_keeps_its_own_level() -> None:
    frame, totals = releases("tiktok_vk", 0.5)
    assert CalibratedForecast(Typical(), "tiktok_vk").fit(frame, totals).level_ == 0
