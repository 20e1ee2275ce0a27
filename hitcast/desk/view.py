"""How the desk writes what it shows: the templates, and numbers, dates and words in the reader's language."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context, select_autoescape
from jinja2.runtime import Context
from markupsafe import Markup

from hitcast.core import words
from hitcast.core.words import NO_BREAK, Language
from hitcast.desk import drawing
from hitcast.desk.reasons import reason_in
from hitcast.desk.texts import noun, text, texts

TEMPLATES = Path(__file__).parent / "templates"


def present() -> datetime:
    """The clock that says how old what is published is, with its zone."""
    return datetime.now(UTC)


def _language(context: Context) -> Language:
    language: Language = context["language"]
    return language


@pass_context
def say(context: Context, key: str, **values: object) -> str:
    """A text in the reader's language."""
    # what a macro made is escaped already, and the whole text is when it is written
    plain = {name: value.unescape() if isinstance(value, Markup) else value for name, value in values.items()}
    return text(key, _language(context), **plain)


@pass_context
def counted(context: Context, value: int, key: str) -> str:
    """A count with its noun: 3 releases; 3 релиза."""
    return f"{words.whole(value)}{NO_BREAK}{noun(key, value, _language(context))}"


def _filter(write: Callable[..., str]) -> Callable[..., str]:
    """A filter of a template that writes a value in the reader's language, in one line."""

    @pass_context
    def filtered(context: Context, value: Any, *rest: Any) -> str:
        return write(value, _language(context), *rest).replace(" ", NO_BREAK)

    return filtered


def signed(value: Any, language: Language) -> str:
    """A change as a percentage with its sign; from threefold on as a ratio: ×11."""
    if not words.is_unknown(value) and value >= 2:
        return f"×{words.decimal(1 + value, language, 0 if value >= 9 else 1)}"
    return words.percent(value, language, signed=True)


def short_day(value: Any, language: Language) -> str:
    """A date without its year: 24 Dec; 24 дек."""
    return words.NOTHING if words.is_unknown(value) else words.day(value, language).rsplit(" ", 1)[0]


def reason(row: Mapping[str, Any], language: Language) -> str:
    """The first reason of a forecast, or why there is none; empty where nothing is known."""
    refusal = row.get("refusal")
    if refusal:
        return reason_in(str(refusal), language)
    whole = row["main_drivers_ru" if language == "ru" else "main_drivers"] or ""
    return str(whole).split("; ")[0]


def tick(value: Any, language: Language) -> str:
    """A round number at an axis: 1 K, 2.5 K, 100 K."""
    point = "," if language == "ru" else "."
    return words.number(value, language).replace(f"{point}0 ", " ")


def exact_share(value: Any, language: Language) -> str:
    """A share as a percentage with one digit after the point, as boards show it: 38.2 %."""
    return words.NOTHING if words.is_unknown(value) else f"{words.decimal(100 * value, language, 1)} %"


def mark(value: str, language: Language) -> str:
    """What stands out in a day, as `delivered_days` says it: rows low, sum zero; строк: мало, сумма: ноль."""
    return ", ".join(_mark(part, language) for part in value.split(", "))


def _mark(part: str, language: Language) -> str:
    figure, _, kind = part.rpartition(" ")
    keys = (f"mark.{figure}", f"mark.{kind}")
    return " ".join(text(key, language) for key in keys) if all(key in texts() for key in keys) else part


FILTERS: Mapping[str, Callable[..., str]] = {
    "number": words.number,
    "tick": tick,
    "share": words.percent,
    "exact_share": exact_share,
    "signed": signed,
    "chance": words.chance,
    "day": words.day,
    "short_day": short_day,
    "moment": words.moment,
    "figure": words.figure,
    "decimal": words.decimal,
    "mark": mark,
}


@cache
def environment() -> Environment:
    """The templates, which write everything as text unless it is a template's own."""
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=select_autoescape(("html",), default_for_string=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    made.filters |= {name: _filter(write) for name, write in FILTERS.items()}
    made.filters["whole"] = lambda value: words.whole(value).replace(" ", NO_BREAK)
    made.filters["one_line"] = words.one_line
    made.filters["word"] = pass_context(lambda context, value: words.word(value, _language(context)))
    made.filters["reason_text"] = pass_context(lambda context, value: reason_in(str(value), _language(context)))
    made.filters["reason"] = pass_context(lambda context, row: reason(row, _language(context)))
    made.globals |= {"say": say, "counted": counted, "draw": drawing, "is_unknown": words.is_unknown}
    # what a template is for: a page, with forms and links, whose parts begin at the second level of headings
    made.globals |= {"is_page": True, "has_links": True, "level": 2}
    return made


def read_all() -> None:
    """Reads every text and template: a server does so before it listens, or its first reader would wait for it."""
    texts()
    for name in environment().list_templates():
        environment().get_template(name)


def link(path: str, **parameters: Any) -> str:
    """A path with its parameters; one that is empty is left out, a list is written once an item."""
    given = {name: value for name, value in parameters.items() if value not in (None, "", [], ())}
    return f"{path}?{urlencode(given, doseq=True)}" if given else path
