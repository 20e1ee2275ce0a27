"""The environment's variables that hold a number, a size or a choice: checked together when a command starts.

Addresses and secrets are checked where they are used, by the commands that need them.
"""

import math
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from hitcast.core.errors import HitcastError
from hitcast.core.target import TARGETS
from hitcast.core.target import VARIABLE as TARGET

PATIENCE, MEMORY_LIMIT = "HITCAST_PATIENCE", "HITCAST_MEMORY_LIMIT"
DEFAULTS = {PATIENCE: "30", MEMORY_LIMIT: "4GB"}
DUCKDB_SIZE = re.compile(r"([0-9]+(?:\.[0-9]+)?) ?(?:[kmgt](?:i?b)?|bytes?|b)", re.IGNORECASE)
JAVA_SIZE = re.compile(r"([0-9]+)[kmgt]b?", re.IGNORECASE)
MAX_PORT = 65_535


@dataclass(frozen=True)
class Rule:
    """What a variable may hold.

    Attributes:
        fits: Whether a text is such a value.
        wanted: What to give, in words.
    """

    fits: Callable[[str], bool]
    wanted: str


def _is_seconds(text: str) -> bool:
    try:
        seconds = float(text)
    except ValueError:
        return False
    return math.isfinite(seconds) and seconds >= 0


def _is_size(pattern: re.Pattern[str]) -> Callable[[str], bool]:
    def fits(text: str) -> bool:
        found = pattern.fullmatch(text)
        return found is not None and float(found[1]) > 0

    return fits


def _is_count(most: int | None = None) -> Callable[[str], bool]:
    def fits(text: str) -> bool:
        return text.isascii() and text.isdigit() and 0 < int(text) <= (most or int(text))

    return fits


RULES: Mapping[str, Rule] = {
    TARGET: Rule(lambda text: text in TARGETS, f"Use one of {', '.join(TARGETS)}"),
    PATIENCE: Rule(_is_seconds, "Give seconds, 0 or more, such as 30"),
    MEMORY_LIMIT: Rule(_is_size(DUCKDB_SIZE), "Give a size above 0, such as 2GB or 512MB"),
    "HITCAST_SPARK_METHOD": Rule(
        lambda text: text in ("session", "thrift", "http", "odbc"), "Use one of session, thrift, http, odbc"
    ),
    "HITCAST_SPARK_PORT": Rule(_is_count(MAX_PORT), f"Give a port from 1 to {MAX_PORT}"),
    "HITCAST_SPARK_PARTITIONS": Rule(_is_count(), "Give a whole number from 1 on"),
    "HITCAST_SPARK_EXECUTOR_MEMORY": Rule(_is_size(JAVA_SIZE), "Give a size above 0, such as 2g or 512m"),
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
            raise HitcastError(f"{text!r} does not fit", name, rule.wanted)


def patience_seconds() -> float:
    """How long a command waits for a warehouse that another process holds.

    Raises:
        HitcastError: The environment's is no number of seconds.
    """
    text = os.environ.get(PATIENCE) or DEFAULTS[PATIENCE]
    if not _is_seconds(text):
        raise HitcastError(f"{text!r} does not fit", PATIENCE, RULES[PATIENCE].wanted)
    return float(text)


def memory_limit() -> str:
    """Memory that DuckDB may take, in its own notation."""
    return os.environ.get(MEMORY_LIMIT) or DEFAULTS[MEMORY_LIMIT]
