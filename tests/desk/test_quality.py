"""The page's figures are the report's: both are computed from one frame of forecasts."""

from pathlib import Path

import duckdb
import pandas as pd
import pytest

from hitcast.desk import quality
from hitcast.desk.report.groups import cost_curve
from ml.evaluation.leaderboard import evaluate

CHOSEN = {"feature_set": "tiktok_vk", "as_of_day": 7, "horizon": 30}
NAMES = ("low", "medium", "high")


@pytest.fixture
def forecasts(published: Path) -> pd.DataFrame:
    with duckdb.connect(str(published), read_only=True) as connection:
        return connection.execute(
            "from backtest_forecasts where feature_set = 'tiktok_vk' and as_of_day = 7 and horizon_days = 30"
        ).df()


@pytest.fixture
def metrics(forecasts: pd.DataFrame) -> pd.DataFrame:
    streams = forecasts[forecasts["task"] == "streams"].assign(known_streams=0.0, expected_streams=1.0)
    classes = forecasts[forecasts["task"] == "classes"]
    classes = classes.assign(probability_low=1 - classes["probability_high"], probability_medium=0.0)
    dates = forecasts.drop_duplicates("release_id").set_index("release_id")["origin_date"]
    return evaluate(streams, classes, NAMES, (5.0, 1.0), dates).set_index(["model_name", "metric_name"])["metric_value"]


def test_errors_and_coverage_by_size_are_the_reports(metrics: pd.Series) -> None:
    errors = quality.errors_by_size(**CHOSEN)
    assert len(errors) == 10
    for row in errors.itertuples():
        name = f"median_absolute_percentage_error_decade_{row.decade}"
        assert row.median_error == pytest.approx(metrics[row.model_name, name])
    covered = quality.coverage_by_size(**CHOSEN)
    assert len(covered) >= 8
    for row in covered.itertuples():
        assert row.covered == pytest.approx(metrics["hitcast", f"coverage_{row.level}_bucket_{row.decade}"])


def test_errors_by_origin_add_up_to_the_reports(metrics: pd.Series) -> None:
    found = quality.errors_by_origin(**CHOSEN)
    squares = (found["rmsle"] ** 2 * found["release_count"]).groupby(found["model_name"]).sum()
    totals = (squares / found.groupby("model_name")["release_count"].sum()) ** 0.5
    assert totals.to_dict() == pytest.approx({name: metrics[name, "rmsle"] for name in ("hitcast", "log_linear")})


def test_calibration_and_costs_are_the_reports(metrics: pd.Series, forecasts: pd.DataFrame) -> None:
    curve = quality.calibration(**CHOSEN)
    for model, rows in curve.groupby("model_name"):
        gaps = (rows["forecast_share"] - rows["actual_share"]).abs() * rows["release_count"]
        error = gaps.sum() / rows["release_count"].sum()
        assert error == pytest.approx(metrics[model, "calibration_error_top"])
    costs = quality.costs(7.3, "hitcast", **CHOSEN).set_index(["strategy", "ratio"])["cost"]
    rows = forecasts.query("task == 'classes' and model_name == 'hitcast'")
    high = (rows["actual_class"] == "high").to_numpy()
    reported = [100 * cost for cost in cost_curve(high, rows["probability_high"].to_numpy())]
    assert costs["model"][[float(ratio) for ratio in range(1, 21)]].tolist() == pytest.approx(reported)
    for ratio in (1, 3, 5, 10):
        assert costs["model", ratio] == pytest.approx(100 * metrics["hitcast", f"expected_cost_{ratio}_to_1"])
        assert costs["none", ratio] == pytest.approx(
            100 * metrics["hitcast", f"expected_cost_{ratio}_to_1_of_promoting_none"]
        )
    assert ("model", 7.3) in costs.index


def test_no_forecast_gives_empty_frames_with_their_columns(published: Path) -> None:
    nothing = {**CHOSEN, "as_of_day": 99}
    assert list(quality.errors_by_origin(**nothing).columns) == ["model_name", "origin_date", "rmsle", "release_count"]
    for frame in (
        quality.errors_by_size(**nothing),
        quality.coverage_by_size(**nothing),
        quality.calibration(**nothing),
        quality.costs(5.0, "hitcast", **nothing),
    ):
        assert frame.empty and "release_count" in frame
