"""Keys of a mapping that say how a file is laid out and how its values are written, checked as they are read."""

import re
from dataclasses import dataclass
from datetime import date
from typing import Any

import duckdb

from hitcast.core.errors import HitcastError
from hitcast.ingest.contract import Contract

SERIALS = ("unix_seconds", "unix_milliseconds", "excel_serial")
UNITS: tuple[str, ...] = ("seconds", "milliseconds", "minutes", "days")
SCALES = ("ones", "thousands", "millions")
UNITS_EXAMPLE = "{duration_seconds: milliseconds, streams: thousands}"
DAY_PARTS = set("djcxDF")
"""Parts of a date format that say which day it is."""
YEAR_CURE = "Ask for dates with their year, or map `year`, which stands behind each date, as in %d.%m %Y"
YEAR_PARTS = set("YyGcxDF")
PLACES = ("file_name", "folder", "above_header")


@dataclass(frozen=True)
class Capture:
    """A value that no column holds: group 1 of a regular expression.

    Attributes:
        place: file_name, folder (name of the one that holds the file) or above_header.
        pattern: The regular expression.
    """

    place: str
    pattern: str


@dataclass(frozen=True)
class Unpivot:
    """Columns that become rows.

    Attributes:
        columns: Regular expression of their whole headers; group 1, if there is one, is what a header says.
        names: Contract column of what the headers say.
        values: Contract column of what the cells hold.
    """

    columns: str
    names: str
    values: str


def split_columns(columns: Any, where: str) -> tuple[dict[str, str | tuple[str, ...]] | None, dict[str, Capture]]:
    """The `columns:` of a mapping as headers by contract column, and what comes from elsewhere than a column.

    Raises:
        HitcastError: A value is neither a name, nor a list of names, nor a place with a regular expression.
    """
    if columns is None:
        return None, {}
    if not isinstance(columns, dict):
        raise HitcastError("is not a YAML mapping", where, "Write it as in {stream_date: Дата, streams: Прослушивания}")
    headers: dict[str, str | tuple[str, ...]] = {}
    captures: dict[str, Capture] = {}
    for name, value in columns.items():
        place = f"{where}, {name}"
        if isinstance(value, dict):
            if len(value) != 1 or next(iter(value)) not in PLACES:
                cure = f"Write one of {', '.join(PLACES)}, with a regular expression"
                raise HitcastError("does not say where the value is", place, cure)
            [(kind, pattern)] = value.items()
            _regex(pattern, place, groups=1)
            captures[str(name)] = Capture(kind, pattern)
        elif isinstance(value, list):
            if not value:
                raise HitcastError("is an empty list", place, "Name a column of the file, or leave it out")
            if not all(isinstance(item, str) for item in value):
                raise HitcastError("is not a list of column names", place, "Put each in quotes")
            headers[str(name)] = tuple(value)
        else:
            headers[str(name)] = text_of(value, place)
    return headers, captures


def shape_of(entry: dict[str, Any], contract: Contract, where: str) -> dict[str, Any]:
    """Fields of a `TableMapping` for the keys of the layout and of values.

    Raises:
        HitcastError: A key says something that cannot be.
    """
    fields: dict[str, Any] = {}
    given = {key: value for key, value in entry.items() if value is not None}
    if "header" in given:
        fields["header"] = given["header"]
        if isinstance(given["header"], bool) or not isinstance(given["header"], int | str) or given["header"] == "":
            raise HitcastError("header is neither a line number nor a cell's text", where)
        if isinstance(given["header"], int) and given["header"] < 1:
            raise HitcastError("header is below 1, the first line", where)
    if "skip" in given:
        if not isinstance(given["skip"], list):
            raise HitcastError("is not a list of regular expressions", f"{where}, skip", 'Write it as in ["^Total"]')
        fields["skip"] = tuple(_regex(pattern, f"{where}, skip") for pattern in given["skip"])
    if "comment" in given:
        fields["comment"] = text_of(given["comment"], f"{where}, comment")
    if "fill_down" in given:
        if not isinstance(given["fill_down"], bool):
            raise HitcastError(f"fill_down {given['fill_down']!r} is neither true nor false", where)
        fields["fill_down"] = given["fill_down"]
    if "record_type" in given:
        fields["record_type"] = _record_type(given["record_type"], f"{where}, record_type")
    if "unpivot" in given:
        fields["unpivot"] = _unpivot(given["unpivot"], contract, f"{where}, unpivot")
    return fields | _value_keys(given, contract, where)


def _value_keys(given: dict[str, Any], contract: Contract, where: str) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    if isinstance(given.get("date_format"), dict):
        known = {column.name for column in contract.delivered if column.data_type == "date"}
        fields["date_formats"] = {
            name: text_of(value, f"{where}, date_format, {name}")
            for name, value in _dict_of(
                given["date_format"], known, f"{where}, date_format", "{release_date: '%Y'}"
            ).items()
        }
    if "partial_dates" in given:
        if given["partial_dates"] != "first_day":
            raise HitcastError(f"partial_dates {given['partial_dates']!r} is not first_day", where)
        if contract.day_column:
            raise HitcastError(f"partial_dates are for the catalog: {contract.table} has days", where)
        fields["partial_dates"] = "first_day"
    if "shorthand" in given:
        if not isinstance(given["shorthand"], bool):
            raise HitcastError(f"shorthand {given['shorthand']!r} is neither true nor false", where)
        fields["shorthand"] = given["shorthand"]
    if "suppressed" in given:
        counts = _dict_of(given["suppressed"], None, f"{where}, suppressed", '{"<5": 2}')
        for theirs, ours in counts.items():
            if ours is not None and (isinstance(ours, bool) or not isinstance(ours, int)):
                raise HitcastError(f"{ours!r} is neither a whole number nor null", f"{where}, suppressed, {theirs}")
        fields["suppressed"] = {str(theirs): None if ours is None else str(ours) for theirs, ours in counts.items()}
    if "units" in given:
        units = {column.name: UNITS for column in contract.delivered if column.name.endswith("_seconds")}
        units |= {column.name: SCALES for column in contract.delivered if column.may_be_scaled}
        fields["units"] = _dict_of(given["units"], set(units), f"{where}, units", UNITS_EXAMPLE)
        for name, unit in fields["units"].items():
            if unit not in units[name]:
                what = f"no such unit of {name}: {unit}"
                raise HitcastError(what, f"{where}, units", f"Units are: {', '.join(units[name])}")
    return fields


def check_date_format(text: str, where: str) -> None:
    """Refuses what is no format of dates.

    Raises:
        HitcastError: It is no strptime format of a day and none of the serial ones.
    """
    cure = f'Write it as in "%d.%m.%Y", or {", ".join(SERIALS)}'
    if text in SERIALS:
        return
    if "%" not in text:
        raise HitcastError(f"date_format {text!r} names no part of a date", where, cure)
    try:
        duckdb.execute("select try_strptime('', ?)", [text]).fetchall()
    except duckdb.Error:
        raise HitcastError(f"date_format {text!r} is none", where, cure) from None


def check_day(style: str, contract: Contract, where: str) -> None:
    """Refuses a format that does not fit: a day column needs a day, any a year, and an offset is the end of it.

    Raises:
        HitcastError: It does not say which day it is, or of which year, or goes on after the offset.
    """
    parts = set(re.findall(r"%[-#]?(.)", style))
    if parts and not parts & YEAR_PARTS:
        raise HitcastError(f"date_format {style!r} names no year", where, YEAR_CURE)
    if contract.day_column and parts and not parts & DAY_PARTS:
        what = f"date_format {style!r} names no day, and {contract.day_column} is one"
        raise HitcastError(what, where, "A report by month or year cannot feed a table of days: ask for the days")
    if "z" in parts and not style.endswith("%z"):
        raise HitcastError(f"date_format {style!r} goes on after %z", where, "Only its end can be %z")


def text_of(value: Any, where: str) -> str:
    """A scalar as text; YAML reads an unquoted NO or Yes as a truth value, so that only quoting tells what was meant.

    Raises:
        HitcastError: It is no text.
    """
    if isinstance(value, bool) or not isinstance(value, str | int | float | date):
        is_nested = value is None or isinstance(value, list | dict)
        raise HitcastError(f"{value!r} is not text", where, "Write one text" if is_nested else "Put it in quotes")
    return str(value)


def _regex(pattern: Any, where: str, groups: int = 0) -> str:
    try:
        compiled = re.compile(pattern)
    except (re.error, TypeError) as error:
        raise HitcastError(f"{pattern!r} is no regular expression ({error})", where) from None
    if compiled.groups < groups:
        raise HitcastError(f"{pattern!r} has no group: put ( ) around the value", where)
    return str(pattern)


def _record_type(value: Any, where: str) -> tuple[int | str, str]:
    value = _dict_of(value, {"column", "value"}, where, "{column: 1, value: AS02}")
    if set(value) != {"column", "value"}:
        raise HitcastError("needs a column and a value", where, "Write {column: 1, value: AS02}")
    column = value["column"]
    if isinstance(column, bool) or not isinstance(column, int | str) or (isinstance(column, int) and column < 1):
        raise HitcastError("column is neither its place, from 1, nor its name", where)
    return column, text_of(value["value"], where)


def _unpivot(value: Any, contract: Contract, where: str) -> Unpivot:
    example = "{columns: a regular expression, names: a column of ours, values: another}"
    value = _dict_of(value, {"columns", "names", "values"}, where, example)
    if len(value) != 3:
        raise HitcastError("needs columns, names and values", where, f"Write {example}")
    for part in ("names", "values"):
        if value[part] not in {column.name for column in contract.delivered}:
            names = ", ".join(column.name for column in contract.delivered)
            raise HitcastError(f"has no column {value[part]}", f"{where}, {part}", f"Columns are: {names}")
    if value["names"] == value["values"]:
        raise HitcastError("has the same column for names and values", where)
    return Unpivot(_regex(value["columns"], f"{where}, columns"), value["names"], value["values"])


def _dict_of(value: Any, known: set[str] | None, where: str, example: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise HitcastError("is not a YAML mapping", where, f"Write it as in {example}")
    unknown = sorted(str(key) for key in value if known is not None and key not in known)
    if unknown:
        raise HitcastError(f"does not know {', '.join(unknown)}", where, f"Known are: {', '.join(sorted(known or ()))}")
    return {str(key): item for key, item in value.items()}
