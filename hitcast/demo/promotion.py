"""The label's log of campaigns, and what each release would have done without its own or with another."""

from datetime import date
from pathlib import Path

import duckdb

from hitcast.demo.simulation import FIRST_AGE, run_script, step

LATE_SHARE = 0.3
"""Share of the campaigns that begin 4 to 14 days after release, in a world that delivers its log of them."""


def write_campaigns(connection: duckdb.DuckDBPyConnection, folder: Path, through: date = date.max) -> int:
    """Writes `promotion_spends.csv`, the log of the promotions that the world lives with.

    Args:
        connection: Connection in which `simulate` ran.
        folder: Folder to write to, made if it is missing.
        through: Last release date in it.

    Returns:
        Rows written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    file = str(folder / "promotion_spends.csv")
    return run_script(connection, "promotion_csv", announced_through=through, file=file)


def write_promotion_truth(connection: duckdb.DuckDBPyConnection, file: Path) -> int:
    """Writes the 30-day streams of every release as they were and as they would have been, with the same draws.

    Args:
        connection: Connection in which `simulate` ran; its `state` is used up.
        file: Parquet file to write: release_id, scenario (`actual`, `none` or `spend`), spend (roubles, 0 where none),
            start_day (days since release, null where none), streams_30.

    Returns:
        Rows written.
    """
    run_script(connection, "promotion_scenarios")
    live_scenarios(connection)
    return run_script(connection, "promotion_truth", file=str(file))


def live_scenarios(connection: duckdb.DuckDBPyConnection) -> None:
    """Moves `state` from before the first teaser through 30 days of release.

    Args:
        connection: Connection that holds the world; `state` holds replica 1000 s for every scenario s of `promotions`.
    """
    for age in range(FIRST_AGE, 30):
        step(connection, age)
