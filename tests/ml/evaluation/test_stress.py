import pytest

from ml.data import Marts, modelling_frame
from ml.evaluation.backtest import BacktestResult
from ml.evaluation.stress import METRICS, state, stress_forecasts, stress_metrics
from ml.stressed import TAKEN


@pytest.mark.parametrize(
    ("taken", "name"),
    [
        (("vk", 6, 6, 7), "vk_1_day_behind"),
        (("vk", 4, 6, 7), "vk_3_days_behind"),
        (("vk", 0, 99, 7), "vk_absent"),
        (("tiktok", 5, 5, 7), "tiktok_recent_hole"),
        (("tiktok", 3, 3, 7), "tiktok_older_hole"),
        (("vk", 1, 2, 7), "vk_several_holes"),
        (("vk", 1, 2, 3), "vk_2_days_behind"),
    ],
)
def test_states_have_names(taken: tuple[str, int, int, int], name: str) -> None:
    assert state(*taken) == name


def test_one_missing_or_late_day_is_never_refused_and_hardly_widens(backtested: BacktestResult) -> None:
    stress = backtested.stress
    one = stress[stress["state"].isin(["vk_older_hole", "vk_recent_hole", "vk_1_day_behind", "tiktok_recent_hole"])]
    assert len(one) >= 8
    assert (one["refused_share"] == 0).all()
    assert (one["width_ratio"] < 1.8).all()
    assert (one["width_ratio"] > 0.9).all()
    assert (stress["coverage_90"] > 0.75).all()
    # without VK nothing but TikTok is left
    absent = stress[stress["state"] == "vk_absent"]
    assert (absent["rmsle"] > absent["clean_rmsle"]).all()


def test_releases_that_lack_days_already_leave_nothing_to_take_away(marts: Marts) -> None:
    testing = modelling_frame(marts, (14, 30))
    found = stress_forecasts(
        {}, testing, testing.iloc[:0].reindex(columns=[*dict.fromkeys([*testing.columns, *TAKEN])]), (14, 30)
    )
    assert found.empty
    assert stress_metrics(found).columns.tolist() == METRICS
