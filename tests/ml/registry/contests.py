"""Years of contests, drawn from the weekly losses of recipes on the demo world.

`weekly_losses.csv` holds sums by release week of what recipes lost at the origins of a backtest at as-of day 7;
`benchmarks/weekly_losses.py` makes it. Whole weeks are drawn, the same of both recipes.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from ml.registry.contest import MIN_WEEKS, TaskResult, is_won, judge_weeks

YEAR = 52
FULL_WEEKS = 20
"""Releases of a week that is drawn; the first and last weeks of a backtest are cut."""
RECIPES = ("own", "seed", "boosted", "ridge", "fewer")
MIXTURES = ("with_four_counts", "with_decile_lines", "with_ridge_daily", "with_log_linear")
"""Of this project's own recipe and a baseline, worse by 5 % in RMSLE; their classes are its own."""


@dataclass(frozen=True)
class Meeting:
    """Weekly losses of a candidate and a champion by task, each of shape (weeks, 2)."""

    streams: np.ndarray
    classes: np.ndarray


def read_losses() -> pd.DataFrame:
    """Mean losses by release week."""
    sums = pd.read_csv(Path(__file__).with_name("weekly_losses.csv"))
    sums = sums[sums["releases"] > FULL_WEEKS]
    return sums.drop(columns=["week", "releases"]).div(sums["releases"], axis="index")


def meet(losses: pd.DataFrame, candidate: str, champion: str, ratio: float | None = None) -> Meeting:
    """Two recipes as they are, or with losses of the champion in proportion, so that they relate as is asked.

    Args:
        losses: As `read_losses` gives them.
        candidate: Its name.
        champion: Its name.
        ratio: RMSLE of the candidate over the champion's; 1 makes two that are equally good. Of the classes the loss
            is then the same.
    """
    tasks = {}
    for task, wanted in (("streams", ratio), ("classes", ratio and 1.0)):
        known = [name if f"{task}_{name}" in losses else "own" for name in (candidate, champion)]
        pair = losses[[f"{task}_{name}" for name in known]].to_numpy().copy()
        if wanted is not None:
            pair[:, 1] *= pair[:, 0].mean() / pair[:, 1].mean() / wanted**2
        tasks[task] = pair
    return Meeting(**tasks)


def promoted_at(meeting: Meeting, draw: np.ndarray, number: int = 1, first: int = MIN_WEEKS) -> float:
    """Release weeks after which a look promotes the candidate; infinite where none does.

    Args:
        meeting: What they lose.
        draw: Places of the weeks drawn.
        number: Place of the contest in its year.
        first: Weeks at the first look.
    """
    tasks = {"streams": meeting.streams[draw], "classes": meeting.classes[draw]}
    for weeks in range(first, len(draw) + 1):
        results = {
            task: TaskResult(0.0, 0.0, *judge_weeks(task, weekly[:weeks], number)) for task, weekly in tasks.items()
        }
        if is_won(results):
            return float(weeks)
    return np.inf


def promotions(meeting: Meeting, draws: int, seed: int = 1, weeks: int = YEAR) -> np.ndarray:
    """Release weeks to the promotion in many drawn years."""
    random = np.random.default_rng(seed)
    drawn = random.integers(0, len(meeting.streams), (draws, weeks))
    return np.array([promoted_at(meeting, draw) for draw in drawn])
