"""Times of a home: a clock that was set back, or stood in the future for a while, spoils neither order nor ages."""

from datetime import UTC, date, datetime, timedelta

STEP = timedelta(microseconds=1)
MAX_AHEAD = timedelta(days=1)
"""How far ahead of the clock a time may lie and still be taken for one of the same clock, set back since."""


def present() -> datetime:
    """What the clock says, UTC, without a zone."""
    return datetime.now(UTC).replace(tzinfo=None)


def today() -> date:
    """The clock's day, UTC."""
    return present().date()


def is_ahead(moment: datetime | None) -> bool:
    """Whether a moment lies so far in the future that a wrong clock wrote it, or this machine's is wrong now.

    Args:
        moment: UTC, without a zone; None for none.
    """
    return moment is not None and moment - MAX_AHEAD > present()


def moment_after(*earlier: datetime | None) -> datetime:
    """The present, UTC, without a zone; just after the latest of earlier moments where the clock says less.

    For what is told apart by its moment alone, such as scoring runs.

    Args:
        earlier: Moments that lie before, UTC, without a zone; None counts as none.
    """
    return max([present(), *(moment + STEP for moment in earlier if moment is not None)])


def moment_near(*earlier: datetime | None) -> datetime:
    """As `moment_after`, but for earlier moments that lie far in the future, which are passed over.

    For what has a number, or a run, to tell the order by: its age is right again as soon as the clock is.
    """
    return moment_after(*(moment for moment in earlier if not is_ahead(moment)))
