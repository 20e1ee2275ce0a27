"""Alarms that stop a command: what looks like a leak is not trained on.

An honest feature adds a little to what the streams so far, TikTok and the artist's past say of the streams to come. One
that has seen them adds nearly all that there is to know. So each feature is added by itself to a line on those three,
and what matters is by how much the error falls on releases that the line was not fitted on. Those of one day are kept
together: the tracks of an album fare alike, and what merely names the album is no leak.
"""

from collections.abc import Iterator

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

from hitcast.core.errors import HitcastError
from ml.data import Columns, target_column
from ml.estimators.log_linear import AS_OF_TOTALS

MIN_RELEASES = 100
MIN_IN_CLASS = 10
MAX_CUTS = {1: 0.4, 7: 0.2}
"""By as-of day the share of squared error that no honest feature takes away: on the demo world at most a seventh and an
eighth. At day 1, where most is to come, the leaks that were tried take 70 % and more, at day 7 28 % and more."""
SURE = 2.0
MAX_CLASS_CUT = 0.4
"""The same for a feature of few values and the chance that a total is above a limit."""
MAX_LEVELS = 10
FOLDS = 5
MIN_ERROR = 1e-9
KNOWN = (
    AS_OF_TOTALS["tiktok_vk"],
    "vk_streams_last_day",
    "vk_streams_last_three_days",
    "vk_streams_first_three_days",
    AS_OF_TOTALS["tiktok"],
    "tiktok_teaser_views_total",
    "artist_mean_log_streams",
)
"""What an honest forecast rests on: the columns of the shape law, TikTok's counts and the artist's past."""


def stop_on_leak(frame: pd.DataFrame, columns: Columns, horizons: tuple[int, ...]) -> None:
    """Stop if one feature tells the streams that were still to come.

    Looked at are releases with whole windows, at an early as-of day and at the reference day.

    Args:
        frame: Modelling frame with `streams_<horizon>`.
        columns: Features that would be trained on.
        horizons: Days from release that the totals cover.

    Raises:
        HitcastError: A feature takes away more of the error than an honest one can.
    """
    if AS_OF_TOTALS["tiktok_vk"] not in frame.columns:
        return
    for day, max_cut in MAX_CUTS.items():
        open_horizons = [horizon for horizon in horizons if horizon > day]
        rows = frame[frame["as_of_day"] == day].dropna(subset=[target_column(horizon) for horizon in open_horizons])
        rows = rows.dropna(subset=[AS_OF_TOTALS["tiktok_vk"]]).reset_index(drop=True)
        if len(rows) < MIN_RELEASES or len(np.unique(_release_days(rows))) < FOLDS:
            continue
        # of these small matrices BLAS threads would only wait for each other
        with threadpool_limits(limits=1, user_api="blas"):
            suspect = next(_suspects(rows, columns, open_horizons, max_cut), None)
        if suspect is not None:
            name, cut, what = suspect
            raise HitcastError(
                f"{name} takes away at least {cut:.0%} of the error at day {day} of {what}, over {len(rows)} releases: "
                "it must have seen what was still to come",
                "release_features",
                "Correct its day window, or take it out of the feature catalog",
            )


def _suspects(
    rows: pd.DataFrame, columns: Columns, horizons: list[int], max_cut: float
) -> Iterator[tuple[str, float, str]]:
    """Features that take away too much: name, share of the error, and of what."""
    known = rows[AS_OF_TOTALS["tiktok_vk"]].to_numpy(dtype=float)
    totals = {horizon: rows[target_column(horizon)].to_numpy(dtype=float) for horizon in horizons}
    remainders = np.column_stack([np.log1p(np.maximum(total - known, 0)) for total in totals.values()])
    shapes = {name: _shapes(rows[name].to_numpy(dtype=float)) for name in KNOWN if name in rows and _varies(rows[name])}
    groups = _release_days(rows)
    whole = _Line([np.ones((len(rows), 1)), *shapes.values()], groups)
    whole_errors = whole.errors(remainders)
    for name in columns.numeric:
        # the streams so far are what the remainder is reckoned from
        if name == AS_OF_TOTALS["tiktok_vk"] or not _varies(rows[name]):
            continue
        line, errors = whole, whole_errors
        if name in shapes:
            others = (shape for other, shape in shapes.items() if other != name)
            line = _Line([np.ones((len(rows), 1)), *others], groups)
            errors = line.errors(remainders)
        shape = shapes.get(name, _shapes(rows[name].to_numpy(dtype=float)))
        cuts = _sure_cut(errors, line.errors(remainders, shape), groups)
        if cuts.max() > max_cut:
            yield name, float(cuts.max()), f"the streams up to day {horizons[int(cuts.argmax())]}"
    for name in (*columns.numeric, *columns.categorical):
        for horizon, total in totals.items():
            cut = _class_cut(rows[name], known, total, whole)
            if cut > MAX_CLASS_CUT:
                yield name, cut, f"the class at day {horizon}"


def _release_days(rows: pd.DataFrame) -> np.ndarray:
    """Number of each row's release date, in order of time; of the row itself where no date is given."""
    if "release_date" not in rows:
        return np.arange(len(rows))
    return np.unique(rows["release_date"].to_numpy(), return_inverse=True)[1]


def _varies(values: pd.Series) -> bool:
    """Whether enough is known of a feature, and not the same of all."""
    known = values.dropna()
    return len(known) >= MIN_RELEASES and bool((known != known.iloc[0]).any())


def _shapes(values: np.ndarray) -> np.ndarray:
    """A feature as a line can use it: its signed log, the square of that, its rank as a normal value, and whether it is
    known; shape (rows, 4)."""
    from scipy.stats import norm

    is_known = np.isfinite(values)
    filled = np.where(is_known, values, np.median(values[is_known]))
    logs = np.sign(filled) * np.log1p(np.abs(filled))
    logs = (logs - logs.mean()) / (logs.std() or 1)
    ranks = norm.ppf((pd.Series(filled).rank().to_numpy() - 0.5) / len(filled))
    return np.column_stack([logs, logs**2, ranks, is_known])


def _sure_cut(before: np.ndarray, after: np.ndarray, groups: np.ndarray) -> np.ndarray:
    """Share of each target's error that is taken away at least, by two standard errors over groups of releases."""
    saved = before - after
    by_group = np.zeros((groups.max() + 1, saved.shape[1]))
    np.add.at(by_group, groups, saved - saved.mean(axis=0))
    least = saved.mean(axis=0) - SURE * np.sqrt((by_group**2).sum(axis=0)) / len(saved)
    return np.asarray(least / np.maximum(before.mean(axis=0), MIN_ERROR))


class _Line:
    """Least squares on some columns, judged on releases that it was not fitted on.

    The columns are projected once; what further ones add is fitted on what those leave (Frisch & Waugh 1933).
    """

    def __init__(self, shapes: list[np.ndarray], groups: np.ndarray) -> None:
        columns, self.groups = np.column_stack(shapes), groups
        numbers = groups % FOLDS
        self.folds = []
        for fold in range(FOLDS):
            # places and not masks: they are looked up hundreds of times
            fitted, judged = np.flatnonzero(numbers != fold), np.flatnonzero(numbers == fold)
            own = columns[fitted]
            inverse = np.linalg.pinv(own.T @ own, rcond=1e-10, hermitian=True) @ own.T
            self.folds.append((fitted, judged, own, columns[judged], inverse))

    def errors(self, targets: np.ndarray, further: np.ndarray | None = None) -> np.ndarray:
        """Squared errors of targets, shape (rows, targets), with further columns, shape (rows, columns)."""
        squares = np.zeros(targets.shape)
        for fitted, judged, columns, judged_columns, inverse in self.folds:
            found = inverse @ targets[fitted]
            left = targets[judged] - judged_columns @ found
            if further is not None:
                place = inverse @ further[fitted]
                own = further[fitted] - columns @ place
                effect = np.linalg.lstsq(own, targets[fitted] - columns @ found, rcond=1e-8)[0]
                left -= (further[judged] - judged_columns @ place) @ effect
            squares[judged] = left**2
        return squares


def _class_cut(values: pd.Series, known: np.ndarray, total: np.ndarray, line: _Line) -> float:
    """Share of the error of classes that a feature of few values takes away; 0 for one of many.

    Its values, in order of the totals that go with them, are held against classes of the totals of the same sizes.
    """
    if not 1 < values.nunique(dropna=False) <= MAX_LEVELS:
        return 0.0
    levels = values.astype("str")
    order = pd.Series(np.log1p(total)).groupby(levels.to_numpy()).mean().sort_values().index
    place = levels.map({level: number for number, level in enumerate(order)}).to_numpy()
    found = 0.0
    for number in range(1, len(order)):
        is_above = place >= number
        if not MIN_IN_CLASS <= is_above.sum() <= len(total) - MIN_IN_CLASS:
            continue
        limit = np.sort(total)[len(total) - is_above.sum()]
        is_reached, target = (side[:, None] >= limit for side in (known, total))
        before = line.errors(target.astype(float), is_reached.astype(float))
        after = line.errors(target.astype(float), np.column_stack([is_reached, is_above]).astype(float))
        found = max(found, float(_sure_cut(before, after, line.groups)[0]))
    return found
