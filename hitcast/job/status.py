"""The state of a home: what is loaded, registered and published, and what the latest steps did."""

import json
from dataclasses import asdict, dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from hitcast.core.errors import HitcastError
from hitcast.core.home import Home
from hitcast.core.lock import holder
from hitcast.core.project import read_variables
from hitcast.core.records import latest_records
from hitcast.core.settings import Settings
from hitcast.ingest.contract import load_contracts
from hitcast.ingest.landing import Ledger, LedgerRow, read_ledger
from hitcast.ingest.partial import PartialDay, partial_day
from hitcast.ingest.usual import usual_days
from hitcast.job.clock import clock_problems
from hitcast.job.freshness import StepState, step_states
from hitcast.serving.date_counts import count_dates
from hitcast.serving.publish import open_published, published_file
from ml.registry import store

if TYPE_CHECKING:
    from ml.drift import Drift


STATUS_FORMAT = 1
"""Of the status as JSON, docs/operations.md: raised when a key changes its meaning or goes; new keys may come."""


@dataclass(frozen=True)
class LoadedTable:
    """What has landed of one raw table.

    Attributes:
        table_name: Raw table.
        from_date: First day delivered.
        through_date: Last day delivered.
        has_days: Whether it is delivered by day; if not, its days are those of its deliveries.
        lacking_days: Days between that were not delivered, or so that they are unknown for all recordings, in order.
        partial_days: Days that are unknown for the recordings that they name, in order.
        day_count: Days delivered.
        row_count: Their rows.
        delivered_at: When the last delivery landed, UTC.
        odd_days: Days far from what is usual, in order.
    """

    table_name: str
    from_date: date
    through_date: date
    has_days: bool
    lacking_days: list[date]
    partial_days: list[PartialDay]
    day_count: int
    row_count: int
    delivered_at: datetime
    odd_days: list[date] = field(default_factory=list)


@dataclass(frozen=True)
class PublishedTable:
    """One published table.

    Attributes:
        table_name: Published table.
        row_count: Its rows.
        data_through_date: Last day of data that it knows.
        published_at: UTC.
    """

    table_name: str
    row_count: int
    data_through_date: date | None
    published_at: datetime


@dataclass(frozen=True)
class Status:
    """The state of a home.

    Attributes:
        root: The home.
        held_by: The process that changes it: command, pid, since; None where none does.
        loaded: By raw table.
        models: Registered versions, newest first.
        drift: What has changed since the champion was trained; None where there is nothing to look at.
        problems: What could not be looked at, and why.
        published: By table.
        wrong_dates: Published releases that are refused, as their date cannot be right.
        moved_dates: Published releases that are forecast by their first streams, as their date cannot be right.
        lost_releases: Published upcoming releases without a track of their own: earlier releases carry them all.
        as_known: What restated data hide in the backtest, in a sentence; empty where that was not published.
        steps: Latest run records, oldest first.
        states: Every step of a run, and whether what it wrote still fits what it reads.
    """

    root: Path
    held_by: dict[str, Any] | None
    loaded: list[LoadedTable]
    models: list[store.Version]
    drift: "Drift | None"
    problems: list[str]
    published: list[PublishedTable]
    wrong_dates: int
    moved_dates: int
    lost_releases: int
    as_known: str
    steps: list[dict[str, Any]]
    states: list[StepState]

    def as_json(self) -> str:
        """For monitoring: dates and times in ISO 8601, times in UTC."""
        drift = self.drift and {
            "champion": self.drift.version,
            "age_days": self.drift.age_days,
            "is_retrain_due": self.drift.is_retrain_due,
            "reasons": list(self.drift.reasons),
        }
        models = [
            {
                "version": version.version,
                "is_champion": version.is_champion,
                "cutoff": version.tags.get("cutoff"),
                "feature_set": version.tags.get("feature_set"),
                "registered_at": version.created_at,
            }
            for version in self.models
        ]
        message = {
            "format": STATUS_FORMAT,
            "home": str(self.root),
            "held_by": self.held_by,
            "loaded": [asdict(table) for table in self.loaded],
            "models": models,
            "drift": drift,
            "published": [asdict(table) for table in self.published],
            "wrong_dates": self.wrong_dates,
            "moved_dates": self.moved_dates,
            "lost_releases": self.lost_releases,
            "as_known": self.as_known,
            "problems": self.problems,
            "steps": self.steps,
            "states": [asdict(state) for state in self.states],
        }
        return json.dumps(message, ensure_ascii=False, indent=2, default=_plain)


def look(home: Home, settings: Settings) -> Status:
    """The state of the home; what cannot be read is named among the problems."""
    # the modelling libraries take seconds to import
    from ml import drift

    problems: list[str] = []
    found, models, loaded, published, wrong_dates, moved_dates, lost, as_known = None, [], [], [], 0, 0, 0, ""
    try:
        models = store.list_models(settings)
    except HitcastError as error:
        problems.append(f"models were not looked at: {error}")
    if models and (settings.spark is not None or home.warehouse.exists()):
        try:
            found = drift.look(settings)
        except HitcastError as error:
            problems.append(f"drift was not looked at: {error}")
    try:
        loaded = _loaded(home)
    except HitcastError as error:
        problems.append(str(error))
    try:
        published = _published(home)
        wrong_dates, moved_dates, lost = count_dates(home)
        as_known = _as_known(home, published)
    except (HitcastError, duckdb.Error) as error:
        problems.append(str(error))
    states: list[StepState] = []
    try:
        states = step_states(home, settings)
    except HitcastError as error:
        problems.append(f"steps were not compared: {error}")
    steps: list[dict[str, Any]] = []
    try:
        steps = latest_records(home)
    except HitcastError as error:
        problems.append(str(error))
    problems += clock_problems(home, loaded, models, published, steps)
    return Status(
        root=home.root,
        held_by=holder(home),
        loaded=loaded,
        models=models,
        drift=found,
        problems=problems,
        published=published,
        wrong_dates=wrong_dates,
        moved_dates=moved_dates,
        lost_releases=lost,
        as_known=as_known,
        steps=steps,
        states=states,
    )


def _loaded(home: Home) -> list[LoadedTable]:
    ledger = read_ledger(home)
    rows = [row for row in ledger.values() if not row.is_withdrawn]
    tables = {
        name: [row for row in rows if row.table_name == name] for name in sorted({row.table_name for row in rows})
    }
    return [_loaded_table(name, held, ledger) for name, held in tables.items()]


def _loaded_table(name: str, held: list[LedgerRow], ledger: Ledger) -> LoadedTable:
    days, has_days = [row.delivered_day for row in held], load_contracts()[name].day_column is not None
    first, last = min(days), max(days)
    territory = str(read_variables()["territory"])
    lacks = {row.delivered_day: partial_day(row.delivered_day, row.partial_recordings, territory) for row in held}
    partial = [day for _, day in sorted(lacks.items()) if day and day.recordings is not None]
    known = {day for day, lack in lacks.items() if lack is None} | {day.day for day in partial}
    between = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    return LoadedTable(
        name,
        first,
        last,
        has_days,
        [day for day in between if has_days and day not in known],
        partial,
        len(held),
        sum(row.row_count for row in held),
        max(held, key=lambda row: row.delivery_number).delivered_at,
        [found.day for found in usual_days(ledger, name, days) if found.marks],
    )


def _published(home: Home) -> list[PublishedTable]:
    if not published_file(home).exists():
        return []
    with open_published(home) as serving:
        rows = serving.execute(
            "select table_name, row_count, data_through_date, published_at from publish_info order by table_name"
        ).fetchall()
    return [PublishedTable(*row) for row in rows]


def _as_known(home: Home, published: list[PublishedTable]) -> str:
    """The sentence on the latest backtest as known; empty where none is published."""
    from ml.evaluation.as_known import sentence

    if "as_known_performance" not in {table.table_name for table in published if table.row_count}:
        return ""
    with open_published(home) as serving:
        return sentence(serving.execute("from as_known_performance").to_arrow_table().to_pandas())


def _plain(value: Any) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)
