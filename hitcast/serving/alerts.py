"""Alerts: upcoming releases whose forecast has moved, or crossed a class, since another scoring run was published."""

import json
import os
import urllib.error
import urllib.request
from dataclasses import asdict, dataclass
from http.client import HTTPException
from urllib.parse import urlsplit

import duckdb

from hitcast.core.errors import HitcastError
from hitcast.core.home import Home
from hitcast.core.words import number, one_line
from hitcast.serving.publish import open_published, published_file

WEBHOOK = "HITCAST_ALERTS_WEBHOOK"
TIMEOUT_SECONDS = 10
LOOK_ALIKES = str.maketrans("<>@[]", "‹›＠［］")
"""For signs that chats take for links and mentions: nobody's title may call everyone."""


@dataclass(frozen=True)
class Alert:
    """One release and horizon.

    Attributes:
        release_id: Release.
        artist_name: Main artist.
        release_title: Title.
        release_date: Day of release, ISO.
        horizon_days: Days from release that the total covers.
        as_of_day: Whole days since release that the forecast knew.
        predicted_streams: Forecast total.
        previous_predicted_streams: What was forecast when another scoring run was last published.
        predicted_class: Forecast class.
        previous_predicted_class: What was then.
    """

    release_id: str
    artist_name: str
    release_title: str
    release_date: str
    horizon_days: int
    as_of_day: int
    predicted_streams: float
    previous_predicted_streams: float
    predicted_class: str
    previous_predicted_class: str

    @property
    def change(self) -> float:
        """Change as a share of the earlier forecast; infinite where that was 0."""
        if self.previous_predicted_streams == 0:
            return 0.0 if self.predicted_streams == 0 else float("inf")
        return self.predicted_streams / self.previous_predicted_streams - 1

    def describe(self) -> str:
        """The alert in one line."""
        before, after = (number(value) for value in (self.previous_predicted_streams, self.predicted_streams))
        change = f"{self.change:+.0%}" if self.previous_predicted_streams else "from nothing"
        crossed = "" if self.is_same_class else f", {self.previous_predicted_class} to {self.predicted_class}"
        return one_line(
            f"{self.artist_name}: {self.release_title}, {self.horizon_days} days: {before} to {after} streams "
            f"({change}{crossed})"
        )

    @property
    def is_same_class(self) -> bool:
        """Whether the forecast class is what it was."""
        return self.predicted_class == self.previous_predicted_class


def find_alerts(home: Home, threshold: float) -> list[Alert]:
    """Alerts on releases without an actual total, the largest changes first; none before a second publication.

    Args:
        home: The home whose published file is read.
        threshold: Least change of the forecast, as a share of the earlier one; 0.25 is a quarter up or down.

    Raises:
        HitcastError: Nothing is published, or the threshold is not above 0.
    """
    if not threshold > 0:
        raise HitcastError(f"must be above 0, not {threshold:g}", "--threshold", "0.25 is a quarter up or down")
    query = """
        with earlier as (
            select history.*
            from prediction_history as history
            cross join (
                select max(previous_published_at) as published_at, max(previous_run_id) as run_id from publish_info
            ) as before
            -- `predict` on the same data writes the published run again, under a later time
            where history.predicted_at <= before.published_at or history.run_id = before.run_id
            qualify row_number() over (
                partition by release_id, horizon_days order by as_of_date desc, predicted_at desc, history.run_id desc
            ) = 1
        )

        select
            latest.release_id, latest.artist_name, latest.release_title, strftime(latest.release_date, '%Y-%m-%d'),
            latest.horizon_days, latest.as_of_day, latest.predicted_streams, earlier.predicted_streams,
            latest.predicted_class, earlier.predicted_class
        from release_predictions as latest
        inner join earlier using (release_id, horizon_days)
        where
            latest.actual_streams is null
            and latest.predicted_streams is not null
            and earlier.predicted_streams is not null
            and (
                latest.predicted_class <> earlier.predicted_class
                or abs(latest.predicted_streams - earlier.predicted_streams)
                >= $threshold * earlier.predicted_streams
            )
        order by
            abs(ln(1 + latest.predicted_streams) - ln(1 + earlier.predicted_streams)) desc,
            latest.release_id,
            latest.horizon_days
    """
    try:
        with open_published(home) as published:
            rows = published.execute(query, {"threshold": threshold}).fetchall()
    except duckdb.BinderException:
        raise HitcastError(
            "lacks columns, as another version of hitcast wrote it", str(published_file(home)), "Run `hitcast run`"
        ) from None
    return [alert for alert in (Alert(*row) for row in rows) if alert.change or not alert.is_same_class]


def as_json(alerts: list[Alert]) -> str:
    """The alerts as a JSON list of objects."""
    return json.dumps([asdict(alert) for alert in alerts], ensure_ascii=False, indent=2)


def post(alerts: list[Alert]) -> None:
    """Send the alerts to the address that `HITCAST_ALERTS_WEBHOOK` names: `text`, which chats show, and `alerts`.

    Raises:
        HitcastError: No address, or it does not take them; the address itself, which may be a secret, is not shown.
    """
    address = os.environ.get(WEBHOOK, "")
    if not _is_web(address):
        cure = "Set it, with %-codes for blanks and signs beyond ASCII, or leave out --post"
        raise HitcastError("is not set to an http or https address", WEBHOOK, cure)
    text = "\n".join(alert.describe() for alert in alerts).translate(LOOK_ALIKES)
    body = {"text": text, "alerts": [asdict(alert) for alert in alerts]}
    request = urllib.request.Request(  # noqa: S310  # the scheme is checked above
        address, json.dumps(body).encode(), {"Content-Type": "application/json"}, method="POST"
    )
    try:
        with urllib.request.build_opener(_Stay).open(request, timeout=TIMEOUT_SECONDS):
            pass
    except urllib.error.HTTPError as error:
        error.close()
        raise HitcastError(f"answered {error.code}", WEBHOOK, "Check that the webhook exists") from None
    except HTTPException as error:
        # its words may hold what the server sent
        what = f"gave no answer of HTTP ({type(error).__name__})"
        raise HitcastError(what, WEBHOOK, "Check that the webhook exists") from None
    except OSError as error:
        reason = getattr(error, "reason", error)
        raise HitcastError(f"could not be reached ({reason})", WEBHOOK, "Check the address and the network") from None


class _Stay(urllib.request.HTTPRedirectHandler):
    """Follows no redirection: the alerts would not go along, and another server is none that the user named."""

    def redirect_request(self, *asked: object) -> None:
        """No request to follow with."""


def _is_web(address: str) -> bool:
    """Whether it is an address that `urllib` takes; those that it refuses it tells in full."""
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        return False
    plain = address.isascii() and address.isprintable() and " " not in address
    return (
        plain and parts.scheme in ("http", "https") and bool(parts.hostname) and "@" not in parts.netloc and port != 0
    )
