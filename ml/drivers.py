"""Why a forecast is what it is: SHAP contributions to its logarithm, by feature and by group, with reasons in words."""

from typing import Any

import numpy as np
import pandas as pd

from ml.reasons import Fact, group_reason, reason
from ml.settings import Settings
from ml.streams import StreamModel
from ml.warehouse import open_warehouse

MOST_DRIVERS = 6
LEAST_CONTRIBUTION = 1e-9
DAYS_KNOWN = "days_known"
"""Group of the one input that is no feature of the catalogue: the as-of day."""


def read_meanings(settings: Settings) -> pd.DataFrame:
    """Group, unit and description of every feature, indexed by its name.

    Raises:
        HitcastError: The warehouse or its feature catalogue is missing.
    """
    with open_warehouse(settings, ["feature_catalog"]) as connection:
        catalog: pd.DataFrame = connection.execute(
            "select feature_name, feature_group, unit, description from feature_catalog order by feature_name"
        ).df()
    return catalog.set_index("feature_name").fillna("")


def explain(model: StreamModel, frame: pd.DataFrame, meanings: pd.DataFrame, class_horizon: int) -> pd.DataFrame:
    """The strongest features of each forecast, and all groups of features.

    Args:
        model: Stream model that made the forecasts.
        frame: Rows that were scored.
        meanings: Of the features, from `read_meanings`.
        class_horizon: Days of the streams that an artist's history counts.

    Returns:
        One row per release, horizon, kind and driver: release_id, horizon_days, driver_kind (feature or group),
        driver_rank, feature_name (of the feature or the group), feature_value (as text, null if unknown and for a
        group), contribution (to the natural log of the forecast) and reason (a sentence).

    Source: Lundberg et al. 2020, From local explanations to global understanding with explainable AI for trees.
    """
    names = model.columns.all
    known = meanings.reindex(names).fillna("")
    groups = np.where(known["feature_group"] == "", DAYS_KNOWN, known["feature_group"])
    group_names, members = np.unique(groups, return_inverse=True)
    belongs = np.eye(len(group_names))[members]
    releases, days = frame["release_id"].to_numpy(), frame["as_of_day"].to_numpy()
    shown = frame[names].to_numpy(dtype=object)
    told = list(zip(names, known["description"], known["unit"], strict=True))
    drivers = []
    for horizon in model.by_horizon:
        values = model.contributions(frame, horizon)
        of_features = _strongest(values, MOST_DRIVERS, releases, horizon, "feature")
        cells = list(zip(of_features["row"], of_features["place"], of_features["contribution"], strict=True))
        texts: list[Any] = [_as_text(shown[row, place]) for row, place, _ in cells]
        of_features = of_features.assign(
            feature_name=[names[place] for _, place, _ in cells],
            feature_value=texts,
            reason=[
                reason(told[place][0], _fact(shown[row, place], days[row], class_horizon), value, *told[place][1:])
                for row, place, value in cells
            ],
        )
        of_groups = _strongest(values @ belongs, len(group_names), releases, horizon, "group")
        of_groups = of_groups.assign(
            feature_name=group_names[of_groups["place"]],
            feature_value=None,
            reason=[
                group_reason(group_names[place], value)
                for place, value in zip(of_groups["place"], of_groups["contribution"], strict=True)
            ],
        )
        drivers += [of_features, of_groups]
    found = pd.concat([part.drop(columns=["row", "place"]).astype({"feature_value": object}) for part in drivers])
    return found.reset_index(drop=True)


def _strongest(values: np.ndarray, most: int, releases: np.ndarray, horizon: int, kind: str) -> pd.DataFrame:
    """Each row's largest contributions in order, without those that move nothing."""
    order = np.argsort(-np.abs(values), axis=1, kind="stable")[:, :most]
    rows, ranks = np.repeat(np.arange(len(values)), order.shape[1]), np.tile(np.arange(order.shape[1]), len(values))
    places = order.ravel()
    found = pd.DataFrame(
        {
            "row": rows,
            "place": places,
            "release_id": releases[rows],
            "horizon_days": horizon,
            "driver_kind": kind,
            "driver_rank": ranks + 1,
            "contribution": values[rows, places],
        }
    )
    return found[found["contribution"].abs() > LEAST_CONTRIBUTION]


def _fact(value: object, as_of_day: int, class_horizon: int) -> Fact:
    return Fact(value if isinstance(value, str) else float(value), int(as_of_day), class_horizon)  # type: ignore[arg-type]


def _as_text(value: object) -> str | None:
    if value is None or value != value:  # noqa: PLR0124  # NaN
        return None
    return f"{value:.6g}" if isinstance(value, float) else str(value)
