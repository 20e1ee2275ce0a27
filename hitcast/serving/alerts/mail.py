"""Sends alerts by mail, as plain text, through the server that the environment names."""

import hashlib
import os
import smtplib
import ssl
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import localtime
from ipaddress import ip_address
from urllib.parse import unquote, urlsplit

from hitcast.core.errors import HitcastError
from hitcast.serving.alerts.facts import Alert
from hitcast.serving.deadline import within

SMTP_URL, SENDER, RECIPIENTS = "HITCAST_SMTP_URL", "HITCAST_ALERTS_FROM", "HITCAST_ALERTS_TO"
DEADLINE_SECONDS = 10
"""For all of it: name, connection, login, message."""
PORTS = {"smtp": 587, "smtps": 465}
CHECK = "Check the server, the port and the login"


@dataclass(frozen=True)
class Server:
    """A mail server.

    Attributes:
        host: Name or address.
        port: Port.
        is_tls: Whether it speaks TLS from the first byte on; else TLS is asked for where the server offers it.
        user: Who logs in; empty for nobody.
        password: Their password.
    """

    host: str
    port: int
    is_tls: bool
    user: str = ""
    password: str = field(default="", repr=False)

    @property
    def is_this_machine(self) -> bool:
        """Whether nobody else can listen on the way there."""
        try:
            return self.host == "localhost" or ip_address(self.host).is_loopback
        except ValueError:
            return False


def send(alerts: Sequence[Alert], subject: str, text: str, deadline_seconds: float = DEADLINE_SECONDS) -> str:
    """Send the alerts from `HITCAST_ALERTS_FROM` to `HITCAST_ALERTS_TO` through `HITCAST_SMTP_URL`.

    Args:
        alerts: The alerts.
        subject: Their subject.
        text: The same in words.
        deadline_seconds: How long the whole of it may take.

    Returns:
        A warning where some of the recipients were refused and the others have it; else empty.

    Raises:
        HitcastError: A variable is not set, or the server does not take the mail in time; neither the variable's value
            nor the server's words, which may hold secrets, are shown.
    """
    server, message = _server(), _message(alerts, subject, text)
    refused: dict[str, tuple[int, bytes]] = {}
    try:
        within(deadline_seconds, lambda: refused.update(_deliver(server, message, deadline_seconds)))
    except TimeoutError:
        raise HitcastError(f"did not take the mail within {deadline_seconds:g} s", SMTP_URL, CHECK) from None
    except smtplib.SMTPAuthenticationError as error:
        cure = "Check user and password, with %-codes for special signs"
        raise HitcastError(f"refused the login ({error.smtp_code})", SMTP_URL, cure) from None
    except smtplib.SMTPSenderRefused as error:
        raise HitcastError(f"was refused as sender ({error.smtp_code})", SENDER, "Name one that may send") from None
    except smtplib.SMTPRecipientsRefused as error:
        raise HitcastError(_refusal(error.recipients, message), RECIPIENTS, "Check the addresses") from None
    except smtplib.SMTPResponseException as error:
        raise HitcastError(f"answered {error.smtp_code}", SMTP_URL, CHECK) from None
    except smtplib.SMTPException as error:
        raise HitcastError(f"does not take the mail ({type(error).__name__})", SMTP_URL, CHECK) from None
    except ssl.SSLError as error:
        raise HitcastError(f"speaks no TLS that can be trusted ({error.reason})", SMTP_URL, CHECK) from None
    except OSError as error:
        what = f"could not be reached ({error.strerror or type(error).__name__})"
        raise HitcastError(what, SMTP_URL, "Check the address and the network") from None
    return f"{RECIPIENTS}: {_refusal(refused, message)}. Check the addresses" if refused else ""


def _refusal(recipients: Mapping[str, tuple[int, bytes]], message: EmailMessage) -> str:
    codes = ", ".join(sorted({str(code) for code, _ in recipients.values()}))
    return f"was refused, {len(recipients)} of {len(message['To'].addresses)} ({codes})"


def _deliver(server: Server, message: EmailMessage, timeout_seconds: float) -> dict[str, tuple[int, bytes]]:
    """Hands the mail over; returns the recipients that were refused, with code and reason, if not all were."""
    context = ssl.create_default_context()
    smtp = (
        smtplib.SMTP_SSL(server.host, server.port, timeout=timeout_seconds, context=context)
        if server.is_tls
        else smtplib.SMTP(server.host, server.port, timeout=timeout_seconds)
    )
    try:
        smtp.ehlo_or_helo_if_needed()
        if not server.is_tls and smtp.has_extn("starttls"):
            smtp.starttls(context=context)
        elif not server.is_tls and server.user and not server.is_this_machine:
            cure = "Use smtps://, or leave out user and password"
            raise HitcastError("offers no TLS, and would get the password in the clear", SMTP_URL, cure)
        if server.user:
            smtp.login(server.user, server.password)
        refused = smtp.send_message(message)
        # it has the mail; what it says to a goodbye changes nothing
        with suppress(OSError, smtplib.SMTPException):
            smtp.putcmd("quit")
        return refused
    finally:
        smtp.close()


def _server() -> Server:
    address = os.environ.get(SMTP_URL, "")
    wrong = HitcastError(
        "is not set to an address such as smtp://user:password@host:587 or smtps://host",
        SMTP_URL,
        "Set it, with %-codes for special signs, or leave out --mail",
    )
    try:
        parts = urlsplit(address)
        port = parts.port or PORTS.get(parts.scheme, 0)
        # UnicodeError: a part of the name is empty or too long
        (parts.hostname or "").encode("idna")
        user, password = (unquote(part or "", errors="strict") for part in (parts.username, parts.password))
    except ValueError:
        raise wrong from None
    is_plain = address.isascii() and address.isprintable() and " " not in address
    is_whole = parts.path in ("", "/") and not parts.query and not parts.fragment and parts.netloc.count("@") <= 1
    if not (
        is_plain and is_whole and parts.scheme in PORTS and parts.hostname and port and bool(user) >= bool(password)
    ):
        raise wrong
    return Server(parts.hostname, port, parts.scheme == "smtps", user, password)


def _message(alerts: Sequence[Alert], subject: str, text: str) -> EmailMessage:
    (sender,) = _addresses(SENDER, 1)
    message = EmailMessage()
    message["From"] = sender
    message["To"] = _addresses(RECIPIENTS)
    message["Subject"] = subject
    message["Date"] = localtime()
    # a mail that is sent once more has the same name, by which programs tell repeats
    name = hashlib.sha256("\n".join(f"{alert.kind} {alert.key}" for alert in alerts).encode()).hexdigest()[:32]
    message["Message-ID"] = f"<{name}@{sender.domain}>"
    message.set_content(text)
    return message


def _addresses(variable: str, max_count: int = 100) -> list[Address]:
    listed = [part.strip() for part in os.environ.get(variable, "").split(",") if part.strip()]
    try:
        addresses = [Address(addr_spec=part) for part in listed]
    except (ValueError, IndexError):
        addresses = []
    if not 1 <= len(addresses) <= max_count or not all(each.domain and each.addr_spec.isascii() for each in addresses):
        what = "is not set to an address such as label@example.com" + (", or several with commas" * (max_count > 1))
        raise HitcastError(what, variable, "Set it, or leave out --mail")
    return addresses
