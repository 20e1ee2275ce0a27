"""Reasons in words, in English and Russian: what a feature's value did to a forecast, as a manager reads it.

What a feature and its group are called, and how its value is written, is in the YAML of `release_features`; this module
holds the ways to write a value, not the features.
"""

import math
import string
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from hitcast.core import words
from hitcast.core.errors import HitcastError
from hitcast.core.words import Language

MISSING = "missing"
"""What the modelling frame says where a category is unknown."""
LANGUAGES: tuple[Language, ...] = ("en", "ru")
PLACEHOLDERS = ("value", "s", "days", "known", "last_day", "horizon")
VALUE_FIRST = ("count", "per_thousand")
"""Forms whose English reason is the value and the label, where the YAML has no phrase."""
LARGEST_LOG = 20.0


@dataclass(frozen=True)
class Meaning:
    """What the catalog says of a feature; a text is empty where it says nothing.

    Attributes:
        name: Feature, a column of `release_features`.
        form: How its value is written, a key of `FORMS`.
        description: Meaning, in English.
        unit: Unit of a number.
        label: Short name by language.
        phrase: Reason by language, with placeholders.
        unknown: Reason by language where the value is unknown.
    """

    name: str
    form: str
    description: str
    unit: str
    label: Mapping[Language, str]
    phrase: Mapping[Language, str]
    unknown: Mapping[Language, str]


@dataclass(frozen=True)
class Fact:
    """A feature of one release, all that a sentence may say.

    Attributes:
        value: Number, NaN where it is unknown; a category's name.
        as_of_day: Days known, 1 or more.
        class_horizon: Days of the streams that an artist's history counts.
    """

    value: float | str
    as_of_day: int
    class_horizon: int

    @property
    def is_unknown(self) -> bool:
        """Whether there is no value."""
        return self.value == MISSING if isinstance(self.value, str) else math.isnan(self.value)


AS_OF_DAY = Meaning(
    name="as_of_day",
    form="count",
    description="",
    unit="days",
    label={"en": "days of data", "ru": "известно дней"},
    phrase={"en": "{value} day{s} of data", "ru": ""},
    unknown={"en": "", "ru": ""},
)
"""The one input that is no feature of the catalog."""
DAYS_KNOWN: Mapping[Language, str] = {"en": "how many days are known", "ru": "сколько дней известно"}
"""What the group of the as-of day is called."""


def read_meaning(row: Mapping[str, object]) -> Meaning:
    """What a row of `feature_catalog` says; what it lacks is empty.

    Raises:
        HitcastError: Its form is unknown, or a phrase has a placeholder that is.
    """

    def text(column: str) -> str:
        value = row.get(column)
        return value if isinstance(value, str) else ""

    def by_language(column: str) -> dict[Language, str]:
        return {language: text(f"{column}_{language}") for language in LANGUAGES}

    name = text("feature_name")
    meaning = Meaning(
        name=name,
        form=text("form") or ("name" if text("feature_kind") == "categorical" else "number"),
        description=text("description"),
        unit=text("unit"),
        label=by_language("label"),
        phrase=by_language("phrase"),
        unknown=by_language("unknown"),
    )
    if meaning.form not in FORMS:
        raise HitcastError(f"unknown form {meaning.form}", f"meta of {name}", f"Use one of {', '.join(FORMS)}")
    for language, phrase in meaning.phrase.items():
        if not _is_phrase(phrase):
            cure = f"Use {', '.join(f'{{{placeholder}}}' for placeholder in PLACEHOLDERS)} and no other braces"
            raise HitcastError(f"phrase_{language} cannot be filled in: {phrase}", f"meta of {name}", cure)
    return meaning


def _is_phrase(phrase: str) -> bool:
    try:
        return {name for _, name, _, _ in string.Formatter().parse(phrase) if name is not None} <= set(PLACEHOLDERS)
    except ValueError:
        return False


def reason(meaning: Meaning, fact: Fact, contribution: float, language: Language = "en") -> str:
    """One sentence: what was seen, and what it did to the forecast.

    In Russian a feature without Russian words is described in English.

    Args:
        meaning: Of the feature.
        fact: Its value for the release.
        contribution: To the natural log of the forecast.
        language: Of the sentence.
    """
    told_in = language if meaning.label[language] or meaning.phrase[language] else "en"
    return f"{_seen(meaning, fact, told_in)}: {words.effect(contribution, language)}"


def group_reason(label: str, contribution: float, language: Language = "en") -> str:
    """One sentence on all features of a group together.

    Args:
        label: What the group is called in the language.
        contribution: To the natural log of the forecast.
        language: Of the sentence.
    """
    together = "taken together" if language == "en" else "вместе"
    return f"{label}, {together}: {words.effect(contribution, language)}"


def _seen(meaning: Meaning, fact: Fact, language: Language) -> str:
    label = meaning.label[language] or _described(meaning)
    if fact.is_unknown:
        return meaning.unknown[language] or f"{label}: {'not known' if language == 'en' else 'неизвестно'}"
    value = _written(meaning, fact, language)
    phrase = meaning.phrase[language]
    if phrase:
        return phrase.format(
            value=value,
            s="" if value == "1" else "s",
            days=_known_days(fact.as_of_day, language),
            known=fact.as_of_day,
            last_day=fact.as_of_day - 1,
            horizon=fact.class_horizon,
        )
    if language == "en" and meaning.form in VALUE_FIRST:
        return f"{value} {label}"
    # a label says what is counted; a description does not
    unit = "" if meaning.label[language] or meaning.form != "number" else f" {meaning.unit}".rstrip()
    return f"{label}: {value}{unit}"


def _written(meaning: Meaning, fact: Fact, language: Language) -> str:
    if isinstance(fact.value, str):
        return words.word(fact.value, language)
    write = FORMS[meaning.form]
    value = min(fact.value, LARGEST_LOG) if meaning.form.startswith(("log_", "slope")) else fact.value
    return write(float(value), language)


def _described(meaning: Meaning) -> str:
    """What a feature without a label is, in its description's words up to the first stop."""
    first = meaning.description.replace("`", "").split(";")[0].split(". ")[0].strip().rstrip(".")
    return (first or meaning.name).replace("_", " ")


def _known_days(as_of_day: int, language: Language) -> str:
    if language == "en":
        return "on the first day" if as_of_day == 1 else f"in the first {as_of_day} days"
    if as_of_day == 1:
        return "в первый день"
    return f"за первые {as_of_day} {words.plural(as_of_day, 'ru', 'день', 'дня', 'дней')}"


def _count(value: float, language: Language) -> str:
    return "no" if language == "en" and value < 0.5 else words.number(value, language)


def _slope(value: float, language: Language) -> str:
    """Growth a day, from a slope of natural logs."""
    share = math.expm1(value)
    if language == "ru":
        return (
            f"{words.percent(share, 'ru', signed=True)} в день"
            if share < 1
            else f"{words.times(1 + share, 'ru')} в день"
        )
    if abs(share) < 0.005:
        return "stayed level from day to day"
    if share >= 1:
        return f"grew {words.times(1 + share)} a day"
    return f"{'grew' if share > 0 else 'fell'} {words.percent(abs(share))} a day"


def _ratio(value: float, language: Language) -> str:
    """Change over the known days, from the last day's count over the first one's."""
    if language == "ru":
        return words.times(value, "ru") if value >= 2 else words.percent(value, "ru")
    if value >= 1.05:
        return f"grew {words.times(value)}"
    return "stayed level" if value > 0.95 else f"fell to {words.percent(value)}"


def _trend(value: float, language: Language) -> str:
    """Whether growth changed, from a difference of log growths."""
    picked_up, slowed, same = (
        ("picked up", "slowed down", "stayed the same")
        if language == "en"
        else ("ускорился", "замедлился", "как в начале")
    )
    return same if abs(value) < 0.05 else picked_up if value > 0 else slowed


FORMS: Mapping[str, Callable[[float, Language], str]] = {
    "count": _count,
    "number": words.figure,
    "share": words.percent,
    "per_thousand": lambda value, language: words.decimal(1000 * value, language, 1),
    "duration": lambda value, language: words.duration(value),
    "month": words.month,
    "weekday": words.weekday,
    "name": words.figure,
    "slope": _slope,
    "ratio": _ratio,
    "trend": _trend,
    "log_count": lambda value, language: _count(math.expm1(value), language),
    "log_number": lambda value, language: words.figure(math.exp(value), language),
    "log_share": lambda value, language: words.percent(math.exp(value), language),
    "log_times": lambda value, language: words.times(math.exp(value), language),
}
"""How a value is written, by the form that the catalog names; the catalog's YAML says what each means."""
