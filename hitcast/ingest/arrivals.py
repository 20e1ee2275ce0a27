"""What a call delivers: its files found, archives unpacked, each recognized as the source of a table."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from hitcast.core.errors import HitcastError
from hitcast.ingest.archives import unpack
from hitcast.ingest.contract import Contract
from hitcast.ingest.finding import find_files, kind_of, name_of
from hitcast.ingest.mapping import Mapping, is_ignored
from hitcast.ingest.readers import Source
from hitcast.ingest.recognise import is_prose, recognise


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
        raise HitcastError("every file is on a mapping's `ignore:` list", ", ".join(map(str, paths)))
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
                sources.append(recognise(file, mappings, contracts, connection))
    if not sources:
        raise HitcastError("no file feeds a table", ", ".join(map(str, arrived.paths)), "Claim them in a mapping")
    arrived.ignored.sort()
    return sources
