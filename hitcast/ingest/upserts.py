"""Tables that are upserted by key, the catalog and the campaigns, where the reports are replaced by day."""

from pathlib import Path

import duckdb
import numpy as np

from hitcast.core.errors import HitcastError
from hitcast.core.sql import Sql, fill, fill_file, joined, listed, quoted, typed
from hitcast.ingest.contract import Contract
from hitcast.ingest.days import KeyConflictError
from hitcast.ingest.stage import Stage, named_columns


def keep_last(connection: duckdb.DuckDBPyConnection, stage: Stage) -> tuple[np.ndarray, np.ndarray]:
    """Makes `arrived` of the valid rows of `staged`: of each key the last one in file order.

    Args:
        connection: Connection that holds the stage.
        stage: The delivery.

    Returns:
        Rows kept and rows superseded, by file number.

    Raises:
        KeyConflictError: Rows of one key differ, and the contract says that they must not.
    """
    if stage.contract.refuses_differing:
        _refuse_differing(connection, stage)
    columns, key = named_columns(stage.contract), listed(stage.contract.key)
    connection.execute(fill_file(__file__, "arrived", columns=columns, key=key))
    accepted, duplicate = np.zeros(len(stage.sources), dtype=np.int64), np.zeros(len(stage.sources), dtype=np.int64)
    counts = connection.execute("select file_number, is_last, count(*) from arrived group by file_number, is_last")
    for file_number, is_last, rows in counts.fetchall():
        (accepted if is_last else duplicate)[file_number] = rows
    connection.execute("delete from arrived where not is_last")
    return accepted, duplicate


def _refuse_differing(connection: duckdb.DuckDBPyConnection, stage: Stage) -> None:
    """Stops at the first two valid rows of one key that are no repeats."""
    places = {column.name: Sql(f"v{i}") for i, column in enumerate(stage.contract.delivered)}
    query = """
        select min(rowid), max_by(rowid, hash({row}) <> first_hash) from (
            select rowid, *, first_value(hash({row})) over (partition by {key} order by rowid) as first_hash
            from staged where problem = 0
        ) group by {key} having count(distinct hash({row})) > 1 order by 1 limit 1
        """
    row = [*places.values(), *([Sql("identity")] if stage.is_told_apart else [])]
    key = joined(places[name] for name in stage.contract.key)
    for first, second in connection.execute(fill(query, row=joined(row), key=key)).fetchall():
        raise KeyConflictError(first, second)


def write_upserted(
    connection: duckdb.DuckDBPyConnection, contract: Contract, landed: Path | None, incoming: Path, number: int
) -> int:
    """Writes a table with `arrived` in it.

    Args:
        connection: Connection that holds `arrived`.
        contract: The table's contract; its stamped column is the delivery number.
        landed: The table so far; None, or a file that is gone, for an empty one.
        incoming: File to write.
        number: Number of the delivery, stamped on rows that are new or changed.

    Returns:
        Rows that bear the number.
    """
    types = typed({column.name: column.data_type for column in contract.columns})
    connection.execute(fill("create or replace temp table landed ({types})", types=types))
    if landed and landed.is_file():
        connection.execute("insert into landed by name from read_parquet(?, hive_partitioning = false)", [str(landed)])
    [stamp] = [quoted(column.name) for column in contract.columns if column.stamped]
    delivered, key = [column.name for column in contract.delivered], listed(contract.key)
    connection.execute(
        fill_file(
            __file__,
            "upserted",
            arrived=listed(delivered, "arrived"),
            landed=listed(delivered, "landed"),
            stamp=stamp,
            is_same=joined(
                # a part of the key may be unknown
                (Sql(f"arrived.{quoted(name)} is not distinct from landed.{quoted(name)}") for name in contract.key),
                " and ",
            ),
        ),
        {"number": number},
    )
    count = fill("select count(*) from upserted where {stamp} = $number", stamp=stamp)
    [(changed,)] = connection.execute(count, {"number": number}).fetchall()
    upserted = connection.table("upserted").project(listed(column.name for column in contract.columns))
    upserted.order(key).write_parquet(str(incoming))
    return int(changed)


def damaged_table(table: str, landed: Path, message: str) -> HitcastError:
    """What to say of such a table that is damaged or missing: a delivery of some rows must not pass for all."""
    remove = "Remove it, then " if landed.exists() else ""
    return HitcastError(message, str(landed), f"{remove}`hitcast ingest` the whole of {table} again")
