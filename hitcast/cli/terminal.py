"""What every command shares: one writer, a record, progress on stderr, and failures as one line with an exit code."""

import errno
import os
import signal
import sys
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from types import FrameType

import typer

from hitcast.core.errors import MEMORY, NO_MEMORY, HitcastError, MachineError, machine_error
from hitcast.core.home import HOME_FORMAT, Home
from hitcast.core.lock import writing
from hitcast.core.records import Counts, recorded
from hitcast.core.words import one_line

DEFECT, LOOK, INTERRUPTED, TERMINATED = 1, 5, 130, 143


@contextmanager
def holding(home: Home, command: str) -> Iterator[None]:
    """The home is this command's until it ends; what a killed one left unfinished is removed, and said.

    A home of an earlier version is brought up to date first.
    """

    def tell(message: str) -> None:
        typer.echo(message, err=True)

    with writing(home, f"hitcast {command}", tell):
        if home.noted_format() != HOME_FORMAT:
            from hitcast.ingest.upgrade import bring_up_to_date

            bring_up_to_date(home, tell)
        yield


@contextmanager
def changing(home: Home, command: str) -> Iterator[Counts]:
    """As `holding`, for a command of one step, which is recorded; takes the rows that it counted."""
    with holding(home, command), recorded(home, command, command) as counts:
        yield counts


@contextmanager
def working(name: str) -> Iterator[Callable[[str], None]]:
    """Shows on stderr that work goes on, and for how long; gives what takes messages of progress."""
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (SpinnerColumn(), TimeElapsedColumn(), TextColumn("{task.description}", markup=False))
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bars:
        task = bars.add_task(name, total=None)
        yield lambda message: bars.update(task, description=f"{name}: {message}")


@contextmanager
def measured(name: str) -> Iterator[Callable[[str, float], None]]:
    """Shows on stderr how far work is; gives what takes a message and the share done, 0 to 1."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(bar_width=30), TimeElapsedColumn())
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bars:
        task = bars.add_task(name, total=1.0)
        yield lambda message, share: bars.update(task, description=message, completed=share)


def guarded(app: Callable[[], None]) -> int:
    """Runs the command line; returns its exit code, failures as one line on stderr.

    0 is success, 1 a defect of hitcast, 2 something that the user can put right, 3 a home or warehouse that another
    process holds, 4 a machine that refused, 5 a delivery that landed but should be looked at, 130 and
    143 an interruption, whatever the library that it met made of it.
    """
    with _signals_noted() as received:
        try:
            app()
        except SystemExit as end:
            if isinstance(end.code, int) and end.code in (INTERRUPTED, TERMINATED):
                return _interrupted(received, end.code)
            return end.code if isinstance(end.code, int) else int(end.code is not None)
        except BaseException as error:
            if received or isinstance(error, KeyboardInterrupt):
                return _interrupted(received)
            if not isinstance(error, Exception):
                raise
            return _failed(error)
    return 0


@contextmanager
def _signals_noted() -> Iterator[list[int]]:
    """Gives the list of the signals to end that came: libraries raise errors of their own at one."""
    received: list[int] = []

    def terminate(number: int, frame: FrameType | None) -> None:
        received.append(number)
        sys.exit(TERMINATED)

    def interrupt(number: int, frame: FrameType | None) -> None:
        received.append(number)
        signal.default_int_handler(number, frame)

    terminated_before = signal.signal(signal.SIGTERM, terminate)
    # a process in the background of a shell ignores Ctrl-C, and goes on ignoring it
    is_heeded = signal.getsignal(signal.SIGINT) is signal.default_int_handler
    if is_heeded:
        signal.signal(signal.SIGINT, interrupt)
    try:
        yield received
    finally:
        signal.signal(signal.SIGTERM, terminated_before)
        if is_heeded:
            signal.signal(signal.SIGINT, signal.default_int_handler)


def _interrupted(received: Sequence[int], code: int = INTERRUPTED) -> int:
    _tell("interrupted; what was finished is kept. The same command does the rest")
    # CatBoost makes a Ctrl-C of whatever ends it
    return TERMINATED if signal.SIGTERM in received or code == TERMINATED else INTERRUPTED


def _failed(error: Exception) -> int:
    """Says what went wrong; gives the exit code."""
    if isinstance(error, HitcastError):
        known: HitcastError | None = error
    elif isinstance(error, typer.Abort):
        # the end of what is typed, at a question
        known = HitcastError("ended without an answer, and nothing was done", "the question", "Answer it")
    else:
        known = _of_the_machine(error)
    _tell(one_line(str(known)) if known else _defect(error))
    return known.exit_code if known else DEFECT


def _of_the_machine(error: Exception) -> MachineError | None:
    """What the operating system, or DuckDB on its behalf, refused."""
    import duckdb

    if isinstance(error, OSError) and error.strerror:
        # pyarrow says more than the operating system does
        detail, where = os.strerror(error.errno) if error.errno else error.strerror, str(error.filename or "")
        cure = "Make room there, or name another home: HITCAST_HOME=PATH"
        if error.errno == errno.EIO:
            return machine_error(detail, where)
        return MachineError(detail.lower(), where, cure)
    detail = (str(error).splitlines() or [""])[0]
    if isinstance(error, MemoryError | duckdb.OutOfMemoryException):
        what = f"{NO_MEMORY} ({detail})" if detail else NO_MEMORY
        return MachineError(what, cure=f"{MEMORY}, then give the same command again")
    if isinstance(error, duckdb.IOException):
        return MachineError(detail, cure="Look at the disk's space and permissions, then run the same command again")
    return machine_error(detail, "")


def _defect(error: Exception) -> str:
    lines = "".join(traceback.format_exception(error))
    detail = f"{type(error).__name__}: {(str(error).splitlines() or [''])[0]}"
    with suppress(OSError, HitcastError):
        file = Home.current().records.with_name("defect.txt")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(lines, encoding="utf-8", errors="backslashreplace")
        return f"a defect of hitcast, not of your data: {detail}. Please report it with {file}"
    return f"a defect of hitcast, not of your data: {detail}\n{lines}"


def _tell(line: str) -> None:
    typer.echo(f"hitcast: {line}", err=True)
