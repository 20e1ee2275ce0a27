"""Where things lie in a drawing: in order, within it, and nowhere for what is missing."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hitcast.desk.drawing import Scale, frame, ratio_scale, round_step, round_up, sparkline

SIZES = st.floats(min_value=1, max_value=1e9)


@given(SIZES, st.lists(st.floats(min_value=0, max_value=1e9), min_size=2, max_size=9))
def test_a_scale_keeps_order_and_stays_near_its_ends(high: float, values: list[float]) -> None:
    for scale in (Scale(0, high, 10, 200), Scale(1, high + 1, 10, 200, is_log=True)):
        places = [scale(value) for value in sorted(values)]
        assert places == sorted(places)
        assert all(0 <= place <= 210 for place in places)


@given(SIZES)
def test_an_axis_ends_at_a_round_number_with_few_ticks(value: float) -> None:
    end = round_up(value)
    assert end >= value * (1 - 1e-9)
    assert end <= 2 * value + 1
    ticks = Scale(0, end, 0, 100).ticks
    assert 2 <= len(ticks) <= 6
    assert ticks[0] == 0
    step = round_step(value)
    assert round(step / 10 ** math.floor(math.log10(step)), 6) in (1, 2, 2.5, 5, 10)


def test_an_axis_of_nothing_but_zeros_ends_at_one() -> None:
    assert Scale(0, round_up(0.0), 0, 100).ticks == [0, 0.25, 0.5, 0.75, 1]


def test_ratios_are_marked_by_powers_of_ten() -> None:
    assert Scale(100, 150_000, 0, 100, is_log=True).ticks == [100, 1000, 10_000, 100_000]


@pytest.mark.parametrize("missing", [None, float("nan")])
def test_a_line_is_cut_where_a_value_is_missing(missing: float | None) -> None:
    field = frame((0, 4), 100)
    assert len(field.line([(0, 1), (1, 2), (2, missing), (3, 4), (4, 5)])) == 2
    assert field.line([(0, missing)]) == []
    band = field.band([(0, 1, 2), (1, missing, 3), (2, 2, 4)])
    assert len(band.split()) == 4


def test_nothing_is_drawn_as_zero_where_nothing_is_known() -> None:
    assert sparkline([], [], 30).line([]) == []
    assert ratio_scale([None, float("nan")], 100_000).high >= 100_000
    assert ratio_scale([], 0)(5) <= ratio_scale([], 0)(5000)


@given(st.lists(SIZES, min_size=1, max_size=9))
def test_range_bars_that_stand_together_hold_all_their_ends(highs: list[float]) -> None:
    scale = ratio_scale(highs, 100_000, width=200)
    assert all(4 <= scale(high) <= 196 for high in [*highs, 100_000] if high >= 100)
