"""Which engine the job runs on: a target of dbt's profile, chosen for all commands by `HITCAST_TARGET`."""

import os

from hitcast.core.errors import HitcastError
from hitcast.core.home import Home
from hitcast.core.settings import Spark

VARIABLE = "HITCAST_TARGET"
DUCKDB = "duckdb"
TARGETS = (DUCKDB, "spark_local", "spark")


def chosen() -> str:
    """The target that `HITCAST_TARGET` names, `duckdb` unless set.

    Raises:
        HitcastError: The profile has no such target.
    """
    target = os.environ.get(VARIABLE) or DUCKDB
    if target not in TARGETS:
        raise HitcastError(f"unknown target {target}", VARIABLE, f"Use one of {', '.join(TARGETS)}")
    return target


def spark_of(home: Home) -> Spark | None:
    """The home's warehouse on Spark; None where the target is DuckDB.

    Raises:
        HitcastError: The profile has no such target, or one that only dbt can use.
    """
    target = chosen()
    if target == DUCKDB:
        return None
    from hitcast.core.spark_cluster import profile, settings

    held = profile(home, target)
    if held["method"] != "session":
        raise HitcastError(
            f"models are trained on a session, not by {held['method']}",
            f"target {target}",
            "Set HITCAST_SPARK_METHOD=session, or build the marts alone: `dbt build`",
        )
    return Spark(target, str(held["schema"]), settings(home, target), home.dbt / f"logs_{target}" / "spark.log")
