"""The demo world itself: artists, releases and the days of every recording, stepped in DuckDB."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import duckdb

from hitcast.core.sql import fill, quoted
from hitcast.demo.plan import Plan

SQL_DIR = Path(__file__).resolve().parent
FIRST_AGE = -14
AS_OF_DAYS = (0, 3, 7, 14, 21)
"""Days known for which the state is kept: from there the truth is computed."""
FIRST_DAY = date(2019, 1, 1)
LAST_DAY = date(2021, 12, 31)


def run_script(connection: duckdb.DuckDBPyConnection, name: str, **variables: object) -> int:
    """Runs `<name>.sql` of this folder with the variables bound.

    Args:
        connection: Connection that holds the world.
        name: Name of the script without its ending.
        **variables: Values that the script reads with `getvariable`; they stay set.

    Returns:
        Rows written, where the script ends in a `copy`; otherwise what DuckDB answers, or 0.
    """
    for variable, value in variables.items():
        connection.execute(fill("set variable {name} = ?", name=quoted(variable)), [value])
    row = connection.execute((SQL_DIR / f"{name}.sql").read_text(encoding="utf-8")).fetchone()
    return int(row[0]) if row and isinstance(row[0], int) else 0


def simulate(
    connection: duckdb.DuckDBPyConnection,
    plan: Plan,
    seed: int,
    until: date,
    progress: Callable[[str], None],
    late_campaigns: float = 0,
) -> None:
    """Makes the world: `artists`, `releases`, `release_tracks`, `tracks`, `promotions`, `track_days`, `final_state`.

    `first_state` holds the state of every recording before its first day, `as_of_state` that after each of `AS_OF_DAYS`
    whole days.

    Args:
        connection: Empty DuckDB database.
        plan: Size of the world.
        seed: Seed of everything drawn.
        until: Last day of the world; days before it do not depend on it.
        progress: Called with a line on what is being done.
        late_campaigns: Share of the campaigns that begin 4 to 14 days after release; the others begin by day 3.
    """
    run_script(connection, "macros", seed=seed, until=until)
    run_script(
        connection,
        "catalog",
        releases_per_week=plan.releases_per_week,
        artist_count=plan.artist_count,
        evergreen_count=plan.evergreen_count,
    )
    run_script(connection, "tracks")
    run_script(connection, "promotions", late_campaigns=late_campaigns)
    run_script(connection, "deliveries")
    run_script(connection, "start")
    connection.execute("create or replace temp table first_state as from state")
    for age in range(FIRST_AGE, max(plan.last_age, 29) + 1):
        if age % 20 == 0:
            progress(f"Living day {age} of every release")
        step(connection, age)
        run_script(connection, "days")
        if age + 1 == AS_OF_DAYS[0]:
            connection.execute("create or replace temp table as_of_state as from state")
        elif age + 1 in AS_OF_DAYS:
            connection.execute("insert into as_of_state from state")
        if age == 29:
            connection.execute("create or replace temp table final_state as from state")


def step(connection: duckdb.DuckDBPyConnection, age: int) -> None:
    """Moves `state` one day on.

    Args:
        connection: Connection that holds the world.
        age: Day since release to live.
    """
    run_script(connection, "step", age=age)
