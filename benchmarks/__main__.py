"""Makes the worlds, measures, prints the table and writes results.json: `python -m benchmarks --rows 71000000`."""

import argparse
import shutil
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from rich.console import Console

from benchmarks.results import Result, render, timed, write
from benchmarks.steps import copied_world, step, world
from hitcast.core.errors import HitcastError
from hitcast.core.home import PROJECT_DIR, Home
from hitcast.demo.plan import MIN_ROWS

SMALL = 10  # the smaller world has a tenth of the rows

GIGABYTE = 1024.0
SMALL_FILES = 10_000
MAX_BROKEN = 0.01  # share of rows that a vendor may break


def main() -> None:
    """Reads the command line, measures, reports; a ratio above its limit is marked and is no failure of the command."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--rows", type=int, default=7_000_000, help="raw rows of the main world (default: 7,000,000)")
    parser.add_argument("--folder", type=Path, default=PROJECT_DIR / ".cache" / "bench", help="where the worlds lie")
    parser.add_argument("--results", type=Path, default=PROJECT_DIR / "benchmarks" / "results.json")
    parser.add_argument("--builds", type=int, default=2, help="full builds, of which the quickest counts (default: 2)")
    given = parser.parse_args()
    if given.rows < SMALL * MIN_ROWS:
        sys.exit(f"--rows {given.rows}: too few for a world of a tenth of it. Give {SMALL * MIN_ROWS:,} or more")
    begun = time.perf_counter()
    try:
        results = list(measure(given.folder, given.rows, given.builds))
    except HitcastError as error:
        sys.exit(str(error))
    write(results, given.results)
    console = Console(width=None if sys.stdout.isatty() else 120)
    console.print(render(results))
    exceeded = sum(result.is_exceeded for result in results)
    console.print(f"{exceeded} above their limit (!), {time.perf_counter() - begun:.0f} s in all: {given.results}")


def measure(folder: Path, rows: int, builds: int) -> Iterator[Result]:
    """All measurements, in the order in which each finds what it needs; the quickest of so many full builds counts."""
    main_home, small_home, double_home = (Home(folder / name) for name in (f"{rows}", f"{rows // SMALL}", f"{rows}x2"))
    landed = world(main_home, rows)
    yield from _ingest(main_home, landed)
    yield _small_files(folder, min(SMALL_FILES, rows // 700))

    scan = step("scan", main_home)
    full = _full_build(main_home, builds)
    scan = min(scan, step("scan", main_home), key=lambda one: float(one["seconds"]))
    held = int(scan["rows"])
    yield timed(
        "full build of the feature marts, SQL", held, full["sql_seconds"], "bare scan (max)", scan["seconds"], 4.5,
        full["peak_memory_mb"],
    )  # fmt: skip
    yield timed("the same", held, full["sql_seconds"], "bare scan (count)", scan["count_seconds"])
    yield Result("its data tests", held, full["test_seconds"])
    yield Result("dbt's start-up, parsing and own queries", held, full["wall_seconds"] - _sql(full))
    yield _memory("peak memory of dbt build", held, full, GIGABYTE, "1 GB", 1.0)
    yield from _engines(main_home, held, float(scan["seconds"]))

    world(small_home, rows // SMALL)
    small = _full_build(small_home, builds)
    small_held = int(step("scan", small_home)["rows"])
    yield _growth(held, full, small_held, small)

    copied_world(double_home, main_home, 2)
    double = _full_build(double_home, builds)
    yield _growth(2 * held, double, held, full)
    tight = step("build", main_home, HITCAST_MEMORY_LIMIT="512MB")
    yield timed(
        "full build with memory_limit 512MB, SQL", held, tight["sql_seconds"], "without", full["sql_seconds"], None,
        tight["peak_memory_mb"],
    )  # fmt: skip


def _ingest(home: Home, landed: dict[str, Any] | None) -> Iterator[Result]:
    """Ingest beside DuckDB's COPY; measured only when the world is new."""
    if landed is None:
        return
    for how in ("ordered", "unordered"):
        copied = step("worlds", home, "copy", how)
        shutil.rmtree(home.root / "copy")
        if abs(copied["rows"] / landed["rows"] - 1) > MAX_BROKEN:
            raise HitcastError(f"COPY wrote {copied['rows']:,} rows, ingest read {landed['rows']:,}", "benchmarks")
        yield timed(
            "ingest of VK's CSVs", landed["rows"], landed["seconds"], f"DuckDB's COPY, {how}", copied["seconds"], 1.5,
            landed["peak_memory_mb"],
        )  # fmt: skip


def _small_files(folder: Path, count: int) -> Result:
    """Ingest of many small files beside that of the same rows in one."""
    landed = {}
    for how in ("apart", "joined"):
        home = Home(folder / f"small-{how}")
        shutil.rmtree(home.root, ignore_errors=True)
        step("worlds", home, "small_files", str(count), how)
        landed[how] = step("worlds", home, "land", ".")
    apart, joined = landed["apart"], landed["joined"]
    name = f"ingest of {count:,} files of 20 rows"
    return timed(
        name, apart["rows"], apart["seconds"], "of one file", joined["seconds"], None, apart["peak_memory_mb"]
    )  # fmt: skip


def _full_build(home: Home, times: int) -> dict[str, Any]:
    """The quickest of some full builds."""
    builds = [step("build", home) for _ in range(times)]
    return min(builds, key=lambda build: float(build["sql_seconds"]))


def _engines(home: Home, rows: int, scan_seconds: float) -> Iterator[Result]:
    """The release-day aggregates in three engines, whose results must be equal."""
    runs = {engine: step("release_days", home, engine, "2") for engine in ("duckdb", "polars", "pandas")}
    if any(run["sums"] != runs["duckdb"]["sums"] for run in runs.values()):
        raise HitcastError(f"engines disagree: { {name: run['sums'] for name, run in runs.items()} }", "benchmarks")
    own = runs["duckdb"]
    yield timed("release-day aggregates", rows, own["seconds"], "bare scan (max)", scan_seconds, 1.8)
    for engine, limit in (("polars", 1.0), ("pandas", 1 / 8)):
        yield timed(
            "release-day aggregates", rows, own["seconds"], engine, runs[engine]["seconds"], limit,
            own["peak_memory_mb"],
        )  # fmt: skip
    yield _memory("their peak memory", rows, own, runs["pandas"]["peak_memory_mb"], "pandas", 1 / 8)


def _memory(name: str, rows: int, run: dict[str, Any], baseline_mb: float, baseline: str, limit: float) -> Result:
    peak = float(run["peak_memory_mb"])
    return Result(
        name, rows, baseline=f"{baseline}, {baseline_mb:.0f} MB", ratio=peak / baseline_mb, limit=limit,
        peak_memory_mb=peak,
    )  # fmt: skip


def _growth(rows: int, build: dict[str, Any], fewer_rows: int, smaller: dict[str, Any]) -> Result:
    """A build's time beside that of fewer rows, grown as the rows did."""
    linear = smaller["sql_seconds"] * rows / fewer_rows
    name, baseline = "growth of the full build, SQL", f"linear from {fewer_rows / 1e6:.1f} M"
    return timed(name, rows, build["sql_seconds"], baseline, linear, 1.0, build["peak_memory_mb"])


def _sql(build: dict[str, Any]) -> float:
    return float(build["sql_seconds"] + build["test_seconds"])


if __name__ == "__main__":
    main()
