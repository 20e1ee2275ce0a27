"""Why a forecast is what it is: SHAP contributions to its logarithm, by feature and by group, with reasons in words."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from hitcast.core.settings import Settings
from hitcast.core.warehouse import open_warehouse
from hitcast.core.words import Language
from ml.explain.reasons import AS_OF_DAY, DAYS_KNOWN, LANGUAGES, Fact, Meaning, group_reason, read_meaning, reason
from ml.streams import StreamModel

MAX_DRIVERS = 6
MIN_CONTRIBUTION = 1e-9
DAYS_KNOWN_GROUP = "days_known"
"""Group of the one input that is no feature of the catalog: the as-of day."""
REASONS: dict[Language, str] = {"en": "reason", "ru": "reason_ru"}


def read_meanings(settings: Settings) -> pd.DataFrame:
    """Group, unit, words and description of every feature, indexed by its name.

    Raises:
        HitcastError: The warehouse or its feature catalog is missing.
    """
    with open_warehouse(settings, ["feature_catalog"]) as connection:
        catalog: pd.DataFrame = connection.table("feature_catalog").order("feature_name").df()
    return catalog.set_index("feature_name", drop=False)


def explain(
    model: StreamModel, by_horizon: Mapping[int, pd.DataFrame], meanings: pd.DataFrame, class_horizon: int
) -> pd.DataFrame:
    """The strongest features of each forecast, and all groups of features.

    Args:
        model: Stream model that made the forecasts.
        by_horizon: Rows that each horizon was forecast from.
        meanings: Of the features, from `read_meanings`.
        class_horizon: Days of the streams that an artist's history counts.

    Returns:
        One row per release, horizon, kind and driver: release_id, horizon_days, driver_kind (feature or group),
        driver_rank, feature_name (of the feature or the group), feature_value (as text, null if unknown and for a
        group), contribution (to the natural log of the forecast), reason and reason_ru (a sentence).

    Raises:
        HitcastError: The catalog's words for a feature cannot be used.

    Source: Lundberg et al. 2020, From local explanations to global understanding with explainable AI for trees.
    """
    names = model.columns.all
    groups, labels = _groups(names, meanings)
    group_names, members = np.unique(groups, return_inverse=True)
    belongs = np.eye(len(group_names))[members]
    features = [_meaning(name, meanings) for name in names]
    drivers = []
    for horizon, frame in by_horizon.items():
        releases, days = frame["release_id"].to_numpy(), frame["as_of_day"].to_numpy()
        values = frame[names].to_numpy(dtype=object)
        effects = model.contributions(frame, horizon)
        strongest = _strongest(effects, MAX_DRIVERS, releases, horizon, "feature")
        cells = list(zip(strongest["row"], strongest["place"], strongest["contribution"], strict=True))
        texts: list[Any] = [_as_text(values[row, place]) for row, place, _ in cells]
        facts = [
            (features[place], _fact(values[row, place], days[row], class_horizon), did) for row, place, did in cells
        ]
        drivers.append(
            strongest.assign(
                feature_name=[names[place] for _, place, _ in cells],
                feature_value=texts,
                **{REASONS[language]: [reason(*fact, language) for fact in facts] for language in LANGUAGES},
            )
        )
        strongest = _strongest(effects @ belongs, len(group_names), releases, horizon, "group")
        moved = list(zip(group_names[strongest["place"]], strongest["contribution"], strict=True))
        drivers.append(
            strongest.assign(
                feature_name=[group for group, _ in moved],
                feature_value=None,
                **{
                    REASONS[language]: [group_reason(labels[group][language], did, language) for group, did in moved]
                    for language in LANGUAGES
                },
            )
        )
    found = pd.concat([part.drop(columns=["row", "place"]).astype({"feature_value": object}) for part in drivers])
    return found.reset_index(drop=True)


def _meaning(name: str, meanings: pd.DataFrame) -> Meaning:
    if name == AS_OF_DAY.name:
        return AS_OF_DAY
    words = meanings[meanings["feature_name"] == name].to_dict("records")
    return read_meaning({str(column): text for column, text in words[0].items()} if words else {"feature_name": name})


def _groups(names: list[str], meanings: pd.DataFrame) -> tuple[list[str], dict[str, dict[Language, str]]]:
    """Group of each feature, and what each group is called by language; its name where the catalog says nothing."""
    groups = meanings["feature_group"].reindex(names).fillna(DAYS_KNOWN_GROUP).tolist()
    labels: dict[str, dict[Language, str]] = {DAYS_KNOWN_GROUP: dict(DAYS_KNOWN)}
    for row in meanings.drop_duplicates("feature_group").to_dict("records"):
        group = str(row["feature_group"])
        called = {language: row.get(f"group_label_{language}") for language in LANGUAGES}
        labels[group] = {
            language: label if isinstance(label, str) and label else group.replace("_", " ")
            for language, label in called.items()
        }
    return groups, labels


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
    return found[found["contribution"].abs() > MIN_CONTRIBUTION]


def _fact(value: object, as_of_day: int, class_horizon: int) -> Fact:
    return Fact(value if isinstance(value, str) else float(value), int(as_of_day), class_horizon)  # type: ignore[arg-type]


def _as_text(value: object) -> str | None:
    if value is None or value != value:  # noqa: PLR0124  # NaN
        return None
    return f"{value:.6g}" if isinstance(value, float) else str(value)
