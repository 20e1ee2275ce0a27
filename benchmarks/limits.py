"""Tries how much hitcast bears, and how little it lives on: `python -m benchmarks.limits "100,000 files" "1 core"`.

Each case is a home of its own. A command that ends with anything but 0 or 5 is shown with the line that it ended with.
"""

import argparse
import os
import shutil
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb
from rich.console import Console
from rich.table import Table

from benchmarks.processes import watch
from benchmarks.worlds import MAPPINGS, small_files
from hitcast.core.errors import HitcastError
from hitcast.core.home import PROJECT_DIR, Home
from hitcast.core.sql import fill_file
from hitcast.demo.world import write_demo_data

FIRST_DAY = date(2015, 1, 1)
LIMIT_SECONDS = 3 * 3600.0
GROUP = Path("/sys/fs/cgroup/memory/hitcast")
IN_GROUP = "2 GB of memory"
MEMORY_BYTES = 2 * 1024**3


@dataclass(frozen=True)
class Size:
    """How large a made-up label is.

    Attributes:
        releases: Releases of one track each, spread evenly over the days.
        days: Days from the first release to the last day that is reported.
        streaming_days: Days that VK reports of each release.
        cells: VK rows a release and day, at most 180.
        has_tiktok: Whether there is TikTok beside VK.
    """

    releases: int
    days: int
    streaming_days: int
    cells: int
    has_tiktok: bool

    def write(self, home: Home) -> None:
        """Writes its exports in the contract's own columns, one file a table."""
        tables = ["catalog", "vk", *(["tiktok"] if self.has_tiktok else [])]
        home.exports.mkdir(parents=True)
        with duckdb.connect() as connection:
            connection.execute("set enable_progress_bar = false")
            for table in tables:
                sql = fill_file(__file__, f"limit_{table}")
                known = {
                    "releases": self.releases,
                    "days": self.days,
                    "first_day": FIRST_DAY,
                    "streaming_days": self.streaming_days,
                    "cells": self.cells,
                    "file": str(home.exports / f"{table}.csv"),
                }
                used = {name: value for name, value in known.items() if f"${name}" in sql}
                connection.execute(sql, used)


@dataclass(frozen=True)
class Case:
    """One limit.

    Attributes:
        write: Writes the exports of a home.
        commands: hitcast's command lines, one after another.
        prefix: Command that runs the rest of its line under a limit.
        environment: Further environment variables.
    """

    write: Callable[[Home], None]
    commands: tuple[tuple[str, ...], ...]
    prefix: tuple[str, ...] = ()
    environment: tuple[tuple[str, str], ...] = ()


def cases(share: float) -> dict[str, Case]:
    """The cases by name.

    Args:
        share: Of the documented size, 1 for all of it.
    """
    ingest: tuple[str, ...] = ("ingest", "{exports}")
    run: tuple[str, ...] = ("run",)
    demo = tuple(("ingest", f"{{exports}}/{folder}", *_mappings()) for folder in ("first", "corrections"))
    in_group = ("sh", "-c", f'echo $$ > {GROUP}/cgroup.procs; exec "$@"', "sh")

    def size(releases: int, days: int, streaming_days: int, cells: int) -> Callable[[Home], None]:
        return Size(max(60, int(share * releases)), days, streaming_days, cells, has_tiktok=cells == 1).write

    def demo_data(home: Home) -> None:
        write_demo_data(home.exports, max(60_000, int(share * 2_500_000)))

    def many_files(home: Home) -> None:
        small_files(home, int(share * 100_000), joined=False, a_day=100)

    return {
        "10 years of days": Case(size(1_500, 3_650, 60, 1), (ingest, run)),
        "50,000 releases": Case(size(50_000, 1_095, 45, 1), (ingest, run)),
        "a day of 10 million rows": Case(size(55_556, 1, 1, 180), (ingest,)),
        "a file of 5 GB": Case(size(8_000, 365, 60, 180), (ingest,)),
        "100,000 files": Case(many_files, (ingest,)),
        IN_GROUP: Case(demo_data, (*demo, run), in_group, (("HITCAST_MEMORY_LIMIT", "700MB"),)),
        "1 core": Case(demo_data, (*demo, run), ("taskset", "--cpu-list", "0")),
        "64 descriptors": Case(demo_data, (*demo, run), ("sh", "-c", 'ulimit -n 64; exec "$@"', "sh")),
    }


@contextmanager
def memory_group() -> Iterator[None]:
    """A group of processes that has 2 GB of memory; whatever takes more is killed by the kernel.

    Raises:
        HitcastError: Groups cannot be made here.
    """
    try:
        GROUP.mkdir(exist_ok=True)
        (GROUP / "memory.limit_in_bytes").write_text(str(MEMORY_BYTES))
    except OSError as error:
        cure = "Leave out the case of 2 GB, or run as root where control groups of version 1 are mounted"
        raise HitcastError(f"cannot be made ({error.strerror})", str(GROUP), cure) from None
    try:
        yield
    finally:
        GROUP.rmdir()


def _mappings() -> list[str]:
    return [word for mapping in MAPPINGS for word in ("--mapping", mapping)]


def attempt(name: str, case: Case, folder: Path) -> Iterator[tuple[str, ...]]:
    """Runs a case's commands, until one fails; a row of the table for each.

    Args:
        name: The case's.
        case: What to run.
        folder: Where its home lies; emptied before and after.
    """
    home = Home(folder / name.replace(" ", "-").replace(",", ""))
    shutil.rmtree(home.root, ignore_errors=True)
    home.root.mkdir(parents=True)
    case.write(home)
    size = sum(path.stat().st_size for path in home.exports.rglob("*") if path.is_file())
    environment = {**os.environ, "HITCAST_HOME": str(home.root), **dict(case.environment)}
    for command in case.commands:
        words = [word.format(exports=home.exports) for word in command]
        begun = time.perf_counter()
        done = watch([*case.prefix, sys.executable, "-m", "hitcast", *words], environment, PROJECT_DIR, LIMIT_SECONDS)
        seconds = time.perf_counter() - begun
        last = (done.errors.strip() or done.output.strip() or "killed").splitlines()[-1]
        ended = "" if done.code in (0, 5) else last
        measured = f"{size / 1e6:,.0f}", f"{seconds:,.0f}", f"{done.peak_memory_mb:,.0f}"
        yield name, words[0], *measured, str(done.code), ended
        if done.code not in (0, 5):
            break
    shutil.rmtree(home.root)


def main(arguments: Sequence[str] | None = None) -> None:
    """Reads the command line, tries the cases and prints a row for each command."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.limits", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="case", help=f"{', '.join(cases(1))} (default: all)")
    parser.add_argument("--share", type=float, default=1.0, help="of the documented sizes (default: 1)")
    parser.add_argument("--folder", type=Path, default=PROJECT_DIR / ".cache" / "limits", help="where the homes lie")
    given = parser.parse_args(arguments)
    known = cases(given.share)
    if unknown := set(given.names) - set(known):
        parser.error(f"no such case: {', '.join(sorted(unknown))}. There are {', '.join(known)}")
    table = Table(box=None, padding=(0, 1, 0, 0))
    for heading in ("limit", "command", "exports, MB", "s", "peak, MB", "code", "ended with"):
        table.add_column(heading)
    names = given.names or list(known)
    with memory_group() if IN_GROUP in names else nullcontext():
        for name in names:
            for row in attempt(name, known[name], given.folder):
                print(*row, sep=" | ", file=sys.stderr, flush=True)
                table.add_row(*row)
    Console(width=None if sys.stdout.isatty() else 120).print(table)


if __name__ == "__main__":
    main()
