from itertools import product

import numpy as np
import pandas as pd
import pytest

from hitcast.core.errors import HitcastError
from hitcast.core.label import Label
from ml.decide.plan import plan_budget, plan_of_label, plan_table


def _effects(gains: dict[str, dict[float, float]]) -> pd.DataFrame:
    rows = [
        {"release_id": release, "spend": spend, "added_streams": gain, "lower_90": 0.5 * gain, "upper_90": 2 * gain}
        for release, by_spend in gains.items()
        for spend, gain in by_spend.items()
    ]
    return pd.DataFrame(rows)


SMALL, LARGE = {10.0: 100.0, 20.0: 150.0, 40.0: 180.0}, {10.0: 40.0, 20.0: 80.0, 40.0: 160.0}


def _chosen(plan: pd.DataFrame) -> dict[str, float]:
    return dict(zip(plan["release_id"], plan["spend"], strict=True))


@pytest.mark.parametrize(
    ("budget", "spends"),
    [(10, {"small": 10}), (20, {"small": 20}), (60, {"small": 20, "large": 40}), (999, {"small": 40, "large": 40})],
)
def test_the_next_amount_goes_where_it_adds_most(budget: float, spends: dict[str, float]) -> None:
    plan = plan_budget(_effects({"small": SMALL, "large": LARGE}), budget)
    assert _chosen(plan.rows) == spends
    assert plan.unspent == budget - sum(spends.values())
    assert plan.rows["value"].isna().all()


def test_with_payouts_nothing_is_spent_that_does_not_pay() -> None:
    # a stream pays 0.15: the first 10 pay 15, the next 10 pay 7.5; of the other release every 10 pay 6
    values = {"small": 0.15, "large": 0.15}
    plan = plan_budget(_effects({"small": SMALL, "large": LARGE}), 100, values)
    assert _chosen(plan.rows) == {"small": 10}
    assert (plan.unspent, plan.rows["value"].tolist()) == (90, [15.0])
    assert "pay what it costs" in plan.reason
    nothing = plan_budget(_effects({"small": SMALL, "large": LARGE}), 100, dict.fromkeys(values, 0.01))
    assert nothing.rows.empty
    assert nothing.unspent == 100


def test_a_payout_of_paying_listeners_moves_the_plan() -> None:
    alike = _effects({"a": LARGE, "b": LARGE})
    assert _chosen(plan_budget(alike, 40, {"a": 0.3, "b": 0.5}).rows) == {"b": 40}


def test_no_plan_is_better_by_more_than_its_last_step() -> None:
    """Beside every plan there is, on worlds small enough to try all."""
    for seed in range(30):
        random = np.random.default_rng(seed)
        gains = {
            name: dict(zip([5.0, 10.0, 20.0], np.sort(random.exponential(50, 3)).tolist(), strict=True))
            for name in ("a", "b", "c", "d")
        }
        budget = float(random.integers(5, 60))
        plans = product(*([0.0, *gains[name]] for name in gains))
        best = max(
            sum(gains[name].get(spend, 0.0) for name, spend in zip(gains, spends, strict=True))
            for spends in plans
            if sum(spends) <= budget
        )
        plan = plan_budget(_effects(gains), budget)
        assert plan.rows["spend"].sum() <= budget
        largest = max(max(by_spend.values()) for by_spend in gains.values())
        assert best - largest <= plan.rows["added_streams"].sum() <= best + 1e-9


def test_nothing_that_adds_nothing_is_in_the_plan() -> None:
    plan = plan_budget(_effects({"none": {10.0: 0.0, 20.0: -5.0}}), 100)
    assert plan.rows.empty
    assert "would add streams" in plan.reason


def test_the_table_of_a_plan_adds_up_to_its_budget() -> None:
    effects = _effects({"001": SMALL, "2": LARGE}).assign(start_day=3, currency="RUB")
    label = Label("RUB", 0.2, 0.1, goals={"1": 5000.0})
    plan = plan_of_label(effects, {"001": 0.5}, label, 100)
    table = plan_table(plan, effects, label)
    assert table["spend"].sum() == table["budget"].iloc[0] == 100
    assert table["release_id"].tolist()[:-1] == plan.rows["release_id"].tolist() != []
    assert table["goal"].tolist()[0] == 5000
    assert table["note"].iloc[-1] == plan.reason
    # half of its listeners pay; of the other release nobody knows, and halves are taken
    assert plan.rows["value"].tolist() == pytest.approx((0.15 * plan.rows["added_streams"]).tolist())
    spent = plan_table(plan_budget(effects, 10), effects, Label())
    assert len(spent) == 1
    with pytest.raises(HitcastError, match=r"currency of label\.yml: is EUR, and .* in RUB"):
        plan_of_label(effects, {}, Label("EUR", 1, 1), 100)
