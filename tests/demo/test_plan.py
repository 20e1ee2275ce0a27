from hypothesis import given
from hypothesis import strategies as st

from hitcast.demo.plan import CATALOG_ROWS, DEFAULT_ROWS, DETAILS, FULL_WEEK, MIN_ROWS, WEEKS, plan_world


def test_the_default_world_has_about_six_thousand_releases_a_little_under_forty_a_week() -> None:
    plan = plan_world(DEFAULT_ROWS)
    assert 37 <= plan.releases_per_week <= 41
    assert plan.last_age == 45


@given(st.integers(MIN_ROWS, 100_000_000), st.integers(MIN_ROWS, 100_000_000))
def test_more_rows_never_report_a_release_less_closely(one: int, other: int) -> None:
    fewer, more = plan_world(min(one, other)), plan_world(max(one, other))
    assert fewer.last_age <= more.last_age
    assert fewer.smallest_segment >= more.smallest_segment


@given(st.integers(MIN_ROWS, 100_000_000))
def test_days_and_segments_are_spent_before_releases_are_added(rows: int) -> None:
    plan = plan_world(rows)
    finest = (DETAILS[-1].last_age, DETAILS[-1].smallest_segment)
    if plan.releases_per_week > 2 * FULL_WEEK:
        assert (plan.last_age, plan.smallest_segment) == finest


@given(st.integers(MIN_ROWS, 100_000_000))
def test_the_plan_costs_what_was_asked_for(rows: int) -> None:
    plan = plan_world(rows)
    cost = {detail.last_age: detail.rows_per_release for detail in DETAILS}[plan.last_age] + CATALOG_ROWS
    assert 0.8 * rows <= plan.releases_per_week * WEEKS * cost <= rows
