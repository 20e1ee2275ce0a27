"""Times of a home that lie in the future: the clock is wrong, or was."""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from hitcast.core.decisions import read_decisions
from hitcast.core.errors import HitcastError
from hitcast.core.home import Home
from hitcast.core.moments import is_ahead, present
from hitcast.serving.alerts.sent import read_sent

if TYPE_CHECKING:
    from hitcast.job.status import LoadedTable, PublishedTable
    from ml.registry.store import Version


def clock_problems(
    home: Home,
    loaded: "Iterable[LoadedTable]",
    models: "Iterable[Version]",
    published: "Iterable[PublishedTable]",
    steps: Iterable[Mapping[str, Any]],
) -> list[str]:
    """What to say where times lie more than a day ahead of this machine's clock: a line, or none.

    Args:
        home: The home.
        loaded: What has landed.
        models: Registered versions.
        published: What is published.
        steps: Latest run records.
    """
    moments: dict[str, list[datetime]] = {
        "deliveries": [table.delivered_at for table in loaded],
        "models": [version.created_at for version in models],
        "the publication": [table.published_at for table in published],
        "steps": [found for found in (_moment(step.get("at")) for step in steps) if found],
    }
    # what is wrong with these files is said by those who need them
    with suppress(HitcastError):
        moments["decisions"] = [decision.decided_at for decision in read_decisions(home)]
    with suppress(HitcastError):
        sent_at = read_sent(home, None).published_at
        moments["alerts"] = [sent_at] if sent_at else []
    ahead = {name: latest for name, found in moments.items() if found and is_ahead(latest := max(map(_plain, found)))}
    if not ahead:
        return []
    named = ", ".join(f"{name} {moment:%Y-%m-%d}" for name, moment in ahead.items())
    return [
        f"times lie in the future of this machine's clock, {present():%Y-%m-%d %H:%M} UTC: {named}. Set the clock "
        "right; if it is right, it was wrong then: what comes next bears right times, and nothing is lost"
    ]


def _plain(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(tzinfo=None) if moment.tzinfo else moment


def _moment(text: object) -> datetime | None:
    try:
        return _plain(datetime.fromisoformat(str(text)))
    except ValueError:
        return None
