"""Calls dbt in this process, on one home."""

import hashlib
import json
import os
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path
from typing import Any

from hitcast.core.environment import without_secrets
from hitcast.core.errors import HitcastError, machine_error
from hitcast.core.files import written
from hitcast.core.home import PROJECT_DIR, Home
from hitcast.core.project import settings_of
from hitcast.core.settings import Settings
from hitcast.core.spark_session import open_session
from hitcast.core.target import DUCKDB, chosen
from hitcast.core.warehouse import damaged, is_damage, open_warehouse

# Silence on the terminal. The file moves aside at its most bytes, and dbt keeps five that did.
LOGGING = ("--log-level", "none", "--log-level-file", "info", "--log-file-max-bytes", str(1 << 20))


def build(home: Home, variables: dict[str, Any], select: list[str], with_tests: bool = True) -> None:
    """Builds and tests the selected models in the chosen target's warehouse; unit tests are left to developers.

    Args:
        home: Where raw data is read and the warehouse written.
        variables: All variables of the project.
        select: dbt selectors.
        with_tests: Whether to test what is built.

    Raises:
        HitcastError: A model or a test failed; names it, its message and the log.
    """
    arguments = ["build", "--select", *select, "--indirect-selection", "buildable"]
    arguments += ["--exclude-resource-type", "unit_test", "--vars", json.dumps(variables)]
    arguments += [] if with_tests else ["--exclude-resource-type", "test"]
    _prepare(home, settings_of(home, variables))
    invoke(home, arguments)


def compiled(home: Home, variables: dict[str, Any], select: list[str]) -> dict[str, str]:
    """The checkout's SQL of the selected models, as dbt compiles it, by model; nothing is built.

    dbt takes ten seconds to start: what it compiled is kept in the home until the project or the variables change.

    Raises:
        HitcastError: A model does not compile, or another process holds the warehouse.
    """
    file, key = home.dbt / f"compiled_{chosen()}.json", _compiled_from(home, variables, select)
    with suppress(OSError, ValueError, KeyError, TypeError, RecursionError):
        kept = json.loads(file.read_text(encoding="utf-8"))
        if kept["from"] == key:
            return dict(kept["sql"])
    found = _compile(home, variables, select)
    # without space the next call compiles once more
    with suppress(OSError):
        file.parent.mkdir(parents=True, exist_ok=True)
        with written(file) as part:
            part.write_text(json.dumps({"from": key, "sql": found}), encoding="utf-8")
    return found


def _compiled_from(home: Home, variables: dict[str, Any], select: list[str]) -> str:
    """A digest of all that compiled SQL follows from."""
    given = json.dumps([str(home.root), chosen(), variables, select, version("dbt-core")], sort_keys=True, default=str)
    digest = hashlib.sha256(given.encode())
    files = [file for folder in ("models", "macros", "seeds") for file in (PROJECT_DIR / folder).rglob("*")]
    for file in sorted([*files, PROJECT_DIR / "dbt_project.yml", PROJECT_DIR / "profiles.yml"]):
        if file.is_file():
            digest.update(str(file.relative_to(PROJECT_DIR)).encode())
            digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()


def _compile(home: Home, variables: dict[str, Any], select: list[str]) -> dict[str, str]:
    models = [f"{each},resource_type:model" for each in select]
    arguments = ["compile", "--select", *models, "--indirect-selection", "empty", "--no-populate-cache"]
    outcome = invoke(home, [*arguments, "--vars", json.dumps(variables)])
    return {result.node.name: result.node.compiled_code for result in outcome.result}


def invoke(home: Home, arguments: list[str]) -> Any:
    """Runs one dbt command quietly; its log goes to the home. Returns dbt's own result.

    Raises:
        HitcastError: dbt failed.
    """
    # importing dbt takes seconds
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager
    from dbt.cli.main import dbtRunner

    os.environ["HITCAST_HOME"] = str(home.root)
    places = ["--project-dir", str(PROJECT_DIR), "--profiles-dir", str(PROJECT_DIR)]
    logs = _place(home, "logs")
    places += ["--target", chosen(), "--target-path", str(_place(home, "target")), "--log-path", str(logs)]
    try:
        with without_secrets():
            outcome = dbtRunner().invoke([*LOGGING, *arguments, *places])
    finally:
        # dbt would hold the file for as long as this process lives
        DuckDBConnectionManager.close_all_connections()
    if outcome.success:
        return outcome
    log = f"See {logs / 'dbt.log'}"
    if isinstance(outcome.exception, KeyboardInterrupt | SystemExit):
        raise outcome.exception
    if outcome.exception is not None:
        raise _failure(home, _first_lines(str(outcome.exception)), arguments[0], log)
    failed = [result for result in outcome.result if str(result.status) in ("error", "fail", "runtime error")]
    detail = "; ".join(
        f"{result.node.name}: {_first_lines(result.message or str(result.status))}" for result in failed[:3]
    )
    more = f" and {len(failed) - 3} more" if len(failed) > 3 else ""
    raise _failure(home, f"{detail}{more}", arguments[0], log)


def _failure(home: Home, detail: str, command: str, log: str) -> HitcastError:
    """What is behind dbt's message: the machine, a damaged warehouse, or a model."""
    if obstacle := machine_error(detail, str(home.root)):
        return obstacle
    if chosen() == DUCKDB and is_damage(detail):
        return damaged(home.warehouse, detail)
    return HitcastError(detail, f"dbt {command}", log)


def _prepare(home: Home, settings: Settings) -> None:
    """Sees that the warehouse can be written: dbt would tell of one that cannot once for every model."""
    if settings.spark is not None:
        from hitcast.core.spark_cluster import remove_strays

        remove_strays(home, open_session(settings.spark))
    elif home.warehouse.exists():
        with open_warehouse(settings, read_only=False):
            pass


def _place(home: Home, name: str) -> Path:
    """A folder of the target's own: what dbt remembers of one target is a cold start for another."""
    target = chosen()
    return home.dbt / f"{name}{'' if target == DUCKDB else f'_{target}'}"


def _first_lines(message: str) -> str:
    return " ".join(line.strip() for line in message.strip().splitlines()[:3])
