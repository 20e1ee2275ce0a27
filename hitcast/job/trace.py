"""What stands behind a published forecast, by digest: its model, the SQL and variables of its features, its files."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from hitcast.core.digests import digest_of
from hitcast.core.errors import HitcastError
from hitcast.core.home import Home
from hitcast.core.project import read_variables, settings_of
from hitcast.ingest.contract import load_contracts
from hitcast.ingest.landing import LedgerRow, kept_files, read_history
from hitcast.serving.publish import open_published
from ml.registry import store

EXPLAINED = Path(__file__).parents[1] / "serving" / "explained.sql"
TRACE_FORMAT = 1
"""Of a trace as JSON: raised when a key changes its meaning or goes."""


@dataclass(frozen=True)
class TracedFile:
    """A landed file that a forecast rests on.

    Attributes:
        path: Its place in the home.
        digest: SHA-256 of its bytes, as the ledger notes it.
        day: Day that it holds; of a table that is not delivered by day, that of its delivery.
        source: The vendor's file.
        state: `as landed`; `damaged`, where its bytes have another digest; `kept no more`, where it was pruned.
    """

    path: str
    digest: str
    day: date
    source: str
    state: str


@dataclass(frozen=True)
class Trace:
    """What a forecast was made from.

    Attributes:
        run_id: Its scoring run, which is the digest of the next three.
        training_run_id: MLflow's run that trained its model.
        delivery_number: The last delivery that it knew.
        as_of: Day of the forecast, which saw nothing from then on.
        model_name: Registered model and version.
        model_digest: SHA-256 of the model's manifest, which names each file of the model with its own.
        feature_sql: Digest of the compiled SQL of every model and seed that the features rest on, by name.
        variables: Variables that shape the features.
        landing_digest: One digest of all files that were read then.
        landed_count: How many those were.
        files: Those of them that hold the release itself: its days, and the catalog.
    """

    run_id: str
    training_run_id: str
    delivery_number: int
    as_of: date
    model_name: str
    model_digest: str
    feature_sql: Mapping[str, str]
    variables: Mapping[str, Any]
    landing_digest: str
    landed_count: int
    files: list[TracedFile]


def explained(home: Home, release_id: str) -> list[dict[str, Any]]:
    """The latest published forecast of a release, a row a horizon, as `serving/explained.sql` names it.

    Raises:
        HitcastError: Nothing is published, or the release is published without a forecast.
    """
    with open_published(home) as published:
        result = published.execute(EXPLAINED.read_text(encoding="utf-8"), {"release_id": release_id})
        names = [column[0] for column in result.description or ()]
        rows = [dict(zip(names, values, strict=True)) for values in result.fetchall()]
    if not rows:
        cure = "`hitcast run` forecasts it from the day on which it is out"
        raise HitcastError("has no forecast", release_id, cure)
    return rows


def trace(home: Home, forecast: Mapping[str, Any]) -> Trace:
    """Finds what a published forecast was made from, and proves it by the digest that is its run's name.

    Args:
        home: The home.
        forecast: A row of `explained`.

    Raises:
        HitcastError: Its model is gone, or no delivery of the ledger fits: the home is not the one that made it.
    """
    variables = read_variables()
    settings = settings_of(home, variables)
    name = str(forecast["model_name"])
    versions = {f"{store.MODEL}/{version.version}": version for version in store.list_models(settings)}
    if name not in versions:
        raise HitcastError(f"its model {name} is registered no more", forecast["release_id"], "Put mlflow/ back")
    version = versions[name]
    history = read_history(home)
    number = _delivery(history, version.run_id, forecast)
    read = _read_at(history, number)
    named = kept_files(home, read)
    origin = {key: json.loads(version.tags.get(key, "{}")) for key in ("feature_sql", "variables")}
    teaser_days = int({**variables, **origin["variables"]}["teaser_days"])
    return Trace(
        run_id=forecast["run_id"],
        training_run_id=version.run_id,
        delivery_number=number,
        as_of=forecast["as_of_date"],
        model_name=name,
        model_digest=digest_of(version.bundle / "manifest.json"),
        feature_sql=origin["feature_sql"],
        variables=origin["variables"],
        landing_digest=_digest(f"{path.relative_to(home.root)} {row.digest}" for path, row in named.items()),
        landed_count=len(named),
        files=[_traced(home, path, row) for path, row in sorted(named.items()) if _is_of(row, forecast, teaser_days)],
    )


def _delivery(history: Iterable[LedgerRow], training_run: str, forecast: Mapping[str, Any]) -> int:
    """The delivery after which the forecast was made: the one with which its run's name comes out."""
    for number in sorted({row.delivery_number for row in history}, reverse=True):
        if store.scoring_run_id(training_run, number, forecast["as_of_date"]) == forecast["run_id"]:
            return number
    what = "no delivery of this home gives the forecast its name: another version of hitcast made it, or another home"
    raise HitcastError(what, forecast["release_id"], "`hitcast run` forecasts open releases anew")


def _read_at(history: Iterable[LedgerRow], number: int) -> list[LedgerRow]:
    """Rows of the ledger that were read after a delivery: the last of each table and day, withdrawn ones left out."""
    last: dict[tuple[str, date], LedgerRow] = {}
    for row in sorted(history, key=lambda row: row.delivery_number):
        if row.delivery_number <= number:
            by_day = load_contracts()[row.table_name].day_column is not None
            last[row.table_name, row.delivered_day if by_day else date.min] = row
    return [row for row in last.values() if not row.is_withdrawn]


def _is_of(row: LedgerRow, forecast: Mapping[str, Any], teaser_days: int) -> bool:
    """Whether a file holds what was known of the release: its days since the teasers, or what has no day."""
    if load_contracts()[row.table_name].day_column is None:
        return True
    released, as_of = forecast["release_date"], forecast["as_of_date"]
    end = min(as_of, released + timedelta(days=int(forecast["horizon_days"])))
    return bool(released - timedelta(days=teaser_days) <= row.delivered_day < end)


def _traced(home: Home, path: Path, row: LedgerRow) -> TracedFile:
    state = "kept no more"
    if path.exists():
        state = "as landed" if digest_of(path) == row.digest else "damaged"
    return TracedFile(str(path.relative_to(home.root)), row.digest, row.delivered_day, row.file_name, state)


def _digest(lines: Iterable[str]) -> str:
    return hashlib.sha256("\n".join(sorted(lines)).encode()).hexdigest()
