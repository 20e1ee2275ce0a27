"""Whether what has landed still is what was written, and how to get back what is not."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from ml.errors import HitcastError
from pipeline.home import Home
from pipeline.ingest.catalogue import damaged_catalogue
from pipeline.ingest.contract import LEDGER, Contract, load_contracts
from pipeline.ingest.landing import CHECKSUM, LedgerRow, day_file, read_ledger, write_ledger
from pipeline.ingest.widening import NEVER

MAGIC = b"PAR1"
LEAST_BYTES = 12
"""Both magics and the length of the footer."""


def check_landing(home: Home, wholly: bool = False) -> None:
    """Looks whether every delivered day is there and ends as it was written.

    Args:
        home: Where the landing lies.
        wholly: Read every file to its last row; otherwise only its ends, which costs microseconds a file.

    Raises:
        HitcastError: The first file that is missing or damaged, and where to get it again.
    """
    ledger, contracts = read_ledger(home), load_contracts()
    if not ledger and any(_landed(home, contract) for contract in contracts.values()):
        cure = "Give the last `hitcast ingest` again, or `hitcast run --rebuild` makes it anew from the landed days"
        raise HitcastError("knows of no day, though days have landed", str(home.ledger), cure)
    for contract in contracts.values():
        if contract.table == LEDGER:
            continue
        for day, path in _files(home, contract, ledger):
            if told := _damage(path, wholly):
                raise _told(contract, path, told, ledger.get((contract.table, day)) if day else None)


def restore_ledger(home: Home) -> int | None:
    """Makes a damaged or lost ledger anew from what the landed days say of themselves; days taken back stay away.

    Numbers and times of past deliveries are lost with it, so that whatever was built by them has to be built anew.

    Args:
        home: Where the landing lies.

    Returns:
        Days found; None where the ledger is sound, or nothing has landed.
    """
    contracts = load_contracts()
    try:
        if read_ledger(home):
            return None
    except HitcastError:
        pass
    landed = [(contract, *found) for contract in contracts.values() for found in _landed(home, contract)]
    if not landed:
        return None
    rows = [_as_ledger_row(contract, day, path) for contract, day, path in landed]
    number = max((row.delivery_number for row in rows), default=1)
    write_ledger(home, [LedgerRow(**{**vars(row), "delivery_number": number}) for row in rows], contracts[LEDGER])
    return len(rows)


def _files(
    home: Home, contract: Contract, ledger: dict[tuple[str, date], LedgerRow]
) -> Iterator[tuple[date | None, Path]]:
    """Files that were delivered or lie there, with their days."""
    rows = [row for row in ledger.values() if row.table_name == contract.table and not row.is_withdrawn]
    if contract.day_column is None:
        if rows:
            yield None, home.raw / contract.table / "data.parquet"
        return
    delivered = {row.delivered_day: day_file(home, contract, row.delivered_day) for row in rows}
    yield from sorted((delivered | dict(_landed(home, contract))).items())


def _landed(home: Home, contract: Contract) -> list[tuple[date, Path]]:
    """Files of a table that lie there; the catalogue's day is the one on which it was written."""
    folder = home.raw / contract.table
    if contract.day_column is None:
        files = [folder / "data.parquet"] if contract.table != LEDGER else []
        return [(_written_at(path).date(), path) for path in files if path.is_file()]
    files = sorted(folder.glob(f"{contract.day_column}=*/data.parquet"))
    days = [(path.parent.name.partition("=")[2], path) for path in files]
    return [(date.fromisoformat(day), path) for day, path in days if day != NEVER]


def _damage(path: Path, wholly: bool) -> str:
    """What is wrong with a file, in words; empty where nothing is."""
    try:
        with path.open("rb") as file:
            size = file.seek(0, 2)
            if size < LEAST_BYTES:
                return f"holds {size} bytes"
            file.seek(0)
            begins = file.read(4) == MAGIC
            file.seek(-8, 2)
            end = file.read(8)
        if not begins or end[4:] != MAGIC or int.from_bytes(end[:4], "little") > size - LEAST_BYTES:
            return "is damaged (cut off or overwritten)"
        if wholly:
            pq.ParquetFile(path, page_checksum_verification=True).read()
    except FileNotFoundError:
        return "is missing"
    except (pa.ArrowException, OSError) as error:
        return f"is damaged ({(str(error).splitlines() or ['unreadable'])[0]})"
    return ""


def _told(contract: Contract, path: Path, told: str, row: LedgerRow | None) -> HitcastError:
    if contract.day_column is None:
        return damaged_catalogue(path, told)
    source = f", from {row.file_name}" if row and row.file_name else ""
    return HitcastError(told, str(path), f"`hitcast ingest` that day again{source}")


def _as_ledger_row(contract: Contract, day: date, path: Path) -> LedgerRow:
    """What a file says of itself; of the catalogue, the highest delivery number among its rows too."""
    try:
        metadata = pq.read_metadata(path)
        checksum = (metadata.metadata or {}).get(CHECKSUM, b"").decode()
        stamps = [column.name for column in contract.columns if column.stamped]
        held = pq.read_table(path, columns=stamps).column(0).to_pylist() if stamps else [1]
        number = max((stamp for stamp in held if stamp), default=1)
    except (pa.ArrowException, OSError) as error:
        raise _told(contract, path, f"is damaged ({str(error).splitlines()[0]})", None) from None
    return LedgerRow(contract.table, day, number, _written_at(path), metadata.num_rows, "", checksum)


def _written_at(path: Path) -> datetime:
    return datetime.fromtimestamp(path.stat().st_mtime, UTC).replace(tzinfo=None)
