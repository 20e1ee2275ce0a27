"""The landing: Parquet files that are never overwritten, and the ledger that decides which of them are read."""

import shutil
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import date, datetime
from io import BytesIO
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from hitcast.core.digests import NO_DIGEST, PARQUET_KEY, UNFIT, fits, parquet_seal, sealed
from hitcast.core.errors import HitcastError
from hitcast.core.files import sync, written
from hitcast.core.formats import NewerFormatError, stop_if_newer
from hitcast.core.home import Home
from hitcast.ingest.contract import LEDGER, Contract, load_contracts

ARROW_TYPES = {
    "bigint": pa.int64(),
    "boolean": pa.bool_(),
    "date": pa.date32(),
    "double": pa.float64(),
    "timestamp": pa.timestamp("us"),
    "varchar": pa.string(),
}
FORMAT_KEY = b"hitcast_format"
LEDGER_FORMAT = 2
"""Of ledgers that this version writes; raised when one of before would misread them. One without a number is of 2."""
FIRST_COLUMNS = {
    "table_name", "delivered_day", "delivery_number", "delivered_at", "row_count", "file_name", "checksum",
    "is_withdrawn",
}  # fmt: skip
"""Of a ledger of format 1."""
PLACEHOLDER = f"delivery={0:06}"
"""Folder of the empty file that dbt writes, so that a table can be read before anything has landed."""
SYNCERS = 16
RESTORE = "`hitcast run --rebuild` restores it from its copy"


class FirstFormatError(HitcastError):
    """A ledger of the first format: nothing is wrong with it, and the next writer brings it up to date."""


Ledger = dict[tuple[str, date], "LedgerRow"]


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
    digest: str
    day_state: str = "whole"
    is_withdrawn: bool = False
    delivered_on: date | None = None
    superseded_on: date | None = None
    recording_count: int | None = None
    measure_sum: int | None = None
    counts: str = "daily"
    partial_recordings: str | None = None

    @property
    def known_from(self) -> date:
        """Day on which the vendor delivered it: as given with `--delivered-on`, else the day on which it landed."""
        return self.delivered_on or self.delivered_at.date()


def incoming_dir(home: Home) -> Path:
    """Folder in which files are written before they are renamed into place: same file system, never read by dbt."""
    return home.raw / ".incoming"


def landed_file(home: Home, contract: Contract, day: date, delivery_number: int) -> Path:
    """Where a delivery lands a day of a table, or the table itself where that is not landed by day."""
    folder = home.raw / contract.table
    if contract.day_column:
        folder /= f"{contract.day_column}={day.isoformat()}"
    return folder / f"delivery={delivery_number:06}" / "data.parquet"


def landed_files(home: Home, ledger: Ledger) -> dict[Path, LedgerRow]:
    """The files that the ledger names: one for each delivered day, and the latest catalog."""
    files: dict[Path, LedgerRow] = {}
    for contract in load_contracts().values():
        rows = [row for row in ledger.values() if row.table_name == contract.table and not row.is_withdrawn]
        if contract.day_column is None:
            rows = sorted(rows, key=lambda row: row.delivery_number)[-1:]
        files |= {landed_file(home, contract, row.delivered_day, row.delivery_number): row for row in rows}
    return files


def read_ledger(home: Home) -> Ledger:
    """What the ledger says today, by table and day; empty before the first delivery.

    Raises:
        HitcastError: It is damaged, or lost though days have landed, or was written by an earlier version.
    """
    return {(row.table_name, row.delivered_day): row for row in read_history(home) if row.superseded_on is None}


def read_history(home: Home) -> list[LedgerRow]:
    """Every row of the ledger, superseded ones included; empty before the first delivery.

    Raises:
        HitcastError: As `read_ledger`.
    """
    if not home.ledger.is_file():
        # a first ingest that was killed between the two leaves an empty copy
        if any(_deliveries(home)) or (home.ledger_copy.exists() and _read_rows(home.ledger_copy)):
            raise HitcastError("is missing, though days have landed", str(home.ledger), RESTORE)
        return []
    return _read_rows(home.ledger)


def read_ledger_copy(home: Home) -> list[LedgerRow]:
    """Every row of the ledger's copy.

    Raises:
        HitcastError: It is damaged, or lost.
    """
    return _read_rows(home.ledger_copy)


def write_ledger(home: Home, rows: Iterable[LedgerRow], contract: Contract) -> None:
    """Replaces the ledger by one rename; its copy is written first, so that one of the two is whole at any moment.

    Args:
        home: Where the landing lies.
        rows: All rows, in any order.
        contract: The ledger's contract.
    """
    content = _ledger_bytes(rows, contract)
    for path in (home.ledger_copy, home.ledger):
        with written(path) as part:
            part.write_bytes(content)


def restore_ledger(home: Home) -> int | None:
    """Replaces a damaged or lost ledger by its copy, which holds every delivery and withdrawal.

    Args:
        home: Where the landing lies.

    Returns:
        Rows restored; None where the ledger is sound, or nothing has landed.

    Raises:
        HitcastError: The copy is damaged or lost too: files alone do not say which of them were withdrawn.
    """
    try:
        read_ledger(home)
    except (NewerFormatError, FirstFormatError):
        raise
    except HitcastError as error:
        try:
            rows = read_ledger_copy(home)
        except HitcastError:
            cure = f"Its copy cannot be read either: remove {home.raw}, then `hitcast ingest` every export again"
            raise HitcastError(error.what, error.where, cure) from None
        with written(home.ledger) as part:
            part.write_bytes(home.ledger_copy.read_bytes())
        return len(rows)
    return None


def commit(home: Home, moves: Sequence[tuple[Path, Path]], ledger: Ledger, changes: Iterable[LedgerRow]) -> None:
    """Makes a delivery or a withdrawal part of the landing: new files, then the ledger, which names what is read.

    What is replaced stays, as a superseded row of the ledger and as its file. A call that is killed leaves the landing
    as it was before or as it is after.

    Args:
        home: Where the landing lies.
        moves: Finished file and its place, on the same file system.
        ledger: The ledger as it was read.
        changes: Rows that are new or replace others.
    """
    contract, changed = load_contracts()[LEDGER], {(row.table_name, row.delivered_day): row for row in changes}
    if moves and not home.ledger.exists():
        # files without a ledger would be taken for a landing that has lost it
        write_ledger(home, [], contract)
    move_into_place(moves)
    if changed:
        superseded = [row for row in read_history(home) if row.superseded_on is not None]
        superseded += [
            replace(ledger[key], superseded_on=row.known_from)
            for key, row in changed.items()
            if key in ledger and not is_mended(ledger[key], row)
        ]
        write_ledger(home, [*superseded, *{**ledger, **changed}.values()], contract)
    remove_leftovers(home)


def is_mended(known: LedgerRow, row: LedgerRow) -> bool:
    """Whether a row brings what its day already had, in place of a damaged file: nothing is superseded then."""
    return bool(row.checksum) and (row.checksum, row.counts) == (known.checksum, known.counts)


def remove_leftovers(home: Home) -> None:
    """Removes the folders of deliveries that no row of the ledger names: landed by half, or mended."""
    named = {path.parent for path in kept_files(home, read_history(home))}
    for folder in set(_deliveries(home)) - named:
        remove_delivery(folder)


def kept_files(home: Home, rows: Iterable[LedgerRow]) -> dict[Path, LedgerRow]:
    """The places of all files that have landed and that the ledger knows, superseded ones and older catalogs included.

    Files of superseded rows may be gone: `hitcast prune` removes them.
    """
    contracts = load_contracts()
    return {
        landed_file(home, contracts[row.table_name], row.delivered_day, row.delivery_number): row
        for row in rows
        if not row.is_withdrawn
    }


def remove_delivery(folder: Path) -> None:
    """Removes the folder of a delivery, and that of its day if nothing else is in it."""
    shutil.rmtree(folder)
    if "=" in folder.parent.name and not any(folder.parent.iterdir()):
        folder.parent.rmdir()


def move_into_place(moves: Sequence[tuple[Path, Path]]) -> None:
    """Renames finished files to their places; all are on disk when it returns.

    Args:
        moves: Finished file and its place, on the same file system.
    """
    # A journalling file system gathers the waits of many threads into few.
    with ThreadPoolExecutor(SYNCERS) as pool:
        list(pool.map(sync, [incoming for incoming, _ in moves]))
        for incoming, target in moves:
            target.parent.mkdir(parents=True, exist_ok=True)
            incoming.replace(target)
    sync_folders(target for _, target in moves)


def sync_folders(landed: Iterable[Path]) -> None:
    """Waits until the entries that lead to landed files are on disk: of their deliveries, days and tables."""
    folders = {folder for file in landed for folder in file.parents[:3]}
    with ThreadPoolExecutor(SYNCERS) as pool:
        list(pool.map(sync, folders))


def _deliveries(home: Home) -> Iterator[Path]:
    """Folders that deliveries have made, whether the ledger names them or not."""
    for contract in load_contracts().values():
        days = f"{contract.day_column}=*/" if contract.day_column else ""
        for folder in (home.raw / contract.table).glob(f"{days}delivery=*"):
            if folder.name != PLACEHOLDER:
                yield folder


def _ledger_bytes(rows: Iterable[LedgerRow], contract: Contract) -> bytes:
    """A Parquet file that carries the digest of its own bytes, computed with zeros in the digest's place."""
    schema = pa.schema([(column.name, ARROW_TYPES[column.data_type]) for column in contract.columns])
    ordered = sorted(rows, key=lambda row: (row.table_name, row.delivered_day, row.delivery_number))
    buffer = BytesIO()
    with pq.ParquetWriter(buffer, schema) as writer:
        writer.write_table(pa.Table.from_pylist([vars(row) for row in ordered], schema))
        # beside the schema, where Arrow would repeat it in another encoding
        writer.add_key_value_metadata({PARQUET_KEY: NO_DIGEST, FORMAT_KEY: str(LEDGER_FORMAT)})
    return sealed(buffer.getvalue())


def _read_rows(path: Path) -> list[LedgerRow]:
    if is_first_ledger(path):
        raise FirstFormatError("is of an earlier version of hitcast", str(path), "`hitcast run` brings it up to date")
    try:
        content = path.read_bytes()
        seal = parquet_seal(content)
        if seal is None:
            raise ValueError("carries no digest")
        if not fits(content, seal):
            raise ValueError(UNFIT)
        noted = pq.read_metadata(BytesIO(content)).metadata
        stop_if_newer(int(noted.get(FORMAT_KEY, LEDGER_FORMAT)), LEDGER_FORMAT, str(path))
        # on this thread alone: Arrow's would still hold the bytes as Python ends, and end it by SIGABRT
        table = pq.ParquetFile(BytesIO(content), pre_buffer=False).read(use_threads=False)
        return [LedgerRow(**row) for row in table.to_pylist()]
    except (pa.ArrowException, OSError, TypeError, ValueError) as error:
        detail = (str(error).splitlines() or ["unreadable"])[0]
        raise HitcastError(f"is damaged ({detail})", str(path), RESTORE) from None


def is_first_ledger(path: Path) -> bool:
    """Whether a file is the ledger of a home of the first format, which knew no digests."""
    try:
        return set(pq.read_schema(path).names) == FIRST_COLUMNS
    except (pa.ArrowException, OSError, ValueError):
        return False
