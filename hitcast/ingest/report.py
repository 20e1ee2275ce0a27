"""What an ingest call did, in numbers that add up."""

from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path

from rich.console import Group, RenderableType
from rich.text import Text

from hitcast.core.errors import HitcastError
from hitcast.core.listing import Listing
from hitcast.core.words import counted, one_line
from hitcast.ingest.contract import load_contracts, measure_of
from hitcast.ingest.day_table import day_table, rest_text
from hitcast.ingest.emptied import Emptied
from hitcast.ingest.finding import looks_like_data
from hitcast.ingest.losses import RejectedDay, ResentDay
from hitcast.ingest.partial import PartialDay, count_recordings
from hitcast.ingest.usual import DayFigures

MAX_FILES = 20
MAX_DAYS = 5


@dataclass(frozen=True)
class FileReport:
    """Rows of one file: read = accepted + rejected + duplicate.

    Attributes:
        name: The file.
        read: Rows that the reader found.
        accepted: Rows landed, those included whose figures were added to another row's.
        rejected: Rows that failed a check, kept under `rejects/`.
        duplicate: Valid rows that repeat another row of the same delivery.
    """

    name: str
    read: int
    accepted: int
    rejected: int
    duplicate: int

    def __post_init__(self) -> None:
        """Refuses counts that do not add up: each comes from a count of its own."""
        if self.accepted + self.rejected + self.duplicate != self.read:
            raise AssertionError(f"rows of {self.name} do not add up: {self}")


@dataclass
class TableReport:
    """What one table was given.

    Attributes:
        table: The table.
        files: Its files, in delivery order.
        days_new: Days landed for the first time; empty for a table that is upserted by key.
        days_replaced: Days that replaced an earlier delivery.
        days_unchanged: Days that were delivered before with the same rows.
        days_idle: Days of which it was delivered that nothing happened.
        days_rejected: Days without a valid row, which therefore do not count as delivered.
        rows_changed: Rows that are new or changed, of a table that is upserted by key.
        reasons: (vendor's column, reason, rows), most frequent first.
        rejects_file: Where the rejected rows lie; None if there are none or it was a dry run.
        notes: Columns that were ignored or are missing.
        emptied: Optional values that did not fit, by column.
        rejected_days: Days of which rows were rejected, and rows whose day cannot be read.
        days_partial: Days that landed without some of their rows, and of which recordings the rows were.
        resent: Days that came again, before and after.
        questions: What is odd though each row is sound.
        held: Why it would have been held, where that was accepted or it was a dry run.
        added_up: Rows whose figures were added to those of another row of their key.
        repeats: Rows that would have been added, but repeat another one in every column of the file.
        days: Days that are new or replaced, beside what is usual for them.
    """

    table: str
    files: list[FileReport] = field(default_factory=list)
    days_new: list[date] = field(default_factory=list)
    days_replaced: list[date] = field(default_factory=list)
    days_unchanged: list[date] = field(default_factory=list)
    days_idle: list[date] = field(default_factory=list)
    days_rejected: list[date] = field(default_factory=list)
    rows_changed: int | None = None
    reasons: list[tuple[str, str, int]] = field(default_factory=list)
    rejects_file: Path | None = None
    notes: list[str] = field(default_factory=list)
    emptied: list[Emptied] = field(default_factory=list)
    rejected_days: list[RejectedDay] = field(default_factory=list)
    days_partial: list[PartialDay] = field(default_factory=list)
    resent: list[ResentDay] = field(default_factory=list)
    questions: list[str] = field(default_factory=list)
    held: list[str] = field(default_factory=list)
    added_up: int = 0
    repeats: int = 0
    days: list[DayFigures] = field(default_factory=list)

    @property
    def read(self) -> int:
        """Rows read from all files."""
        return sum(file.read for file in self.files)

    @property
    def accepted(self) -> int:
        """Rows accepted from all files."""
        return sum(file.accepted for file in self.files)

    @property
    def rejected(self) -> int:
        """Rows rejected from all files."""
        return sum(file.rejected for file in self.files)

    @property
    def duplicate(self) -> int:
        """Rows superseded in all files."""
        return sum(file.duplicate for file in self.files)


@dataclass(frozen=True)
class IngestReport:
    """What one ingest call did.

    Attributes:
        tables: Tables that were delivered.
        ignored: Files left alone, and sheets of workbooks that are read.
        delivery_number: Number of the delivery; None if nothing changed or it was a dry run.
        is_dry_run: Whether nothing was written on purpose.
        unused_mappings: Mappings that claim no file, and what they look for.
        is_held: Whether nothing landed, for the reasons that `held` of the tables gives.
    """

    tables: list[TableReport]
    ignored: list[str]
    delivery_number: int | None
    is_dry_run: bool
    unused_mappings: list[str] = field(default_factory=list)
    is_held: bool = False

    def concerns(self) -> list[str]:
        """What somebody should look at, each in a few words; none where all is well."""
        partial = [day for table in self.tables for day in table.days_partial]
        counts = [
            (sum(table.rejected for table in self.tables), "row", "rejected"),
            (sum(len(table.held) for table in self.tables), "reason", "to hold it"),
            (sum(table.repeats for table in self.tables), "row", "taken as repeats, not added"),
            (sum(len(table.questions) for table in self.tables), "question", "above"),
            (len(partial), "day", f"not whole, of which figures of {count_recordings(partial)} are unknown"),
            (sum(len(table.days_rejected) for table in self.tables), "day", "without a valid row"),
            (
                sum(bool(day.recordings_gone) for table in self.tables for day in table.resent),
                "day",
                "again without some of its recordings",
            ),
            (
                sum(bool(day.values_gone) for table in self.tables for day in table.resent),
                "day",
                "again without a territory or another segment",
            ),
            (sum(bool(day.marks) for table in self.tables for day in table.days), "day", "far from the usual"),
            (sum(emptied.rows for table in self.tables for emptied in table.emptied), "value", "left empty"),
            (sum(looks_like_data(name) for name in self.ignored), "file", "left alone that may be data"),
        ]
        return [f"{counted(count, noun)} {what}" for count, noun, what in counts if count]

    def as_json(self) -> dict[str, object]:
        """The whole report, as plain values."""
        tables = []
        for table in self.tables:
            plain = asdict(table)
            plain |= {"read": table.read, "accepted": table.accepted, "rejected": table.rejected}
            tables.append(plain | {"duplicate": table.duplicate})
        return {
            "delivery_number": self.delivery_number,
            "is_dry_run": self.is_dry_run,
            "is_held": self.is_held,
            "is_well": not self.concerns(),
            "concerns": self.concerns(),
            "tables": tables,
            "ignored": self.ignored,
            "unused_mappings": self.unused_mappings,
        }


class HeldError(HitcastError):
    """A delivery of which nothing landed, though each file can be read.

    Args:
        reason: The first reason.
        report: What would have landed, and all reasons.
    """

    def __init__(self, reason: HitcastError, report: IngestReport) -> None:
        super().__init__(reason.what, reason.where, reason.cure)
        self.report = report


def render(report: IngestReport) -> RenderableType:
    """The report for a terminal."""
    parts: list[RenderableType] = []
    for table in report.tables:
        names, shown = _short_names(table), _shown_files(table)
        counted_rows: list[tuple[str, tuple[int, ...]]] = [
            (names[file.name], (file.read, file.accepted, file.rejected, file.duplicate)) for file in shown
        ]
        if unlisted := len(table.files) - len(shown):
            counted_rows.append((counted(unlisted, "more file"), _unlisted_counts(table, shown)))
        if len(table.files) > 1:
            totals = (table.read, table.accepted, table.rejected, table.duplicate)
            counted_rows.append((f"all {len(table.files):,} files", totals))
        rows = [(name, *(f"{figure:,}" for figure in figures)) for name, figures in counted_rows]
        headings = ("file", "read", "accepted", "rejected", "duplicate")
        grid = Listing(headings, rows, table.table, bold_last=len(table.files) > 1)
        parts += [grid, *(Text(one_line(line), overflow="fold") for line in _details(table))]
        if table.days:
            parts += [day_table(table.days, measure_of(load_contracts()[table.table])), Text(rest_text(table.days))]
        parts.append(Text())
    if report.ignored:
        parts.append(Text(one_line(f"Left alone: {', '.join(report.ignored)}"), overflow="fold"))
    parts += [Text(one_line(line), overflow="fold") for line in report.unused_mappings]
    parts.append(Text(_verdict(report)))
    return Group(*parts)


def _short_names(table: TableReport) -> dict[str, str]:
    """File names without their folders where that is clear enough."""
    short = {file.name: Path(file.name).name for file in table.files}
    return short if len(set(short.values())) == len(short) else {name: name for name in short}


def _shown_files(table: TableReport) -> list[FileReport]:
    """Every file of a small delivery; of a big one, those with rejected or duplicate rows, as far as they fit."""
    if len(table.files) <= MAX_FILES:
        return table.files
    lossy = sorted(table.files, key=lambda file: (file.rejected == 0, file.duplicate == 0))[:MAX_FILES]
    return [file for file in table.files if file in lossy and (file.rejected or file.duplicate)]


def _unlisted_counts(table: TableReport, shown: list[FileReport]) -> tuple[int, ...]:
    """Rows read, accepted, rejected and duplicate of the files that are not shown."""
    names = ("read", "accepted", "rejected", "duplicate")
    return tuple(getattr(table, name) - sum(getattr(file, name) for file in shown) for name in names)


def _details(table: TableReport) -> list[str]:
    lines = []
    if table.rows_changed is not None:
        lines.append(f"  {counted(table.rows_changed, 'row')} new or changed")
    else:
        counts = ((table.days_new, "new"), (table.days_replaced, "replaced"), (table.days_unchanged, "unchanged"))
        lines.append("  days: " + ", ".join(f"{len(days):,} {word}" for days, word in counts))
    if table.days_idle:
        lines.append(f"  {_days_text(table.days_idle, 'delivered as days on which nothing happened')}")
    if table.days_rejected:
        lines.append(f"  {_days_text(table.days_rejected, 'not delivered, for want of a valid row')}")
    for is_any in (True, False):
        if partial := [day for day in table.days_partial if (day.recordings is None) == is_any]:
            what = f"not whole, rows of {count_recordings(partial)} were rejected"
            what = "not whole, rejected rows may be of any recording" if is_any else what
            lines.append(f"  {_days_text([day.day for day in partial], what)}")
    lines += [f"  {line}" for line in (*table.questions, *table.held)]
    if table.resent:
        measure = measure_of(load_contracts()[table.table])
        lines += [f"  {day.describe(measure)}" for day in table.resent[:MAX_DAYS]]
        more = len(table.resent) - MAX_DAYS
        lines += [f"  and {counted(more, 'more day')} again; --json has them all"] if more > 0 else []
    if table.added_up:
        lines.append(f"  {counted(table.added_up, 'row')} added to others of the same key")
    if table.repeats:
        what = "agree with another one in every column of the file, and were taken as repeats, not added"
        cure = "if they are rows of their own, have a column exported that tells them apart"
        lines.append(f"  {counted(table.repeats, 'row')} {what}; {cure}")
    lines += [f"  {emptied.describe()}" for emptied in table.emptied]
    for column, reason, rows in table.reasons:
        lines.append(f"  {rows:,} rejected: {column + ' ' if column else ''}{reason}")
    if table.rejects_file:
        lines.append(f"  rejected rows are in {table.rejects_file}")
    return lines + [f"  {note}" for note in table.notes]


def _verdict(report: IngestReport) -> str:
    concerns = report.concerns()
    state = f"But look: {', '.join(concerns)}." if concerns else "All is well."
    if report.is_held:
        return f"Held: nothing landed. {state}"
    if report.is_dry_run:
        return f"Dry run: nothing was written. {state}"
    if report.delivery_number is None:
        return f"Nothing changed: all of this was delivered before. {state}"
    return f"Delivery {report.delivery_number} landed. {state}"


def _days_text(days: list[date], what: str) -> str:
    more = f" and {len(days) - MAX_DAYS:,} more" if len(days) > MAX_DAYS else ""
    return f"{what}: {', '.join(day.isoformat() for day in days[:MAX_DAYS])}{more}"
