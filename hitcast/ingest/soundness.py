"""Whether what has landed still is what was written."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from hitcast.core.digests import digest_of
from hitcast.core.errors import HitcastError
from hitcast.core.home import Home
from hitcast.ingest.contract import Contract, load_contracts
from hitcast.ingest.landing import (
    LedgerRow,
    kept_files,
    landed_file,
    landed_files,
    read_history,
    read_ledger,
    read_ledger_copy,
)
from hitcast.ingest.upserts import damaged_table

READERS = 2
BATCHES = 16
"""Tasks for all files: Ctrl-C between the locks of handing one over can leave the readers waiting for ever, so they are
few."""
LOOKS = 3
"""How often a landing is looked at that changes under the look."""
KEPT_CURE = "Put it back from a backup, or leave it: `backtest --as-known` leaves out what rests on it"
COPY_CURE = "Copy landing_deliveries/data.parquet over it; the next `hitcast ingest` writes it again too"


def check_landing(home: Home) -> None:
    """Compares the ledger, and every file that it names, with the digest of what was written.

    Args:
        home: Where the landing lies.

    Raises:
        HitcastError: The first file that is missing or damaged, and where to get it again.
    """
    for failure in _failures(landed_files(home, read_ledger(home)), _first_failure):
        raise failure


def landing_faults(home: Home) -> tuple[int, list[HitcastError]]:
    """As `check_landing`, for all files that the ledger knows: superseded ones, older catalogs and its copy as well.

    Superseded files may be missing, as `hitcast prune` removes them.

    Args:
        home: Where the landing lies, which others may change meanwhile.

    Returns:
        Files read, and each that is missing or damaged.

    Raises:
        HitcastError: The ledger is damaged, or of another version.
    """
    rows = read_history(home)
    for _ in range(LOOKS):
        read = landed_files(home, {(row.table_name, row.delivered_day): row for row in rows if not row.superseded_on})
        kept = {path: row for path, row in kept_files(home, rows).items() if path not in read and path.exists()}
        faults = list(_failures(read, _all_failures))
        faults += [
            HitcastError(f"superseded, {fault.what}", fault.where, KEPT_CURE)
            for fault in _failures(kept, _all_failures)
            # pruned meanwhile
            if Path(fault.where).exists()
        ]
        before, rows = rows, read_history(home)
        if not faults or rows == before:
            break
    files = len(read) + len(kept) + home.ledger.exists() + home.ledger_copy.exists()
    return files, faults + _copy_faults(home)


def damage(home: Home, contract: Contract, row: LedgerRow) -> str:
    """What is wrong with the file that a ledger row names; empty where nothing is."""
    return _damage(landed_file(home, contract, row.delivered_day, row.delivery_number), row)


Batch = Sequence[tuple[Path, LedgerRow]]


def _failures(
    files: Mapping[Path, LedgerRow], look: Callable[[Batch], Iterable[HitcastError]]
) -> Iterator[HitcastError]:
    listed = list(files.items())
    size = -(-len(listed) // BATCHES) or 1
    with ThreadPoolExecutor(READERS) as pool:
        for failures in pool.map(look, [listed[start : start + size] for start in range(0, len(listed), size)]):
            yield from failures


def _all_failures(files: Batch) -> list[HitcastError]:
    return [_failure(path, row, detail) for path, row in files if (detail := _damage(path, row))]


def _first_failure(files: Batch) -> list[HitcastError]:
    return next(([_failure(path, row, detail)] for path, row in files if (detail := _damage(path, row))), [])


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


def _copy_faults(home: Home) -> list[HitcastError]:
    if not home.ledger.exists() and not home.ledger_copy.exists():
        return []
    try:
        read_ledger_copy(home)
    except HitcastError as error:
        return [HitcastError(error.what, error.where, COPY_CURE)]
    return []
