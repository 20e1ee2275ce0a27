"""The exceptions that reach users, each with the exit code that tells a scheduler what to do."""


class HitcastError(Exception):
    """A failure the user can act on, told in one line.

    Args:
        what: What went wrong, with the value received.
        where: File, table, column or setting it concerns; empty if the message says it.
        cure: What to do about it.
    """

    exit_code = 2

    def __init__(self, what: str, where: str = "", cure: str = "") -> None:
        self.what, self.where, self.cure = what, where, cure
        super().__init__(": ".join(part for part in (where, what) if part) + (f". {cure}" if cure else ""))


class BusyError(HitcastError):
    """Another process holds what is needed; the same command does its work later."""

    exit_code = 3


class MachineError(HitcastError):
    """The machine refused: no space, no permission, a file system that cannot be written."""

    exit_code = 4
