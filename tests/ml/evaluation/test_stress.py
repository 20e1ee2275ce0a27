import numpy as np
import pandas as pd
import pytest

from ml.data import Marts, modelling_frame
from ml.evaluation.backtest import BacktestResult
from ml.evaluation.stress import FIGURES, METRICS, misdated_forecasts, state, stress_forecasts, stress_metrics
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
    assert (stress.loc[stress["platform"] != "catalog", "coverage_90"] > 0.75).all()
    # without VK nothing but TikTok is left
    absent = stress[stress["state"] == "vk_absent"]
    assert (absent["rmsle"] > absent["clean_rmsle"]).all()


def test_a_wrong_date_costs_nothing_where_it_is_found_and_its_rows_say_what_it_costs_elsewhere(
    backtested: BacktestResult,
) -> None:
    dates = backtested.stress[backtested.stress["platform"] == "catalog"].set_index(
        ["state", "as_of_day", "horizon_days"]
    )
    assert set(dates.index.get_level_values("state")) == {
        f"date_3_days_{way}{found}" for way in ("early", "late") for found in ("", "_not_found")
    }
    every, missed = dates.loc[("date_3_days_late", 7, 30)], dates.loc[("date_3_days_late_not_found", 7, 30)]
    assert 0.3 < missed["release_count"] / every["release_count"] < 0.7
    assert missed["rmsle"] > every["rmsle"] > every["clean_rmsle"]
    # as a release of day 0, which forecasts rest on teasers and the artist for
    assert dates.loc[("date_3_days_late_not_found", 3, 30), "width_ratio"] > 1.1


def test_each_wrong_date_is_forecast_as_it_is_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    def figures(streams: object, known: pd.DataFrame, horizon: int) -> pd.DataFrame:
        levels = {name: known["as_of_day"] * factor for name, factor in zip(FIGURES, (10.0, 5.0, 20.0), strict=True)}
        return known[["release_id", "case"]].assign(**levels)

    monkeypatch.setattr("ml.evaluation.stress._figures", figures)
    testing = pd.DataFrame({"release_id": ["A", "B", "C", "D"], "as_of_day": 7, "streams_14": [60.0, 70.0, 80.0, 90.0]})
    misdated = pd.DataFrame(
        [
            # the true date is found
            ("A", 7, -3, 7, True, False),
            # it is not: day 10 by the wrong one
            ("B", 7, -3, 10, False, False),
            ("C", 7, -3, 10, False, True),
            # its window has ended by the wrong one
            ("D", 7, -7, 14, False, False),
            # no release of the test
            ("E", 7, -3, 10, False, False),
        ],
        columns=["release_id", "true_day", "days_wrong", "as_of_day", "is_found", "is_refused"],
    )
    found = misdated_forecasts({}, testing, misdated, (7, 14)).set_index(["state", "release_id"])
    early = found.loc["date_3_days_early"]
    assert early["predicted_streams"].to_dict() == pytest.approx({"A": 70.0, "B": 100.0, "C": np.nan}, nan_ok=True)
    assert early["upper_90"].to_dict() == pytest.approx({"A": 140.0, "B": 200.0, "C": np.nan}, nan_ok=True)
    assert early["clean_predicted_streams"].tolist() == [70.0] * 3
    assert early["actual_streams"].tolist() == [60.0, 70.0, 80.0]
    assert found.loc["date_3_days_early_not_found"].index.tolist() == ["B", "C"]
    assert np.isnan(found.loc[("date_7_days_early", "D"), "predicted_streams"])
    assert (found["as_of_day"] == 7).all()
    assert (found["horizon_days"] == 14).all()


def test_no_one_is_asked_where_all_dates_are_found_or_refused(marts: Marts) -> None:
    testing = modelling_frame(marts, (14, 30))
    refused = (
        testing[testing["as_of_day"] == 7].head(2).assign(true_day=7, days_wrong=-3, is_found=False, is_refused=True)
    )
    models = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            "ml.evaluation.stress.choose", lambda known, *given: (known.assign(chosen_set="none").iloc[:0], None)
        )
        found = misdated_forecasts(models, testing, refused, (14, 30))
    metrics = stress_metrics(found)
    assert (metrics["refused_share"] == 1).all()
    assert metrics["rmsle"].dtype == "float64"
    assert set(metrics["state"]) == {"date_3_days_early", "date_3_days_early_not_found"}


def test_releases_that_lack_days_already_leave_nothing_to_take_away(marts: Marts) -> None:
    testing = modelling_frame(marts, (14, 30))
    found = stress_forecasts(
        {}, testing, testing.iloc[:0].reindex(columns=[*dict.fromkeys([*testing.columns, *TAKEN])]), (14, 30)
    )
    assert found.empty
    none = pd.DataFrame(columns=["release_id", "true_day", "days_wrong", "as_of_day", "is_found", "is_refused"])
    assert misdated_forecasts({}, testing, none, (14, 30)).empty
    assert stress_metrics(found).columns.tolist() == METRICS
