"""DuckDB beside Spark at one size: `python -m benchmarks.engines --rows 7000000 --workers 1 2`; see docs/scale.md.

Without --rows it measures nothing and only writes the tables of docs/scale.md again.
"""

import argparse
import hashlib
import json
import math
import os
import shutil
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.engine_results import Build, check_equal, machine, read, stands, write
from benchmarks.processes import ProcessUsage, watch
from benchmarks.scale_tables import tables, write_tables
from benchmarks.scan import COLUMNS
from benchmarks.steps import copied_world, world
from benchmarks.worlds import MAX_COPIES
from hitcast.core.errors import HitcastError
from hitcast.core.home import PROJECT_DIR, Home
from hitcast.core.spark_cluster import standalone
from hitcast.demo.plan import MIN_ROWS
from hitcast.ingest.landing import read_ledger

ROWS_PER_PARTITION = 1_000_000
LARGE = 10_000_000  # rows from which a worker gets three gigabytes


def main() -> None:
    """Reads the command line, measures what is missing, writes the tables."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.engines", description=__doc__)
    parser.add_argument("--rows", type=int, help="raw rows of the world")
    parser.add_argument("--copies", type=int, default=1, help="how many times over the landing holds that world")
    parser.add_argument("--workers", type=int, nargs="*", default=[1, 2], help="Spark's; none: DuckDB alone")
    parser.add_argument("--memory", help="of a worker (default: 1g, from 10 million rows on 3g)")
    parser.add_argument("--partitions", type=int, help="tasks of a shuffle (default: one a million rows, 4 at least)")
    parser.add_argument("--limit", type=float, default=3600.0, help="seconds that a build may take (default: 3600)")
    parser.add_argument("--again", action="store_true", help="measure again what the results hold")
    parser.add_argument("--folder", type=Path, default=PROJECT_DIR / ".cache" / "bench", help="where the worlds lie")
    parser.add_argument("--results", type=Path, default=PROJECT_DIR / "benchmarks" / "engines.json")
    parser.add_argument("--docs", type=Path, default=PROJECT_DIR / "docs" / "scale.md", help="file with the tables")
    given = parser.parse_args()
    if given.rows is not None and given.rows < MIN_ROWS:
        sys.exit(f"--rows {given.rows}: too few for a world. Give {MIN_ROWS:,} or more")
    if not 1 <= given.copies <= MAX_COPIES:
        sys.exit(f"--copies {given.copies}: a landing holds a world 1 to {MAX_COPIES} times")
    # a cluster outlives a process that is ended at once
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("terminated"))
    try:
        if given.rows is not None:
            measure(given)
        builds = read(given.results)
        write_tables(builds, given.docs)
    except HitcastError as error:
        sys.exit(str(error))
    print("\n".join(tables(builds)))


def measure(given: argparse.Namespace) -> None:
    """Measures every case that does not stand; the results are written after each build.

    Raises:
        HitcastError: A build failed, or the engines did not make the same.
    """
    rows = given.rows * given.copies
    cases = [(machine(), rows, engine, workers) for engine, workers in _settings(given.workers)]
    builds = [one for one in read(given.results) if not (given.again and one.case in cases)]
    missing = [case for case in cases if not stands(builds, case)]
    if not missing:
        return
    source = home = Home((given.folder / str(given.rows)).resolve())
    world(source, given.rows)
    if given.copies > 1:
        home = Home(source.root.with_name(f"{given.rows}x{given.copies}"))
        copied_world(home, source, given.copies)
    for case in missing:
        builds = [one for one in builds if one.case != case]
        build = _case(home, given, rows, case[2], case[3])
        check_equal([*builds, build])
        builds.append(build)
        write(builds, given.results)


def _settings(workers: list[int]) -> list[tuple[str, int]]:
    return [("duckdb", 0), *(("spark", count) for count in workers)]


def _case(home: Home, given: argparse.Namespace, rows: int, engine: str, workers: int) -> Build:
    """One build of the whole landing."""
    memory = given.memory or ("3g" if rows >= LARGE else "1g")
    partitions = given.partitions or max(4, math.ceil(rows / ROWS_PER_PARTITION))
    try:
        _forget(home, engine)
        with _cluster(home, engine, workers, memory) as (leaders, master):
            blank = Build(
                machine(), datetime.now(UTC).date().isoformat(), 0.0, rows, engine, workers, given.limit,
                worker_memory=memory if workers else "", partitions=partitions if workers else 0,
            )  # fmt: skip
            return _build(home, blank, master | {"HITCAST_SPARK_PARTITIONS": str(partitions)}, leaders)
    finally:
        if engine == "spark":
            shutil.rmtree(home.root / "cluster", ignore_errors=True)


def _forget(home: Home, engine: str) -> None:
    """Deletes what the engine built, so that it neither finds nor drops anything."""
    if engine == "spark":
        shutil.rmtree(home.root / "spark", ignore_errors=True)
    else:
        for file in home.root.glob(f"{home.warehouse.name}*"):
            file.unlink()


@contextmanager
def _cluster(home: Home, engine: str, workers: int, memory: str) -> Iterator[tuple[list[int], dict[str, str]]]:
    """The workers' process groups, and what a build has to know of them; on DuckDB neither."""
    if engine == "duckdb":
        yield [], {}
        return
    folder = home.root / "cluster"
    # workers take it from here: what they spill belongs on the disk of the world, and goes with it
    os.environ["SPARK_LOCAL_DIRS"] = str(folder / "local")
    with standalone(folder, workers, memory) as cluster:
        yield (
            [worker.pid for worker in cluster.workers],
            {"HITCAST_SPARK_MASTER": cluster.master, "HITCAST_SPARK_EXECUTOR_MEMORY": memory},
        )


def _build(home: Home, blank: Build, environment: dict[str, str], leaders: list[int]) -> Build:
    """Measures one build in a child."""
    load = os.getloadavg()[0]
    message = f"{blank.engine}, {blank.workers} workers, build on {home.root.name}"
    print(f"{time.strftime('%H:%M:%S')} {message}", file=sys.stderr, flush=True)
    command = [sys.executable, "-m", "benchmarks.engine_build", blank.engine]
    done = watch(
        command, os.environ | {"HITCAST_HOME": str(home.root)} | environment, PROJECT_DIR, blank.limit, leaders
    )
    files = [file.stat().st_size for file in home.raw.rglob("*.parquet")]
    days = [row for (table, _), row in read_ledger(home).items() if table in COLUMNS and not row.is_withdrawn]
    rows = sum(day.row_count for day in days)
    known = replace(blank, load_average=round(load, 1), landed_rows=rows, landing_bytes=sum(files))
    if done.code is None:
        return known
    if done.code:
        raise HitcastError(f"failed: {(done.errors or done.output)[-2000:]}", message)
    return _measured(known, done)


def _measured(known: Build, done: ProcessUsage) -> Build:
    found = json.loads(done.output.splitlines()[-1])
    return replace(
        known,
        seconds=round(found["seconds"], 2),
        cpu_seconds=round(found["driver_cpu_seconds"] + done.cluster_cpu_seconds, 2),
        peak_memory_mb=round(done.peak_memory_mb + done.cluster_peak_memory_mb, 1),
        shuffle_bytes=found.get("shuffle_bytes"),
        warehouse_bytes=found["warehouse_bytes"],
        warehouse_files=found["warehouse_files"],
        mart_rows=found["mart_rows"],
        mart_digest=hashlib.sha256(json.dumps(found["sums"]).encode()).hexdigest()[:16],
    )


if __name__ == "__main__":
    main()
