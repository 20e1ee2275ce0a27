import shutil
from collections.abc import Iterable
from datetime import date, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipeline.home import Home
from pipeline.ingest.contract import LEDGER, Column, Contract, load_contracts
from pipeline.ingest.landing import (
    CHECKSUM,
    LandedDay,
    LedgerRow,
    day_file,
    holds,
    incoming_dir,
    move_into_place,
    read_ledger,
    write_days,
    write_ledger,
)

CONTRACT = Contract("plays", (Column("day", "date"), Column("song", "varchar")), ("day", "song"), "day", ("song",))
SCHEMA = pa.schema(
    [
        ("day", pa.date32()),
        ("song", pa.string()),
        ("file_number", pa.int32()),
        ("row_number", pa.int64()),
        ("key_hash", pa.uint64()),
        ("row_hash", pa.uint64()),
    ]
)
Row = tuple[date, str, int, int, int, int]
FIRST, SECOND = date(1969, 12, 31), date(2024, 1, 1)


def _write(folder: Path, rows: list[Row], batch_rows: int = 1000) -> list[LandedDay]:
    table = pa.Table.from_pylist([dict(zip(SCHEMA.names, row, strict=True)) for row in rows], SCHEMA)
    reader = pa.RecordBatchReader.from_batches(SCHEMA, table.to_batches(max_chunksize=batch_rows))
    return list(write_days(reader, CONTRACT, 2, folder))


@pytest.mark.parametrize("batch_rows", [1, 2, 3, 100])
def test_each_day_is_one_file_without_its_day_column(tmp_path: Path, batch_rows: int) -> None:
    rows = [(FIRST, "a", 0, 1, 1, 11), (FIRST, "b", 0, 2, 2, 12), (SECOND, "a", 1, 3, 3, 13)]
    days = _write(tmp_path, rows, batch_rows)
    assert [(day.day, day.rows) for day in days] == [(FIRST, 2), (SECOND, 1)]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["1969-12-31.parquet", "2024-01-01.parquet"]
    assert pq.read_table(days[0].incoming).to_pydict() == {"song": ["a", "b"]}
    assert [list(day.accepted) for day in days] == [[2, 0], [0, 1]]


@pytest.mark.parametrize("batch_rows", [1, 2, 100])
def test_the_last_row_of_a_key_stays_wherever_the_sort_put_it(tmp_path: Path, batch_rows: int) -> None:
    rows = [
        (FIRST, "last", 1, 9, 7, 3),
        (FIRST, "middle", 1, 5, 7, 2),
        (FIRST, "other", 0, 4, 8, 1),
        (FIRST, "sooner", 0, 1, 7, 4),
        (SECOND, "same key, other day", 0, 2, 7, 5),
    ]
    first, second = _write(tmp_path, rows, batch_rows)
    assert pq.read_table(first.incoming).column("song").to_pylist() == ["last", "other"]
    assert (list(first.accepted), list(first.duplicates)) == ([1, 1], [1, 1])
    assert (list(second.accepted), list(second.duplicates)) == ([1, 0], [0, 0])


def test_the_checksum_minds_the_rows_and_not_their_order(tmp_path: Path) -> None:
    def checksum(*hashes: int) -> str:
        [day] = _write(tmp_path, [(FIRST, "a", 0, i, i, row_hash) for i, row_hash in enumerate(hashes)])
        return day.checksum

    big = 2**64 - 1
    assert checksum(big, 5) == checksum(5, big)
    assert len({checksum(big, 5), checksum(big, 6), checksum(4), checksum(5)}) == 4


def test_unsorted_rows_are_a_defect_and_not_lost_days(tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match="not sorted"):
        _write(tmp_path, [(SECOND, "a", 0, 1, 1, 1), (FIRST, "a", 0, 2, 1, 1)])


def test_a_landed_day_says_itself_what_it_holds(home: Home, tmp_path: Path) -> None:
    [day] = _write(tmp_path, [(SECOND, "a", 0, 1, 1, 1)])
    again = Path(shutil.copy(day.incoming, tmp_path / "again.parquet"))
    target = day_file(home, CONTRACT, SECOND)
    assert target == home.raw / "plays" / "day=2024-01-01" / "data.parquet"
    assert not holds(target, day.checksum, again)
    move_into_place([(day.incoming, target)])
    assert holds(target, day.checksum, again)
    assert not holds(target, "1-0000000000000000", again)
    assert not day.incoming.exists()


def test_a_landed_day_holds_its_rows_in_any_order_until_its_content_is_damaged(home: Home, tmp_path: Path) -> None:
    [day] = _write(tmp_path, [(SECOND, f"a{row}", row, row, row, row) for row in range(300)])
    target, again = day_file(home, CONTRACT, SECOND), tmp_path / "again.parquet"
    table = pq.ParquetFile(day.incoming).read()
    pq.write_table(table.take(list(range(299, -1, -1))).replace_schema_metadata(table.schema.metadata), again)
    move_into_place([(day.incoming, target)])
    assert holds(target, day.checksum, again)
    content = bytearray(target.read_bytes())
    content[40:80] = bytes(40)
    target.write_bytes(content)
    assert pq.read_metadata(target).metadata[CHECKSUM] == day.checksum.encode()
    assert not holds(target, day.checksum, again)


def _ledger_rows(days: Iterable[int]) -> list[LedgerRow]:
    moment = datetime(2024, 5, 6, 7, 8, 9)
    return [LedgerRow("plays", date(2024, 1, day), 3, moment, 10, "a.csv", "10-ff") for day in days]


def test_the_ledger_comes_back_as_written(home: Home) -> None:
    contract = load_contracts()[LEDGER]
    assert read_ledger(home) == {}
    rows = _ledger_rows([2, 1])
    write_ledger(home, rows, contract)
    assert list(read_ledger(home).values()) == rows[::-1]
    stored = pq.read_table(home.raw / LEDGER / "data.parquet")
    assert stored.column_names == [column.name for column in contract.columns]
    write_ledger(home, _ledger_rows([3]), contract)
    assert list(read_ledger(home)) == [("plays", date(2024, 1, 3))]
    assert list(incoming_dir(home).iterdir()) == []


def test_an_empty_placeholder_beside_the_ledger_changes_nothing(home: Home) -> None:
    contract = load_contracts()[LEDGER]
    write_ledger(home, [], contract)
    (home.raw / LEDGER / "data.parquet").rename(home.raw / LEDGER / "_empty.parquet")
    assert read_ledger(home) == {}
    rows = _ledger_rows([1])
    write_ledger(home, rows, contract)
    assert list(read_ledger(home).values()) == rows
