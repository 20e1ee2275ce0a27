"""The watchlists of the desk's readers, beside what people decided: `decisions.db` in the home."""

from datetime import UTC, datetime

from hitcast.core.decisions import opened
from hitcast.core.home import Home

MAX_STARS = 1000
"""Releases on one watchlist; a further one takes the place of the oldest."""


def starred(home: Home, reader: str) -> list[str]:
    """Releases (UPC) on a reader's watchlist, the latest first; none for a reader without a name.

    Raises:
        BusyError: Another process keeps the file locked.
        HitcastError: The file is damaged, or the machine refuses to read it.
    """
    if not reader or not home.decisions.exists():
        return []
    with opened(home) as connection:
        rows = connection.execute(
            "select release_id from stars where reader = ? order by starred_at desc, release_id", [reader]
        )
        return [release_id for (release_id,) in rows]


def set_star(home: Home, reader: str, release_id: str, is_starred: bool) -> None:
    """Puts a release on a reader's watchlist, or takes it off; given again, nothing changes.

    Args:
        home: The home.
        reader: The reader's name, not empty.
        release_id: Release (UPC).
        is_starred: Whether it is to be on the list.

    Raises:
        BusyError: Another process keeps the file locked.
        HitcastError: The file is damaged, or the machine refuses to write it.
    """
    with opened(home) as connection:
        connection.execute("begin immediate")
        if is_starred:
            now = datetime.now(UTC).replace(tzinfo=None).isoformat()
            connection.execute("insert or ignore into stars values (?, ?, ?)", [reader, release_id, now])
            connection.execute(
                """
                delete from stars
                where reader = ? and rowid not in (
                    select rowid from stars where reader = ? order by starred_at desc, rowid desc limit ?
                )
                """,
                [reader, reader, MAX_STARS],
            )
        else:
            connection.execute("delete from stars where reader = ? and release_id = ?", [reader, release_id])
        connection.execute("commit")
