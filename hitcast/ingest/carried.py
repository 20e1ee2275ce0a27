"""What `staged` keeps of the vendor's own rows beside the contract's columns, such as times and ends of periods."""

from collections.abc import Iterable, Sequence

from hitcast.core.sql import Sql, fill
from hitcast.ingest.checks import Checks
from hitcast.ingest.contract import Contract
from hitcast.ingest.dates import day_of
from hitcast.ingest.headings import end_of
from hitcast.ingest.identity import day_text, has_identity, has_times, has_words, identity_of
from hitcast.ingest.places import places_of
from hitcast.ingest.readers import Source

UNCLEAR, CLEAR = 1, 2


def carried_types(sources: Sequence[Source], contract: Contract) -> dict[str, str]:
    """Names and types of what is kept of the files of a delivery."""
    needed = {
        "identity": ("ubigint", lambda source: has_identity(source, contract) or has_words(source, contract)),
        "day_text": ("varchar", lambda source: has_times(source, contract)),
        "is_span": ("boolean", lambda source: period_places(source, contract) is not None),
        "mark": ("tinyint", lambda source: _amount_place(source, contract) is not None),
    }
    return {name: kind for name, (kind, is_needed) in needed.items() if any(map(is_needed, sources))}


def carried_values(source: Source, contract: Contract, names: Iterable[str], checks: Checks) -> dict[str, Sql]:
    """SQL of what is kept of the rows of one shape of files, within `normalized.sql`, by name.

    Args:
        source: A file of that shape.
        contract: The raw table.
        names: What is kept of the delivery.
        checks: Extended by parameters.
    """
    values = {
        "identity": lambda: identity_of(source, contract),
        "day_text": lambda: day_text(contract) if has_times(source, contract) else Sql("cast(null as varchar)"),
        "is_span": lambda: _is_span(source, contract, checks),
        "mark": lambda: _mark(source, contract, checks),
    }
    return {name: values[name]() for name in names}


def period_places(source: Source, contract: Contract) -> tuple[int, int] | None:
    """Places of the columns that begin and end the period of a row; None where it has none, or the mapping knows it."""
    if contract.day_column is None or source.mapping.period:
        return None
    places, _ = places_of(source.headers, contract, source.mapping)
    day = places.get(contract.day_column)
    other = None if day is None else end_of(day, source.headers)
    return None if day is None or other is None else (day, other)


def _is_span(source: Source, contract: Contract, checks: Checks) -> Sql:
    """Whether a row's period begins and ends on two days; null where one of them is empty, or no date."""
    places = period_places(source, contract)
    if places is None:
        return Sql("cast(null as boolean)")
    days = []
    for place in places:
        text = f"cast(c{place} as varchar)"
        day = day_of(text, str(contract.day_column), source.mapping, checks.parameter, source.kind == "workbook")
        days.append(Sql(f"coalesce({day}, try_cast(left(trim({text}), 10) as date))"))
    texts = [Sql(f"trim(cast(c{place} as varchar))") for place in places]
    return fill(
        "case when regexp_matches({first_text}, '{date}') and regexp_matches({last_text}, '{date}')"
        " then coalesce({first} <> {last}, {first_text} <> {last_text}) end",
        date=Sql("\\d+[-./ ]+\\w+[-./, ]+\\d+"), first=days[0], last=days[1], first_text=texts[0], last_text=texts[1],
    )  # fmt: skip


def _amount_place(source: Source, contract: Contract) -> int | None:
    """Place in the contract of an amount that is written as text, with no mark for thousands; None for none."""
    places, _ = places_of(source.headers, contract, source.mapping)
    for i, column in enumerate(contract.delivered):
        is_amount = column.data_type == "double" and column.required and column.name in places
        if is_amount and source.types[places[column.name]] == "VARCHAR" and not source.mapping.thousands:
            return i
    return None


def _mark(source: Source, contract: Contract, checks: Checks) -> Sql:
    """`UNCLEAR` where an amount is like 12.500, which may be twelve thousand, `CLEAR` where it has another fraction."""
    i = _amount_place(source, contract)
    if i is None:
        return Sql("cast(null as tinyint)")
    # a number of a workbook ends in no zero
    last = "0" if source.kind == "workbook" else "\\d"
    return fill(
        "case when not contains({text}, {mark}) then null"
        " when regexp_full_match({text}, '[+-]?[1-9]\\d{0,2}\\Q' || {mark} || '\\E\\d\\d{last}') then {unclear}"
        " else {clear} end",
        text=Sql(f"trim(r{i})"), mark=Sql(checks.parameter(source.mapping.decimal)), last=Sql(last),
        unclear=Sql(str(UNCLEAR)), clear=Sql(str(CLEAR)),
    )  # fmt: skip
