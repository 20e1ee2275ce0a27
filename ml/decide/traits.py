"""What is known of a release as its campaign begins, by which the campaign may add more or less."""

from dataclasses import dataclass
from typing import Self

import numpy as np
import pandas as pd

TRAITS = ("tiktok_average_play_seconds", "tiktok_favorites_per_view")
"""Campaigns run on TikTok: how long its viewers stay with the sound, and how many keep it."""
MIN_KNOWN_SHARE = 0.2
"""Share of the campaigns that must know a trait for it to have a say."""
MIN_SD = 1e-3
"""Standard deviation of a trait's log below which all are the same."""
REACH = 2.5
"""Standard deviations beyond which a trait has no further say."""


@dataclass(frozen=True)
class Traits:
    """Logs of features, centered and scaled by the campaigns that know them.

    Attributes:
        names: Features that have a say.
        means, scales: Of the log of each.
    """

    names: tuple[str, ...]
    means: np.ndarray
    scales: np.ndarray

    @classmethod
    def fit(cls, campaigns: pd.DataFrame) -> Self:
        """Of the campaigns' rows of features, those of `TRAITS` that enough of them know and that differ."""
        logs = _logs(campaigns, [name for name in TRAITS if name in campaigns])
        said = (logs.notna().mean() >= MIN_KNOWN_SHARE) & (logs.std() > MIN_SD)
        logs = logs[logs.columns[said]]
        return cls(tuple(logs.columns), logs.mean().to_numpy(), logs.std().to_numpy())

    def of(self, rows: pd.DataFrame) -> np.ndarray:
        """Standard deviations off the usual campaign, shape (rows, names); 0 where a release's trait is not known."""
        scaled = (_logs(rows, list(self.names)).to_numpy() - self.means) / self.scales
        return np.asarray(np.clip(np.nan_to_num(scaled), -REACH, REACH))


def _logs(rows: pd.DataFrame, names: list[str]) -> pd.DataFrame:
    """Logs of features that are 0 or more; a 0 is not known, for too few have seen the sound to tell."""
    known = rows[names].astype("float64")
    return known.where(known > 0).map(np.log)
