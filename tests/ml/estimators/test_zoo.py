from dataclasses import replace

import pandas as pd
import pytest

from hitcast.core.settings import Settings
from ml.classes import class_minimums
from ml.data import Marts, feature_columns
from ml.estimators import zoo
from ml.estimators.trees import matrix, vocabulary
from ml.evaluation.metrics import rmsle
from ml.splits import REFERENCE_DAY
from ml.studies import DEFAULTS, TunedParameters


@pytest.fixture(scope="module")
def split(training: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The earlier three quarters and the later quarter of the releases, at the reference day."""
    rows = training[training["as_of_day"] == REFERENCE_DAY].reset_index(drop=True)
    later = int(0.75 * len(rows))
    return rows.iloc[:later].reset_index(drop=True), rows.iloc[later:].reset_index(drop=True)


@pytest.fixture(scope="module")
def given(marts: Marts, settings: Settings, split: tuple[pd.DataFrame, pd.DataFrame]) -> zoo.ModelInputs:
    columns = feature_columns(marts.catalog, "tiktok_vk", split[0])
    return zoo.ModelInputs("tiktok_vk", columns, class_minimums(marts.classes), settings, TunedParameters(**DEFAULTS))


def error(name: str, split: tuple[pd.DataFrame, pd.DataFrame], given: zoo.ModelInputs) -> float:
    earlier, later = split
    return rmsle(later["streams_30"].to_numpy(dtype=float), zoo.streams_by(name, earlier, given)(later)[30])


@pytest.mark.parametrize("name", ["ridge", "random_forest", "lightgbm", "catboost"])
def test_a_model_of_all_features_beats_the_line(
    name: str, split: tuple[pd.DataFrame, pd.DataFrame], given: zoo.ModelInputs
) -> None:
    """In this world growth within the week decides, which the line does not see."""
    assert error(name, split, given) < 0.85 * error("log_linear", split, given)


@pytest.mark.parametrize("name", list(zoo.STREAMS))
def test_no_stream_model_forecasts_less_than_is_known(
    name: str, split: tuple[pd.DataFrame, pd.DataFrame], given: zoo.ModelInputs
) -> None:
    earlier, later = split
    forecasts = zoo.streams_by(name, earlier, given)(later)
    assert list(forecasts) == [14, 30]
    for predicted in forecasts.values():
        assert (predicted >= later["vk_streams_total"].to_numpy() * (1 - 1e-9)).all()


@pytest.mark.parametrize("name", list(zoo.CLASSES))
def test_probabilities_sum_to_one_and_all_but_the_prior_rank_hits_first(
    name: str, split: tuple[pd.DataFrame, pd.DataFrame], given: zoo.ModelInputs
) -> None:
    earlier, later = split
    probabilities = zoo.classes_by(name, earlier, given)(later)
    assert probabilities.sum(axis=1) == pytest.approx(1)
    assert (probabilities >= 0).all()
    hit = later["streams_30"].to_numpy(dtype=float) >= given.minimums[1]
    ahead = probabilities[hit, 2].mean() - probabilities[~hit, 2].mean()
    assert abs(ahead) < 1e-9 if name == "prior" else ahead > 0.3


@pytest.mark.parametrize("name", list(zoo.CLASSES))
def test_a_class_that_training_does_not_hold_gets_no_chance_to_speak_of(
    name: str, split: tuple[pd.DataFrame, pd.DataFrame], given: zoo.ModelInputs
) -> None:
    earlier, later = split
    probabilities = zoo.classes_by(name, earlier, replace(given, minimums=(1e9, 2e9)))(later)
    assert (probabilities[:, 0] > 0.9).all()


def test_a_category_that_training_does_not_hold_is_unknown(
    split: tuple[pd.DataFrame, pd.DataFrame], given: zoo.ModelInputs
) -> None:
    earlier, later = split
    words = vocabulary(earlier, ("genre",))
    # what LightGBM takes as missing
    assert (matrix(later.assign(genre="polka"), given.columns.numeric, words)[:, -1] == -1).all()
    assert (matrix(later, given.columns.numeric, words)[:, -1] >= 0).all()
