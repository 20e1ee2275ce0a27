"""A home of version 12666e6 becomes one of this version: nothing that landed, and no forecast, is lost on the way."""

import os
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from hitcast.core.digests import digest_of
from hitcast.core.errors import HitcastError
from hitcast.core.files import sync
from hitcast.core.home import HOME_FORMAT, Home
from hitcast.ingest.contract import LEDGER, Contract, load_contracts
from hitcast.ingest.landing import LedgerRow, is_first_ledger, kept_files, landed_file, sync_folders, write_ledger

UNFIT = "does not fit the ledger"
"""Digest of a file that is not what the ledger says, or is lost: the next run stops with its name and the cure."""
EMPTY = ("data.parquet", "_empty.parquet")


def bring_up_to_date(home: Home, tell: Callable[[str], None] = lambda message: None) -> None:
    """Moves a landing of the first format to this version's places, and notes the home's format.

    A call that is killed leaves a landing of either format, whole; the next one does the rest. For the writer of the
    home alone.

    Args:
        home: The home, of any format up to this version's.
        tell: Takes a line where something was moved.

    Raises:
        HitcastError: The ledger is damaged.
    """
    if home.noted_format() == HOME_FORMAT:
        return
    if is_first_ledger(home.ledger):
        rows = _moved(home, _first_rows(home.ledger))
        write_ledger(home, rows, load_contracts()[LEDGER])
        tell(f"brought the home up to date: {len(rows):,} landed days and catalogs have moved to this version's places")
    _remove_first_files(home)
    home.note_format()


def _first_rows(path: Path) -> list[LedgerRow]:
    """Rows of a ledger of the first format, each still without the digest of its file."""
    try:
        return [LedgerRow(**row, digest="") for row in pq.read_table(path).to_pylist()]
    except (pa.ArrowException, OSError, TypeError) as error:
        what = f"is damaged ({(str(error).splitlines() or ['unreadable'])[0]})"
        raise HitcastError(what, str(path), "Put it back from a backup; without one, ingest the exports anew") from None


def _moved(home: Home, rows: list[LedgerRow]) -> list[LedgerRow]:
    """Rows with the digests of their files, which stand in this version's places too from now on."""
    contracts = load_contracts()
    # of the catalog there was one file, with all that was delivered so far
    latest = {row.table_name: row.delivery_number for row in sorted(rows, key=lambda row: row.delivery_number)}
    moved = []
    for row in rows:
        contract = contracts[row.table_name]
        has_file = contract.day_column is not None or row.delivery_number == latest[row.table_name]
        moved.append(_moved_file(home, contract, row) if has_file and not row.is_withdrawn else row)
    # the ledger names them next, and what stood in their place goes
    sync_folders(place for place in kept_files(home, moved) if place.exists())
    return moved


def _moved_file(home: Home, contract: Contract, row: LedgerRow) -> LedgerRow:
    place = landed_file(home, contract, row.delivered_day, row.delivery_number)
    before = place.parent.parent / place.name
    if not place.exists() and before.exists():
        place.parent.mkdir(parents=True, exist_ok=True)
        try:
            os.link(before, place)
        except OSError:
            # a file system without links
            shutil.copyfile(before, place)
            sync(place)
    is_sound = contract.day_column is None or _row_count(place) == row.row_count
    return replace(row, digest=digest_of(place) if place.exists() and is_sound else UNFIT)


def _row_count(path: Path) -> int | None:
    """Rows of a Parquet file; None where it cannot be read."""
    try:
        return int(pq.read_metadata(path).num_rows)
    except (pa.ArrowException, OSError):
        return None


def _remove_first_files(home: Home) -> None:
    """Removes the files of the first format, which stand elsewhere by now, and its empty ones."""
    for contract in load_contracts().values():
        folder = home.raw / contract.table
        for name in EMPTY:
            if contract.table == LEDGER and name == EMPTY[0]:
                continue
            for file in folder.glob(f"{contract.day_column}=*/{name}" if contract.day_column else name):
                file.unlink()
        for day in folder.glob(f"{contract.day_column}=*") if contract.day_column else ():
            if not any(day.iterdir()):
                day.rmdir()
    (home.dbt / "built_with.json").unlink(missing_ok=True)
