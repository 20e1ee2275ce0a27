"""The default world against the published facts it is calibrated to, in the tables that its files are written from."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import duckdb
import numpy as np
import pytest

from hitcast.demo.plan import DEFAULT_ROWS, plan_world
from hitcast.demo.simulation import run_script, simulate

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def world() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(config={"threads": 2}) as connection:
        simulate(connection, plan_world(DEFAULT_ROWS), 7, date(2021, 12, 31), lambda line: None)
        connection.execute("""
            create table totals as
            select
                tracks.release_no,
                any_value(release_date) as release_date,
                sum(total_14) as total_14,
                sum(total_30) as total_30
            from final_state inner join tracks using (track_id)
            where release_date <= date '2021-12-02'
            group by tracks.release_no
        """)
        yield connection


def row(connection: duckdb.DuckDBPyConnection, query: str) -> tuple[Any, ...]:
    found: tuple[Any, ...] = connection.execute(query).fetchall()[0]
    return found


def test_thirty_day_classes_are_near_90_8_and_2_percent(world: duckdb.DuckDBPyConnection) -> None:
    low, medium, high = row(
        world,
        """
        select avg((total_30 < 25000)::integer), avg((total_30 between 25000 and 99999)::integer),
            avg((total_30 >= 100000)::integer)
        from totals
    """,
    )
    assert 0.88 <= low <= 0.92
    assert 0.065 <= medium <= 0.095
    assert 0.015 <= high <= 0.025


def test_the_top_tenth_of_songs_holds_most_of_it(world: duckdb.DuckDBPyConnection) -> None:
    creations, streams = row(
        world,
        """
        with songs as (
            select track_id, sum(organic_creations + promoted_creations) as creations, sum(streams) as streams
            from track_days inner join tracks using (track_id)
            where not is_evergreen
            group by track_id
        ),

        ranked as (
            select *, percent_rank() over (order by creations desc) as by_creations,
                percent_rank() over (order by streams desc) as by_streams
            from songs
        )

        select sum(creations) filter (where by_creations < 0.1) / sum(creations),
            sum(streams) filter (where by_streams < 0.1) / sum(streams)
        from ranked
    """,
    )
    assert 0.90 <= creations <= 0.97
    assert 0.70 <= streams <= 0.80


def test_under_one_percent_go_viral(world: duckdb.DuckDBPyConnection) -> None:
    """Viral: a later week above five times the first week's streams, and 1,000 streams or more in it."""
    (share,) = row(
        world,
        """
        with weeks as (
            select release_no, age // 7 as week, sum(streams) as streams
            from track_days inner join tracks using (track_id)
            where age between 0 and 41 and not is_evergreen
            group by all
        ),

        peaks as (
            select release_no, coalesce(sum(streams) filter (where week = 0), 0) as first_week,
                coalesce(max(streams) filter (where week > 0), 0) as later_week
            from weeks
            group by release_no
        )

        select avg((later_week > 5 * first_week and later_week >= 1000)::integer) from peaks
    """,
    )
    assert 0 < share < 0.01


def test_some_forty_releases_a_week_mostly_friday_singles(world: duckdb.DuckDBPyConnection) -> None:
    count, fridays, singles, reissues, debuts = row(
        world,
        """
        select count(*) filter (not is_debut), avg((isodow(release_date) = 5)::integer),
            avg((release_kind = 'single')::integer), avg((release_kind = 'reissue')::integer), avg(is_debut::integer)
        from releases inner join artists using (artist_no)
        where release_date between date '2019-01-01' and date '2021-12-31'
    """,
    )
    assert 5_600 <= count <= 6_400
    assert 0.7 < fridays < 0.9
    assert 0.75 < singles < 0.9
    assert 0.01 < reissues < 0.04
    assert 0.16 < debuts < 0.2


def test_the_platform_grows_sevenfold(world: duckdb.DuckDBPyConnection) -> None:
    (growth,) = row(world, "select max(platform) / min(platform) from calendar where year(day) between 2019 and 2021")
    assert growth == pytest.approx(7, rel=0.01)


def test_likes_are_ever_less_tied_to_listening(world: duckdb.DuckDBPyConnection) -> None:
    ties = []
    for year in (2019, 2021):
        run_script(world, "tiktok", first_day=date(year, 6, 1), last_day=date(year, 6, 30))
        ties.append(row(world, """
            select corr(ln(1 + likes), ln(1 + streams))
            from (
                select day, track_id, sum(likes) as likes, sum(views) as views
                from tiktok_month where territory = 'RU' group by all
            )
            inner join track_days using (day, track_id)
            where age between 0 and 29
        """)[0] / row(world, """
            select corr(ln(1 + views), ln(1 + streams))
            from (select day, track_id, sum(views) as views from tiktok_month where territory = 'RU' group by all)
            inner join track_days using (day, track_id)
            where age between 0 and 29
        """)[0])  # fmt: skip
    assert ties[1] < ties[0] < 1.02


def test_streams_follow_tiktok(world: duckdb.DuckDBPyConnection) -> None:
    """Growth of TikTok in the first week goes with streams that the first week's streams do not foretell."""
    (tie,) = row(
        world,
        """
        with weeks as (
            select
                track_id,
                ln(1 + sum(streams) filter (where age between 0 and 6)) as first_week,
                ln(1 + sum(streams) filter (where age between 14 and 27)) as later_weeks,
                ln(1 + sum(organic_views) filter (where age between 4 and 6)) as views
            from track_days inner join tracks using (track_id)
            where age between 0 and 27 and not is_evergreen
            group by track_id
        )

        select corr(later_weeks - first_week, views - first_week) from weeks where first_week > 4 and views > 4
    """,
    )
    assert tie > 0.2


def test_the_first_weeks_streams_leave_room_that_the_state_of_day_7_explains(world: duckdb.DuckDBPyConnection) -> None:
    from hitcast.demo.truth import simulate_futures

    simulate_futures(world, replicas=8)
    frame = np.array(
        world.execute("""
        with futures as (
            select release_no, replica, sum(total_14) as total_14, sum(total_30) as total_30
            from state inner join tracks using (track_id) where replica // 40 = 7 group by all
        ),

        expected as (
            select release_no, avg(ln(1 + total_14)) as expected_14, avg(ln(1 + total_30)) as expected_30
            from futures group by release_no
        ),

        known as (
            select release_no, ln(1 + sum(total_30)) as known
            from as_of_state inner join tracks using (track_id) where age = 6 group by release_no
        )

        select known, expected_14, ln(1 + total_14), expected_30, ln(1 + total_30)
        from totals inner join expected using (release_no) inner join known using (release_no)
        order by release_date, release_no
    """).fetchall()
    )
    early, late = frame[: len(frame) * 6 // 10], frame[len(frame) * 6 // 10 :]
    for expected, actual in ((1, 2), (3, 4)):
        slope, level = np.polyfit(early[:, 0], early[:, actual], 1)
        log_linear = np.sqrt(np.mean((slope * late[:, 0] + level - late[:, actual]) ** 2))
        best = np.sqrt(np.mean((late[:, expected] - late[:, actual]) ** 2))
        assert 0.2 * log_linear < best < 0.75 * log_linear
