"""Campaigns beside what was known as each began: the rows that uplift is estimated from."""

from collections.abc import Sequence
from datetime import date

import numpy as np
import pandas as pd
from sklearn.model_selection import GroupKFold

from hitcast.core.settings import Settings
from hitcast.core.warehouse import open_warehouse
from ml.data import Marts, target_column
from ml.estimators.log_linear import landed_streams
from ml.estimators.ridge import DayRidge

FIRST_DAY = 1
"""As-of day from which campaigns are compared: before the first streams too little is known to find like releases."""
FOLDS = 3


def read_campaigns(settings: Settings) -> pd.DataFrame:
    """Campaigns of known releases: `release_id`, `start_day`, `spend`, `currency`; one row per campaign."""
    with open_warehouse(settings, ["campaigns"]) as connection:
        found: pd.DataFrame = connection.execute(
            "select release_id, start_day, spend, currency from campaigns where release_id is not null "
            "order by release_id, start_day, spend"
        ).df()
    return found


def by_release(campaigns: pd.DataFrame) -> pd.DataFrame:
    """What was spent on each release, and from which day since release: `spend`, `start_day`, by release_id."""
    return campaigns.groupby("release_id").agg(spend=("spend", "sum"), start_day=("start_day", "min"))


def comparison_rows(marts: Marts, campaigns: pd.DataFrame, horizon: int, as_of: date) -> pd.DataFrame:
    """What was known of each release as its campaign began, and of the others on the same days since release.

    Left out are reissues, releases whose date is wrong or moved, windows that are not whole, rows that lack days of VK,
    and releases whose campaign began before `FIRST_DAY` or after the window: they are neither promoted nor not.

    Args:
        marts: Holds features and targets.
        campaigns: As `read_campaigns` gives them.
        horizon: Days from release in which streams are counted.
        as_of: Day from which on nothing is seen: windows that end later are left out.

    Returns:
        Features, and `artist_id`, `is_promoted`, `spend` (0 without a campaign), `start_day` (the as-of day), `known`
        (streams so far), `left` (streams from then to the horizon), `weight`. A promoted release has one row. Another
        has one for each day from 0 to the last start, weighted by the share of campaigns that began on that day.
    """
    promoted = by_release(campaigns)
    compared = promoted[promoted["start_day"].between(FIRST_DAY, horizon - 1)]
    last_day = int(compared["start_day"].max()) if len(compared) else FIRST_DAY
    features = marts.features
    odd_dates = {*marts.wrong_dates, *marts.moved_dates}
    apart = odd_dates.union(promoted.index.difference(compared.index))
    whole = (features[["vk_missing_days", "vk_days_behind"]] == 0).all(axis="columns")
    has_ended = features["release_date"] <= pd.Timestamp(as_of) - pd.Timedelta(days=horizon)
    usable = (
        (features["as_of_day"] <= last_day) & whole & has_ended & ~features["is_reissue"].fillna(False).astype(bool)
    )
    rows = features[usable & ~features["release_id"].isin(apart)]
    start = rows["release_id"].map(compared["start_day"])
    rows = rows[start.isna() | (start == rows["as_of_day"])]
    window = marts.targets[marts.targets["horizon_days"] == horizon].set_index("release_id")["streams"]
    streams, known = rows["release_id"].map(window), landed_streams(rows)
    spend = rows["release_id"].map(compared["spend"])
    rows = rows.assign(
        artist_id=_artists(marts, rows["release_id"]),
        is_promoted=spend.notna(),
        spend=spend.fillna(0.0),
        start_day=rows["as_of_day"],
        known=known,
        left=np.maximum(streams - known, 0),
        **{target_column(horizon): streams},
    )[streams.notna().to_numpy()].reset_index(drop=True)
    share = rows.loc[rows["is_promoted"], "start_day"].value_counts(normalize=True)
    return rows.assign(weight=np.where(rows["is_promoted"], 1.0, rows["start_day"].map(share).fillna(0.0)))


def cross_fitted(rows: pd.DataFrame, target: np.ndarray, numeric: Sequence[str], folds: int = FOLDS) -> np.ndarray:
    """Forecasts of a log, each by a ridge that saw other artists' releases without a campaign alone.

    Args:
        rows: As `comparison_rows` gives them.
        target: What is forecast.
        numeric: Features.
        folds: Parts that the artists are split into.
    """
    forecast = np.full(len(rows), np.nan)
    splits = GroupKFold(min(folds, rows["artist_id"].nunique()), shuffle=True, random_state=0)
    is_promoted = rows["is_promoted"].to_numpy()
    for others, held in splits.split(rows, groups=rows["artist_id"]):
        fit = others[~is_promoted[others]]
        forecast[held] = DayRidge(tuple(numeric)).fit(rows.iloc[fit], target[fit]).predict(rows.iloc[held])
    return forecast


def _artists(marts: Marts, release_ids: pd.Series) -> pd.Series:
    """The artist of each release; one without an artist stands for itself, as do all where artists are few."""
    artists = release_ids.map(marts.releases.set_index("release_id")["artist_id"]).fillna(release_ids)
    return artists if artists.nunique() >= FOLDS else release_ids
