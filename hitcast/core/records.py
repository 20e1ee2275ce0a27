"""Run records: one JSON line per step of every command that changes a home, for those who watch over it."""

import json
import os
import resource
import sys
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime
from typing import Any

from hitcast.core.errors import HitcastError
from hitcast.core.home import Home

MAX_BYTES = 10 << 20
"""Size at which the records move aside, to `hitcast.jsonl.1`; the file there before is dropped."""
LATEST = 50
"""Records that `status` tells of."""
NAMED = ("at", "invocation", "command", "step", "outcome")
"""What every record says of itself in words."""
INVOCATION = uuid.uuid4().hex
"""Names this process among the records."""


@dataclass
class Counts:
    """What a step did, filled in by the step itself; None where it does not apply.

    Attributes:
        rows_in: Rows read.
        rows_out: Rows written.
        rows_rejected: Rows refused.
    """

    rows_in: int | None = None
    rows_out: int | None = None
    rows_rejected: int | None = None


FIELDS = (*NAMED, *(field.name for field in fields(Counts)), "seconds", "peak_memory_mb", "error")


@contextmanager
def recorded(home: Home, command: str, step: str) -> Iterator[Counts]:
    """Records a step when it ends, however it ends, but where an option of a command of one step was typed wrong.

    Args:
        home: Where the records lie: `logs/hitcast.jsonl`.
        command: Command that the step is of.
        step: Its name.
    """
    counts, begun = Counts(), time.perf_counter()
    outcome, error, is_kept = "done", None, True
    try:
        yield counts
    except Exception as failure:
        # it may name a file whose name is no text
        message = str(failure).encode("utf-8", "backslashreplace").decode()
        outcome, error = "failed", message or type(failure).__name__
        # an option typed wrong is no failed step; in a run, it is one of the run's
        is_kept = not (isinstance(failure, HitcastError) and failure.where.startswith("--") and command == step)
        raise
    except BaseException:
        outcome = "interrupted"
        raise
    finally:
        record = {
            "at": datetime.now(UTC).isoformat(timespec="milliseconds"),
            "invocation": INVOCATION,
            "command": command,
            "step": step,
            "outcome": outcome,
            **asdict(counts),
            "seconds": round(time.perf_counter() - begun, 3),
            "peak_memory_mb": peak_memory_mb(),
            "error": error,
        }
        if is_kept:
            _append(home, record)


def latest_records(home: Home) -> list[dict[str, Any]]:
    """The last records, oldest first; a line that holds no record, as damage or a kill leaves one, is passed over.

    Raises:
        HitcastError: The file cannot be read.
    """
    if not home.records.exists():
        return []
    try:
        text = home.records.read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        what = f"the record of the steps cannot be read ({(error.strerror or str(error)).lower()})"
        raise HitcastError(what, str(home.records), "Move it away") from None
    found = []
    for line in text.split("\n")[-LATEST - 1 :]:
        with suppress(ValueError, RecursionError):
            record = json.loads(line)
            if isinstance(record, dict) and all(isinstance(record.get(name), str) for name in NAMED):
                found.append(dict.fromkeys(FIELDS) | record)
    return found[-LATEST:]


def peak_memory_mb() -> int:
    """The most memory that this process has held so far, in MB."""
    size = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return round(size * (1 if sys.platform == "darwin" else 1024) / 1e6)


def _append(home: Home, record: dict[str, Any]) -> None:
    # a home that cannot be written says so itself; a record must not hide that
    with suppress(OSError):
        home.records.parent.mkdir(parents=True, exist_ok=True)
        if home.records.exists() and home.records.stat().st_size > MAX_BYTES:
            home.records.replace(home.records.with_suffix(".jsonl.1"))
        with home.records.open("ab+") as file:
            if file.tell():
                file.seek(-1, os.SEEK_END)
                # what damage or a kill left unfinished takes no record with it
                file.write(b"" if file.read(1) == b"\n" else b"\n")
            file.write(f"{json.dumps(record, ensure_ascii=False)}\n".encode())
