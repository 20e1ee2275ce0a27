"""Features that have moved: the population stability index of the recent month against the champion's training."""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd

from ml.data import Marts
from ml.registry.bundles import Bundle
from ml.splits import REFERENCE_DAY
from ml.streams import importances

RECENT_DAYS = 30
TRAINING_DAYS = 365
"""Latest part of a training, which the recent month is compared with."""
MAX_INDEX = 0.25
BINS = 10
CHANCE = 1e-5
"""Probability with which chance alone may pass for drift at one look at one feature: ten are looked at all year."""
MIN_RECENT = 20
MAIN_FEATURES = 10
CURABLE = 0.8
"""Share of the index that may be left by a retrain for it to be of use."""


@dataclass(frozen=True)
class Shift:
    """How far a feature's distribution has moved.

    Attributes:
        feature_name: Feature.
        index: Population stability index of the recent month against the latest year of the champion's training.
        limit: What the index must pass to count: `MAX_INDEX`, or what chance gives on so few releases.
        is_main: Whether it is one of the features that move forecasts most.
        index_after: The same against what a training today could learn from.
    """

    feature_name: str
    index: float
    limit: float
    is_main: bool
    index_after: float

    @property
    def is_reason(self) -> bool:
        """Whether it has moved by more than chance, matters, and a retrain would know of it."""
        return self.is_main and self.index > self.limit and self.index_after < CURABLE * self.index


def find_shifts(bundle: Bundle, marts: Marts) -> tuple[int, tuple[Shift, ...]]:
    """Releases of the recent month, and the shift of every numeric feature, the largest first.

    No shift where too few releases are recent.
    """
    features = marts.features[
        (marts.features["as_of_day"] == REFERENCE_DAY) & ~marts.features["is_reissue"].fillna(False).astype(bool)
    ]
    trained = features["release_id"].isin(bundle.training_releases)
    until = marts.data_through + timedelta(days=1)
    recent = features[~trained & (features["as_of_date"] > pd.Timestamp(until) - pd.Timedelta(days=RECENT_DAYS))]
    past = latest_period(features[trained])
    if len(recent) < MIN_RECENT or past.empty:
        return len(recent), ()
    after = latest_period(features[mature_by(features, until, max(bundle.horizons))])
    # One month has one season: it is never distributed as the year before it.
    calendar = marts.catalog.loc[marts.catalog["feature_group"] == "calendar", "feature_name"]
    left_out = {"as_of_day", *calendar}
    columns = bundle.streams[bundle.feature_set].columns
    names = [name for name in columns.numeric if name not in left_out and name in recent.columns]
    main = main_features(bundle, recent)
    return len(recent), compare_periods(past[names], recent[names], after[names], main)


def latest_period(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows of the last year of releases among them; all where there is less."""
    latest: pd.DataFrame = rows[rows["release_date"] > rows["release_date"].max() - pd.Timedelta(days=TRAINING_DAYS)]
    return latest


def mature_by(rows: pd.DataFrame, day: date, longest: int) -> pd.Series:
    """Rows of releases whose longest window had ended by a day."""
    is_mature: pd.Series = rows["release_date"] <= pd.Timestamp(day) - pd.Timedelta(days=longest)
    return is_mature


def compare_periods(past: pd.DataFrame, recent: pd.DataFrame, after: pd.DataFrame, main: set[str]) -> tuple[Shift, ...]:
    """Shifts of all columns, the largest first.

    Args:
        past: A row for each release of the champion's latest training period.
        recent: Of the recent month.
        after: Of the period that a training today would have.
        main: Columns that move forecasts most.
    """
    limit = index_limit(len(past), len(recent))
    values = {name: [rows[name].to_numpy() for rows in (past, recent, after)] for name in past.columns}
    shifts = [
        Shift(name, stability_index(then, now), limit, name in main, stability_index(later, now))
        for name, (then, now, later) in values.items()
    ]
    return tuple(sorted(shifts, key=lambda shift: -shift.index))


def stability_index(past: np.ndarray, recent: np.ndarray) -> float:
    """Population stability index of two samples: 0 where they are alike, above 0.25 where they are not.

    Bins are the past's deciles, fewer where values are tied; unknown values are a bin of their own, so that a source
    that stops delivering shows. Half a value is added to each bin, as an empty one would make the index infinite.

    Args:
        past: Values of the training period, NaN where unknown.
        recent: Values to compare.

    Source: Siddiqi 2006, Credit Risk Scorecards.
    """
    known = past[np.isfinite(past)]
    edges = np.unique(np.quantile(known, np.arange(1, BINS) / BINS)) if len(known) else np.array([])
    first, second = (_shares(values, edges) for values in (past, recent))
    return float(np.sum((second - first) * np.log(second / first)))


def _shares(values: np.ndarray, edges: np.ndarray) -> np.ndarray:
    known = np.isfinite(values)
    # A value on an edge belongs below it: where most values are the least one, they fill the first bin by themselves.
    places = np.where(known, np.searchsorted(edges, values, side="left"), len(edges) + 1)
    counts = np.bincount(places, minlength=len(edges) + 2) + 0.5
    return np.asarray(counts / counts.sum())


def index_limit(past_count: int, recent_count: int) -> float:
    """The index that counts as drift: 0.25, or more where so few releases give more by chance.

    Source: Yurdakul & Naranjo 2020, Statistical properties of the population stability index: under no drift the index
    over 1/n + 1/m follows a chi-squared law with one degree of freedom less than there are bins.
    """
    from scipy.stats import chi2

    by_chance = float(chi2.ppf(1 - CHANCE, BINS)) * (1 / max(past_count, 1) + 1 / max(recent_count, 1))
    return max(MAX_INDEX, by_chance)


def main_features(bundle: Bundle, rows: pd.DataFrame) -> set[str]:
    """The features that move the forecasts of these rows most, by mean absolute contribution over all horizons."""
    strength = importances(bundle.streams[bundle.feature_set], rows).groupby("feature_name", sort=False).sum()
    return set(strength["mean_absolute_contribution"].nlargest(MAIN_FEATURES).index)
