import pytest

from ml.wording import effect_in_words, human_number


@pytest.mark.parametrize(
    ("contribution", "told"),
    [
        (0.3221, "+38 %"),
        (-0.0943, "-9 %"),
        (0.004, "+0.4 %"),
        (-0.0098, "-1 %"),
        (2.5, "12 times as many"),
        (-4.0, "-98 %"),
        (-9.0, "-99.9 %"),
        (99.0, "485 M times as many"),
    ],
)
def test_effects_are_told_on_the_forecast_itself(contribution: float, told: str) -> None:
    assert effect_in_words(contribution) == told


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
