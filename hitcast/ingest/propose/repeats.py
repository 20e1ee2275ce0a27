"""What rows of one key say together: several that differ may add up, counts that never fall may be totals."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from hitcast.core.words import counted
from hitcast.ingest.breakdowns import MIN_OWNERS, MIN_SHARE, MIN_STREAMS
from hitcast.ingest.groups import MIN_FOLLOWED, MIN_GROUPS
from hitcast.ingest.propose.guess import TableGuess
from hitcast.ingest.propose.profiles import Profile

MIN_SERIES, MIN_DAYS, RISING = 3, 4, 0.95


@dataclass(frozen=True)
class Hint:
    """What the user has to decide on.

    Attributes:
        reason: What was seen.
        line: The key that may be needed, as a line of YAML; empty where none helps.
    """

    reason: str
    line: str = ""


def hints_of(table: TableGuess, taken: Sequence[tuple[str, Profile]]) -> list[Hint]:
    """What the rows that were looked at suggest.

    Args:
        table: The table that they feed.
        taken: The columns that feed it, by contract column.
    """
    sources, hints = dict(taken), _groups(table, taken)
    if not table.main or not table.main.source or not table.contract.day_column:
        return hints
    counts = [table.main.source.numbers.get(value) for value in table.main.source.values]
    keys = [source for name, source in sources.items() if name in table.contract.key]
    days = sources.get(table.contract.day_column)
    others = [source for source in keys if source is not days]
    by_key: dict[tuple[str, ...], list[tuple[float, str]]] = defaultdict(list)
    series: dict[tuple[str, ...], list[float]] = defaultdict(list)
    for i, count in enumerate(counts):
        if count is not None:
            written = days.values[i] if days and days.days else ""
            key = tuple(source.days.get(source.values[i], source.values[i]) for source in keys)
            by_key[key].append((count, written))
            series[tuple(source.values[i] for source in others)].append(count)
    if hints:
        # of rows whose cells are to be filled first nothing else can be said
        return hints
    differing = {key: found for key, found in by_key.items() if len(set(found)) > 1}
    if sums := _sums_of_others([[count for count, _ in found] for found in by_key.values()]):
        hints.append(Hint(f"in {sums} one row is the sum of the others: leave rows of totals out with skip"))
    elif differing:
        key, found = next(iter(differing.items()))
        (first, one), (second, other) = list(dict.fromkeys(found))[:2]
        example = f"{counted(len(differing), 'key')} with rows that differ, as {' '.join(key)}: {first:g}, {second:g}"
        if one != other:
            example = f"{counted(len(differing), 'key')} with rows of several times, as {one} and {other}"
        hints.append(Hint(f"if such rows add up; {example}", "combine: sum"))
    elif _never_fall(list(series.values())):
        name = table.main.column.name
        hints.append(
            Hint(f"if {name}, which never fall from day to day, are totals since release", "counts: cumulative")
        )
    return hints


def _groups(table: TableGuess, taken: Sequence[tuple[str, Profile]]) -> list[Hint]:
    """Whether required columns are filled in the first row of each group only, as with merged cells."""
    found = []
    for name, source in taken:
        column = table.contract.column(name)
        if not column or not column.required or column.data_type in ("bigint", "double") or source.outside:
            continue
        filled = sum(map(bool, source.values))
        followed = sum(bool(one) and not other for one, other in pairwise(source.values))
        if filled < len(source.values) and filled >= MIN_GROUPS and followed >= MIN_FOLLOWED * filled:
            found.append(source.header)
    headers = ", ".join(dict.fromkeys(found))
    return (
        [Hint(f"if an empty cell of {headers} is that of the row above, as with merged cells", "fill_down: true")]
        if found
        else []
    )


def _sums_of_others(found: Sequence[Sequence[float]]) -> str:
    """Of how many keys one row is the sum of the others; empty where it is not so for nearly all that have three."""
    several = [counts for counts in found if len(counts) >= MIN_SERIES and max(counts) >= MIN_STREAMS]
    doubled = sum(2 * max(counts) == sum(counts) for counts in several)
    return counted(doubled, "key") if doubled >= max(MIN_OWNERS, MIN_SHARE * len(several)) else ""


def _never_fall(series: Sequence[Sequence[float]]) -> bool:
    """Whether nearly all series of several days rise and never fall, in the order of the rows."""
    long = [counts for counts in series if len(counts) >= MIN_DAYS]
    rising = [counts for counts in long if counts[0] < counts[-1] and list(counts) == sorted(counts)]
    return len(long) >= MIN_SERIES and len(rising) >= RISING * len(long)
