from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from hitcast.core.digests import digest_of
from hitcast.ingest.contract import Column, Contract
from hitcast.ingest.days import KeyConflictError, LandedDay, write_days

COLUMNS = (
    Column("day", "date"),
    Column("isrc", "varchar"),
    Column("plays", "bigint", required=True, minimum="0"),
    Column("territory", "varchar"),
)
CONTRACT = Contract("song_days", COLUMNS, ("day", "isrc", "territory"), "day", ("isrc",))
SCHEMA = pa.schema(
    [
        ("day", pa.date32()),
        ("isrc", pa.string()),
        ("file_number", pa.int32()),
        ("row_number", pa.int64()),
        ("key_hash", pa.uint64()),
        ("row_hash", pa.uint64()),
        ("identity", pa.uint64()),
        ("plays", pa.int64()),
        ("territory", pa.string()),
    ]
)
Row = (
    tuple[date, str | None, int, int, int, int]
    | tuple[date, str | None, int, int, int, int, int, int]
    | tuple[date, str | None, int, int, int, int, int, int, str]
)
FIRST, SECOND = date(1969, 12, 31), date(2024, 1, 1)


def _write(folder: Path, rows: Sequence[Row], batch_rows: int = 1000) -> list[LandedDay]:
    table = pa.Table.from_pylist(
        [{"identity": 0, "plays": 1, "territory": "RU"} | dict(zip(SCHEMA.names, row, strict=False)) for row in rows],
        SCHEMA,
    )
    reader = pa.RecordBatchReader.from_batches(SCHEMA, table.to_batches(max_chunksize=batch_rows))
    return list(write_days(reader, CONTRACT, 2, folder, "RU"))


@pytest.mark.parametrize("batch_rows", [1, 2, 3, 100])
def test_each_day_is_one_file_without_its_day_column(tmp_path: Path, batch_rows: int) -> None:
    rows = [(FIRST, "a", 0, 1, 1, 11), (FIRST, "b", 0, 2, 2, 12), (SECOND, "a", 1, 3, 3, 13)]
    days = _write(tmp_path, rows, batch_rows)
    assert [(day.day, day.rows) for day in days] == [(FIRST, 2), (SECOND, 1)]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["1969-12-31.parquet", "2024-01-01.parquet"]
    landed = {"isrc": ["a", "b"], "plays": [1, 1], "territory": ["RU", "RU"]}
    assert pq.read_table(days[0].incoming).to_pydict() == landed
    assert [list(day.accepted) for day in days] == [[2, 0], [0, 1]]
    assert [day.digest for day in days] == [digest_of(day.incoming) for day in days]


@pytest.mark.parametrize("batch_rows", [1, 2, 100])
def test_of_repeats_the_last_row_stays_wherever_the_sort_put_it(tmp_path: Path, batch_rows: int) -> None:
    rows = [
        (FIRST, "last", 1, 9, 7, 3),
        (FIRST, "middle", 1, 5, 7, 3),
        (FIRST, "other", 0, 4, 8, 1),
        (FIRST, "sooner", 0, 1, 7, 3),
        (SECOND, "same key, other day", 0, 2, 7, 5),
    ]
    first, second = _write(tmp_path, rows, batch_rows)
    assert pq.read_table(first.incoming).column("isrc").to_pylist() == ["last", "other"]
    assert (list(first.accepted), list(first.duplicates)) == ([1, 1], [1, 1])
    assert (list(second.accepted), list(second.duplicates)) == ([1, 0], [0, 0])


def test_rows_of_one_key_that_differ_are_named_in_file_order(tmp_path: Path) -> None:
    rows = [(FIRST, "b", 0, 8, 7, 4), (FIRST, "c", 0, 3, 9, 1), (FIRST, "a", 0, 5, 7, 3), (FIRST, "d", 0, 4, 9, 2)]
    with pytest.raises(KeyConflictError) as conflict:
        _write(tmp_path, rows)
    assert conflict.value.rows == (3, 4)


@pytest.mark.parametrize(("one", "other", "kept"), [(4, 4, 1), (0, 4, 1), (4, 0, 1), (4, 6, 0), (0, 5, 0), (5, 0, 0)])
def test_rows_alike_of_different_identities_are_no_repeats(tmp_path: Path, one: int, other: int, kept: int) -> None:
    rows: list[Row] = [(FIRST, "a", 0, 1, 7, 3, one, 1), (FIRST, "a", 0, 2, 7, 3, other, 1)]
    if kept:
        assert _write(tmp_path, rows)[0].rows == kept
        return
    with pytest.raises(KeyConflictError):
        _write(tmp_path, rows)


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


def test_a_days_figures_are_its_recordings_with_activity_and_its_sum(tmp_path: Path) -> None:
    rows: list[Row] = [
        (FIRST, "a", 0, 1, 1, 3, 0, 5),
        (FIRST, "a", 0, 2, 2, 3, 0, 2),
        # a repeat counts once, nothing is no activity, and what is matched to no recording is of none
        (FIRST, "a", 0, 3, 2, 3, 0, 2),
        (FIRST, "b", 0, 4, 4, 3, 0, 0),
        (FIRST, None, 0, 5, 5, 3, 0, 7),
        # of another territory nothing is forecast
        (FIRST, "c", 0, 6, 7, 3, 0, 900, "KZ"),
        (SECOND, "b", 0, 7, 6, 3, 0, 0),
    ]
    assert [(day.recordings, day.measure_sum) for day in _write(tmp_path, rows)] == [(1, 14), (0, 0)]
