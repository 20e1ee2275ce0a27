"""In which format a column's dates and numbers are written."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import duckdb

DATE_FORMATS = (
    "%Y-%m-%d", "%d.%m.%Y", "%d/%m/%Y", "%m/%d/%Y", "%Y/%m/%d", "%Y.%m.%d", "%d-%m-%Y", "%m-%d-%Y", "%Y%m%d",
    "%d.%m.%y", "%d/%m/%y", "%m/%d/%y", "%b %d, %Y", "%B %d, %Y", "%d %b %Y", "%d %B %Y", "%d-%b-%Y", "%d-%b-%y",
    "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M:%S%z", "%Y-%m-%d %H:%M:%S%z", "%d.%m.%Y %H:%M",
    "%d.%m.%Y %H:%M:%S", "%m/%d/%Y %H:%M",
)  # fmt: skip
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
    """

    date_format: str
    share: float
    other: str = ""
    days: int = 0


def dates_of(values: Sequence[str], connection: duckdb.DuckDBPyConnection) -> Dates | None:
    """How dates are written; None where less than four in five are dates in any one format.

    Where day and month may be either, the days that lie closer together are likelier: a report is of days in a row.

    Args:
        values: Distinct values.
        connection: DuckDB connection.
    """
    seen = list(values[:: max(1, len(values) // MAX_SEEN)])
    if not seen or sum(6 <= len(value) <= 35 and bool(re.search(r"\d", value)) for value in seen) < 0.8 * len(seen):
        return None
    found = []
    for date_format in DATE_FORMATS:
        [(count, span, days)] = connection.execute(
            """
            select count(day), max(day) - min(day), count(distinct day)
            from (select cast(try_strptime(value, $format) as date) as day from unnest($values) as given(value))
            where day between date '1900-01-01' and date '2099-12-31'
            """,
            {"format": date_format, "values": seen},
        ).fetchall()
        if count >= 0.8 * len(seen):
            found.append((count, -span, date_format, days))
    if not found:
        return None
    most = max(count for count, *_ in found)
    best, *others = sorted((entry for entry in found if entry[0] == most), key=lambda entry: entry[1], reverse=True)
    is_open = bool(others) and others[0][1] * 3 > best[1] * 10
    return Dates(best[2], best[0] / len(seen), others[0][2] if is_open else "", best[3])


def number_of(text: str, decimal: str, thousands: str) -> float | None:
    """A number's value in a format; None where it is none."""
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
            seen = values[:MAX_SEEN]
            numbers = [number for value in seen if (number := number_of(value, *form)) is not None]
            # a column in which every number has three decimals holds decimals, not thousands
            if form[1] and seen and all(value.count(form[1]) == 1 for value in seen):
                continue
            total += sum(1.0 if number.is_integer() else 0.9 for number in numbers) / max(len(seen), 1)
        return round(total, 3)

    return max(NUMBER_FORMATS, key=fit)
