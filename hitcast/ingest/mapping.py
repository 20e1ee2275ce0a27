"""Mapping files: how one vendor's exports translate into the raw tables."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any
from zoneinfo import available_timezones

import yaml

from hitcast.core.errors import HitcastError
from hitcast.core.home import PROJECT_DIR
from hitcast.ingest.contract import Contract

MAPPINGS_DIR = PROJECT_DIR / "hitcast" / "ingest" / "mappings"

TEXTS = ("encoding", "delimiter", "decimal", "thousands", "date_format", "sheet", "timezone")
DAY_PARTS = set("djcxDF")
"""Parts of a date format that say which day it is."""
CHOICES = {"combine": ("sum", "same"), "corrections": ("net",)}


@dataclass(frozen=True)
class TableMapping:
    """How files of one shape feed one raw table.

    Attributes:
        table: Raw table.
        files: Globs on a file's name; empty where the file was recognized by its columns.
        encoding: Python's name of the text encoding of CSV files; a byte order mark is dropped.
        delimiter: Field separator of CSV files.
        decimal: Decimal mark of numbers kept as text.
        thousands: Thousands separator of numbers kept as text; empty for none.
        date_format: strptime format of dates kept as text.
        sheet: Sheet of an XLSX file; empty where there is only one.
        columns: Vendor's header by contract column; None where headers are the contract's own names.
        constants: Value, as text, by contract column that no file carries.
        values: Ours by the vendor's value, by contract column; None for no value.
        combine: `sum` where rows of one key add up; `same` where those that agree in what is mapped are repeats; empty
            where they must not differ.
        corrections: `net` where negative rows correct others of their key; empty where they are rejected.
        timezone: The platform's, such as Europe/Moscow: a time with an offset lands on its day there; empty for the day
            as it is written.
    """

    table: str
    files: tuple[str, ...] = ()
    encoding: str = "utf-8"
    delimiter: str = ","
    decimal: str = "."
    thousands: str = ""
    date_format: str = "%Y-%m-%d"
    sheet: str = ""
    columns: dict[str, str] | None = None
    constants: dict[str, str] = field(default_factory=dict)
    values: dict[str, dict[str, str | None]] = field(default_factory=dict)
    combine: str = ""
    corrections: str = ""
    timezone: str = ""

    @property
    def adds_up(self) -> bool:
        """Whether several rows may make one."""
        return self.combine == "sum" or bool(self.corrections)

    def header_of(self, column: str) -> str | None:
        """The vendor's header that feeds a contract column; None where nothing does."""
        return column if self.columns is None else self.columns.get(column)


@dataclass(frozen=True)
class Mapping:
    """One mapping file.

    Attributes:
        name: File it was read from.
        tables: How each table is fed.
        ignore: Globs of files to leave alone.
    """

    name: str
    tables: tuple[TableMapping, ...]
    ignore: tuple[str, ...] = ()


def load_mapping(reference: str | Path, contracts: dict[str, Contract]) -> Mapping:
    """Reads and checks a mapping file.

    Args:
        reference: Path of a YAML file, or the bare name of one in `hitcast/ingest/mappings/`.
        contracts: Contract by table name.

    Returns:
        The mapping.

    Raises:
        HitcastError: The file is missing, is no YAML, or says something that does not fit the contracts.
    """
    path = Path(reference)
    bare = path.suffix == "" and path.name == str(reference)
    if bare:
        path = MAPPINGS_DIR / f"{reference}.yml"
    if not path.is_file():
        ready = ", ".join(sorted(file.stem for file in MAPPINGS_DIR.glob("*.yml"))) or "none"
        cure = f"Name a YAML file, or one of the ready mappings: {ready}"
        raise HitcastError("no such mapping", str(reference if bare else path), cure)
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise HitcastError(f"is not valid YAML ({' '.join(str(error).split())})", str(path)) from None
    _check_keys(content, {"description", "tables", "ignore"}, str(path))
    if not isinstance(content.get("tables"), dict):
        raise HitcastError("has no `tables:`", str(path), "See docs/ingest.md for a whole example")
    tables = tuple(_table(name, entry, contracts, str(path)) for name, entry in content["tables"].items())
    return Mapping(str(path), tables, _globs(content.get("ignore", []), f"{path}, ignore"))


def claim(name: str, mappings: Iterable[Mapping]) -> TableMapping | None:
    """The table mapping whose globs match a file's name; None if none does.

    Raises:
        HitcastError: Several do.
    """
    claims = [
        (mapping, table)
        for mapping in mappings
        for table in mapping.tables
        if any(fnmatchcase(name, pattern) for pattern in table.files)
    ]
    if len(claims) > 1:
        claimed_by = " and ".join(f"{table.table} ({mapping.name})" for mapping, table in claims)
        raise HitcastError(f"is claimed by {claimed_by}", name, "Narrow the `files:` of the mappings")
    return claims[0][1] if claims else None


def is_ignored(name: str, mappings: Iterable[Mapping]) -> bool:
    """Whether some mapping says to leave a file of this name alone."""
    return any(fnmatchcase(name, pattern) for mapping in mappings for pattern in mapping.ignore)


def _table(name: str, entry: Any, contracts: dict[str, Contract], path: str) -> TableMapping:
    where = f"{path}, {name}"
    if name not in contracts:
        raise HitcastError("no such raw table", where, f"Tables are: {', '.join(contracts)}")
    _check_keys(entry, set(TableMapping.__dataclass_fields__) - {"table"}, where)
    texts = {key: _text(entry[key], f"{where}, {key}") for key in (*TEXTS, *CHOICES) if entry.get(key) is not None}
    mapping = TableMapping(
        table=name,
        files=_globs(entry.get("files", []), f"{where}, files"),
        columns=None if entry.get("columns") is None else _texts(entry["columns"], f"{where}, columns"),
        constants=_texts(entry.get("constants") or {}, f"{where}, constants"),
        values={
            column: _words(values, f"{where}, values, {column}")
            for column, values in (entry.get("values") or {}).items()
        },
        **texts,
    )
    _check(mapping, contracts[name], where)
    return mapping


def _check(mapping: TableMapping, contract: Contract, where: str) -> None:
    if not mapping.files:
        raise HitcastError("names no files", where, 'Add `files: ["*.csv"]`, a glob on the file name')
    names = ", ".join(column.name for column in contract.delivered)
    for part in ("columns", "constants", "values"):
        for column in getattr(mapping, part) or {}:
            if contract.column(column) is None:
                raise HitcastError(f"has no column {column}", f"{where}, {part}", f"Columns are: {names}")
    twice = set(mapping.columns or {}) & set(mapping.constants)
    if twice:
        raise HitcastError(f"{', '.join(sorted(twice))} is both mapped and constant", where, "Keep one of the two")
    if mapping.columns is not None:
        lacking = [name for name in contract.required if name not in {*mapping.columns, *mapping.constants}]
        if lacking:
            raise HitcastError(f"does not say where {', '.join(lacking)} comes from", where, "Add it to `columns:`")
    _check_choices(mapping, contract, where)
    _check_day(mapping, contract, where)
    try:
        "".encode(mapping.encoding)
    except LookupError:
        raise HitcastError(f"no such encoding: {mapping.encoding}", where, "Try utf-8, cp1251 or utf-16") from None
    if len(mapping.delimiter) != 1 or mapping.delimiter in '"\r\n':
        raise HitcastError(f"delimiter {mapping.delimiter!r} is not one character", where)
    if len(mapping.decimal) != 1 or mapping.decimal == mapping.thousands or len(mapping.thousands) > 1:
        raise HitcastError("decimal and thousands must be two different characters", where)
    if "%" not in mapping.date_format:
        cure = 'Write it as in "%d.%m.%Y"'
        raise HitcastError(f"date_format {mapping.date_format!r} names no part of a date", where, cure)


def _check_day(mapping: TableMapping, contract: Contract, where: str) -> None:
    """A day column needs a day, and a time with an offset is of one day only."""
    parts = set(re.findall(r"%[-#]?(.)", mapping.date_format))
    if contract.day_column and parts and not parts & DAY_PARTS:
        what = f"date_format {mapping.date_format!r} names no day, and {contract.day_column} is one"
        raise HitcastError(what, where, "A report by month or year cannot feed a table of days: ask for the days")
    if "z" in parts and not mapping.date_format.endswith("%z"):
        raise HitcastError(f"date_format {mapping.date_format!r} goes on after %z", where, "Only its end can be %z")
    if mapping.timezone and mapping.timezone not in available_timezones():
        raise HitcastError(f"no such timezone: {mapping.timezone}", where, "Write it as in Europe/Moscow")


def _check_choices(mapping: TableMapping, contract: Contract, where: str) -> None:
    for key, choices in CHOICES.items():
        given = getattr(mapping, key)
        if given and given not in choices:
            raise HitcastError(f"{key} {given!r} is not known", where, f"Known is {' or '.join(choices)}")
        if given and contract.day_column is None:
            raise HitcastError(f"{key} is for tables that are landed by day", where, "Leave it out")


def _check_keys(content: Any, known: set[str], where: str) -> None:
    if not isinstance(content, dict):
        raise HitcastError("is not a YAML mapping", where, "See docs/ingest.md for a whole example")
    unknown = sorted(str(key) for key in content if key not in known)
    if unknown:
        raise HitcastError(f"does not know {', '.join(unknown)}", where, f"Known are: {', '.join(sorted(known))}")


def _globs(value: Any, where: str) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise HitcastError("is not a list of file name globs", where, 'Write it as in ["*.csv"]')
    return tuple(value)


def _texts(values: Any, where: str) -> dict[str, str]:
    if not isinstance(values, dict):
        raise HitcastError("is not a YAML mapping", where)
    return {_text(key, where): _text(value, where) for key, value in values.items()}


def _words(values: Any, where: str) -> dict[str, str | None]:
    if not isinstance(values, dict):
        raise HitcastError("is not a YAML mapping", where)
    return {_text(key, where): None if value is None else _text(value, where) for key, value in values.items()}


def _text(value: Any, where: str) -> str:
    # YAML reads an unquoted NO (Norway) or Yes as a truth value: only quoting tells what was meant.
    if isinstance(value, bool) or not isinstance(value, str | int | float | date):
        raise HitcastError(f"{value!r} is not text", where, "Put it in quotes")
    return str(value)
