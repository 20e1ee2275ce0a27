"""Streams day by day, as the path of a release is learned and drawn from them."""

from typing import Literal

import numpy as np
import pandas as pd

from hitcast.core.settings import Settings
from hitcast.core.sql import fill, quoted
from hitcast.core.warehouse import open_warehouse


def read_paths(settings: Settings) -> pd.DataFrame:
    """Cumulative VK streams of every release as they landed: a day that is not known, or not yet, adds nothing.

    Returns:
        A row a release, by `release_id`, and a column a day since release, 1 to the longest horizon: streams of the
        first day, of the first two, and so on.

    Raises:
        HitcastError: Warehouse or mart are missing.
    """
    return _read(settings, "release_days")


def read_training_paths(settings: Settings) -> pd.DataFrame:
    """The same with missing days estimated: what a path is learned from, and nothing that is published."""
    return _read(settings, "training_days")


def _read(settings: Settings, mart: Literal["release_days", "training_days"]) -> pd.DataFrame:
    longest = max(settings.horizons)
    with open_warehouse(settings, (mart,)) as connection:
        rows = connection.execute(
            fill(
                "select release_id, day_number, vk_streams from {mart} "
                "where day_number >= 0 and day_number < $longest and vk_streams is not null",
                mart=quoted(mart),
            ),
            {"longest": longest},
        ).df()
    releases, places = np.unique(rows["release_id"].to_numpy(dtype=str), return_inverse=True)
    daily = np.zeros((len(releases), longest))
    daily[places, rows["day_number"].to_numpy(dtype=int)] = rows["vk_streams"].to_numpy(dtype=float)
    return pd.DataFrame(daily.cumsum(axis=1), index=releases, columns=range(1, longest + 1))


def paths_of(paths: pd.DataFrame, rows: pd.DataFrame) -> np.ndarray:
    """Cumulative streams of each row's release, shape (rows, days); 0 for a release of which no day is known."""
    return paths.reindex(rows["release_id"].to_numpy(dtype=str), fill_value=0.0).to_numpy()
