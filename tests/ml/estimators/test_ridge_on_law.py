import numpy as np
import pandas as pd
import pytest

from ml.data import Marts, feature_columns
from ml.estimators.log_linear import LogLinear
from ml.estimators.remainder import corrected
from ml.estimators.ridge_on_law import RidgeOnLaw
from ml.estimators.shape_law import ShapeLaw
from ml.estimators.shrinkage import FIRST_DAYS, day_group


def test_no_correction_is_the_law_itself(training: pd.DataFrame) -> None:
    law = ShapeLaw("tiktok_vk").fit(training, training["streams_30"].to_numpy())
    assert corrected(law, training, np.zeros(len(training))) == pytest.approx(law.predict_log(training), abs=0)


@pytest.mark.parametrize("correction", [-50.0, -1.0, 1.0, 50.0])
def test_no_correction_forecasts_away_what_is_known(training: pd.DataFrame, correction: float) -> None:
    law = ShapeLaw("tiktok_vk").fit(training, training["streams_30"].to_numpy())
    forecast = corrected(law, training, np.full(len(training), correction))
    assert (forecast >= np.log1p(training["vk_streams_total"].fillna(0))).all()
    assert np.isfinite(forecast).all()


def test_the_ridge_reads_growth(marts: Marts, training: pd.DataFrame) -> None:
    totals, numeric = training["streams_30"].to_numpy(), feature_columns(marts.catalog, "tiktok", training).numeric
    model = RidgeOnLaw("tiktok", numeric).fit(training, totals)
    (week,) = day_group(np.array([7]))
    assert model.trust_[week] > 0.8
    at_seven = training["as_of_day"].to_numpy() == 7
    error, law_error = ((np.log1p(totals) - part.predict_log(training))[at_seven] for part in (model, model.law_))
    assert error.std() < 0.8 * law_error.std()


def test_a_day_of_no_group_of_its_own_belongs_to_the_group_before_it() -> None:
    assert day_group(np.array([0, 1, 2, 3, 6, 7, 13, 14, 29])).tolist() == [0, 1, 1, 2, 2, 3, 3, 4, 4]
    assert FIRST_DAYS[0] == 0


def test_a_day_without_training_takes_the_nearest(training: pd.DataFrame) -> None:
    some = training[training["as_of_day"].isin([2, 7])]
    line = LogLinear("tiktok").fit(some, some["streams_30"].to_numpy())
    row = some.head(1)
    forecasts = [line.predict_log(row.assign(as_of_day=day))[0] for day in (1, 2, 6, 7)]
    assert forecasts[0] == forecasts[1] != forecasts[2] == forecasts[3]
