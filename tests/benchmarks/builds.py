"""Made-up measurements of both engines."""

from benchmarks.engine_results import Build

MACHINE = "a machine, 2 cores, 8 GB"


def build(rows: int = 700_000, engine: str = "duckdb", workers: int = 0, **given: object) -> Build:
    """A finished build whose seconds are 4 + 1 a million rows on DuckDB, and 40 + 20 on Spark's workers together."""
    millions = rows / 1e6
    seconds = 4 + millions if engine == "duckdb" else 40 + 20 * millions / workers
    measured = {
        "seconds": seconds, "landed_rows": rows, "landing_bytes": 40 * rows, "cpu_seconds": 2 * seconds,
        "peak_memory_mb": 300 + millions, "warehouse_bytes": 5 * rows, "warehouse_files": 3, "mart_rows": 10,
        "mart_digest": "a", "shuffle_bytes": None if engine == "duckdb" else 7 * rows,
    } | given  # fmt: skip
    return Build(MACHINE, "2026-11-24", 0.2, rows, engine, workers, 3600.0, **measured)  # type: ignore[arg-type]


def both_engines(*sizes: int) -> list[Build]:
    """Full builds on DuckDB and on Spark's one and two workers."""
    settings = (("duckdb", 0), ("spark", 1), ("spark", 2))
    return [build(rows, engine, workers) for rows in sizes for engine, workers in settings]
