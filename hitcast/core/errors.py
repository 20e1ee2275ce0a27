"""The exceptions that reach users, each with the exit code that tells a scheduler what to do."""

BUILD_MARTS = "Run `hitcast ingest` and `hitcast run` first"


class HitcastError(Exception):
    """A failure the user can act on, as one line.

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


ROOM, RIGHT, DISK = "Make room there", "Allow writing there", "Look at the disk's health"
MEMORY = "Give more, or set HITCAST_MEMORY_LIMIT, such as 2GB"
NO_MEMORY = "there is not enough memory"
REFUSALS = {
    "No space left": ("no space is left", ROOM),
    "disk is full": ("no space is left", ROOM),
    "Disk quota exceeded": ("the quota is used up", ROOM),
    "Read-only file system": ("the file system cannot be written", RIGHT),
    "unable to open database file": ("the file cannot be opened", RIGHT),
    "readonly database": ("the file cannot be written", RIGHT),
    "Permission denied": ("permission is denied", RIGHT),
    "Input/output error": ("the disk failed to read or write", DISK),
    "disk I/O error": ("the disk failed to read or write", DISK),
    "Out of Memory Error": (NO_MEMORY, MEMORY),
    "Cannot allocate memory": (NO_MEMORY, MEMORY),
    "bad_alloc": (NO_MEMORY, MEMORY),
    "bad allocation": (NO_MEMORY, MEMORY),
    "realloc of size": (NO_MEMORY, MEMORY),
    "malloc of size": (NO_MEMORY, MEMORY),
    "Java heap space": (NO_MEMORY, "Give more, or set HITCAST_SPARK_EXECUTOR_MEMORY, such as 2g"),
    "java.lang.OutOfMemoryError": (NO_MEMORY, "Give more, or set HITCAST_SPARK_EXECUTOR_MEMORY, such as 2g"),
}
"""How libraries tell of what the operating system refused them, what it means and what to do."""


def machine_error(message: str, where: str) -> MachineError | None:
    """The error behind a library's message, if the machine refused; else None."""
    for sign, (meaning, cure) in REFUSALS.items():
        if sign in message:
            return MachineError(meaning, where, f"{cure}, then give the same command again")
    return None
