"""The catalog, which is upserted by key where the other raw tables are replaced by day."""

from pathlib import Path

import duckdb
import numpy as np

from hitcast.core.errors import HitcastError
from hitcast.ingest.contract import Contract
from hitcast.ingest.stage import Stage, named_columns


def keep_last(connection: duckdb.DuckDBPyConnection, stage: Stage) -> tuple[np.ndarray, np.ndarray]:
    """Makes `arrived` of the valid rows of `staged`: of each key the last one in file order.

    Args:
        connection: Connection that holds the stage.
        stage: The delivery.

    Returns:
        Rows kept and rows superseded, by file number.
    """
    key = ", ".join(f'"{name}"' for name in stage.contract.key)
    connection.execute(
        f"""
        create or replace temp table arrived as
        select *, row_number() over (partition by {key} order by row_order desc) = 1 as is_last
        from (select {named_columns(stage.contract)}, file_number, rowid as row_order from staged where problem = 0)
        """
    )
    accepted, duplicate = np.zeros(len(stage.sources), dtype=np.int64), np.zeros(len(stage.sources), dtype=np.int64)
    counts = connection.execute("select file_number, is_last, count(*) from arrived group by file_number, is_last")
    for file_number, is_last, rows in counts.fetchall():
        (accepted if is_last else duplicate)[file_number] = rows
    connection.execute("delete from arrived where not is_last")
    return accepted, duplicate


def write_upserted(
    connection: duckdb.DuckDBPyConnection, contract: Contract, landed: Path | None, incoming: Path, number: int
) -> int:
    """Writes the catalog with `arrived` in it.

    Args:
        connection: Connection that holds `arrived`.
        contract: The catalog's contract; its stamped column is the delivery number.
        landed: The catalog so far; None, or a file that is gone, for an empty one.
        incoming: File to write.
        number: Number of the delivery, stamped on rows that are new or changed.

    Returns:
        Rows that bear the number.
    """
    columns = ", ".join(f'"{column.name}" {column.data_type}' for column in contract.columns)
    connection.execute(f"create or replace temp table landed ({columns})")
    if landed and landed.is_file():
        connection.execute("insert into landed by name from read_parquet(?, hive_partitioning = false)", [str(landed)])
    [stamp] = [f'"{column.name}"' for column in contract.columns if column.stamped]
    delivered = [f'"{column.name}"' for column in contract.delivered]
    key = [f'"{name}"' for name in contract.key]
    same_key = " and ".join(f"arrived.{name} = landed.{name}" for name in key)
    is_same = " and ".join(f"arrived.{name} is not distinct from landed.{name}" for name in delivered)
    arrived = ", ".join(f"arrived.{name}" for name in delivered)
    connection.execute(
        f"""
        create or replace temp table upserted as
        select {arrived}, case when {is_same} then landed.{stamp} else $number end as {stamp}
        from arrived left join landed on {same_key}
        union all by name
        select landed.* from landed anti join arrived on {same_key}
        """,
        {"number": number},
    )
    [(changed,)] = connection.execute(
        f"select count(*) from upserted where {stamp} = $number", {"number": number}
    ).fetchall()
    ordered = ", ".join(f'"{column.name}"' for column in contract.columns)
    connection.execute(
        f"create or replace temp view sorted as select {ordered} from upserted order by {', '.join(key)}"
    )
    connection.execute("copy sorted to $path (format parquet)", {"path": str(incoming)})
    return int(changed)


def damaged_catalog(landed: Path, message: str) -> HitcastError:
    """What to say of a catalog that is damaged or missing: a delivery of some releases must not pass for all."""
    remove = "Remove it, then " if landed.exists() else ""
    return HitcastError(message, str(landed), f"{remove}`hitcast ingest` the whole catalog again")
