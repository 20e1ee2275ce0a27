"""Runs the steps of the job in order, each recorded, under one lock of the home."""

import time
from collections.abc import Callable, Collection, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass

from hitcast.core.errors import HitcastError
from hitcast.core.lock import writing
from hitcast.core.records import recorded
from hitcast.core.spark import stop_if_missing
from hitcast.job.steps import REBUILD, Job, Progress, steps_named


@dataclass(frozen=True)
class FinishedStep:
    """A finished step: its name, seconds it took and what came of it, in a few words."""

    name: str
    seconds: float
    outcome: str


def _silently(name: str) -> AbstractContextManager[Progress]:
    return nullcontext(lambda message: None)


def run(
    job: Job,
    names: Collection[str] = (),
    rebuild: bool = False,
    started: Callable[[str], AbstractContextManager[Progress]] = _silently,
    finished: Callable[[FinishedStep], None] = lambda step: None,
) -> None:
    """Brings the published forecasts up to date with the landed data; running it twice changes nothing but times.

    Args:
        job: What is run, and with which choices.
        names: Steps to run, in the order of a run; all of them where none is named.
        rebuild: Rebuild the warehouse first, with all forecasts that it or the published file holds.
        started: Called with a step's name; gives a context whose value takes messages of progress.
        finished: Called with each finished step.

    Raises:
        HitcastError: A step failed, and what the steps before it wrote is kept; or what is asked for does not go with
            the target.
    """
    if job.settings.spark is not None:
        stop_if_missing(job.settings.target)
        if rebuild:
            cure = "Run without it, or with --target duckdb"
            raise HitcastError(f"mends DuckDB's file, and the target is {job.settings.target}", "--rebuild", cure)
    steps = steps_named(names)
    job.home.dbt.mkdir(parents=True, exist_ok=True)
    with writing(job.home, "hitcast run"):
        for step in (REBUILD, *steps) if rebuild else steps:
            begun = time.perf_counter()
            with _named(step.name), recorded(job.home, "run", step.name) as counts, started(step.name) as progress:
                outcome = step.work(job, progress, counts)
            finished(FinishedStep(step.name, time.perf_counter() - begun, outcome))


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
