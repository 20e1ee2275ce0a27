import numpy as np
import pandas as pd

from ml.evaluation.decided import compare_decisions

COSTS = (5.0, 1.0)


def _decisions(weeks: int, own: str) -> pd.DataFrame:
    """Each week a hit and a miss, both advised as they turn out; the label decides `own` of both."""
    rows = [
        {
            "release_date": pd.Timestamp("2021-01-01") + pd.Timedelta(weeks=week),
            "decision": own,
            "is_advised": is_hit,
            "label_forecast": 200_000.0 if is_hit else np.nan,
            "predicted_streams": 100_000.0,
            "actual_streams": 150_000 if is_hit else 500,
            "is_top_class": is_hit,
        }
        for week in range(weeks)
        for is_hit in (True, False)
    ]
    return pd.DataFrame(rows)


def test_costs_of_the_label_and_the_rule_are_those_of_the_same_releases() -> None:
    # promoting all: 5 for each miss; the rule: nothing
    compared = compare_decisions(_decisions(8, "promoted"), COSTS)
    assert (compared.release_count, compared.week_count, compared.agreed_count) == (16, 8, 8)
    assert (compared.own_cost, compared.rule_cost, compared.interval) == (2.5, 0.0, (2.5, 2.5))
    assert "The rule did better" in compared.describe()[0]
    # promoting none: 1 for each hit
    assert compare_decisions(_decisions(8, "declined"), COSTS).own_cost == 0.5


def test_forecasts_of_the_label_are_compared_where_it_gave_one() -> None:
    compared = compare_decisions(_decisions(8, "promoted"), COSTS)
    assert compared.forecast_count == 8
    expected = 1 - np.log(200_001 / 150_001) / np.log(150_001 / 100_001)
    assert np.isclose(compared.forecast_skill, expected)
    assert "Your own forecasts of 8" in compared.describe()[1]


def test_few_weeks_and_open_outcomes_say_nothing() -> None:
    assert "3 release weeks are too few" in compare_decisions(_decisions(3, "promoted"), COSTS).describe()[0]
    still_open = _decisions(8, "promoted").assign(actual_streams=None, is_top_class=None)
    assert "No decision has met its outcome yet" in compare_decisions(still_open, COSTS).describe()[0]
    before_any_forecast = _decisions(8, "promoted").assign(is_advised=None)
    assert compare_decisions(before_any_forecast, COSTS).release_count == 0
