"""Why a forecast is what it is: what each group of reasons did to its logarithm, with a sentence on each."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from hitcast.core import words
from hitcast.core.errors import BUILD_MARTS, HitcastError
from hitcast.core.settings import Settings
from hitcast.core.warehouse import open_warehouse
from hitcast.core.words import Language
from ml.estimators.log_linear import AS_OF_TOTALS
from ml.estimators.shape_law import LAST_DAY, LAST_THREE, SPAN, TEASERS
from ml.explain import reasons
from ml.explain.effects import Effects, effects_of, is_lacking, lateness, log_streams, named_features
from ml.explain.reasons import LANGUAGES, Fact, Meaning
from ml.explain.usual import FLOOR, LEVEL, MISSING, SHAPE, TIKTOK, Inputs, usual_releases
from ml.registry.bundles import Bundle

MIN_CONTRIBUTION = 1e-9
REASONS: dict[Language, str] = {"en": "reason", "ru": "reason_ru"}
NOTES: dict[Language, str] = {"en": "data_note", "ru": "data_note_ru"}
VK, VIEWS = AS_OF_TOTALS["tiktok_vk"], AS_OF_TOTALS["tiktok"]
SIZES = {VK: reasons.STREAMS, VIEWS: reasons.VIEWS, TEASERS: reasons.TEASERS}
"""What a release's size is called."""
BESIDE = {
    VK: (VIEWS, reasons.VIEWS_PER_STREAM),
    VIEWS: ("tiktok_creations_total", reasons.CREATIONS_PER_VIEW),
}
"""TikTok's count that is held against a release's size, and what the two are called."""
TEASER_DAYS = "tiktok_teaser_days_active"
WITHIN = {"competing_genre_releases": "genre"}
"""Counts among releases of one category, with its feature: they say nothing of a release that has none."""
MIN_SHARE = 0.5
"""Of the hardest pull of a group's features, from which one that agrees with the group is named before it."""
Row = Mapping[Any, Any]
Told = tuple[Meaning, Any, Any]
"""A figure: what it means, the release's and the usual one."""


def read_meanings(settings: Settings) -> pd.DataFrame:
    """Groups, unit, words and description of every feature, in the catalog's order.

    Raises:
        HitcastError: The warehouse or its feature catalog is missing, or an earlier version built it.
    """
    with open_warehouse(settings, ["feature_catalog"]) as connection:
        catalog: pd.DataFrame = connection.table("feature_catalog").order("position").df()
    if "reason_group" not in catalog:
        raise HitcastError("was built by an earlier version of hitcast", "feature_catalog", BUILD_MARTS)
    return catalog


def explain(
    bundle: Bundle,
    by_horizon: Mapping[int, pd.DataFrame],
    history: pd.DataFrame,
    meanings: pd.DataFrame,
    forecasts: pd.DataFrame,
) -> pd.DataFrame:
    """What each group of reasons did to each forecast, and the forecast of the usual release that it starts from.

    Args:
        bundle: Model that made the forecasts.
        by_horizon: Rows that each horizon was forecast from, as `ml.evidence.choose` gives them.
        history: Rows of `release_features`; the usual release is made of those that the model was trained on.
        meanings: Of the features, from `read_meanings`.
        forecasts: release_id, horizon_days and predicted_streams.

    Returns:
        One row per release, horizon and driver: release_id, horizon_days, driver_kind (group or base), driver_rank (by
        what it did to the forecast or its range), feature_name (of the group), feature_value (the figure that the
        sentence states, as text), contribution (to the natural log of the forecast), reason and reason_ru (a sentence).
        The contributions of a forecast add up to its log; a forecast below one stream counts as 1.

    Raises:
        HitcastError: The catalog's words for a feature cannot be used.
    """
    logs = pd.Series(
        log_streams(forecasts["predicted_streams"].to_numpy()), [forecasts["horizon_days"], forecasts["release_id"]]
    )
    found: list[dict[str, Any]] = []
    for horizon, inputs, called, rows, usual, effects in _asked(bundle, by_horizon, history, meanings):
        records = zip(rows.to_dict("records"), usual.to_dict("records"), strict=True)
        for place, (row, typical) in enumerate(records):
            drivers = _groups(inputs, called, row, typical, effects, place, bundle.class_horizon)
            base = logs[horizon, row["release_id"]] - effects.by_group[place].sum()
            shared = {"release_id": row["release_id"], "horizon_days": horizon}
            found += [shared | driver for driver in (*drivers, _base(row, base, horizon))]
    columns = ["release_id", "horizon_days", "driver_kind", "driver_rank", "feature_name", "feature_value"]
    return pd.DataFrame(found, columns=[*columns, "contribution", *REASONS.values()])


def _asked(
    bundle: Bundle, by_horizon: Mapping[int, pd.DataFrame], history: pd.DataFrame, meanings: pd.DataFrame
) -> Iterator[tuple[int, Inputs, dict[str, Meaning], pd.DataFrame, pd.DataFrame, Effects]]:
    """Rows of one feature set and horizon with their usual releases and effects, those that lack days apart."""
    for name, streams in bundle.streams.items():
        inputs = Inputs.of(name, streams.columns.all, meanings)
        called = {
            row["feature_name"]: reasons.read_meaning({str(column): text for column, text in row.items()})
            for row in meanings[meanings["feature_name"].isin(named_features(inputs))].to_dict("records")
        }
        chosen = [part[part["chosen_set"] == name].assign(horizon_days=each) for each, part in by_horizon.items()]
        rows = pd.concat(chosen, ignore_index=True)
        if rows.empty:
            continue
        usual = usual_releases(inputs, history, bundle.training_releases, rows)
        lacking = is_lacking(inputs, rows, usual)
        for horizon in by_horizon:
            for lacks in (False, True):
                part = (rows["horizon_days"] == horizon).to_numpy() & (lacking == lacks)
                if part.any():
                    asked = rows[part].reset_index(drop=True), usual[part].reset_index(drop=True)
                    effects = effects_of(bundle.outlook_model(name), inputs, *asked, horizon, lacks)
                    late = lateness(bundle, asked[0], horizon)
                    yield horizon, inputs, called, *asked, replace(effects, widening=effects.widening * late)


def _groups(
    inputs: Inputs,
    called: Mapping[str, Meaning],
    row: Row,
    typical: Row,
    effects: Effects,
    place: int,
    class_horizon: int,
) -> list[dict[str, Any]]:
    """Drivers of one forecast, the strongest first, without those that move nothing but for what is missing."""
    widening = effects.widening[place] if row["missing_days"] > 0 else 1.0
    contributions = {MISSING: 0.0} | dict(zip(effects.groups, effects.by_group[place].tolist(), strict=True))
    strength = {group: max(abs(did), np.log(widening) * (group == MISSING)) for group, did in contributions.items()}
    drivers: list[dict[str, Any]] = []
    for group in sorted(strength, key=lambda each: -strength[each]):
        did = contributions[group]
        if strength[group] <= MIN_CONTRIBUTION and not (group == MISSING and row["missing_days"] > 0):
            continue
        value: Any = row["missing_days"]
        if group == MISSING:
            sentences = [
                reasons.missing_reason(row[NOTES[language]], widening, did, language) for language in LANGUAGES
            ]
        else:
            alone = {name: effects.alone[name][place] * did for name in called if inputs.groups[name] == group}
            alone = {name: pull for name, pull in alone.items() if _says_something(name, row)} or alone
            meaning, value, usual = _figure(inputs, called, group, row, typical, alone, did)
            landed = row[FLOOR] if group == LEVEL and row["chosen_set"] == "tiktok" else 0.0
            fact = Fact(value, usual, int(row["as_of_day"]), class_horizon, landed)
            sentences = [reasons.reason(meaning, fact, did, language) for language in LANGUAGES]
        drivers.append(
            {
                "driver_kind": "group",
                "driver_rank": len(drivers) + 1,
                "feature_name": group,
                "feature_value": _as_text(value),
                "contribution": did,
                **{REASONS[language]: sentence for language, sentence in zip(LANGUAGES, sentences, strict=True)},
            }
        )
    return drivers


def _says_something(name: str, row: Row) -> bool:
    """Whether a feature's figure can be named: one among releases of a genre cannot where none is given."""
    return row.get(WITHIN.get(name)) not in (reasons.UNKNOWN, reasons.NOT_GIVEN)


def _figure(
    inputs: Inputs,
    called: Mapping[str, Meaning],
    group: str,
    row: Row,
    typical: Row,
    alone: Mapping[str, float],
    did: float,
) -> Told:
    """The figure that a group's sentence states; of a group without its own, of the feature that pulled hardest."""
    size_name = inputs.size_name(row["as_of_day"])
    size = row.get(size_name, np.nan)
    if group == LEVEL:
        return SIZES[size_name], size, typical["size"]
    if group == SHAPE:
        is_long = row["as_of_day"] > SPAN
        name, meaning = (LAST_THREE, reasons.LAST_THREE) if is_long else (LAST_DAY, reasons.LAST_DAY)
        return meaning, row.get(name, np.nan) / size if size > 0 else np.nan, typical.get(name, np.nan)
    if group == TIKTOK:
        if size_name == TEASERS:
            return reasons.TEASER_DAYS, row.get(TEASER_DAYS, np.nan), typical.get(TEASER_DAYS, np.nan)
        name, meaning = BESIDE[size_name]
        count = row.get(name, np.nan)
        if size > 0 and count != 0:
            return meaning, 1000 * count / size, 1000 * typical.get(name, np.nan)
        return SIZES.get(name, meaning), count, np.nan
    hardest = max(alone.values())
    found = []
    for name, pull in alone.items():
        meaning = called[name]
        value, usual = (reasons.amount(meaning.form, of[name]) for of in (row, typical))
        is_named = pull >= MIN_SHARE * hardest and reasons.agrees(meaning, value, usual, did)
        found.append((is_named, pull, (meaning, value, usual)))
    return max(found, key=lambda each: each[:2])[2]


def _base(row: Row, base: float, horizon: int) -> dict[str, Any]:
    """What the contributions start from."""
    sentences = {
        REASONS[language]: reasons.base_reason(np.exp(base), row["as_of_day"], horizon, language)
        for language in LANGUAGES
    }
    return {
        "driver_kind": "base", "driver_rank": 1, "feature_name": "usual", "feature_value": _as_text(np.exp(base)),
        "contribution": base, **sentences,
    }  # fmt: skip


def _as_text(value: Any) -> str | None:
    if words.is_unknown(value) or value == reasons.UNKNOWN:
        return None
    return value if isinstance(value, str) else f"{value:.6g}"
