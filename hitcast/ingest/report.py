"""What an ingest call did, in numbers that add up."""

from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from hitcast.core.words import one_line
from hitcast.ingest.emptied import Emptied

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
        days_new: Days landed for the first time; empty for the catalog.
        days_replaced: Days that replaced an earlier delivery.
        days_unchanged: Days that were delivered before with the same rows.
        days_rejected: Days without a valid row, which therefore do not count as delivered.
        rows_changed: Catalog rows that are new or changed.
        reasons: (vendor's column, reason, rows), most frequent first.
        rejects_file: Where the rejected rows lie; None if there are none or it was a dry run.
        notes: Columns that were ignored or are missing.
        emptied: Optional values that did not fit, by column.
        added_up: Rows whose figures were added to those of another row of their key.
    """

    table: str
    files: list[FileReport] = field(default_factory=list)
    days_new: list[date] = field(default_factory=list)
    days_replaced: list[date] = field(default_factory=list)
    days_unchanged: list[date] = field(default_factory=list)
    days_rejected: list[date] = field(default_factory=list)
    rows_changed: int | None = None
    reasons: list[tuple[str, str, int]] = field(default_factory=list)
    rejects_file: Path | None = None
    notes: list[str] = field(default_factory=list)
    emptied: list[Emptied] = field(default_factory=list)
    added_up: int = 0

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
        ignored: Files left alone.
        delivery_number: Number of the delivery; None if nothing changed or it was a dry run.
        is_dry_run: Whether nothing was written on purpose.
    """

    tables: list[TableReport]
    ignored: list[str]
    delivery_number: int | None
    is_dry_run: bool


def render(report: IngestReport) -> RenderableType:
    """The report for a terminal of 80 columns."""
    parts: list[RenderableType] = []
    for table in report.tables:
        grid = Table(title=table.table, title_justify="left", box=None, pad_edge=False, width=80)
        grid.add_column("file", overflow="fold", ratio=1)
        for heading in ("read", "accepted", "rejected", "duplicate"):
            grid.add_column(heading, justify="right", no_wrap=True)
        names = _short_names(table)
        for file in _shown_files(table):
            numbers = (file.read, file.accepted, file.rejected, file.duplicate)
            grid.add_row(Text(one_line(names[file.name])), *(f"{number:,}" for number in numbers))
        if len(table.files) > 1:
            totals = (table.read, table.accepted, table.rejected, table.duplicate)
            grid.add_row(Text(f"all {len(table.files)} files"), *(f"{number:,}" for number in totals), style="bold")
        parts += [grid, *(Text(one_line(line), overflow="fold") for line in _details(table)), Text()]
    if report.ignored:
        parts.append(Text(one_line(f"Left alone: {', '.join(report.ignored)}"), overflow="fold"))
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
    return [file for file in table.files if file.rejected or file.duplicate][:MAX_FILES]


def _details(table: TableReport) -> list[str]:
    lines = []
    if table.rows_changed is not None:
        lines.append(f"  {table.rows_changed:,} catalog rows new or changed")
    else:
        counts = ((table.days_new, "new"), (table.days_replaced, "replaced"), (table.days_unchanged, "unchanged"))
        lines.append("  days: " + ", ".join(f"{len(days):,} {word}" for days, word in counts))
    if table.days_rejected:
        days = ", ".join(day.isoformat() for day in table.days_rejected[:MAX_DAYS])
        more = f" and {len(table.days_rejected) - MAX_DAYS:,} more" if len(table.days_rejected) > MAX_DAYS else ""
        lines.append(f"  not delivered, for want of a valid row: {days}{more}")
    if table.added_up:
        lines.append(f"  {table.added_up:,} rows added to others of their key")
    lines += [f"  {emptied.describe()}" for emptied in table.emptied]
    for column, reason, rows in table.reasons:
        lines.append(f"  {rows:,} rejected: {column + ' ' if column else ''}{reason}")
    if table.rejects_file:
        lines.append(f"  rejected rows are in {table.rejects_file}")
    return lines + [f"  {note}" for note in table.notes]


def _verdict(report: IngestReport) -> str:
    if report.is_dry_run:
        return "Dry run: nothing was written."
    if report.delivery_number is None:
        return "Nothing changed: all of this was delivered before."
    return f"Delivery {report.delivery_number} landed."
