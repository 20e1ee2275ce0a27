"""Times of a home: what comes later bears a later time, though the clock was set back between."""

from datetime import UTC, datetime, timedelta

STEP = timedelta(microseconds=1)


def moment_after(*earlier: datetime | None) -> datetime:
    """The present, UTC, without a zone; just after the latest of earlier moments where the clock says less.

    Args:
        earlier: Moments that lie before, UTC, without a zone; None counts as none.
    """
    present = datetime.now(UTC).replace(tzinfo=None)
    return max([present, *(moment + STEP for moment in earlier if moment is not None)])
