import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import average_precision_score

from ml.evaluation.leaderboard import _weighted_precisions, evaluate, evaluate_untouched
from ml.evaluation.metrics import rmsle
from tests.ml.backtests import ORIGINS, class_rows, release_dates, stream_rows

NAMES = ("low", "medium", "high")
COSTS = (5.0, 1.0)


@pytest.fixture(scope="module")
def streams() -> pd.DataFrame:
    return stream_rows()


@pytest.fixture(scope="module")
def classes() -> pd.DataFrame:
    return class_rows()


@pytest.fixture(scope="module")
def metrics(streams: pd.DataFrame, classes: pd.DataFrame) -> pd.DataFrame:
    return evaluate(streams, classes, NAMES, COSTS, release_dates())


def model_rows(rows: pd.DataFrame, model: str) -> pd.DataFrame:
    """A model's rows of one cut."""
    return rows.query("model_name == @model and as_of_day == 7 and horizon_days == 30 and feature_set == 'tiktok_vk'")


def values_of(metrics: pd.DataFrame, model: str) -> pd.Series:
    return model_rows(metrics, model).set_index("metric_name")["metric_value"]


@pytest.mark.parametrize("name", ["skill", "skill_remainder", "rmsle"])
def test_a_figure_stands_inside_its_interval(metrics: pd.DataFrame, name: str) -> None:
    values = values_of(metrics, "hitcast")
    assert values[f"{name}_lower_95"] < values[name] < values[f"{name}_upper_95"]


@pytest.mark.parametrize(
    "name",
    [
        "average_precision_top",
        "average_precision_top_gain",
        "brier_skill",
        "quadratic_weighted_kappa",
        "expected_cost_above_none",
        "expected_cost_above_log_linear",
        "expected_cost",
    ],
)
def test_a_class_figure_stands_inside_its_interval(metrics: pd.DataFrame, name: str) -> None:
    values = values_of(metrics, "hitcast")
    assert values[f"{name}_lower_95"] < values[name] < values[f"{name}_upper_95"]


def test_the_line_has_no_skill_over_itself(metrics: pd.DataFrame) -> None:
    values = values_of(metrics, "log_linear")
    assert values["skill"] == values["skill_lower_95"] == values["skill_upper_95"] == 0
    assert values["expected_cost_above_log_linear"] == 0


def test_sizes_are_cut_by_true_totals_and_buckets_by_forecasts(metrics: pd.DataFrame, streams: pd.DataFrame) -> None:
    rows, values = model_rows(streams, "hitcast"), values_of(metrics, "hitcast")
    true_size = rows[rows["actual_streams"].between(1_000, 9_999)]
    assert values["rmsle_decade_3"] == pytest.approx(rmsle(true_size["actual_streams"], true_size["predicted_streams"]))
    total = true_size["actual_streams"].sum()
    assert values["volume_ratio_decade_3"] == pytest.approx(true_size["predicted_streams"].sum() / total)
    assert values["expected_volume_ratio_decade_3"] == pytest.approx(true_size["expected_streams"].sum() / total)
    forecast_size = rows[(rows["predicted_streams"] >= 1_000) & (rows["predicted_streams"] < 10_000)]
    inside = forecast_size["actual_streams"].between(forecast_size["lower_90"], forecast_size["upper_90"])
    assert values["coverage_90_bucket_3"] == pytest.approx(inside.mean())
    counts = model_rows(metrics, "hitcast").set_index("metric_name")["release_count"]
    assert counts["rmsle_decade_3"] == len(true_size) != counts["coverage_90_bucket_3"] == len(forecast_size)
    assert counts["rmsle"] == len(rows)


def test_baselines_have_neither_means_nor_intervals(metrics: pd.DataFrame) -> None:
    names = values_of(metrics, "log_linear").index
    assert "volume_ratio" in names
    assert not [name for name in names if name.startswith(("expected_volume", "coverage"))]


def test_every_model_is_charged_by_one_rule(metrics: pd.DataFrame, classes: pd.DataFrame) -> None:
    values, rows, line = (
        values_of(metrics, "hitcast"),
        model_rows(classes, "hitcast"),
        model_rows(classes, "log_linear"),
    )
    hit = (rows["actual_class"] == "high").to_numpy()
    own = np.where(rows["probability_high"] >= 5 / 6, 5.0 * ~hit, hit)
    by_line = np.where(line["probability_high"] >= 5 / 6, 5.0 * ~hit, hit)
    assert values["expected_cost"] == pytest.approx(np.mean(own))
    assert values_of(metrics, "log_linear")["expected_cost"] == pytest.approx(np.mean(by_line))
    assert values["expected_cost_above_none"] == pytest.approx(np.mean(own - hit))
    assert values["expected_cost_above_log_linear"] == pytest.approx(np.mean(own - by_line))
    assert values["expected_cost_above_log_linear"] != values["expected_cost_above_none"]


def test_a_drawn_week_weighs_as_its_rows_repeated() -> None:
    random = np.random.default_rng(1)
    hit, score, times = random.random(60) < 0.3, random.integers(0, 9, 60) / 8, random.integers(0, 3, (4, 60))
    repeated = [average_precision_score(np.repeat(hit, of_draw), np.repeat(score, of_draw)) for of_draw in times]
    assert _weighted_precisions(hit, score, times.astype(float)) == pytest.approx(repeated)


def test_a_fold_without_hits_has_no_figure_for_them(streams: pd.DataFrame, classes: pd.DataFrame) -> None:
    low = classes.assign(actual_class="low")
    metrics = evaluate(streams, low, NAMES, COSTS, release_dates())
    names = set(values_of(metrics, "hitcast").index)
    assert {"accuracy", "expected_cost_above_none"} <= names
    assert not {"average_precision_top", "average_precision_top_lower_95"} & names
    assert np.isfinite(metrics["metric_value"]).all()


def test_untouched_origins_are_judged_by_the_same_metrics(streams: pd.DataFrame, classes: pd.DataFrame) -> None:
    late = ORIGINS[2:]
    found = evaluate_untouched(streams, classes, NAMES, COSTS, release_dates(), late)
    assert set(found["as_of_day"]) == {7}
    rows = model_rows(streams[streams["origin_date"].isin([pd.Timestamp(day) for day in late])], "hitcast")
    values = values_of(found, "hitcast")
    assert values["rmsle_untouched"] == pytest.approx(rmsle(rows["actual_streams"], rows["predicted_streams"]))
    assert values["skill_lower_95_untouched"] < values["skill_untouched"] < values["skill_upper_95_untouched"]
    assert values["hit_count_untouched"] < 30 or values["lift_of_best_1_percent_untouched"] > 1
