"""Folds in time: what may be trained on at an origin, and what is tested after it."""

from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

import numpy as np
import pandas as pd

from hitcast.core.errors import HitcastError

REFERENCE_DAY = 7
"""As-of day of the reference task; it places a release in a fold."""

STEPS: tuple[tuple[str, str, int, int], ...] = (
    ("quarter", "QS", 15, 100),
    ("month", "MS", 6, 40),
    ("week", "W-MON", 3, 20),
)
"""Steps between origins: name, pandas frequency, months looked back, least training releases."""

UNTOUCHED_ORIGINS = 2
MIN_ORIGINS = 3
MIN_TEST_RELEASES = 10
MIN_SLICE_RELEASES = 25
MIN_TRAINING_RELEASES = 20


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
    """Rows whose every window had ended by the origin and is whole.

    The longest horizon rules for all: a release then belongs to a training set or does not, whatever the horizon.
    """
    last = pd.Timestamp(origin) - pd.Timedelta(days=max(horizons))
    return (frame["release_date"] <= last) & _is_whole(frame, horizons)


def rows_to_test(frame: pd.DataFrame, fold: Fold, horizons: tuple[int, ...]) -> pd.Series:
    """Rows of releases that pass the reference day from the origin on and before the fold's end, with whole windows."""
    start, end = pd.Timestamp(fold.origin), pd.Timestamp(fold.test_end)
    placed = frame["release_date"] + pd.Timedelta(days=REFERENCE_DAY)
    return (placed >= start) & (placed < end) & _is_whole(frame, horizons)


def _is_whole(frame: pd.DataFrame, horizons: tuple[int, ...]) -> pd.Series:
    whole: pd.Series = frame[[f"streams_{horizon}" for horizon in horizons]].notna().all(axis="columns")
    return whole


def plan_folds(frame: pd.DataFrame, horizons: tuple[int, ...], data_through: date) -> Plan:
    """Origins at the starts of quarters over the last 15 months; of months, then weeks, where history is short.

    Args:
        frame: Modelling frame.
        horizons: Days from release that the totals cover.
        data_through: Last day of data.

    Raises:
        HitcastError: Not even weekly origins leave enough releases on both sides.
    """
    end = pd.Timestamp(data_through) + pd.Timedelta(days=1)
    reference = frame.drop_duplicates("release_id")
    usable: dict[str, list[Fold]] = {}
    for step, frequency, months, least_training in STEPS:
        first, last = end - pd.DateOffset(months=months), end + pd.DateOffset(months=3)
        bounds = pd.date_range(first, last, freq=frequency)
        folds = [Fold(start.date(), after.date()) for start, after in pairwise(bounds) if start < end]
        usable[step] = [
            fold
            for fold in folds
            if training_rows(reference, fold.origin, horizons).sum() >= least_training
            and rows_to_test(reference, fold, horizons).sum() >= MIN_TEST_RELEASES
        ]
        if len(usable[step]) >= MIN_ORIGINS:
            break
    # Where no step gives three origins: the one that gives most, the longest of them on a tie.
    step = max(usable, key=lambda name: len(usable[name]))
    if not usable[step]:
        raise HitcastError(
            f"too little history to backtest: {len(reference)} releases, data through {data_through}",
            cure="Deliver more past days with `hitcast ingest`",
        )
    note = ""
    if step != "quarter":
        note = (
            f"Short history: {len(usable['quarter'])} quarterly origins can be used, so folds step by the {step} "
            f"({len(usable[step])} origins). Read the figures as a first impression."
        )
    return Plan(tuple(usable[step]), step, note)


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
