"""Every text of the desk, from `texts.yml`."""

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from hitcast.core.words import Language, plural

ABBREVIATED = re.compile(r"(тыс)\.\.(?!\.)")
FILE = Path(__file__).with_name("texts.yml")


@cache
def texts() -> Mapping[str, tuple[Any, Any]]:
    """The English and the Russian of each key: texts, and of a key `noun.*` the forms that go with a count."""
    return {key: (pair["en"], pair["ru"]) for key, pair in yaml.safe_load(FILE.read_text(encoding="utf-8")).items()}


def text(key: str, language: Language, **values: object) -> str:
    """A text in a language, its placeholders filled in.

    Args:
        key: Of `texts.yml`.
        language: The reader's.
        values: By placeholder.
    """
    message = str(texts()[key][language == "ru"])
    # an abbreviation at the end brings its own full stop: 66,6 тыс.
    return ABBREVIATED.sub(r"\1.", message.format(**values)) if values else message


def noun(key: str, count: int, language: Language) -> str:
    """A noun in the form that goes with a count: day, days; день, дня, дней.

    Args:
        key: Of `texts.yml`, without `noun.`.
        count: How many, 0 or more.
        language: The reader's.
    """
    return plural(count, language, *texts()[f"noun.{key}"][language == "ru"])
