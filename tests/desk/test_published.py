"""How old what is published is."""

from datetime import UTC, date, datetime, timedelta, timezone

from hitcast.desk.published import ages


def test_ages_are_counted_in_utc() -> None:
    moscow = timezone(timedelta(hours=3))
    clock = datetime(2026, 3, 2, 1, 0, tzinfo=moscow)
    assert ages(date(2026, 2, 27), datetime(2026, 3, 1, 10), clock) == (2, 12.0)
    assert ages(date(2026, 2, 27), datetime(2026, 3, 1, 10), clock.astimezone(UTC)) == (2, 12.0)
