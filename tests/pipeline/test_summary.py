from datetime import UTC, datetime, timedelta

import pytest

from pipeline.summary import age_of, human_number


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (0, "0"),
        (940.4, "940"),
        (999.6, "1.0 K"),
        (12_345, "12.3 K"),
        (99_960, "100 K"),
        (124_400, "124 K"),
        (999_600, "1.0 M"),
        (1_249_000, "1.2 M"),
        (2e9, "2.0 B"),
    ],
)
def test_numbers_are_told_as_people_write_them(value: float, told: str) -> None:
    assert human_number(value) == told


@pytest.mark.parametrize(
    ("age", "told"),
    [
        (timedelta(seconds=59), "just now"),
        (timedelta(minutes=1), "1 minute ago"),
        (timedelta(minutes=119), "1 hour ago"),
        (timedelta(days=2, hours=23), "2 days ago"),
    ],
)
def test_ages_are_told_in_their_largest_unit(age: timedelta, told: str) -> None:
    now = datetime(2021, 12, 31, 12, tzinfo=UTC)
    assert age_of((now - age).replace(tzinfo=None), now) == told
