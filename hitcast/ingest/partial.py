"""Partial days: of which recordings a day's figures are unknown, because rows of them were rejected.

A rejected row concerns what it would have counted for, had it been accepted: its recording, in its territory, on its
day; where that cannot be read, on all days of its file that it may be of. One whose recording cannot be read may be
anybody's.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

import duckdb
import numpy as np
import pyarrow as pa

from hitcast.core.project import read_variables
from hitcast.core.sql import Sql, fill_file, joined
from hitcast.core.words import plural
from hitcast.ingest.contract import Contract, measure_of
from hitcast.ingest.identifiers import ISRC_SHAPE, canonical, oddity
from hitcast.ingest.stage import Stage

KEY = "isrc"
"""Column that says for which recording a row counts."""
MAX_UNKNOWN_SHARE = 0.005
"""Of a day's rows or sum: more of it that may be anybody's makes the day unknown for all. One row in hundreds says
little of a release, and one in each day of a vendor would leave no day to learn from."""
ANY_TERRITORY, ANY = "**", "*"
EVERYTHING = f"{ANY_TERRITORY} {ANY}"
CELL_BLANKS = ' \t\r\n\xa0"'


@dataclass(frozen=True)
class PartialDay:
    """A day that landed without some of its rows.

    Attributes:
        day: The day.
        recordings: ISRCs of which rows were rejected, in order; None where these may be of any.
    """

    day: date
    recordings: tuple[str, ...] | None


@dataclass
class Concerned:
    """What the rejected rows of a delivery concern: lines of territory and ISRC, `**` and `*` where it may be any.

    Attributes:
        territory: The analyzed one.
        by_day: Lines by day.
        by_file: Lines of rows that may be of any day of their file, by file number.
    """

    territory: str
    by_day: dict[date, set[str]] = field(default_factory=lambda: defaultdict(set))
    by_file: dict[int, set[str]] = field(default_factory=lambda: defaultdict(set))

    def lines(self, day: date, accepted: np.ndarray) -> str | None:
        """What the ledger says of a day; None where it is whole.

        Args:
            day: The day.
            accepted: Rows of it that landed, by file number.
        """
        files = [lines for number, lines in self.by_file.items() if accepted[number]]
        found = set().union(self.by_day.get(day, ()), *files)
        if EVERYTHING in found:
            return EVERYTHING
        territories = {line.split(" ")[0] for line in found if line.endswith(f" {ANY}")}
        kept = {line for line in found if line.endswith(f" {ANY}") or line.split(" ")[0] not in territories}
        return "\n".join(sorted(kept)) or None


def partial_day(day: date, lines: str | None, territory: str) -> PartialDay | None:
    """What a day lacks in a territory; None where nothing.

    Args:
        day: The day.
        lines: What the ledger says of it.
        territory: The analyzed one.
    """
    pairs = [line.split(" ", 1) for line in (lines or "").split("\n") if line]
    own = {isrc for place, isrc in pairs if place in (territory, ANY_TERRITORY)}
    return PartialDay(day, None if ANY in own else tuple(sorted(own))) if own else None


def count_recordings(days: Sequence[PartialDay]) -> str:
    """Of how many recordings the figures of partial days are unknown, in words."""
    of_all = sum(day.recordings is None for day in days)
    if of_all == len(days):
        return "all recordings"
    count = len({isrc for day in days for isrc in day.recordings or ()})
    named = f"{count:,} {plural(count, 'en', 'recording', 'recordings')}"
    return f"{named}, on {of_all:,} {plural(of_all, 'en', 'day', 'days')} of all," if of_all else named


def concerned(connection: duckdb.DuckDBPyConnection, stage: Stage) -> Concerned:
    """What the rejected rows of `staged` and `rejects` concern."""
    found = Concerned(str(read_variables()["territory"]))
    if not stage.rejected.any():
        return found
    parts = _parts(stage)
    connection.execute(fill_file(__file__, "rejected_rows", **parts), _bounds(stage.contract))
    dated = "select distinct day, territory, isrc from rejected_rows where day is not null and not is_keyless"
    for query in (dated, fill_file(__file__, "undated_days", **parts)):
        for day, territory, isrc in connection.execute(query).fetchall():
            found.by_day[day].add(f"{territory or ANY_TERRITORY} {isrc}")
    # neither a day nor a key: a footer
    undated = connection.execute(
        "select file_number, count(*) from rejected_rows where is_keyless and not is_empty and day is null group by all"
    ).fetchall()
    unknown = defaultdict(int, undated)
    _add_broken(connection, stage, parts, found, unknown)
    for number, count in unknown.items():
        if count > MAX_UNKNOWN_SHARE * stage.read[number]:
            found.by_file[number].add(EVERYTHING)
    if connection.execute("select 1 from rejected_rows where is_keyless and day is not null limit 1").fetchall():
        shares = connection.execute(fill_file(__file__, "unattributed", **parts)).fetchall()
        for day, territory, share in shares:
            if share > MAX_UNKNOWN_SHARE:
                found.by_day[day].add(f"{territory or ANY_TERRITORY} {ANY}")
    return found


def _add_broken(
    connection: duckdb.DuckDBPyConnection,
    stage: Stage,
    parts: dict[str, Sql],
    found: Concerned,
    unknown: dict[int, int],
) -> None:
    """Adds lines of the wrong shape, whose day and territory nobody knows: by an ISRC in one of their cells, if any."""
    numbers = connection.execute("select distinct file_number from rejects where column_name = ''").fetchall()
    if not numbers:
        return
    mappings = {number: stage.sources[number].mapping for (number,) in numbers}
    layouts = pa.table(
        {
            "file_number": pa.array(mappings, pa.int32()),
            "delimiter": [mapping.delimiter for mapping in mappings.values()],
            "required": [
                len(set(stage.contract.required) - set(mapping.constants) - set(mapping.captures))
                for mapping in mappings.values()
            ],
        }
    )
    connection.register("layouts", layouts)
    cells = {"is_isrc": Sql(f"regexp_full_match(cell, '{ISRC_SHAPE}')"), "isrc": Sql(canonical("cell", KEY))}
    query = fill_file(__file__, "broken_cells", key=parts["key"], **cells)
    for number, isrc, is_text in connection.execute(query, {"blanks": CELL_BLANKS}).fetchall():
        if isrc is not None:
            found.by_file[number].add(f"{ANY_TERRITORY} {isrc}")
        elif not is_text:
            unknown[number] += 1


def _parts(stage: Stage) -> dict[str, Sql]:
    """The columns of `staged` that say what a row would have counted for."""
    contract = stage.contract
    places = {column.name: i for i, column in enumerate(contract.delivered)}
    place = places[KEY]
    is_required = contract.delivered[place].required
    rest = [places[name] for name in contract.key if name != contract.day_column]
    is_unique = not any(source.mapping.adds_up for source in stage.sources)
    # an optional value that does not fit has been left empty
    garbled = f"unfit & {1 << place} <> 0"
    if is_required:
        garbled += f" or {oddity(f'v{place}', KEY, is_tame=False)} > 0"
    return {
        "day": Sql(f"v{places[str(contract.day_column)]}"),
        "territory": Sql(f"v{places['territory']}"),
        "key": Sql(f"v{place}"),
        "measure": Sql(f"v{places[measure_of(contract)]}"),
        "is_garbled": Sql(f"({garbled})"),
        "is_required": Sql(str(is_required).lower()),
        "rest_of_key": joined(Sql(f"v{i} as k{i}") for i in rest),
        "same_key": joined((Sql(f"staged.v{i} is not distinct from undated.k{i}") for i in rest), " and "),
        "is_unique": Sql(str(is_unique).lower()),
    }


def _bounds(contract: Contract) -> dict[str, str]:
    """First and last day that the contract allows."""
    column = contract.column(str(contract.day_column))
    return {
        "first": (column and column.minimum) or "0001-01-01",
        "last": (column and column.maximum) or "9999-12-30",
    }
