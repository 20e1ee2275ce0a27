"""Counts that are delivered several times over: split by one column and by another, or with rows of their totals."""

import duckdb

from hitcast.core.errors import HitcastError
from hitcast.core.sql import Sql, fill, fill_file, joined, literal
from hitcast.ingest.contract import measure_of
from hitcast.ingest.losses import ACCEPT
from hitcast.ingest.stage import Stage

MIN_STREAMS = 10
"""Smaller sums are often alike by chance."""
MIN_OWNERS, MIN_SHARE = 3, 0.9
ROWS_ASKED = 500_000
"""Of a larger delivery about so many rows are asked, all those of some recordings."""

SKIP_TOTALS = "Leave out the rows of totals with `skip:`"


def held_for_breakdowns(connection: duckdb.DuckDBPyConnection, stage: Stage) -> HitcastError | None:
    """Why a delivery is held whose rows hold the same counts by several breakdowns; None where none does.

    Rows of one day, recording and territory fill different columns of the key, some the sex and others the age, say,
    and each kind adds up to the same sum: whoever adds all of them counts everything twice.
    """
    contract = stage.contract
    places = {column.name: Sql(f"v{i}") for i, column in enumerate(contract.delivered)}
    split_columns = [
        column.name for column in contract.delivered if column.name in contract.key and not column.required
    ]
    if not split_columns or "isrc" not in contract.key:
        return None
    split = fill(
        "concat_ws(' and ', {filled})",
        filled=joined(
            fill("case when {value} is not null then {name} end", value=places[name], name=literal(name))
            for name in split_columns
        ),
    )
    query = fill_file(
        __file__,
        "breakdowns",
        owner=joined(places[name] for name in contract.key if name not in split_columns),
        split=split,
        measure=places[measure_of(contract)],
        recording=places["isrc"],
    )
    apart = max(1, int((stage.read - stage.rejected).sum()) // ROWS_ASKED)
    [found] = connection.execute(query, {"apart": apart, "min_streams": MIN_STREAMS}).fetchall()
    owners, doubled, owner, measure, splits = found
    if doubled < MIN_OWNERS or doubled < MIN_SHARE * owners:
        return None
    ways = " and ".join(f"by {names}" if names else "without any" for names in splits)
    what = f"held: {measure_of(contract)} seem to be there several times: of {owner}"
    what = f"{what} the rows split {ways} add up to one sum"
    cure = f"Deliver the finest breakdown alone. {SKIP_TOTALS}"
    what = f"{what}, {measure:,}; so in {doubled:,} of {owners:,} such cases"
    return HitcastError(what, contract.table, f"{cure}. {ACCEPT}")


def summed_rows(connection: duckdb.DuckDBPyConnection, stage: Stage, files: list[int]) -> str:
    """How rows of one key are there beside a row of their sum, of nearly all keys of these files; empty where not.

    Where such rows add up, everything counts twice.
    """
    contract = stage.contract
    if contract.day_column is None:
        return ""
    places = {column.name: Sql(f"v{i}") for i, column in enumerate(contract.delivered)}
    query = fill_file(
        __file__,
        "summed",
        key=joined(places[name] for name in contract.key),
        measure=places[measure_of(contract)],
        recording=places["isrc" if "isrc" in contract.key else contract.key[1]],
    )
    apart = max(1, int((stage.read - stage.rejected).sum()) // ROWS_ASKED)
    values = {"files": files, "apart": apart, "min_streams": MIN_STREAMS}
    [(owners, doubled, owner, largest)] = connection.execute(query, values).fetchall()
    if doubled < MIN_OWNERS or doubled < MIN_SHARE * owners:
        return ""
    return f"one row is the sum of the others of its key, as {owner}: {largest:,}; so in {doubled:,} of {owners:,} keys"


def held_for_sums(connection: duckdb.DuckDBPyConnection, stage: Stage) -> HitcastError | None:
    """Why a delivery is held whose mapping adds rows up of which one is the sum of the others; None where none is."""
    files = [number for number, source in enumerate(stage.sources) if source.mapping.combine == "sum"]
    found = summed_rows(connection, stage, files) if files else ""
    if not found:
        return None
    return HitcastError(
        f"held: rows add up (`combine: sum`) though {found}", stage.contract.table, f"{SKIP_TOTALS}. {ACCEPT}"
    )
