"""One dbt build of the feature marts on DuckDB or on Spark, without tests: its time, its work and what it built."""

import resource
import sys
import time
from pathlib import Path
from typing import Any

import duckdb
import yaml
from dbt.cli.main import dbtRunner

from benchmarks.children import report
from hitcast.core.home import PROJECT_DIR, Home
from hitcast.job.steps import FEATURES

TARGETS = {"duckdb": "duckdb", "spark": "spark_local"}
MART = "release_features"
CONTRACT = PROJECT_DIR / "models" / "marts" / "features" / f"{MART}.yml"


def checked_columns() -> list[str]:
    """The mart's whole numbers, whose sums must be the same on both engines."""
    [model] = yaml.safe_load(CONTRACT.read_text())["models"]
    return [column["name"] for column in model["columns"] if column["data_type"] in ("bigint", "integer")]


def main() -> None:
    """Builds the marts of HITCAST_HOME on the engine named."""
    engine, home = sys.argv[1], Home.current()
    places = ["--target", TARGETS[engine], "--project-dir", str(PROJECT_DIR), "--profiles-dir", str(PROJECT_DIR)]
    places += ["--target-path", str(home.dbt / f"bench_{engine}"), "--log-level", "none", "--log-level-file", "none"]
    home.dbt.mkdir(parents=True, exist_ok=True)
    # a project is parsed once, and the outcome kept
    _or_stop(dbtRunner().invoke(["parse", *places]))
    left_out = ["--exclude-resource-type", "test", "--exclude-resource-type", "unit_test"]
    begun, cpu_begun = time.perf_counter(), time.process_time()
    outcome = dbtRunner().invoke(["build", "--select", *FEATURES, *left_out, *places])
    seconds, cpu_seconds = time.perf_counter() - begun, time.process_time() - cpu_begun
    _or_stop(outcome)
    built = _on_duckdb(home) if engine == "duckdb" else _on_spark(home)
    # Spark's driver is a child, which has ended
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    driver = cpu_seconds + children.ru_utime + children.ru_stime
    report(seconds=seconds, driver_cpu_seconds=driver, **built)


def _or_stop(outcome: Any) -> None:
    if not outcome.success:
        detail = outcome.exception or [str(result.message) for result in outcome.result or [] if result.message]
        sys.exit(str(detail))


def _on_duckdb(home: Home) -> dict[str, Any]:
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager

    DuckDBConnectionManager.close_all_connections()
    with duckdb.connect(str(home.warehouse)) as warehouse:
        warehouse.execute("checkpoint")
        sums = ", ".join(f"coalesce(sum({name}), 0)::bigint" for name in checked_columns())
        found = warehouse.table(MART).aggregate(f"count(*), {sums}").fetchone() or ()
    return {"mart_rows": found[0], "sums": list(found[1:]), **_size([home.warehouse])}


def _on_spark(home: Home) -> dict[str, Any]:
    from pyspark import SparkContext
    from pyspark.sql import SparkSession, functions

    if SparkContext._active_spark_context is None:
        sys.exit("dbt left no Spark session")
    # the session is that of a thread of dbt's, which has ended
    session = SparkSession.builder.getOrCreate()
    shuffled = _shuffled(session)
    sums = [functions.coalesce(functions.sum(name), functions.lit(0)) for name in checked_columns()]
    [found] = session.table(f"hitcast.{MART}").agg(functions.count(functions.lit(1)), *sums).collect()
    context = session.sparkContext
    gateway: Any = context._gateway
    session.stop()
    gateway.shutdown()
    # what the JVM took counts once it has ended
    gateway.proc.stdin.close()
    gateway.proc.wait()
    files = [file for file in (home.root / "spark" / "warehouse").rglob("*.parquet") if file.is_file()]
    return {"mart_rows": found[0], "sums": list(found[1:]), "shuffle_bytes": shuffled, **_size(files)}


def _shuffled(session: Any) -> int:
    """Bytes that all tasks of the session have written for others, as Spark counts them."""
    executors = session.sparkContext._jsc.sc().statusStore().executorList(False)
    return sum(executors.apply(number).totalShuffleWrite() for number in range(executors.size()))


def _size(files: list[Path]) -> dict[str, int]:
    return {"warehouse_bytes": sum(file.stat().st_size for file in files), "warehouse_files": len(files)}


if __name__ == "__main__":
    main()
