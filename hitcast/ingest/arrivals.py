"""What a call delivers: its files found, archives unpacked, each recognized as the source of a table."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from hitcast.core.errors import HitcastError
from hitcast.ingest.archives import unpack
from hitcast.ingest.contract import Contract
from hitcast.ingest.finding import MAX_NAMED, find_files, kind_of, name_of, shown
from hitcast.ingest.mapping import Mapping, is_ignored
from hitcast.ingest.readers import Source
from hitcast.ingest.recognise import is_prose, recognise
from hitcast.ingest.xlsx import other_sheets


@dataclass
class Arrivals:
    """Files of one call.

    Attributes:
        paths: Files and folders that it names.
        files: What may be read of them.
        ignored: What is left alone, by the name shown to users.
    """

    paths: Sequence[Path]
    files: list[Path]
    ignored: list[str]


def arrivals(paths: Sequence[Path], mappings: Sequence[Mapping]) -> Arrivals:
    """The files that a call means.

    Raises:
        HitcastError: As `find_files`, or a mapping ignores every file.
    """
    found, others = find_files(paths)
    files = [file for file in found if not is_ignored(file.name, mappings)]
    if not files:
        cure = "Take what is meant off that list"
        raise HitcastError("every file is on a mapping's `ignore:` list", ", ".join(map(str, paths)), cure)
    return Arrivals(paths, files, [name_of(file) for file in sorted({*others, *found} - {*files})])


def sources_of(
    arrived: Arrivals,
    mappings: Sequence[Mapping],
    contracts: dict[str, Contract],
    connection: duckdb.DuckDBPyConnection,
    folder: Path,
) -> list[Source]:
    """The files as sources, those of archives unpacked; what is left alone is added to `arrived.ignored`.

    Raises:
        HitcastError: A file cannot be read or feeds no table, or none is left.
    """
    named = {path.absolute() for path in arrived.paths}
    sources = []
    for path in arrived.files:
        is_archive = kind_of(path) == "zip"
        for file in unpack(path, folder) if is_archive else [path]:
            is_none = is_archive and (kind_of(file) in (None, "zip") or is_ignored(file.name, mappings))
            if is_none or (file.absolute() not in named and is_prose(file, mappings, contracts, connection)):
                arrived.ignored.append(name_of(file))
            else:
                sources.append(source := recognise(file, mappings, contracts, connection))
                if source.kind == "workbook":
                    sheets = other_sheets(file, source.mapping, source.own_headers)
                    arrived.ignored += [shown(f"{source.name}, {sheet}") for sheet in sheets]
    if not sources:
        names = ", ".join(arrived.ignored[:MAX_NAMED])
        what = f"no file feeds a table: {names} left alone, for no column of a table is there"
        cure = "Name the file itself, or claim it in a mapping"
        raise HitcastError(what, ", ".join(map(str, arrived.paths)), cure)
    arrived.ignored.sort()
    _check_claims(sources, mappings)
    return sources


def _check_claims(sources: Sequence[Source], mappings: Sequence[Mapping]) -> None:
    """Refuses a file that goes by its own columns while a mapping of its table claims no file at all.

    Raises:
        HitcastError: There is one: what the mapping says of such files would be left out in silence.
    """
    names = {source.path.name for source in sources}
    for source in (source for source in sources if not source.mapping.files):
        for mapping in mappings:
            for entry in mapping.tables:
                is_meant = entry.table == source.mapping.table
                if is_meant and not any(entry.claims(name) for name in names):
                    what = f"is not called like files of {entry.table} in {mapping.name}: {', '.join(entry.files)}"
                    raise HitcastError(what, source.name, "Correct `files:` there, or leave that mapping out")


def unused_mappings(sources: Sequence[Source], mappings: Sequence[Mapping]) -> list[str]:
    """Mappings that claim no file, each with what it looks for and how the files are called, in one line."""
    names = sorted({source.path.name for source in sources})
    called = ", ".join(map(shown, names[:MAX_NAMED])) + (", ..." if len(names) > MAX_NAMED else "")
    return [
        f"{mapping.name} claims no file: it looks for {', '.join(globs)}; they are called {called}"
        for mapping in mappings
        if (globs := [pattern for entry in mapping.tables for pattern in entry.files])
        and not any(entry.claims(name) for entry in mapping.tables for name in names)
    ]
