import numpy as np
import pandas as pd
import pytest

from ml.data import Marts, feature_columns
from ml.estimators.log_linear import LogLinear
from ml.estimators.remainder import corrected
from ml.estimators.ridge_on_law import RidgeOnLaw


def test_no_correction_is_the_law_itself(training: pd.DataFrame) -> None:
    line = LogLinear("tiktok_vk").fit(training, training["streams_14"].to_numpy())
    floor = np.log1p(training["vk_streams_total"].to_numpy())
    forecast = corrected(line, training, np.zeros(len(training)))
    assert forecast == pytest.approx(np.maximum(line.predict_log(training), floor), abs=0)


@pytest.mark.parametrize("correction", [-50.0, -1.0, 1.0, 50.0])
def test_no_correction_forecasts_away_what_is_known(training: pd.DataFrame, correction: float) -> None:
    line = LogLinear("tiktok_vk").fit(training, training["streams_14"].to_numpy())
    forecast = corrected(line, training, np.full(len(training), correction))
    assert (forecast >= np.log1p(training["vk_streams_total"])).all()
    assert np.isfinite(forecast).all()


def test_the_ridge_reads_growth(marts: Marts, training: pd.DataFrame) -> None:
    totals, numeric = training["streams_30"].to_numpy(), feature_columns(marts.catalog, "tiktok_vk", training).numeric
    model = RidgeOnLaw("tiktok_vk", numeric).fit(training, totals)
    assert model.weight_ > 0.8
    error = np.log1p(totals) - model.predict_log(training)
    law_error = np.log1p(totals) - model.law_.predict_log(training)
    assert error.std() < 0.8 * law_error.std()


def test_the_lines_contribution_is_slope_times_distance(training: pd.DataFrame) -> None:
    totals = training["streams_30"].to_numpy()
    law = LogLinear("tiktok_vk").fit(training, totals)
    contributions = law.contributions(training, ["tiktok_views_total", "vk_streams_total"])
    assert (contributions[:, 0] == 0).all()
    day = training["as_of_day"].to_numpy() == 7
    assert np.ptp(law.predict_log(training[day]) - contributions[day, 1]) < 1e-9


def test_a_day_without_training_takes_the_nearest(training: pd.DataFrame) -> None:
    some = training[training["as_of_day"].isin([2, 7])]
    line = LogLinear("tiktok").fit(some, some["streams_30"].to_numpy())
    row = training.head(1)
    forecasts = [line.predict_log(row.assign(as_of_day=day))[0] for day in (1, 2, 6, 7)]
    assert forecasts[0] == forecasts[1] != forecasts[2] == forecasts[3]
