"""The whole job in order: features, training where no model stands, forecasts, drift, their marts, publication."""

import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Literal

from pipeline import dbt
from pipeline.home import Home
from pipeline.ingest import widen
from pipeline.project import settings_of
from pipeline.publish import Publication, publish
from pipeline.summary import describe_forecasts, describe_training

FEATURES = ["+path:models/marts/features"]
PREDICTIONS = [
    "path:models/staging/ml",
    "int_backtests__latest",
    "path:models/marts/predictions",
    "path:models/marts/semantic",
]


@dataclass(frozen=True)
class Step:
    """A finished step: its name, seconds it took and what came of it, in a few words."""

    name: str
    seconds: float
    outcome: str


def run(
    home: Home,
    variables: dict[str, Any],
    retrain: Literal["never", "auto", "always"] = "never",
    full_refresh: bool = False,
    started: Callable[[str], AbstractContextManager[Callable[[str], None]]] | None = None,
    finished: Callable[[Step], None] = lambda step: None,
) -> Publication:
    """Brings the published forecasts up to date with the landed data; running it twice changes nothing but times.

    Args:
        home: The home.
        variables: All variables of the project, for dbt and for the models alike.
        retrain: Whether to train although a champion stands: never, always, or where `ml.drift` says it is due.
        full_refresh: Build incremental models anew.
        started: Called with a step's name; gives a context whose value takes messages of progress.
        finished: Called with each finished step.

    Raises:
        HitcastError: A step failed; the steps before it stand.
    """
    # the modelling libraries take seconds to import
    from ml import drift, predict, tracking, train

    settings = settings_of(home, variables)
    home.dbt.mkdir(parents=True, exist_ok=True)

    def features(progress: Callable[[str], None]) -> str:
        widen(home)
        dbt.build(home, variables, FEATURES, full_refresh)
        return "marts built and tested"

    def training(progress: Callable[[str], None]) -> str:
        champion, cause = tracking.champion(settings), ""
        if champion is not None and retrain != "always":
            found = drift.look(settings) if retrain == "auto" else None
            if found is None or not found.is_retrain_due:
                return f"champion version {champion.version} stands"
            cause = f"; {found.reasons[0]}"
        return describe_training(train.train(settings, progress=progress)) + cause

    def forecasts(progress: Callable[[str], None]) -> str:
        return describe_forecasts(predict.predict(settings, progress=progress))

    def shifts(progress: Callable[[str], None]) -> str:
        found = drift.record(settings)
        if found is None or not found.reasons:
            return "no retrain is due"
        return f"retrain is due: {found.reasons[0]}"

    def marts(progress: Callable[[str], None]) -> str:
        dbt.build(home, variables, PREDICTIONS)
        return "marts built and tested"

    published: list[Publication] = []

    def publication(progress: Callable[[str], None]) -> str:
        published.append(publish(home))
        return str(published[-1].file)

    for name, work in {
        "features": features,
        "train": training,
        "predict": forecasts,
        "drift": shifts,
        "predictions": marts,
        "publish": publication,
    }.items():
        begun = time.perf_counter()
        if started is None:
            outcome = work(lambda message: None)
        else:
            with started(name) as progress:
                outcome = work(progress)
        finished(Step(name, time.perf_counter() - begun, outcome))
    return published[-1]
