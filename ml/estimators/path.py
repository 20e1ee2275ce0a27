"""The path: cumulative streams of every day to the longest horizon, with pointwise bands and a joint one.

The medians and quantiles of the horizons are what is forecast anyway. The path goes through them: day shares say how a
median climbs from one to the next, and the errors of later releases how wide a quantile is on the days between.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Self

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator

from ml.days import paths_of
from ml.estimators.base import nearest
from ml.estimators.day_shares import DayShares
from ml.estimators.distribution import LEVELS, MEDIAN
from ml.estimators.log_linear import known_days, seen_streams
from ml.estimators.shrinkage import FIRST_DAYS, day_group

KNOTS = (0.1, 0.3, 0.5, 0.7, 0.9)
"""Places between two anchors, as shares of the days between them, whose widths are measured; at an anchor it is 1."""
JOINT = 0.8
LOW, HIGH = (int(np.flatnonzero(np.isclose(LEVELS, level))[0]) for level in (0.1, 0.9))
LOWEST, HIGHEST = (int(np.flatnonzero(np.isclose(LEVELS, level))[0]) for level in (0.05, 0.95))
MEASURED = [LOWEST, LOW, MEDIAN, HIGH, HIGHEST]
MIN_RELEASES = 60
"""Held-out releases from which an as-of day's errors count by themselves."""
MIN_WIDTH = 1e-3
"""In logs: a band of no width still has a scale."""


@dataclass(frozen=True)
class Paths:
    """Cumulative streams by day since release; days that are known are what they were.

    Attributes:
        quantiles: Shape (rows, days, levels).
        joint: Lower and upper end of the band that holds whole paths, shape (2, rows, days).
    """

    quantiles: np.ndarray
    joint: np.ndarray


@dataclass(frozen=True)
class Stretch:
    """Rows of one as-of day with as many known days: their days lie between the same anchors.

    Attributes:
        places: Of the rows.
        day: As-of day.
        anchors: Number of known days, then the open horizons.
        known: Streams so far.
        totals: Quantiles at each anchor, shape (anchors, rows, levels).
        shares: Share of what is to come by each day, shape (rows, days).
    """

    places: np.ndarray
    day: int
    anchors: tuple[int, ...]
    known: np.ndarray
    totals: np.ndarray
    shares: np.ndarray


class PathForecast(BaseEstimator):
    """Climbs from one horizon's distribution to the next.

    Args:
        feature_set: Decides which days count as known.
        horizons: Days from release that the distributions cover.

    Attributes:
        shares_: `DayShares`, fitted on all rows.
        days_: As-of days.
        cells_: Of each the first day of those whose errors count together: itself, or its group where releases are few.
        widths_: By cell and end of a stretch of days: factors of the lower and the upper width at `KNOTS`.
        joint_: By cell the factor of the 80 % pointwise band that makes the joint one.
    """

    def __init__(self, feature_set: str = "tiktok_vk", horizons: tuple[int, ...] = (14, 30)) -> None:
        self.feature_set = feature_set
        self.horizons = horizons

    def fit(
        self,
        X: pd.DataFrame,
        paths: pd.DataFrame,
        held_out: np.ndarray,
        totals: dict[int, np.ndarray],
        curves: np.ndarray,
    ) -> Self:
        """Fit shares on all rows, widths on the errors of held-out ones.

        Args:
            X: Rows of a training set.
            paths: As `ml.days.read_paths` gives them.
            held_out: Places of the rows that `totals` and `curves` were not fitted on.
            totals: Their quantiles by horizon, shape (held-out rows, levels); NaN where the window has ended.
            curves: Their day shares, shape (held-out rows, days).
        """
        later = X.iloc[held_out]
        actual, days = paths_of(paths, later), later["as_of_day"].to_numpy()
        self.days_, self.cells_ = _cells(days)
        measured = {horizon: values[:, MEASURED] for horizon, values in totals.items()}
        starts, known = known_days(later, self.feature_set), seen_streams(later, self.feature_set)
        stretches = list(self._stretches(later, measured, curves, starts, known))
        self.widths_ = self._measured_widths(stretches, actual)
        cells, deviations = self.cells_[nearest(self.days_, days)], np.zeros(len(later))
        for stretch in stretches:
            quantiles = self._climb(stretch, MEASURED.index(MEDIAN))
            deviations[stretch.places] = _deviation(quantiles, actual[stretch.places], stretch)
        self.joint_ = {int(cell): _conformal(deviations[cells == cell], JOINT) for cell in np.unique(cells)}
        self.shares_ = DayShares(self.feature_set).fit(X, paths)
        return self

    def predict(
        self,
        X: pd.DataFrame,
        paths: pd.DataFrame,
        totals: dict[int, np.ndarray],
        floor: np.ndarray | None = None,
        through: np.ndarray | None = None,
    ) -> Paths:
        """Paths of rows.

        Args:
            X: Rows of `release_features`, of days before the longest horizon.
            paths: As `ml.days.read_paths` gives them; days that a row does not know are not looked at.
            totals: Quantiles of each horizon's total at `LEVELS`, shape (rows, levels); NaN where the window has ended.
            floor: Streams that have landed, of each row; None where they are those that the feature set sees.
            through: Days since release to the last one that VK has delivered by then, which the path starts from.
        """
        days = max(self.horizons)
        quantiles, joint = np.zeros((len(X), days, len(LEVELS))), np.zeros((2, len(X), days))
        so_far = paths_of(paths, X)
        starts, known = known_days(X, self.feature_set), seen_streams(X, self.feature_set)
        if floor is not None and through is not None:
            # it may have landed after the day that the forecast rests on, and unseen by the feature set
            starts, known = np.maximum(starts, np.minimum(through, days)), np.maximum(known, floor)
        for stretch in self._stretches(X, totals, self.shares_.predict(X), starts, known):
            places, start = stretch.places, stretch.anchors[0]
            landed = np.minimum(so_far[places, :start], stretch.known[:, None])
            landed[:, start - 1 :] = stretch.known[:, None]
            quantiles[places, :start] = landed[:, :, None]
            joint[:, places, :start] = landed
            if start == days:
                continue
            found = self._climb(stretch, MEDIAN)
            quantiles[places, start:] = found
            joint[:, places, start:] = _joint_band(found, stretch.known, self.joint_[self._cell(stretch.day)])
        return Paths(quantiles, joint)

    def _stretches(
        self,
        X: pd.DataFrame,
        totals: dict[int, np.ndarray],
        curves: np.ndarray,
        starts: np.ndarray,
        known: np.ndarray,
    ) -> Iterator[Stretch]:
        days = X["as_of_day"].to_numpy()
        for day, start in np.unique(np.column_stack([days, starts]), axis=0):
            places = np.flatnonzero((days == day) & (starts == start))
            still_open = [horizon for horizon in sorted(self.horizons) if horizon > max(day, start)]
            landed = np.broadcast_to(known[places, None], (len(places), totals[max(self.horizons)].shape[1]))
            figures = np.stack([landed, *(totals[horizon][places] for horizon in still_open)])
            figures = np.maximum.accumulate(figures, axis=0)
            yield Stretch(places, int(day), (int(start), *still_open), known[places], figures, curves[places])

    def _climb(self, stretch: Stretch, median: int) -> np.ndarray:
        """Quantiles of the days after the known ones, shape (rows, days, levels)."""
        found = []
        for place in range(len(stretch.anchors) - 1):
            middle, offsets, shares_of_days = _between(stretch, place, median)
            low, high = stretch.totals[place], stretch.totals[place + 1]
            factor = self._factors(stretch.day, stretch.anchors[place + 1], shares_of_days, offsets.shape[2], median)
            logs = np.log1p(middle - stretch.known[:, None])[:, :, None] + offsets * factor
            raised = stretch.known[:, None, None] + np.expm1(np.maximum(logs, 0.0))
            raised = np.clip(raised, low[:, None], high[:, None])
            # logs and back move a number by its last digits
            raised[:, :, median] = middle
            raised[:, :, :median] = np.minimum(raised[:, :, :median], middle[:, :, None])
            raised[:, :, median + 1 :] = np.maximum(raised[:, :, median + 1 :], middle[:, :, None])
            raised[:, -1] = high
            found.append(raised)
        return np.asarray(np.maximum.accumulate(np.concatenate(found, axis=1), axis=1))

    def _factors(self, day: int, end: int, place_of_day: np.ndarray, levels: int, median: int) -> np.ndarray:
        """Factor of each width, shape (days, levels)."""
        lower, upper = self.widths_.get((self._cell(day), end), np.ones((2, len(KNOTS))))
        sides = [np.interp(place_of_day, (*KNOTS, 1.0), (*side, 1.0)) for side in (lower, upper)]
        return np.column_stack([sides[0] if level < median else sides[1] for level in range(levels)])

    def _measured_widths(self, stretches: list[Stretch], actual: np.ndarray) -> dict[tuple[int, int], np.ndarray]:
        """By cell and end of a stretch: by how much wider than between its anchors a quantile must be."""
        median = MEASURED.index(MEDIAN)
        ratios: dict[tuple[int, int], list[tuple[np.ndarray, np.ndarray]]] = {}
        for stretch in stretches:
            for place in range(len(stretch.anchors) - 1):
                start, end = stretch.anchors[place], stretch.anchors[place + 1]
                middle, offsets, place_of_day = _between(stretch, place, median)
                came = actual[stretch.places, start:end] - stretch.known[:, None]
                error = np.log1p(np.maximum(came, 0.0)) - np.log1p(middle - stretch.known[:, None])
                width = np.maximum(np.abs(offsets), MIN_WIDTH)
                signs = np.where(np.arange(offsets.shape[2]) < median, -1.0, 1.0)
                ratio = (error[:, :, None] * signs / width)[:, :-1]
                knots = np.abs(place_of_day[:-1, None] - np.array(KNOTS)).argmin(axis=1)
                ratios.setdefault((self._cell(stretch.day), end), []).append((ratio, knots))
        return {key: _knot_factors(parts) for key, parts in ratios.items()}

    def _cell(self, day: int) -> int:
        return int(self.cells_[nearest(self.days_, np.array([day]))[0]])


def _cells(days: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """As-of days in rising order, and of each the first of those whose errors count together."""
    found, counts = np.unique(days, return_counts=True)
    return found, np.where(counts >= MIN_RELEASES, found, np.array(FIRST_DAYS)[day_group(found)])


def _between(stretch: Stretch, place: int, median: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Of the days after one anchor up to the next: medians, log offsets of quantiles, and places between the two.

    Medians have the shape (rows, days), offsets (rows, days, levels); both are of the streams after the known days.
    """
    start, end = stretch.anchors[place], stretch.anchors[place + 1]
    part = stretch.shares[:, start:end]
    before = stretch.shares[:, start - 1 : start] if start else np.zeros((len(part), 1))
    share = (part - before) / np.maximum(part[:, -1:] - before, 1e-12)
    # where no share is left to come, the days share evenly
    place_of_day = np.arange(1, end - start + 1) / (end - start)
    share = np.where(part[:, -1:] > before, share, place_of_day)
    low, high = stretch.totals[place], stretch.totals[place + 1]
    middle = low[:, median, None] + share * (high - low)[:, median, None]
    middle[:, -1] = high[:, median]
    offsets = [_offsets(values, stretch.known, median) for values in (low if place else high, high)]
    weight = place_of_day[:, None]
    return middle, (1 - weight) * offsets[0][:, None] + weight * offsets[1][:, None], place_of_day


def _offsets(totals: np.ndarray, known: np.ndarray, median: int) -> np.ndarray:
    logs = np.log1p(np.maximum(totals - known[:, None], 0.0))
    return np.asarray(logs - logs[:, median, None])


def _knot_factors(parts: list[tuple[np.ndarray, np.ndarray]]) -> np.ndarray:
    """Factors of the lower and the upper width at `KNOTS`, shape (2, knots): the mean of what 80 and 90 % need."""
    found = np.ones((2, len(KNOTS)))
    for knot in range(len(KNOTS)):
        pooled = [ratio[:, knots == knot].reshape(-1, ratio.shape[2]) for ratio, knots in parts]
        rows = np.concatenate(pooled) if pooled else np.zeros((0, len(MEASURED)))
        if len(rows):
            needed = [
                _conformal(rows[:, place], max(LEVELS[level], 1 - LEVELS[level]))
                for place, level in enumerate(MEASURED)
            ]
            found[:, knot] = np.mean(needed[:2]), np.mean(needed[3:])
    return np.maximum(found, MIN_WIDTH)


def _conformal(values: np.ndarray, share: float) -> float:
    """The value that a share of further ones stays below."""
    return float(np.quantile(values, min(share * (1 + 1 / len(values)), 1.0), method="higher"))


def _deviation(quantiles: np.ndarray, actual: np.ndarray, stretch: Stretch) -> np.ndarray:
    """Greatest distance of each whole path from its median, in widths of the 80 % pointwise band."""
    came = np.maximum(actual[:, stretch.anchors[0] :] - stretch.known[:, None], 0.0)
    logs = np.log1p(np.maximum(quantiles - stretch.known[:, None, None], 0.0))
    middle = logs[:, :, MEASURED.index(MEDIAN)]
    error = np.log1p(came) - middle
    low, high = (logs[:, :, MEASURED.index(level)] for level in (LOW, HIGH))
    width = np.where(error > 0, high - middle, middle - low)
    return np.asarray((np.abs(error) / np.maximum(width, MIN_WIDTH)).max(axis=1))


def _joint_band(quantiles: np.ndarray, known: np.ndarray, factor: float) -> np.ndarray:
    """Ends of the joint band, shape (2, rows, days). A path never falls, so neither end needs to."""
    logs = np.log1p(np.maximum(quantiles - known[:, None, None], 0.0))
    middle = logs[:, :, MEDIAN]
    widths = [np.maximum(np.abs(logs[:, :, level] - middle), MIN_WIDTH) for level in (LOW, HIGH)]
    lower = known[:, None] + np.expm1(np.maximum(middle - factor * widths[0], 0.0))
    upper = known[:, None] + np.expm1(middle + factor * widths[1])
    lower = np.minimum(lower, quantiles[:, :, LOW])
    upper = np.maximum(upper, quantiles[:, :, HIGH])
    lower = np.maximum.accumulate(lower, axis=1)
    return np.stack([lower, np.minimum.accumulate(upper[:, ::-1], axis=1)[:, ::-1]])
