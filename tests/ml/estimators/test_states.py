import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm

from ml.estimators.distribution import LEVELS, MEDIAN
from ml.estimators.states import (
    ALONE,
    LOWER,
    OLDER,
    OTHER,
    RECENT,
    SEVERAL,
    UPPER,
    WHOLE,
    StateWidths,
    filled_spread,
    states,
)


def rows_of(count: int, **columns: object) -> pd.DataFrame:
    frame = pd.DataFrame({"release_id": [f"R{number}" for number in range(count)], "as_of_day": 7})
    whole = {f"{platform}_{name}": 0.0 for platform in ("vk", "tiktok") for name in ("missing_days", "days_behind")}
    return frame.assign(**{"vk_streams_total": 70.0, "vk_streams_known": 70.0, **whole, **columns})


@pytest.mark.parametrize(
    ("columns", "with_vk", "without"),
    [
        ({}, WHOLE, WHOLE),
        ({"vk_missing_days": 1}, OLDER, WHOLE),
        ({"vk_missing_days": 1, "vk_missing_of_last_three_days": 1}, RECENT, WHOLE),
        ({"vk_missing_days": 2}, SEVERAL, WHOLE),
        ({"vk_days_behind": 1}, RECENT, WHOLE),
        ({"tiktok_days_behind": 3}, OTHER, SEVERAL),
        ({"tiktok_days_behind": 7}, ALONE, SEVERAL),
        ({"vk_missing_days": 1, "tiktok_days_behind": 7}, OLDER, SEVERAL),
        ({"as_of_day": 0, "vk_missing_days": 1}, WHOLE, WHOLE),
    ],
)
def test_states_are_told_by_feature_set(columns: dict[str, object], with_vk: int, without: int) -> None:
    rows = rows_of(1, **columns)
    assert states(rows, "tiktok_vk").tolist() == [with_vk]
    assert states(rows, "tiktok").tolist() == [without]


def totals_of(count: int) -> np.ndarray:
    return np.tile(np.expm1(np.log1p(170) + 0.1 * norm.ppf(LEVELS)), (count, 1))


def test_whole_rows_keep_their_intervals_to_the_last_bit() -> None:
    rows, totals = rows_of(3), totals_of(3)
    widths = StateWidths().fit(rows.iloc[:0], np.array([]), totals[:0], np.array([]))
    assert (widths.widened(rows, totals) == totals).all()


def test_without_releases_to_measure_by_a_prior_widens() -> None:
    rows, totals = rows_of(2, vk_missing_days=1.0, vk_streams_known=60.0), totals_of(2)
    widths = StateWidths().fit(rows.iloc[:0], np.array([]), totals[:0], np.array([]))
    wider = widths.widened(rows, totals)
    assert (wider[:, MEDIAN] == totals[:, MEDIAN]).all()
    assert (wider[:, :MEDIAN] < totals[:, :MEDIAN]).all()
    assert (wider[:, MEDIAN + 1 :] > totals[:, MEDIAN + 1 :]).all()
    assert (wider >= 60.0).all()


def test_intervals_hold_nine_in_ten_of_the_totals_they_were_measured_by() -> None:
    random = np.random.default_rng(1)
    rows, totals = rows_of(2000, vk_missing_days=1.0, vk_streams_known=60.0), totals_of(2000)
    actual = 60.0 + np.expm1(np.log1p(110.0) + random.normal(0, 0.6, 2000))
    filled = 10.0 * np.exp(random.normal(0, 0.2, 2000))
    widths = StateWidths().fit(rows, actual, totals, filled)
    ends = widths.widened(rows, totals)
    assert np.mean((actual >= ends[:, LOWER]) & (actual <= ends[:, UPPER])) == pytest.approx(0.9, abs=0.02)
    # and never fewer than without a hole
    narrow = StateWidths().fit(rows, np.full(2000, 170.0), totals, np.full(2000, 10.0))
    assert (narrow.factors(rows) >= 1).all()


def test_a_filling_whose_truth_nobody_knows_says_nothing_of_the_spread() -> None:
    rows = pd.DataFrame(
        {
            "release_id": ["a", "b", "c"],
            "as_of_day": 7,
            "vk_streams_total": [300.0, 500.0, 900.0],
            "vk_streams_known": [200.0, 300.0, 400.0],
        }
    )
    known = filled_spread(rows.iloc[:2], np.array([150.0, 100.0]), "tiktok_vk")
    assert filled_spread(rows, np.array([150.0, 100.0, np.nan]), "tiktok_vk") == known > 0
