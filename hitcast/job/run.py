"""Runs the steps of the job in order, each recorded, under one lock of the home."""

import time
from collections.abc import Callable, Collection, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass

from hitcast.core.errors import HitcastError
from hitcast.core.lock import writing
from hitcast.core.records import recorded
from hitcast.core.spark_session import stop_if_missing
from hitcast.ingest.landing import read_ledger
from hitcast.job.steps import REBUILD, Job, Progress, steps_named


@dataclass(frozen=True)
class FinishedStep:
    """A finished step.

    Attributes:
        name: Its name.
        number: Its place in this run, from 1.
        count: Steps of this run.
        seconds: Time that it took.
        outcome: What came of it, in a few words.
    """

    name: str
    number: int
    count: int
    seconds: float
    outcome: str


def silent(name: str) -> AbstractContextManager[Progress]:
    """Shows nothing of a step."""
    return nullcontext(lambda message: None)


def run(
    job: Job,
    names: Collection[str] = (),
    rebuild: bool = False,
    started: Callable[[str], AbstractContextManager[Progress]] = silent,
    finished: Callable[[FinishedStep], None] = lambda step: None,
) -> None:
    """Brings the published forecasts up to date with the landed data; running it twice changes nothing but times.

    Args:
        job: What is run, and with which choices.
        names: Steps to run, in the order of a run; all of them where none is named.
        rebuild: Rebuild the warehouse first, with all forecasts that it or the published file holds.
        started: Called with a step's place and name; gives a context whose value takes messages of progress.
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
    if not names and not rebuild:
        _stop_if_empty(job)
    steps = steps_named(names, job.backtest_origins > 0)
    job.home.dbt.mkdir(parents=True, exist_ok=True)
    with writing(job.home, "hitcast run"):
        done = (REBUILD, *steps) if rebuild else steps
        for number, step in enumerate(done, start=1):
            shown = f"step {number} of {len(done)}, {step.name}"
            begun = time.perf_counter()
            with _named(step.name), recorded(job.home, "run", step.name) as counts, started(shown) as progress:
                outcome = step.work(job, progress, counts)
            finished(FinishedStep(step.name, number, len(done), time.perf_counter() - begun, outcome))


def _stop_if_empty(job: Job) -> None:
    """Stops before the marts are built of nothing, which takes as long as of something.

    Raises:
        HitcastError: Nothing has been ingested.
    """
    if job.settings.spark is None and not read_ledger(job.home):
        raise HitcastError("nothing has been ingested yet", str(job.home.root), "Run `hitcast ingest` first")


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
