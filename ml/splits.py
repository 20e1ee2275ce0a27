"""Folds in time: what may be trained on at an origin, and what is tested after it."""

from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

import numpy as np
import pandas as pd

from hitcast.core.errors import HitcastError
from hitcast.core.words import plural
from ml.data import estimated_days, missing_column, target_column

REFERENCE_DAY = 7
"""As-of day of the reference task; it places a release in a fold."""

STEPS: tuple[tuple[str, str, int, int], ...] = (
    ("quarter", "QS", 15, 100),
    ("month", "MS", 6, 40),
    ("week", "W-MON", 3, 20),
    ("quarter", "QS", 15, 20),
)
"""Steps between origins: name, pandas frequency, months looked back, least training releases. The last is for a label
that releases so little that no month or week holds enough to test."""

UNTOUCHED_ORIGINS = 2
MIN_ORIGINS = 3
MIN_TEST_RELEASES = 10
MIN_SLICE_RELEASES = 25
MIN_TRAINING_RELEASES = 20
MAX_ESTIMATED_SHARE = 1 / 3
"""Of the days still to come, those whose streams may be estimated in a total that is trained on."""


@dataclass(frozen=True)
class Fold:
    """Trained at `origin` on what was mature by then; tested on releases that pass the reference day before `test_end`.

    One fold serves all as-of days of a release.
    """

    origin: date
    test_end: date


@dataclass(frozen=True)
class Plan:
    """Folds in order of time.

    Attributes:
        folds: At least one.
        step: `quarter`, `month` or `week`.
        note: What the reader should know of a short history; empty where it is long enough.
    """

    folds: tuple[Fold, ...]
    step: str
    note: str


@dataclass(frozen=True)
class WindowCounts:
    """Releases by a day.

    Attributes:
        usable: Those whose every window had ended and can be trained on.
        estimated: Those of them that lack a few days of VK, which are estimated.
        streamed: Those of them that had a stream: a release without one says nothing of how streams go on.
        lacking: Those whose windows had ended and lack more days of VK, so that their totals are unknown.
    """

    usable: int
    estimated: int
    streamed: int
    lacking: int

    def describe(self, day: date) -> str:
        """The counts in a phrase."""
        whole = self.usable - self.estimated
        parts = [f"{whole:,} {plural(whole, 'en', 'release', 'releases')} had whole windows by {day}"]
        if self.estimated:
            parts.append(f"{self.estimated:,} more but for a few days of VK")
        if self.streamed < self.usable:
            parts.append(f"{self.streamed:,} of them with streams")
        if self.lacking:
            parts.append(f"{self.lacking:,} more {plural(self.lacking, 'en', 'lacks', 'lack')} days of VK")
        return ", ".join(parts)

    @property
    def cure(self) -> str:
        """What brings more releases to train on."""
        if self.lacking:
            return "Deliver these days with `hitcast ingest`; `hitcast status` says which have come"
        checked = ", and see that the catalog's dates and ISRCs are right" if self.streamed < self.usable else ""
        return f"Deliver more past days with `hitcast ingest`{checked}"


@dataclass(frozen=True)
class Slices:
    """Row masks inside a training frame; `early`, or both it and `calibration`, are empty where history is short."""

    fit: np.ndarray
    early: np.ndarray
    calibration: np.ndarray

    @property
    def judged(self) -> np.ndarray:
        """Rows later than the fit, by which it is judged."""
        return np.asarray(self.early | self.calibration)


def training_rows(frame: pd.DataFrame, origin: date, horizons: tuple[int, ...]) -> pd.Series:
    """Rows whose every window had ended by the origin and is whole, or lacks few of the days still to come.

    The longest horizon rules for all: a release then belongs to a training set or does not, whatever the horizon.
    """
    return _has_ended(frame, origin, horizons) & _is_usable(frame, horizons) & _is_mostly_seen(frame, horizons)


def count_windows(frame: pd.DataFrame, day: date, horizons: tuple[int, ...]) -> WindowCounts:
    """Releases of a modelling frame whose windows had ended by a day, those that can be trained on apart."""
    ended = frame[_has_ended(frame, day, horizons)].drop_duplicates("release_id")
    usable = _is_usable(ended, horizons)
    estimated, streamed = usable & ~is_whole(ended, horizons), usable & _has_streams(ended, horizons)
    return WindowCounts(int(usable.sum()), int(estimated.sum()), int(streamed.sum()), int((~usable).sum()))


def rows_to_test(frame: pd.DataFrame, fold: Fold, horizons: tuple[int, ...]) -> pd.Series:
    """Rows of releases that pass the reference day from the origin on and before the fold's end, with whole windows."""
    start, end = pd.Timestamp(fold.origin), pd.Timestamp(fold.test_end)
    placed = frame["release_date"] + pd.Timedelta(days=REFERENCE_DAY)
    return (placed >= start) & (placed < end) & is_whole(frame, horizons)


def _has_ended(frame: pd.DataFrame, day: date, horizons: tuple[int, ...]) -> pd.Series:
    ended: pd.Series = frame["release_date"] <= pd.Timestamp(day) - pd.Timedelta(days=max(horizons))
    return ended


def is_whole(frame: pd.DataFrame, horizons: tuple[int, ...]) -> pd.Series:
    """Rows whose totals are outcomes: VK has delivered every day of every window."""
    estimated = frame[[missing_column(horizon) for horizon in horizons]].sum(axis="columns")
    return _is_usable(frame, horizons) & (estimated == 0)


def _is_usable(frame: pd.DataFrame, horizons: tuple[int, ...]) -> pd.Series:
    usable: pd.Series = frame[[target_column(horizon) for horizon in horizons]].notna().all(axis="columns")
    return usable


def _is_mostly_seen(frame: pd.DataFrame, horizons: tuple[int, ...]) -> pd.Series:
    """Rows for which few of the days still to come are estimated, in every window that is open."""
    mostly = pd.Series(True, index=frame.index)
    for horizon in horizons:
        left = (horizon - frame["as_of_day"]).clip(lower=0)
        mostly &= estimated_days(frame, horizon) <= MAX_ESTIMATED_SHARE * left
    return mostly


def _has_streams(frame: pd.DataFrame, horizons: tuple[int, ...]) -> pd.Series:
    streamed: pd.Series = frame[f"streams_{max(horizons)}"] > 0
    return streamed


def plan_folds(frame: pd.DataFrame, horizons: tuple[int, ...], data_through: date) -> Plan:
    """Origins at the starts of quarters over the last 15 months; of months, then weeks, where history is short.

    Where even these hold too few releases, quarterly origins are trained on fewer.

    Args:
        frame: Modelling frame.
        horizons: Days from release that the totals cover.
        data_through: Last day of data.

    Raises:
        HitcastError: Not even weekly origins leave enough releases on both sides.
    """
    end = pd.Timestamp(data_through) + pd.Timedelta(days=1)
    reference = frame.drop_duplicates("release_id")
    usable: list[list[Fold]] = []
    for _, frequency, months, least_training in STEPS:
        first, last = end - pd.DateOffset(months=months), end + pd.DateOffset(months=3)
        bounds = pd.date_range(first, last, freq=frequency)
        folds = [Fold(start.date(), after.date()) for start, after in pairwise(bounds) if start < end]
        usable.append(
            [
                fold
                for fold in folds
                if count_windows(reference, fold.origin, horizons).streamed >= least_training
                and rows_to_test(reference, fold, horizons).sum() >= MIN_TEST_RELEASES
            ]
        )
        if len(usable[-1]) >= MIN_ORIGINS:
            break
    # Where no step gives three origins: the one that gives most, the first of them on a tie.
    place = max(range(len(usable)), key=lambda place: len(usable[place]))
    if not usable[place]:
        counts = count_windows(reference, end.date(), horizons)
        raise HitcastError(
            f"too little history to backtest: {counts.describe(end.date())}; no origin has "
            f"{MIN_TRAINING_RELEASES} with streams before it and {MIN_TEST_RELEASES} in the quarter after it",
            cure=counts.cure,
        )
    step, _, _, least_training = STEPS[place]
    note = ""
    if place > 0:
        note = (
            f"Short history: {len(usable[0])} quarterly origins have {STEPS[0][3]} releases to train on and "
            f"{MIN_TEST_RELEASES} to test, so folds step by the {step} ({len(usable[place])} origins), each trained on "
            f"{least_training} or more. Read the figures as a first impression."
        )
    return Plan(tuple(usable[place]), step, note)


def untouched_count(origins: int) -> int:
    """Number of latest origins that no choice may read: two, but never all where there are more than one."""
    return max(1, min(UNTOUCHED_ORIGINS, origins - 1))


def inner_slices(training: pd.DataFrame, horizons: tuple[int, ...]) -> Slices:
    """Fit, early-stopping and calibration rows by date: 70, 10 and 20 % of the releases.

    A slice is what could be known at its end: releases whose longest window had ended by then. The later slices hold
    the rows known from their start on. Where the gaps leave too few releases to stop early by, the later 30 % are all
    calibration; where even those are too few, everything is fit.

    Args:
        training: Rows of a training set.
        horizons: Days from release that the totals cover.
    """
    released = training.drop_duplicates("release_id")["release_date"].sort_values().reset_index(drop=True)
    gap = pd.Timedelta(days=max(horizons))
    nothing = np.zeros(len(training), dtype=bool)
    if released.empty:
        return Slices(nothing, nothing, nothing)

    first, second = (released.iloc[int(share * (len(released) - 1))] + timedelta(days=1) for share in (0.7, 0.8))
    ends, known_from = training["release_date"] + gap, training["as_of_date"]
    fit, later = (ends <= first).to_numpy(), (known_from >= first).to_numpy()
    early, calibration = later & (ends <= second).to_numpy(), (known_from >= second).to_numpy()
    counts = [training.loc[rows, "release_id"].nunique() for rows in (fit, early, calibration, later)]
    if min(counts[0], counts[3]) < MIN_SLICE_RELEASES:
        return Slices(~nothing, nothing, nothing)
    if min(counts[1], counts[2]) < MIN_SLICE_RELEASES:
        return Slices(fit, nothing, later)
    return Slices(fit, early, calibration)
