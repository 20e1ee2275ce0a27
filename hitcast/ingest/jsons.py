"""JSON files, one object a line or a list of objects: read by DuckDB, their fields as columns."""

import re
from pathlib import Path

import duckdb

from hitcast.core.errors import HitcastError
from hitcast.core.sql import Sql, fill, joined, literal, quoted
from hitcast.ingest.finding import escape_glob, name_of, shown
from hitcast.ingest.mapping import TableMapping
from hitcast.ingest.texts import CHUNK, UTF_16_MARKS, clear_failures, open_binary

NATIVE = ("BIGINT", "UBIGINT", "HUGEINT", "DOUBLE", "BOOLEAN")
NESTED = ("STRUCT", "MAP")
# Dates and ids stay as they are written: how they are read is for the mapping to say.
READ = Sql("read_json($path, format = 'auto', sample_size = -1, map_inference_threshold = -1")


def json_columns(path: Path, mapping: TableMapping) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Names of the fields of a file's objects, and their DuckDB types: text where they are of several.

    Raises:
        HitcastError: It is empty, cut off, or holds no objects.
    """
    with clear_failures(path, mapping), open_binary(path) as file:
        start = file.read(512).lstrip()
    if start[:2] in UTF_16_MARKS:
        raise HitcastError("is JSON in UTF-16", name_of(path), "Ask for it in UTF-8")
    if not start:
        raise HitcastError("is empty", name_of(path), "Ask for it again")
    if start[:1] not in (b"{", b"[") and not start.startswith(b"\xef\xbb\xbf"):
        raise HitcastError("holds no JSON objects", name_of(path), "One object a line, or a list of them, is read")
    with duckdb.connect() as connection:
        described = _executed(connection, fill("describe from {read})", read=READ), path).fetchall()
    names = tuple(str(row[0]) for row in described)
    types = tuple(str(row[1]) for row in described)
    if names == ("json",) and types[0] == "JSON":
        raise HitcastError("holds no JSON objects", name_of(path), "One object a line, or a list of them, is read")
    for name, base in ((name, re.sub(r"_\d+$", "", name)) for name in names):
        if name != base and base.casefold() in {other.casefold() for other in names}:
            _check_case(path, name, base)
    return names, tuple(
        kind if kind in NATIVE or kind.startswith(NESTED) or kind.endswith("]") else "VARCHAR" for kind in types
    )


def _check_case(path: Path, name: str, base: str) -> None:
    """Refuses fields whose names differ by case only: DuckDB numbers the second, and would then not find it."""
    with open_binary(path) as file:
        is_there, rest = False, b""
        while not is_there and (block := file.read(CHUNK)):
            is_there = f'"{name}"'.encode() in rest + block
            rest = block[-len(name) * 4 :]
    if not is_there:
        what = f"has fields called {base} in several cases"
        raise HitcastError(shown(what), name_of(path), "Ask for one name")


def write_objects(path: Path, names: tuple[str, ...], types: tuple[str, ...], target: Path) -> None:
    """Writes a file's objects as Parquet, columns c0, c1, ...; what is nested as its text.

    Raises:
        HitcastError: It cannot be read.
    """
    declared = joined(
        Sql(f"{literal(name)}: {literal(kind if kind in NATIVE else 'VARCHAR')}")
        for name, kind in zip(names, types, strict=True)
    )
    columns = joined(Sql(f"{quoted(name)} as c{i}") for i, name in enumerate(names))
    read = fill("{read}, columns = {{declared}})", read=READ, declared=declared)
    query = fill("copy (select {columns} from {read}) to $target (format parquet)", columns=columns, read=read)
    with duckdb.connect() as connection:
        _executed(connection, query, path, target=str(target))


def _executed(
    connection: duckdb.DuckDBPyConnection, query: Sql, path: Path, **parameters: str
) -> duckdb.DuckDBPyConnection:
    try:
        return connection.execute(query, {"path": escape_glob(path), **parameters})
    except (duckdb.InvalidInputException, duckdb.IOException) as error:
        what = f"is no readable JSON file ({shown(str(error).splitlines()[0])[:200]})"
        raise HitcastError(what, name_of(path), "Ask for it again") from None
