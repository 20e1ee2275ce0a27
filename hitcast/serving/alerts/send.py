"""Sends what a channel has not taken yet, and keeps that it has."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from hitcast.core.home import Home
from hitcast.core.words import Language
from hitcast.serving.alerts import mail, webhook
from hitcast.serving.alerts.facts import KINDS, Alert, Published, find_alerts
from hitcast.serving.alerts.sent import read_sent, sending
from hitcast.serving.alerts.wording import as_text, digest, subject

Channel = Literal["webhook", "mail"]


@dataclass(frozen=True)
class Wording:
    """How alerts are put.

    Attributes:
        language: The reader's.
        is_digest: Whether a webhook is sent a digest too; mail always is.
    """

    language: Language = "en"
    is_digest: bool = False


def list_alerts(
    home: Home, threshold: float, channels: Sequence[Channel], all_of_them: bool
) -> tuple[Published, list[Alert]]:
    """What is published, and the alerts that not all of the channels have taken; without channels, that none has.

    Args:
        home: The home; nothing in it is changed.
        threshold: Least change of a forecast, as a share of the earlier one.
        channels: The channels.
        all_of_them: Whether to list what was sent too.
    """
    listed: dict[tuple[str, str], Alert] = {}
    asked: list[Channel | None] = [*channels] or [None]
    for channel in asked:
        sent = read_sent(home, channel)
        published, found = find_alerts(home, threshold, sent.published_at, sent.run_id)
        listed |= {(alert.kind, alert.key): alert for alert in (found if all_of_them else sent.unsent(found))}
    return published, sorted(listed.values(), key=lambda alert: KINDS.index(alert.kind))


def send_alerts(home: Home, threshold: float, channel: Channel, wording: Wording) -> tuple[int, str]:
    """Sends what a channel has not taken yet; they count as sent once it took them.

    Returns:
        How many, and a warning, which may be empty.

    Raises:
        HitcastError: The channel is not set or does not take them; the next call sends them.
    """
    with sending(home, channel) as (sent, mark):
        published, found = find_alerts(home, threshold, sent.published_at, sent.run_id)
        warning = ""
        if unsent := sent.unsent(found):
            warning = SENDERS[channel](unsent, published, wording)
        mark(found, published)
    return len(unsent), warning


def _post(alerts: Sequence[Alert], published: Published, wording: Wording) -> str:
    webhook.post(alerts, as_text(alerts, published.data_through_date, wording.language, wording.is_digest))
    return ""


def _mail(alerts: Sequence[Alert], published: Published, wording: Wording) -> str:
    title = subject(alerts, published.data_through_date, wording.language)
    return mail.send(alerts, title, digest(alerts, wording.language))


SENDERS: dict[Channel, Callable[[Sequence[Alert], Published, Wording], str]] = {"webhook": _post, "mail": _mail}
