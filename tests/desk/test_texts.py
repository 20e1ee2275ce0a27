"""Texts: both languages of every key, with the same placeholders, and none that no page asks for."""

import re
import string
from pathlib import Path

from hitcast.desk import texts

SOURCES = "\n".join(
    file.read_text("utf-8")
    for file in (Path(__file__).resolve().parents[2] / "hitcast" / "desk").glob("*.py")
    if file.name not in {"texts.py", "sentences.py"}
)


def placeholders(message: str) -> list[str]:
    return sorted(name for _, name, _, _ in string.Formatter().parse(message) if name)


def test_both_languages_say_the_same_with_the_same_placeholders() -> None:
    for key, (english, russian) in texts.TEXTS.items():
        assert english.strip() and russian.strip(), key
        assert placeholders(english) == placeholders(russian), key
        assert not re.search("[а-яА-Я]", english), key
        assert re.search("[а-яА-Я]", russian) or english == russian, key


def test_no_key_stands_in_both_modules() -> None:
    assert len(texts.TEXTS) == len(texts.LABELS) + len(texts.SENTENCES)


def test_every_text_is_asked_for() -> None:
    for key in texts.TEXTS:
        first, _, last = key.rpartition(".")
        built = first in {"column", "model", "strategy", "advice"} or last in {"name", "streams", "classes"}
        assert f'"{key}"' in SOURCES or (built and re.search(rf"\b{last}\b", SOURCES)), key


def test_every_text_that_is_asked_for_exists() -> None:
    asked = re.findall(r'say\(\s*"([a-z_.0-9]+)"', SOURCES)
    assert len(asked) > 50
    assert set(asked) <= set(texts.TEXTS)


def test_a_number_that_ends_on_a_stop_ends_the_sentence_once() -> None:
    assert texts.text("release.actual", "ru", streams="12,3 тыс.") == "Фактический итог: 12,3 тыс."
