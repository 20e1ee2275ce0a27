"""Whether what has landed still is what was written."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from hitcast.core.errors import HitcastError
from hitcast.core.home import Home
from hitcast.ingest.contract import Contract, load_contracts
from hitcast.ingest.landing import LedgerRow, digest_of, landed_file, landed_files, read_ledger
from hitcast.ingest.upserts import damaged_table

READERS = 2
BATCHES = 16
"""Tasks for all files: Ctrl-C between the locks of handing one over can leave the readers waiting for ever, so they are
few."""


def check_landing(home: Home) -> None:
    """Compares the ledger, and every file that it names, with the digest of what was written.

    Args:
        home: Where the landing lies.

    Raises:
        HitcastError: The first file that is missing or damaged, and where to get it again.
    """
    files = list(landed_files(home, read_ledger(home)).items())
    size = -(-len(files) // BATCHES) or 1
    with ThreadPoolExecutor(READERS) as pool:
        for failure in pool.map(_first_failure, [files[start : start + size] for start in range(0, len(files), size)]):
            if failure:
                raise failure


def _first_failure(files: Sequence[tuple[Path, LedgerRow]]) -> HitcastError | None:
    return next((_failure(path, row, detail) for path, row in files if (detail := _damage(path, row))), None)


def damage(home: Home, contract: Contract, row: LedgerRow) -> str:
    """What is wrong with the file that a ledger row names; empty where nothing is."""
    return _damage(landed_file(home, contract, row.delivered_day, row.delivery_number), row)


def _damage(path: Path, row: LedgerRow) -> str:
    try:
        return "" if digest_of(path) == row.digest else "is damaged (its digest does not fit)"
    except FileNotFoundError:
        return "is missing"
    except OSError as error:
        return f"is damaged ({error.strerror or error})"


def _failure(path: Path, row: LedgerRow, detail: str) -> HitcastError:
    if load_contracts()[row.table_name].day_column is None:
        return damaged_table(row.table_name, path, detail)
    source = f", from {row.file_name}" if row.file_name else ""
    return HitcastError(detail, str(path), f"`hitcast ingest` that day again{source}")
