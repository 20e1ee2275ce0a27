import numpy as np
import pandas as pd
import pytest

from ml.drift.stability import (
    TRAINING_DAYS,
    Shift,
    compare_periods,
    index_limit,
    latest_period,
    stability_index,
)

RANDOM = np.random.default_rng(3)
PAST = RANDOM.normal(size=20_000)


def test_the_index_is_small_for_the_same_law_and_right_for_another() -> None:
    assert stability_index(PAST, RANDOM.normal(size=20_000)) < 0.01
    # N(0, 1) against N(1, 1): 1 in the continuum, a little less in ten bins
    assert stability_index(PAST, RANDOM.normal(1.0, size=20_000)) == pytest.approx(0.93, abs=0.06)


def test_a_source_that_falls_silent_shows() -> None:
    # where a source reported 0 there is nothing: as large a share, and yet another fact
    past = np.where(RANDOM.random(5000) < 0.5, 0.0, RANDOM.uniform(1, 2, 5000))
    assert stability_index(past, np.where(past == 0, np.nan, past)) > 1


def test_ties_constants_and_nothing_known_are_no_error() -> None:
    counts = np.where(RANDOM.random(5000) < 0.9, 0.0, 5.0)
    assert stability_index(counts, counts[:2000]) < 0.01
    assert stability_index(counts, counts + 5) > 1
    assert stability_index(np.zeros(500), np.zeros(500)) == pytest.approx(0.0)
    unknown = np.full(500, np.nan)
    assert stability_index(unknown, unknown) == pytest.approx(0.0)


@pytest.mark.parametrize("recent", [30, 100, 400])
def test_chance_alone_hardly_passes_for_drift(recent: int) -> None:
    limit = index_limit(len(PAST), recent)
    passed = [stability_index(PAST, RANDOM.normal(size=recent)) > limit for _ in range(500)]
    assert np.mean(passed) <= 0.01
    assert limit >= 0.25


def test_only_the_latest_year_of_a_training_counts() -> None:
    rows = pd.DataFrame({"release_date": pd.date_range("2018-01-01", "2021-06-30")})
    kept = latest_period(rows)
    assert len(kept) == TRAINING_DAYS
    assert kept["release_date"].max() == rows["release_date"].max()
    assert len(latest_period(rows.tail(100))) == 100


def test_a_feature_that_moved_is_a_reason_only_where_a_retrain_would_know_of_it() -> None:
    def values(mean: float, count: int) -> pd.DataFrame:
        return pd.DataFrame({"feature": RANDOM.normal(mean, size=count)})

    before, now = values(0, 1500), values(1.5, 150)
    half = pd.concat([before.head(1000), values(1.5, 500)])
    (learned,) = compare_periods(before, now, half, {"feature"})
    (too_new,) = compare_periods(before, now, before, {"feature"})
    (cured,) = compare_periods(half, now, half, {"feature"})
    assert learned.index == too_new.index > learned.limit
    assert [shift.is_reason for shift in (learned, too_new, cured)] == [True, False, False]
    assert not compare_periods(before, now, half, set())[0].is_reason
    assert not Shift("feature", 0.3, 0.4, True, 0.0).is_reason
