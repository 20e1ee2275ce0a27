"""An ingest call under way: what all its tables share, and what is to land at its end."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

import duckdb

from hitcast.core.errors import HitcastError
from hitcast.core.home import Home
from hitcast.ingest.contract import Contract
from hitcast.ingest.landing import Ledger, LedgerRow, is_mended, landed_file

Progress = Callable[[str, float], None]


@dataclass
class Delivery:
    """One ingest call under way.

    Attributes:
        home: Where it lands.
        connection: DuckDB connection of the call.
        number: Number of the delivery, if it changes something.
        delivered_at: When it landed, UTC.
        delivered_on: Day on which the vendor delivered it; None for that of `delivered_at`.
        ledger: The ledger by table and day, as it was before.
        accepts_loss: Whether what would hold it is only reported.
        progress: Called with what is under way and the share done.
        total_bytes: Size of all files.
        done_bytes: Size of the files of the tables that are done.
        moves: Finished files and their places.
        changes: Ledger rows that are new.
        held: Why it is held.
    """

    home: Home
    connection: duckdb.DuckDBPyConnection
    number: int
    delivered_at: datetime
    delivered_on: date | None
    ledger: Ledger
    accepts_loss: bool
    progress: Progress
    total_bytes: int
    done_bytes: int = 0
    moves: list[tuple[Path, Path]] = field(default_factory=list)
    changes: list[LedgerRow] = field(default_factory=list)
    held: list[HitcastError] = field(default_factory=list)

    @property
    def known_from(self) -> date:
        """Day of the delivery, as the ledger has it."""
        return self.delivered_on or self.delivered_at.date()

    def tell(self, doing: str, table: str, size: float) -> None:
        """Tells the progress: `size` bytes' worth of the table under way is done."""
        self.progress(f"{doing} {table}", (self.done_bytes + size) / max(self.total_bytes, 1))

    def file_of(self, contract: Contract) -> Path | None:
        """File of a table that is upserted by key, as it is after this delivery; None where it has not landed."""
        rows = [row for row in (*self.ledger.values(), *self.changes) if row.table_name == contract.table]
        if not rows:
            return None
        latest = max(rows, key=lambda row: row.delivery_number)
        place = landed_file(self.home, contract, latest.delivered_day, latest.delivery_number)
        return {target: incoming for incoming, target in self.moves}.get(place, place)

    def land(self, contract: Contract, incoming: Path, row: LedgerRow, known: LedgerRow | None) -> None:
        """Notes a file that is to land, what the ledger will say of it, and sees that it supersedes nothing later.

        Raises:
            HitcastError: It is said to have been delivered before its day, or before what it would supersede.
        """
        is_new = known is None or not is_mended(known, row)
        if self.delivered_on and contract.day_column and is_new and self.delivered_on < row.delivered_day:
            what = f"brings {row.delivered_day} of {contract.table}, a day that had not come on {row.known_from}"
            raise HitcastError(what, "--delivered-on", "Give the day on which these exports were delivered")
        # without the option the day is the clock's, which may have stood in the future before
        if known and is_new and self.delivered_on and row.known_from < known.known_from:
            what_day = f"{row.delivered_day} of {contract.table}" if contract.day_column else contract.table
            what = (
                f"{row.known_from} lies before {known.known_from}, when {what_day} was delivered that it would replace"
            )
            raise HitcastError(what, "--delivered-on", "Ingest deliveries in their order, into a new home if need be")
        self.moves.append((incoming, landed_file(self.home, contract, row.delivered_day, self.number)))
        self.changes.append(row)
