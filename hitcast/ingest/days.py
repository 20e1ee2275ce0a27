"""Days on their way to the landing: a stream of rows, sorted by day, becomes one Parquet file a day."""

from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from hitcast.core.digests import digest_of
from hitcast.ingest.contract import Contract, measure_of

SERVICE_COLUMNS = ("file_number", "row_number", "identity", "key_hash", "row_hash")
FIRST_DAY = int(np.iinfo(np.int32).min)
WRITERS = 2


class KeyConflictError(Exception):
    """Two rows of one key that differ, by their row numbers."""

    def __init__(self, first: int, second: int) -> None:
        super().__init__(first, second)
        self.rows = (first, second)


@dataclass
class LandedDay:
    """One day of one table, written beside the landing and not yet part of it.

    Attributes:
        day: The day.
        rows: Rows kept.
        checksum: Of the rows, whatever their order.
        digest: Of the file's bytes.
        incoming: The file.
        brought: Whether a file brings it, by file number.
        accepted: Rows kept, by file number.
        duplicates: Rows that repeat another, by file number.
        recordings: ISRCs of which the table's main measure is above 0 in the analyzed territory.
        measure_sum: Sum of that measure there.
    """

    day: date
    rows: int
    checksum: str
    digest: str
    incoming: Path
    brought: np.ndarray = field(repr=False)
    accepted: np.ndarray = field(repr=False)
    duplicates: np.ndarray = field(repr=False)
    recordings: int
    measure_sum: int


def write_days(
    rows: pa.RecordBatchReader, contract: Contract, file_count: int, folder: Path, territory: str
) -> Iterator[LandedDay]:
    """Writes a stream of rows, sorted by day, as one Parquet file a day.

    Within a day a row that is repeated lands once. Memory holds one day and a few batches.

    Args:
        rows: The delivered columns in contract order, then file_number (int32), row_number (int64, file order),
            identity (uint64, 0 where nothing but these columns says what is a repeat), key_hash and row_hash (uint64).
        contract: The table.
        file_count: Files of the delivery.
        folder: Where to write `<day>.parquet`.
        territory: The analyzed one, whose figures are noted: others must not hide that it has none.

    Yields:
        Each day, in order, once its file is written.

    Raises:
        KeyConflictError: Two rows of one key differ, or their identities.
    """
    pending: deque[Future[LandedDay]] = deque()
    with ThreadPoolExecutor(WRITERS) as pool:
        for day, table in _days(rows, str(contract.day_column)):
            pending.append(pool.submit(_write_day, day, table, contract, file_count, folder, territory))
            if len(pending) > 2 * WRITERS:
                yield pending.popleft().result()
        while pending:
            yield pending.popleft().result()


def _days(rows: pa.RecordBatchReader, day_column: str) -> Iterator[tuple[date, pa.Table]]:
    """Cuts a stream sorted by day into whole days."""
    held: list[pa.Table] = []
    held_day = FIRST_DAY
    for batch in rows:
        table = pa.Table.from_batches([batch])
        days = table.column(day_column).cast(pa.int32()).to_numpy().astype(np.int64)
        steps = np.diff(days, prepend=held_day)
        if (steps < 0).any():
            raise AssertionError(f"rows are not sorted by {day_column}")
        starts = np.flatnonzero(steps)
        for start, end in zip([0, *starts], [*starts, len(days)], strict=True):
            if start == end:
                continue
            if held and days[start] != held_day:
                yield _as_date(held_day), pa.concat_tables(held)
                held = []
            held.append(table.slice(start, end - start))
            held_day = int(days[start])
    if held:
        yield _as_date(held_day), pa.concat_tables(held)


def _as_date(days_since_epoch: int) -> date:
    return date.fromordinal(date(1970, 1, 1).toordinal() + days_since_epoch)


def _write_day(
    day: date, table: pa.Table, contract: Contract, file_count: int, folder: Path, territory: str
) -> LandedDay:
    files, numbers, identities, keys, hashes = (table.column(name).to_numpy() for name in SERVICE_COLUMNS)
    table = table.drop_columns([*SERVICE_COLUMNS, str(contract.day_column)])
    kept = _last_of_each(keys, numbers, hashes, identities)
    duplicates = np.bincount(files[~kept], minlength=file_count)
    if not kept.all():
        table, files, hashes = table.filter(pa.array(kept)), files[kept], hashes[kept]
    # Addition, modulo 2^64, does not mind the order of the rows.
    checksum = f"{table.num_rows}-{int(np.add.reduce(hashes, dtype=np.uint64)):016x}"
    target = folder / f"{day.isoformat()}.parquet"
    pq.write_table(table, target)
    accepted, own = (
        np.bincount(files, minlength=file_count),
        table.filter(pc.equal(table.column("territory"), territory)),
    )
    measure = own.column(measure_of(contract))
    recordings = pc.count_distinct(own.column("isrc").filter(pc.greater(measure, 0)), mode="only_valid").as_py()
    return LandedDay(
        day=day,
        rows=table.num_rows,
        checksum=checksum,
        digest=digest_of(target),
        incoming=target,
        brought=accepted > 0,
        accepted=accepted,
        duplicates=duplicates,
        recordings=recordings,
        measure_sum=int(pc.sum(measure).as_py() or 0),
    )


def _last_of_each(keys: np.ndarray, numbers: np.ndarray, hashes: np.ndarray, identities: np.ndarray) -> np.ndarray:
    """Whether each row is the last one of its key; rows of one key must be alike."""
    kept = np.ones(len(keys), dtype=bool)
    ordered = np.sort(keys)
    if (ordered[1:] == ordered[:-1]).any():
        order = np.lexsort((numbers, keys))
        is_repeat = keys[order[:-1]] == keys[order[1:]]
        kept[order[:-1]] = ~is_repeat
        first, second = order[:-1], order[1:]
        one, other = identities[first], identities[second]
        # one that is 0 says nothing, unless the other one is of words
        is_other = (one != other) & (((one != 0) & (other != 0)) | ((one | other) & np.uint64(1) != 0))
        differing = np.flatnonzero(is_repeat & ((hashes[first] != hashes[second]) | is_other))
        if len(differing):
            place = differing[np.argmin(numbers[order[differing]])]
            raise KeyConflictError(int(numbers[first[place]]), int(numbers[second[place]]))
    return kept
