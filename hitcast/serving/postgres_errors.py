"""What PostgreSQL's failures mean, in hitcast's own words.

Nothing that the server or its library writes is passed on: their words may hold a part of the address, and a server
that takes passwords in the clear may send one back. A text of theirs with the password masked would tell where in it
the password stands; these texts do not depend on it.
"""

import re
from collections.abc import Mapping

from hitcast.core.environment import NAME
from hitcast.core.errors import BusyError, HitcastError

WHERE = "PostgreSQL"
FAR_END = re.compile(r"connection to server|could not translate host name")
"""How libpq begins what it says of a server; what it says of a DSN holds parts of it."""
WAIT, LOOK = "Give the same command again later", "Check HITCAST_POSTGRES_DSN and the rights of its user"
CONNECTING: Mapping[str, str] = {
    "connection refused": "Connection refused",
    "could not translate host name": "could not translate host name|Name or service not known|name resolution",
    "did not answer in time": "timeout expired|timed out",
    "password authentication failed": "authentication failed",
    "no password supplied": "no password supplied",
    "does not let this user in from this machine (pg_hba.conf)": "no pg_hba.conf entry|pg_hba.conf rejects",
    "the user that the address names may not log in": "is not permitted to log in",
    "there is no such user": 'role ".*" does not exist',
    "there is no such database": 'database ".*" does not exist',
    "its certificate cannot be trusted": "certificate verify failed|root certificate|server certificate for",
    "speaks no TLS that the address asks for": "SSL|TLS",
    "the network leads to no such machine": "unreachable|No route to host",
    "there is no socket of that name": "No such file or directory",
    "closed the connection": "closed the connection|Connection reset|Broken pipe",
    "what answers there is no PostgreSQL": "expected authentication request|invalid response|unexpected message",
}
"""Meanings of what libpq says, each by what it looks like, the first that fits."""
BUSY_SIGNS = re.compile("too many clients|too many connections|connection slots|starting up|shutting down|recovery")
STATES: Mapping[str, str] = {
    "22001": "a text is longer than its column there takes",
    "22021": "a sign cannot be written in the database's encoding",
    "22P03": "a column there has another type",
    "22P05": "a sign cannot be written in the database's encoding",
    "23502": "a column of its own takes no null",
    "23503": "another table of its own forbids it",
    "23505": "a key of its own is there twice",
    "23514": "a check of its own forbids it",
    "25006": "the server only reads, as a replica does",
    "42501": "the user lacks the right",
    "42809": "what has that name is no table",
    "53100": "no space is left on the server",
    "53200": "the server has not enough memory",
    "55000": "what has that name takes no rows",
    "57014": "was stopped there, as it took too long",
    "57P01": "was ended by the server's administrator",
}
"""Meanings of SQLSTATEs."""
BUSY_STATES = {"55P03", "40P01", "40001", "53300", "57P03"}
STATE = re.compile(r"[0-9A-Z]{5}")


def connection_error(error: Exception) -> HitcastError:
    """What to say where there is no connection, or none any more.

    Args:
        error: Of the driver.
    """
    words = " ".join(str(error).split())
    failed = "Failed to connect:"
    if failed in words and not FAR_END.match(words.partition(failed)[2].strip()):
        what = "cannot be reached, as its address has an option that is none or whose value does not fit"
        return HitcastError(what, WHERE, "Check HITCAST_POSTGRES_DSN")
    if BUSY_SIGNS.search(words):
        return BusyError("takes no connection at present", WHERE, WAIT)
    what = next((meaning for meaning, sign in CONNECTING.items() if re.search(sign, words)), "cannot be reached")
    return HitcastError(what, WHERE, LOOK)


def statement_error(error: Exception, doing: str, patience_seconds: float) -> HitcastError:
    """What to say where the server refused a statement, or was lost at it.

    Args:
        error: Of the driver.
        doing: What was being done, in words.
        patience_seconds: How long a lock was waited for.
    """
    state = str(getattr(error, "sqlstate", None) or "").strip("\0")
    if not STATE.fullmatch(state) or state.startswith("000"):
        known = connection_error(error)
        return type(known)(f"{known.what}, {doing}", WHERE, known.cure)
    if state == "55P03":
        what = f"another session there holds a lock, {doing}; waited {patience_seconds:g} s"
        return BusyError(what, WHERE, "Wait for it to end, or end it there")
    if state in BUSY_STATES:
        return BusyError(f"is busy, {doing} (SQLSTATE {state})", WHERE, WAIT)
    column = _column(error)
    meaning = STATES.get(state, "refused")
    return HitcastError(f"{meaning}, {doing}{column and f', column {column}'} (SQLSTATE {state})", WHERE, LOOK)


def _column(error: Exception) -> str:
    """The column that the server names beside its message; empty where it names none, or one with odd signs."""
    details = dict(getattr(error, "details", None) or ())
    text = bytes(details.get(b"PG_DIAG_COLUMN_NAME", b"")).decode("ascii", "replace")
    return text if NAME.fullmatch(text) else ""
