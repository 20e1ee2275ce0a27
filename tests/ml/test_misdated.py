import numpy as np
import pandas as pd

from hitcast.core.settings import Settings
from ml.data import Marts, read_marts
from ml.misdated import read_misdated
from tests.ml.conftest import MakeHome


def _row(rows: pd.DataFrame, release_id: str, days_wrong: int, true_day: int) -> pd.Series:
    keys = [release_id, days_wrong, true_day]
    return rows.set_index(["release_id", "days_wrong", "true_day"]).loc[tuple(keys)]


def test_a_release_counts_its_days_from_the_date_that_is_believed(settings: Settings, marts: Marts) -> None:
    rows = read_misdated(settings, marts)
    days = marts.features.set_index(["release_id", "as_of_day"])
    true = days.loc[("R00002", 7)]

    late = _row(rows, "R00002", 3, 7)
    assert (late["as_of_day"], late["is_found"], late["is_refused"]) == (4, False, False)
    assert late["vk_streams_day_0"] == true["vk_streams_day_3"]
    assert late["vk_streams_total"] == true["vk_streams_total"] - true["vk_streams_first_three_days"]
    assert late["genre"] == true["genre"]

    early = _row(rows, "R00002", -3, 3)
    assert (early["as_of_day"], early["vk_streams_day_2"]) == (6, 0)
    assert early["vk_streams_total"] == days.loc[("R00002", 3), "vk_streams_total"]

    # out today by the wrong date: nothing of its days is known
    today = _row(rows, "R00002", 3, 3)
    assert (today["as_of_day"], today["is_refused"]) == (0, False)
    assert np.isnan(today["vk_streams_total"])
    assert today["vk_days_behind"] == 0

    assert _row(rows, "R00004", 3, 7)["is_found"]


def test_dates_are_refused_or_moved_elsewhere(make_home: MakeHome) -> None:
    def change(tables: dict[str, pd.DataFrame]) -> None:
        dates = tables["stressed_dates"]
        of = [dates["release_id"].eq(name) for name in ("R00000", "R00002")]
        # by five days of three: two too late, for which three stand
        dates.loc[of[0] & dates["days_wrong"].eq(-3), "days_moved"] = 5
        dates.loc[of[1] & dates["days_wrong"].eq(-3), "is_refused"] = True
        dates.loc[of[1] & dates["days_wrong"].eq(3), "days_moved"] = 1

    settings = make_home(release_count=60, change=change)
    rows = read_misdated(settings, read_marts(settings))
    elsewhere = _row(rows, "R00000", -3, 7)
    assert (elsewhere["as_of_day"], elsewhere["is_found"], elsewhere["is_refused"]) == (4, False, False)
    assert _row(rows, "R00002", -3, 7)["is_refused"]
