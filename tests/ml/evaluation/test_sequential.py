import numpy as np
import pandas as pd
import pytest

from ml.evaluation.sequential import damped_log_ratios, interval_at_every_look, weekly_losses

MONDAY = pd.Timestamp("2021-03-01")


def test_weeks_are_means_and_small_ones_wait_for_the_next() -> None:
    days = [0] * 10 + [7] * 4 + [14] * 6 + [21] * 9
    losses = np.column_stack([np.arange(29.0), np.ones(29)])
    weeks = weekly_losses(losses, pd.Series(MONDAY + pd.to_timedelta(days, unit="D")))
    assert weeks[:, 0].tolist() == [4.5, 14.5]
    assert weekly_losses(losses[:3], pd.Series([MONDAY] * 3)).shape == (0, 2)


def test_the_ratio_is_below_zero_where_the_gain_is_above_the_least() -> None:
    reference = np.array([0.01, 0.1, 1.0])
    assert damped_log_ratios(0.98 * reference, reference, 0.98, 1e-4) == pytest.approx(0)
    assert (damped_log_ratios(0.97 * reference, reference, 0.98, 1e-4) < 0).all()
    # losses of no importance tell nothing
    assert np.abs(damped_log_ratios(np.full(3, 1e-9), np.full(3, 1e-7), 1.0, 0.01)).max() < 1e-4


def test_few_weeks_leave_it_open_and_more_close_it() -> None:
    values = np.random.default_rng(1).normal(-1, 0.5, 40)
    assert interval_at_every_look(values[:1], 0.9) == (-np.inf, np.inf)
    assert interval_at_every_look(values[:2], 0.9) == (-np.inf, np.inf)
    ends = [interval_at_every_look(values[:weeks], 0.9)[1] for weeks in (6, 12, 40)]
    assert ends[0] > ends[1] > ends[2] > values.mean()
    assert ends[2] < -0.6


def test_it_holds_at_all_looks_together_where_an_interval_for_one_does_not() -> None:
    random, draws, looks = np.random.default_rng(2), 400, 52
    left = {"every look": 0, "one look": 0}
    for _ in range(draws):
        values = random.standard_t(8, looks)
        ends = [interval_at_every_look(values[:weeks], 0.9) for weeks in range(10, looks + 1)]
        left["every look"] += any(not low <= 0 <= high for low, high in ends)
        steps = np.arange(10, looks + 1)
        means = np.array([values[:weeks].mean() for weeks in steps])
        errors = np.array([values[:weeks].std(ddof=1) for weeks in steps]) / np.sqrt(steps)
        left["one look"] += bool((np.abs(means) > 1.645 * errors).any())
    assert left["every look"] / draws <= 0.1
    assert left["one look"] / draws > 0.25
