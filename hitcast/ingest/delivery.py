"""From vendor files to the landing: recognise, read, check, and land day by day."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from pathlib import Path

import duckdb
import numpy as np

from hitcast.core.errors import HitcastError
from hitcast.core.home import Home
from hitcast.core.moments import moment_after
from hitcast.core.sql import fill, quoted
from hitcast.ingest.arrivals import arrivals, sources_of
from hitcast.ingest.catalog import damaged_catalog, keep_last, write_upserted
from hitcast.ingest.conflicts import add_up, conflict_error
from hitcast.ingest.contract import LEDGER, Contract, load_contracts
from hitcast.ingest.days import KeyConflictError, LandedDay, write_days
from hitcast.ingest.emptied import emptied
from hitcast.ingest.landing import (
    Ledger,
    LedgerRow,
    commit,
    digest_of,
    incoming_dir,
    is_mended,
    landed_file,
    read_ledger,
    remove_leftovers,
)
from hitcast.ingest.losses import day_state, held_for_loss, held_for_rejects, rejected_days, resent_day, undated_rejects
from hitcast.ingest.mapping import load_mapping
from hitcast.ingest.questions import questions
from hitcast.ingest.readers import Source
from hitcast.ingest.recognise import notes_on
from hitcast.ingest.rejects import most_frequent, rejects_file, write_rejects
from hitcast.ingest.report import FileReport, IngestReport, TableReport
from hitcast.ingest.soundness import damage
from hitcast.ingest.stage import Stage, load, sorted_rows
from hitcast.ingest.workplace import workplace

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

    def tell(self, doing: str, table: str, size: float) -> None:
        """Tells the progress: `size` bytes' worth of the table under way is done."""
        self.progress(f"{doing} {table}", (self.done_bytes + size) / max(self.total_bytes, 1))

    def land(self, contract: Contract, incoming: Path, row: LedgerRow, known: LedgerRow | None) -> None:
        """Notes a file that is to land, what the ledger will say of it, and sees that it supersedes nothing later.

        Raises:
            HitcastError: It is said to have been delivered before its day, or before what it would supersede.
        """
        is_new = known is None or not is_mended(known, row)
        if self.delivered_on and contract.day_column and is_new and self.delivered_on < row.delivered_day:
            what = f"brings {row.delivered_day} of {contract.table}, a day that had not come on {row.known_from}"
            raise HitcastError(what, "--delivered-on", "Give the day on which these exports were delivered")
        if known and is_new and row.known_from < known.known_from:
            of_day = f"{row.delivered_day} of {contract.table}" if contract.day_column else contract.table
            what = f"{row.known_from} lies before {known.known_from}, when {of_day} was delivered that it would replace"
            raise HitcastError(what, "--delivered-on", "Ingest deliveries in their order, into a new home if need be")
        self.moves.append((incoming, landed_file(self.home, contract, row.delivered_day, self.number)))
        self.changes.append(row)


def ingest(
    home: Home,
    paths: Sequence[Path],
    mappings: Sequence[str | Path] = (),
    dry_run: bool = False,
    progress: Progress = lambda message, share: None,
    delivered_on: date | None = None,
    accept_loss: bool = False,
) -> IngestReport:
    """Lands vendor files: all of them, or none if one is unfit.

    Args:
        home: Where to land them.
        paths: Files and folders, of the kinds of `finding.SUFFIXES`.
        mappings: Mapping files, or bare names of ready ones.
        dry_run: Do everything but land.
        progress: Called with what is under way and the share done, 0 to 1.
        delivered_on: Day on which the vendor delivered them, of exports that are loaded afterwards; None for today.
            What is read rests on the order of the calls, never on this day.
        accept_loss: Land also what is held otherwise: days of which much is rejected, or that lose what they had.

    Returns:
        Rows read, accepted, rejected and duplicate by file, and what became of the days.

    Raises:
        HitcastError: A path, mapping or file is unfit, or another ingest is under way; nothing was written then.
    """
    contracts = load_contracts()
    raw_contracts = {name: contract for name, contract in contracts.items() if name != LEDGER}
    loaded = [load_mapping(mapping, raw_contracts) for mapping in mappings]
    arrived = arrivals(paths, loaded)
    with workplace(home) as (connection, folder):
        sources = sources_of(arrived, loaded, raw_contracts, connection, folder)
        ledger = read_ledger(home)
        if not dry_run:
            remove_leftovers(home)
        number = 1 + max((row.delivery_number for row in ledger.values()), default=0)
        now = moment_after(*(row.delivered_at for row in ledger.values()))
        if delivered_on and delivered_on > now.date():
            raise HitcastError(f"{delivered_on} has not come yet", "--delivered-on", "Give a day that has")
        size = sum(source.size for source in sources)
        delivery = Delivery(home, connection, number, now, delivered_on, ledger, accept_loss or dry_run, progress, size)
        reports = []
        for contract in raw_contracts.values():
            own = [source for source in sources if source.mapping.table == contract.table]
            if own:
                reports.append(_prepare(delivery, contract, own, folder))
                delivery.done_bytes += sum(source.size for source in own)
        if not dry_run:
            progress("landing", 1.0)
            _commit(delivery, reports)
    return IngestReport(reports, arrived.ignored, number if delivery.changes and not dry_run else None, dry_run)


def _prepare(delivery: Delivery, contract: Contract, sources: list[Source], folder: Path) -> TableReport:
    """Reads one table's files and writes what is to land; returns the report, rejects file left out."""
    connection, table = delivery.connection, contract.table
    delivery.tell("reading", table, 0)
    read_bytes = 0

    def advance(size: int) -> None:
        nonlocal read_bytes
        read_bytes += size
        delivery.tell("reading", table, read_bytes / 2)

    stage = load(connection, contract, sources, folder, advance)
    report = TableReport(table)
    if contract.day_column:
        report.rejected_days = rejected_days(connection, stage)
        _hold(delivery, report, held_for_rejects(report.rejected_days, table))
    land = _land_days if contract.day_column else _land_catalog
    accepted, duplicate = land(delivery, stage, folder, report)
    counts = zip(sources, stage.read, accepted, stage.rejected, duplicate, strict=True)
    report.files = [FileReport(source.name, *map(int, numbers)) for source, *numbers in counts]
    report.reasons = most_frequent(connection)
    report.questions = questions(connection, stage)
    report.emptied = emptied(connection, stage)
    report.notes = notes_on(sources, contract)
    if report.rejected:
        write_rejects(connection, stage, _unfinished_rejects(folder, table))
    return report


def _hold(delivery: Delivery, report: TableReport, reason: HitcastError | None) -> None:
    """Refuses a delivery that loses too much, or notes it where that was accepted or nothing is to land."""
    if reason and not delivery.accepts_loss:
        raise reason
    if reason:
        report.held.append(reason.what)


def _land_days(delivery: Delivery, stage: Stage, folder: Path, report: TableReport) -> tuple[np.ndarray, np.ndarray]:
    """Writes every day and sorts it into new, replaced or unchanged; returns rows accepted and repeated by file."""
    contract, files = stage.contract, len(stage.sources)
    accepted, duplicate = np.zeros(files, dtype=np.int64), np.zeros(files, dtype=np.int64)
    size, due = sum(source.size for source in stage.sources), int((stage.read - stage.rejected).sum())
    days, undated = set(), undated_rejects(delivery.connection, stage)
    (folder / contract.table).mkdir()
    try:
        folded = add_up(delivery.connection, stage)
        report.added_up = int(folded.added.sum())
        accepted += folded.added
        duplicate += folded.repeats
        for landed in write_days(sorted_rows(delivery.connection, stage), contract, files, folder / contract.table):
            accepted += landed.accepted
            duplicate += landed.duplicates
            delivery.tell("writing", contract.table, size / 2 * (1 + int((accepted + duplicate).sum()) / due))
            days.add(landed.day)
            _land_day(delivery, stage, landed, undated, report)
    except KeyConflictError as conflict:
        raise conflict_error(delivery.connection, stage, conflict) from None
    _hold(delivery, report, held_for_loss(report.resent, contract))
    place = [column.name for column in contract.delivered].index(str(contract.day_column))
    bounds = [contract.delivered[place].minimum or "0001-01-01", contract.delivered[place].maximum or "9999-12-30"]
    query = fill("select distinct {day} from staged where {day} between ? and ?", day=quoted(f"v{place}"))
    found = delivery.connection.execute(query, bounds).fetchall()
    report.days_rejected = sorted({day for (day,) in found} - days)
    return accepted, duplicate


def _land_day(delivery: Delivery, stage: Stage, landed: LandedDay, undated: np.ndarray, report: TableReport) -> None:
    """Notes a day as new, replaced or unchanged; `undated` are rejected rows of no known day, by file."""
    contract = stage.contract
    before = delivery.ledger.get((contract.table, landed.day))
    known = None if before and before.is_withdrawn else before
    state = day_state(landed.day, report.rejected_days, bool((undated[landed.accepted > 0] > 0).any()))
    if state == "partial":
        report.days_partial.append(landed.day)
    is_sound = known is not None and not damage(delivery.home, contract, known)
    if known and is_sound and (known.checksum, known.day_state) == (landed.checksum, state):
        report.days_unchanged.append(landed.day)
        landed.incoming.unlink()
        return
    (report.days_replaced if known else report.days_new).append(landed.day)
    if known and is_sound:
        path = landed_file(delivery.home, contract, landed.day, known.delivery_number)
        report.resent.append(resent_day(contract, landed.day, path, landed.incoming))
    names, when = _file_names(stage, landed.accepted), delivery.delivered_at
    origin = (contract.table, landed.day, delivery.number, when, landed.rows, names)
    row = LedgerRow(*origin, landed.checksum, landed.digest, state, delivered_on=delivery.delivered_on)
    if before and is_mended(before, row):
        row = replace(row, delivered_on=before.known_from)
    delivery.land(contract, landed.incoming, row, before)


def _land_catalog(delivery: Delivery, stage: Stage, folder: Path, report: TableReport) -> tuple[np.ndarray, np.ndarray]:
    """Writes the catalog with the delivery in it; returns rows kept and superseded by file."""
    home, contract, number = delivery.home, stage.contract, delivery.number
    accepted, duplicate = keep_last(delivery.connection, stage)
    known = [row for row in delivery.ledger.values() if row.table_name == contract.table]
    latest = max(known, key=lambda row: row.delivery_number, default=None)
    landed = landed_file(home, contract, latest.delivered_day, latest.delivery_number) if latest else None
    if latest and landed and landed.exists() and (detail := damage(home, contract, latest)):
        raise damaged_catalog(landed, detail)
    incoming = folder / f"{contract.table}.parquet"
    changed = write_upserted(delivery.connection, contract, landed, incoming, number)
    report.rows_changed = changed
    if changed:
        names, when = _file_names(stage, accepted), delivery.delivered_at
        row = LedgerRow(
            contract.table,
            delivery.delivered_on or when.date(),
            number,
            when,
            changed,
            names,
            "",
            digest_of(incoming),
            delivered_on=delivery.delivered_on,
        )
        delivery.land(contract, incoming, row, latest)
    return accepted, duplicate


def _commit(delivery: Delivery, reports: list[TableReport]) -> None:
    """Rejects, landed files and the ledger take their places."""
    for report in reports:
        if report.rejected:
            unfinished = _unfinished_rejects(incoming_dir(delivery.home), report.table)
            report.rejects_file = rejects_file(delivery.home, report.table, delivery.delivered_at, unfinished)
            if not report.rejects_file.exists():
                delivery.moves.append((unfinished, report.rejects_file))
    commit(delivery.home, delivery.moves, delivery.ledger, delivery.changes)


def _unfinished_rejects(folder: Path, table: str) -> Path:
    return folder / f"{table}_rejects.csv"


def _file_names(stage: Stage, accepted: np.ndarray) -> str:
    return ", ".join(sorted({source.path.name for source, rows in zip(stage.sources, accepted, strict=True) if rows}))
