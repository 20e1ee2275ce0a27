"""What was measured of both engines, kept in a file: a case found there is not measured again."""

import json
import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from hitcast.core.errors import HitcastError
from hitcast.core.files import written


@dataclass(frozen=True)
class Build:
    """One build, on one engine, of one landing.

    Attributes:
        machine: Processor, cores and memory.
        measured_on: The day, YYYY-MM-DD.
        load_average: Processes that competed for the cores when it began.
        rows: Rows of the world that were asked for.
        engine: duckdb or spark.
        workers: Spark's, of one core each; 0 on DuckDB, which takes two threads.
        limit: Seconds that it was given.
        seconds: By the clock, from dbt's start to its end, Spark's session included; null where the limit ended it.
        landed_rows: Report rows of the landing.
        landing_bytes: Of the landed files.
        cpu_seconds: Of the processors: dbt, Spark's driver and its workers.
        peak_memory_mb: Peaks of all processes, added up, in MB (2^20 bytes).
        worker_memory: Of each worker, in Spark's notation.
        partitions: Tasks of a shuffle, before Spark merges small ones.
        shuffle_bytes: Written between tasks.
        warehouse_bytes: Of the built tables.
        warehouse_files: Files that hold them.
        mart_rows: Rows of release_features.
        mart_digest: Of the sums of its whole numbers, so that two builds with one digest made the same of a landing.
    """

    machine: str
    measured_on: str
    load_average: float
    rows: int
    engine: str
    workers: int
    limit: float
    seconds: float | None = None
    landed_rows: int = 0
    landing_bytes: int = 0
    cpu_seconds: float | None = None
    peak_memory_mb: float | None = None
    worker_memory: str = ""
    partitions: int = 0
    shuffle_bytes: int | None = None
    warehouse_bytes: int | None = None
    warehouse_files: int | None = None
    mart_rows: int | None = None
    mart_digest: str = ""

    @property
    def case(self) -> tuple[str, int, str, int]:
        """What is measured once: on one machine, a size, an engine and its workers."""
        return self.machine, self.rows, self.engine, self.workers


def read(file: Path) -> list[Build]:
    """All builds of the file; none where it is missing."""
    if not file.exists():
        return []
    return [Build(**one) for one in json.loads(file.read_text())]


def write(builds: Sequence[Build], file: Path) -> None:
    """Writes them, so that a benchmark killed meanwhile leaves the former file."""
    ordered = sorted(builds, key=lambda build: (build.machine, build.rows, build.engine, build.workers))
    with written(file) as part:
        part.write_text("[\n" + ",\n".join(f"  {json.dumps(asdict(build))}" for build in ordered) + "\n]\n")


def stands(builds: Sequence[Build], case: tuple[str, int, str, int]) -> bool:
    """Whether a case was measured, be it that its build ran into its limit."""
    return any(build.case == case for build in builds)


def check_equal(builds: Sequence[Build]) -> None:
    """Sees that every engine made the same of a landing.

    Raises:
        HitcastError: Two builds of one landing differ in their rows or in a sum.
    """
    first: dict[tuple[str, int], Build] = {}
    for build in builds:
        if build.seconds is None:
            continue
        other = first.setdefault((build.machine, build.rows), build)
        if (build.mart_rows, build.mart_digest) != (other.mart_rows, other.mart_digest):
            sides = [f"{one.mart_rows:,} rows on {one.engine} ({one.workers} workers)" for one in (other, build)]
            what = f"release_features or its sums differ, build of {build.rows:,}: {' and '.join(sides)}"
            raise HitcastError(what, "benchmarks", "If the models have changed since: --again")


def machine() -> str:
    """This machine, in words."""
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    model = next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), "unknown")
    gigabytes = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return f"{model}, {os.cpu_count()} cores, {gigabytes:.0f} GB"
