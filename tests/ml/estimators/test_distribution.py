import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm

from ml.estimators.distribution import LEVELS, MEDIAN, RemainderDistribution, chance_at_least, mean_total

TAILS = [int(np.flatnonzero(np.isclose(LEVELS, level))[0]) for level in (0.05, 0.1, 0.9, 0.95)]


def make_rows(count: int, seed: int) -> tuple[pd.DataFrame, np.ndarray, np.ndarray]:
    """Skewed errors, larger on early days, for releases of artists without history, and where TikTok drives them."""
    random = np.random.default_rng(seed)
    rows = pd.DataFrame(
        {
            "release_id": np.arange(count),
            "as_of_day": random.choice([1, 7], count),
            "tiktok_views_total": np.exp(random.normal(9, 2, count)),
            "vk_streams_total": np.exp(random.normal(7, 1, count)),
            "artist_mean_log_streams": np.where(random.random(count) < 0.3, np.nan, 8.0),
        }
    )
    forecast = random.normal(8, 2, count)
    spread = np.where(rows["as_of_day"] == 1, 2.0, 1.0) * np.where(rows["artist_mean_log_streams"].isna(), 1.5, 0.5)
    spread *= np.exp(0.2 * (np.log(rows["tiktok_views_total"]) - np.log(rows["vk_streams_total"])))
    return rows, forecast, forecast + 0.3 * spread * (random.gumbel(0, 1, count) - 0.37)


def inside(found: np.ndarray, actual: np.ndarray) -> tuple[float, float]:
    low_90, low_80, high_80, high_90 = found[:, TAILS].T
    return float(np.mean((actual >= low_80) & (actual <= high_80))), float(
        np.mean((actual >= low_90) & (actual <= high_90))
    )


def test_intervals_hold_what_they_promise_for_the_easy_and_the_hard() -> None:
    distribution = RemainderDistribution().fit(*make_rows(5000, 1))
    rows, forecast, actual = make_rows(5000, 2)
    found = distribution.predict(rows, forecast)
    new, driven = rows["artist_mean_log_streams"].isna(), rows["tiktok_views_total"] > 10 * rows["vk_streams_total"]
    early = rows["as_of_day"] == 1
    for cell in (new, ~new, driven, ~driven, early, ~early, forecast < 7, forecast > 9):
        in_80, in_90 = inside(found[cell], actual[cell])
        assert in_80 == pytest.approx(0.8, abs=0.05)
        assert in_90 == pytest.approx(0.9, abs=0.04)


def test_releases_without_a_stream_do_not_narrow_those_that_stream() -> None:
    """Half of the releases are never streamed and forecast without an error."""

    def with_silent(seed: int) -> tuple[pd.DataFrame, np.ndarray, np.ndarray]:
        rows, forecast, actual = make_rows(800, seed)
        silent = rows["release_id"] % 2 == 0
        rows.loc[silent, "vk_streams_total"] = 0.0
        return rows, np.where(silent, 0.0, forecast), np.where(silent, 0.0, actual)

    distribution = RemainderDistribution().fit(*with_silent(1))
    rows, forecast, actual = with_silent(2)
    found, streams = distribution.predict(rows, forecast), (rows["vk_streams_total"] > 0).to_numpy()
    held_80, held_90 = inside(found[streams], actual[streams])
    assert held_80 > 0.75
    assert held_90 > 0.86
    assert found[~streams].max() < 0.01


def test_one_width_for_all_would_not() -> None:
    rows, forecast, actual = make_rows(5000, 1)
    same = rows.assign(tiktok_views_total=1.0, vk_streams_total=1.0, artist_mean_log_streams=8.0)
    later, forecast_later, actual_later = make_rows(5000, 2)
    found = RemainderDistribution().fit(same, forecast, actual).predict(same, forecast_later)
    new = later["artist_mean_log_streams"].isna()
    assert inside(found[new], actual_later[new])[1] < 0.85


@pytest.mark.parametrize("count", [5, 25, 60, 200])
def test_few_releases_still_hold_on_average(count: int) -> None:
    held = []
    for seed in range(40):
        random = np.random.default_rng(seed)
        rows = pd.DataFrame({"release_id": np.arange(count), "as_of_day": 7})
        forecast = 8.0 + 0.01 * random.random(count)
        distribution = RemainderDistribution().fit(rows, forecast, 8 + random.normal(size=count))
        asked = pd.DataFrame({"release_id": np.arange(500), "as_of_day": 7})
        held.append(inside(distribution.predict(asked, np.full(500, 8.0)), 8 + random.normal(size=500))[1])
    assert np.mean(held) > 0.87


def test_quantiles_rise_around_the_forecast_and_stay_above_nothing() -> None:
    rows, forecast, actual = make_rows(300, 4)
    found = RemainderDistribution().fit(rows, forecast, actual + 3).predict(rows, forecast)
    assert (np.diff(found, axis=1) >= 0).all()
    assert found[:, MEDIAN] == pytest.approx(np.maximum(forecast, 0))
    assert (found >= 0).all()


def test_equal_forecasts_and_unseen_days_do_not_break_it() -> None:
    rows = pd.DataFrame({"release_id": np.arange(400), "as_of_day": 3})
    errors = np.random.default_rng(0).normal(size=400)
    distribution = RemainderDistribution().fit(rows, np.full(400, 5.0), 5 + errors)
    asked = pd.DataFrame({"release_id": [1, 2, 3], "as_of_day": [0, 3, 29]})
    assert np.isfinite(distribution.predict(asked, np.array([1.0, 5.0, 9.0]))).all()


def normal_totals(spread: float, count: int = 1) -> np.ndarray:
    return np.tile(np.expm1(8 + spread * norm.ppf(LEVELS)), (count, 1))


def test_chances_are_those_of_the_law_behind_the_quantiles() -> None:
    for least in (500.0, 2_980.0, 20_000.0, 1_000_000.0):
        chance = chance_at_least(normal_totals(1.0), least)
        assert chance == pytest.approx(norm.sf(np.log1p(least) - 8), abs=0.003)


def test_chances_agree_with_intervals_and_fall_as_more_is_asked() -> None:
    totals = normal_totals(0.7)
    chances = np.array([chance_at_least(totals, least)[0] for least in totals[0]])
    assert chances == pytest.approx(1 - LEVELS, abs=0.001)
    grid = np.array([chance_at_least(totals, least)[0] for least in np.geomspace(1, 1e9, 200)])
    assert (np.diff(grid) <= 1e-12).all()
    assert ((grid >= 0) & (grid <= 1)).all()


def test_a_mean_is_that_of_the_law_behind_the_quantiles() -> None:
    for spread in (0.1, 0.5, 1.0):
        assert mean_total(normal_totals(spread)) == pytest.approx(np.exp(8 + spread**2 / 2) - 1, rel=0.03)


def test_a_certain_total_has_that_chance_and_that_mean() -> None:
    totals = np.full((1, len(LEVELS)), 700.0)
    assert mean_total(totals) == pytest.approx(700)
    assert chance_at_least(totals, 699.0) > 0.99
    assert chance_at_least(totals, 701.0) < 0.01


def test_one_wild_error_does_not_rule_a_mean() -> None:
    totals = normal_totals(0.1)
    wild = totals.copy()
    wild[0, -2:] *= 1000
    assert mean_total(wild) == pytest.approx(mean_total(totals), rel=0.05)


def test_a_release_unlike_all_others_gets_no_width_beyond_theirs() -> None:
    rows, forecast, actual = make_rows(2000, 1)
    distribution = RemainderDistribution().fit(rows, forecast, actual)
    strange = rows.iloc[:1].assign(tiktok_views_total=1e12, vk_streams_total=0.0)
    scale = distribution.difficulty_.predict(strange, forecast[:1])
    assert scale <= distribution.difficulty_.predict(rows, forecast).max()
