"""The whole job in order: features, training where no model stands, forecasts, drift, their marts, publication."""

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from hitcast.core.errors import HitcastError
from hitcast.core.home import Home
from hitcast.core.lock import writing
from hitcast.core.project import settings_of
from hitcast.core.records import Counts, recorded
from hitcast.core.settings import Settings
from hitcast.core.spark import stop_if_missing
from hitcast.core.warehouse import count_rows
from hitcast.ingest import check_landing
from hitcast.ingest.landing import read_ledger
from hitcast.job import dbt
from hitcast.job.rebuild import rebuild as make_anew
from hitcast.job.rebuild import stop_on_lost_warehouse
from hitcast.serving.publish import Publication, last_published_at, publish

if TYPE_CHECKING:
    from ml.registry.store import Version

FEATURES = ["+path:models/marts/features"]
PREDICTIONS = [
    "path:models/staging/ml",
    "int_backtests__latest",
    "int_predictions__runs",
    "path:models/marts/predictions",
    "path:models/marts/semantic",
]


Retrain = Literal["never", "changed", "auto", "always"]


def _silently(name: str) -> AbstractContextManager[Callable[[str], None]]:
    return nullcontext(lambda message: None)


@dataclass(frozen=True)
class Step:
    """A finished step: its name, seconds it took and what came of it, in a few words."""

    name: str
    seconds: float
    outcome: str


def run(
    home: Home,
    variables: dict[str, Any],
    retrain: Retrain = "changed",
    rebuild: bool = False,
    started: Callable[[str], AbstractContextManager[Callable[[str], None]]] = _silently,
    finished: Callable[[Step], None] = lambda step: None,
) -> Publication:
    """Brings the published forecasts up to date with the landed data; running it twice changes nothing but times.

    Args:
        home: The home.
        variables: All variables of the project, for dbt and for the models alike.
        retrain: When to train although there is a champion: where its features have changed, also where `ml.drift` says
            it is due (auto), always, or never, which refuses to go on with a champion of other features.
        rebuild: Make the warehouse anew first, with all forecasts that it or the published file holds.
        started: Called with a step's name; gives a context whose value takes messages of progress.
        finished: Called with each finished step.

    Raises:
        HitcastError: A step failed, and the steps before it stand; or what is asked for does not go with the target.
    """
    # the modelling libraries take seconds to import
    from ml import drift, predict, train
    from ml.registry import leftovers, store

    settings = settings_of(home, variables)
    if settings.spark is not None:
        stop_if_missing(settings.target)
        if rebuild:
            cure = "Leave it out, or give --target duckdb"
            raise HitcastError(f"mends DuckDB's file, and the target is {settings.target}", "--rebuild", cure)
    home.dbt.mkdir(parents=True, exist_ok=True)

    def warehouse(progress: Callable[[str], None], counts: Counts) -> str:
        rebuilt = make_anew(home, settings)
        counts.rows_out = sum(rebuilt.row_counts.values())
        return rebuilt.describe()

    def features(progress: Callable[[str], None], counts: Counts) -> str:
        check_landing(home)
        stop_on_lost_warehouse(home, settings)
        counts.rows_in = sum(row.row_count for row in read_ledger(home).values() if not row.is_withdrawn)
        difference = _build_difference(settings)
        dbt.build(home, variables, FEATURES)
        counts.rows_out = count_rows(settings, "release_features")
        return f"marts built and tested{difference and f'; before, {difference}'}"

    def training(progress: Callable[[str], None], counts: Counts) -> str:
        ended = "".join(f"; {line}" for line in leftovers.finish_killed(settings))
        champion, cause = store.champion(settings), ""
        if champion is not None and retrain != "always":
            cause = _cause_to_train(champion, settings, retrain)
            if not cause:
                return f"champion version {champion.version} stands{ended}"
        trained = train.train(settings, progress=progress)
        counts.rows_in = trained.release_count
        return trained.describe() + cause + ended

    def forecasts(progress: Callable[[str], None], counts: Counts) -> str:
        predicted = predict.predict(settings, progress=progress, after=last_published_at(home))
        counts.rows_in = predicted.release_count + predicted.refused_count
        counts.rows_out, counts.rows_rejected = predicted.release_count, predicted.refused_count
        return predicted.describe()

    def shifts(progress: Callable[[str], None], counts: Counts) -> str:
        found = drift.record(settings)
        if found is None or not found.reasons:
            return "no retrain is due"
        return f"retrain is due: {found.reasons[0]}"

    def marts(progress: Callable[[str], None], counts: Counts) -> str:
        dbt.build(home, variables, PREDICTIONS)
        counts.rows_out = count_rows(settings, "release_predictions")
        return "marts built and tested"

    published: list[Publication] = []

    def publication(progress: Callable[[str], None], counts: Counts) -> str:
        published.append(publish(home))
        counts.rows_out = sum(published[-1].row_counts.values())
        return str(published[-1].file)

    steps = {"rebuild": warehouse} if rebuild else {}
    steps |= {
        "features": features,
        "train": training,
        "predict": forecasts,
        "drift": shifts,
        "predictions": marts,
        "publish": publication,
    }
    with writing(home, "hitcast run"):
        for name, work in steps.items():
            begun = time.perf_counter()
            with _named(name), recorded(home, "run", name) as counts, started(name) as progress:
                outcome = work(progress, counts)
            finished(Step(name, time.perf_counter() - begun, outcome))
    return published[-1]


def _build_difference(settings: Settings) -> str:
    """What the feature marts were last built with that is not asked for; empty where all is, or without marts."""
    from hitcast.core.builds import FEATURE_VARIABLES, build_difference, read_builds

    if settings.spark is None and not settings.warehouse.exists():
        return ""
    builds = read_builds(settings)
    return build_difference(builds, settings.variables, FEATURE_VARIABLES) if builds else ""


def _cause_to_train(champion: "Version", settings: Settings, retrain: Retrain) -> str:
    """Why the champion is to be replaced, to follow what came of it; empty where it is not.

    Raises:
        HitcastError: Its features have changed, and nothing is to be trained.
    """
    from hitcast.core.builds import feature_origin, read_builds
    from ml import drift

    if changes := feature_origin(read_builds(settings)).changes_since(champion.tags):
        message = f"version {champion.version} was trained on other features: {changes}"
        if retrain == "never":
            raise HitcastError(message, "--retrain never", "Undo the change, or train again: `hitcast run`")
        return f"; {message}"
    found = drift.look(settings) if retrain == "auto" else None
    return f"; {found.reasons[0]}" if found is not None and found.is_retrain_due else ""


@contextmanager
def _named(step: str) -> Iterator[None]:
    """A failure says in which step it came about, and what to call once its cause is gone."""
    try:
        yield
    except HitcastError as error:
        where = ": ".join(part for part in (f"step {step}", error.where) if part)
        cure = error.cure
        if "hitcast run" not in cure and "same command" not in cure:
            cure = f"{cure}; then `hitcast run` again" if cure else "Then `hitcast run` again"
        raise type(error)(error.what, where, cure) from error
