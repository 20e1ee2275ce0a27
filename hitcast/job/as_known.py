"""The backtest as known: for each origin a scratch home, built from what had been delivered by then."""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from typing import TYPE_CHECKING, Any

from hitcast.core.errors import BusyError, HitcastError, MachineError
from hitcast.core.files import PART
from hitcast.core.home import Home
from hitcast.core.project import settings_of
from hitcast.ingest import landing_as_known
from hitcast.job import dbt
from hitcast.job.steps import FEATURES

if TYPE_CHECKING:
    import pandas as pd

    from ml.evaluation.as_known import AsKnownResult

SCRATCH = f".as_known{PART}"
"""Folder in the home; one that a killed call left is removed by the next command that changes the home."""


def backtest_as_known(home: Home, variables: dict[str, Any], progress: Callable[[str], None]) -> "AsKnownResult":
    """Forecasts what was open at each origin from what had been delivered by then, and from today's data.

    Args:
        home: The home, which this process holds.
        variables: All variables of the project.
        progress: Takes a line as each step begins.

    Raises:
        HitcastError: There are no marts, or of no origin is it known what had been delivered by then.
    """
    from ml.evaluation import as_known

    settings = settings_of(home, variables)
    if settings.spark is not None:
        cure = "Run it with HITCAST_TARGET=duckdb"
        raise HitcastError(f"builds DuckDB files, and the target is {settings.target}", "--as-known", cure)
    progress("Reading the marts")
    forecasts: list[pd.DataFrame] = []
    notes: list[str] = []
    with _scratch(home) as scratch:
        then, origins = settings_of(scratch, variables), as_known.origins(settings)
        for number, origin in enumerate(origins, start=1):
            where = f"Origin {origin} ({number} of {len(origins)})"
            progress(f"{where}: building what was known")
            try:
                _build(home, scratch, variables, origin)
                progress(f"{where}: forecasting as known, and from today's data")
                forecasts.append(as_known.forecasts_as_known(settings, then, origin))
            except (BusyError, MachineError):
                raise
            except HitcastError as error:
                notes.append(f"Origin {origin} is left out: {error}")
                progress(notes[-1])
                last = error
    if not forecasts:
        raise HitcastError(f"no origin is left; of the latest: {last.what}", "--as-known", last.cure) from last
    return as_known.write_as_known(settings, forecasts, notes)


@contextmanager
def _scratch(home: Home) -> Iterator[Home]:
    """A home inside the home, gone on leaving."""
    scratch, named = Home(home.root / SCRATCH), os.environ.get("HITCAST_HOME")
    try:
        scratch.dbt.mkdir(parents=True)
        yield scratch
    finally:
        # dbt's profile reads the variable
        os.environ["HITCAST_HOME"] = named or str(home.root)
        shutil.rmtree(scratch.root, ignore_errors=True)


def _build(home: Home, scratch: Home, variables: dict[str, Any], origin: date) -> None:
    """The feature marts as a run at the end of the origin's day would have built them."""
    shutil.rmtree(scratch.raw, ignore_errors=True)
    for path in scratch.root.glob(f"{scratch.warehouse.name}*"):
        path.unlink()
    landing_as_known(home, scratch, origin)
    dbt.build(scratch, variables, FEATURES, with_tests=False)
