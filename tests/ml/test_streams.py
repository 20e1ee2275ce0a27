from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from hitcast.core.settings import Settings
from ml.data import Columns, Marts, feature_columns, modelling_frame, read_marts, target_column
from ml.estimators.shape_law import LAW_COLUMNS
from ml.estimators.shrinkage import day_group
from ml.evaluation.baselines import forecast_baseline
from ml.evaluation.metrics import rmsle
from ml.splits import training_rows
from ml.streams import INTERVAL_COLUMNS, StreamModel, fit_streams, predict_streams
from tests.ml.conftest import MakeHome


@pytest.fixture(scope="module")
def columns(marts: Marts, training: pd.DataFrame) -> Columns:
    return feature_columns(marts.catalog, "tiktok_vk", training)


@pytest.fixture(scope="module")
def model(training: pd.DataFrame, columns: Columns, settings: Settings) -> StreamModel:
    return fit_streams(training, "tiktok_vk", columns, settings)


@pytest.fixture(scope="module")
def forecasts(model: StreamModel, frame: pd.DataFrame) -> dict[int, pd.DataFrame]:
    return predict_streams(model, frame)


def test_forecasts_are_coherent(forecasts: dict[int, pd.DataFrame], frame: pd.DataFrame) -> None:
    for horizon, per_horizon in forecasts.items():
        rows = frame[frame["as_of_day"] < horizon]
        assert per_horizon.index.equals(rows.index)
        known = rows["vk_streams_total"].fillna(0)
        assert (per_horizon["predicted_streams"] >= known).all()
        assert (per_horizon["lower_90"] <= per_horizon["lower_80"]).all()
        assert (per_horizon["lower_80"] <= per_horizon["predicted_streams"]).all()
        assert (per_horizon["predicted_streams"] <= per_horizon["upper_80"]).all()
        assert (per_horizon["upper_80"] <= per_horizon["upper_90"]).all()
        assert (per_horizon["lower_90"] >= known).all()
        assert (per_horizon["expected_streams"] >= known).all()
    both = forecasts[14].index
    for figure in forecasts[14]:
        assert (forecasts[30].loc[both, figure] >= forecasts[14][figure]).all()


def test_expected_streams_add_up_where_medians_do_not(make_home: MakeHome) -> None:
    settings = make_home(release_count=3000)
    training, testing, columns, horizons = split_by_date(settings, "tiktok")
    forecasts = predict_streams(fit_streams(training, "tiktok", columns, settings), testing)
    for horizon in horizons:
        actual = testing[target_column(horizon)].sum()
        median, mean = (forecasts[horizon][name].sum() / actual for name in ("predicted_streams", "expected_streams"))
        assert median < 0.85
        assert abs(mean - 1) < abs(median - 1)


def test_an_unknown_value_still_gets_a_forecast(model: StreamModel, frame: pd.DataFrame) -> None:
    unknown = frame.head(20).assign(vk_streams_total=np.nan, tiktok_views_total=np.nan, genre="polka", as_of_day=5)
    forecast = predict_streams(model, unknown)[30]
    assert np.isfinite(forecast).all(axis=None)


def test_one_model_knows_the_day(model: StreamModel, frame: pd.DataFrame) -> None:
    width = predict_streams(model, frame)[30].eval("log(upper_90) - log(lower_90)").groupby(frame["as_of_day"]).median()
    assert width[1] > width[3] > width[7]


def test_the_same_data_and_seed_give_the_same_forecasts(
    training: pd.DataFrame,
    columns: Columns,
    settings: Settings,
    forecasts: dict[int, pd.DataFrame],
    frame: pd.DataFrame,
) -> None:
    again = predict_streams(fit_streams(training, "tiktok_vk", columns, settings), frame)
    for horizon, per_horizon in forecasts.items():
        pd.testing.assert_frame_equal(again[horizon], per_horizon, rtol=1e-9, atol=0)


def test_contributions_add_up_to_the_distance_from_a_typical_forecast(model: StreamModel, frame: pd.DataFrame) -> None:
    """Between two releases of the same day, the difference of their logs is that of their contributions, nearly."""
    rows = frame[frame["as_of_day"] == 7].head(100)
    logs = np.log1p(predict_streams(model, rows)[30]["predicted_streams"].to_numpy())
    message = model.contributions(rows, 30).sum(axis=1)
    assert np.corrcoef(logs, message)[0, 1] > 0.99
    assert np.std(logs - message) < 0.15


def split_by_date(
    settings: Settings, feature_set: str = "tiktok_vk"
) -> tuple[pd.DataFrame, pd.DataFrame, Columns, tuple[int, ...]]:
    marts = read_marts(settings)
    frame = modelling_frame(marts, settings.horizons)
    cut = frame["release_date"].quantile(0.75).date()
    training = frame[training_rows(frame, cut, settings.horizons)].reset_index(drop=True)
    later = (frame["as_of_date"] >= pd.Timestamp(cut)) & frame[target_column(max(settings.horizons))].notna()
    testing = frame[later & (frame["as_of_day"] == 7)].reset_index(drop=True)
    return training, testing, feature_columns(marts.catalog, feature_set, training), settings.horizons


def test_nothing_to_learn_leaves_the_log_linear_forecast(make_home: MakeHome) -> None:
    """Where only the total so far matters, the forecast is the line or so near to it that it loses nothing."""
    settings = make_home(growth_matters=False, seed=6)
    training, testing, columns, _ = split_by_date(settings)
    training = training[training["as_of_day"] > 0].reset_index(drop=True)
    # What the features say is shuffled among releases, so that nothing but the line can help.
    order = np.random.default_rng(0).permutation(training["release_id"].unique())
    other = dict(zip(training["release_id"].unique(), order, strict=True))
    features = training.set_index(["release_id", "as_of_day"])
    kept = [name for name in columns.all if name not in ("as_of_day", *LAW_COLUMNS)]
    keys = pd.MultiIndex.from_arrays([training["release_id"].map(other), training["as_of_day"]])
    training[kept] = features.loc[keys, kept].set_axis(training.index)

    model = fit_streams(training, "tiktok_vk", columns, settings)
    (week,) = day_group(np.array([7]))
    assert model.by_horizon[30].point_.linear_.trust_[week] < 0.2
    for horizon, forecast in predict_streams(model, testing).items():
        totals, actual = training[target_column(horizon)].to_numpy(), testing[target_column(horizon)].to_numpy()
        line = forecast_baseline("log_linear", training, totals, testing, "tiktok_vk")
        assert rmsle(actual, forecast["predicted_streams"].to_numpy()) < 1.01 * rmsle(actual, line)


@pytest.mark.parametrize("feature_set", ["tiktok", "tiktok_vk"])
def test_it_beats_the_log_linear_line_where_growth_matters(settings: Settings, feature_set: str) -> None:
    training, testing, columns, horizons = split_by_date(settings, feature_set)
    forecasts = predict_streams(fit_streams(training, feature_set, columns, settings), testing)
    for horizon in horizons:
        actual = testing[target_column(horizon)].to_numpy()
        totals = training[target_column(horizon)].to_numpy()
        line = forecast_baseline("log_linear", training, totals, testing, feature_set)
        assert rmsle(actual, forecasts[horizon]["predicted_streams"].to_numpy()) < 0.85 * rmsle(actual, line)


def test_a_shuffled_target_gives_no_skill(settings: Settings) -> None:
    training, testing, columns, _ = split_by_date(settings, "tiktok")
    skills = []
    for seed in range(3):
        releases = training["release_id"].unique()
        other = dict(zip(releases, np.random.default_rng(seed).permutation(releases), strict=True))
        shuffled = training.copy()
        for horizon in settings.horizons:
            totals = training.drop_duplicates("release_id").set_index("release_id")[target_column(horizon)]
            shuffled[target_column(horizon)] = totals.loc[training["release_id"].map(other)].to_numpy()
        forecast = predict_streams(fit_streams(shuffled, "tiktok", columns, settings), testing)[30]
        line = forecast_baseline("log_linear", shuffled, shuffled["streams_30"].to_numpy(), testing, "tiktok")
        actual = testing["streams_30"].to_numpy()
        skills.append(1 - rmsle(actual, forecast["predicted_streams"].to_numpy()) / rmsle(actual, line))
    # which way a line leans on chance is itself chance
    assert np.mean(skills) < 0.02


def test_tiny_data_does_not_crash(make_home: MakeHome) -> None:
    settings = make_home(release_count=60)
    marts = read_marts(settings)
    frame = modelling_frame(marts, settings.horizons)
    training = frame[training_rows(frame, marts.data_through, settings.horizons)].reset_index(drop=True)
    training = training[training["release_id"].isin(training["release_id"].unique()[:20])].reset_index(drop=True)
    columns = feature_columns(marts.catalog, "tiktok_vk", training)
    forecast = predict_streams(fit_streams(training, "tiktok_vk", columns, settings), frame)[30]
    assert np.isfinite(forecast[["predicted_streams", *INTERVAL_COLUMNS]]).all(axis=None)


def test_equal_totals_do_not_crash(training: pd.DataFrame, columns: Columns, settings: Settings) -> None:
    counts = dict.fromkeys([*(name for name in LAW_COLUMNS if name.startswith("vk_")), "vk_streams_known"], 0.0)
    same = training.assign(streams_14=5.0, streams_30=5.0, **counts)
    forecast = predict_streams(fit_streams(same, "tiktok_vk", columns, replace(settings, seed=1)), same)[30]
    assert forecast["predicted_streams"].to_numpy() == pytest.approx(np.full(len(same), 5.0))
