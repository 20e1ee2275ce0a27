import numpy as np
import pandas as pd
import pytest

from ml.evaluation.as_known import AGES, as_known_metrics, sentence

RELEASES = 400


def forecasts(noise: float, restated: float, weeks: int = 20) -> pd.DataFrame:
    """Forecasts whose log errors have these scales; intervals are of the restated ones' scale."""
    random = np.random.default_rng(7)
    shock = random.normal(size=RELEASES)
    actual = np.round(np.exp(random.normal(8, 1, RELEASES)))
    places = np.arange(RELEASES)
    frame = pd.DataFrame(
        {
            "origin_date": pd.Timestamp("2021-04-01"),
            "as_of_date": pd.Timestamp("2021-04-01"),
            "release_id": [f"R{place}" for place in places],
            "release_date": pd.Timestamp("2021-03-01") + pd.to_timedelta(7 * (places % weeks), unit="D"),
            "age": places % 28,
            "horizon_days": 30,
            "actual_streams": actual,
        }
    )
    for name, scale in (("", noise), ("restated_", restated)):
        predicted = np.expm1(np.log1p(actual) + scale * shock)
        frame[f"{name}predicted_streams"] = predicted
        for level, z in ((80, 1.2816), (90, 1.6449)):
            frame[f"{name}lower_{level}"] = predicted * np.exp(-z * restated)
            frame[f"{name}upper_{level}"] = predicted * np.exp(z * restated)
    return frame


def test_the_gap_is_that_of_the_errors_with_its_interval() -> None:
    metrics = as_known_metrics(forecasts(0.24, 0.2)).set_index("age_group")
    assert list(metrics.index) == list(AGES)
    row = metrics.loc["all"]
    assert row["rmsle_ratio"] == pytest.approx(1.2, abs=0.001)
    assert row["rmsle_ratio_lower_95"] <= row["rmsle_ratio"] <= row["rmsle_ratio_upper_95"]
    assert row["rmsle_ratio_lower_95"] > 1.19
    assert row["restated_coverage_90"] == pytest.approx(0.9, abs=0.03)
    assert row["coverage_90_gap"] == pytest.approx(row["coverage_90"] - row["restated_coverage_90"])
    assert row["coverage_90_gap_lower_95"] < row["coverage_90_gap"] < 0
    assert (row["release_count"], row["week_count"], row["origin_count"]) == (RELEASES, 20, 1)
    assert metrics.loc["0-2", "release_count"] == 45


def test_the_same_forecasts_have_no_gap() -> None:
    row = as_known_metrics(forecasts(0.2, 0.2)).iloc[0]
    assert (row["rmsle_ratio"], row["coverage_80_gap"]) == (1, 0)


def test_few_release_weeks_give_no_interval() -> None:
    metrics = as_known_metrics(forecasts(0.24, 0.2, weeks=9))
    assert metrics.filter(like="_95").isna().all(axis=None)
    assert "too few release weeks for an interval" in sentence(metrics)


def test_a_refused_release_counts_as_refused_and_in_no_error() -> None:
    given = forecasts(0.24, 0.2)
    figures = [name for name in given if str(name).startswith(("predicted", "lower", "upper"))]
    given.loc[given.index < 40, figures] = np.nan
    row = as_known_metrics(given).iloc[0]
    assert (row["refused_share"], row["restated_refused_share"]) == (0.1, 0)
    assert row["release_count"] == RELEASES - 40
    given[figures] = np.nan
    assert as_known_metrics(given).empty


def test_the_sentence_holds_the_figures() -> None:
    metrics = as_known_metrics(forecasts(0.24, 0.2))
    text = sentence(metrics)
    assert text.startswith("Forecast from what had been delivered at the origins 2021-04-01 to 2021-04-01 instead of")
    assert "400 releases: 30 days: RMSLE +20.0 % (95 % interval +" in text
    assert sentence(metrics.iloc[:0]) == ""
