"""A proposed mapping as YAML, with what was guessed and how sure it is as comments."""

import glob
import re
from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from itertools import takewhile
from pathlib import Path

import yaml

from hitcast.ingest.propose.evidence import territory, word_for
from hitcast.ingest.propose.guess import SURE, Guess, TableGuess
from hitcast.ingest.propose.sniff import Sample

MAX_COMMENT = 90


@dataclass(frozen=True)
class Draft:
    """The proposal for files of one kind.

    Attributes:
        samples: A sample of each file that was looked at.
        paths: All files of the kind.
        table: What they feed; None to leave them alone.
        number_format: Decimal mark and thousands separator.
        rival: Another table, or another count, that fits nearly as well; empty if none does.
    """

    samples: list[Sample]
    paths: list[Path]
    table: TableGuess | None
    number_format: tuple[str, str]
    rival: str = ""

    def is_taken(self, guess: Guess) -> bool:
        """Whether a guess goes into the mapping: an optional column that is not sure is only suggested."""
        return guess.column.required or guess.sureness >= SURE


def globs_of(paths: Sequence[Path], others: Sequence[Path]) -> list[str]:
    """Globs that match these files and the next ones of their kind, and none of the others."""
    stems: dict[str, list[str]] = {}
    for path in paths:
        stem, dot, suffix = path.name.partition(".")
        if re.fullmatch(r"[\d.]*", suffix.rsplit(".", 1)[0]) and "." in suffix:
            stem, dot, suffix = path.stem, ".", path.suffix[1:]
        stems.setdefault(dot + suffix, []).append(stem)
    found = []
    for suffix, names in stems.items():
        shared = "".join(a for a, *_ in takewhile(lambda marks: len(set(marks)) == 1, zip(*names, strict=False)))
        shared = re.split(r"\d", shared)[0] if len(names) > 1 or re.search(r"\d{4}", shared) else shared
        pattern = glob.escape(shared) + ("" if len(names) == 1 and shared == names[0] else "*") + glob.escape(suffix)
        clashes = any(fnmatchcase(other.name, pattern) for other in others)
        found += [glob.escape(name + suffix) for name in names] if clashes or shared == "" else [pattern]
    return found


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
        lines.append(f"  sheet: {_flow(sample.sheet)}")
    decimal, thousands = draft.number_format
    lines += [f"  decimal: {_flow(decimal)}"] if decimal != "." else []
    lines += [f"  thousands: {_flow(thousands)}"] if thousands else []
    for guess in table.guesses:
        if guess.column.data_type == "date" and guess.source and guess.source.dates:
            other = f"  # UNSURE: may be {guess.source.dates.other}" if guess.source.dates.other else ""
            lines.append(f"  date_format: {_flow(guess.source.dates.date_format)}{other}")
    lines.append("  columns:")
    lines += [_column(draft, guess) for guess in table.guesses if guess.source]
    constants = [guess for guess in table.guesses if not guess.source]
    if constants:
        lines.append("  constants:")
        lines += [f"    {guess.column.name}: {_flow(guess.constant)}  # UNSURE: {guess.reason}" for guess in constants]
    words = [line for guess in table.guesses if draft.is_taken(guess) for line in _words(guess)]
    return lines + (["  values:", *words] if words else [])


def _column(draft: Draft, guess: Guess) -> str:
    source = guess.source
    assert source is not None  # noqa: S101
    mark = "" if draft.is_taken(guess) else "# "
    sure = f"{guess.sureness:.0%}" if guess.sureness >= SURE else f"UNSURE, {guess.sureness:.0%}"
    comment = " ".join(f"{sure}; {guess.reason or source.samples}".split())[:MAX_COMMENT]
    return f"    {mark}{guess.column.name}: {_flow(source.header)}  # {comment}"


def _words(guess: Guess) -> list[str]:
    if not guess.source or not (guess.column.words or guess.column.name == "territory") or guess.column.name == "genre":
        return []
    known, unknown = {}, []
    for value in guess.source.distinct:
        ours = territory(value) if guess.column.name == "territory" else word_for(guess.column, value)
        if ours is None:
            unknown.append(value)
        elif ours != value:
            known[value] = ours
    lines = [f"    {guess.column.name}: {_flow(known)}"] if known else []
    if unknown:
        lines.insert(0, f"    # UNSURE: {guess.column.name} not understood: {' '.join(', '.join(unknown[:9]).split())}")
    return lines


def _flow(value: object) -> str:
    text: str = yaml.safe_dump(value, default_flow_style=True, allow_unicode=True, width=10_000)
    return text.removesuffix("...\n").strip()
