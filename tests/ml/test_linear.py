import numpy as np
import pandas as pd
import pytest

from ml.data import Marts, feature_columns
from ml.linear import corrected, draft_linear, from_plain, linear_contributions, predict_linear, refit_linear, to_plain
from ml.log_linear import fit_log_linear, predict_log_linear
from ml.log_linear import from_plain as line_from_plain
from ml.log_linear import to_plain as line_to_plain
from ml.splits import inner_slices


def test_no_correction_is_the_law_itself(training: pd.DataFrame) -> None:
    line = fit_log_linear(training, training["streams_14"].to_numpy(), "tiktok_vk")
    floor = np.log1p(training["vk_streams_total"].to_numpy())
    forecast = corrected(line, training, np.zeros(len(training)))
    assert forecast == pytest.approx(np.maximum(predict_log_linear(line, training), floor), abs=0)


@pytest.mark.parametrize("correction", [-50.0, -1.0, 1.0, 50.0])
def test_no_correction_forecasts_away_what_is_known(training: pd.DataFrame, correction: float) -> None:
    line = fit_log_linear(training, training["streams_14"].to_numpy(), "tiktok_vk")
    forecast = corrected(line, training, np.full(len(training), correction))
    assert (forecast >= np.log1p(training["vk_streams_total"])).all()
    assert np.isfinite(forecast).all()


def test_the_ridge_reads_growth_and_survives_json(marts: Marts, training: pd.DataFrame) -> None:
    totals, numeric = training["streams_30"].to_numpy(), feature_columns(marts.catalog, "tiktok_vk", training).numeric
    draft = draft_linear(training, totals, inner_slices(training, (14, 30)), "tiktok_vk", numeric)
    model = refit_linear(draft, training, totals)
    assert model.weight > 0.8
    error = np.log1p(totals) - predict_linear(model, training)
    of_line = np.log1p(totals) - predict_log_linear(model.line, training)
    assert error.std() < 0.8 * of_line.std()
    again = predict_linear(from_plain(to_plain(model)), training)
    assert again == pytest.approx(predict_linear(model, training), abs=0)


def test_the_lines_contribution_is_slope_times_distance(training: pd.DataFrame) -> None:
    totals = training["streams_30"].to_numpy()
    slices = inner_slices(training, (14, 30))
    model = draft_linear(training, totals, slices, "tiktok_vk", ("vk_streams_total",))
    columns = ["tiktok_views_total", "vk_streams_total"]
    of_line, _ = linear_contributions(model, training, columns)
    assert (of_line[:, 0] == 0).all()
    day = training["as_of_day"].to_numpy() == 7
    logs = predict_log_linear(model.line, training[day])
    assert np.ptp(logs - of_line[day, 1]) < 1e-9


def test_a_day_without_training_takes_the_nearest(training: pd.DataFrame) -> None:
    some = training[training["as_of_day"].isin([2, 7])]
    line = line_from_plain(line_to_plain(fit_log_linear(some, some["streams_30"].to_numpy(), "tiktok")))
    row = training.head(1)
    forecasts = [predict_log_linear(line, row.assign(as_of_day=day))[0] for day in (1, 2, 6, 7)]
    assert forecasts[0] == forecasts[1] != forecasts[2] == forecasts[3]
