"""From vendor files to the landing: recognise, read, check, and land day by day."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from heapq import merge
from pathlib import Path

import numpy as np

from hitcast.core.digests import digest_of
from hitcast.core.errors import HitcastError
from hitcast.core.home import Home
from hitcast.core.moments import moment_near
from hitcast.ingest.arrivals import arrivals, sources_of, unused_mappings
from hitcast.ingest.breakdowns import held_for_breakdowns, held_for_sums
from hitcast.ingest.campaign_questions import changed_campaigns
from hitcast.ingest.conflicts import add_up, conflict_error
from hitcast.ingest.contract import LEDGER, Contract, load_contracts
from hitcast.ingest.days import KeyConflictError, LandedDay, write_days
from hitcast.ingest.emptied import emptied
from hitcast.ingest.groups import first_of_groups
from hitcast.ingest.idle import idle_days, named_days
from hitcast.ingest.landing import (
    LedgerRow,
    commit,
    incoming_dir,
    is_mended,
    landed_file,
    read_ledger,
    remove_leftovers,
)
from hitcast.ingest.losses import (
    held_for_loss,
    held_for_rejects,
    held_for_the_future,
    rejected_days,
    resent_day,
)
from hitcast.ingest.mapping import load_mapping
from hitcast.ingest.midnights import held_for_early_days
from hitcast.ingest.partial import Concerned, concerned, partial_day
from hitcast.ingest.periods import held_for_periods, held_for_spans, held_for_the_day_column
from hitcast.ingest.questions import questions
from hitcast.ingest.readers import Source
from hitcast.ingest.recognise import notes_on
from hitcast.ingest.rejects import most_frequent, rejects_file, write_rejects
from hitcast.ingest.report import FileReport, HeldError, IngestReport, TableReport
from hitcast.ingest.soundness import damage
from hitcast.ingest.stage import Stage, load, sorted_rows
from hitcast.ingest.totals import check_one_kind, counts_of
from hitcast.ingest.under_way import Delivery, Progress
from hitcast.ingest.units import held_for_marks, short_durations
from hitcast.ingest.upserts import damaged_table, keep_last, write_upserted
from hitcast.ingest.usual import usual_days
from hitcast.ingest.workplace import workplace


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
        HeldError: It is held; nothing was written then.
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
        now = moment_near(*(row.delivered_at for row in ledger.values()))
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
        report = IngestReport(reports, arrived.ignored, None, dry_run, unused_mappings(sources, loaded))
        if delivery.held:
            raise HeldError(delivery.held[0], replace(report, is_held=True))
        if dry_run:
            return report
        progress("landing", 1.0)
        _commit(delivery, reports)
    return replace(report, delivery_number=number) if delivery.changes else report


def _prepare(delivery: Delivery, contract: Contract, sources: list[Source], folder: Path) -> TableReport:
    """Reads one table's files and writes what is to land; returns the report, rejects file left out."""
    connection, table = delivery.connection, contract.table
    check_one_kind(sources)
    delivery.tell("reading", table, 0)
    read_bytes = 0

    def advance(size: int) -> None:
        nonlocal read_bytes
        read_bytes += size
        delivery.tell("reading", table, read_bytes / 2)

    stage = load(connection, contract, sources, folder, advance)
    report = TableReport(table)
    _hold(delivery, report, held_for_marks(connection, stage))
    if contract.day_column:
        report.rejected_days = rejected_days(connection, stage)
        _hold(delivery, report, held_for_rejects(report.rejected_days, table))
        _hold(delivery, report, held_for_early_days(connection, stage))
        _hold(delivery, report, held_for_spans(connection, stage))
        _hold(delivery, report, held_for_the_day_column(connection, stage))
        _hold(delivery, report, held_for_breakdowns(connection, stage))
        _hold(delivery, report, held_for_sums(connection, stage))
    land = _land_days if contract.day_column else _land_upserted
    accepted, duplicate = land(delivery, stage, folder, report)
    counts = zip(sources, stage.read, accepted, stage.rejected, duplicate, strict=True)
    report.files = [FileReport(source.name, *map(int, numbers)) for source, *numbers in counts]
    report.reasons = most_frequent(connection)
    catalog = delivery.file_of(load_contracts()["catalog_tracks"])
    report.questions = questions(connection, stage, delivery.home, delivery.ledger, delivery.known_from, catalog)
    report.questions += short_durations(connection, stage) + first_of_groups(connection, stage)
    report.emptied = emptied(connection, stage)
    report.notes = notes_on(sources, contract)
    if contract.column("spend"):
        report.notes += changed_campaigns(connection, contract)
    if report.rejected:
        write_rejects(connection, stage, _unfinished_rejects(folder, table))
    return report


def _hold(delivery: Delivery, report: TableReport, reason: HitcastError | None) -> None:
    """Notes why a delivery is held; where that was accepted, or nothing is to land, it is only reported."""
    if reason:
        report.held.append(reason.what)
        delivery.held += [] if delivery.accepts_loss else [reason]


def _land_days(delivery: Delivery, stage: Stage, folder: Path, report: TableReport) -> tuple[np.ndarray, np.ndarray]:
    """Writes every day and sorts it into new, replaced or unchanged; returns rows accepted and repeated by file."""
    contract, files = stage.contract, len(stage.sources)
    accepted, duplicate = np.zeros(files, dtype=np.int64), np.zeros(files, dtype=np.int64)
    size, due = sum(source.size for source in stage.sources), int((stage.read - stage.rejected).sum())
    days, lacks = set(), concerned(delivery.connection, stage)
    named, place = named_days(delivery.connection, stage), folder / contract.table
    place.mkdir()
    try:
        folded = add_up(delivery.connection, stage)
        report.added_up, report.repeats = int(folded.added.sum()), int(folded.repeats.sum())
        accepted += folded.added
        duplicate += folded.repeats
        # before the rows are streamed: another query on the connection would end that
        idle = list(idle_days(delivery.connection, stage, place, named))
        full = write_days(sorted_rows(delivery.connection, stage), contract, files, place, lacks.territory)
        for landed in merge(full, idle, key=lambda landed: landed.day):
            accepted += landed.accepted
            duplicate += landed.duplicates
            delivery.tell("writing", contract.table, size / 2 * (1 + int((accepted + duplicate).sum()) / max(due, 1)))
            days.add(landed.day)
            _land_day(delivery, stage, landed, lacks, report)
    except KeyConflictError as conflict:
        raise conflict_error(delivery.connection, stage, conflict) from None
    _hold(delivery, report, held_for_loss(report.resent, contract))
    if not any(source.mapping.period for source in stage.sources):
        _hold(delivery, report, held_for_periods(sorted(days), contract.table))
    _hold(delivery, report, held_for_the_future(sorted(days), delivery.delivered_at.date(), contract.table))
    ledger = delivery.ledger | {(row.table_name, row.delivered_day): row for row in delivery.changes}
    report.days = usual_days(ledger, contract.table, [*report.days_new, *report.days_replaced])
    report.days_rejected = sorted(named - days)
    return accepted, duplicate


def _land_day(delivery: Delivery, stage: Stage, landed: LandedDay, lacks: Concerned, report: TableReport) -> None:
    """Notes a day as new, replaced or unchanged; `lacks` says of what rows were rejected."""
    contract = stage.contract
    before = delivery.ledger.get((contract.table, landed.day))
    known = None if before and before.is_withdrawn else before
    if not landed.rows:
        report.days_idle.append(landed.day)
    recordings = lacks.lines(landed.day, landed.brought)
    if partial := partial_day(landed.day, recordings, lacks.territory):
        report.days_partial.append(partial)
    is_sound, counts = known is not None and not damage(delivery.home, contract, known), counts_of(stage.sources)
    same = (landed.checksum, recordings, counts)
    if known and is_sound and (known.checksum, known.partial_recordings, known.counts) == same:
        report.days_unchanged.append(landed.day)
        landed.incoming.unlink()
        return
    (report.days_replaced if known else report.days_new).append(landed.day)
    # totals since release and daily figures do not compare
    if known and is_sound and known.counts == counts:
        path = landed_file(delivery.home, contract, landed.day, known.delivery_number)
        report.resent.append(resent_day(contract, landed.day, path, landed.incoming, lacks.territory))
    names, when = _file_names(stage, landed.brought), delivery.delivered_at
    origin = (contract.table, landed.day, delivery.number, when, landed.rows, names)
    content = (landed.checksum, landed.digest, "partial" if recordings else "whole")
    row = LedgerRow(
        *origin,
        *content,
        delivered_on=delivery.delivered_on,
        counts=counts,
        partial_recordings=recordings,
        recording_count=landed.recordings,
        measure_sum=landed.measure_sum,
    )
    if before and is_mended(before, row):
        row = replace(row, delivered_on=before.known_from)
    delivery.land(contract, landed.incoming, row, before)


def _land_upserted(
    delivery: Delivery, stage: Stage, folder: Path, report: TableReport
) -> tuple[np.ndarray, np.ndarray]:
    """Writes a table with the delivery in it; returns rows kept and superseded by file."""
    home, contract, number = delivery.home, stage.contract, delivery.number
    try:
        accepted, duplicate = keep_last(delivery.connection, stage)
    except KeyConflictError as conflict:
        raise conflict_error(delivery.connection, stage, conflict) from None
    known = [row for row in delivery.ledger.values() if row.table_name == contract.table]
    latest = max(known, key=lambda row: row.delivery_number, default=None)
    landed = landed_file(home, contract, latest.delivered_day, latest.delivery_number) if latest else None
    if latest and landed and landed.exists() and (detail := damage(home, contract, latest)):
        raise damaged_table(contract.table, landed, detail)
    incoming = folder / f"{contract.table}.parquet"
    changed = write_upserted(delivery.connection, contract, landed, incoming, number)
    report.rows_changed = changed
    if changed:
        names, day = _file_names(stage, accepted), delivery.known_from
        origin = (contract.table, day, number, delivery.delivered_at, changed, names)
        row = LedgerRow(*origin, "", digest_of(incoming), delivered_on=delivery.delivered_on)
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
    return ", ".join(sorted({stage.sources[number].path.name for number in np.flatnonzero(accepted)}))
