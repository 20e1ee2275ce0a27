"""Formats of files, as numbers: what a later version of hitcast wrote is left alone."""

from hitcast.core.errors import HitcastError


class NewerFormatError(HitcastError):
    """A file that a later version of hitcast wrote: nothing is wrong with it, and it is not to be replaced."""

    def __init__(self, found: int, known: int, where: str) -> None:
        what = f"is of format {found}, and this version of hitcast reads up to {known}"
        super().__init__(what, where, "Use the version that wrote it, or a later one")


def stop_if_newer(found: int | None, known: int, where: str) -> None:
    """Stops before what a later version of hitcast wrote is read for what it may mean no longer.

    Args:
        found: Number that a file carries; None where it carries none.
        known: The latest that this version reads.
        where: The file.

    Raises:
        NewerFormatError: It is of a later format.
    """
    if found is not None and found > known:
        raise NewerFormatError(found, known, where)
