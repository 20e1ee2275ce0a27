"""Sends alerts to a webhook, as text, which chats show, and as data."""

import json
import os
import ssl
import urllib.error
import urllib.request
from collections.abc import Sequence
from http.client import HTTPException
from urllib.parse import urlsplit

from hitcast.core.errors import HitcastError
from hitcast.serving.alerts.facts import Alert
from hitcast.serving.deadline import within

WEBHOOK = "HITCAST_ALERTS_WEBHOOK"
DEADLINE_SECONDS = 10
"""For all of it: name, connection, answer."""
CHECK = "Check that the webhook exists"
LOOK_ALIKES = str.maketrans("<>@[]", "‹›＠［］")
"""For signs that chats take for links and mentions: nobody's title may call everyone."""


def post(alerts: Sequence[Alert], text: str, deadline_seconds: float = DEADLINE_SECONDS) -> None:
    """Send the alerts to the address that `HITCAST_ALERTS_WEBHOOK` names: `text`, which chats show, and `alerts`.

    Args:
        alerts: The alerts.
        text: The same in words.
        deadline_seconds: How long the whole of it may take.

    Raises:
        HitcastError: No address, or it does not take them in time; the address itself, which may be a secret, is not
            shown.
    """
    address = os.environ.get(WEBHOOK, "")
    if not _is_web(address):
        cure = "Set it, with %-codes for blanks and signs beyond ASCII, or leave out --post"
        raise HitcastError("is not set to an http or https address", WEBHOOK, cure)
    body = {"text": text.translate(LOOK_ALIKES), "alerts": [alert.as_object() for alert in alerts]}
    request = urllib.request.Request(  # noqa: S310  # the scheme is checked above
        address, json.dumps(body).encode(), {"Content-Type": "application/json"}, method="POST"
    )
    try:
        within(deadline_seconds, lambda: _request(request, deadline_seconds))
    except TimeoutError:
        raise HitcastError(f"did not answer within {deadline_seconds:g} s", WEBHOOK, CHECK) from None
    except urllib.error.HTTPError as error:
        error.close()
        raise HitcastError(f"answered {error.code}", WEBHOOK, CHECK) from None
    except HTTPException as error:
        # its words may hold what the server sent
        raise HitcastError(f"gave no answer of HTTP ({type(error).__name__})", WEBHOOK, CHECK) from None
    except OSError as error:
        what = f"could not be reached ({_reason(error)})"
        raise HitcastError(what, WEBHOOK, "Check the address and the network") from None


def _request(request: urllib.request.Request, timeout_seconds: float) -> None:
    with urllib.request.build_opener(_Stay).open(request, timeout=timeout_seconds):
        pass


class _Stay(urllib.request.HTTPRedirectHandler):
    """Follows no redirection: the alerts would not go along, and another server is none that the user named."""

    def redirect_request(self, *asked: object) -> None:
        """No request to follow with."""


def _reason(error: OSError) -> str:
    """Why there is no connection, without the name of the server, which TLS and proxies would tell."""
    reason = getattr(error, "reason", error)
    if isinstance(reason, ssl.SSLError):
        return f"no TLS that can be trusted, {getattr(reason, 'reason', None) or type(reason).__name__}"
    return (isinstance(reason, OSError) and reason.strerror) or type(error).__name__


def _is_web(address: str) -> bool:
    """Whether it is an address that `urllib` takes; those that it refuses it tells in full."""
    try:
        parts = urlsplit(address)
        port = parts.port
        # UnicodeError: a part of the name is empty or too long
        (parts.hostname or "").encode("idna")
    except ValueError:
        return False
    plain = address.isascii() and address.isprintable() and " " not in address
    return (
        plain and parts.scheme in ("http", "https") and bool(parts.hostname) and "@" not in parts.netloc and port != 0
    )
