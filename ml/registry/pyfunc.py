"""The champion as users of MLflow load it: `mlflow.pyfunc.load_model("models:/hitcast@champion")`.

The file `MLmodel` of a bundle names this module, which reads the files beside it: nothing is unpickled.
"""

import platform
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from ml.data import Columns
from ml.registry.bundles import Bundle, load_bundle
from ml.score import forecast

if TYPE_CHECKING:
    from mlflow.models import ModelSignature

SAMPLE_ROWS = 50
"""Rows from which the shape of the forecasts is read off."""


class ForecastModel:
    """Scores rows of `release_features`."""

    def __init__(self, bundle: Bundle) -> None:
        self.bundle = bundle

    def predict(self, rows: pd.DataFrame, params: dict[str, Any] | None = None) -> pd.DataFrame:
        """Streams and classes of each row and horizon open on its day, in the columns of `release_predictions`.

        Args:
            rows: Rows of `release_features` as DuckDB or Spark gives them.
            params: None are known.
        """
        typed = _with_types(rows, self.bundle.streams[self.bundle.feature_set].columns)
        return forecast(self.bundle, typed).drop(columns="refusal")


def _with_types(rows: pd.DataFrame, columns: Columns) -> pd.DataFrame:
    """Numbers as float64 with NaN for unknown, categories as text."""
    numbers = {name: rows[name].astype("float64") for name in columns.numeric if name != "as_of_day"}
    words = {name: rows[name].astype("str").where(rows[name].notna(), "missing") for name in columns.categorical}
    return rows.assign(**numbers, **words, as_of_day=rows["as_of_day"].astype("int64"))


def _load_pyfunc(path: str) -> ForecastModel:
    """What MLflow asks for."""
    return ForecastModel(load_bundle(Path(path)))


def write_mlmodel(bundle: Bundle, features: pd.DataFrame, run_id: str, folder: Path) -> None:
    """Write `MLmodel` into the folder that `save_bundle` makes a bundle of next.

    Args:
        bundle: The bundle.
        features: Rows of `release_features`, at least one.
        run_id: Training run.
        folder: An existing folder.
    """
    from mlflow.models import Model

    model = Model(artifact_path="bundle", run_id=run_id, signature=_signature(bundle, features))
    model.add_flavor("python_function", loader_module=__name__, python_version=platform.python_version())
    model.save(str(folder / "MLmodel"))


def _signature(bundle: Bundle, features: pd.DataFrame) -> "ModelSignature":
    from mlflow.models import ModelSignature, infer_signature
    from mlflow.types.schema import AnyType, ColSpec, DataType, Schema

    columns = bundle.streams[bundle.feature_set].columns
    keys = [
        ColSpec(DataType.string, "release_id"),
        ColSpec(DataType.long, "as_of_day"),
        ColSpec(DataType.datetime, "as_of_date"),
    ]
    # a count is read as integers, or as floats where one is unknown: no numeric type of MLflow's takes both
    numbers = [ColSpec(AnyType(), name) for name in columns.numeric if name != "as_of_day"]
    words = [ColSpec(DataType.string, name) for name in columns.categorical]
    forecasts = ForecastModel(bundle).predict(features.head(SAMPLE_ROWS))
    with warnings.catch_warnings():
        # that integers cannot be missing: as-of day and horizon never are
        warnings.simplefilter("ignore", UserWarning)
        outputs = infer_signature(model_output=forecasts).outputs
    return ModelSignature(inputs=Schema([*keys, *numbers, *words]), outputs=outputs)
