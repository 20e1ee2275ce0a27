"""Whether what each step of a run wrote still fits what it reads: SQL, data and parameters."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from hitcast.core.builds import FEATURE_VARIABLES, Builds, build_difference, feature_origin, read_builds
from hitcast.core.home import Home
from hitcast.core.settings import Settings
from hitcast.core.warehouse import open_warehouse
from hitcast.ingest.landing import read_ledger
from hitcast.job import dbt
from hitcast.job.steps import FEATURES, PREDICTIONS, STEPS
from hitcast.serving.publish import last_published_at, published_build
from hitcast.serving.tables import PUBLISHED_TABLES

if TYPE_CHECKING:
    from ml.registry.store import Version

FULL_LINE_COMMENT = re.compile(r"(?m)^[ \t]*--.*$")
NEVER = "never run"


@dataclass(frozen=True)
class StepState:
    """A step, and why it should be run again.

    Attributes:
        name: The step.
        reads: What it rests on.
        writes: What it replaces.
        stale: Why what it wrote no longer fits what it reads; empty where it fits.
    """

    name: str
    reads: tuple[str, ...]
    writes: tuple[str, ...]
    stale: str

    def describe(self) -> str:
        """The state in words."""
        return f"stale: {self.stale}" if self.stale else "fresh"


@dataclass(frozen=True)
class Facts:
    """What a home's files say of their own making.

    Attributes:
        feature_builds: How the feature marts, and what they rest on, were built.
        published_builds: The same of the marts that are published.
        sql: Digests of the checkout's models by name.
        landed: Number of the last delivery in the ledger; 0 before the first.
        built: Number of the last delivery in the marts; None without marts.
        data_through: Last day of data in the marts.
        scored: Model, last day of data and time of the latest forecasts; None before the first.
        measured: Runs that measured drift.
        published_at: When the home was last published, UTC; None before that.
        listed: Time of the latest forecasts that the marts hold; None where they hold none.
        published_build: When the marts were built that are published, UTC; None where that is not known.
    """

    feature_builds: Builds
    published_builds: Builds
    sql: Mapping[str, str]
    landed: int
    built: int | None
    data_through: date | None
    scored: tuple[str, date, datetime] | None
    measured: frozenset[str]
    published_at: datetime | None
    listed: datetime | None = None
    published_build: datetime | None = None


def step_states(home: Home, settings: Settings) -> list[StepState]:
    """Every step of a run with its state, in the order of a run.

    A step is stale as well where a step before it is: what it reads is about to change.

    Raises:
        HitcastError: The warehouse, the models or the project's SQL cannot be read.
    """
    from ml.registry import store

    champion = store.champion(settings)
    reasons = stale_reasons(read_facts(home, settings), champion, settings)
    states, waits_for = [], ""
    for step in STEPS:
        stale = reasons[step.name] or (waits_for and f"after {waits_for}")
        states.append(StepState(step.name, step.reads, step.writes, stale))
        if stale and not waits_for and step.name != "drift":
            waits_for = step.name
    return states


def stale_reasons(facts: Facts, champion: "Version | None", settings: Settings) -> dict[str, str]:
    """Why each step is stale by what it reads itself; empty where it is not."""
    model = f"hitcast/{champion.version}" if champion else ""
    return {
        "features": _features(facts, settings),
        "train": _train(facts, champion),
        "predict": _predict(facts, model),
        "drift": _drift(facts, model),
        "predictions": _predictions(facts, settings),
        "publish": _publish(facts),
    }


def _features(facts: Facts, settings: Settings) -> str:
    if facts.built is None:
        return NEVER
    changes = build_difference(facts.feature_builds, settings.variables, FEATURE_VARIABLES)
    if changes:
        return f"variables changed: {changes}"
    if models := changed_sql(facts.feature_builds, facts.sql):
        return f"SQL changed: {models}"
    if facts.built != facts.landed:
        return f"data changed: delivery {facts.landed} landed, built was {facts.built}"
    return ""


def _train(facts: Facts, champion: "Version | None") -> str:
    if champion is None:
        return NEVER
    return feature_origin(facts.feature_builds).changes_since(champion.tags)


def _predict(facts: Facts, model: str) -> str:
    if facts.scored is None:
        return NEVER
    name, through, _ = facts.scored
    if name != model:
        return f"champion changed: forecasts are by {name}, the champion is {model or 'none'}"
    if facts.data_through is not None and through != facts.data_through:
        return f"data changed: forecasts know {through}, the marts {facts.data_through}"
    return ""


def _drift(facts: Facts, model: str) -> str:
    # a month with few releases leaves no measurement
    if not facts.measured or f"{model} through {facts.data_through}" in facts.measured:
        return ""
    return f"data or champion changed: not measured for {model} through {facts.data_through}"


def _predictions(facts: Facts, settings: Settings) -> str:
    built = facts.published_builds.get("release_predictions")
    if built is None:
        return NEVER
    # moments of scoring runs are in the order of the runs, whatever the clock said; those of builds need not be
    if facts.scored is not None and (facts.listed is None or facts.listed < facts.scored[2]):
        return "data changed: forecasts are newer"
    changes = build_difference(facts.published_builds, settings.variables, settings.variables)
    if changes:
        return f"variables changed: {changes}"
    models = changed_sql(facts.published_builds, facts.sql)
    return f"SQL changed: {models}" if models else ""


def _publish(facts: Facts) -> str:
    built = facts.published_builds.get("release_predictions")
    if facts.published_at is None or built is None:
        return NEVER
    if facts.published_build is None:
        return "data changed: the marts are newer" if facts.published_at < built.built_at else ""
    return "data changed: the marts are others" if facts.published_build != built.built_at else ""


def changed_sql(builds: Builds, checkout: Mapping[str, str]) -> str:
    """Models whose SQL is not the checkout's, in words; empty where there is none."""
    models = sorted(
        name
        for name, build in builds.items()
        if name in checkout and (build is None or build.sql_digest != checkout[name])
    )
    return ", ".join(models[:3]) + (f" and {len(models) - 3} more" if len(models) > 3 else "")


def sql_digest(compiled: str) -> str:
    """Digest of a compiled model, as the macro `sql_digest` computes it."""
    text = re.sub(r"\s+", " ", FULL_LINE_COMMENT.sub("", compiled)).strip()
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


def read_facts(home: Home, settings: Settings) -> Facts:
    """What the home's files and the checkout's SQL say.

    Raises:
        HitcastError: The ledger, the warehouse or the project's SQL cannot be read.
    """
    landed = max((row.delivery_number for row in read_ledger(home).values()), default=0)
    if settings.spark is None and not home.warehouse.exists():
        return Facts({}, {}, {}, landed, None, None, None, frozenset(), last_published_at(home))
    compiled = dbt.compiled(home, dict(settings.variables), [*FEATURES, *PREDICTIONS])
    published_builds = read_builds(settings, PUBLISHED_TABLES)
    is_built = published_builds.get("prediction_history") is not None
    tables = ("dataset_days", "ml.predictions", "ml.feature_drift", *(("prediction_history",) if is_built else ()))
    with open_warehouse(settings, tables) as warehouse:
        days = warehouse.execute("select last_delivery_number, data_through_date from dataset_days").fetchone()
        scored = warehouse.execute(
            "select model_name, data_through_date, predicted_at from ml.predictions"
            " where coalesce(territory, $territory, '') = coalesce($territory, territory, '')"
            " order by predicted_at desc, run_id desc limit 1",
            {"territory": settings.territory},
        ).fetchone()
        [listed] = (is_built and warehouse.table("prediction_history").max("predicted_at").fetchone()) or (None,)
        measured = warehouse.execute("select distinct run_id from ml.feature_drift").fetchall()
    built, data_through = days or (None, None)
    return Facts(
        feature_builds=read_builds(settings),
        published_builds=published_builds,
        sql={name: sql_digest(text) for name, text in compiled.items()},
        landed=landed,
        built=built,
        data_through=data_through,
        scored=scored,
        measured=frozenset(run_id for (run_id,) in measured),
        published_at=last_published_at(home),
        listed=listed,
        published_build=published_build(home),
    )
