"""How often a contest errs: small editions in a plain run, the whole ones with `-m slow`."""

from itertools import permutations

import numpy as np
import pandas as pd
import pytest

from ml.registry.contest import FALSE_PROMOTIONS, contest_level, enough_to_tell, judge_task
from tests.ml.registry.contests import MIXTURES, RECIPES, YEAR, Meeting, meet, promoted_at, promotions, read_losses

DRAWS, WHOLE = 120, 2000
BY_WEEK = 20
LOSSES = read_losses()
EQUALLY_GOOD = [*permutations(RECIPES, 2), *((*pair,) for name in MIXTURES for pair in (("own", name), (name, "own")))]
"""Candidate and champion that become equally good in RMSLE and Brier score."""


def same_classes(meeting: Meeting) -> Meeting:
    """With the classes of two seeds, which are as good as each other."""
    return Meeting(meeting.streams, meet(LOSSES, "own", "seed", 1.0).classes)


def false_promotions(candidate: str, champion: str, draws: int) -> float:
    """Share of years of weekly looks in which a recipe that is no better is promoted."""
    found = promotions(same_classes(meet(LOSSES, candidate, champion, 1.0)), draws)
    return float(np.isfinite(found).mean())


def power(candidate: str, champion: str, draws: int) -> float:
    """Share of cases in which a recipe that is better by 5 % in RMSLE is promoted by 20 release weeks."""
    meeting = same_classes(meet(LOSSES, candidate, champion, 0.95))
    return float((promotions(meeting, draws, weeks=BY_WEEK) <= BY_WEEK).mean())


@pytest.mark.parametrize(("candidate", "champion"), [("own", "seed"), ("own", "with_decile_lines")])
def test_a_recipe_that_is_no_better_is_hardly_promoted_in_a_year_of_looks(candidate: str, champion: str) -> None:
    assert false_promotions(candidate, champion, DRAWS) <= FALSE_PROMOTIONS


@pytest.mark.parametrize(("candidate", "champion"), [("own", "boosted"), ("ridge", "fewer")])
def test_a_recipe_that_is_better_by_a_twentieth_is_promoted_by_twenty_weeks(candidate: str, champion: str) -> None:
    assert power(candidate, champion, DRAWS) >= 0.8


@pytest.mark.slow
@pytest.mark.parametrize(("candidate", "champion"), EQUALLY_GOOD)
def test_false_promotions_of_every_pair(candidate: str, champion: str) -> None:
    share = false_promotions(candidate, champion, WHOLE)
    print(f"{candidate} over {champion}: {share:.3f} false promotions")
    assert share <= FALSE_PROMOTIONS


@pytest.mark.slow
@pytest.mark.parametrize(("candidate", "champion"), [*permutations(RECIPES, 2)])
def test_power_of_every_pair(candidate: str, champion: str) -> None:
    share = power(candidate, champion, WHOLE)
    print(f"{candidate} over {champion}: {share:.3f} promoted by {BY_WEEK} weeks")
    assert share >= 0.8


def test_recipes_that_change_all_year_share_one_level() -> None:
    """A recipe every four weeks, each as good as the champion: a contest each, that goes on with the weeks so far."""
    meetings = [same_classes(meet(LOSSES, name, "own", 1.0)) for name in RECIPES[1:]]
    random, promoted = np.random.default_rng(3), 0
    for _ in range(DRAWS):
        draw = random.integers(0, len(LOSSES), YEAR)
        promoted += any(
            np.isfinite(promoted_at(meetings[number % len(meetings)], draw[: first + 3], number + 1, first))
            for number, first in enumerate(range(10, YEAR - 2, 4))
        )
    assert promoted / DRAWS <= FALSE_PROMOTIONS


def test_the_levels_of_a_years_contests_add_up() -> None:
    assert sum(contest_level(number) for number in range(1, 10_000)) == pytest.approx(FALSE_PROMOTIONS, rel=1e-3)


def test_weeks_are_counted_and_not_releases_alone() -> None:
    days = pd.Series(pd.Timestamp("2021-03-01") + pd.to_timedelta(np.arange(63), unit="D"))
    two_weeks = pd.Series([pd.Timestamp("2021-03-01")] * 300 + [pd.Timestamp("2021-03-08")] * 300)
    assert "600 releases of 2 weeks" in enough_to_tell(two_weeks)
    assert "63 releases of 9 weeks" in enough_to_tell(days)
    assert enough_to_tell(pd.concat([days, days + pd.Timedelta(days=7)])) == ""
    assert "20 releases of 20 weeks" in enough_to_tell(days[:20] + pd.to_timedelta(np.arange(20) * 6, unit="D"))


def test_where_weeks_are_too_small_to_count_nothing_is_won() -> None:
    days = pd.Series(pd.Timestamp("2021-03-01") + pd.to_timedelta(np.arange(20) * 7, unit="D"))
    result = judge_task("streams", np.column_stack([np.full(20, 0.01), np.ones(20)]), days, 1)
    assert not result.is_better
    assert not result.is_not_worse
