"""One `dbt build` of the feature marts: the seconds that its SQL took, by node."""

import os
import sys
import time
from collections import defaultdict
from typing import Any

from dbt.adapters.duckdb.connections import DuckDBConnectionManager
from dbt.cli.main import dbtRunner

from benchmarks.children import report
from hitcast.core.home import PROJECT_DIR, Home
from hitcast.job.steps import FEATURES


def main() -> None:
    """Builds and tests the marts of HITCAST_HOME; further arguments go to dbt."""
    home = Home.current()
    home.dbt.mkdir(parents=True, exist_ok=True)
    os.environ["HITCAST_HOME"] = str(home.root)
    seconds: dict[str, float] = defaultdict(float)

    def note(event: Any) -> None:
        if event.info.name == "SQLQueryStatus":
            seconds[event.data.node_info.unique_id] += event.data.elapsed

    places = ["--project-dir", str(PROJECT_DIR), "--profiles-dir", str(PROJECT_DIR)]
    places += ["--target-path", str(home.dbt / "target"), "--log-level", "none", "--log-level-file", "none"]
    what = ["build", "--select", *FEATURES, "--indirect-selection", "buildable", "--exclude-resource-type", "unit_test"]
    begun = time.perf_counter()
    outcome = dbtRunner(callbacks=[note]).invoke([*what, *sys.argv[1:], *places])
    wall = time.perf_counter() - begun
    DuckDBConnectionManager.close_all_connections()
    if not outcome.success:
        sys.exit(str(outcome.exception or [str(result.message) for result in outcome.result if result.message]))
    by_kind: dict[str, float] = defaultdict(float)
    for node, elapsed in seconds.items():
        # statements of no node are dbt's own look at what exists
        by_kind[node.split(".")[0] or "dbt"] += elapsed
    models = {name.split(".")[-1]: elapsed for name, elapsed in seconds.items() if name.startswith("model.")}
    report(
        sql_seconds=by_kind["model"] + by_kind["seed"] + by_kind["operation"],
        test_seconds=by_kind["test"],
        wall_seconds=wall,
        models=models,
    )


if __name__ == "__main__":
    main()
