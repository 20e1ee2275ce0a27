"""Reasons in words, in English and Russian: what was seen of a release, what is usual, and what it did to a forecast.

Sentences on what the release itself did stand here. What another feature is called, and how its value is written, is in
the YAML of `release_features`.
"""

import math
import string
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from hitcast.core import words
from hitcast.core.errors import HitcastError
from hitcast.core.words import Language

UNKNOWN = "missing"
"""What the modelling frame says where a category is unknown."""
NOT_GIVEN = "unknown"
"""What the catalog's tables say where it names no label or genre."""
LANGUAGES: tuple[Language, ...] = ("en", "ru")
PLACEHOLDERS = ("value", "s", "days", "horizon")
UNORDERED = ("plain", "duration", "month", "weekday", "name")
"""Forms of which more is neither better nor worse."""
MIN_WIDENING = 1.05
"""How many times as wide a range is from which a sentence says so."""
LARGEST_LOG = 20.0


@dataclass(frozen=True)
class Meaning:
    """What there is to say of a figure; a text is empty where there is nothing.

    Attributes:
        name: Feature, a column of `release_features`; or the group of reasons.
        form: How its value is written, a key of `FORMS`.
        phrase: Reason by language, with placeholders.
        label: Short name by language.
        unknown: Reason by language where the value is unknown.
        description: Meaning, in English.
        unit: Unit of a number.
    """

    name: str
    form: str
    phrase: Mapping[Language, str]
    label: Mapping[Language, str]
    unknown: Mapping[Language, str]
    description: str = ""
    unit: str = ""


@dataclass(frozen=True)
class Fact:
    """A figure of one release, all that a sentence may say.

    Attributes:
        value: Number, NaN where it is unknown; a category's name.
        usual: The usual release's, likewise.
        as_of_day: Days known.
        class_horizon: Days of the streams that an artist's history counts.
        landed: VK streams that a forecast without VK knows of as its floor.
    """

    value: float | str
    usual: float | str
    as_of_day: int
    class_horizon: int
    landed: float = 0.0

    @property
    def is_unknown(self) -> bool:
        """Whether there is no value."""
        return self.value in (UNKNOWN, NOT_GIVEN) if isinstance(self.value, str) else math.isnan(self.value)


def _meaning(form: str, english: str, russian: str, unknown: tuple[str, str] = ("", "")) -> Meaning:
    nothing: Mapping[Language, str] = {"en": "", "ru": ""}
    return Meaning("", form, {"en": english, "ru": russian}, nothing, {"en": unknown[0], "ru": unknown[1]})


NO_STREAMS = ("VK streams are not known", "прослушивания VK неизвестны")
NO_VIEWS = ("TikTok views are not known", "просмотры в TikTok неизвестны")
NO_SHAPE = ("how VK streams develop is not yet known", "как развиваются прослушивания VK, пока неизвестно")
STREAMS = _meaning("count", "{value} VK streams {days}", "прослушивания VK {days}: {value}", NO_STREAMS)
VIEWS = _meaning("count", "{value} TikTok views {days}", "просмотры в TikTok {days}: {value}", NO_VIEWS)
TEASERS = _meaning(
    "count", "{value} TikTok views of teasers before release", "просмотры тизеров в TikTok до выхода: {value}", NO_VIEWS
)
TEASER_DAYS = _meaning("count", "{value} day{s} of teasers on TikTok", "дней с тизерами в TikTok: {value}", NO_VIEWS)
LAST_THREE = _meaning(
    "share",
    "{value} of VK streams so far came in the last 3 known days",
    "доля последних 3 известных дней в прослушиваниях VK: {value}",
    NO_SHAPE,
)
LAST_DAY = _meaning(
    "share",
    "{value} of VK streams so far came on the last known day",
    "доля последнего известного дня в прослушиваниях VK: {value}",
    NO_SHAPE,
)
VIEWS_PER_STREAM = _meaning(
    "number", "{value} TikTok views per 1,000 VK streams", "просмотры в TikTok на 1000 прослушиваний VK: {value}",
    NO_VIEWS,
)  # fmt: skip
CREATIONS_PER_VIEW = _meaning(
    "number", "{value} TikTok creations per 1,000 views", "ролики в TikTok на 1000 просмотров: {value}", NO_VIEWS
)


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
        phrase=by_language("phrase"),
        label=by_language("label"),
        unknown=by_language("unknown"),
        description=text("description"),
        unit=text("unit"),
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


def amount(form: str, value: float | str) -> float | str:
    """A feature's value as it is written: a log is taken back."""
    if isinstance(value, str) or not form.startswith("log_"):
        return value
    return (math.expm1 if form == "log_count" else math.exp)(min(value, LARGEST_LOG))


def reason(meaning: Meaning, fact: Fact, contribution: float, language: Language = "en") -> str:
    """One sentence: what was seen, what is usual, and what that did to the forecast.

    The usual is left out where it is as much in words, or where the release differs from it to the other side than the
    forecast did. In Russian a feature without Russian words is described in English.

    Args:
        meaning: Of the figure.
        fact: The figure.
        contribution: To the natural log of the forecast.
        language: Of the sentence.
    """
    written_in = language if meaning.label[language] or meaning.phrase[language] else "en"
    seen = _seen(meaning, fact, written_in)
    if agrees(meaning, fact.value, fact.usual, contribution):
        usual = _written(meaning, fact.usual, written_in)
        seen += f" ({'usual' if written_in == 'en' else 'обычно'}: {usual})"
    if fact.landed > 0:
        landed = words.number(fact.landed, written_in)
        seen += {"en": f", {landed} VK streams landed", "ru": f", получено прослушиваний VK: {landed}"}[written_in]
    return f"{seen}: {words.effect(contribution, language)}"


def agrees(meaning: Meaning, value: float | str, usual: float | str, contribution: float) -> bool:
    """Whether more than usual raised a forecast, or less lowered it, so that the two may be named together."""
    if meaning.form in UNORDERED or isinstance(value, str) or isinstance(usual, str):
        return False
    return (value - usual) * contribution > 0 and _written(meaning, value, "en") != _written(meaning, usual, "en")


def missing_reason(note: str | None, widening: float, contribution: float, language: Language = "en") -> str:
    """One sentence on missing days: what is missing, and how much wider the range is for it.

    Args:
        note: What is missing; None where nothing is.
        widening: How many times as wide the range is as it would be.
        contribution: Of what is missing to the natural log of the forecast.
        language: Of the sentence.
    """
    seen = note or {"en": "no day is missing", "ru": "все дни получены"}[language]
    wider = {"en": f"range {words.times(widening)} as wide", "ru": f"диапазон {words.times(widening, 'ru')} шире"}
    no_wider = {"en": "range no wider for it", "ru": "диапазон от этого не шире"}
    range_is = wider[language] if widening >= MIN_WIDENING else no_wider[language]
    return f"{seen}: {range_is}" + (f", {words.effect(contribution, language)}" if abs(contribution) > 0.005 else "")


def base_reason(streams: float, as_of_day: int, horizon: int, language: Language = "en") -> str:
    """One sentence: the forecast of the usual release, which effects start from."""
    total = words.number(streams, language)
    if language == "en":
        days = words.plural(as_of_day, "en", "day", "days")
        return f"the usual release after {as_of_day} {days}: {total} streams {_known_days(horizon, 'en')}"
    days = words.plural(as_of_day, "ru", "дня", "дней", "дней")
    return f"обычный релиз после {as_of_day} {days}: {total} {_known_days(horizon, 'ru')}"


def _seen(meaning: Meaning, fact: Fact, language: Language) -> str:
    label = meaning.label[language] or _described(meaning)
    if fact.is_unknown:
        return meaning.unknown[language] or f"{label}: {'not known' if language == 'en' else 'неизвестно'}"
    value = _written(meaning, fact.value, language)
    if value == "0" and language == "en" and meaning.form in ("count", "plain"):
        value = "no"
    phrase = meaning.phrase[language]
    if phrase:
        days = _known_days(fact.as_of_day, language)
        return phrase.format(value=value, s="" if value == "1" else "s", days=days, horizon=fact.class_horizon)
    if language == "en" and meaning.form in ("count", "plain"):
        return f"{value} {label}"
    # a label says what is counted; a description does not
    unit = "" if meaning.label[language] or meaning.form != "number" else f" {meaning.unit}".rstrip()
    return f"{label}: {value}{unit}"


def _written(meaning: Meaning, value: float | str, language: Language) -> str:
    if isinstance(value, str):
        return words.word(value, language)
    return FORMS[meaning.form](value, language)


def _described(meaning: Meaning) -> str:
    """What a feature without a label is, in its description's words up to the first stop."""
    first = meaning.description.replace("`", "").split(";")[0].split(". ")[0].strip().rstrip(".")
    return (first or meaning.name).replace("_", " ")


def _known_days(as_of_day: int, language: Language) -> str:
    if language == "en":
        return f"in {as_of_day} {words.plural(as_of_day, 'en', 'day', 'days')}"
    return f"за {as_of_day} {words.plural(as_of_day, 'ru', 'день', 'дня', 'дней')}"


FORMS: Mapping[str, Callable[[float, Language], str]] = {
    "count": words.number,
    "plain": words.number,
    "number": words.figure,
    "share": words.percent,
    "duration": lambda value, language: words.duration(value),
    "month": words.month,
    "weekday": words.weekday,
    "name": words.figure,
    "log_count": words.number,
    "log_times": words.times,
}
"""How a value is written, by the form that the catalog names; the catalog's YAML says what each means."""
