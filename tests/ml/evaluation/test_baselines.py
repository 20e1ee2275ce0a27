import numpy as np
import pandas as pd
import pytest

from ml.estimators.baselines import DecileLines
from ml.estimators.log_linear import LogLinear
from ml.evaluation.baselines import BASELINES, forecast_baseline, line_probabilities, ranking_probabilities
from ml.evaluation.metrics import rmsle


@pytest.fixture(scope="module")
def halves(training: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    early = training["release_date"] < training["release_date"].quantile(0.7)
    return training[early].reset_index(drop=True), training[~early].reset_index(drop=True)


def error(name: str, halves: tuple[pd.DataFrame, pd.DataFrame], feature_set: str = "tiktok_vk") -> float:
    past, later = halves
    forecast = forecast_baseline(name, past, past["streams_30"].to_numpy(), later, feature_set)
    return rmsle(later["streams_30"].to_numpy(), forecast)


@pytest.mark.parametrize("name", BASELINES)
@pytest.mark.parametrize("feature_set", ["tiktok", "tiktok_vk"])
def test_every_baseline_forecasts_every_row(
    name: str, feature_set: str, halves: tuple[pd.DataFrame, pd.DataFrame]
) -> None:
    past, later = halves
    forecast = forecast_baseline(name, past, past["streams_14"].to_numpy(), later, feature_set)
    assert np.isfinite(forecast).all()
    assert (forecast >= 0).all()


@pytest.mark.parametrize("name", BASELINES)
def test_known_streams_are_the_floor(name: str, halves: tuple[pd.DataFrame, pd.DataFrame]) -> None:
    past, later = halves
    forecast = forecast_baseline(name, past, past["streams_14"].to_numpy() * 0.01, later, "tiktok_vk")
    assert (forecast >= later["vk_streams_total"].fillna(0)).all()


@pytest.mark.parametrize("name", BASELINES)
def test_an_unknown_as_of_total_still_gets_a_forecast(name: str, halves: tuple[pd.DataFrame, pd.DataFrame]) -> None:
    past, later = halves
    unknown = later.assign(**{column: np.nan for column in later.columns if column.startswith(("vk_", "tiktok_"))})
    forecast = forecast_baseline(name, past, past["streams_14"].to_numpy(), unknown, "tiktok_vk")
    assert np.isfinite(forecast).all()


def test_baselines_rank_as_the_literature_says(halves: tuple[pd.DataFrame, pd.DataFrame]) -> None:
    errors = {name: error(name, halves) for name in BASELINES}
    assert errors["ridge_daily"] < errors["log_linear"] < errors["scale_factor"] < errors["train_median"]
    assert errors["log_linear"] < errors["persistence"]


def test_vk_streams_tell_more_than_tiktok_views(halves: tuple[pd.DataFrame, pd.DataFrame]) -> None:
    assert error("log_linear", halves, "tiktok_vk") < error("log_linear", halves, "tiktok")


def test_log_linear_finds_a_law_that_is_there() -> None:
    total = np.exp(np.linspace(2, 9, 50)) - 1
    frame = pd.DataFrame({"as_of_day": 7, "vk_streams_total": total})
    final = np.exp(0.5 + 1.1 * np.log1p(total)) - 1
    forecast = forecast_baseline("log_linear", frame, final, frame, "tiktok_vk")
    assert forecast == pytest.approx(final, rel=1e-9)


def test_a_zero_has_a_level_of_its_own() -> None:
    views = np.append(np.exp(np.linspace(2, 9, 50)) - 1, np.zeros(10))
    frame = pd.DataFrame({"as_of_day": 7, "tiktok_views_total": views})
    final = np.where(views > 0, np.exp(0.5 + 1.1 * np.log1p(views)) - 1, 5000.0)
    assert forecast_baseline("log_linear", frame, final, frame, "tiktok") == pytest.approx(final, rel=1e-9)


def test_the_lines_chances_are_the_shares_of_its_errors_on_either_side() -> None:
    streams = np.tile([1e2, 1e3, 1e4, 1e5], 25)
    training = pd.DataFrame({"as_of_day": 7, "vk_streams_total": streams})
    errors = np.repeat(np.linspace(-1, 1, 25), 4)
    rows = pd.DataFrame({"as_of_day": 7, "vk_streams_total": [1e3, 1e4]})
    # the line is total = 10 * streams; a fifth of the errors is above 0.6
    totals = np.expm1(np.log1p(streams) + np.log(10) + errors)
    chances = line_probabilities(training, totals, rows, "tiktok_vk", (1e4, 1e5 * np.exp(0.6)))
    np.testing.assert_allclose(chances, [[0.52, 0.0], [1.0, 0.2]], atol=0.04)


def test_each_tenth_by_views_has_a_line_of_its_own_where_it_has_the_releases_for_it() -> None:
    views = np.arange(1.0, 401)
    streams = np.exp(np.random.default_rng(3).normal(7, 1, 400))
    factor = np.where(views > 360, 5.0, 2.0)
    frame = pd.DataFrame({"as_of_day": 7, "tiktok_views_total": views, "vk_streams_total": streams})
    model = DecileLines("tiktok_vk").fit(frame, streams * factor)
    rows = pd.DataFrame({"as_of_day": 7, "tiktok_views_total": [5.0, 1e6, np.nan], "vk_streams_total": 1000.0})
    low, high, unknown = model.predict(rows)
    assert low == pytest.approx(2000, rel=0.01)
    assert high == pytest.approx(5000, rel=0.01)
    assert unknown == pytest.approx(LogLinear("tiktok_vk").fit(frame, streams * factor).predict(rows)[2])

    few = frame.iloc[::3].reset_index(drop=True)
    totals = few["vk_streams_total"].to_numpy() * 2
    whole = LogLinear("tiktok_vk").fit(few, totals).predict(rows)
    assert DecileLines("tiktok_vk").fit(few, totals).predict(rows) == pytest.approx(whole)


def test_a_ranking_orders_releases_by_its_number_and_tells_true_shares() -> None:
    random = np.random.default_rng(4)
    views = np.exp(random.normal(8, 2, 4000))
    frame = pd.DataFrame({"as_of_day": np.repeat([1, 7], 2000), "tiktok_views_total": views})
    totals = views * np.exp(random.normal(0, 1, 4000))
    rows = pd.DataFrame({"as_of_day": 7, "tiktok_views_total": [10.0, 1e3, 1e5, 1e7, np.nan]})
    at_least = ranking_probabilities("tiktok_views_total", frame, totals, rows, (3_000.0, 60_000.0))
    assert at_least.shape == (5, 2)
    assert (np.diff(at_least[:4], axis=0) > 0).all()
    assert (at_least[:, 1] <= at_least[:, 0]).all()
    everyone = ranking_probabilities("tiktok_views_total", frame, totals, frame, (3_000.0, 60_000.0))
    assert everyone.mean(axis=0) == pytest.approx([(totals >= 3_000).mean(), (totals >= 60_000).mean()], abs=0.02)
    assert at_least[4, 0] == pytest.approx(
        ranking_probabilities(
            "tiktok_views_total", frame, totals, rows.assign(tiktok_views_total=np.exp(8.0)), (3_000.0, 60_000.0)
        )[0, 0],
        abs=0.02,
    )
