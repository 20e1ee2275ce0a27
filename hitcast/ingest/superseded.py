"""What was delivered once and is read no more: kept beside the landing, bounded, and asked for what was known when."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import pairwise

from hitcast.core.digests import digest_of
from hitcast.core.errors import HitcastError
from hitcast.core.home import Home
from hitcast.core.lock import writing
from hitcast.core.words import counted
from hitcast.ingest.contract import LEDGER, load_contracts
from hitcast.ingest.landing import (
    Ledger,
    LedgerRow,
    kept_files,
    landed_files,
    read_history,
    read_ledger,
    remove_delivery,
    remove_leftovers,
    write_ledger,
)

KEEP_DAYS = 460
"""The earliest of five quarterly origins lies so far back."""


@dataclass(frozen=True)
class PruneResult:
    """What pruning did.

    Attributes:
        removed: Superseded files removed.
        freed_bytes: Their size.
        kept: Superseded files that stay.
        kept_bytes: Their size.
        before: What was superseded by then goes; None where nothing has been delivered.
    """

    removed: int = 0
    freed_bytes: int = 0
    kept: int = 0
    kept_bytes: int = 0
    before: date | None = None

    def describe(self) -> str:
        """In one line."""
        if self.before is None:
            return "nothing has been delivered yet"
        kept = f"{counted(self.kept, 'superseded file')}, {self.kept_bytes / 1e6:,.1f} MB, kept"
        if not self.removed:
            return f"nothing to remove: no delivery was superseded by {self.before} whose file is there; {kept}"
        return (
            f"removed {counted(self.removed, 'file')}, {self.freed_bytes / 1e6:,.1f} MB, of deliveries superseded by "
            f"{self.before}; {kept}"
        )


def prune(home: Home, keep_days: int = KEEP_DAYS) -> PruneResult:
    """Removes files whose replacement was delivered so many days or more before the latest delivery.

    Nothing that is read goes, and no row of the ledger: a call that is killed has removed some of the files.

    Args:
        home: Where they lie.
        keep_days: Days back from the latest delivery for which questions about the past are to be answered.
    """
    with writing(home, "hitcast prune"):
        rows = read_history(home)
        if not rows:
            return PruneResult()
        remove_leftovers(home)
        before = max(row.known_from for row in rows) - timedelta(days=keep_days)
        read, ends = landed_files(home, read_ledger(home)), _superseded_on(rows)
        sizes: dict[bool, list[int]] = {True: [], False: []}
        for path, row in kept_files(home, rows).items():
            if path in read or not path.exists():
                continue
            end = ends[row.table_name, row.delivered_day, row.delivery_number]
            is_old = end is not None and end <= before
            sizes[is_old].append(path.stat().st_size)
            if is_old:
                remove_delivery(path.parent)
    old, kept = sizes[True], sizes[False]
    return PruneResult(len(old), sum(old), len(kept), sum(kept), before)


def ledger_as_known(rows: Iterable[LedgerRow], day: date) -> Ledger:
    """The ledger as it stood at the end of a day: of each table and day the last delivery known by then."""
    known: Ledger = {}
    for row in sorted(rows, key=lambda row: row.delivery_number):
        if row.known_from <= day:
            known[row.table_name, row.delivered_day] = replace(row, superseded_on=None)
    return known


def landing_as_known(home: Home, target: Home, day: date) -> None:
    """Makes another home's landing what this one's was at the end of a day: a ledger, and links to the same files.

    Args:
        home: Where the files lie.
        target: A home without a landing.
        day: The day.

    Raises:
        HitcastError: No report of either platform, or no catalog, had been delivered by then, or what had been is kept
            no more.
    """
    ledger = ledger_as_known(read_history(home), day)
    held = {row.table_name for row in ledger.values() if not row.is_withdrawn}
    if lacking := sorted(
        {name for name, contract in load_contracts().items() if not contract.is_optional} - {LEDGER} - held
    ):
        what = f"nothing of {' and '.join(lacking)}" if held else "nothing"
        cure = "As-known figures need deliveries of that time: `hitcast ingest --delivered-on` dates older exports"
        raise HitcastError(f"{what} had been delivered by {day}", cure=cure)
    for path, row in landed_files(home, ledger).items():
        if not path.exists() or digest_of(path) != row.digest:
            delivery = f"{row.delivered_day} of {row.table_name}, delivered on {row.known_from},"
            raise HitcastError(f"{delivery} is kept no more, or damaged: what was known by {day} is lost")
        link = target.raw / path.relative_to(home.raw)
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(path)
    write_ledger(target, ledger.values(), load_contracts()[LEDGER])


def _superseded_on(rows: Iterable[LedgerRow]) -> dict[tuple[str, date, int], date | None]:
    """When each row's replacement was delivered; of a catalog that is the next catalog, whatever day it carries."""
    ends = {(row.table_name, row.delivered_day, row.delivery_number): row.superseded_on for row in rows}
    for contract in load_contracts().values():
        if contract.day_column is None:
            catalogs = sorted(
                (row for row in rows if row.table_name == contract.table), key=lambda row: row.delivery_number
            )
            for row, after in pairwise(catalogs):
                ends[row.table_name, row.delivered_day, row.delivery_number] = after.known_from
    return ends
