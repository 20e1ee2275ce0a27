"""Which raw table a vendor file feeds, and whether it carries what the table needs."""

import difflib
from collections.abc import Collection, Sequence
from dataclasses import replace
from pathlib import Path

import duckdb

from hitcast.core.errors import HitcastError
from hitcast.ingest.contract import Contract
from hitcast.ingest.finding import shown
from hitcast.ingest.jsons import SHAPES
from hitcast.ingest.mapping import Mapping, TableMapping, claim
from hitcast.ingest.notations import places_named
from hitcast.ingest.parts import check_parts
from hitcast.ingest.places import places_of
from hitcast.ingest.readers import Source, first_lines, open_source
from hitcast.ingest.units import check_units

DELIMITERS = ";\t|"
MAX_LISTED, MAX_TEXT = 20, 500
NESTED = ("STRUCT", "MAP", "UNION", "VARIANT")


def recognise(
    path: Path, mappings: Sequence[Mapping], contracts: dict[str, Contract], connection: duckdb.DuckDBPyConnection
) -> Source:
    """A file as the source of the table that a mapping claims it for, or that its columns name.

    Args:
        path: The file.
        mappings: Mappings of the call.
        contracts: Contract by table name.
        connection: DuckDB connection.

    Returns:
        The source.

    Raises:
        HitcastError: No table or several claim it, or it lacks a required column.
    """
    mapping = claim(path.name, mappings)
    source = open_source(path, mapping or TableMapping(table=""), connection)
    if mapping is None:
        table = _table_of(source, contracts, mappings)
        source = replace(source, mapping=replace(source.mapping, table=table))
    contract, mapping = contracts[source.mapping.table], source.mapping
    places, lacking = places_of(source.headers, contract, mapping)
    if lacking:
        raise _header_below(source, [contract]) or _lacks(source, lacking, mapping.table, places)
    for column, place in places.items():
        header = mapping.header_of(column) or ""
        alike = places_named((header,) if isinstance(header, str) else header, source.headers)
        if len({source.headers[i] for i in alike}) > 1:
            names = ", ".join(source.headers[i] for i in alike)
            what = f"has several columns that may feed {column}: {shown(names)}"
            raise HitcastError(what, source.name, "Name the one that is meant in a mapping")
        if source.headers.count(source.headers[place]) > 1:
            what = f"has several columns called {source.headers[place]}, which feeds {column}"
            raise HitcastError(what, source.name, "Rename all but one")
        if source.types[place].startswith(NESTED) or source.types[place].endswith("]"):
            what = f"has values within values in column {source.headers[place]} ({source.types[place]})"
            cure = f"Ask for one value a row: it feeds {column}" + (f". {SHAPES}" if source.kind == "json" else "")
            raise HitcastError(shown(what), source.name, cure)
    check_parts(source, contract)
    check_units(source, contract)
    return source


def is_prose(
    path: Path, mappings: Sequence[Mapping], contracts: dict[str, Contract], connection: duckdb.DuckDBPyConnection
) -> bool:
    """Whether a text or JSON file is one to leave alone: no mapping claims it, and no column of a table is there."""
    if not path.name.lower().removesuffix(".gz").endswith((".txt", ".json")) or claim(path.name, mappings):
        return False
    try:
        source = open_source(path, TableMapping(table=""), connection)
    except HitcastError:
        return True
    return all(_share(contract, source) == 0 for contract in contracts.values())


def notes_on(sources: Sequence[Source], contract: Contract) -> list[str]:
    """What the files of a table bring for nothing, and what they could bring but do not."""
    unused: dict[str, None] = {}
    missing: dict[str, None] = {}
    for source in sources:
        places, _ = places_of(source.headers, contract, source.mapping)
        used = {source.headers[place] for place in places.values()}
        unused |= dict.fromkeys(header for header in source.headers if header and header not in used)
        for column in contract.delivered:
            if column.name not in {*places, *source.mapping.constants, *source.captured}:
                missing[column.name] = None
    notes = []
    if skipped := sum(source.skipped[0] for source in sources):
        notes.append(f"lines left out by the mapping (skip, comment, record_type): {skipped:,}")
    if unused:
        notes.append(f"columns not used: {_listed(list(unused))}")
    if missing:
        notes.append(f"left empty: {', '.join(missing)}")
    return notes


def _table_of(source: Source, contracts: dict[str, Contract], mappings: Sequence[Mapping]) -> str:
    whole = [name for name, contract in contracts.items() if not places_of(source.headers, contract, source.mapping)[1]]
    if len(whole) == 1:
        return whole[0]
    if whole:
        cure = "Claim it for one of them in a mapping"
        raise HitcastError(f"has the columns of {' and '.join(whole)}", source.name, cure)
    if below := _header_below(source, contracts.values()):
        raise below
    nearest = max(contracts.values(), key=lambda contract: _share(contract, source))
    if _share(nearest, source) >= 0.5:
        places, lacking = places_of(source.headers, nearest, source.mapping)
        raise _lacks(source, lacking, nearest.table, places)
    found = f"found {_listed(source.headers)}"
    if mappings:
        globs = _listed([pattern for mapping in mappings for entry in mapping.tables for pattern in entry.files])
        what = f"no mapping's `files:` match it, nor do a table's columns; {found}; looked for {globs}"
        raise HitcastError(what, source.name, "Correct a mapping's `files:`, or add it to its `ignore:`")
    delimiter = next((mark for mark in DELIMITERS if len(source.headers) == 1 and mark in source.headers[0]), None)
    if delimiter:
        cure = f"Write a mapping with `delimiter: {delimiter!r}`: `hitcast map` proposes one"
        raise HitcastError(f"looks as if its fields were separated by {delimiter!r}", source.name, cure)
    cure = "It needs a mapping, with --mapping FILE: `hitcast map` proposes one"
    if any(kind.startswith(NESTED) or kind.endswith("]") for kind in source.types):
        cure = f"{cure}. {SHAPES}" if source.kind == "json" else cure
    raise HitcastError(f"no table has all its required columns there; {found}", source.name, cure)


def _share(contract: Contract, source: Source) -> float:
    return len(set(contract.required) & {header.lower() for header in source.headers}) / len(contract.required)


def _header_below(source: Source, contracts: Collection[Contract]) -> HitcastError | None:
    """The refusal of a file with a title or a comment above its header; none if the header is not there either."""
    tried = [source.mapping, *(replace(source.mapping, delimiter=mark) for mark in DELIMITERS)]
    for mapping in tried if source.mapping.columns is None else tried[:1]:
        for number, headers in enumerate(first_lines(source.path, mapping), 1):
            for contract in contracts:
                if number > 1 and not places_of(headers, contract, mapping)[1]:
                    above = "the line" if number == 2 else f"the {number - 1} lines"
                    cure = f"Remove {above} above it, or write `header: {number}` in the mapping"
                    return HitcastError(f"has its header in line {number}, not in the first", source.name, cure)
    return None


def _lacks(source: Source, lacking: list[str], table: str, places: dict[str, int]) -> HitcastError:
    """The refusal of a file without required columns, with those of like names that feed nothing else."""
    hints, used = [], {source.headers[place] for place in places.values()}
    for name in lacking:
        lowered = {header.lower(): header for header in reversed(source.headers) if header and header not in used}
        close = difflib.get_close_matches(name.lower(), lowered, n=1)
        if close:
            hints.append(f"is {lowered[close[0]]!r} what {table} calls {name!r}?")
    word = "column" if len(lacking) == 1 else "columns"
    what = f"lacks the required {word} {', '.join(lacking)} ({table}); found {_listed(source.headers)}"
    cure = (
        "Name the vendor's column in a mapping"
        if source.mapping.columns is None
        else "Correct `columns:` in the mapping"
    )
    return HitcastError(what, source.name, f"{cure}: {' '.join(hints)}" if hints else cure)


def _listed(headers: Sequence[str]) -> str:
    return shown(", ".join(headers[:MAX_LISTED])[:MAX_TEXT]) + (", ..." if len(headers) > MAX_LISTED else "")
