"""What the values of a column are like."""

import itertools
import re
import statistics
from collections import defaultdict
from dataclasses import dataclass

import duckdb

from hitcast.ingest.identifiers import ISRC_PARTS
from hitcast.ingest.propose.formats import Dates, dates_of, number_format, number_of
from hitcast.ingest.propose.sniff import Sample

ISRC = re.compile("[ -]?".join(ISRC_PARTS))
CODE = re.compile(r"[0-9A-Za-z_:-]*\d[0-9A-Za-z_:-]*")
MAX_SAMPLES = 3


@dataclass(frozen=True)
class Profile:
    """One column of a sample.

    Attributes:
        header: Its header.
        values: Its values by row; empty for none.
        distinct: Its distinct values, in their order.
        dates: How its dates are written; None where it holds none.
        numbers: Number by distinct value, for those that are numbers.
    """

    header: str
    values: list[str]
    distinct: list[str]
    dates: Dates | None
    numbers: dict[str, float]

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
    headers = samples[0].headers
    columns = [[row[place] for sample in samples for row in sample.rows] for place in range(len(headers))]
    distinct = [list(dict.fromkeys(filter(None, values))) for values in columns]
    form = number_format([values for values in distinct if values])
    return [
        Profile(
            header,
            columns[place],
            distinct[place],
            dates_of(distinct[place], connection),
            {value: number for value in distinct[place] if (number := number_of(value, *form)) is not None},
        )
        for place, header in enumerate(headers)
    ], form


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
