"""Numbers, shares, days and ages as people write them."""

from datetime import UTC, date, datetime, timedelta, timezone

import pandas as pd
import pytest

from dashboard import writing


@pytest.mark.parametrize(
    ("value", "english", "russian"),
    [
        (0, "0", "0"),
        (940, "940", "940"),
        (999.6, "1.0 K", "1,0 тыс."),
        (12_345, "12.3 K", "12,3 тыс."),
        (123_456, "123 K", "123 тыс."),
        (999_600, "1.0 M", "1,0 млн"),
        (1_200_000, "1.2 M", "1,2 млн"),
        (3.4e9, "3.4 B", "3,4 млрд"),
        (-12_345, "-12.3 K", "-12,3 тыс."),
        (None, "–", "–"),
        (float("nan"), "–", "–"),
        (pd.NA, "–", "–"),
    ],
)
def test_numbers(value: object, english: str, russian: str) -> None:
    assert writing.number(value, "en").replace("\u00a0", " ") == english
    assert writing.number(value, "ru").replace("\u00a0", " ") == russian


@pytest.mark.parametrize(
    ("value", "signed", "english", "russian"),
    [
        (0.384, False, "38 %", "38 %"),
        (0.384, True, "+38 %", "+38 %"),
        (-0.004, True, "-0.4 %", "-0,4 %"),
        (0.0, True, "0 %", "0 %"),
        (0.0001, False, "0 %", "0 %"),
        (0.996, False, "99.6 %", "99,6 %"),
        (1.0, False, "100 %", "100 %"),
    ],
)
def test_shares(value: float, signed: bool, english: str, russian: str) -> None:
    assert writing.percent(value, "en", signed).replace("\u00a0", " ") == english
    assert writing.percent(value, "ru", signed).replace("\u00a0", " ") == russian


def test_days_and_moments() -> None:
    assert writing.day(date(2021, 12, 4), "en").replace("\u00a0", " ") == "4 Dec 2021"
    assert writing.day(pd.Timestamp("2021-12-04"), "ru").replace("\u00a0", " ") == "4 дек. 2021"
    assert writing.day(pd.NaT, "en") == "–"
    assert writing.moment(datetime(2021, 5, 4, 9, 7), "ru").replace("\u00a0", " ") == "4 мая 2021 09:07 UTC"
    assert writing.whole(1_234_567, "en").replace("\u00a0", " ") == "1 234 567"


def test_ages_are_counted_in_utc() -> None:
    moscow = timezone(timedelta(hours=3))
    clock = datetime(2026, 3, 2, 1, 0, tzinfo=moscow)
    assert writing.ages(date(2026, 2, 27), datetime(2026, 3, 1, 10), clock) == (2, 12.0)
    assert writing.ages(date(2026, 2, 27), datetime(2026, 3, 1, 10), clock.astimezone(UTC)) == (2, 12.0)
