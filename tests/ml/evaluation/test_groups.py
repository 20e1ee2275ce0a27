import numpy as np
import pandas as pd
import pytest
from scipy.stats import binomtest

from ml.evaluation.bootstrap import share_interval
from ml.evaluation.groups import (
    OTHERS,
    UNKNOWN,
    beside_line,
    best_possible_metrics,
    group_metrics,
    pooled,
    skill_by_group,
)
from ml.evaluation.metrics import expected_cost
from ml.evaluation.ranking import lift_curve, lift_metrics
from tests.ml import backtests

RATIOS = range(1, 21)
LATE = backtests.ORIGINS[2:]


@pytest.fixture(scope="module")
def rows() -> pd.DataFrame:
    streams = backtests.stream_rows().query("as_of_day == 7 and horizon_days == 30 and feature_set == 'tiktok_vk'")
    return beside_line(streams.assign(release_date=streams["release_id"].map(backtests.release_dates())))


@pytest.mark.parametrize(("hits", "rows"), [(0, 12), (12, 12), (3, 10), (870, 900)])
def test_the_interval_of_a_share_is_wilsons(hits: int, rows: int) -> None:
    reference = binomtest(hits, rows).proportion_ci(method="wilson")
    assert share_interval(hits, rows) == pytest.approx((reference.low, reference.high), abs=1e-6)


def test_small_groups_are_told_together_and_unknown_ones_by_that_name() -> None:
    names = pd.Series(["big"] * 30 + ["less"] * 29 + ["least"] + [None] * 31, dtype=object)
    assert pooled(names).value_counts().to_dict() == {"big": 30, OTHERS: 30, UNKNOWN: 31}


def test_lift_by_hand_and_of_equals() -> None:
    hit, score = np.array([True, False, True, False] + [False] * 6), -np.arange(10.0)
    lift, found = lift_curve(hit, score, np.array([0.1, 0.3, 1.0]))
    assert lift == pytest.approx([5.0, 2 / 3 / 0.2, 1.0])
    assert found == pytest.approx([0.5, 1.0, 1.0])
    lift, _ = lift_curve(hit, np.zeros(10), np.array([0.1, 0.3, 1.0]))
    assert lift == pytest.approx([1.0, 1.0, 1.0]), "an order that tells nothing is no better than chance"
    assert lift_metrics(np.zeros(10, dtype=bool), score) == {}, "without a hit there is nothing to find"


def test_promoting_by_true_probabilities_never_costs_more_than_promoting_none() -> None:
    random = np.random.default_rng(1)
    probability = random.random(20_000)
    hit = random.random(20_000) < probability
    costs = [expected_cost(hit, probability, float(ratio), 1.0) for ratio in RATIOS]
    assert (np.diff(costs[:6]) > 0).all()
    assert max(costs) < hit.mean()
    expected = [(ratio / (1 + ratio) ** 2 + (ratio / (1 + ratio)) ** 2) / 2 for ratio in RATIOS]
    assert costs == pytest.approx(expected, abs=0.02), "r (1 - t)² / 2 + t² / 2 at the threshold t = r / (1 + r)"


def test_groups_are_judged_apart(rows: pd.DataFrame) -> None:
    group = pd.Series(np.where(np.arange(len(rows)) % 3 == 0, "odd", "even"))
    worse = rows.assign(predicted_streams=rows["predicted_streams"].where(group == "even", rows["line_streams"]))
    found = skill_by_group(worse, group)
    assert found.loc["odd", "skill"] == 0
    even = found.loc["even"]
    assert 0 < even["skill_lower_95"] < even["skill"] < even["skill_upper_95"]
    assert found["release_count"].sum() == len(rows)
    assert even["coverage_90"] == pytest.approx(0.9, abs=0.05)


def test_groups_of_a_backtest_hold_every_release_once_and_name_the_untouched_origins() -> None:
    streams = backtests.stream_rows()
    places = np.arange(backtests.RELEASES)
    labels = np.where(
        places < 20, "Small", np.where(places < 40, "Less", np.array(["North", "South", None])[places % 3])
    )
    releases = backtests.release_dates().rename_axis("release_id").rename("release_date").reset_index()
    releases = releases.assign(genre="pop", label_name=labels)
    found = group_metrics(streams, releases, LATE)
    assert set(found["as_of_day"]) == {7}
    for _, part in found.groupby(["feature_set", "horizon_days", "group_kind"]):
        assert part["release_count"].sum() == backtests.RELEASES
    late = found[found["is_untouched"]]
    assert set(late["group_name"]) == {str(day) for day in LATE}
    assert set(late["group_kind"]) == {"origin"}
    label = found.query("group_kind == 'label' and feature_set == 'tiktok' and horizon_days == 30")
    assert dict(zip(label["group_name"], label["pooled_count"], strict=True)) == {
        "North": 1, "South": 1, OTHERS: 2, UNKNOWN: 1,
    }  # fmt: skip


def best_possible(truth: pd.DataFrame) -> pd.DataFrame:
    dates = backtests.release_dates()
    found = best_possible_metrics(backtests.stream_rows(), truth.assign(as_of_day=7), dates, LATE)
    if found.empty:
        return found
    cut = "feature_set == 'tiktok_vk' and horizon_days == 30 and as_of_day == 7"
    return found.query(cut).pivot_table(index="model_name", columns="metric_name", values="metric_value")


def test_the_best_possible_is_one_time_itself(rows: pd.DataFrame) -> None:
    truth = rows[["release_id", "horizon_days"]].assign(expected_log1p_streams=np.log1p(rows["predicted_streams"]))
    found = best_possible(truth)
    for suffix in ("", "_untouched"):
        own = found.loc["hitcast", [f"best_possible_ratio{end}{suffix}" for end in ("", "_lower_95", "_upper_95")]]
        assert own.to_numpy() == pytest.approx([1, 1, 1])
        assert found.loc["log_linear", f"best_possible_ratio{suffix}"] > 1
    assert (found["best_possible_rmsle"] != found["best_possible_rmsle_untouched"]).all()


def test_a_world_whose_truth_knows_none_of_the_releases_has_no_best_possible(rows: pd.DataFrame) -> None:
    truth = pd.DataFrame({"release_id": ["X"], "horizon_days": [30], "expected_log1p_streams": [1.0]})
    assert best_possible(truth).empty
