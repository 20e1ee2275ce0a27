"""The one exception that reaches users."""


class HitcastError(Exception):
    """A failure the user can act on, told in one line.

    Args:
        what: What went wrong, with the value received.
        where: File, table, column or setting it concerns; empty if the message says it.
        cure: What to do about it.
    """

    def __init__(self, what: str, where: str = "", cure: str = "") -> None:
        self.what, self.where, self.cure = what, where, cure
        super().__init__(": ".join(part for part in (where, what) if part) + (f". {cure}" if cure else ""))
