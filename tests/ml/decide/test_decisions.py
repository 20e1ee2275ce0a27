import numpy as np
import pandas as pd
import pytest

from ml.decide.decisions import class_from_probabilities, class_probabilities, promotion_threshold, true_class


def test_a_class_holds_its_minimum() -> None:
    classes = true_class(np.array([0, 19_999, 20_000, 149_999, 150_000]), (20_000, 150_000))
    assert classes.tolist() == ["low", "low", "medium", "medium", "high"]
    assert classes.dtype == object, "Python's own text, which no longer name is cut to fit"


def test_the_most_probable_class_wins() -> None:
    probabilities = pd.DataFrame([[0.5, 0.3, 0.2], [0.2, 0.5, 0.3], [0.4, 0.4, 0.2], [0.1, 0.3, 0.6]])
    classes = class_from_probabilities(probabilities)
    assert classes.tolist() == ["low", "medium", "low", "high"]
    assert classes.dtype == object


def test_classes_share_what_the_minimums_leave_and_a_crossing_is_no_negative_chance() -> None:
    probabilities = class_probabilities(np.array([[0.5, 0.2], [0.3, 0.4]]))
    np.testing.assert_allclose(probabilities, [[0.5, 0.3, 0.2], [0.7, 0.0, 0.3]], atol=1e-12)


@pytest.mark.parametrize(("costs", "threshold"), [((5, 1), 5 / 6), ((1, 1), 0.5), ((1, 9), 0.1)])
def test_at_the_threshold_both_decisions_cost_the_same(costs: tuple[float, float], threshold: float) -> None:
    assert promotion_threshold(*costs) == pytest.approx(threshold)
    assert costs[0] * (1 - threshold) == pytest.approx(costs[1] * threshold)
