"""JSON files, one object a line or a list of objects: read by DuckDB, their fields as columns."""

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import cast

import duckdb
from duckdb.sqltypes import DuckDBPyType

from hitcast.core.errors import HitcastError
from hitcast.core.sql import Sql, fill, joined, literal, quoted
from hitcast.ingest.finding import escape_glob, name_of, shown
from hitcast.ingest.mapping import TableMapping
from hitcast.ingest.texts import CHUNK, UTF_16_MARKS, clear_failures, open_binary

NATIVE = ("BIGINT", "UBIGINT", "HUGEINT", "DOUBLE", "BOOLEAN")
# Dates and ids stay as they are written: how they are read is for the mapping to say.
READ = Sql("read_json($path, format = 'auto', sample_size = -1, map_inference_threshold = -1")


LISTS = ("data", "rows", "items", "results", "result", "records", "list", "report", "entries", "values", "данные")
"""How vendors call the list of the rows."""
SHAPES = (
    "JSON is read as one object a row, or as one object with one list of them; a field within one as `metrics.plays`"
)


@dataclass(frozen=True)
class Plan:
    """How the objects of a file become rows.

    Attributes:
        columns: Name, DuckDB type and SQL of each column.
        declared: DuckDB type by name of the objects' own fields, as they are to be read.
        rows: Field that is the list of the rows, of a file that is one object; empty where each object is a row.
    """

    columns: tuple[tuple[str, str, str], ...]
    declared: tuple[tuple[str, str], ...]
    rows: str = ""


def json_columns(path: Path, mapping: TableMapping) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Names of the columns of a file's objects, and their DuckDB types: text where they are of several.

    A field that holds fields is one column for each of these, as `metrics.plays`.

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
    columns = _plan(path, _stamp(path)).columns
    return tuple(name for name, _, _ in columns), tuple(kind for _, kind, _ in columns)


def _stamp(path: Path) -> tuple[int, int]:
    status = path.stat()
    return status.st_size, status.st_mtime_ns


@lru_cache(maxsize=1024)
def _plan(path: Path, stamp: tuple[int, int]) -> Plan:
    """How a file's objects become rows, by a look at all of them; `stamp` tells a file that was written to."""
    with duckdb.connect() as connection:
        described = _executed(connection, fill("select * from {read}) limit 2", read=READ), path)
        names = [str(column[0]) for column in described.description or ()]
        types = [column[1] for column in described.description or ()]
        is_one = len(described.fetchall()) == 1
    if names == ["json"] and str(types[0]) == "JSON":
        raise HitcastError("holds no JSON objects", name_of(path), "One object a line, or a list of them, is read")
    for name, base in ((name, re.sub(r"_\d+$", "", name)) for name in names):
        if name != base and base.casefold() in {other.casefold() for other in names}:
            _check_case(path, name, base)
    lists = [i for i, kind in enumerate(types) if kind.id == "list" and _parts(kind)[0][1].id == "struct"]
    rows = names[lists[0]] if is_one and len(lists) == 1 else ""
    # a row may have a list of its own, such as artists: that of the rows is called so, or says more than the object
    if rows and rows.casefold() not in LISTS and len(_parts(_parts(types[lists[0]])[0][1])) <= len(names):
        rows = ""
    fields = [(name, kind, str(quoted(name))) for name, kind in zip(names, types, strict=True) if name != rows]
    if rows:
        inner = _parts(_parts(types[lists[0]])[0][1])
        own = {name.casefold() for name, _ in inner}
        fields = [(f"file.{name}" if name.casefold() in own else name, kind, value) for name, kind, value in fields]
        fields += [(name, kind, f"row_of_list.{quoted(name)}") for name, kind in inner]
    columns: list[tuple[str, str, str]] = []
    for name, kind, value in fields:
        parts = _parts(kind) if kind.id == "struct" else []
        columns += [(f"{name}.{part}", _shown(of), f"{value}.{quoted(part)}") for part, of in parts]
        columns += [] if parts else [(name, _shown(kind), value)]
    declared = [(name, _read_as(kind, 3 if name == rows else 1)) for name, kind in zip(names, types, strict=True)]
    return Plan(tuple(columns), tuple(declared), rows)


def _parts(kind: DuckDBPyType) -> list[tuple[str, DuckDBPyType]]:
    """Name and type of each field of a struct; of the elements of a list."""
    return cast(list[tuple[str, DuckDBPyType]], kind.children)


def _shown(kind: DuckDBPyType) -> str:
    """A column's type as it is once it is read; of what is nested, its own, by which it is refused."""
    text = str(kind)
    return text if text in NATIVE or kind.id in ("struct", "list", "map") else "VARCHAR"


def _read_as(kind: DuckDBPyType, depth: int) -> str:
    """The type to read a field as: fields within it to a depth, what lies deeper as text."""
    if kind.id == "struct" and depth:
        return f"STRUCT({', '.join(f'{quoted(name)} {_read_as(of, depth - 1)}' for name, of in _parts(kind))})"
    if kind.id == "list" and depth > 1:
        return f"{_read_as(_parts(kind)[0][1], depth - 1)}[]"
    return str(kind) if str(kind) in NATIVE else "VARCHAR"


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


def write_objects(path: Path, target: Path) -> None:
    """Writes a file's objects as Parquet, columns c0, c1, ...; what is nested as its text.

    Raises:
        HitcastError: It cannot be read.
    """
    plan = _plan(path, _stamp(path))
    declared = joined(Sql(f"{literal(name)}: {literal(kind)}") for name, kind in plan.declared)
    columns = joined(Sql(f"{value} as c{i}") for i, (_, _, value) in enumerate(plan.columns))
    read = fill("{read}, columns = {{declared}})", read=READ, declared=declared)
    if plan.rows:
        read = fill("(select *, unnest({rows}) as row_of_list from {read})", rows=quoted(plan.rows), read=read)
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
