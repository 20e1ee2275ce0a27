import duckdb
import numpy as np
import pandas as pd
import pytest
from rich.console import Console

from hitcast.core.settings import Settings
from ml.evaluation.backtest import AS_OF_DAYS, BacktestResult, backtest
from ml.evaluation.baselines import BASELINES, RANKINGS
from ml.evaluation.metrics import rmsle
from tests.ml.conftest import MakeHome, quiet


@pytest.fixture(scope="module")
def settings(_backtested_home: tuple[Settings, BacktestResult]) -> Settings:
    """The home that the backtest wrote to."""
    return _backtested_home[0]


@pytest.fixture(scope="module")
def predictions(settings: Settings, backtested: BacktestResult) -> pd.DataFrame:
    with duckdb.connect(str(settings.warehouse), read_only=True) as connection:
        return connection.sql("from ml.backtest_predictions").df()


@pytest.fixture(scope="module")
def class_predictions(settings: Settings, backtested: BacktestResult) -> pd.DataFrame:
    with duckdb.connect(str(settings.warehouse), read_only=True) as connection:
        return connection.sql("from ml.backtest_class_predictions").df()


def test_every_model_forecasts_the_same_rows(predictions: pd.DataFrame) -> None:
    assert set(predictions["model_name"]) == {*BASELINES, "hitcast"}
    assert set(predictions["as_of_day"]) == set(AS_OF_DAYS)
    key = ["feature_set", "release_id", "as_of_day", "horizon_days"]
    assert not predictions.duplicated([*key, "model_name"]).any()
    assert (predictions.groupby(key).size() == 1 + len(BASELINES)).all()
    assert predictions["predicted_streams"].notna().all()


def test_metrics_name_the_territory(settings: Settings, backtested: BacktestResult) -> None:
    with duckdb.connect(str(settings.warehouse), read_only=True) as connection:
        written = connection.sql("select distinct run_id, territory from ml.backtest_metrics").fetchall()
    assert written == [(backtested.run_id, "KZ")]


def test_class_models_forecast_probabilities(class_predictions: pd.DataFrame) -> None:
    models = {"majority", "prior", "log_linear", "lightgbm", "hitcast"}
    for feature_set, rankings in RANKINGS.items():
        set_rows = class_predictions[class_predictions["feature_set"] == feature_set]
        assert set(set_rows["model_name"]) == models | set(rankings)
    probabilities = class_predictions[["probability_low", "probability_medium", "probability_high"]]
    assert probabilities.sum(axis=1).to_numpy() == pytest.approx(np.ones(len(probabilities)))
    assert set(class_predictions["actual_class"]) == {"low", "medium", "high"}


def test_the_model_beats_every_baseline_where_growth_matters(backtested: BacktestResult) -> None:
    rows = backtested.metrics.query("metric_name == 'rmsle' and as_of_day == 7")
    for _, board in rows.groupby(["feature_set", "horizon_days"]):
        errors = board.set_index("model_name")["metric_value"]
        assert errors.idxmin() == "hitcast"


def test_metrics_can_be_recomputed_from_the_rows(backtested: BacktestResult, predictions: pd.DataFrame) -> None:
    rows = predictions.query("model_name == 'hitcast' and as_of_day == 3 and horizon_days == 14")
    rows = rows[rows["feature_set"] == "tiktok"]
    metric = backtested.metrics.query(
        "model_name == 'hitcast' and as_of_day == 3 and horizon_days == 14 and feature_set == 'tiktok' "
        "and metric_name == 'rmsle'"
    )
    assert metric["metric_value"].item() == pytest.approx(rmsle(rows["actual_streams"], rows["predicted_streams"]))
    assert metric["release_count"].item() == len(rows)


def test_intervals_cover_roughly_what_they_promise(backtested: BacktestResult) -> None:
    covered = backtested.metrics.query("metric_name == 'coverage_90' and model_name == 'hitcast'")
    assert len(covered) == 2 * sum(day < horizon for day in AS_OF_DAYS for horizon in (14, 30))
    # after the first week this world holds no more surprise
    assert covered.query("as_of_day <= 7")["metric_value"].between(0.82, 0.98).all()


def test_whole_paths_and_sums_lie_where_they_should(backtested: BacktestResult) -> None:
    metrics = backtested.metrics
    whole = metrics.query("task == 'paths' and metric_name == 'joint_coverage_80'")
    assert set(whole["as_of_day"]) == set(AS_OF_DAYS)
    assert whole.query("as_of_day <= 7")["metric_value"].between(0.7, 0.9).all()
    crps = metrics.query("task == 'paths' and metric_name == 'crps' and feature_set == 'tiktok_vk' and as_of_day <= 7")
    # after the first week this world holds no more growth to read
    assert crps.sort_values("as_of_day")["metric_value"].is_monotonic_decreasing
    months = metrics.query("task == 'sums' and metric_name == 'coverage_90_label_month' and as_of_day <= 7")
    assert len(months) == 2 * 5 * 2
    assert months["metric_value"].mean() == pytest.approx(0.9, abs=0.1)


def test_pointwise_coverage_is_told_by_day(backtested: BacktestResult) -> None:
    rows = backtested.metrics.query("task == 'paths' and as_of_day == 7 and feature_set == 'tiktok_vk'")
    by_day = rows[rows["metric_name"].str.startswith("coverage_80_day_")].set_index("metric_name")["metric_value"]
    assert set(by_day.index) == {f"coverage_80_day_{day}" for day in range(8, 31)}
    # where a horizon ends, the interval is the forecast's own
    own = backtested.metrics.query(
        "task == 'streams' and as_of_day == 7 and feature_set == 'tiktok_vk' and model_name == 'hitcast' "
        "and metric_name == 'coverage_80'"
    ).set_index("horizon_days")["metric_value"]
    for horizon in (14, 30):
        assert by_day[f"coverage_80_day_{horizon}"] == pytest.approx(own[horizon])


def test_no_forecast_of_a_window_that_has_ended(predictions: pd.DataFrame, class_predictions: pd.DataFrame) -> None:
    for rows in (predictions, class_predictions):
        assert (rows["as_of_day"] < rows["horizon_days"]).all()


def test_what_has_landed_is_a_floor_and_a_reached_class_certain(
    predictions: pd.DataFrame, class_predictions: pd.DataFrame
) -> None:
    with_vk = predictions.query("feature_set == 'tiktok_vk' and model_name == 'hitcast'")
    known = with_vk["known_streams"].fillna(0).astype(float)
    for figure in ("predicted_streams", "expected_streams", "lower_80", "lower_90"):
        assert (with_vk[figure] >= known).all()
    key = ["release_id", "as_of_day"]
    classes = class_predictions.query("feature_set == 'tiktok_vk' and model_name == 'hitcast'").merge(
        with_vk.query("horizon_days == 30")[[*key, "known_streams"]], on=key
    )
    reached = classes[classes["known_streams"] >= 150_000]
    assert len(reached)
    assert (reached["probability_high"] == 1).all()


def test_metric_keys_are_unique_and_values_finite(backtested: BacktestResult) -> None:
    key = ["run_id", "task", "feature_set", "model_name", "as_of_day", "horizon_days", "metric_name"]
    assert not backtested.metrics.duplicated(key).any()
    assert np.isfinite(backtested.metrics["metric_value"]).all()


def test_the_leader_board_fits_eighty_columns(backtested: BacktestResult) -> None:
    console = Console(width=80, record=True, file=None, force_terminal=False)
    with console.capture() as captured:
        console.print(backtested.render())
    text = captured.get()
    assert max(len(line.rstrip()) for line in text.splitlines()) <= 80
    for word in ("log_linear", "hitcast", "lightgbm", "RMSLE", "skill"):
        assert word in text
    assert "…" not in text


@pytest.mark.slow
def test_a_short_history_works_and_says_so(make_home: MakeHome) -> None:
    settings = make_home(release_count=200, days_of_history=200)
    message: list[str] = []
    result = backtest(settings, progress=message.append, origins=3)
    assert result.plan.step == "month"
    assert any("Short history" in line for line in message)
    rows = result.metrics.query("metric_name == 'rmsle' and as_of_day == 7 and feature_set == 'tiktok_vk'")
    errors = rows.pivot_table(index="horizon_days", columns="model_name", values="metric_value")
    assert (errors["hitcast"] <= errors["log_linear"] * 1.02).all()


@pytest.mark.slow
def test_an_empty_class_does_not_stop_a_backtest(make_home: MakeHome) -> None:
    settings = make_home(release_count=160, days_of_history=200, class_minimums=(0, 1, 2))
    result = backtest(settings, progress=quiet, origins=2)
    accuracy = result.metrics.query("metric_name == 'accuracy' and model_name == 'hitcast'")["metric_value"]
    assert (accuracy > 0.95).all()
    shares = result.metrics.query("metric_name == 'top_share_untouched'")["metric_value"]
    assert (shares == 1).all()
