"""Numbers, shares, days, plurals and words as people write them, in both languages."""

from datetime import UTC, date, datetime, timedelta

import pandas as pd
import pytest

from hitcast.core import words


@pytest.mark.parametrize(
    ("value", "english", "russian"),
    [
        (0, "0", "0"),
        (940.4, "940", "940"),
        (999.6, "1.0 K", "1,0 тыс."),
        (12_345, "12.3 K", "12,3 тыс."),
        (99_960, "100 K", "100 тыс."),
        (123_456, "123 K", "123 тыс."),
        (999_600, "1.0 M", "1,0 млн"),
        (1_249_000, "1.2 M", "1,2 млн"),
        (3.4e9, "3.4 B", "3,4 млрд"),
        (-12_345, "-12.3 K", "-12,3 тыс."),
        (None, "–", "–"),
        (float("nan"), "–", "–"),
        (pd.NA, "–", "–"),
        (pd.NaT, "–", "–"),
    ],
)
def test_counts(value: object, english: str, russian: str) -> None:
    assert words.number(value) == english
    assert words.number(value, "ru") == russian


@pytest.mark.parametrize(
    ("value", "signed", "english", "russian"),
    [
        (0.384, False, "38 %", "38 %"),
        (0.384, True, "+38 %", "+38 %"),
        (-0.384, True, "-38 %", "-38 %"),
        (-0.004, True, "-0.4 %", "-0,4 %"),
        (0.0012, False, "0.12 %", "0,12 %"),
        (0.0098, False, "1 %", "1 %"),
        (0.0, True, "0 %", "0 %"),
        (0.000_001, True, "0 %", "0 %"),
        (0.0001, False, "0.01 %", "0,01 %"),
        (0.996, False, "99.6 %", "99,6 %"),
        (0.9999, False, "99.9 %", "99,9 %"),
        (1.0, False, "100 %", "100 %"),
        (None, False, "–", "–"),
    ],
)
def test_shares(value: float | None, signed: bool, english: str, russian: str) -> None:
    assert words.percent(value, "en", signed) == english
    assert words.percent(value, "ru", signed) == russian


@pytest.mark.parametrize(
    ("contribution", "english", "russian"),
    [
        (0.3221, "+38 %", "+38 %"),
        (-0.0943, "-9 %", "-9 %"),
        (0.004, "+0.4 %", "+0,4 %"),
        (-0.0098, "-1 %", "-1 %"),
        (2.5, "12 times as many", "в 12 раз больше"),
        (-4.0, "-98 %", "-98 %"),
        (-9.0, "-99.9 %", "-99,9 %"),
        (99.0, "485 M times as many", "в 485 млн раз больше"),
    ],
)
def test_effects_on_the_forecast_itself(contribution: float, english: str, russian: str) -> None:
    assert words.effect(contribution) == english
    assert words.effect(contribution, "ru") == russian


@pytest.mark.parametrize(
    ("count", "english", "russian"),
    [
        (0, "days", "дней"),
        (1, "day", "день"),
        (2, "days", "дня"),
        (5, "days", "дней"),
        (11, "days", "дней"),
        (12, "days", "дней"),
        (21, "days", "день"),
        (22, "days", "дня"),
        (111, "days", "дней"),
    ],
)
def test_the_noun_goes_with_the_count(count: int, english: str, russian: str) -> None:
    assert words.plural(count, "en", "day", "days") == english
    assert words.plural(count, "ru", "день", "дня", "дней") == russian


def test_ratios_and_numbers_of_any_size() -> None:
    assert [words.times(value) for value in (4.12, 12.3)] == ["4.1 times", "12 times"]
    assert [words.times(value, "ru") for value in (4.12, 12.3, 22)] == ["в 4,1 раза", "в 12 раз", "в 22 раза"]
    assert [words.figure(value) for value in (0.2137, 20.08, 12_345)] == ["0.214", "20.1", "12.3 K"]
    assert words.figure(0.2137, "ru") == "0,214"
    assert words.decimal(1.5, "ru", 1) == "1,5"
    assert words.duration(185.4) == "3:05"
    assert words.whole(1_234_567) == "1 234 567"
    assert words.whole(None) == words.decimal(None) == words.figure(None) == "–"


def test_days_months_and_moments() -> None:
    assert words.day(date(2021, 12, 4)) == "4 Dec 2021"
    assert words.day(pd.Timestamp("2021-12-04"), "ru") == "4 дек. 2021"
    assert words.day(pd.NaT) == words.moment(None) == "–"
    assert words.moment(datetime(2021, 5, 4, 9, 7), "ru") == "4 мая 2021 09:07 UTC"
    assert (words.month(12), words.month(1, "ru"), words.month(13)) == ("December", "январь", "13")
    assert (words.weekday(4), words.weekday(0, "ru"), words.weekday(-1)) == ("Friday", "понедельник", "-1")


@pytest.mark.parametrize(
    ("passed", "text"),
    [
        (timedelta(seconds=59), "just now"),
        (timedelta(minutes=1), "1 minute ago"),
        (timedelta(minutes=119), "1 hour ago"),
        (timedelta(days=2, hours=23), "2 days ago"),
    ],
)
def test_ages_are_given_in_their_largest_unit(passed: timedelta, text: str) -> None:
    now = datetime(2021, 12, 31, 12, tzinfo=UTC)
    assert words.age((now - passed).replace(tzinfo=None), now) == text


def test_words_of_the_data_are_translated_where_they_are_known() -> None:
    assert words.word("high", "ru") == "высокий"
    assert words.word("Polka", "ru") == "Polka"
    assert words.word(None, "ru") == words.word(pd.NA) == "–"
    assert words.word(3) == "3"


def test_what_a_terminal_would_obey_is_shown_as_a_sign() -> None:
    assert words.one_line("\x1b]0;owned\x07\x1b[31mred") == "\ufffd]0;owned\ufffd\ufffd[31mred"
    assert words.one_line("a\r\nb\u2028c\x85d") == "a  b c d"
    assert words.one_line("\u202eback\u200b") == "\ufffdback\ufffd"


def test_all_that_prints_is_left_alone() -> None:
    text = "Ёлка, «да» – 100 % ✓ 𝄞 [red] & <b>"
    assert words.one_line(text) == text
    assert words.one_line("1\u00a0000") == "1 000"


@pytest.mark.parametrize(("count", "text"), [(0, "0 rows"), (1, "1 row"), (2, "2 rows"), (1200, "1,200 rows")])
def test_counts_have_the_noun_that_they_need(count: int, text: str) -> None:
    assert words.counted(count, "row") == text
