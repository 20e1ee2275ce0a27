"""The steps of a run: what each reads and writes, and the work itself."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

from hitcast.core.builds import FEATURE_VARIABLES, build_difference, read_builds
from hitcast.core.decisions import read_decisions
from hitcast.core.errors import BusyError, HitcastError
from hitcast.core.home import Home
from hitcast.core.label import read_label
from hitcast.core.project import settings_of
from hitcast.core.records import Counts
from hitcast.core.settings import Settings
from hitcast.core.warehouse import count_rows, write_tables
from hitcast.core.words import counted
from hitcast.ingest import check_landing
from hitcast.ingest.landing import read_ledger
from hitcast.job import dbt
from hitcast.job.rebuild import rebuild as rebuild_warehouse
from hitcast.job.rebuild import stop_on_lost_warehouse
from hitcast.serving.publish import Publication, last_published_at, publish

Retrain = Literal["never", "changed", "auto", "always"]
Progress = Callable[[str], None]
FEATURES = ["+path:models/marts/features"]
PREDICTIONS = [
    "path:models/staging/ml",
    "int_backtests__latest",
    "int_landing__usual_days",
    "int_predictions__runs",
    "path:models/marts/predictions",
    "path:models/marts/semantic",
]


@dataclass
class Job:
    """What the steps of one run share.

    Attributes:
        home: The home.
        variables: All variables of the project, for dbt and for the models alike.
        retrain: When to train although there is a champion.
        mornings: Days before the last one that are forecast too, as daily runs would have; a first model is then
            trained as of the first of them.
        backtest_origins: How many of the latest origins to backtest at before publication; none for 0.
        publication: What the run published; None until then.
    """

    home: Home
    variables: dict[str, Any]
    retrain: Retrain = "changed"
    mornings: int = 0
    backtest_origins: int = 0
    publication: Publication | None = field(default=None, init=False)

    @cached_property
    def settings(self) -> Settings:
        """The job's choices as modelling needs them."""
        return settings_of(self.home, self.variables)


@dataclass(frozen=True)
class Step:
    """A named part of a run.

    Attributes:
        name: As `hitcast run --step` takes it.
        reads: Tables, files and folders that it rests on.
        writes: Those that it replaces.
        work: Does it; returns the outcome in a few words.
    """

    name: str
    reads: tuple[str, ...]
    writes: tuple[str, ...]
    work: Callable[[Job, Progress, Counts], str]


def rebuild(job: Job, progress: Progress, counts: Counts) -> str:
    """Puts a new warehouse in place of a damaged one, with the forecasts that can be had."""
    rebuilt = rebuild_warehouse(job.home, job.settings)
    counts.rows_out = sum(rebuilt.row_counts.values())
    return rebuilt.describe()


def features(job: Job, progress: Progress, counts: Counts) -> str:
    """Builds and tests the feature marts from what landed."""
    check_landing(job.home)
    stop_on_lost_warehouse(job.home, job.settings)
    counts.rows_in = sum(row.row_count for row in read_ledger(job.home).values() if not row.is_withdrawn)
    difference = _build_difference(job.settings)
    dbt.build(job.home, job.variables, FEATURES)
    counts.rows_out = count_rows(job.settings, "release_features")
    return f"marts built and tested{difference and f'; before, {difference}'}"


def train(job: Job, progress: Progress, counts: Counts) -> str:
    """Trains where there is no champion, or where `retrain` says to."""
    from ml import train as training
    from ml.registry import leftovers, store

    ended = "".join(f"; {line}" for line in leftovers.finish_killed(job.settings))
    champion, cause = store.champion(job.settings), ""
    if champion is not None and job.retrain != "always":
        cause = _cause_to_train(job.settings, job.retrain)
        if not cause:
            return f"champion version {champion.version} is kept{ended}"
    days_back = job.mornings if champion is None else 0
    trained = training.train(job.settings, progress=progress, days_back=days_back)
    counts.rows_in = trained.release_count
    return trained.describe() + cause + ended


def backtest(job: Job, progress: Progress, counts: Counts) -> str:
    """Replays the latest origins, so that what is published says how good forecasts have been."""
    from ml.evaluation import backtest as evaluation

    found = evaluation.backtest(job.settings, progress, job.backtest_origins, job.home.exports / "truth.parquet")
    counts.rows_out = found.row_count
    return f"{counted(len(found.plan.folds), 'origin')} replayed"


def predict(job: Job, progress: Progress, counts: Counts) -> str:
    """Forecasts the releases with an open window."""
    from ml import predict as prediction

    predicted = prediction.predict(
        job.settings,
        progress=progress,
        after=last_published_at(job.home),
        label=read_label(job.home),
        mornings=job.mornings,
    )
    counts.rows_in = predicted.release_count + predicted.refused_count
    counts.rows_out, counts.rows_rejected = predicted.release_count, predicted.refused_count
    return predicted.describe()


def drift(job: Job, progress: Progress, counts: Counts) -> str:
    """Measures what has changed since the champion was trained."""
    from ml import drift as shift

    found = shift.record(job.settings)
    return f"retrain is due: {found.reasons[0]}" if found is not None and found.reasons else "no retrain is due"


def predictions(job: Job, progress: Progress, counts: Counts) -> str:
    """Takes people's decisions into the warehouse, then builds and tests the marts that BI reads."""
    _take_decisions(job)
    dbt.build(job.home, job.variables, PREDICTIONS)
    counts.rows_out = count_rows(job.settings, "release_predictions")
    return "marts built and tested"


def publish_marts(job: Job, progress: Progress, counts: Counts) -> str:
    """Copies those marts for readers."""
    job.publication = publish(job.home, job.variables)
    counts.rows_out = sum(job.publication.row_counts.values())
    return str(job.publication.file)


def _take_decisions(job: Job) -> None:
    """Copies the home's decisions to `ml.decisions`, each as a run of its own: none that is there goes."""
    decided = read_decisions(job.home)
    if decided:
        import pandas as pd

        rows = pd.DataFrame([vars(decision) for decision in decided]).rename(columns={"decision_id": "run_id"})
        write_tables(job.settings, {"decisions": rows})


def _build_difference(settings: Settings) -> str:
    """What the feature marts were last built with that is not asked for; empty where all is, or without marts."""
    if settings.spark is None and not settings.warehouse.exists():
        return ""
    builds = read_builds(settings)
    return build_difference(builds, settings.variables, FEATURE_VARIABLES) if builds else ""


def _cause_to_train(settings: Settings, retrain: Retrain) -> str:
    """Why the champion is to be replaced, to follow what came of it; empty where it is not.

    Raises:
        HitcastError: It cannot forecast from what the marts hold, and nothing is to be trained.
    """
    from ml import drift as shift
    from ml.registry.standing import load_standing
    from ml.registry.usable import obstacle_today

    try:
        standing = load_standing(settings)
    except HitcastError as error:
        if retrain == "never" or isinstance(error, BusyError):
            raise
        return "; no earlier champion can be read"
    if standing is not None and (obstacle := obstacle_today(standing.version, settings, standing.bundle)):
        message = f"version {standing.version.version} {obstacle}"
        if retrain == "never":
            raise HitcastError(message, "--retrain never", "Train again with `hitcast run`, or undo what has changed")
        return f"; {message}"
    found = shift.look(settings) if retrain == "auto" else None
    return f"; {found.reasons[0]}" if found is not None and found.is_retrain_due else ""


REBUILD = Step("rebuild", ("raw/", "serving/hitcast.duckdb"), ("warehouse.duckdb",), rebuild)
"""Comes first where it is asked for."""
BACKTEST = Step("backtest", ("release_features", "release_targets", "training_days"), ("ml.backtest_*",), backtest)
"""Comes after `train` where it is asked for."""
STEPS = (
    Step(
        "features",
        ("raw/", "seeds/"),
        (
            "releases",
            "campaigns",
            "release_days",
            "release_features",
            "release_targets",
            "training_days",
            "feature_catalog",
            "dataset_days",
        ),
        features,
    ),
    Step("train", ("release_features", "release_targets", "training_days", "optuna.db"), ("mlflow/",), train),
    Step(
        "predict",
        ("mlflow/", "label.yml", "release_features", "release_targets", "release_days", "campaigns"),
        (
            "ml.predictions",
            "ml.forecast_quantiles",
            "ml.trajectories",
            "ml.portfolio_forecasts",
            "ml.prediction_drivers",
            "ml.similar_releases",
            "ml.uplift",
            "ml.promotion_plan",
        ),
        predict,
    ),
    Step("drift", ("mlflow/", "release_features", "ml.predictions"), ("ml.feature_drift",), drift),
    Step(
        "predictions",
        ("ml.*", "decisions.db", "releases", "campaigns", "release_days", "release_targets"),
        ("release_predictions", "..."),
        predictions,
    ),
    Step("publish", ("release_predictions", "..."), ("serving/",), publish_marts),
)
"""In the order of a run: each reads what those before it write."""


def steps_named(names: Collection[str], with_backtest: bool = False) -> tuple[Step, ...]:
    """The named steps in the order of a run; all of them where none is named, a backtest among them if it is wanted.

    Raises:
        HitcastError: There is no such step.
    """
    known = {step.name: step for step in STEPS}
    if unknown := [name for name in names if name not in known]:
        raise HitcastError(f"there is no step {unknown[0]}", "--step", f"Use one of {', '.join(known)}")
    named = [step for step in STEPS if step.name in names or not names]
    if with_backtest:
        named.insert(1 + [step.name for step in named].index("train"), BACKTEST)
    return tuple(named)
