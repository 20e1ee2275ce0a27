"""What the values of a column are like."""

import itertools
import re
import statistics
from collections import defaultdict
from dataclasses import dataclass, field, replace

import duckdb

from hitcast.ingest.headings import UNITS, unit_in
from hitcast.ingest.identifiers import ISRC_PARTS
from hitcast.ingest.propose.formats import FEWER, HIDDEN, SHORT, Dates, dates_of, days_of, number_format, number_of
from hitcast.ingest.propose.outside import LABELS, Outside, values_outside
from hitcast.ingest.propose.sniff import Sample

ISRC = re.compile("[ -]?".join(ISRC_PARTS))
CODE = re.compile(r"[0-9A-Za-z_:-]*\d[0-9A-Za-z_:-]*")
MAX_SAMPLES = 3
UNCLEAR = re.compile(r"[+-]?[1-9]\d{0,2}[.,]\d{3}")
"""A number that may be thousands, or have three decimals."""


@dataclass(frozen=True)
class Profile:
    """One column of a sample.

    Attributes:
        header: Its header.
        values: Its values by row; empty for none.
        distinct: Its distinct values, in their order.
        dates: How its dates are written; None where it holds none.
        numbers: Number by distinct value, for those that are numbers.
        outside: Where its values are, of what is no column; None of a column.
        suppressed: What a count that is hidden stands for, by what stands in its place.
        days: Day of each date that is written with a time, by what is written.
    """

    header: str
    values: list[str]
    distinct: list[str]
    dates: Dates | None
    numbers: dict[str, float]
    outside: Outside | None = None
    suppressed: dict[str, int | None] = field(default_factory=dict)
    days: dict[str, str] = field(default_factory=dict)

    @property
    def label(self) -> str:
        """Its header, or where its values are."""
        return LABELS[self.outside.role] if self.outside else self.header

    @property
    def is_wide(self) -> bool:
        """Whether it was made of several columns."""
        return self.outside is not None and not self.outside.values

    @property
    def is_short(self) -> bool:
        """Whether counts are written like 1.2K."""
        return any(map(SHORT.fullmatch, self.numbers))

    @property
    def is_unclear(self) -> bool:
        """Whether no number with a mark says whether it parts thousands or decimals."""
        marked = [value for value in self.numbers if "." in value or "," in value]
        return bool(marked) and all(map(UNCLEAR.fullmatch, marked))

    @property
    def samples(self) -> str:
        """A few values, for a reader."""
        return ", ".join(self.distinct[:MAX_SAMPLES])

    def share(self, pattern: re.Pattern[str]) -> float:
        """Share of the distinct values that match as a whole."""
        return sum(bool(pattern.fullmatch(value)) for value in self.distinct) / max(len(self.distinct), 1)

    @property
    def number_share(self) -> float:
        """Share of the distinct values that are numbers."""
        return len(self.numbers) / max(len(self.distinct), 1)

    @property
    def whole_share(self) -> float:
        """Share of the distinct values that are whole numbers, none negative."""
        return sum(number.is_integer() and number >= 0 for number in self.numbers.values()) / max(len(self.distinct), 1)

    @property
    def total(self) -> float:
        """Sum over the rows."""
        return sum(self.numbers.get(value, 0.0) for value in self.values)

    @property
    def median(self) -> float:
        """Median of the distinct numbers; 0 of none."""
        return statistics.median(self.numbers.values()) if self.numbers else 0.0

    @property
    def gtin_share(self) -> float:
        """Share of the distinct values that are digits of a UPC's length with a right check digit."""
        return sum(map(_is_gtin, self.distinct)) / max(len(self.distinct), 1)

    @property
    def is_sequence(self) -> bool:
        """Whether it only numbers the rows."""
        numbers = [self.numbers.get(value) for value in self.values]
        pairs = itertools.pairwise(numbers)
        return len(numbers) > 2 and all(a is not None and b is not None and b - a == 1 for a, b in pairs)


def profiles_of(samples: list[Sample], connection: duckdb.DuckDBPyConnection) -> tuple[list[Profile], tuple[str, str]]:
    """The columns of files of one kind, and how their numbers are written: decimal mark, thousands separator."""
    first = samples[0]
    columns = [[row[i] for sample in samples for row in sample.rows] for i in range(len(first.headers))]
    outside: list[Outside | None] = [None] * len(columns)
    if first.unpivot:
        outside[-2:] = [Outside("names", first.unpivot), Outside("values", first.unpivot)]
    for found in values_outside([sample.path for sample in samples], [sample.layout.above for sample in samples]):
        pairs = zip(samples, found.values, strict=True)
        columns.append([value for sample, value in pairs for _ in sample.rows])
        outside.append(found)
    distinct = [list(dict.fromkeys(filter(None, values))) for values in columns]
    form = number_format([values for values in distinct if values])
    headers = (*first.headers, *[""] * (len(columns) - len(first.headers)))
    found_dates = [dates_of(values, connection) for values in distinct]
    profiles = [
        _profile(*parts, form)
        for parts in zip(headers, columns, distinct, found_dates, outside, strict=True)
        if not parts[4] or not parts[4].values or parts[3] or "".join(parts[2][:1]).isalpha()
    ]
    return [
        replace(profile, days=days_of(profile.distinct, profile.dates.date_format, connection) if profile.dates else {})
        for profile in profiles
    ], form


def _profile(
    header: str,
    values: list[str],
    distinct: list[str],
    dates: Dates | None,
    outside: Outside | None,
    form: tuple[str, str],
) -> Profile:
    factor = UNITS.get(unit_in(header), 1)
    numbers = {value: number * factor for value in distinct if (number := number_of(value, *form)) is not None}
    hidden = [value for value in distinct if value.casefold() in HIDDEN]
    suppressed: dict[str, int | None] = {value: int(numbers[value]) for value in numbers if FEWER.fullmatch(value)}
    if 2 * len(numbers) > len(distinct):
        suppressed |= dict.fromkeys(hidden)
        distinct = [value for value in distinct if value not in hidden]
    return Profile(header, values, distinct, dates, numbers, outside, suppressed)


def varies_within(profile: Profile, group: Profile) -> float | None:
    """Share of another column's values, of those in two rows or more, for which this one takes several values."""
    seen: dict[str, list[str]] = defaultdict(list)
    for key, value in zip(group.values, profile.values, strict=True):
        seen[key].append(value)
    several = [len(set(values)) > 1 for values in seen.values() if len(values) > 1]
    return sum(several) / len(several) if len(several) > 1 or (several and len(seen) == 1) else None


def _is_gtin(text: str) -> bool:
    digits = text.removesuffix(".0")
    if not (digits.isascii() and digits.isdigit() and 11 <= len(digits) <= 14):
        return False
    weighed = (int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(reversed(digits)))
    return sum(weighed) % 10 == 0
