import numpy as np
import pandas as pd
import pytest

from ml.data import Marts, feature_columns
from ml.drivers import MOST_DRIVERS, explain
from ml.settings import Settings
from ml.streams import contributions, fit_streams


def test_drivers_are_the_strongest_contributions_in_order(
    marts: Marts, training: pd.DataFrame, settings: Settings
) -> None:
    columns = feature_columns(marts.catalog, "tiktok", training)
    model = fit_streams(training, "tiktok", columns, settings)
    rows = training[training["as_of_day"] == 3].head(5)
    drivers = explain(model, rows)
    assert drivers["driver_rank"].between(1, MOST_DRIVERS).all()
    assert set(drivers["feature_name"]) <= set(columns.all)
    strongest = np.abs(contributions(model.horizons[14], rows, columns)).max(axis=1)
    first = drivers.query("driver_rank == 1 and horizon_days == 14").set_index("release_id")["contribution"]
    assert first.loc[rows["release_id"]].abs().to_numpy() == pytest.approx(strongest)


def test_values_are_text_and_unknown_ones_null(marts: Marts, training: pd.DataFrame, settings: Settings) -> None:
    columns = feature_columns(marts.catalog, "tiktok", training)
    rows = training[training["as_of_day"] == 1].head(40)
    drivers = explain(fit_streams(training, "tiktok", columns, settings), rows)
    days = drivers[drivers["feature_name"] == "as_of_day"]["feature_value"]
    assert set(days) <= {"1"}
    unknown = drivers[drivers["feature_name"] == "artist_median_streams"].set_index("release_id")["feature_value"]
    truth = rows.set_index("release_id")["artist_median_streams"]
    for release, value in unknown.items():
        assert pd.isna(value) == np.isnan(truth[release])
