"""Texts: both languages of every key, with the same placeholders, and none that no page asks for."""

import re
import string
from pathlib import Path

import pytest

from dashboard import texts

SOURCES = "\n".join(
    file.read_text("utf-8")
    for file in (Path(__file__).resolve().parents[2] / "dashboard").glob("*.py")
    if file.name not in {"texts.py", "sentences.py"}
)


def placeholders(told: str) -> list[str]:
    return sorted(name for _, name, _, _ in string.Formatter().parse(told) if name)


@pytest.mark.parametrize("key", texts.TEXTS)
def test_both_languages_say_the_same_with_the_same_placeholders(key: str) -> None:
    english, russian = texts.TEXTS[key]
    assert english.strip() and russian.strip()
    assert placeholders(english) == placeholders(russian)
    assert not re.search("[а-яА-Я]", english)
    if not key.startswith(("model.", "download", "set.tiktok_vk", "column.mark")):
        assert re.search("[а-яА-Я]", russian) or english == russian


def test_no_key_stands_in_both_modules() -> None:
    assert len(texts.TEXTS) == len(texts.LABELS) + len(texts.SENTENCES)


@pytest.mark.parametrize("key", texts.TEXTS)
def test_every_text_is_asked_for(key: str) -> None:
    last = key.rpartition(".")[2]
    built = key.startswith(("column.", "model.", "set.", "strategy.")) or key.endswith(".name")
    assert f'"{key}"' in SOURCES or (built and (last == "name" or f'"{last}"' in SOURCES)) or key in {
        "performance.streams", "performance.classes", "set.tiktok", "set.tiktok_vk", "column.known_streams"
    }  # fmt: skip


@pytest.mark.parametrize("key", re.findall(r'say\(\s*"([a-z_.0-9]+)"', SOURCES))
def test_every_text_that_is_asked_for_exists(key: str) -> None:
    assert key in texts.TEXTS


def test_a_number_that_ends_on_a_stop_ends_the_sentence_once() -> None:
    assert texts.text("release.actual", "ru", streams="12,3 тыс.") == "Фактический итог: 12,3 тыс."


def test_words_of_the_data_are_translated_where_they_are_known() -> None:
    assert texts.word("high", "ru") == "высокий"
    assert texts.word("Polka", "ru") == "Polka"
    assert texts.word(None, "ru") == "–"
