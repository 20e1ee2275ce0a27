"""Texts: both languages of every key, with the same placeholders, each asked for and none missing."""

import re
import string
from pathlib import Path

import pytest

from hitcast.desk.texts import noun, text, texts
from hitcast.desk.view import mark

DESK = Path(__file__).resolve().parents[2] / "hitcast" / "desk"
SOURCES = "\n".join(
    file.read_text(encoding="utf-8") for kind in ("*.py", "*.html", "*.txt") for file in DESK.rglob(kind)
)
BUILT = (
    "amount.", "claim.", "column.", "constant.", "daily.", "experiment.", "language.", "listening.", "mark.", "metric.",
    "noun.", "page.", "portfolio.", "reference.", "release.decide.", "release.verdict.", "report.", "show.",
    "statistics.by_", "statistics.board.", "statistics.check.", "statistics.done.", "statistics.genre",
    "statistics.label", "verdict.", "week.verdict.",
)  # fmt: skip
"""Beginnings of keys that a template or a module puts together."""


def placeholders(message: str) -> list[str]:
    return sorted({name for _, name, _, _ in string.Formatter().parse(message) if name})


def test_both_languages_say_the_same_with_the_same_placeholders() -> None:
    assert len(texts()) > 200
    for key, (english, russian) in texts().items():
        if key.startswith("noun."):
            assert (len(english), len(russian)) == (2, 3), key
            continue
        assert english.strip() and russian.strip(), key
        assert placeholders(english) == placeholders(russian), key
        assert not re.search("[а-яА-Я]", english) or key == "language.ru", key
        wording = re.sub(r"\{\w+\}", "", russian)
        assert re.search("[а-яА-Я]", russian) or not re.search("[a-z]", wording) or english == russian, key


def test_every_text_is_asked_for() -> None:
    unused = [key for key in texts() if f'"{key}"' not in SOURCES and f"'{key}'" not in SOURCES]
    assert [key for key in unused if not key.startswith(BUILT)] == []


def test_every_text_that_is_asked_for_exists() -> None:
    asked = set(re.findall(r"""say\(\s*["']([a-z_.0-9]+)["']\s*[,)]""", SOURCES))
    assert len(asked) > 100
    assert asked - set(texts()) == set()
    nouns = set(re.findall(r"""counted\([^"']*["']([a-z]+)["']""", SOURCES))
    assert {f"noun.{one}" for one in nouns} <= set(texts())


@pytest.mark.parametrize(
    ("count", "form"), [(0, "дней"), (1, "день"), (2, "дня"), (5, "дней"), (11, "дней"), (21, "день"), (112, "дней")]
)
def test_a_noun_goes_with_its_count(count: int, form: str) -> None:
    assert noun("day", count, "ru") == form


@pytest.mark.parametrize(
    ("given", "russian"),
    [
        ("rows low", "строк: мало"),
        ("rows low, sum zero", "строк: мало, сумма: ноль"),
        ("recordings high, sum high", "записей: много, сумма: много"),
        ("no usual yet", "no usual yet"),
    ],
)
def test_what_stands_out_in_a_day_is_said_in_either_language(given: str, russian: str) -> None:
    assert mark(given, "en") == given
    assert mark(given, "ru") == russian


def test_every_mark_that_dbt_makes_is_known() -> None:
    marts = (DESK.parents[1] / "models" / "marts" / "predictions" / "delivered_days.sql").read_text(encoding="utf-8")
    figures = re.findall(r"'(\w+) ' \|\| usual_days", marts)
    assert len(figures) == 3
    macros = "\n".join(file.read_text(encoding="utf-8") for file in (DESK.parents[1] / "macros").rglob("*.sql"))
    kinds = set(re.findall(r"then '(low|high|zero)'", macros))
    assert kinds == {"low", "high", "zero"}
    for key in [*(f"mark.{one}" for one in figures), *(f"mark.{one}" for one in kinds)]:
        assert text(key, "ru")
