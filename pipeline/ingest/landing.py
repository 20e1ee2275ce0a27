"""The landing: one Parquet file a table and day, each replaced by one rename, and the ledger of what came when."""

import filecmp
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from ml.errors import HitcastError
from ml.files import sync
from pipeline.home import Home
from pipeline.ingest.contract import LEDGER, Contract

SERVICE_COLUMNS = ("file_number", "row_number", "key_hash", "row_hash")
CHECKSUM = b"hitcast_checksum"
FIRST_DAY = int(np.iinfo(np.int32).min)
ARROW_TYPES = {
    "bigint": pa.int64(),
    "boolean": pa.bool_(),
    "date": pa.date32(),
    "double": pa.float64(),
    "timestamp": pa.timestamp("us"),
    "varchar": pa.string(),
}
WRITERS = 2
SYNCERS = 16


@dataclass(frozen=True)
class LedgerRow:
    """What the ledger says of one table and day; see the contract of `landing_deliveries`."""

    table_name: str
    delivered_day: date
    delivery_number: int
    delivered_at: datetime
    row_count: int
    file_name: str
    checksum: str
    is_withdrawn: bool = False


@dataclass
class LandedDay:
    """One day of one table, written beside the landing and not yet part of it.

    Attributes:
        day: The day.
        rows: Rows kept.
        checksum: Of the rows, whatever their order.
        incoming: The file.
        accepted: Rows kept, by file number.
        duplicates: Rows superseded by a later one of the same key, by file number.
    """

    day: date
    rows: int
    checksum: str
    incoming: Path
    accepted: np.ndarray = field(repr=False)
    duplicates: np.ndarray = field(repr=False)


def incoming_dir(home: Home) -> Path:
    """Folder in which days are written before they are renamed into place: same file system, never read by dbt."""
    return home.raw / ".incoming"


def read_ledger(home: Home) -> dict[tuple[str, date], LedgerRow]:
    """The ledger by table and day; empty before the first delivery.

    Raises:
        HitcastError: It is damaged.
    """
    rows = []
    for path in sorted((home.raw / LEDGER).glob("*.parquet")):
        try:
            rows += [LedgerRow(**row) for row in pq.read_table(path).to_pylist()]
        except (pa.ArrowException, OSError, TypeError) as error:
            told = str(error).splitlines()[0]
            cure = "`hitcast run --rebuild` makes it anew from the landed days"
            raise HitcastError(f"is damaged ({told})", str(path), cure) from None
    return {(row.table_name, row.delivered_day): row for row in rows}


def write_ledger(home: Home, rows: Iterable[LedgerRow], contract: Contract) -> None:
    """Replaces the ledger by one rename.

    Args:
        home: Where the landing lies.
        rows: All rows, in any order.
        contract: The ledger's contract.
    """
    schema = pa.schema([(column.name, ARROW_TYPES[column.data_type]) for column in contract.columns])
    ordered = sorted(rows, key=lambda row: (row.table_name, row.delivered_day))
    incoming = incoming_dir(home) / f"{LEDGER}.parquet"
    incoming.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.Table.from_pylist([vars(row) for row in ordered], schema), incoming)
    move_into_place([(incoming, home.raw / LEDGER / "data.parquet")])


def day_file(home: Home, contract: Contract, day: date) -> Path:
    """Where a day of a table is landed."""
    return home.raw / contract.table / f"{contract.day_column}={day.isoformat()}" / "data.parquet"


def holds(path: Path, checksum: str, incoming: Path) -> bool:
    """Whether a landed day holds the rows of an incoming one, whatever their order.

    The checksum that it carries tells of a killed run; only its content tells of a damaged disk.
    """
    try:
        if not path.is_file() or (pq.read_metadata(path).metadata or {}).get(CHECKSUM) != checksum.encode():
            return False
        return filecmp.cmp(path, incoming, shallow=False) or _ordered(path).equals(_ordered(incoming))
    except (pa.ArrowException, OSError):
        return False


def _ordered(path: Path) -> pa.Table:
    table = pq.ParquetFile(path).read().replace_schema_metadata()
    names = sorted(table.column_names)
    return table.select(names).sort_by([(name, "ascending") for name in names]).combine_chunks()


def write_days(rows: pa.RecordBatchReader, contract: Contract, file_count: int, folder: Path) -> Iterator[LandedDay]:
    """Writes a stream of rows, sorted by day, as one Parquet file a day.

    Within a day the last row of a key, by row number, stays. Memory holds one day and a few batches.

    Args:
        rows: The delivered columns in contract order, then file_number (int32), row_number (int64, file order),
            key_hash and row_hash (uint64).
        contract: The table.
        file_count: Files of the delivery.
        folder: Where to write `<day>.parquet`.

    Yields:
        Each day, in order, once its file is written.
    """
    pending: deque[Future[LandedDay]] = deque()
    with ThreadPoolExecutor(WRITERS) as pool:
        for day, table in _days(rows, str(contract.day_column)):
            pending.append(pool.submit(_write_day, day, table, contract, file_count, folder))
            if len(pending) > 2 * WRITERS:
                yield pending.popleft().result()
        while pending:
            yield pending.popleft().result()


def move_into_place(moves: Sequence[tuple[Path, Path]]) -> None:
    """Replaces files by finished ones, each by one rename; all are on disk when it returns.

    Args:
        moves: Finished file and the one it replaces, on the same file system.
    """
    # A journalling file system gathers the waits of many threads into few.
    with ThreadPoolExecutor(SYNCERS) as pool:
        list(pool.map(sync, [incoming for incoming, _ in moves]))
        for incoming, target in moves:
            target.parent.mkdir(parents=True, exist_ok=True)
            incoming.replace(target)
        list(pool.map(sync, {folder for _, target in moves for folder in (target.parent, target.parent.parent)}))


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


def _write_day(day: date, table: pa.Table, contract: Contract, file_count: int, folder: Path) -> LandedDay:
    files, numbers, keys, hashes = (table.column(name).to_numpy() for name in SERVICE_COLUMNS)
    table = table.drop_columns([*SERVICE_COLUMNS, str(contract.day_column)])
    kept = _last_of_each(keys, numbers)
    duplicates = np.bincount(files[~kept], minlength=file_count)
    if not kept.all():
        table, files, hashes = table.filter(pa.array(kept)), files[kept], hashes[kept]
    # Addition, modulo 2^64, does not mind the order of the rows.
    checksum = f"{table.num_rows}-{int(np.add.reduce(hashes, dtype=np.uint64)):016x}"
    target = folder / f"{day.isoformat()}.parquet"
    pq.write_table(table.replace_schema_metadata({CHECKSUM: checksum}), target, write_page_checksum=True)
    accepted = np.bincount(files, minlength=file_count)
    return LandedDay(day, table.num_rows, checksum, target, accepted, duplicates)


def _last_of_each(keys: np.ndarray, numbers: np.ndarray) -> np.ndarray:
    """Whether each row is the last one of its key."""
    kept = np.ones(len(keys), dtype=bool)
    ordered = np.sort(keys)
    if (ordered[1:] == ordered[:-1]).any():
        order = np.lexsort((numbers, keys))
        kept[order[:-1]] = keys[order[:-1]] != keys[order[1:]]
    return kept
