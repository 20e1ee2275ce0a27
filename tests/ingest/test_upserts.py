from pathlib import Path

import duckdb
import pyarrow.parquet as pq

from hitcast.ingest.contract import Column, Contract
from hitcast.ingest.upserts import write_upserted

CONTRACT = Contract(
    "catalog",
    (
        Column("upc", "varchar", required=True),
        Column("title", "varchar"),
        Column("seconds", "double"),
        Column("delivery_number", "bigint", stamped=True),
    ),
    ("upc",),
)
Row = tuple[str, str | None, float | None]


def _upsert(path: Path, rows: list[Row], number: int) -> int:
    with duckdb.connect() as connection:
        connection.execute("create table arrived (upc varchar, title varchar, seconds double)")
        connection.executemany("insert into arrived values (?, ?, ?)", rows)
        changed = write_upserted(connection, CONTRACT, path, path.with_suffix(".new"), number)
    path.with_suffix(".new").replace(path)
    return changed


def _landed(path: Path) -> list[tuple[object, ...]]:
    return [tuple(row.values()) for row in pq.read_table(path).to_pylist()]


def test_new_rows_are_added_changed_ones_replaced_and_others_stay(tmp_path: Path) -> None:
    path = tmp_path / "data.parquet"
    assert _upsert(path, [("b", "B", None), ("a", None, 1.0)], 1) == 2
    assert _landed(path) == [("a", None, 1.0, 1), ("b", "B", None, 1)]
    assert _upsert(path, [("c", "C", 3.0), ("b", "B", None), ("a", None, 2.0)], 4) == 2
    assert _landed(path) == [("a", None, 2.0, 4), ("b", "B", None, 1), ("c", "C", 3.0, 4)]


def test_the_same_rows_again_change_nothing(tmp_path: Path) -> None:
    path = tmp_path / "data.parquet"
    assert _upsert(path, [("a", None, 1.0), ("b", "B", None)], 1) == 2
    assert _upsert(path, [("b", "B", None)], 2) == 0
    assert _upsert(path, [("a", None, None)], 3) == 1


def test_a_catalog_landed_before_a_column_came_is_read(tmp_path: Path) -> None:
    path = tmp_path / "data.parquet"
    duckdb.execute("copy (select 'a' as upc, 7 as delivery_number) to $path (format parquet)", {"path": str(path)})
    assert _upsert(path, [("b", "B", 2.0)], 8) == 1
    assert _landed(path) == [("a", None, None, 7), ("b", "B", 2.0, 8)]
