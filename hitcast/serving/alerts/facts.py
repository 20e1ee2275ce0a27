"""The facts that alerts are made of, found by SQL over the published file."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import duckdb

from hitcast.core.errors import HitcastError
from hitcast.core.home import Home
from hitcast.core.moments import is_ahead, today
from hitcast.core.sql import Sql, fill, fill_file, quoted
from hitcast.serving.publish import open_published

KINDS = ("first_high", "plan_changed", "forecast_moved", "spike", "date_wrong", "platform_late")
"""In the order in which they are listed; each is found by the `.sql` file of its name."""
SHARED = ("earlier", "advice")
"""Temporary tables that several of those files read, each made by the `.sql` file of its name."""
STATES = ("platform_late",)
"""Kinds of facts that end, and are news once more when they begin again."""
MAX_AGE_DAYS = 14
"""Days of data after which a first forecast or a spike is no news."""
LONG_AGO = datetime(1900, 1, 1)
LATE_DAYS = 2
"""Days behind its usual that a platform may be."""


@dataclass(frozen=True)
class Alert:
    """One fact.

    Attributes:
        kind: One of `KINDS`.
        key: Names the fact among those of its kind, the same whenever it is found.
        values: Columns of its row: artist and title, where it is of a release, and the figures.
    """

    kind: str
    key: str
    values: Mapping[str, Any]

    def as_object(self) -> dict[str, Any]:
        """All of it as JSON takes it, days in ISO form."""
        values = {name: value.isoformat() if isinstance(value, date) else value for name, value in self.values.items()}
        return {"kind": self.kind, "key": self.key} | values


@dataclass(frozen=True)
class Published:
    """Names a publication.

    Attributes:
        published_at: When, UTC, without a zone.
        run_id: Its scoring run; None before the first.
        data_through_date: Last day of its data.
    """

    published_at: datetime
    run_id: str | None
    data_through_date: date


def find_alerts(
    home: Home, threshold: float, sent_through: datetime | None = None, sent_run_id: str | None = None
) -> tuple[Published, list[Alert]]:
    """What is published, and all alerts on it, kind by kind, the largest changes first.

    Args:
        home: The home whose published file is read.
        threshold: Least change of the forecast, as a share of the earlier one; 0.25 is a quarter up or down.
        sent_through: Publication that changes are counted from, where it is older than the one before this; None for
            the one before.
        sent_run_id: Scoring run of that publication.

    Raises:
        HitcastError: Nothing is published, another version published it, or the threshold is not above 0.
    """
    if not threshold > 0:
        raise HitcastError(f"must be above 0, not {threshold:g}", "--threshold", "0.25 is a quarter up or down")
    given: dict[str, Any] = {
        "threshold": threshold,
        "sent_through": sent_through,
        "sent_run_id": sent_run_id,
        "max_age_days": MAX_AGE_DAYS,
        "late_days": LATE_DAYS,
        "today": today(),
    }
    with open_published(home) as published:
        [stamp] = published.execute(
            "select distinct published_at, run_id, data_through_date from publish_info"
        ).fetchall()
        if is_ahead(sent_through) and sent_run_id != stamp[1]:
            # a clock in the future dated it: the run alone says which publication it was
            given["sent_through"] = LONG_AGO
        for name in SHARED:
            table = {"name": quoted(name), "query": fill_file(__file__, name)}
            _run(published, fill("create temp table {name} as {query}", **table), given)
        alerts = []
        for kind in KINDS:
            found = _run(published, fill_file(__file__, kind), given)
            names = [column[0] for column in found.description]
            rows = (dict(zip(names, row, strict=True)) for row in found.fetchall())
            alerts += [Alert(kind, row.pop("key"), row) for row in rows]
    return Published(*stamp), alerts


def as_json(alerts: Iterable[Alert]) -> str:
    """The alerts as a JSON list of objects."""
    return json.dumps([alert.as_object() for alert in alerts], ensure_ascii=False, indent=2)


def _run(published: duckdb.DuckDBPyConnection, query: Sql, given: Mapping[str, Any]) -> duckdb.DuckDBPyConnection:
    return published.execute(query, {name: value for name, value in given.items() if f"${name}" in query})
