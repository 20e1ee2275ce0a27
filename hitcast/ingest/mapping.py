"""Mapping files: how one vendor's exports translate into the raw tables."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any
from zoneinfo import available_timezones

from hitcast.core.errors import HitcastError
from hitcast.core.home import PROJECT_DIR
from hitcast.core.yamls import read_yaml
from hitcast.ingest.contract import Contract
from hitcast.ingest.shape_keys import Capture, Unpivot, check_date_format, check_day, shape_of, split_columns
from hitcast.ingest.shape_keys import text_of as _text

MAPPINGS_DIR = PROJECT_DIR / "hitcast" / "ingest" / "mappings"

TEXTS = ("encoding", "delimiter", "decimal", "thousands", "date_format", "sheet", "timezone")
CHOICES = {
    "combine": ("sum", "same"),
    "corrections": ("net",),
    "counts": ("cumulative",),
    "empty": ("no_activity",),
    "codes": ("own",),
    "period": ("day",),
}
YEAR = "year"
"""What `columns:` may take from a name or from above the header, and `constants:` give, of dates without their year."""


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
        date_format: strptime format of dates kept as text, or one of `shape_keys.SERIALS`.
        date_formats: The same by contract column, where they differ.
        partial_dates: `first_day` where a month or a year stands for its first day; empty where it is no date.
        shorthand: Whether counts may be written like 1.2K or 3,4 млн.
        suppressed: What a suppressed count, such as `<5`, stands for; None for no value.
        units: Unit of a duration by contract column: seconds, milliseconds or minutes.
        header: Line of the header, from 1, or the text of one of its cells.
        skip: Regular expressions; a line that one is found in is no row.
        comment: Lines that begin so are left out; empty for none.
        record_type: Column (its place from 1, or its name) and the value that rows have there; None where all are rows.
        fill_down: Whether an empty cell of what tells rows apart is that of the row above it.
        sheet: Sheet of a workbook; empty where there is only one.
        columns: Vendor's header, or several to look for, by contract column; None where headers are the contract's
            own names.
        captures: What comes from elsewhere than a column, by contract column.
        constants: Value, as text, by contract column that no file carries.
        values: Ours by the vendor's value, by contract column; None for no value.
        unpivot: Which columns become rows; None where each line is one.
        combine: `sum` where rows of one key add up; `same` where those that agree in what is mapped are repeats; empty
            where they must not differ.
        corrections: `net` where negative rows correct others of their key; empty where they are rejected.
        counts: `cumulative` where counts are totals since release; empty where they are of the day.
        empty: `no_activity` where a file with a header alone says that nothing happened on its day; empty where it is
            refused.
        codes: `own` where a code of another form than the others is the label's own; empty where it is a slip.
        period: `day` where each row is known to be of one day, whatever headers and distances of days look like.
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
    date_formats: dict[str, str] = field(default_factory=dict)
    partial_dates: str = ""
    shorthand: bool = False
    suppressed: dict[str, str | None] = field(default_factory=dict)
    units: dict[str, str] = field(default_factory=dict)
    header: int | str = 1
    skip: tuple[str, ...] = ()
    comment: str = ""
    record_type: tuple[int | str, str] | None = None
    fill_down: bool = False
    sheet: str = ""
    columns: dict[str, str | tuple[str, ...]] | None = None
    captures: dict[str, Capture] = field(default_factory=dict)
    constants: dict[str, str] = field(default_factory=dict)
    values: dict[str, dict[str, str | None]] = field(default_factory=dict)
    unpivot: Unpivot | None = None
    combine: str = ""
    corrections: str = ""
    counts: str = ""
    empty: str = ""
    timezone: str = ""
    codes: str = ""
    period: str = ""

    @property
    def adds_up(self) -> bool:
        """Whether several rows may make one."""
        return self.combine == "sum" or bool(self.corrections)

    def claims(self, name: str) -> bool:
        """Whether a file of this name is meant."""
        return any(fnmatchcase(name, pattern) for pattern in self.files)

    def header_of(self, column: str) -> str | tuple[str, ...] | None:
        """The vendor's header, or several, that feeds a contract column; None where nothing does."""
        return column if self.columns is None else self.columns.get(column)

    def format_of(self, column: str) -> str:
        """The format of a column's dates."""
        return self.date_formats.get(column, self.date_format)


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
    content = read_yaml(path)
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
    claims = [(mapping, table) for mapping in mappings for table in mapping.tables if table.claims(name)]
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
    _check_keys(entry, set(TableMapping.__dataclass_fields__) - {"table", "captures", "date_formats"}, where)
    given = {key: value for key, value in entry.items() if value is not None}
    texts: dict[str, Any] = {
        key: _text(given[key], f"{where}, {key}")
        for key in (*TEXTS, *CHOICES)
        if key in given and not (key == "date_format" and isinstance(given[key], dict))
    }
    constants = _mapping(given.get("constants", {}), f"{where}, constants", "{territory: RU}")
    columns, captures = split_columns(entry.get("columns"), f"{where}, columns")
    mapping = TableMapping(
        table=name,
        files=_globs(entry.get("files", []), f"{where}, files"),
        columns=columns,
        captures=captures,
        constants={_text(name, where): _text(value, f"{where}, constants") for name, value in constants.items()},
        values={
            column: _words(values, f"{where}, values, {column}")
            for column, values in _mapping(given.get("values", {}), f"{where}, values", "{gender: {Ж: female}}").items()
        },
        **texts,
        **shape_of(entry, contracts[name], where),
    )
    _check(mapping, contracts[name], where)
    return mapping


def _check(mapping: TableMapping, contract: Contract, where: str) -> None:
    if not mapping.files:
        raise HitcastError("names no files", where, 'Add `files: ["*.csv"]`, a glob on the file name')
    names = ", ".join(column.name for column in contract.delivered)
    for part in ("columns", "captures", "constants", "values"):
        for column in getattr(mapping, part) or {}:
            is_year = column == YEAR and part in ("captures", "constants")
            if contract.column(column) is None and not is_year:
                key = "columns" if part == "captures" else part
                raise HitcastError(f"has no column {column}", f"{where}, {key}", f"Columns are: {names}")
    _check_sources(mapping, contract, where)
    _check_words(mapping, contract, where)
    _check_choices(mapping, contract, where)
    for style in (mapping.date_format, *mapping.date_formats.values()):
        check_date_format(style, where)
        check_day(style, contract, where)
    if mapping.timezone and mapping.timezone not in available_timezones():
        raise HitcastError(f"no such timezone: {mapping.timezone}", where, "Write it as in Europe/Moscow")
    try:
        "".encode(mapping.encoding)
    except LookupError:
        raise HitcastError(f"no such encoding: {mapping.encoding}", where, "Try utf-8, cp1251 or utf-16") from None
    if len(mapping.delimiter) != 1 or mapping.delimiter in '"\r\n':
        raise HitcastError(f"delimiter {mapping.delimiter!r} is not one character", where, r'Write "\t" for a tab')
    if len(mapping.decimal) != 1 or mapping.decimal == mapping.thousands or len(mapping.thousands) > 1:
        raise HitcastError("decimal and thousands must be two different characters", where)


def _check_sources(mapping: TableMapping, contract: Contract, where: str) -> None:
    """Each column comes from one place, and each required one from some."""
    made = {mapping.unpivot.names, mapping.unpivot.values} if mapping.unpivot else set()
    if again := made & {*(mapping.columns or {}), *mapping.captures, *mapping.constants}:
        raise HitcastError(f"{', '.join(sorted(again))} comes from `unpivot:` too", where, "Keep one of the two")
    twice = {*(mapping.columns or {}), *mapping.captures} & set(mapping.constants)
    if twice:
        raise HitcastError(f"{', '.join(sorted(twice))} is both mapped and constant", where, "Keep one of the two")
    if mapping.columns is not None:
        fed = {*mapping.columns, *mapping.captures, *mapping.constants, *made}
        lacking = [name for name in contract.required if name not in fed]
        if lacking:
            raise HitcastError(f"does not say where {', '.join(lacking)} comes from", where, "Add it to `columns:`")


def _check_words(mapping: TableMapping, contract: Contract, where: str) -> None:
    """What a column of few words is given must be one of them."""
    for column in contract.delivered:
        given = [mapping.constants.get(column.name), *mapping.values.get(column.name, {}).values()]
        wrong = [word for word in given if word is not None and word not in column.accepted_values]
        if column.accepted_values and wrong:
            cure = f"Words are: {', '.join(column.accepted_values)}; null for no value"
            raise HitcastError(f"{wrong[0]!r} is no {column.name}", where, cure)


def _check_choices(mapping: TableMapping, contract: Contract, where: str) -> None:
    for key, choices in CHOICES.items():
        given = getattr(mapping, key)
        if given and given not in choices:
            raise HitcastError(f"{key} {given!r} is not known", where, f"Known is {' or '.join(choices)}")
        is_repeat = given == "same" and contract.refuses_differing
        if given and key != "codes" and contract.day_column is None and not is_repeat:
            raise HitcastError(f"{key} is for tables that are landed by day", where, "Leave it out")
    if mapping.empty and contract.day_column not in mapping.captures:
        what = f"empty {mapping.empty!r} needs the day of a file without rows"
        cure = f"Take {contract.day_column} from the file's or folder's name: {{file_name: ...}} or {{folder: ...}}"
        raise HitcastError(what, where, cure)
    if mapping.empty and mapping.counts:
        raise HitcastError("empty is for daily figures: a report of totals always has rows", where, "Leave it out")


def _check_keys(content: Any, known: set[str], where: str) -> None:
    if not isinstance(content, dict):
        what = "is empty" if content is None else "is not a YAML mapping"
        raise HitcastError(what, where, "See docs/ingest.md for a whole example")
    unknown = sorted(str(key) for key in content if key not in known)
    if unknown:
        raise HitcastError(f"does not know {', '.join(unknown)}", where, f"Known are: {', '.join(sorted(known))}")


def _globs(value: Any, where: str) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise HitcastError("is not a list of file name globs", where, 'Write it as in ["*.csv"]')
    return tuple(value)


def _mapping(values: Any, where: str, example: str) -> dict[Any, Any]:
    if not isinstance(values, dict):
        raise HitcastError("is not a YAML mapping", where, f"Write it as in {example}")
    return values


def _words(values: Any, where: str) -> dict[str, str | None]:
    pairs = _mapping(values, where, "{Ж: female, М: male}").items()
    return {_text(key, where): None if value is None else _text(value, where) for key, value in pairs}
