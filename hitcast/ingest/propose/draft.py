"""A proposed mapping as YAML, with what was guessed and how sure it is as comments."""

import glob
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import yaml

from hitcast.ingest.headings import unit_in
from hitcast.ingest.parts import Parts, parts_of
from hitcast.ingest.propose.countries import territories, territory
from hitcast.ingest.propose.evidence import UNITS_OF, unit_of
from hitcast.ingest.propose.globs import globs_of
from hitcast.ingest.propose.guess import SURE, Guess, TableGuess
from hitcast.ingest.propose.profiles import UNCLEAR, Profile
from hitcast.ingest.propose.repeats import Hint
from hitcast.ingest.propose.sniff import Sample
from hitcast.ingest.words import is_total

MAX_COMMENT = 90


@dataclass(frozen=True)
class Draft:
    """The proposal for files of one kind.

    Attributes:
        samples: A sample of each file that was looked at.
        paths: All files of the kind.
        table: What they feed; None to leave them alone.
        number_format: Decimal mark and thousands separator.
        words: Values of columns that hold few, in all files, by header.
        hints: Keys that the user has to decide on.
        decided: Lines of those that were decided on.
        rival: Another table, or another count, that fits nearly as well; empty if none does.
        reason: Why they feed none; empty where they feed one, or nobody knows.
    """

    samples: list[Sample]
    paths: list[Path]
    table: TableGuess | None
    number_format: tuple[str, str]
    words: Mapping[str, Iterable[str]]
    rival: str = ""
    reason: str = ""
    hints: Sequence[Hint] = ()
    decided: Sequence[str] = ()

    @property
    def taken(self) -> list[tuple[str, Profile]]:
        """The file's columns that go into the mapping, by contract column."""
        guesses = self.table.guesses if self.table else []
        return [(guess.column.name, guess.source) for guess in guesses if guess.source and self.is_taken(guess)]

    @property
    def parts(self) -> Parts | None:
        """Columns beside the main count's that hold parts of it; None where there are none."""
        main = self.table and self.table.main
        if not self.table or not main or not main.source or main.source.outside:
            return None
        taken = dict(self.taken)
        used = {source.header for source in taken.values()}
        others = [header for header in self.samples[0].headers if header not in used]
        return parts_of(main.source.header, others, self.table.contract, taken)

    def is_taken(self, guess: Guess) -> bool:
        """Whether a guess goes into the mapping: an optional column that is not sure is only suggested."""
        return guess.column.required or guess.sureness >= SURE


def as_yaml(drafts: Sequence[Draft], ignored: Sequence[Path]) -> str:
    """One mapping file; every draft feeds another table."""
    lines = ["# Proposed by `hitcast map`: a guess. Lines marked UNSURE, or behind a #, are for you to decide."]
    every = [path for draft in drafts for path in draft.paths] + list(ignored)
    if ignored:
        names = [glob.escape(path.name) for path in ignored]
        lines += ["# left alone: no table fits these files", f"ignore: {_flow(names)}"]
    lines.append("tables:")
    for draft in drafts:
        if draft.table:
            others = [path for path in every if path not in draft.paths]
            lines += [f"  {line}" for line in _table(draft, draft.table, globs_of(draft.paths, others))]
    return "\n".join(lines) + "\n"


def _table(draft: Draft, table: TableGuess, globs: list[str]) -> list[str]:
    sample, lines = draft.samples[0], [f"{table.contract.table}:"]
    if draft.rival:
        lines.append(f"  # UNSURE: it may be {draft.rival}")
    lines.append(f"  files: {_flow(globs)}")
    if sample.kind == "csv":
        lines += [f"  encoding: {sample.encoding}", f"  delimiter: {_flow(sample.delimiter)}"]
    if sample.sheet:
        others = f"  # UNSURE: {', '.join(sample.alike)} too, but not read" if sample.alike else ""
        lines.append(f"  sheet: {_flow(sample.sheet)}{others}")
    lines += _layout(draft)
    decimal, thousands = draft.number_format
    if unclear := next((value for name, source in draft.taken if name in _amounts(table) and source.is_unclear
                        for value in source.distinct if UNCLEAR.fullmatch(value)), ""):  # fmt: skip
        # not to be decided here: `ingest` holds such amounts until the mapping says what the mark parts
        decimal, thousands = unclear[-4], ""
    lines += [f"  decimal: {_flow(decimal)}"] if decimal != "." else []
    lines += [f"  thousands: {_flow(thousands)}"] if thousands else []
    lines += _notations(table, draft.taken)
    parts = draft.parts
    lines += _unpivot(draft.taken) + (_unpivot_parts(parts, table) if parts else [])
    lines += [f"  # {f'{hint.line}  # ' if hint.line else ''}UNSURE: {_short(hint.reason)}" for hint in draft.hints]
    lines += [f"  {line}" for line in draft.decided]
    lines.append("  columns:")
    lines += [
        _column(draft, guess, guess.source)
        for guess in table.guesses
        if guess.source and not guess.source.is_wide and not (parts and guess is table.main)
    ]
    constants = [guess for guess in table.guesses if not guess.source]
    if constants:
        lines.append("  constants:")
        lines += [f"    {guess.column.name}: {_flow(guess.constant)}  # UNSURE: {guess.reason}" for guess in constants]
    words = [line for guess in table.guesses if draft.is_taken(guess) for line in _words(draft, guess)]
    words += [f"    {parts.column}: {_flow(parts.words)}"] if parts else []
    return lines + (["  values:", *words] if words else [])


def remarks(draft: Draft) -> list[str]:
    """What is unsure beside the columns: sheets that are not read, lines left out, short and hidden counts, words."""
    if not draft.table:
        return []
    lines = [line.strip() for line in _table(replace(draft, hints=[], rival=""), draft.table, [])]
    # what is said with the columns themselves
    own = (
        "date_format:",
        "timezone:",
        *(f"{guess.column.name}: " for guess in draft.table.guesses if not guess.source),
    )
    return [line for line in lines if "# UNSURE: " in line and not line.startswith(own)]


def _layout(draft: Draft) -> list[str]:
    """Where the header and the rows are, by all samples."""
    layouts = [sample.layout for sample in draft.samples]
    lines = [f"  header: {_flow(layouts[0].header)}"] if layouts[0].header != 1 else []
    comment = next((layout.comment for layout in layouts if layout.comment), "")
    lines += [f"  comment: {_flow(comment)}"] if comment else []
    if layouts[0].record_type:
        column, value = layouts[0].record_type
        lines.append(f"  record_type: {_flow({'column': column, 'value': value})}")
    totals = _totals(draft)
    patterns = list(dict.fromkeys([*(pattern for layout in layouts for pattern in layout.skip), *totals.values()]))
    if patterns:
        left_out = ", ".join(dict.fromkeys([*(cell for layout in layouts for cell in layout.skipped), *totals]))
        lines.append(f"  skip: {_flow(patterns)}  # UNSURE: lines that are no rows: {_short(left_out)}")
    return lines


def _totals(draft: Draft) -> dict[str, str]:
    """Words that are totals over others of their column, and what finds their rows, as no other cell reads so."""
    sample, found = draft.samples[0], {}
    if sample.kind not in ("csv", "workbook") or not draft.table:
        return {}
    for name, source in draft.taken:
        column = draft.table.contract.column(name)
        if not column or not column.accepted_values or source.outside:
            continue
        totals = [value for value in source.distinct if is_total(value, column)]
        cells = [cell for one in draft.samples for row in one.rows for cell in row]
        for value in totals if len(totals) < len(source.distinct) else []:
            if cells.count(value) == source.values.count(value):
                between = re.escape(sample.delimiter)
                found[value] = rf'(^|{between})"?{re.escape(value)}"?({between}|$)'
    return found


def _notations(table: TableGuess, taken: list[tuple[str, Profile]]) -> list[str]:
    """How dates, short and hidden counts and durations are written."""
    lines = []
    types = {column.name: column.data_type for column in table.contract.delivered}
    written = ""
    for name, source in taken:
        if not source.dates or types[name] != "date":
            continue
        if not written:
            written = source.dates.date_format
            other = f"  # UNSURE: may be {source.dates.other}" if source.dates.other else ""
            lines.append(f"  date_format: {_flow(source.dates.date_format)}{other}")
            if source.dates.timezone:
                why = "most times are midnight there; UTC if the days are right as they are"
                lines.append(f"  timezone: {source.dates.timezone}  # UNSURE: {why}")
            if source.dates.is_partial and not table.contract.day_column:
                lines.append("  partial_dates: first_day  # UNSURE: 2021 and 2021-05 are their first day")
        elif source.dates.date_format != written:
            lines.append(f"  # UNSURE: {name} is written {_flow(source.dates.date_format)}; one format counts for all")
    counts = [source for name, source in taken if types[name] == "bigint"]
    if any(source.is_short for source in counts):
        lines.append("  shorthand: true  # UNSURE: counts like 1.2K are rounded")
    suppressed = {theirs: ours for source in counts for theirs, ours in source.suppressed.items()
                  if ours is not None or source is not (table.main and table.main.source)}  # fmt: skip
    if suppressed:
        lines.append(f"  suppressed: {_flow(suppressed)}  # UNSURE: what a hidden count stands for; null for no value")
    return lines + _units(table, taken)


def _units(table: TableGuess, taken: list[tuple[str, Profile]]) -> list[str]:
    """Units of durations by their values, of counts and amounts by their headers, and amounts that may be another."""
    units, lines, reasons = {}, [], []
    for name, source in taken:
        column = table.contract.column(name)
        if name in UNITS_OF and (unit := unit_of(source)) in UNITS_OF[name]:
            units[name] = unit
            reasons += [f"{name} looks like fractions of a day, as spreadsheets keep times"] if unit == "days" else []
        elif column and column.may_be_scaled and (unit := unit_in(source.header)):
            units[name] = unit
            reasons.append(f"by the header {source.header}")
        if name in _amounts(table) and source.is_unclear:
            what = f"{name} like {next(filter(UNCLEAR.fullmatch, source.distinct))} may be thousands or a fraction"
            lines.append(f"  # UNSURE: {what}: say it by `decimal:` and `thousands:`")
    if units:
        lines.append(f"  units: {_flow(units)}" + (f"  # UNSURE: {_short('; '.join(reasons))}" if reasons else ""))
    return lines


def _amounts(table: TableGuess) -> list[str]:
    """Columns of money."""
    return [column.name for column in table.contract.delivered if column.data_type == "double" and column.required]


def _unpivot(taken: list[tuple[str, Profile]]) -> list[str]:
    """One column a day, by the columns that the days and their values feed."""
    by_role = {source.outside.role: (name, source.outside.pattern) for name, source in taken
               if source.outside and source.is_wide}  # fmt: skip
    if "values" not in by_role or "names" not in by_role:
        return []
    names, pattern = by_role["names"]
    sources = "; ".join(f"{names_of} from {source.samples}" for names_of, source in taken if source.is_wide)
    key = _flow({"columns": pattern, "names": names, "values": by_role["values"][0]})
    return [f"  unpivot: {key}  # {_short(sources)}"]


def _unpivot_parts(parts: Parts, table: TableGuess) -> list[str]:
    """One column a part of the main count."""
    values = table.main.column.name if table.main else ""
    key = _flow({"columns": parts.pattern, "names": parts.column, "values": values})
    return [f"  unpivot: {key}  # UNSURE: these columns are parts of {values}"]


def _column(draft: Draft, guess: Guess, source: Profile) -> str:
    mark = "" if draft.is_taken(guess) else "# "
    sure = f"{guess.sureness:.0%}" if guess.sureness >= SURE else f"UNSURE, {guess.sureness:.0%}"
    theirs = {source.outside.role: source.outside.pattern} if source.outside else source.header
    return f"    {mark}{guess.column.name}: {_flow(theirs)}  # {sure}; {_short(guess.reason or source.samples)}"


def _short(text: str) -> str:
    """A text for a comment: one line, and not too long."""
    return " ".join(text.split())[:MAX_COMMENT]


def _words(draft: Draft, guess: Guess) -> list[str]:
    if not guess.source or not (guess.column.words or guess.column.is_country) or guess.column.name == "genre":
        return []
    known, unknown, several = {}, [], []
    for value in dict.fromkeys([*guess.source.distinct, *draft.words.get(guess.source.header, ())]):
        ours = territory(value) if guess.column.is_country else guess.column.word_for(value)
        if ours is None and guess.column.is_country and (together := territories(value)):
            ours = together[0]
            several.append(value)
        if ours is None and guess.column.accepted_values and is_total(value, guess.column):
            continue
        if ours is None:
            unknown.append(value)
        elif ours != value:
            known[value] = ours
    lines = [f"    {guess.column.name}: {_flow(known)}"] if known else []
    if several:
        lines.insert(0, f"    # UNSURE: several countries at once count as the first: {_short(', '.join(several[:9]))}")
    if unknown:
        lines.insert(0, f"    # UNSURE: {guess.column.name} not understood: {' '.join(', '.join(unknown[:9]).split())}")
    return lines


def _flow(value: object) -> str:
    text: str = yaml.safe_dump(value, default_flow_style=True, allow_unicode=True, width=10_000)
    return text.removesuffix("...\n").strip()
