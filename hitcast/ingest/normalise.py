"""SQL that turns a vendor's columns into a contract's: trimmed, translated, cast and checked, column by column."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from hitcast.core.sql import Sql, fill, fill_file, joined
from hitcast.ingest.checks import Checks, value_tests
from hitcast.ingest.contract import Column, Contract
from hitcast.ingest.countries import country_tests
from hitcast.ingest.dates import day_of
from hitcast.ingest.identifiers import ODDITIES, canonical, oddity, unwrapped
from hitcast.ingest.mapping import YEAR, TableMapping
from hitcast.ingest.notations import expanded, in_seconds, number, plain_number, scaled
from hitcast.ingest.readers import Source, relation
from hitcast.ingest.words import IS_TOTAL, TOTAL_REASON, UNFORESEEN, oddity_of_word, place_of, word_at

FLOATS = ("FLOAT", "DOUBLE")
INTEGERS = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT", "HUGEINT")
# Parquet types that need no text on their way to a contract's type.
KINDS = {
    "bigint": INTEGERS,
    "double": (*INTEGERS, *FLOATS, "DECIMAL"),
    "date": ("DATE", "TIMESTAMP", "TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS"),
    "boolean": ("BOOLEAN",),
}
ZONED = "TIMESTAMP WITH TIME ZONE"
# Whole numbers up to these are exact; a longer id in such a column has lost digits.
EXACT = {"FLOAT": 2**24, "DOUBLE": 2**53}
# Space, tab, line ends, no-break and other wide spaces, zero-width characters, byte order and direction marks.
BLANKS = " || ".join(
    f"chr({point})" for point in (32, 9, 10, 13, 160, 8199, 8239, 12288, 8203, 8288, 65279, 8206, 8207)
)


@dataclass
class Steps:
    """Expressions of the steps of `normalized.sql`; a value in them is one of the parameters of `Checks`.

    Attributes:
        trimmed: The vendor's value as a report shows it, and trimmed.
        translated: Put into the contract's words.
        plain: Without what a cast does not take.
        cast: As the contract's type, and what is odd about an id.
        problems: Branches that give the number of the first check of a required value that a row fails.
        bad_values: Branches that give the text that failed it.
        unfit: Terms that add up to the bits of the optional columns that do not fit.
        unfit_values: Branches that give the text of the first of these.
        columns: The delivered columns, of which those that do not fit are empty.
    """

    trimmed: list[Sql] = field(default_factory=lambda: [Sql("*")])
    translated: list[Sql] = field(default_factory=lambda: [Sql("*")])
    plain: list[Sql] = field(default_factory=lambda: [Sql("*")])
    cast: list[Sql] = field(default_factory=lambda: [Sql("*")])
    problems: list[Sql] = field(default_factory=lambda: [Sql("when false then 0")])
    bad_values: list[Sql] = field(default_factory=lambda: [Sql("when false then null")])
    unfit: list[Sql] = field(default_factory=lambda: [Sql("0")])
    unfit_values: list[Sql] = field(default_factory=list)
    columns: list[Sql] = field(default_factory=list)


def normalized(
    source: Source,
    contract: Contract,
    places: dict[str, int],
    checks: Checks,
    is_tame: bool = False,
    carried: Mapping[str, Sql] | None = None,
) -> Sql:
    """SQL of one shape of files as rows of a raw table.

    Args:
        source: A file of that shape.
        contract: The raw table.
        places: Place of the vendor's column by contract column.
        checks: Extended by the checks and parameters of this query.
        is_tame: Whether its files are known to hold none of `readers.WILD`: most checks of text are then cheaper.
        carried: More to select, by name: the hash by which repeats are known, what the vendor writes for a day.

    Returns:
        A select of v0, v1, ... (the delivered columns in contract order and type), file_number (place in $paths plus
        $first_file), problem (0, or the number of the first failed check of a required value), unfit (a bit for each
        optional column, by its place, whose value did not fit), bad_value (the first such text), and what is carried.
    """
    steps = Steps()
    for i, column in enumerate(contract.delivered):
        rejects = column.required or column.name in contract.any_of
        _add_column(steps, i, column, places.get(column.name), source, checks, is_tame, rejects)
    if contract.any_of:
        _add_any_of(steps, contract, checks)
    _add_orders(steps, contract, checks)
    return fill_file(
        __file__,
        "normalized",
        files=relation(source),
        trimmed=joined(steps.trimmed),
        translated=joined(steps.translated),
        plain=joined(steps.plain),
        cast=joined(steps.cast),
        problems=joined(steps.problems, " "),
        bad_values=joined([*steps.bad_values, *steps.unfit_values], " "),
        unfit=joined(steps.unfit, " + "),
        columns=joined(steps.columns),
        carried=joined((Sql(f", {value} as {name}") for name, value in (carried or {}).items()), ""),
    )


def _add_any_of(steps: Steps, contract: Contract, checks: Checks) -> None:
    """Adds the check that a row has a value in one of the columns of which it needs one."""
    own = [i for i, column in enumerate(contract.delivered) if column.name in contract.any_of]
    number = checks.problem(" or ".join(contract.any_of), "is required and empty")
    is_empty = " and ".join(f"v{i} is null" for i in own)
    steps.problems.append(Sql(f"when {is_empty} then {number}"))


def _add_orders(steps: Steps, contract: Contract, checks: Checks) -> None:
    """Adds the checks that no end lies before its start."""
    numbers = {column.name: i for i, column in enumerate(contract.delivered)}
    for column in contract.delivered:
        if column.not_before:
            end, start = numbers[column.name], numbers[column.not_before]
            number = checks.problem(column.name, f"is before {column.not_before} ({column.name})")
            steps.problems.append(Sql(f"when v{end} < v{start} then {number}"))
            steps.bad_values.append(Sql(f"when problem = {number} then cast(v{end} as varchar)"))


def _add_column(
    steps: Steps,
    i: int,
    column: Column,
    place: int | None,
    source: Source,
    checks: Checks,
    is_tame: bool,
    rejects: bool,
) -> None:
    """Adds a column's expressions: r0 is the vendor's value, s0 trimmed, w0 translated, t0 plain text, v0 cast.

    `rejects` says that a value which does not fit rejects its row.
    """
    mapping = source.mapping
    raw, native = _raw_value(column, place, source, checks)
    if not raw:
        steps.cast.append(Sql(f"cast(null as {column.data_type}) as v{i}"))
        steps.columns.append(Sql(f"v{i}"))
        return
    steps.trimmed.append(Sql(f"{_shown(raw, native)} as r{i}"))
    words = _words(column, mapping)
    is_zoned = native == ZONED and column.data_type == "date" and bool(mapping.timezone)
    is_native = is_zoned or native in KINDS.get(column.data_type, ())
    if is_native and not words and column.name not in mapping.units:
        moment = f"timezone({checks.parameter(mapping.timezone)}, {raw})" if is_zoned else raw
        steps.cast.append(Sql(f"{_native_value(moment, native, column)} as v{i}"))
        given = f"r{i}"
    else:
        given = f"w{i}"
        # What is no text gets plain notation, whatever the vendor's own texts look like.
        notation = mapping if native == "VARCHAR" else replace(mapping, decimal=".", thousands="", shorthand=False)
        native_day = source.kind == "workbook"
        steps.trimmed.append(Sql(f"{_trimmed(raw, native, column, mapping, is_tame)} as s{i}"))
        steps.translated.append(Sql(f"{_translated(f's{i}', words, checks)} as w{i}"))
        steps.plain.append(Sql(f"{_plain_text(f'w{i}', column, notation, checks)} as t{i}"))
        value = _value(f"t{i}", column, notation, checks, native_day)
        if column.accepted_values:
            value = word_at(f"w{i}", f"t{i}", column, checks)
        steps.cast.append(Sql(f"{value} as v{i}"))
        if column.is_identifier:
            steps.cast.append(Sql(f"{oddity(f't{i}', column.name, is_tame)} as o{i}"))
        elif column.accepted_values:
            word = oddity_of_word(f"w{i}", f"t{i}", column, checks)
            steps.cast.append(fill("{oddity} as {name}", oddity=word, name=Sql(f"o{i}")))
    tests = _tests(i, given, column, mapping, checks, is_tame)
    header = column.name if place is None else source.headers[place]
    if column.accepted_values:
        # a total is no row, whether the column may be empty or not
        number = checks.problem(header, f"{TOTAL_REASON} ({column.name})")
        steps.problems.append(Sql(f"when o{i} = {IS_TOTAL} then {number}"))
        steps.bad_values.append(Sql(f"when problem = {number} then r{i}"))
    if not rejects:
        _add_optional(steps, i, [test for test, _ in tests])
        return
    steps.columns.append(Sql(f"v{i}"))
    numbers = [checks.problem(header, reason) for _, reason in tests]
    steps.problems += [Sql(f"when {test} then {number}") for (test, _), number in zip(tests, numbers, strict=True)]
    if numbers:
        steps.bad_values.append(Sql(f"when problem between {numbers[0]} and {numbers[-1]} then r{i}"))


def _tests(
    i: int, given: str, column: Column, mapping: TableMapping, checks: Checks, is_tame: bool
) -> list[tuple[str, str]]:
    """Conditions under which a column's value does not fit, each with its reason."""
    tests = value_tests(f"v{i}", given, column, mapping, checks)
    if column.data_type == "varchar" and not is_tame:
        # neither PostgreSQL nor a spreadsheet would take it
        tests.append((f"contains(v{i}, chr(0))", f"holds a NUL byte ({column.name})"))
    if column.is_country:
        tests += [(test, f"{reason} ({column.name})") for test, reason in country_tests(Sql(f"v{i}"))]
    if column.is_identifier:
        tests += [(f"o{i} = {number}", f"{message} ({column.name})") for number, message in enumerate(ODDITIES, 1)]
    if column.accepted_values:
        tests.append((f"o{i} = {UNFORESEEN}", f"is not one of {', '.join(column.accepted_values)} ({column.name})"))
    return tests


def _raw_value(column: Column, place: int | None, source: Source, checks: Checks) -> tuple[str, str]:
    """SQL of the vendor's value and its type; empty where nothing feeds the column."""
    mapping = source.mapping
    if column.name in mapping.constants:
        return checks.parameter(mapping.constants[column.name]), "VARCHAR"
    if column.name in mapping.captures:
        # so that files that differ by it alone are read together
        return _captured(column.name), "VARCHAR"
    if place is None:
        return "", ""
    native = source.types[place].split("(")[0]
    if column.data_type == "date" and native == "VARCHAR" and YEAR in {**mapping.constants, **mapping.captures}:
        year = checks.parameter(mapping.constants[YEAR]) if YEAR in mapping.constants else _captured(YEAR)
        return f"(c{place} || ' ' || {year})", native
    return f"c{place}", native


def _captured(name: str) -> str:
    """SQL of what a file's name, its folder's or the lines above its header say: one value a file."""
    return f"$captured_{name}[cast(file_index as bigint) + 1]"


def _add_optional(steps: Steps, i: int, tests: list[str]) -> None:
    """Adds a column that is left empty where it fails one of the tests."""
    if not tests:
        steps.columns.append(Sql(f"v{i}"))
        return
    bit = 1 << i
    steps.unfit.append(Sql(f"case when {' or '.join(f'({test})' for test in tests)} then {bit} else 0 end"))
    steps.unfit_values.append(Sql(f"when unfit & {bit} <> 0 then r{i}"))
    steps.columns.append(Sql(f"case when unfit & {bit} = 0 then v{i} end as v{i}"))


def _shown(raw: str, native: str) -> str:
    """What a report of a rejected row shows of the vendor's value; a data frame's NaN is no value."""
    return f"case when not isnan({raw}) then cast({raw} as varchar) end" if native in FLOATS else f"{raw}::varchar"


def _native_value(value: str, native: str, column: Column) -> str:
    finite = f"case when isfinite({value}) then {value} end" if native in FLOATS else value
    return f"try_cast({finite} as {column.data_type})"


def _trimmed(raw: str, native: str, column: Column, mapping: TableMapping, is_tame: bool) -> str:
    """The vendor's value as text, trimmed where casts do not do it."""
    if native in (*FLOATS, "DECIMAL"):
        # A whole number, an id included, comes out of a data frame as 123.0.
        whole = f"try_cast(try_cast({raw} as hugeint) as varchar)"
        if native in FLOATS and column.is_identifier:
            whole = (
                f"case when abs({raw}) <= {EXACT[native]} then {whole} else format('{{:e}}', cast({raw} as double)) end"
            )
        text = f"coalesce(case when {raw} = trunc({raw}) then {whole} end, cast({raw} as varchar))"
        return f"case when not isnan({raw}) then {text} end" if native in FLOATS else text
    if native != "VARCHAR":
        return f"cast({raw} as varchar)"
    has_wide = f"strlen({raw}) <> length({raw})"
    if column.data_type != "varchar" and not _words(column, mapping):
        return raw if is_tame else f"case when {has_wide} then trim({raw}, {BLANKS}) else {raw} end"
    # Nearly every value needs no trimming: these comparisons are cheaper than trim() itself.
    ends = " or ".join(
        f"ends_with({raw}, {end})" for end in ("' '", "chr(10)", "chr(13)", "chr(9)")[: 2 if is_tame else 4]
    )
    wide = "" if is_tame else f" or {has_wide}"
    return f"case when {raw} < '!' or {ends}{wide} then nullif(trim({raw}, {BLANKS}), '') else {raw} end"


def _plain_text(text: str, column: Column, mapping: TableMapping, checks: Checks) -> str:
    if column.is_identifier:
        return unwrapped(text)
    if column.accepted_values:
        return place_of(text, column, checks)
    if column.data_type not in ("bigint", "double"):
        return text
    plain, unit = plain_number(text, mapping, checks.parameter), mapping.units.get(column.name, "")
    plain = in_seconds(text, scaled(plain, unit, column.data_type), unit, column.data_type)
    return expanded(text, plain, mapping) if mapping.shorthand and column.data_type == "bigint" else plain


def _words(column: Column, mapping: TableMapping) -> dict[str, str | None]:
    """What a column's values stand for, suppressed counts included."""
    words = mapping.values.get(column.name, {})
    return mapping.suppressed | words if column.data_type in ("bigint", "double") else words


def _value(text: str, column: Column, mapping: TableMapping, checks: Checks, native_day: bool) -> str:
    """The contract's value of a plain text; null where it does not fit."""
    if column.data_type == "date":
        return day_of(text, column.name, mapping, checks.parameter, native_day)
    if column.data_type == "boolean":
        return f"try_cast(trim({text}) as boolean)"
    if column.data_type == "varchar":
        return canonical(text, column.name) if column.is_identifier else text
    # with a mark for thousands, what is left of marks is the decimal one
    return number(text, column.data_type, bool(mapping.thousands))


def _translated(text: str, values: Mapping[str, str | None], checks: Checks) -> str:
    pairs = [(checks.parameter(theirs), checks.parameter(ours)) for theirs, ours in values.items()]
    branches = " ".join(f"when {theirs} then {ours}" for theirs, ours in pairs)
    return f"case {text} {branches} else {text} end" if branches else text
