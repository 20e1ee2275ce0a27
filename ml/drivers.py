"""Why a forecast is what it is: SHAP contributions to its logarithm."""

import numpy as np
import pandas as pd

from ml.streams import StreamModel, contributions

MOST_DRIVERS = 6


def explain(model: StreamModel, frame: pd.DataFrame) -> pd.DataFrame:
    """The strongest features of each forecast.

    Args:
        model: Stream model that made the forecasts.
        frame: Rows that were scored.

    Returns:
        One row per release, horizon and driver: release_id, horizon_days, driver_rank, feature_name, feature_value
        (as text, null if unknown), contribution (to the natural log of the forecast).

    Source: Lundberg et al. 2020, From local explanations to global understanding with explainable AI for trees.
    """
    names = np.asarray(model.columns.all, dtype=object)
    drivers = []
    for horizon, of_horizon in model.horizons.items():
        values = contributions(of_horizon, frame, model.columns)
        order = np.argsort(-np.abs(values), axis=1, kind="stable")[:, :MOST_DRIVERS]
        rows, ranks = np.repeat(np.arange(len(frame)), order.shape[1]), np.tile(np.arange(order.shape[1]), len(frame))
        features = order.ravel()
        shown = frame[names.tolist()].to_numpy(dtype=object)[rows, features]
        drivers.append(
            pd.DataFrame(
                {
                    "release_id": frame["release_id"].to_numpy()[rows],
                    "horizon_days": horizon,
                    "driver_rank": ranks + 1,
                    "feature_name": names[features],
                    "feature_value": [None if pd.isna(value) else _as_text(value) for value in shown],
                    "contribution": values[rows, features],
                }
            )
        )
    found = pd.concat(drivers, ignore_index=True)
    return found[found["contribution"].abs() > 1e-9].reset_index(drop=True)


def _as_text(value: object) -> str:
    return f"{value:.6g}" if isinstance(value, float) else str(value)
