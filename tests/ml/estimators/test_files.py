"""What is written is read again as it was, and nothing else is."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone

from hitcast.core.settings import Settings
from ml.classes import class_minimums
from ml.data import Marts, feature_columns
from ml.estimators.files import KNOWN, load_estimator, save_estimator
from ml.estimators.log_linear import LogLinear
from ml.estimators.zoo import CLASSES, STREAMS, ModelInputs, class_model, stream_model
from ml.studies import DEFAULTS, TunedParameters


@pytest.fixture(scope="module")
def given(marts: Marts, settings: Settings, training: pd.DataFrame) -> ModelInputs:
    columns = feature_columns(marts.catalog, "tiktok_vk", training)
    return ModelInputs("tiktok_vk", columns, class_minimums(marts.classes), settings, TunedParameters(**DEFAULTS))


@pytest.fixture(scope="module")
def days(training: pd.DataFrame) -> pd.DataFrame:
    return training[training["as_of_day"].isin([2, 7])].reset_index(drop=True)


@pytest.mark.parametrize("name", STREAMS)
def test_every_stream_model_of_the_zoo_forecasts_the_same_when_read_again(
    name: str, days: pd.DataFrame, given: ModelInputs, tmp_path: Path
) -> None:
    model = stream_model(name, days, given)
    save_estimator(model, tmp_path, "model")
    again, rows = load_estimator(tmp_path, "model"), days.tail(50)
    for horizon, forecast in model.forecast(rows).items():
        pd.testing.assert_frame_equal(again.forecast(rows)[horizon], forecast, rtol=1e-12, atol=0)
        assert (forecast["lower_90"] <= forecast["upper_90"]).all()
    assert again.contributions(rows, 30) == pytest.approx(model.contributions(rows, 30))
    assert {file.suffix for file in tmp_path.iterdir()} <= {".json", ".cbm", ".txt"}


@pytest.mark.parametrize("name", CLASSES)
def test_every_class_model_of_the_zoo_gives_the_same_chances_when_read_again(
    name: str, days: pd.DataFrame, given: ModelInputs, tmp_path: Path
) -> None:
    model = class_model(name, days, given)
    save_estimator(model, tmp_path, "model")
    assert load_estimator(tmp_path, "model").predict_proba(days) == pytest.approx(model.predict_proba(days), abs=1e-12)


@pytest.mark.parametrize("estimator", [*STREAMS.values(), *CLASSES.values()])
def test_parameters_are_stored_and_nothing_else(estimator: Any) -> None:
    assert type(clone(estimator)) is type(estimator)
    assert set(vars(estimator)) == set(estimator.get_params(deep=False))
    assert type(estimator).__name__ in KNOWN


def planted(tmp_path: Path, change: dict[str, Any]) -> Path:
    frame = pd.DataFrame({"as_of_day": 7, "vk_streams_total": np.arange(1.0, 9.0)})
    save_estimator(LogLinear().fit(frame, frame["vk_streams_total"].to_numpy()), tmp_path, "model")
    file = tmp_path / "model.json"
    file.write_text(json.dumps({**json.loads(file.read_text()), **change}))
    return tmp_path


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"class": "Path"}, "no estimator is called Path"),
        ({"fitted": {"__class__": 1}}, "__class__ is no fitted attribute"),
        ({"fitted": {"predict": 1}}, "predict is no fitted attribute"),
        ({"fitted": {"days_": {"pickle": "x"}}}, "nothing is known by"),
        ({"fitted": {"days_": {"model": "Pool", "file": "x"}}}, "no model is called Pool"),
        ({"fitted": {"days_": {"model": "Booster", "file": "../x"}}}, "lies outside of it"),
    ],
)
def test_a_file_makes_nothing_but_what_is_known(tmp_path: Path, change: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        load_estimator(planted(tmp_path, change), "model")


def test_what_no_file_can_hold_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TypeError, match="function cannot be kept in a file"):
        save_estimator(LogLinear(feature_set=planted), tmp_path, "model")  # type: ignore[arg-type]


def test_infinite_and_missing_numbers_come_back(tmp_path: Path) -> None:
    model = LogLinear()
    model.days_ = np.array([np.nan, np.inf, 1.0])
    save_estimator(model, tmp_path, "model")
    np.testing.assert_array_equal(load_estimator(tmp_path, "model").days_, model.days_)
