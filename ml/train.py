"""Train: fit both feature sets on all that is mature, keep them as a registered version."""

import json
import tempfile
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

import pandas as pd

from hitcast.core.errors import HitcastError
from hitcast.core.files import PART
from hitcast.core.settings import Settings
from ml.data import Marts, modelling_frame, read_marts
from ml.estimators.zoo import CLASSES, OWN, STREAMS, stop_on_unknown
from ml.fit import fit_bundle
from ml.registry import store, tracking
from ml.registry.bundles import Bundle, save_bundle
from ml.registry.leftovers import finish_killed, prune
from ml.registry.looks import contest_tags
from ml.registry.promotion import Decision, decide
from ml.registry.pyfunc import write_mlmodel
from ml.registry.recipes import recipe_fingerprint
from ml.splits import REFERENCE_DAY
from ml.streams import importances
from ml.stressed import read_stressed
from ml.studies import TunedParameters, tuned_parameters

MODEL_TAGS = {"streams": "stream_model", "classes": "class_model"}
"""Tag of a version that names its estimator, by task."""


@dataclass(frozen=True)
class TrainingRun:
    """What a training run made.

    Attributes:
        run_id: MLflow run.
        version: Version of the registered model.
        is_champion: Whether forecasts are now made with it.
        feature_set: Feature set that forecasts are made with.
        reason: Why that one.
        cutoff: Day on which it was trained.
        release_count: Releases trained on.
        decision: Whether and why it was promoted.
    """

    run_id: str
    version: int
    is_champion: bool
    feature_set: str
    reason: str
    cutoff: date
    release_count: int
    decision: Decision

    def describe(self) -> str:
        """The run in one line."""
        title = "champion" if self.is_champion else "not promoted"
        if self.decision.verdict != "first":
            title += f": {self.decision.verdict}"
        return f"version {self.version} ({title}), {self.release_count:,} releases, {self.feature_set}"


def train(
    settings: Settings,
    as_of: date | None = None,
    promote: bool | None = None,
    progress: Callable[[str], None] = print,
    models: Mapping[str, str] | None = None,
    days_back: int = 0,
) -> TrainingRun:
    """Fit on every release whose windows had ended by `as_of`, and register the result.

    Args:
        settings: Places and choices.
        as_of: Day of training; by default the day after the last delivered one.
        promote: Make it the champion, or leave the title where it is; None lets `ml.registry.promotion` decide. The
            first version always becomes it.
        progress: Takes a line as each step begins.
        models: Estimators of the zoo by task (`streams`, `classes`); a task without one keeps the champion's.
        days_back: Days before the default of `as_of`, where none is given.

    Raises:
        HitcastError: The zoo has no such model, marts are missing, the data do not reach `as_of`, too few releases are
            mature, or a feature looks like a leak.
    """
    stop_on_unknown(models or {})
    for line in finish_killed(settings):
        progress(line)
    progress("Reading the marts")
    marts = read_marts(settings)
    marts = replace(marts, stressed=read_stressed(settings, marts))
    cutoff = _cutoff(as_of or marts.data_through + timedelta(days=1 - days_back), marts.data_through)
    tuned = replace(tuned_parameters(settings, cutoff), models={**_champions_models(settings), **(models or {})})
    bundle = fit_bundle(marts, settings, cutoff, progress, tuned)
    recipe = recipe_fingerprint(marts, settings, tuned)
    decision = _decide(bundle, recipe, marts, settings, promote, progress, tuned)

    progress("Registering the model")
    run_id, version = _register(bundle, recipe, marts, settings, tuned, decision)
    return TrainingRun(
        run_id,
        version,
        decision.is_promoted,
        bundle.feature_set,
        bundle.reason,
        cutoff,
        len(bundle.training_releases),
        decision,
    )


def _register(
    bundle: Bundle, recipe: str, marts: Marts, settings: Settings, tuned: TunedParameters, decision: Decision
) -> tuple[str, int]:
    """Keeps the bundle as a version, champion where that was decided: MLflow's run, and the version."""
    client = tracking.open_client(settings)
    with tracking.record_run(client, settings, "train") as run_id:
        parameters, metrics = _figures(bundle, settings)
        tracking.log_figures(client, run_id, parameters, metrics)
        tracking.keep_table(settings, run_id, "importances", _importances(bundle, marts, settings))
        # in the home, where what a killed training leaves is found
        with tempfile.TemporaryDirectory(prefix=".bundle", suffix=PART, dir=settings.mlflow_dir) as folder:
            tags = {"cutoff": bundle.cutoff.isoformat(), "feature_set": bundle.feature_set, "reason": bundle.reason}
            tags |= {"recipe": recipe, "parameters": _as_json(tuned), **_model_tags(tuned)}
            tags |= {**marts.origin.tags(), **decision.tags()}
            tags |= contest_tags(store.list_models(settings), decision.look, bundle.cutoff)
            rows = _training_frame(bundle, marts, settings)
            tracking.log_training_rows(client, run_id, rows, marts.delivery_number)
            write_mlmodel(bundle, rows, run_id, Path(folder))
            save_bundle(bundle, Path(folder))
            version = store.register(
                client, settings, run_id, Path(folder), tags, decision.is_promoted, _describe(bundle, tuned)
            )
    if decision.is_promoted:
        store.promote(settings, version)
    prune(settings)
    return run_id, version


def _cutoff(as_of: date | None, data_through: date) -> date:
    """Day of training: one that the data reach, or a later command would have nothing to forecast from."""
    latest = data_through + timedelta(days=1)
    if as_of is not None and as_of > latest:
        raise HitcastError(
            f"the data reach {data_through} only, so that {as_of} cannot be known",
            "--as-of",
            f"Name a day up to {latest}, or leave it out",
        )
    return as_of or latest


def _as_json(tuned: TunedParameters) -> str:
    return json.dumps({"streams": dict(tuned.streams), "classes": dict(tuned.classes)}, sort_keys=True)


def _champions_models(settings: Settings) -> dict[str, str]:
    """Estimators of the champion by task; this project's own where there is none, or the zoo has lost its."""
    standing = store.champion(settings)
    tags = {} if standing is None else standing.tags
    named = {task: tags.get(tag, OWN[task]) for task, tag in MODEL_TAGS.items()}
    zoo: dict[str, Collection[str]] = {"streams": STREAMS, "classes": CLASSES}
    return {task: name if name in zoo[task] else OWN[task] for task, name in named.items()}


def _importances(bundle: Bundle, marts: Marts, settings: Settings) -> pd.DataFrame:
    """What moves the forecasts of the training releases at the reference day, for both feature sets."""
    frame = _training_frame(bundle, marts, settings)
    seen = frame[frame["as_of_day"] == REFERENCE_DAY]
    return pd.concat([importances(model, seen) for model in bundle.streams.values()], ignore_index=True)


def _training_frame(bundle: Bundle, marts: Marts, settings: Settings) -> pd.DataFrame:
    frame = modelling_frame(marts, settings.horizons)
    return frame[frame["release_id"].isin(bundle.training_releases)]


def _model_tags(tuned: TunedParameters) -> dict[str, str]:
    return {MODEL_TAGS[task]: name for task, name in tuned.models.items()}


def _describe(bundle: Bundle, tuned: TunedParameters) -> str:
    """What a version is, for MLflow's page."""
    return (
        f"Streams at {' and '.join(map(str, bundle.horizons))} days by {tuned.models['streams']}, classes at "
        f"{bundle.class_horizon} days by {tuned.models['classes']}, feature set {bundle.feature_set}. Trained on "
        f"{len(bundle.training_releases)} releases whose windows had ended by {bundle.cutoff}. Scores rows of "
        f"`release_features`."
    )


def _decide(
    bundle: Bundle,
    recipe: str,
    marts: Marts,
    settings: Settings,
    promote: bool | None,
    progress: Callable[[str], None],
    tuned: TunedParameters,
) -> Decision:
    standing = store.champion(settings)
    if promote is not None and standing is not None:
        return Decision(promote, "asked for", f"--{'' if promote else 'no-'}promote was given")

    def refit(cutoff: date, feature_sets: Collection[str]) -> Bundle:
        progress(f"Comparing with the champion: the same recipe as of {cutoff}")
        return fit_bundle(marts, settings, cutoff, progress, tuned, feature_sets)

    return decide(bundle, recipe, standing, marts, settings, refit)


def _figures(bundle: Bundle, settings: Settings) -> tuple[dict[str, object], dict[str, float]]:
    parameters: dict[str, object] = {
        "cutoff": bundle.cutoff,
        "feature_set": bundle.feature_set,
        "horizons": bundle.horizons,
        "class_horizon": bundle.class_horizon,
        "seed": settings.seed,
        "threads": settings.threads,
        "training_releases": len(bundle.training_releases),
    }
    metrics: dict[str, float] = {}
    for name, model in bundle.streams.items():
        for horizon, per_horizon in model.by_horizon.items():
            metrics |= {f"{figure}_{name}_{horizon}": value for figure, value in per_horizon.weights().items()}
    for name, classes in bundle.classes.items():
        metrics |= {f"{figure}_{name}": value for figure, value in classes.weights().items()}
    return parameters, metrics
