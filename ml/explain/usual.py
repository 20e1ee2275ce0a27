"""The usual release of an as-of day, and releases with some of what is known of them replaced by the usual."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ml.data import STATES
from ml.estimators.base import nearest
from ml.estimators.log_linear import AS_OF_TOTALS
from ml.estimators.shape_law import TEASERS

LEVEL, SHAPE, TIKTOK, MISSING = "level", "shape", "tiktok", "missing"
"""Groups of reasons that this module knows; the catalog's others are replaced as they are."""
KNOWN, FLOOR = "vk_streams_known", "floor_streams"
LACKING = tuple(name for name in STATES if name != KNOWN)
"""Counts of days that are missing or late."""


@dataclass(frozen=True)
class Inputs:
    """What a model forecasts from.

    Attributes:
        feature_set: Feature set of the model.
        groups: Group of reasons of each feature that the model sees.
        counts: Features that grow with the release.
        logs: Those of them that are logs of 1 + a count.
    """

    feature_set: str
    groups: Mapping[str, str]
    counts: frozenset[str]
    logs: frozenset[str]

    @classmethod
    def of(cls, feature_set: str, names: list[str], meanings: pd.DataFrame) -> "Inputs":
        """Inputs of a model, by the catalog; the as-of day is none, as the usual release is of the same day."""
        seen = meanings[meanings["feature_name"].isin(names)]
        scaled = seen[seen["reason_group"].isin([SHAPE, TIKTOK]) & seen["form"].isin(["count", "log_count"])]
        return cls(
            feature_set,
            dict(zip(seen["feature_name"], seen["reason_group"], strict=True)),
            frozenset(scaled["feature_name"]),
            frozenset(scaled.loc[scaled["form"] == "log_count", "feature_name"]),
        )

    def size_name(self, as_of_day: int) -> str:
        """The count that says how big a release is: the streams so far, without VK the views, on day 0 the teasers'."""
        return AS_OF_TOTALS[self.feature_set] if as_of_day > 0 else TEASERS

    def amounts(self, rows: pd.DataFrame) -> pd.DataFrame:
        """The counts of rows as they are, not in logs."""
        return pd.DataFrame({name: np.expm1(rows[name]) if name in self.logs else rows[name] for name in self.counts})

    def sizes(self, rows: pd.DataFrame) -> np.ndarray:
        """`size_name`'s count of each row; NaN where it is unknown."""
        found = np.full(len(rows), np.nan)
        for is_out in (False, True):
            at, name = (rows["as_of_day"].to_numpy() > 0) == is_out, self.size_name(int(is_out))
            if name in rows:
                found[at] = rows.loc[at, name].to_numpy(dtype=float)
        return found


def usual_releases(inputs: Inputs, history: pd.DataFrame, past: Collection[str], rows: pd.DataFrame) -> pd.DataFrame:
    """The usual release of each row's as-of day: medians of past rows of that day, the commonest of categories.

    Args:
        inputs: What the model forecasts from.
        history: Rows of `release_features`.
        past: Releases among them that the usual one is made of; a day that they lack takes the nearest.
        rows: Rows that are compared with it.

    Returns:
        For each row the features, counts as shares of the size, and `size`.
    """
    is_past = history["release_id"].isin(past)
    known = np.unique(history.loc[is_past, "as_of_day"])
    days = known[nearest(known, rows["as_of_day"].to_numpy())]
    before = history[is_past & history["as_of_day"].isin(days)]
    size = pd.Series(inputs.sizes(before), before.index)
    shares = inputs.amounts(before).div(size.where(size > 0), axis="index").assign(size=size)
    others = before[[name for name in inputs.groups if name not in inputs.counts]]
    by_day = before["as_of_day"]
    numbers = pd.concat([shares, others.select_dtypes("number")], axis="columns")
    usual: pd.DataFrame = numbers.groupby(by_day).median()
    for name in others.select_dtypes(exclude="number"):
        usual[name] = others[name].groupby(by_day).agg(lambda values: values.mode().iloc[0])
    found: pd.DataFrame = usual.loc[days].reset_index(drop=True)
    return found


def replaced(inputs: Inputs, rows: pd.DataFrame, usual: pd.DataFrame, kept: Mapping[str, np.ndarray]) -> pd.DataFrame:
    """Every row once for each question: what is not kept is the usual release's.

    The level is the size of the release: without it all counts are scaled to the usual size. Counts of another group
    that is not kept are the usual shares of whatever size the row then has. A release of size 0 cannot be scaled: its
    zeros become the usual counts, what it has stays. Streams that landed are a floor, scaled alike.

    Args:
        inputs: What the model forecasts from.
        rows: Rows of `release_features` as `ml.evidence.choose` gives them.
        usual: The usual release of each, from `usual_releases`.
        kept: For each feature, `level` and `missing` whether each question keeps it: shape (questions,).

    Returns:
        Questions times rows, the rows of the first question first.
    """
    questions = len(kept[LEVEL])
    own, other = (pd.concat([frame] * questions, ignore_index=True) for frame in (rows, usual))
    keeps = {name: np.repeat(keep, len(rows)) for name, keep in kept.items()}
    size, typical = inputs.sizes(own), other["size"].to_numpy()
    at = np.where(keeps[LEVEL] | np.isnan(typical), size, np.where(np.isnan(size), np.nan, typical))
    factor = np.divide(at, size, out=np.ones(len(own)), where=size > 0)
    changed = {}
    for name in inputs.groups:
        mine, theirs = own[name].to_numpy(), other[name].to_numpy()
        if name in inputs.counts:
            theirs = theirs * at
            amount = np.expm1(mine) if name in inputs.logs else mine
            scaled = np.where((size == 0) & (amount == 0), theirs, amount * factor)
            scaled, theirs = (np.log1p(count) if name in inputs.logs else count for count in (scaled, theirs))
            # there and back would move a count by its last digit
            mine = np.where((factor == 1) & (at == size), mine, scaled)
        changed[name] = np.where(keeps[name], mine, theirs)
    for name in set(LACKING) & set(rows.columns):
        changed[name] = np.where(keeps[MISSING], own[name], 0.0)
    if KNOWN in rows and inputs.feature_set == "tiktok_vk":
        landed = np.where(keeps[MISSING] & (size > 0), own[KNOWN] * factor, at)
        changed[KNOWN] = np.where(own["as_of_day"] > 0, landed, own[KNOWN])
    # streams that landed after the row's day are a matter of this release's own level
    return own.assign(**changed, **{FLOOR: own[FLOOR].where(keeps[LEVEL], 0.0)})
