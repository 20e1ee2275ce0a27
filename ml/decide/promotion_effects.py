"""What a campaign begun now would add to each open release: the rows of `ml.uplift`, and the checks behind them."""

from collections.abc import Callable
from datetime import date

import numpy as np
import pandas as pd

from hitcast.core.settings import Settings
from ml.data import Marts, feature_columns
from ml.decide.campaigns import by_release, read_campaigns
from ml.decide.uplift import Refusal, Uplift, fit_uplift
from ml.decide.uplift_checks import check

SPEND_LEVELS = (0.25, 0.5, 0.75, 0.9)
"""Percentiles of the log's spends that effects are given for."""
TABLE = ["release_id", "start_day", "spend", "currency", "added_streams", "lower_90", "upper_90", "refusal"]


def promotion_effects(
    marts: Marts, settings: Settings, as_of: date, progress: Callable[[str], None] = print
) -> pd.DataFrame:
    """Columns `TABLE` for every open release; no row where the label delivers no log of campaigns.

    Args:
        marts: Features and targets.
        settings: Names the warehouse, the class horizon and the seed.
        as_of: Day on which the campaigns would begin; nothing is seen from then on.
        progress: Takes a line on what was found and how its checks went.
    """
    campaigns = read_campaigns(settings)
    if campaigns.empty:
        return pd.DataFrame(columns=TABLE)
    horizon = settings.class_horizon
    found, rows = fit_uplift(marts, campaigns, horizon, as_of, settings.seed)
    progress(f"What promotion adds: {found.describe()}")
    if isinstance(found, Uplift):
        numeric = feature_columns(marts.catalog, "tiktok_vk", rows).numeric
        progress(check(rows, marts, numeric, horizon, settings.seed).describe())
    return open_effects(found, marts, campaigns, as_of, horizon)


def open_effects(
    found: Uplift | Refusal, marts: Marts, campaigns: pd.DataFrame, as_of: date, horizon: int
) -> pd.DataFrame:
    """What campaigns begun on the as-of day would add to each release whose window is open.

    Returns:
        Columns `TABLE`: a row for each release and spend of the grid, or one without figures that says why not.
    """
    features = marts.features
    is_now = (features["as_of_date"] == pd.Timestamp(as_of)) & (features["as_of_day"] < horizon)
    rows = features[is_now & ~features["is_reissue"].fillna(False).astype(bool)].reset_index(drop=True)
    keys = rows[["release_id"]].assign(start_day=rows["as_of_day"])
    if isinstance(found, Refusal):
        return keys.assign(refusal=found.reason).reindex(columns=TABLE)
    size = found.size(rows) if len(rows) else np.zeros(0)
    keys = keys.assign(row=rows.index, refusal=_refusals(found, rows, size, marts, campaigns))
    is_refused = keys["refusal"] != ""
    spends = np.unique(np.quantile(by_release(campaigns)["spend"], SPEND_LEVELS).round(2))
    grid = keys[~is_refused].merge(pd.DataFrame({"spend": spends}), how="cross")
    added = found.added(rows.loc[grid["row"]].set_axis(grid.index), grid["spend"].to_numpy())
    grid = pd.concat([grid, added], axis="columns").assign(currency=campaigns["currency"].iloc[0], refusal=None)
    parts = [part.reindex(columns=TABLE) for part in (grid, keys[is_refused]) if len(part)]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=TABLE)


def _refusals(found: Uplift, rows: pd.DataFrame, size: np.ndarray, marts: Marts, campaigns: pd.DataFrame) -> np.ndarray:
    """Why nothing is said of a release; empty where something is."""
    (low, high), day = found.sizes, rows["as_of_day"].to_numpy()
    reasons = {
        "its release date cannot be right": rows["release_id"].isin(list(marts.wrong_dates)),
        "it has a campaign: what a second one adds is not known": rows["release_id"].isin(campaigns["release_id"]),
        f"no campaign that can be compared began later than day {found.last_day}": day > found.last_day,
        f"no promoted release was as small: fewer than {low:,.0f} streams to come": size < low,
        f"no promoted release was as large: more than {high:,.0f} streams to come": size > high,
    }
    masks = [np.asarray(mask, dtype=bool) for mask in reasons.values()]
    return np.select(masks, list(reasons), "").astype(object)
