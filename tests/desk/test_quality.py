"""What "Can I trust it" says is what the metrics say of the published backtest."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from hitcast.desk import quality
from hitcast.desk.published import Published
from ml.evaluation.metrics import median_error, rmsle

CHOSEN = {"feature_set": "tiktok_vk", "as_of_day": 7}


@pytest.fixture(scope="module", params=[14, 30])
def streams(world: Path, request: pytest.FixtureRequest) -> pd.DataFrame:
    return Published(world).snapshot().frame("backtest", task="streams", horizon=request.param, **CHOSEN)


@pytest.fixture(scope="module")
def classes(world: Path) -> pd.DataFrame:
    return Published(world).snapshot().frame("backtest", task="classes", horizon=30, **CHOSEN)


def test_errors_are_those_of_the_metrics(streams: pd.DataFrame) -> None:
    found = quality.errors(streams)
    for model, part in streams.groupby("model_name"):
        actual = part["actual_streams"].to_numpy(dtype=float)
        predicted = part["predicted_streams"].to_numpy(dtype=float)
        assert found[str(model)]["rmsle"] == rmsle(actual, predicted)
        assert found[str(model)]["median_error"] == median_error(actual, predicted)
    assert found["hitcast"]["median_error"] < found["log_linear"]["median_error"]


def test_coverage_counts_what_lies_inside(streams: pd.DataFrame) -> None:
    rows = streams[streams["model_name"] == "hitcast"]
    whole = {row["level"]: row for row in quality.coverage(streams) if np.isnan(row["size"])}
    for level in (80, 90):
        # the very end is inside, though it comes back from exp and log a little off
        lower, upper = rows[f"lower_{level}"] * (1 - 1e-6), rows[f"upper_{level}"] * (1 + 1e-6)
        held = rows["actual_streams"].between(lower, upper).mean()
        assert whole[level]["covered"] == pytest.approx(held)
        assert whole[level]["lower"] <= held <= whole[level]["upper"]
    sizes = [row for row in quality.coverage(streams) if not np.isnan(row["size"]) and row["level"] == 80]
    assert sum(row["releases"] for row in sizes) == len(rows)


def test_calibration_holds_every_release_once(classes: pd.DataFrame) -> None:
    found = quality.calibration(classes)
    assert sum(row["releases"] for row in found) == (classes["model_name"] == "hitcast").sum()
    assert all(row["lower"] <= row["share"] <= row["upper"] for row in found)


def test_costs_of_promoting_none_are_the_hits_missed(classes: pd.DataFrame) -> None:
    served = classes[classes["model_name"] == "hitcast"]
    share = (served["actual_class"] == "high").mean()
    for ratio in (0.7, 5.0):
        rows = quality.costs(classes, ratio)
        assert ratio in [row["ratio"] for row in rows]
        assert all(row["none"] == pytest.approx(100 * share) for row in rows)
        assert all(row["model"] <= row["none"] + 1e-9 for row in rows if row["ratio"] == 5.0)


def test_nothing_forecast_is_no_figure(streams: pd.DataFrame, classes: pd.DataFrame) -> None:
    assert quality.errors(streams.head(0)) == {}
    assert quality.coverage(streams.head(0)) == []
    assert quality.calibration(classes.head(0)) == []
    assert all(np.isnan(row["model"]) for row in quality.costs(classes.head(0), 5))
