"""What a setting may hold, whether it comes from the environment or from the project's variables."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

Value = TypeVar("Value")
MAX_SHOWN = 60
"""Signs of a value that a message repeats."""


@dataclass(frozen=True)
class Rule(Generic[Value]):
    """What a setting may hold.

    Attributes:
        fits: Whether a value is one of it.
        wanted: What to give, in words.
    """

    fits: Callable[[Value], bool]
    wanted: str


def shown(value: object) -> str:
    """A value for a message, in ASCII and not too long; a text in quotes."""
    text = value if isinstance(value, str) else repr(value)
    short = text if len(text) <= MAX_SHOWN else f"{text[: MAX_SHOWN - 3]}..."
    return ascii(short) if isinstance(value, str) else short
