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


def test_intervals_know_that_estimated_days_are_unsure() -> None:
    """An estimate lies nearer to the forecast than what came would."""
    frame, totals = releases("tiktok_vk", 0.0)

    def width(doubt: np.ndarray | None) -> float:
        lower, upper = (
            CalibratedForecast(Typical()).fit(frame, totals, doubt=doubt).predict_quantiles(frame)[0, [3, -4]]
        )
        return float(np.log(upper / lower))

    exact = width(None)
    assert width(np.zeros(RELEASES)) == exact
    # the log error of a day, 0.5 where nobody has measured it, of a half of what is to come
    assert width(np.full(RELEASES, 0.5)) > exact * 1.1


def test_rows_that_lack_a_day_so_far_do_not_widen_the_others() -> None:
    """What a missing day costs is measured apart, and added where one is missing."""
    frame, totals = releases("tiktok_vk", 0.0)
    lacking = np.arange(RELEASES) % 2 == 0
    frame["vk_missing_days"] = np.where(lacking, 1.0, 0.0)
    noise = np.random.default_rng(1).normal(0, 2, RELEASES) * lacking
    widths = [
        np.ptp(np.log(CalibratedForecast(Typical()).fit(frame, each).predict_quantiles(frame[1:2])[0, [3, -4]]))
        for each in (totals, np.expm1(np.log1p(totals) + noise))
    ]
    assert widths[1] == pytest.approx(widths[0], rel=0.1)
