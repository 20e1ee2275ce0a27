"""Contest: whether another recipe forecasts better than the champion, by a test that holds its level at every look."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ml.evaluation.bootstrap import release_weeks
from ml.evaluation.sequential import damped_log_ratios, interval_at_every_look, weekly_losses

MIN_WEEKS = 10
"""Release weeks: on two weeks a contest was a toss of a coin."""
MIN_RELEASES = 50
MIN_BLOCKS = 3
"""Weeks that count, after those of few releases have been joined: of two no spread can be measured."""
FALSE_PROMOTIONS = 0.1
"""Probability that a year's contests promote a recipe that is no better."""
SHARES: Mapping[str, float] = {"streams": 0.8, "classes": 0.2}
"""How the tasks share that probability; either may win the title."""
MIN_GAIN = 0.01
"""Share of the loss, half a percent in RMSLE, by which a recipe must be better to be worth a change."""
MARGINS: Mapping[str, float] = {"streams": 0.1, "classes": 0.2}
"""Share of its loss by which the other task may be worse. Of streams 5 % in RMSLE, as much as a gain worth finding; the
Brier score hangs on the few releases near a cut-point, and two months cannot tell less than a fifth of it."""
MARGIN_LEVEL = 0.9
"""Level of the one-sided interval that must lie below the margin. It only ever keeps from promoting."""
MIN_LOSS: Mapping[str, float] = {"streams": 1e-4, "classes": 0.01}
"""Losses below which differences are of no importance: 1 % off, and chances off by some hundredths."""


@dataclass(frozen=True)
class TaskResult:
    """One task of a contest.

    Attributes:
        candidate_loss: Mean loss of a release.
        champion_loss: Likewise.
        lower: Lower end of the interval at every look of the weekly damped log ratio, against the champion's loss less
            the least gain.
        upper: Upper end: below 0 the candidate is better.
        margin_upper: Upper end of the interval against the champion's loss plus the margin: below 0 it is not worse.
    """

    candidate_loss: float
    champion_loss: float
    lower: float
    upper: float
    margin_upper: float

    @property
    def is_better(self) -> bool:
        """Better by more than the least gain, at a level that holds over all looks."""
        return self.upper < 0

    @property
    def is_not_worse(self) -> bool:
        """Not worse by more than the margin."""
        return self.margin_upper < 0


def judge_task(task: str, losses: np.ndarray, release_dates: pd.Series, number: int) -> TaskResult:
    """Judge the candidate's losses of one task against the champion's.

    Args:
        task: `streams` or `classes`.
        losses: Of each release by the candidate and by the champion, shape (releases, 2).
        release_dates: Of each release.
        number: Place of the contest among those of its year.
    """
    weekly, means = weekly_losses(losses, release_dates), losses.mean(axis=0)
    if len(weekly) < MIN_BLOCKS:
        return TaskResult(float(means[0]), float(means[1]), -np.inf, np.inf, np.inf)
    return TaskResult(float(means[0]), float(means[1]), *judge_weeks(task, weekly, number))


def judge_weeks(task: str, weekly: np.ndarray, number: int) -> tuple[float, float, float]:
    """Both ends of the interval at every look, and the upper end of the one against the margin.

    Args:
        task: `streams` or `classes`.
        weekly: Mean losses of the candidate and of the champion, shape (weeks, 2).
        number: Place of the contest among those of its year.
    """
    candidate, champion = weekly.T
    gains = damped_log_ratios(candidate, champion, 1 - MIN_GAIN, MIN_LOSS[task])
    lower, upper = interval_at_every_look(gains, 1 - 2 * SHARES[task] * contest_level(number))
    losses = damped_log_ratios(candidate, champion, 1 + MARGINS[task], MIN_LOSS[task])
    return lower, upper, _one_sided_upper(losses)


def is_won(results: Mapping[str, TaskResult]) -> bool:
    """Better on a task, and not worse by the margin on any."""
    found = results.values()
    return any(result.is_better for result in found) and all(result.is_not_worse for result in found)


def contest_level(number: int) -> float:
    """Probability with which the n-th contest of a year may promote falsely; all of them add up to a tenth."""
    return FALSE_PROMOTIONS / (number * (number + 1))


def enough_to_tell(release_dates: pd.Series) -> str:
    """What is missing before two recipes can be compared, in words; empty where nothing is."""
    weeks = len(np.unique(release_weeks(release_dates)))
    if weeks >= MIN_WEEKS and len(release_dates) >= MIN_RELEASES:
        return ""
    return (
        f"only {len(release_dates)} releases of {weeks} weeks have matured since to compare them on, {MIN_RELEASES} of "
        f"{MIN_WEEKS} weeks are needed"
    )


def _one_sided_upper(values: np.ndarray) -> float:
    """Upper end of Student's one-sided interval of the mean."""
    from scipy.stats import t

    half = float(t.ppf(MARGIN_LEVEL, len(values) - 1)) * values.std(ddof=1) / np.sqrt(len(values))
    return float(values.mean() + half)
