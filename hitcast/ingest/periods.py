"""Counts that are not those of one day: of weeks and months, or of the whole life of what came out on a day."""

from collections.abc import Sequence
from datetime import date
from itertools import pairwise

import duckdb

from hitcast.core.errors import HitcastError
from hitcast.core.sql import Sql, fill
from hitcast.core.words import counted
from hitcast.ingest.carried import period_places
from hitcast.ingest.finding import shown
from hitcast.ingest.headings import is_of_periods, is_published
from hitcast.ingest.losses import ACCEPT
from hitcast.ingest.places import places_of
from hitcast.ingest.stage import Stage

MIN_PERIODS = 3
"""Days from which on it says something that they lie a week or a month apart."""
RIGHT = "or write `period: day` in the mapping where each row is of one day"


def held_for_spans(connection: duckdb.DuckDBPyConnection, stage: Stage) -> HitcastError | None:
    """Why a delivery is held of which rows begin and end on two days; None where none does."""
    if not any(period_places(source, stage.contract) for source in stage.sources):
        return None
    query = """
        select file_number, count(*) from staged where problem = 0 and is_span group by all order by all
        """
    found = connection.execute(query).fetchall()
    if not found:
        return None
    number, rows = found[0]
    source = stage.sources[number]
    first, last = period_places(source, stage.contract) or (0, 0)
    columns = shown(f"{source.headers[first]} and {source.headers[last]}")
    what = f"held: {counted(rows, 'row')} of {source.name} by {columns} of more than a day:"
    what = f"{what} the counts of a period would stand as those of one day"
    return HitcastError(what, stage.contract.table, f"Ask for counts of each day, {RIGHT}")


def held_for_the_day_column(connection: duckdb.DuckDBPyConnection, stage: Stage) -> HitcastError | None:
    """Why a delivery is held whose days are, by their column's header, those of periods or of publishing; else None.

    Days of periods lie apart: where two follow each other, the header says no more than it has to.
    """
    contract = stage.contract
    for source in stage.sources:
        places, _ = places_of(source.headers, contract, source.mapping)
        place = places.get(str(contract.day_column))
        if place is None or source.mapping.period or source.headers[place] == contract.day_column:
            continue
        header, what = source.headers[place], ""
        if is_published(header):
            what = "is when something came out, and the counts beside it are of its whole life, not of that day"
        elif is_of_periods(header) and not period_places(source, contract) and not _has_neighbors(connection, stage):
            what = "says of which period a row is: its counts would stand as those of one day"
        if what:
            cure = f"Map the column of the day, ask for counts of each day, {RIGHT}"
            return HitcastError(f"held: by its header {shown(header)} of {source.name} {what}", contract.table, cure)
    return None


def _has_neighbors(connection: duckdb.DuckDBPyConnection, stage: Stage) -> bool:
    """Whether two days of the delivery follow each other: each may have a file of its own."""
    day = Sql(f"v{[column.name for column in stage.contract.delivered].index(str(stage.contract.day_column))}")
    query = fill("select distinct {day} from staged where problem = 0", day=day)
    days = {found for (found,) in connection.execute(query).fetchall()}
    return any((later - earlier).days == 1 for earlier, later in pairwise(sorted(days)))


def held_for_periods(days: Sequence[date], table: str) -> HitcastError | None:
    """Why a delivery is held whose days are those of weeks or of months; None where they are not.

    Its counts are sums of the days since the one before, and would stand as those of one day.
    """
    gaps = {(later - earlier).days for earlier, later in pairwise(sorted(days))}
    if len(days) < MIN_PERIODS or not gaps or not (gaps == {7} or 28 <= min(gaps) <= max(gaps) <= 31):
        return None
    period = "week" if gaps == {7} else "month"
    what = f"held: {len(days)} days, each a {period} after the one before: its counts seem to be sums of a {period}"
    return HitcastError(what, table, f"Ask for counts of each day, {RIGHT}. {ACCEPT}")
