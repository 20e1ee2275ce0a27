"""What `ml.evaluation.feature_effect` is asked: which features, groups of them or recipes stand against each other."""

import difflib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pandas as pd

from hitcast.core.errors import HitcastError
from hitcast.core.settings import Settings
from ml.data import FEATURE_SETS, Marts, feature_columns
from ml.registry.standing import Standing
from ml.registry.store import Version
from ml.studies import DEFAULTS, TunedParameters, tuned_parameters

WIDEST_SET = "tiktok_vk"
"""Feature set of the forecasts where there is no champion yet."""


@dataclass(frozen=True)
class Variant:
    """One side of a comparison.

    Attributes:
        name: What the table calls it.
        removed: Features that it does not see.
        parameters: Parameters of its models; None for those that could be known at each origin.
    """

    name: str
    removed: frozenset[str] = frozenset()
    parameters: TunedParameters | None = None


@dataclass(frozen=True)
class Question:
    """What is asked: whether the second variant forecasts better or worse than the first.

    Attributes:
        first: What is compared with.
        second: What is asked about.
        feature_set: Feature set of both.
        sentences: Begins the verdict, by outcome: `worse`, `better` or `no difference`.
    """

    first: Variant
    second: Variant
    feature_set: str
    sentences: Mapping[str, str]


def features_named(names: Sequence[str], catalog: pd.DataFrame) -> frozenset[str]:
    """Features that are named, by themselves or by their group.

    Raises:
        HitcastError: A name is neither; says which are near.
    """
    groups, features = set(catalog["feature_group"]), set(catalog["feature_name"])
    found: set[str] = set()
    for name in names:
        if name in groups:
            found |= set(catalog.loc[catalog["feature_group"] == name, "feature_name"])
        elif name in features:
            found.add(name)
        else:
            near = difflib.get_close_matches(name, sorted(groups | features), n=3)
            cure = f"Did you mean {' or '.join(near)}?" if near else f"Groups are {', '.join(sorted(groups))}"
            raise HitcastError(f"there is no feature or group of features {name}", "feature_catalog", cure)
    return frozenset(found)


def question_without(names: Sequence[str], marts: Marts, frame: pd.DataFrame, champion: Standing | None) -> Question:
    """What leaving features out would do to the forecasts that are made now.

    Raises:
        HitcastError: A name is unknown, or forecasts do not use what is named.
    """
    removed = features_named(names, marts.catalog)
    feature_set = champion.bundle.feature_set if champion else WIDEST_SET
    named = ", ".join(names)
    if not removed & set(feature_columns(marts.catalog, feature_set, frame).all):
        raise HitcastError(
            f"forecasts do not use {named}: feature set {feature_set} leaves it out",
            "--without",
            f"Name a feature that is used; left out are {', '.join(sorted(FEATURE_SETS[feature_set]))}",
        )
    second = Variant(f"without {named}", removed)
    sentences = {outcome: f"{outcome.capitalize()} without {named}" for outcome in ("worse", "better", "no difference")}
    return Question(Variant("with"), second, feature_set, sentences)


def question_against(champion: Standing | None, marts: Marts, frame: pd.DataFrame, settings: Settings) -> Question:
    """What today's features and parameters do that the champion's do not.

    Raises:
        HitcastError: There is no champion, it used features that are gone, or nothing differs.
    """
    if champion is None:
        raise HitcastError("no model has been trained yet", cure="Run `hitcast train` first")
    version, feature_set = champion.version, champion.bundle.feature_set
    known = set(champion.bundle.streams[feature_set].columns.all)
    today = set(feature_columns(marts.catalog, feature_set, frame).all)
    if gone := sorted(known - set(frame.columns)):
        raise HitcastError(
            f"version {version.version} used features that are gone: {', '.join(gone)}",
            "release_features",
            "Put them back and ask `hitcast compare --without` what they gave",
        )
    calendar = set(marts.catalog.loc[marts.catalog["feature_group"] == "calendar", "feature_name"])
    # a champion of a short history was given no calendar at all: that is its data, not its recipe
    added = today - known - (set() if known & calendar else calendar)
    then = version_parameters(version)
    now = tuned_parameters(settings, marts.data_through + timedelta(days=1))
    if not added and now == then:
        raise HitcastError(
            f"version {version.version} has today's features and parameters: nothing differs",
            "--against champion",
            "Add a feature or tune first; `hitcast compare --without` judges one that it has",
        )
    differs = [f"{', '.join(sorted(added))} added"] if added else []
    differs += ["other parameters"] if now != then else []
    # values as the champion's SQL computed them are in no table any more
    differs += ["both on today's values"] if marts.origin.changes_since(version.tags) else []
    other = f"version {version.version} ({'; '.join(differs)})"
    sentences = {
        "worse": f"Today's recipe is worse than that of {other}",
        "better": f"Today's recipe is better than that of {other}",
        "no difference": f"No difference between today's recipe and that of {other}",
    }
    first = Variant(f"version {version.version}", frozenset(added), then)
    return Question(first, Variant("today", parameters=now), feature_set, sentences)


def version_parameters(version: Version) -> TunedParameters:
    """Parameters that a version was trained with; the defaults where it does not say."""
    recorded: Mapping[str, Any] = json.loads(version.tags.get("parameters", "{}"))
    return TunedParameters(**{**DEFAULTS, **recorded})
