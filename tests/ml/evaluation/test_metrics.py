import warnings

import numpy as np
import pandas as pd
import pytest
import yaml
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score, cohen_kappa_score, f1_score, mean_pinball_loss

from ml.evaluation.metrics import (
    calibration_error,
    class_metrics,
    decade,
    expected_cost,
    expected_volume_ratio,
    inside,
    interval_metrics,
    median_error,
    promotion_costs,
    quadratic_weighted_kappa,
    reference_mape,
    reliability,
    rmsle,
    skill,
    spearman,
    stream_metrics,
)
from ml.evaluation.ranking import average_precision, precision_of_week, recall_at_precision, week_metrics
from tests.ml.world import PROJECT

RANDOM = np.random.default_rng(7)


def test_rmsle_and_skill_by_hand() -> None:
    actual, predicted = np.array([np.e - 1, np.e**3 - 1]), np.array([0.0, np.e**3 - 1])
    assert rmsle(actual, predicted) == pytest.approx(np.sqrt(0.5))
    assert skill(actual, predicted, np.array([np.e**2 - 1, np.e**4 - 1])) == pytest.approx(1 - np.sqrt(0.5))
    assert np.isnan(skill(actual, predicted, actual))
    # the last digits of a total that came back from its log are no error to be measured against
    assert np.isnan(skill(actual, predicted, actual * (1 + 1e-15)))


def test_stream_metrics_by_hand() -> None:
    figures = stream_metrics(np.array([0.0, 1000, 4000]), np.array([10.0, 500, 5000]), np.array([0.0, 400, np.nan]))
    assert figures["mape_from_1000"] == pytest.approx((0.5 + 0.25) / 2)
    assert figures["median_absolute_percentage_error"] == pytest.approx(0.375)
    assert figures["wape"] == pytest.approx(1510 / 5000)
    assert figures["volume_ratio"] == pytest.approx(5510 / 5000)
    assert figures["spearman"] == pytest.approx(1.0)
    assert figures["rmsle_remainder"] == pytest.approx(rmsle(np.array([0.0, 600]), np.array([10.0, 100])))
    assert figures["wape_remainder"] == pytest.approx(510 / 600)
    assert figures["volume_ratio_remainder"] == pytest.approx(110 / 600)


def test_a_single_row_is_measured() -> None:
    assert rmsle(np.array([np.e - 1]), np.array([0.0])) == pytest.approx(1.0)


def test_nothing_to_measure_by_is_nan_and_neither_an_error_nor_a_warning() -> None:
    nothing = np.zeros(0, dtype=int)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        figures = stream_metrics(np.zeros(3), np.zeros(3), np.full(3, np.nan))
        kappa = quadratic_weighted_kappa(np.ones(3, dtype=int), np.ones(3, dtype=int))
        empty = stream_metrics(nothing, nothing, nothing)
    names = ("wape", "spearman", "rmsle_remainder", "mape_from_1000", "median_absolute_percentage_error")
    assert np.isnan([figures[name] for name in names]).all()
    assert np.isnan(list(empty.values())).all()
    assert np.isnan(kappa)


def test_a_total_of_one_stream_counts_and_of_none_does_not() -> None:
    def median(actual: list[float], predicted: list[float]) -> float:
        known = np.zeros(len(actual))
        figures = stream_metrics(np.array(actual), np.array(predicted), known)
        return figures["median_absolute_percentage_error"]

    assert median([1, 0], [3, 50]) == pytest.approx(2.0)
    assert median([1, 4], [3, 4]) == pytest.approx(1.0)


def test_two_rows_have_an_order_and_equal_ones_have_none() -> None:
    assert spearman(np.array([0, 1]), np.array([5, 6])) == pytest.approx(1.0)
    assert spearman(np.array([0, 1, 2]), np.array([9, 8, 2])) == pytest.approx(-1.0)
    assert np.isnan(spearman(np.array([4, 4]), np.array([5, 6])))
    assert np.isnan(spearman(np.array([5, 6]), np.array([4, 4])))


def test_reference_mape_rewards_always_zero_as_the_protocol_warns() -> None:
    actual = np.array([10_000.0] * 95 + [130_000.0] * 5)
    figures = reference_mape(actual, np.zeros(100))
    assert figures["rounded_mape_nearest"] == pytest.approx(0.05)
    assert figures["rounded_mape_nearest"] == figures["rounded_mape_nearest_of_zero"]
    assert figures["rounded_mape_nonzero"] == pytest.approx(1.0)
    one_step = reference_mape(actual, np.full(100, 50_000.0))
    assert one_step["rounded_mape_nonzero"] == pytest.approx(one_step["rounded_mape_nonzero_of_one_step"])
    assert (
        figures["rounded_mape_up"]
        == pytest.approx(figures["rounded_mape_up_of_one_step"])
        == pytest.approx(0.05 * 2 / 3)
    )


def test_reference_mape_counts_in_steps_by_hand() -> None:
    # in steps: 1, 0, 0, 4 to the nearest and 2, 1, 1, 4 up; forecast 3, 3, 0, 3 and 3, 3, 1, 3
    figures = reference_mape(np.array([60_000.0, 20_000, 0, 200_000]), np.array([150_000.0, 130_001, 10_000, 130_001]))
    assert figures["rounded_mape_nearest"] == pytest.approx((2 + 1 + 0 + 0.25) / 4), "x/0 counts as 1"
    assert figures["rounded_mape_nearest_of_zero"] == pytest.approx(2 / 4)
    assert figures["rounded_mape_nonzero"] == pytest.approx((2 + 0.25) / 2)
    assert figures["rounded_mape_nonzero_of_one_step"] == pytest.approx((0 + 0.75) / 2)
    assert figures["rounded_mape_up"] == pytest.approx((0.5 + 2 + 0 + 0.25) / 4)
    assert figures["rounded_mape_up_of_one_step"] == pytest.approx((0.5 + 0 + 0 + 0.75) / 4)


@pytest.mark.parametrize(
    ("ends", "actual", "is_inside"),
    [
        ((999_999.0, 2e6), 999_998.0, True),
        ((999_999.0, 2e6), 999_997.9, False),
        ((1.0, 2e6), 1 - 2.5e-6, False),
        ((0.0, 999_999.0), 1_000_000.0, True),
        ((0.0, 999_999.0), 1_000_000.1, False),
        ((0.0, 0.0), 1.5e-6, False),
    ],
)
def test_an_end_holds_what_lies_within_a_millionth_of_it(
    ends: tuple[float, float], actual: float, is_inside: bool
) -> None:
    intervals = pd.DataFrame(
        {f"{side}_{level}": [end] for level in (80, 90) for side, end in zip(("lower", "upper"), ends, strict=True)}
    )
    figures = interval_metrics(np.array([actual]), intervals)
    assert [figures["coverage_80"], figures["coverage_90"]] == [is_inside, is_inside]


def test_intervals_against_scikit_learn() -> None:
    actual = np.exp(RANDOM.normal(8, 1, 200))
    ends = pd.DataFrame(
        {"lower_80": 1000.0, "upper_80": 9000.0, "lower_90": 500.0, "upper_90": 20000.0}, index=range(200)
    )
    figures = interval_metrics(actual, ends)
    assert figures["coverage_80"] == pytest.approx(np.mean((actual >= 1000) & (actual <= 9000)))
    truth = np.log1p(actual)
    pinball = [
        mean_pinball_loss(truth, np.full(200, np.log1p(end)), alpha=tail) for end, tail in ((500, 0.05), (20000, 0.95))
    ]
    assert figures["pinball_90"] == pytest.approx(np.mean(pinball))
    assert figures["log_width_90"] == pytest.approx(np.log1p(20000) - np.log1p(500))


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 5)), min_size=2, max_size=40))
@hypothesis_settings(deadline=None)
def test_average_precision_is_that_of_scikit_learn(rows: list[tuple[bool, int]]) -> None:
    hit, score = np.array([row[0] for row in rows]), np.array([row[1] for row in rows], dtype=float)
    if hit.any():
        assert average_precision(hit, score) == pytest.approx(average_precision_score(hit, score))
    else:
        assert np.isnan(average_precision(hit, score))


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2)), min_size=3, max_size=60))
@hypothesis_settings(deadline=None)
def test_kappa_and_f1_are_those_of_scikit_learn(rows: list[tuple[int, int]]) -> None:
    actual, predicted = (np.array(side) for side in zip(*rows, strict=True))
    reference = cohen_kappa_score(actual, predicted, weights="quadratic", labels=[0, 1, 2])
    kappa = quadratic_weighted_kappa(actual, predicted)
    assert (
        np.isnan(kappa) and (np.isnan(reference) or len(set(actual) | set(predicted)) == 1)
    ) or kappa == pytest.approx(reference)
    figures = class_metrics(actual, predicted, np.eye(3)[predicted], (5, 1))
    assert figures["macro_f1"] == pytest.approx(f1_score(actual, predicted, average="macro"))


def test_class_metrics_by_hand() -> None:
    actual, predicted = np.array([0, 0, 1, 2]), np.array([0, 1, 1, 2])
    figures = class_metrics(actual, predicted, np.eye(3)[predicted], (5, 1))
    assert figures["accuracy"] == 0.75
    assert figures["accuracy_of_majority"] == 0.5
    assert figures["balanced_accuracy"] == pytest.approx((0.5 + 1 + 1) / 3)
    assert figures["brier"] == pytest.approx(2 / 4)
    assert figures["expected_cost_of_promoting_none"] == 0.25


def test_pessimism_pays_where_promoting_in_vain_is_dear() -> None:
    top, probability = np.array([True, False, False, True]), np.array([0.9, 0.6, 0.1, 0.6])
    assert expected_cost(top, probability, 5.0, 1.0) == pytest.approx(0.25)
    assert expected_cost(top, probability, 1.0, 1.0) == pytest.approx(0.25)
    assert expected_cost(top, probability, 1.0, 20.0) == pytest.approx(0.5)


def test_a_probability_on_the_very_threshold_is_promoted() -> None:
    assert expected_cost(np.array([True]), np.array([5 / 6]), 5.0, 1.0) == 0.0


def test_a_decade_begins_at_its_power_of_ten() -> None:
    totals = np.array([0, 1, 9, 10, 99, 100, 999, 1000, 999_999, 1_000_000], dtype=float)
    assert decade(totals).tolist() == [0, 0, 0, 1, 1, 2, 2, 3, 5, 6]
    assert np.issubdtype(decade(totals).dtype, np.integer)


def test_means_sum_to_their_share_of_the_truth_or_to_nothing_known() -> None:
    assert expected_volume_ratio(np.array([100.0, 300]), np.array([150.0, 150])) == pytest.approx(0.75)
    assert np.isnan(expected_volume_ratio(np.array([100.0, 300]), np.array([150.0, np.nan])))
    assert np.isnan(expected_volume_ratio(np.zeros(2), np.ones(2)))


def test_each_release_costs_what_its_decision_costs() -> None:
    top, promoted = np.array([True, True, False, False]), np.array([True, False, True, False])
    assert promotion_costs(top, promoted, 5.0, 1.0).tolist() == [0.0, 1.0, 5.0, 0.0]
    assert promotion_costs(top, promoted, 5, 1).dtype == float


def test_precision_of_the_best_of_a_week_by_hand() -> None:
    hit = np.array([True, False, False, True, False, False])
    score = np.array([0.9, 0.8, 0.1, 0.2, 0.3, 0.1])
    weeks = np.array([1, 1, 1, 2, 2, 2])
    assert precision_of_week(hit, score, weeks, 1) == pytest.approx(1 / 2)
    assert precision_of_week(hit, score, weeks, 2) == pytest.approx(2 / 4)
    assert precision_of_week(hit, score, weeks, 10) == pytest.approx(2 / 6), "a week of three picks three"
    assert precision_of_week(hit, np.zeros(6), weeks, 1) == pytest.approx(1 / 3), "of equals each is picked in part"
    assert np.isnan(precision_of_week(hit[:0], score[:0], weeks[:0], 1))


def test_no_order_beats_the_most_that_the_weeks_hits_allow() -> None:
    hit, weeks = RANDOM.random(300) < 0.05, np.arange(300) // 20
    perfect, random = (week_metrics(hit, score, weeks) for score in (np.where(hit, 0.9, 0.1), RANDOM.random(300)))
    for best in (1, 3, 5, 10):
        name = f"precision_at_{best}_of_week"
        most = np.minimum(np.bincount(weeks, hit), best).sum() / (15 * best)
        assert perfect[name] == perfect[f"{name}_at_most"] == random[f"{name}_at_most"] == pytest.approx(most)
        assert random[name] < most


def test_recall_at_a_precision_by_hand() -> None:
    hit = np.array([True, True, False, True, True, False, False])
    score = np.array([0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3])
    assert recall_at_precision(hit, score, 0.8) == pytest.approx(1.0), "4 of 5 picks are right, though 2 of 3 were not"
    assert recall_at_precision(hit, score, 0.9) == pytest.approx(0.5)
    assert recall_at_precision(hit, -score, 0.8) == 0.0
    assert np.isnan(recall_at_precision(np.zeros(3, dtype=bool), score[:3], 0.8))
    assert recall_at_precision(hit, np.zeros(7), 0.8) == 0.0, "equals are picked together"


def test_calibration_error_and_its_bins_by_hand() -> None:
    hit, probability = np.array([True, False, False, True]), np.array([0.05, 0.09, 0.95, 1.0])
    assert calibration_error(hit, probability) == pytest.approx((2 * (0.5 - 0.07) + 2 * (0.975 - 0.5)) / 4)
    found = reliability(hit, probability)
    assert found["from"].tolist() == [0.0, 0.9]
    assert found["share"].tolist() == [0.5, 0.5]
    assert found["hits"].tolist() == [1, 1]
    assert found["releases"].tolist() == [2, 2]
    assert calibration_error(hit, hit.astype(float)) == 0.0


def test_calibration_bins_are_tenths_unless_told() -> None:
    hit, probability = np.array([True, False]), np.array([0.90, 0.95])
    assert calibration_error(hit, probability) == pytest.approx(0.925 - 0.5), "one bin"
    assert calibration_error(hit, probability, bins=20) == pytest.approx((0.1 + 0.95) / 2), "two bins"


def test_class_metrics_hold_what_the_protocol_asks_for() -> None:
    actual, predicted = np.array([0, 0, 1, 2, 2]), np.array([0, 1, 1, 2, 0])
    probabilities = np.array([[0.9, 0.1, 0], [0.2, 0.7, 0.1], [0.1, 0.8, 0.1], [0, 0.05, 0.95], [0.5, 0.2, 0.3]])
    figures = class_metrics(actual, predicted, probabilities, (5, 1))
    assert figures["top_share"] == pytest.approx(0.4)
    assert figures["average_precision_top"] == pytest.approx(1.0)
    assert figures["quadratic_weighted_kappa"] == pytest.approx(
        cohen_kappa_score(actual, predicted, weights="quadratic")
    )
    assert figures["recall_at_precision_80"] == pytest.approx(1.0)
    assert figures["calibration_error_top"] == pytest.approx((0 + 0.1 * 2 + 0.7 + 0.05) / 5)
    assert figures["calibration_error_at_least_medium"] == pytest.approx((0.1 + 0.8 + 0.1 + 0.0 + 0.5) / 5)
    for ratio, cost in ((1, 0.2), (3, 0.2), (5, 0.2), (10, 0.2)):
        assert figures[f"expected_cost_{ratio}_to_1"] == pytest.approx(cost)
        assert figures[f"expected_cost_{ratio}_to_1_of_promoting_none"] == pytest.approx(0.4)


def test_the_live_error_of_model_performance_is_the_same_rmsle() -> None:
    """dbt holds the SQL to the error in its unit test; here that error is computed from the same rows."""
    message = yaml.safe_load((PROJECT / "models/marts/predictions/model_performance.yml").read_text("utf-8"))
    (case,) = message["unit_tests"]
    history = pd.DataFrame(next(given["rows"] for given in case["given"] if "prediction_history" in given["input"]))
    last = history.drop_duplicates("release_id", keep="last").dropna(subset=["actual_streams"])
    (live,) = [row for row in case["expect"]["rows"] if row["evaluation"] == "live"]
    error = rmsle(last["actual_streams"].to_numpy(), last["predicted_streams"].to_numpy())
    assert error == pytest.approx(live["metric_value"])


def test_median_error_leaves_out_totals_of_0() -> None:
    assert median_error(np.array([0.0, 10, 100, 1000]), np.array([5.0, 15, 100, 800])) == pytest.approx(0.2)
    assert np.isnan(median_error(np.array([0.0]), np.array([5.0])))


def test_a_total_on_the_end_of_its_interval_is_inside() -> None:
    end = np.expm1(np.log1p(1e6))
    total = np.array([1e6, 1e6, 1e6 + 10, 1e6 - 10])
    assert inside(total, np.full(4, end), np.full(4, end)).tolist() == [True, True, False, False]
