"""Rows of mature releases with days taken away: how wide a forecast must be without them, and how good it is."""

import pandas as pd

from hitcast.core.settings import Settings
from hitcast.core.warehouse import open_warehouse
from ml.data import Marts, target_column

STRESSED_DAYS = (3, 7, 14)
"""As-of days of `stressed_features`."""
TAKEN = ["release_id", "as_of_day", "platform", "first_day", "last_day"]
"""Key of a row: what was taken away, and when it is looked at."""


def read_stressed(settings: Settings, marts: Marts) -> pd.DataFrame:
    """Rows of `stressed_features`, each with what else is known of its release.

    Returns:
        Columns of the modelling frame and `platform`, `first_day` and `last_day` of what was taken away, and
        `filled_streams`, the VK streams of the days taken away. A row that does not know any of them yet is left out.

    Raises:
        HitcastError: The mart is missing.
    """
    with open_warehouse(settings, ("stressed_features",)) as connection:
        rows: pd.DataFrame = (
            connection.execute("select * from stressed_features where scenario not like 'date%'")
            .to_arrow_table()
            .to_pandas()
        )
    scenarios = rows[["scenario"]].drop_duplicates()
    taken = scenarios["scenario"].str.extract(r"(?P<platform>\w+) (?P<first_day>\d+)-(?P<last_day>\d+)")
    rows = rows.merge(scenarios.join(taken.astype({"first_day": int, "last_day": int})), on="scenario")
    rows = rows[rows["first_day"] < rows["as_of_day"]]
    # of a platform that never delivered there is no row: every day of it is late
    rows = rows.fillna({"tiktok_missing_days": 0, "tiktok_missing_of_last_three_days": 0})
    rows["tiktok_days_behind"] = rows["tiktok_days_behind"].fillna(rows["as_of_day"])
    clean = marts.features[marts.features["as_of_day"].isin(STRESSED_DAYS)]
    found = rows[TAKEN].merge(clean, on=["release_id", "as_of_day"], validate="many_to_one")
    lacking = found[TAKEN].merge(rows, on=TAKEN, how="left", validate="one_to_one")
    landed = found["vk_streams_known"]
    for name in rows.columns.intersection(found.columns).difference(TAKEN):
        is_changed = (found["platform"] == "tiktok") | name.startswith("vk_")
        found[name] = lacking[name].astype("float64").where(is_changed, found[name])
    found["filled_streams"] = landed - found["vk_streams_known"]
    for horizon in settings.horizons:
        window = marts.targets.loc[marts.targets["horizon_days"] == horizon].set_index("release_id")["training_streams"]
        found[target_column(horizon)] = found["release_id"].map(window)
    return found


def stressed_training(stressed: pd.DataFrame | None, training: pd.DataFrame) -> pd.DataFrame | None:
    """Those of the releases of a training set."""
    return None if stressed is None else stressed[stressed["release_id"].isin(training["release_id"].unique())]
