"""Attempts to refute what promotion is said to add: outcomes before the campaign, and campaigns dealt out by lot."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ml.data import Marts
from ml.decide.campaigns import FIRST_DAY, cross_fitted
from ml.decide.effect_law import fit_law
from ml.decide.traits import Traits
from ml.decide.uplift import MAX_PROPENSITY, observe, propensities
from ml.estimators.log_linear import landed_streams

PLACEBO_DAYS = 3
"""Days between the forecast and the campaign at least, in which it cannot have worked yet."""
MIN_PLACEBO_CAMPAIGNS = 20
WIDTH = 1.645
"""Standard errors to either end of a 90 % interval."""
Interval = tuple[float, float, float]
"""Estimate, and the ends of its 90 % interval."""


@dataclass(frozen=True)
class Checks:
    """What came of the attempts.

    Attributes:
        placebo: How far promoted releases lay above their forecast before their campaign began, in logs, by the day
            of the forecast; it should hold 0. None where too few campaigns began late enough.
        by_lot: Streams that the usual spend adds where the campaigns of each week are dealt out by lot among its other
            releases; it should hold 0.
    """

    placebo: dict[int, Interval | None]
    by_lot: Interval

    def describe(self) -> str:
        """In one line."""
        parts = [
            f"streams before the campaign, forecast on day {day}, "
            + ("cannot be compared" if found is None else f"{_said(found, '+.0%')} above")
            for day, found in self.placebo.items()
        ]
        return f"Checks: {'; '.join(parts)}; campaigns dealt out by lot add {_said(self.by_lot, ',.0f')} streams"


def check(rows: pd.DataFrame, marts: Marts, numeric: Sequence[str], horizon: int, seed: int) -> Checks:
    """Both attempts.

    Args:
        rows: Rows of comparison with their `forecast`, as `fit_uplift` returns them.
        marts: Features.
        numeric: Features that forecasts are made from.
        horizon: Days from release in which streams are counted.
        seed: Of the lot.
    """
    return Checks({day: placebo(rows, marts, numeric, day) for day in (0, FIRST_DAY)}, by_lot(rows, horizon, seed))


def placebo(rows: pd.DataFrame, marts: Marts, numeric: Sequence[str], day: int) -> Interval | None:
    """How far promoted releases lay above what was forecast of them, before their campaign began, in logs.

    The forecast is made on `day`, of the streams from then to the start of a campaign, by releases without one.
    """
    late = rows[rows["start_day"] >= day + PLACEBO_DAYS]
    late = late[late["weight"] > 0]
    if late["is_promoted"].sum() < MIN_PLACEBO_CAMPAIGNS:
        return None
    before = marts.features[marts.features["as_of_day"] == day].drop(columns="as_of_day")
    before = before.assign(known_before=landed_streams(before))
    shown = ["release_id", "artist_id", "is_promoted", "known", "as_of_day"]
    pairs = late[shown].merge(before, on="release_id")
    came = (pairs["known"] - pairs["known_before"]).to_numpy(dtype=float)
    target = np.log1p(np.maximum(came, 0))
    residual = np.asarray(target - cross_fitted(pairs, target, numeric, folds=2))
    promoted = pairs["is_promoted"].to_numpy(dtype=bool)
    return _interval(residual[promoted], pairs["artist_id"].to_numpy()[promoted])


def by_lot(rows: pd.DataFrame, horizon: int, seed: int) -> Interval:
    """The amount of the law where each campaign goes to a release without one, out in the same week, by lot."""
    others = rows[~rows["is_promoted"] & (rows["start_day"] >= FIRST_DAY)]
    dealt = _deal(rows[rows["is_promoted"]], others, seed).reindex(others["release_id"]).set_axis(others.index)
    kept = others.assign(is_promoted=dealt["spend"].notna(), spend=dealt["spend"].fillna(0.0))
    kept["weight"] = kept["weight"].where(~kept["is_promoted"], 1.0)
    kept = kept[~kept["is_promoted"] | (dealt["start_day"] == kept["start_day"])].reset_index(drop=True)
    propensity = propensities(kept)
    is_comparable = propensity <= MAX_PROPENSITY
    traits = Traits.fit(kept[kept["is_promoted"] & is_comparable])
    law = fit_law(observe(kept, propensity, is_comparable, traits)[0], horizon)
    amount, error = float(law.parameters[0]), float(np.sqrt(law.covariance[0, 0]))
    return amount, amount - WIDTH * error, amount + WIDTH * error


def _deal(promoted: pd.DataFrame, others: pd.DataFrame, seed: int) -> pd.DataFrame:
    """`spend` and `start_day` by release: of all campaigns of a week, each to another of its releases."""
    generator = np.random.default_rng(seed)
    named = others.drop_duplicates("release_id")
    free = {week: list(part) for week, part in named.groupby(_week(named))["release_id"]}
    dealt = {
        free[week].pop(int(generator.integers(len(free[week])))): {"spend": spend, "start_day": day}
        for week, spend, day in zip(_week(promoted), promoted["spend"], promoted["start_day"], strict=True)
        if free.get(week)
    }
    return pd.DataFrame.from_dict(dealt, orient="index", columns=["spend", "start_day"])


def _week(rows: pd.DataFrame) -> pd.Series:
    weeks: pd.Series = rows["release_date"].dt.to_period("W").astype(str)
    return weeks


def _interval(values: np.ndarray, cluster: np.ndarray) -> Interval:
    """Mean, with a standard error over artists."""
    mean = float(values.mean())
    per_artist = pd.Series(values - mean).groupby(cluster).sum().to_numpy()
    error = float(np.sqrt(np.sum(per_artist**2)) / len(values))
    return mean, mean - WIDTH * error, mean + WIDTH * error


def _said(found: Interval, form: str) -> str:
    estimate, low, high = (format(figure, form) for figure in found)
    return f"{estimate} ({low} to {high})"
