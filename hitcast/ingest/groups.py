"""Merged cells: a value stands in the first row of a group only, and the rows below it seem to have none."""

import duckdb

from hitcast.core.sql import Sql, fill_file
from hitcast.core.words import counted
from hitcast.ingest.stage import Stage

MIN_REJECTED_SHARE = 0.05
MIN_GROUPS, MIN_FOLLOWED = 2, 0.6
"""Filled rows, and the share of them of which the next row is empty, from which on rows look like groups."""


def first_of_groups(connection: duckdb.DuckDBPyConnection, stage: Stage) -> list[str]:
    """Required columns that are filled in the first row of each group only, each in one line."""
    if stage.rejected.sum() < max(1, MIN_REJECTED_SHARE * stage.read.sum()):
        return []
    found = []
    for i, column in enumerate(stage.contract.delivered):
        if not column.required or column.data_type in ("bigint", "double"):
            continue
        query = fill_file(__file__, "first_of_groups", value=Sql(f"v{i}"))
        [(filled, followed, empties)] = connection.execute(query).fetchall()
        if empties and filled >= MIN_GROUPS and followed >= MIN_FOLLOWED * filled:
            what = f"{column.name} is empty in {counted(empties, 'row')} below rows that have it"
            found.append(
                f"{what}: if they are of the same, as with merged cells, write `fill_down: true` in the mapping"
            )
    return found
