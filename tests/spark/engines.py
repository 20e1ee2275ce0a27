"""One home built by both engines, and what they built side by side."""

import json
import os
import subprocess
import sys
from pathlib import Path

import duckdb

from hitcast.core.home import PROJECT_DIR, Home


def command(home: Home, target: str, *arguments: str) -> tuple[list[str], dict[str, str]]:
    """A dbt command on the home, and the environment that it needs."""
    places = ["--target", target, "--profiles-dir", str(PROJECT_DIR), "--project-dir", str(PROJECT_DIR)]
    # a manifest of one target is another's cold start
    places += ["--target-path", str(home.dbt / target), "--log-path", str(home.dbt / f"logs_{target}")]
    dbt = [str(Path(sys.executable).parent / "dbt"), "--no-use-colors", *arguments, *places]
    return dbt, os.environ | {"HITCAST_HOME": str(home.root), "PYTHONPATH": str(PROJECT_DIR)}


def build(home: Home, target: str, *arguments: str) -> None:
    """Builds what the arguments select, without unit tests."""
    left_out = ["--exclude-resource-type", "unit_test", "--exclude-resource-type", "exposure"]
    dbt, environment = command(home, target, "build", *left_out, *arguments)
    built = subprocess.run(dbt, env=environment, cwd=home.root, capture_output=True, text=True, check=False)
    assert built.returncode == 0, describe(built.stdout)


def describe(output: str) -> str:
    """The lines of a dbt run that say what went wrong."""
    lines = output.splitlines()
    first = next((place for place, line in enumerate(lines) if " ERROR " in line or "Error" in line), 0)
    return "\n".join(lines[first:][:60])


def marts(home: Home, target: str = "duckdb") -> list[str]:
    """Every mart that the last command's manifest knows."""
    manifest = json.loads((home.dbt / target / "manifest.json").read_text())
    nodes = manifest["nodes"].values()
    return sorted(node["name"] for node in nodes if node["resource_type"] == "model" and "marts" in node["fqn"])


def export(home: Home, tables: list[str], folder: Path) -> Path:
    """Copies tables out of the Spark warehouse, through Spark, for views have no files."""
    called = [sys.executable, "-m", "tests.spark.export", str(home.root), str(folder), *tables]
    copied = subprocess.run(called, cwd=PROJECT_DIR, capture_output=True, text=True, check=False)
    assert copied.returncode == 0, copied.stderr[-3000:]
    return folder


def differing_rows(home: Home, tables: list[str], spark: Path, tolerance: float = 1e-9) -> dict[str, str]:
    """What differs between the engines, by table; empty where every row of every table is the same.

    Integers, strings, dates and the rest are compared exactly, doubles to the tolerance of the larger or of 1.
    """
    found = {}
    with duckdb.connect(config={"threads": 1}) as connection:
        connection.execute(f"attach '{home.warehouse}' as warehouse (read_only)")
        for table in tables:
            connection.execute(f"create or replace view ours as from warehouse.main.{table}")
            connection.execute(f"create or replace view theirs as from read_parquet('{spark / table}/*.parquet')")
            if difference := _difference(connection, tolerance):
                found[table] = difference
    return found


def _difference(connection: duckdb.DuckDBPyConnection, tolerance: float) -> str:
    ours, theirs = (
        {name: kind for name, kind, *_ in connection.execute(f"describe {side}").fetchall()}
        for side in ("ours", "theirs")
    )
    if ours != theirs:
        return f"columns {sorted(set(ours.items()) ^ set(theirs.items()))}"
    doubles = [name for name, kind in ours.items() if kind == "DOUBLE"]
    # nearly equal doubles sort alike once all else is equal
    exact = [name for name in ours if name not in doubles]
    order = ", ".join([*exact, *doubles])
    equal = [f"a.{name} is not distinct from b.{name}" for name in exact]
    equal += [
        f"(a.{name} is not distinct from b.{name}"
        f" or abs(a.{name} - b.{name}) <= {tolerance} * greatest(1, abs(a.{name}), abs(b.{name})))"
        for name in doubles
    ]
    numbered = [f"select *, row_number() over (order by {order}) as n from {side}" for side in ("ours", "theirs")]
    [(counted, rows)] = connection.execute(
        f"""
        select
            count(*) filter (where a.n is null or b.n is null or not coalesce({" and ".join(equal)}, false)),
            count(*)
        from ({numbered[0]}) as a full join ({numbered[1]}) as b on a.n = b.n
        """
    ).fetchall()
    return f"{counted} of {rows} rows" if counted else ""
