import math
from dataclasses import replace

import pytest

from benchmarks.cost_model import MILLION, Costs, Line, costs, fit, parallel_share, worst_miss
from hitcast.core.errors import HitcastError

NOTHING = Line(0.0, 0.0)
# 40 s and 20 s a million rows on one worker, of which three quarters are divided; DuckDB 4 s and 1 s
COSTS = Costs(
    landing_bytes=Line(0.0, 30e6),
    duckdb_seconds=Line(4.0, 1.0),
    duckdb_memory_mb=Line(200.0, 10.0),
    duckdb_bytes=NOTHING,
    spark_seconds=Line(40.0, 20.0),
    spark_cpu_seconds=NOTHING,
    spark_bytes=NOTHING,
    shuffle_bytes=NOTHING,
    share=0.75,
)


def test_a_line_goes_through_what_lies_on_one() -> None:
    line = fit([(700_000, 6 + 0.7 * 3), (7_000_000, 6 + 7 * 3), (71_000_000, 6 + 71 * 3)])
    assert (line.fixed, line.per_million) == pytest.approx((6, 3))
    assert line.at(10_000_000_000) == pytest.approx(30_006)


def test_a_small_size_weighs_as_much_as_a_large_one() -> None:
    """By squares of seconds the large sizes alone would count: 13 % of 71 s are more than all of the small size."""
    points = [(MILLION, 2.0), (10 * MILLION, 11.0), (70 * MILLION, 80.0)]
    line = fit(points)
    assert worst_miss(line, points) < 0.07
    assert abs(line.at(MILLION) / 2 - 1) < 0.02


@pytest.mark.parametrize(
    ("points", "expected"),
    [
        # faster than the rows: nothing is left for zero rows, and no build takes less than none
        ([(MILLION, 1.0), (10 * MILLION, 20.0)], (0.0, None)),
        # the larger size was faster, which no row can make it
        ([(MILLION, 3.0), (10 * MILLION, 2.0)], (None, 0.0)),
    ],
)
def test_neither_part_is_negative(points: list[tuple[float, float]], expected: tuple[float | None, ...]) -> None:
    line = fit(points)
    for part, value in zip((line.fixed, line.per_million), expected, strict=True):
        assert part > 0 if value is None else part == value


def test_one_size_makes_no_line() -> None:
    with pytest.raises(HitcastError, match="two sizes"):
        fit([(MILLION, 1.0), (MILLION, 1.2)])


def test_the_worst_miss_is_a_share_of_what_was_measured() -> None:
    assert worst_miss(Line(0.0, 2.0), [(MILLION, 2.0), (2 * MILLION, 5.0)]) == pytest.approx(0.2)


@pytest.mark.parametrize(
    ("two_workers", "share"),
    [(140.0, 1.0), (190.0, 0.5), (240.0, 0.0), (300.0, 0.0), (90.0, 1.0)],
)
def test_two_workers_halve_what_is_divided_and_leave_what_is_fixed(two_workers: float, share: float) -> None:
    """40 s are fixed and 200 s grow; seconds beyond what halving explains are noise, not a share above 1 or below 0."""
    assert parallel_share(Line(40.0, 20.0), 10 * MILLION, 240.0, two_workers) == pytest.approx(share)


def test_a_build_on_more_workers_keeps_what_is_not_divided() -> None:
    assert COSTS.seconds_on(10 * MILLION, 1) == pytest.approx(240)
    assert COSTS.seconds_on(10 * MILLION, 2) == pytest.approx(165)
    assert COSTS.seconds_on(10 * MILLION, 1_000_000) == pytest.approx(90, abs=0.01)


@pytest.mark.parametrize("seconds", [100.0, 120.0, 165.0, 239.0, 240.0, 1_000.0])
def test_the_fewest_workers_are_enough_and_one_fewer_is_not(seconds: float) -> None:
    rows = 10 * MILLION
    count = COSTS.workers_within(rows, seconds)
    assert count is not None
    assert COSTS.seconds_on(rows, count) <= seconds + 1e-6
    assert count == 1 or COSTS.seconds_on(rows, count - 1) > seconds


def test_no_number_of_workers_goes_below_what_is_not_divided() -> None:
    assert COSTS.workers_within(10 * MILLION, 90.0) is None
    # DuckDB's 14 s are less than the 40 s of Spark's start
    assert COSTS.workers_like_duckdb(10 * MILLION) is None
    assert replace(COSTS, share=1.0).workers_like_duckdb(100 * MILLION) == math.ceil(2_000 / (104 - 40))


def test_duckdb_is_held_by_whichever_runs_out_first() -> None:
    assert COSTS.rows_on_duckdb(seconds=104.0, memory_mb=math.inf) == pytest.approx(100 * MILLION)
    assert COSTS.rows_on_duckdb(seconds=104.0, memory_mb=400.0) == pytest.approx(20 * MILLION)
    assert COSTS.rows_on_duckdb(seconds=104.0, memory_mb=100.0) == 0


def test_costs_are_drawn_through_what_was_measured() -> None:
    def points(line: Line) -> list[tuple[float, float]]:
        return [(rows * MILLION, line.at(rows * MILLION)) for rows in (0.7, 7, 71)]

    on_one = points(Line(40.0, 20.0))
    on_two = [(rows, 40 + 20 * rows / MILLION * (0.25 + 0.75 / 2)) for rows, _ in on_one]
    # a second off weighs most where the rows cost least
    on_two[0] = (on_two[0][0], on_two[0][1] + 1)
    model = costs(
        {name: points(Line(1.0, 2.0)) for name in ("landing_bytes", "seconds", "peak_memory_mb", "warehouse_bytes")},
        {"seconds": on_one}
        | {name: points(Line(3.0, 4.0)) for name in ("cpu_seconds", "warehouse_bytes", "shuffle_bytes")},
        on_two,
    )
    assert model.share == pytest.approx(0.75)
    assert model.duckdb_memory_mb.at(MILLION) == pytest.approx(3)
    assert model.shuffle_bytes.at(MILLION) == pytest.approx(7)
    with pytest.raises(HitcastError, match="one worker and with two"):
        costs({}, {"seconds": on_one}, [(5.0, 1.0)])
