"""Reasons that the data carry in English, in the reader's language: `reasons.yml` pairs both."""

import re
from collections.abc import Sequence
from datetime import date
from functools import cache
from pathlib import Path

import yaml

from hitcast.core import words
from hitcast.core.words import Language

FILE = Path(__file__).with_name("reasons.yml")
PLACEHOLDER = re.compile(r"\\\{(\w+)\\\}")


@cache
def patterns() -> Sequence[tuple[re.Pattern[str], str]]:
    """What each reason looks like in English, and its Russian with the same placeholders."""
    pairs = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    shapes = [PLACEHOLDER.sub(r"(?P<\1>.+?)", re.escape(pair["en"])) for pair in pairs]
    return [(re.compile(shape, re.DOTALL), pair["ru"]) for shape, pair in zip(shapes, pairs, strict=True)]


def reason_in(text: str, language: Language) -> str:
    """A reason in a language; one that is not known is left as it is.

    Args:
        text: As the data carry it.
        language: The reader's.
    """
    if language == "en":
        return text
    for pattern, russian in patterns():
        found = pattern.fullmatch(text)
        if found:
            return russian.format(**{name: _filled(name, value) for name, value in found.groupdict().items()})
    return text


def _filled(name: str, value: str) -> str:
    if name == "reason":
        return reason_in(value, "ru")
    if name.startswith("day") and re.fullmatch(r"\d{4}-\d{2}-\d{2}", value):
        return words.day(date.fromisoformat(value), "ru")
    return value
