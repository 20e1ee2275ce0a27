import numpy as np
import pandas as pd
import pytest
from scipy.stats import binomtest

from hitcast.desk.report.groups import (
    RATIOS,
    beside_line,
    cost_curve,
    distance_to_best,
    lift_curve,
    pooled,
    share_interval,
    skill_by_group,
)
from tests.ml import backtests


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
    assert pooled(names).value_counts().to_dict() == {"big": 30, "(others: 2 small ones)": 30, "(unknown)": 31}


def test_lift_by_hand_and_of_equals() -> None:
    hit, score = np.array([True, False, True, False] + [False] * 6), -np.arange(10.0)
    lift, found = lift_curve(hit, score, np.array([0.1, 0.3, 1.0]))
    assert lift == pytest.approx([5.0, 2 / 3 / 0.2, 1.0])
    assert found == pytest.approx([0.5, 1.0, 1.0])
    lift, _ = lift_curve(hit, np.zeros(10), np.array([0.1, 0.3, 1.0]))
    assert lift == pytest.approx([1.0, 1.0, 1.0]), "an order that tells nothing is no better than chance"


def test_promoting_by_true_probabilities_never_costs_more_than_promoting_none() -> None:
    random = np.random.default_rng(1)
    probability = random.random(20_000)
    hit = random.random(20_000) < probability
    costs = cost_curve(hit, probability)
    assert len(costs) == len(RATIOS)
    assert (np.diff(costs[:6]) > 0).all()
    assert max(costs) < hit.mean()
    expected = [(ratio / (1 + ratio) ** 2 + (ratio / (1 + ratio)) ** 2) / 2 for ratio in RATIOS]
    assert costs == pytest.approx(expected, abs=0.02), "r (1 - t)² / 2 + t² / 2 at the threshold t = r / (1 + r)"


def test_groups_are_judged_apart(rows: pd.DataFrame) -> None:
    group = pd.Series(np.where(np.arange(len(rows)) % 3 == 0, "odd", "even"))
    worse = rows.assign(predicted_streams=rows["predicted_streams"].where(group == "even", rows["line_streams"]))
    found = skill_by_group(worse, group)
    assert found.loc["odd", "skill"] == 0
    assert 0 < found.loc["even", "lower"] < found.loc["even", "skill"] < found.loc["even", "upper"]
    assert found["releases"].sum() == len(rows)
    assert found.loc["even", "coverage_90"] == pytest.approx(0.9, abs=0.05)


def test_the_best_possible_is_one_time_itself(rows: pd.DataFrame) -> None:
    truth = rows[["release_id", "horizon_days"]].assign(expected_log1p_streams=np.log1p(rows["predicted_streams"]))
    found = distance_to_best(rows, truth)
    assert found["ratio"] == found["lower"] == found["upper"] == pytest.approx(1)
    assert found["line_rmsle"] > found["rmsle"]
    assert found["releases"] == len(rows)
    assert distance_to_best(rows, truth.iloc[:100])["releases"] == 100


def test_a_world_whose_truth_knows_none_of_the_releases_has_no_ratio(rows: pd.DataFrame) -> None:
    truth = pd.DataFrame({"release_id": ["X"], "horizon_days": [30], "expected_log1p_streams": [1.0]})
    assert np.isnan(distance_to_best(rows, truth)["ratio"])
