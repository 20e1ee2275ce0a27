"""In which format a column's dates and numbers are written."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import duckdb

from hitcast.core.sql import Sql, fill
from hitcast.ingest.checks import Checks
from hitcast.ingest.dates import day_of, is_of_one_moment, moment_of, names_time
from hitcast.ingest.mapping import TableMapping
from hitcast.ingest.midnights import midnights
from hitcast.ingest.notations import FACTORS

DATE_FORMATS = (
    "%Y-%m-%d", "%d.%m.%Y", "%d/%m/%Y", "%m/%d/%Y", "%Y/%m/%d", "%Y.%m.%d", "%d-%m-%Y", "%m-%d-%Y", "%Y%m%d",
    "%d.%m.%y", "%d/%m/%y", "%m/%d/%y", "%d-%m-%y", "%m-%d-%y",
    "%b %d, %Y", "%B %d, %Y", "%d %b %Y", "%d %B %Y", "%d-%b-%Y", "%d-%b-%y",
    "%d %B %Y г.", "%d %B %Y года", "%B %d %Y", "%Y_%m_%d", "%d_%m_%Y",
    *(f"{day}{mark}{time}" for day, mark in (("%Y-%m-%d", " "), ("%Y-%m-%d", "T"))
      for time in ("%H:%M:%S", "%H:%M", "%H:%M:%S.%f", "%H:%M:%S%z", "%H:%M:%S.%f%z", "%H:%M:%S %z", "%H:%M%z", "%H")),
    *(f"{day} {time}" for day in ("%d.%m.%Y", "%d/%m/%Y", "%m/%d/%Y", "%Y/%m/%d", "%d-%m-%Y", "%m-%d-%Y")
      for time in ("%H:%M", "%H:%M:%S", "%I:%M %p", "%I:%M:%S %p")),
)  # fmt: skip
MIN_DAYS = 5
"""Of days in a row, from which on they say which of two formats is meant."""
# Numbers that may be days since 1970 or 1899, and how they look.
SERIAL = (
    ("unix_seconds", re.compile(r"(9[4-9]|1\d\d|20)\d{7}(\.0)?")),
    ("unix_milliseconds", re.compile(r"(9[4-9]|1\d\d|20)\d{10}(\.0)?")),
    ("excel_serial", re.compile(r"(3[3-9]|4\d)\d{3}(\.0)?")),
)
PARTIAL = re.compile(r"(19|20)\d{2}(-\d{1,2})?|\d{1,2}\.(19|20)\d{2}")
SHORT = re.compile(
    rf"([+-]?\d{{1,9}}(?:[.,]\d{{1,3}})?)\s*({'|'.join(f'({names})' for names, _ in FACTORS)})", re.IGNORECASE
)
FEWER = re.compile(r"[<≤]\s*(\d+)")
HIDDEN = ("-", "–", "—", "*", "n/a", "na", "н/д", "нет данных", "..", "…", "hidden", "скрыто")
# Decimal mark and thousands separator, the plainest first.
NUMBER_FORMATS = ((".", ""), (",", ""), (".", ","), (",", " "), (".", " "), (",", "."))
MAX_SEEN = 400


@dataclass(frozen=True)
class Dates:
    """How a column's dates are written.

    Attributes:
        date_format: The likeliest format.
        share: Share of the values that are dates by it.
        other: Another format by which all are dates too, other days; empty where there is none.
        days: Distinct days seen.
        is_partial: Whether some are a year or a month.
        timezone: Where most times are midnight, of days that would be a day early; empty where nowhere.
    """

    date_format: str
    share: float
    other: str = ""
    days: int = 0
    is_partial: bool = False
    timezone: str = ""


def dates_of(values: Sequence[str], connection: duckdb.DuckDBPyConnection) -> Dates | None:
    """How dates are written; None where less than four in five are dates in any one format.

    Where day and month may be either, the days that lie closer together are likelier: a report is of days in a row.
    Of fewer than five days that says nothing.

    Args:
        values: Distinct values.
        connection: DuckDB connection.
    """
    seen = list(values[:: max(1, len(values) // MAX_SEEN)])
    whole = [value for value in seen if not PARTIAL.fullmatch(value)]
    if not whole:
        return None
    formats = [name for name, pattern in SERIAL if all(map(pattern.fullmatch, seen))]
    if not formats:
        looks = sum(6 <= len(value) <= 35 and bool(re.search(r"\d", value)) for value in whole)
        formats = list(DATE_FORMATS) if looks >= 0.8 * len(whole) else []
    found = []
    for date_format in formats:
        count, span, days, digest = _read(date_format, whole, connection)
        # numbers are days where they are as close together as a report's days are
        if count >= 0.8 * len(whole) and (date_format != "excel_serial" or 2 * days > span):
            found.append((count, -span, date_format, days, digest))
    if not found:
        return None
    most = max(count for count, *_ in found)
    best, *others = sorted((entry for entry in found if entry[0] == most), key=lambda entry: entry[1], reverse=True)
    others = [other for other in others if other[4] != best[4]]
    is_open = bool(others) and (best[3] < MIN_DAYS or others[0][1] * 3 > best[1] * 10)
    other = others[0][2] if is_open else ""
    zone = _zone(best[2], whole, connection)
    return Dates(best[2], best[0] / len(whole), other, best[3], len(whole) < len(seen), zone)


def days_of(values: Sequence[str], date_format: str, connection: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """The day of each date that is written with a time, by what is written."""
    if not names_time(date_format):
        return {}
    checks = Checks(parameters={"values": list(values)})
    query = fill(
        "select value, cast({day} as varchar) from unnest($values) as given(value)", day=_day(date_format, checks)
    )
    return {value: found for value, found in connection.execute(query, checks.parameters).fetchall() if found}


def _day(date_format: str, checks: Checks) -> Sql:
    return Sql(day_of("value", "", TableMapping(table="", date_format=date_format), checks.parameter))


def _zone(date_format: str, values: Sequence[str], connection: duckdb.DuckDBPyConnection) -> str:
    """Where most times are midnight, of days that are otherwise a day early; empty where nowhere."""
    if not is_of_one_moment(date_format):
        return ""
    checks = Checks(parameters={"values": list(values)})
    moments = fill(
        "select 0 as file_number, {day} as day, {moment} as moment from unnest($values) as given(value)",
        day=_day(date_format, checks),
        moment=Sql(moment_of("value", date_format, checks.parameter)),
    )
    return next((zone for _, zone, _ in midnights(connection, moments, checks)), "")


def _read(date_format: str, values: list[str], connection: duckdb.DuckDBPyConnection) -> tuple[int, int, int, str]:
    """Dates by a format as `ingest` reads it: how many, over how many days, how many of them, and their digest."""
    checks = Checks(parameters={"values": values})
    query = fill(
        """
        select count(day), coalesce(max(day) - min(day), 0), count(distinct day), md5(string_agg(day::varchar, ' '))
        from (select {day} as day from unnest($values) as given(value))
        where day between date '1900-01-01' and date '2099-12-31'
        """,
        day=_day(date_format, checks),
    )
    [(count, span, days, digest)] = connection.execute(query, checks.parameters).fetchall()
    return count, span, days, digest


def number_of(text: str, decimal: str, thousands: str) -> float | None:
    """A number's value in a format, 1.2K and <5 included; None where it is none."""
    if short := SHORT.fullmatch(text):
        factor = next(factor for (_, factor), name in zip(FACTORS, short.groups()[2:], strict=True) if name)
        return round(float(short[1].replace(",", ".")) * factor, 3)
    if fewer := FEWER.fullmatch(text):
        return float(int(fewer[1]) // 2)
    mark, between = re.escape(decimal), re.escape(thousands)
    grouped = rf"|[1-9]\d{{0,2}}({between}\d{{3}})+({mark}\d+)?" if thousands else ""
    if not re.fullmatch(rf"[+-]?(\d+({mark}\d+)?{grouped})", text):
        return None
    return float((text.replace(thousands, "") if thousands else text).replace(decimal, "."))


def number_format(columns: Sequence[Sequence[str]]) -> tuple[str, str]:
    """Decimal mark and thousands separator that make numbers of most values, whole ones first.

    Args:
        columns: Distinct values of each column.
    """

    def fit(form: tuple[str, str]) -> float:
        total = 0.0
        for values in columns:
            # those with a mark decide; of counts most have none
            marked = [value for value in values if not value.isdigit()]
            seen = [*marked[:: max(1, len(marked) // MAX_SEEN)], *values[:MAX_SEEN]]
            numbers = [number for value in seen if (number := number_of(value, *form)) is not None]
            # a column in which every number has three decimals holds decimals, not thousands, unless all are 000
            is_decimal = seen and all(value.count(form[1]) == 1 and not value.endswith("000") for value in seen)
            if form[1] in (".", ",") and is_decimal:
                continue
            # nobody writes 18 as 18.000
            rounded = re.compile(rf"[+-]?\d{{1,3}}{re.escape(form[0])}000")
            whole = sum(number.is_integer() for number in numbers) - sum(map(bool, map(rounded.fullmatch, seen)))
            total += (0.9 * len(numbers) + 0.1 * whole) / max(len(seen), 1)
        return round(total, 3)

    return max(NUMBER_FORMATS, key=fit)
