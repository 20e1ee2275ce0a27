"""Rows of mature releases whose date in the catalog is wrong: what the first streams make of them some days later."""

import numpy as np
import pandas as pd

from hitcast.core.settings import Settings
from hitcast.core.warehouse import open_warehouse
from ml.data import Marts
from ml.estimators.base import nearest

KEYS = ["release_id", "believed", "as_of_day"]
UNKNOWN = ("missing_days", "missing_of_last_three_days")


def read_misdated(settings: Settings, marts: Marts) -> pd.DataFrame:
    """The row that such a release is forecast from, by the days known since its true date.

    What is known before release (artist, teasers, calendar) is that of the true date. Where the first streams move a
    date to another wrong one, the nearest of those in `stressed_features` stands for it.

    Returns:
        A row for each release, `days_wrong` and `true_day`, the days known since the true date: columns of
        `marts.features`, with `as_of_day` counted from the date that is believed; `is_found`, whether that is the true
        one; and `is_refused`, whether the release is refused for its date, or not out yet by it.

    Raises:
        HitcastError: A mart is missing.
    """
    with open_warehouse(settings, ("stressed_features", "stressed_dates")) as connection:
        dates: pd.DataFrame = connection.execute("select * from stressed_dates").to_arrow_table().to_pandas()
        query = "select * from stressed_features where scenario like 'date%'"
        shifted: pd.DataFrame = connection.execute(query).to_arrow_table().to_pandas()
    shifted["believed"] = shifted.pop("scenario").str.removeprefix("date ").astype(int)
    dates = dates.rename(columns={"as_of_day": "true_day"})
    off = (dates["days_wrong"] + dates["days_moved"]).to_numpy()
    dates["is_found"] = off == 0
    listed = np.unique(dates["days_wrong"])
    dates["believed"] = listed[nearest(listed, off)] if len(dates) else off
    dates["as_of_day"] = dates["true_day"] - dates["believed"]
    dates["is_refused"] |= ~dates["is_found"] & (dates["as_of_day"] < 0)
    found: pd.DataFrame = dates.merge(
        marts.features, on=["release_id", "as_of_day"], how="left", validate="many_to_one"
    )
    counted = found[KEYS].merge(shifted, on=KEYS, how="left", validate="many_to_one")
    for name in shifted.columns.intersection(marts.features.columns).difference(KEYS):
        found[name] = counted[name].astype("float64")
    for platform in ("tiktok", "vk"):
        # of a platform that never delivered there is no row: every day of it is late
        found[f"{platform}_days_behind"] = found[f"{platform}_days_behind"].fillna(found["as_of_day"])
        lacking = [f"{platform}_{name}" for name in UNKNOWN]
        found[lacking] = found[lacking].fillna(0)
    return found
