import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm

from ml.days import paths_of
from ml.estimators.day_shares import DayShares
from ml.estimators.distribution import LEVELS, MEDIAN
from ml.estimators.path import HIGH, LOW, PathForecast, Paths

DAYS = 20
HORIZONS = (10, 20)
AS_OF = (2, 5, 12)
SPREAD = {10: 0.15, 20: 0.3}
"""Standard deviation of the log remainder's error by horizon."""


def make_rows(
    count: int, seed: int, as_of: tuple[int, ...] = AS_OF
) -> tuple[pd.DataFrame, pd.DataFrame, dict[int, np.ndarray]]:
    """Rows, paths and honest quantiles: releases fade at rates of their own, which the first days tell."""
    random = np.random.default_rng(seed)
    fade = random.normal(-0.15, 0.05, count)
    level = random.normal(7, 1, count)
    noise = random.normal(0, 0.1, (count, DAYS)).cumsum(axis=1)
    daily = np.exp(level[:, None] + fade[:, None] * np.arange(DAYS) + noise)
    ids = [f"{seed}_{number}" for number in range(count)]
    paths = pd.DataFrame(np.round(daily).cumsum(axis=1), index=ids, columns=range(1, DAYS + 1))
    parts, totals = [], {horizon: [] for horizon in HORIZONS}
    for day in as_of:
        known = paths[day].to_numpy()
        first, last = paths[min(3, day)].to_numpy(), known - (paths[day - 3].to_numpy() if day > 3 else 0)
        parts.append(
            pd.DataFrame(
                {
                    "release_id": ids,
                    "as_of_day": day,
                    "vk_streams_total": known,
                    "vk_streams_last_three_days": last,
                    "vk_streams_first_three_days": first,
                    "vk_streams_last_day": known - paths[day - 1].to_numpy(),
                }
            )
        )
        for horizon in HORIZONS:
            logs = np.log1p(paths[horizon].to_numpy() - known) if horizon > day else np.full(count, np.nan)
            middle = logs + random.normal(0, SPREAD[horizon], count)
            spread = np.expm1(np.maximum(middle[:, None] + SPREAD[horizon] * norm.ppf(LEVELS), 0.0))
            totals[horizon].append(known[:, None] + spread)
    stacked = np.fmax.accumulate(np.stack([np.concatenate(totals[horizon]) for horizon in HORIZONS]), axis=0)
    return pd.concat(parts, ignore_index=True), paths, dict(zip(HORIZONS, stacked, strict=True))


@pytest.fixture(scope="module")
def path() -> PathForecast:
    rows, paths, totals = make_rows(600, 1)
    earlier, earlier_paths, _ = make_rows(600, 2)
    curves = DayShares().fit(earlier, earlier_paths).predict(rows)
    return PathForecast(horizons=HORIZONS).fit(rows, paths, np.arange(len(rows)), totals, curves)


@pytest.fixture(scope="module")
def later() -> tuple[pd.DataFrame, pd.DataFrame, dict[int, np.ndarray]]:
    return make_rows(600, 3)


@pytest.fixture(scope="module")
def found(path: PathForecast, later: tuple[pd.DataFrame, pd.DataFrame, dict[int, np.ndarray]]) -> Paths:
    return path.predict(*later)


Later = tuple[pd.DataFrame, pd.DataFrame, dict[int, np.ndarray]]


def test_no_path_falls_and_no_two_quantiles_cross(found: Paths) -> None:
    assert (np.diff(found.quantiles, axis=1) >= 0).all()
    assert (np.diff(found.quantiles, axis=2) >= 0).all()
    assert (np.diff(found.joint, axis=2) >= -1e-9).all()
    assert (found.joint[0] <= found.quantiles[:, :, LOW]).all()
    assert (found.joint[1] >= found.quantiles[:, :, HIGH]).all()


def test_it_goes_through_every_quantile_of_every_open_horizon(found: Paths, later: Later) -> None:
    rows, _, totals = later
    for horizon in HORIZONS:
        still_open = (rows["as_of_day"] < horizon).to_numpy()
        assert (found.quantiles[still_open, horizon - 1] == totals[horizon][still_open]).all()


def test_known_days_are_what_they_were_and_later_ones_are_not_looked_at(
    path: PathForecast, found: Paths, later: Later
) -> None:
    rows, paths, totals = later
    days = rows["as_of_day"].to_numpy()
    known = np.arange(1, DAYS + 1) <= days[:, None]
    assert (found.quantiles[known] == paths_of(paths, rows)[known][:, None]).all()
    assert (found.joint[:, known] == paths_of(paths, rows)[known]).all()
    poisoned = paths.copy()
    poisoned.loc[:, max(AS_OF) + 1 :] *= 1000
    again = path.predict(rows, poisoned, totals)
    assert (again.quantiles == found.quantiles).all()
    assert (again.joint == found.joint).all()


def test_bands_hold_what_they_promise(found: Paths, later: Later) -> None:
    rows, paths, _ = later
    actual, days = paths_of(paths, rows), rows["as_of_day"].to_numpy()
    ahead = np.arange(1, DAYS + 1) > days[:, None]
    for day in AS_OF:
        at_day = days == day
        whole = ((actual >= found.joint[0] - 1e-6) & (actual <= found.joint[1] + 1e-6)) | ~ahead
        assert whole[at_day].all(axis=1).mean() == pytest.approx(0.8, abs=0.05)
        within = (actual >= found.quantiles[:, :, LOW] - 1e-6) & (actual <= found.quantiles[:, :, HIGH] + 1e-6)
        by_day = within[at_day][:, day:].mean(axis=0)
        assert by_day.min() > 0.72
        assert by_day.max() < 0.9


def test_medians_climb_as_releases_fade(found: Paths, later: Later) -> None:
    """Against days that share evenly what is to come between two horizons."""
    rows, paths, totals = later
    at_day = (rows["as_of_day"] == 2).to_numpy()
    actual, known = paths_of(paths, rows)[at_day], rows["vk_streams_total"].to_numpy()[at_day]
    even = known + (totals[10][at_day, MEDIAN] - known) * 3 / 8
    own = found.quantiles[at_day, 4, MEDIAN]
    errors = [np.sqrt(np.mean((np.log(values) - np.log(actual[:, 4])) ** 2)) for values in (own, even)]
    assert errors[0] < 0.7 * errors[1]


def test_a_day_that_was_not_trained_on_takes_the_nearest(path: PathForecast) -> None:
    rows, paths, totals = make_rows(50, 4, (3, 13))
    found = path.predict(rows, paths, totals)
    assert np.isfinite(found.quantiles).all()
    assert (np.diff(found.quantiles, axis=1) >= 0).all()


def test_a_release_without_a_known_day_starts_from_nothing(path: PathForecast, later: Later) -> None:
    rows, paths, totals = later
    unknown = rows.iloc[:1].assign(vk_streams_total=np.nan)
    found = path.predict(unknown, paths, {horizon: values[:1] for horizon, values in totals.items()})
    assert found.quantiles[0, 0, MEDIAN] < found.quantiles[0, 1, MEDIAN] < found.quantiles[0, 9, MEDIAN]
    assert (found.quantiles[0, 9] == totals[10][0]).all()


def test_few_releases_give_a_path_too() -> None:
    rows, paths, totals = make_rows(6, 5)
    curves = DayShares().fit(rows, paths).predict(rows)
    few = PathForecast(horizons=HORIZONS).fit(rows, paths, np.arange(len(rows)), totals, curves)
    found = few.predict(*make_rows(20, 6))
    assert np.isfinite(found.quantiles).all()
    assert (np.diff(found.quantiles, axis=1) >= 0).all()


def test_shares_of_a_release_that_nobody_heard_are_even() -> None:
    rows, paths, _ = make_rows(5, 7, (2,))
    silent = paths * 0
    shares = DayShares().fit(rows.assign(vk_streams_total=0.0), silent).predict(rows)
    assert shares[0, 2:] == pytest.approx(np.arange(1, DAYS - 1) / (DAYS - 2))
    assert (shares[:, :2] == 0).all()
