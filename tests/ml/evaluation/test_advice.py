import numpy as np
import pytest

from ml.evaluation.advice import advice_metrics

COSTS = (5.0, 1.0)


def test_advice_by_hand() -> None:
    # promoted from 5/6 on: two hits, of which a tenth and a half is still to come, and a miss; a hit is not found
    top = np.array([True, True, False, True, False])
    probability = np.array([0.99, 0.9, 0.84, 0.5, 0.0])
    to_come = np.array([0.1, 0.5, 0.9, 0.8, np.nan])
    figures = advice_metrics(top, probability, to_come, COSTS, np.array([1, 1, 2, 2, 3]))
    assert (figures["advised_count"], figures["advised_right_count"], figures["hit_count"]) == (3, 2, 3)
    assert figures["advised_precision"] == figures["advised_recall"] == pytest.approx(2 / 3)
    assert figures["advised_share_to_come"] == pytest.approx(0.3)
    assert figures["advised_hit_streams_to_come"] == pytest.approx(0.2)
    assert figures["expected_cost"] == pytest.approx((5 + 1) / 5)
    assert figures["advised_precision_lower_95"] == 0 < figures["advised_precision_upper_95"] == 1


def test_where_nothing_is_advised_or_nothing_hits_there_is_no_figure() -> None:
    top, weeks = np.array([True, False]), np.array([1, 2])
    quiet = advice_metrics(top, np.array([0.1, 0.1]), np.ones(2), COSTS, weeks)
    assert np.isnan(quiet["advised_precision"])
    assert np.isnan(quiet["advised_share_to_come"])
    assert quiet["advised_recall"] == quiet["advised_hit_streams_to_come"] == 0
    missed = advice_metrics(~(top | True), np.array([0.9, 0.9]), np.ones(2), COSTS, weeks)
    assert np.isnan(missed["advised_recall"])
    assert missed["advised_precision"] == 0
