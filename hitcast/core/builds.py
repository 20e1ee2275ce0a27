"""What the marts were built from, as the build itself recorded it, and whether that fits a command or a model."""

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from hitcast.core import spark
from hitcast.core.errors import HitcastError
from hitcast.core.settings import Settings
from hitcast.core.warehouse import open_warehouse

FEATURE_MARTS = ("release_features", "release_targets", "stressed_features", "training_days")
"""Marts that a model is trained on."""
FEATURE_VARIABLES = ("territory", "teaser_days", "horizons", "class_horizon", "stressed_releases")
"""Variables of the project that decide what the feature marts hold."""
DIGEST_LENGTH = 12
UNKNOWN = "unknown"
RUN = "Run `hitcast run`"


@dataclass(frozen=True)
class ModelBuild:
    """How a dbt model or seed was last built.

    Attributes:
        sql_digest: Digest of its compiled SQL; of a seed, of its rows.
        parents: Models and seeds that it reads.
        variables: Variables of the project at that time.
        built_at: When, UTC.
    """

    sql_digest: str
    parents: tuple[str, ...]
    variables: Mapping[str, Any]
    built_at: datetime


Builds = Mapping[str, ModelBuild | None]
"""Builds by model; None where the model was built without a record."""


@dataclass(frozen=True)
class FeatureOrigin:
    """What features and targets were computed by: part of the identity of every model trained on them.

    Attributes:
        sql: Digest of the SQL of every model and seed that the feature marts rest on, by its name.
        variables: Values of `FEATURE_VARIABLES`.
    """

    sql: Mapping[str, str] = field(default_factory=dict)
    variables: Mapping[str, Any] = field(default_factory=dict)

    @property
    def digest(self) -> str:
        """One digest of all the SQL."""
        return hashlib.sha256(json.dumps(dict(self.sql), sort_keys=True).encode()).hexdigest()[:32]

    def tags(self) -> dict[str, str]:
        """The origin as tags of a registered version."""
        return {
            "features_digest": self.digest,
            "feature_sql": json.dumps(dict(self.sql), sort_keys=True),
            "variables": json.dumps(dict(self.variables), sort_keys=True),
        }

    def changes_since(self, tags: Mapping[str, str]) -> str:
        """What differs from the origin that a registered version carries, in words; empty where nothing does."""
        if "features_digest" not in tags:
            return "" if self == FeatureOrigin() else "its training did not record the SQL of its features"
        then = json.loads(tags["variables"])
        changes = [
            f"{name} is {shown(self.variables.get(name))}, and was {shown(then.get(name))} at its training"
            for name in sorted({*then, *self.variables})
            if then.get(name) != self.variables.get(name)
        ]
        if not changes and tags["features_digest"] != self.digest:
            trained_on = json.loads(tags["feature_sql"])
            models = sorted(name for name in {*trained_on, *self.sql} if trained_on.get(name) != self.sql.get(name))
            more = f" and {len(models) - 3} more" if len(models) > 3 else ""
            changes.append(f"the SQL of {', '.join(models[:3])}{more} has changed since its training")
        return "; ".join(changes)


def read_builds(settings: Settings, marts: Iterable[str] = FEATURE_MARTS) -> dict[str, ModelBuild | None]:
    """How marts, and all that they rest on, were last built; empty where the warehouse holds no records.

    Raises:
        HitcastError: The warehouse is missing or cannot be read.
    """
    if settings.spark is not None:
        on_spark = settings.spark
        found = upstream(marts, lambda name: _build(spark.table_properties(on_spark, name)))
        return found if any(found.values()) else {}
    with open_warehouse(settings) as connection:
        tables = connection.execute("select 1 from duckdb_tables() where table_name = 'model_builds'").fetchall()
        rows = connection.table("model_builds").fetchall() if tables else []
    builds = {
        name: ModelBuild(digest, tuple(json.loads(parents)), json.loads(variables), built_at)
        for name, digest, parents, variables, built_at in rows
    }
    return upstream(marts, builds.get) if builds else {}


def _build(properties: Mapping[str, str]) -> ModelBuild | None:
    """The record that a table on Spark carries."""
    if "hitcast.sql_digest" not in properties:
        return None
    return ModelBuild(
        properties["hitcast.sql_digest"],
        tuple(json.loads(properties["hitcast.parents"])),
        json.loads(properties["hitcast.variables"]),
        datetime.fromisoformat(properties["hitcast.built_at"]),
    )


def upstream(models: Iterable[str], build_of: Callable[[str], ModelBuild | None]) -> dict[str, ModelBuild | None]:
    """Builds of models and of everything that they read, directly or through others, each asked for once.

    Args:
        models: Where to start.
        build_of: The build of a model by its name; None where there is no record.
    """
    found: dict[str, ModelBuild | None] = {}
    waiting = list(models)
    while waiting:
        name = waiting.pop()
        if name not in found:
            build = found[name] = build_of(name)
            waiting += build.parents if build else ()
    return found


def feature_origin(builds: Builds) -> FeatureOrigin:
    """The origin of features, from the builds of the feature marts and all that they rest on."""
    sql = {name: build.sql_digest[:DIGEST_LENGTH] if build else UNKNOWN for name, build in builds.items()}
    mart = builds.get(FEATURE_MARTS[0])
    return FeatureOrigin(sql, comparable(mart.variables, FEATURE_VARIABLES) if mart else {})


def comparable(variables: Mapping[str, Any], names: Iterable[str]) -> dict[str, Any]:
    """Values of some variables as they compare: the order of horizons means nothing."""
    values = {name: variables[name] for name in names if name in variables}
    return {name: sorted(value) if isinstance(value, list) else value for name, value in values.items()}


def stop_on_other_variables(builds: Builds, wanted: Mapping[str, Any], names: Iterable[str], where: str) -> None:
    """Stops where tables do not hold what a command is asked for, as no figure of theirs may be used.

    Args:
        builds: Builds of the tables and of all that they rest on.
        wanted: Variables that the command was given; empty where it was given none, and nothing is checked.
        names: Variables that decide what the tables hold.
        where: The tables, in words.

    Raises:
        HitcastError: They were built with other variables, or without a record.
    """
    if wanted and (difference := build_difference(builds, wanted, names)):
        raise HitcastError(difference, where, f"{RUN}, or give the --vars that it was built with")


def build_difference(builds: Builds, wanted: Mapping[str, Any], names: Iterable[str]) -> str:
    """The first variable that tables were not built with, in words; empty where there is none."""
    if not builds or None in builds.values():
        return "it is not recorded what the warehouse was built from"
    asked = comparable(wanted, names)
    for build in builds.values():
        built_with = comparable(build.variables if build else {}, names)
        for name, value in asked.items():
            if built_with.get(name) != value:
                return f"the warehouse was built with {name} {shown(built_with.get(name))}, asked for is {shown(value)}"
    return ""


def stop_if_stale(builds: Builds) -> None:
    """Stops where a table was built before one that it reads: its record would not say what it holds.

    Raises:
        HitcastError: There is such a table.
    """
    for name, build in builds.items():
        for parent in build.parents if build else ():
            read = builds.get(parent)
            if build and read and read.built_at > build.built_at:
                raise HitcastError(f"was built before {parent}, which it reads", name, RUN)


def shown(value: Any) -> str:
    """A variable's value as a user writes it."""
    return "not set" if value is None else value if isinstance(value, str) else json.dumps(value)
