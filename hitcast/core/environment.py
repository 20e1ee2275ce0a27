"""The environment's variables: what each may hold, and which of them nobody but their own command sees.

Those that hold a number, a size, a name or a choice are checked together when a command starts; secrets are checked
where they are used, by the commands that need them.
"""

import os
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from hitcast.core.errors import HitcastError
from hitcast.core.rules import Rule, shown
from hitcast.core.target import TARGETS
from hitcast.core.target import VARIABLE as TARGET

PATIENCE, MEMORY_LIMIT = "HITCAST_PATIENCE", "HITCAST_MEMORY_LIMIT"
DEFAULTS = {PATIENCE: "30", MEMORY_LIMIT: "4GB"}
DUCKDB_SIZE = re.compile(r"([0-9]{1,15}(?:\.[0-9]{1,9})?) ?(?:([kmgt])(?:i?b)?|bytes?|b)", re.IGNORECASE)
JAVA_SIZE = re.compile(r"([0-9]{1,15})([kmgt])b?", re.IGNORECASE)
UNITS = {"": 1, "k": 10**3, "m": 10**6, "g": 10**9, "t": 10**12}
MAX_BYTES = 10**15
MAX_PORT, MAX_PARTITIONS, MAX_SECONDS = 65_535, 100_000, 86_400
SECONDS = re.compile(r"[0-9]{1,6}(?:\.[0-9]{1,9})?")
NAME = re.compile(r"[a-z_][a-z0-9_]{0,62}")
PLAIN = re.compile(r"[\w.,:/@\[\]*=~+%-]{1,255}", re.ASCII)
"""What addresses and names of machines and users are written with: no blank, no quote, nothing that means more."""
SEEN_BY_DBT = (
    "HITCAST_HOME", "HITCAST_TARGET", "HITCAST_MEMORY_LIMIT", "HITCAST_SPARK_METHOD", "HITCAST_SPARK_HOST",
    "HITCAST_SPARK_PORT", "HITCAST_SPARK_USER", "HITCAST_SPARK_SCHEMA", "HITCAST_SPARK_MASTER",
    "HITCAST_SPARK_PARTITIONS", "HITCAST_SPARK_EXECUTOR_MEMORY", "HITCAST_SPARK_LANDING",
)  # fmt: skip
"""Variables of hitcast that the project's profile and macros read; all others are none of dbt's business."""
OWN, LIBPQ = "HITCAST_", "PG"
"""How names begin: of hitcast's variables, and of those that PostgreSQL's library reads, its password among them."""


def _is_seconds(text: str) -> bool:
    return SECONDS.fullmatch(text) is not None and float(text) <= MAX_SECONDS


def _is_size(pattern: re.Pattern[str]) -> Callable[[str], bool]:
    def fits(text: str) -> bool:
        found = pattern.fullmatch(text)
        return found is not None and 0 < float(found[1]) * UNITS[(found[2] or "").lower()] <= MAX_BYTES

    return fits


def _is_count(most: int) -> Callable[[str], bool]:
    def fits(text: str) -> bool:
        return re.fullmatch(r"[0-9]{1,9}", text) is not None and 0 < int(text) <= most

    return fits


def _is_written(pattern: re.Pattern[str]) -> Callable[[str], bool]:
    return lambda text: pattern.fullmatch(text) is not None


PLAIN_NAME = Rule(_is_written(NAME), "Use small letters, digits and _, 63 at most")
ADDRESS = Rule(_is_written(PLAIN), "Use letters, digits and . , : / @ [ ] * = ~ + % - _, 255 at most")
RULES: Mapping[str, Rule[str]] = {
    TARGET: Rule(lambda text: text in TARGETS, f"Use one of {', '.join(TARGETS)}"),
    PATIENCE: Rule(_is_seconds, f"Give seconds from 0 to {MAX_SECONDS}, such as 30"),
    MEMORY_LIMIT: Rule(_is_size(DUCKDB_SIZE), "Give a size above 0, such as 2GB or 512MB"),
    "HITCAST_SPARK_METHOD": Rule(
        lambda text: text in ("session", "thrift", "http", "odbc"), "Use one of session, thrift, http, odbc"
    ),
    "HITCAST_SPARK_PORT": Rule(_is_count(MAX_PORT), f"Give a port from 1 to {MAX_PORT}"),
    "HITCAST_SPARK_PARTITIONS": Rule(_is_count(MAX_PARTITIONS), f"Give a whole number from 1 to {MAX_PARTITIONS}"),
    "HITCAST_SPARK_EXECUTOR_MEMORY": Rule(_is_size(JAVA_SIZE), "Give a size above 0, such as 2g or 512m"),
    "HITCAST_SPARK_SCHEMA": PLAIN_NAME,
    "HITCAST_POSTGRES_SCHEMA": PLAIN_NAME,
    "HITCAST_SPARK_HOST": ADDRESS,
    "HITCAST_SPARK_USER": ADDRESS,
    "HITCAST_SPARK_MASTER": ADDRESS,
    "HITCAST_SPARK_LANDING": ADDRESS,
}


def check_environment() -> None:
    """Checks every variable of `RULES` that is set; an empty one counts as not set.

    Raises:
        HitcastError: One holds what it cannot.
    """
    for name, rule in RULES.items():
        text = os.environ.get(name, "")
        if not text:
            # what reads it by itself, such as dbt's profile, would take the empty text for its value
            os.environ.pop(name, None)
        elif not rule.fits(text):
            raise HitcastError(f"{shown(text)} does not fit", name, rule.wanted)


def patience_seconds() -> float:
    """How long a command waits for a warehouse that another process holds.

    Raises:
        HitcastError: The environment's is no number of seconds.
    """
    text = os.environ.get(PATIENCE) or DEFAULTS[PATIENCE]
    if not _is_seconds(text):
        raise HitcastError(f"{shown(text)} does not fit", PATIENCE, RULES[PATIENCE].wanted)
    return float(text)


def memory_limit() -> str:
    """Memory that DuckDB may take, in its own notation."""
    return os.environ.get(MEMORY_LIMIT) or DEFAULTS[MEMORY_LIMIT]


@contextmanager
def without_secrets() -> Iterator[None]:
    """Takes out of the environment, for the block, what dbt need not see: Jinja reads any variable that is there.

    That is every variable of hitcast but those that the project's profile and macros read, and those of PostgreSQL's
    library.
    """
    hidden = {
        name: os.environ.pop(name)
        for name in list(os.environ)
        if (name.startswith(OWN) and name not in SEEN_BY_DBT) or name.startswith(LIBPQ)
    }
    try:
        yield
    finally:
        os.environ.update(hidden)
