"""Calls dbt in this process, on one home."""

import hashlib
import json
import os
from typing import Any

from ml.errors import HitcastError, machine_error
from ml.files import written
from ml.warehouse import damaged, is_damage, open_warehouse
from pipeline.home import PROJECT_DIR, Home
from pipeline.project import settings_of

# Incremental models keep rows that these variables and the SQL shaped; any change asks for a full refresh.
SHAPING_VARIABLES = ("territory", "teaser_days", "horizons")
# Silence on the terminal. The file moves aside at its most bytes, and dbt keeps five that did.
LOGGING = ("--log-level", "none", "--log-level-file", "info", "--log-file-max-bytes", str(1 << 20))


def build(home: Home, variables: dict[str, Any], select: list[str], full_refresh: bool = False) -> None:
    """Builds and tests the selected models in the home's warehouse; unit tests are left to developers.

    Args:
        home: Where raw data is read and the warehouse written.
        variables: All variables of the project.
        select: dbt selectors.
        full_refresh: Whether incremental models start anew. Changed SQL or shaping variables start them anew too.

    Raises:
        HitcastError: A model or a test failed; names it, its message and the log.
    """
    shape_file = home.dbt / "built_with.json"
    shape = {name: variables[name] for name in SHAPING_VARIABLES} | {"sql": _sql_digest()}
    # a first build that was killed leaves rows and no word of what shaped them
    held = json.loads(shape_file.read_text()) if shape_file.exists() else None
    arguments = ["build", "--select", *select, "--indirect-selection", "buildable"]
    arguments += ["--exclude-resource-type", "unit_test", "--vars", json.dumps(variables)]
    if full_refresh or held != shape:
        arguments.append("--full-refresh")
    _wait_for_warehouse(home, variables)
    invoke(home, arguments)
    with written(shape_file) as part:
        part.write_text(json.dumps(shape))


def invoke(home: Home, arguments: list[str]) -> None:
    """Runs one dbt command quietly; its log goes to the home.

    Raises:
        HitcastError: dbt failed.
    """
    # importing dbt takes seconds
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager
    from dbt.cli.main import dbtRunner

    os.environ["HITCAST_HOME"] = str(home.root)
    places = ["--project-dir", str(PROJECT_DIR), "--profiles-dir", str(PROJECT_DIR)]
    places += ["--target-path", str(home.dbt / "target"), "--log-path", str(home.dbt / "logs")]
    try:
        outcome = dbtRunner().invoke([*LOGGING, *arguments, *places])
    finally:
        # dbt would hold the file for as long as this process lives
        DuckDBConnectionManager.close_all_connections()
    if outcome.success:
        return
    log = f"See {home.dbt / 'logs' / 'dbt.log'}"
    if isinstance(outcome.exception, KeyboardInterrupt | SystemExit):
        raise outcome.exception
    if outcome.exception is not None:
        raise _failure(home, _first_lines(str(outcome.exception)), arguments[0], log)
    failed = [result for result in outcome.result if str(result.status) in ("error", "fail", "runtime error")]
    told = "; ".join(
        f"{result.node.name}: {_first_lines(result.message or str(result.status))}" for result in failed[:3]
    )
    more = f" and {len(failed) - 3} more" if len(failed) > 3 else ""
    raise _failure(home, f"{told}{more}", arguments[0], log)


def _failure(home: Home, told: str, command: str, log: str) -> HitcastError:
    """What stands behind dbt's words: the machine, a damaged warehouse, or a model."""
    if obstacle := machine_error(told, str(home.root)):
        return obstacle
    return damaged(home.warehouse, told) if is_damage(told) else HitcastError(told, f"dbt {command}", log)


def _wait_for_warehouse(home: Home, variables: dict[str, Any]) -> None:
    """dbt would tell of a held or damaged warehouse once for every model."""
    if home.warehouse.exists():
        with open_warehouse(settings_of(home, variables), read_only=False):
            pass


def _sql_digest() -> str:
    files = sorted(path for folder in ("models", "macros") for path in (PROJECT_DIR / folder).rglob("*.sql"))
    return hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()


def _first_lines(message: str) -> str:
    return " ".join(line.strip() for line in message.strip().splitlines()[:3])
