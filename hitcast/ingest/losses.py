"""What a delivery would lose: rejected rows by day, and days that come again with less than they had."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from hitcast.core.errors import HitcastError
from hitcast.core.sql import Sql, fill
from hitcast.core.words import counted
from hitcast.ingest.contract import Column, Contract, measure_of
from hitcast.ingest.stage import Stage

MAX_REJECTED_SHARE = 0.05
"""Of a day's rows, or of its sum as far as it can be read: more of it rejected holds a delivery."""
FEW_REJECTED = 5
MAX_FEW_SHARE = 0.2
"""Share above which so few rejected rows hold a delivery: one in 19 is no sign of a wrong mapping."""
MAX_LOST_SHARE = 0.5
"""Of a day that comes again, its rows, its sum, its sum in the analyzed territory, or its recordings: a day that loses
more holds a delivery."""
MAX_SHOWN = 3
ACCEPT = "If that is right, give the same command with --accept-loss"


@dataclass(frozen=True)
class RejectedDay:
    """Rejected rows of one day.

    Attributes:
        day: The day; None for rows whose day cannot be read.
        rejected: How many were rejected.
        rows: Rows of the day; of the whole table where the day cannot be read.
        share: Share of the rows, or of the sum where that is more.
    """

    day: date | None
    rejected: int
    rows: int
    share: float


@dataclass(frozen=True)
class LostValue:
    """A value of a column that a day had before it came again, and has no row of now.

    Attributes:
        column: The column, such as territory.
        value: The value.
        sum_before: Sum of the table's measure that it had.
    """

    column: str
    value: str
    sum_before: int


@dataclass(frozen=True)
class ResentDay:
    """A day that came again, before and after.

    Attributes:
        day: The day.
        rows_before: Rows that it had.
        rows: Rows that it has now.
        sum_before: Sum of the table's measure that it had.
        sum: Sum that it has now.
        territory: The analyzed one.
        own_sum_before: Sum that it had there.
        own_sum: Sum that it has there now.
        recordings_before: Recordings of which the measure was above 0 there.
        recordings_gone: Those of them that it does not have any more.
        values_gone: Values of a column of segments, such as a territory, that had some sum and have no row any more.
    """

    day: date
    rows_before: int
    rows: int
    sum_before: int
    sum: int
    territory: str = ""
    own_sum_before: int = 0
    own_sum: int = 0
    recordings_before: int = 0
    recordings_gone: int = 0
    values_gone: tuple[LostValue, ...] = ()

    @property
    def loses_most(self) -> bool:
        """Whether more than half of what it had is gone."""
        kept = 1 - MAX_LOST_SHARE
        return (
            self.rows < kept * self.rows_before
            or self.sum < kept * self.sum_before
            or self.own_sum < kept * self.own_sum_before
            or self.recordings_gone > MAX_LOST_SHARE * self.recordings_before
        )

    def describe(self, measure: str) -> str:
        """In one line."""
        figures = f"rows {self.rows_before:,} -> {self.rows:,}, {measure} {self.sum_before:,} -> {self.sum:,}"
        if (self.own_sum_before, self.own_sum) != (self.sum_before, self.sum):
            figures += f", in {self.territory} {self.own_sum_before:,} -> {self.own_sum:,}"
        if self.recordings_gone:
            figures += f", {self.recordings_gone:,} of {counted(self.recordings_before, 'recording')} gone"
        gone = [f"{lost.column} {lost.value} {lost.sum_before:,} -> 0" for lost in self.values_gone[:MAX_SHOWN]]
        more = f" and {len(self.values_gone) - MAX_SHOWN} more" if len(self.values_gone) > MAX_SHOWN else ""
        return f"{self.day} again: {figures}" + (f", gone: {', '.join(gone)}{more}" if gone else "")


def rejected_days(connection: duckdb.DuckDBPyConnection, stage: Stage) -> list[RejectedDay]:
    """Days of which rows were rejected, by `staged` as it was read; those whose day cannot be read come last."""
    contract, rows = stage.contract, int(stage.read.sum())
    if not stage.rejected.any():
        return []
    places = {column.name: Sql(f"v{i}") for i, column in enumerate(contract.delivered)}
    day, measure = places[str(contract.day_column)], places[measure_of(contract)]
    query = """
        select
            {day},
            count(*) filter (where problem > 0),
            count(*),
            coalesce(sum(greatest({measure}, 0)) filter (where problem > 0), 0),
            coalesce(sum(greatest({measure}, 0)), 0)
        from staged
        where {day} is not null
        group by {day}
        having count(*) filter (where problem > 0) > 0 and count(*) filter (where problem = 0) > 0
        order by {day}
        """
    found = [
        RejectedDay(name, lost, count, max(lost / count, float(lost_sum) / max(float(total), 1.0)))
        for name, lost, count, lost_sum, total in connection.execute(fill(query, day=day, measure=measure)).fetchall()
    ]
    [(dated,)] = connection.execute(
        fill("select count(*) from staged where problem > 0 and {day} is not null", day=day)
    ).fetchall()
    if unread := int(stage.rejected.sum()) - dated:
        found.append(RejectedDay(None, unread, rows, unread / rows))
    return found


def held_for_rejects(days: Sequence[RejectedDay], table: str) -> HitcastError | None:
    """Why a delivery is held of which too much was rejected; None where no day is above the limit."""
    held = [day for day in days if day.share > _limit(day)]
    if not held:
        return None
    texts = [
        f"{day.rejected:,} of {counted(day.rows, 'row')} {f'of {day.day}' if day.day else 'whose day cannot be read'}"
        for day in held[:MAX_SHOWN]
    ]
    more = f" and {counted(len(held) - MAX_SHOWN, 'more day')}" if len(held) > MAX_SHOWN else ""
    what = f"held: more than {MAX_REJECTED_SHARE:.0%} would be rejected, {', '.join(texts)}{more}"
    cure = f"The report says why: correct the files or the mapping. {ACCEPT}"
    return HitcastError(what, table, cure)


def _limit(day: RejectedDay) -> float:
    return MAX_REJECTED_SHARE if day.rejected > FEW_REJECTED else MAX_FEW_SHARE


def resent_day(contract: Contract, day: date, before: Path, after: Path, territory: str) -> ResentDay:
    """A day that comes again, as it was and as it is to be.

    Args:
        contract: Its table.
        day: The day.
        before: The file that is read today.
        after: The file that is to replace it.
        territory: The analyzed one.
    """
    measure, sums, recordings, segments = measure_of(contract), [], [], []
    names = [column.name for column in contract.delivered if column.name in contract.key and _is_segment(column)]
    for path in (before, after):
        # an earlier version may have landed it without a column of today's
        known = [name for name in names if name in pq.read_schema(path).names]
        rows = pq.read_table(path, columns=list({"isrc", "territory", measure, *known}), partitioning=None)
        segments.append({name: _sums(rows, name, measure) for name in known})
        own = rows.filter(pc.equal(rows.column("territory"), territory))
        sums.append([len(rows), *(int(pc.sum(part.column(measure)).as_py() or 0) for part in (rows, own))])
        named = own.filter(pc.greater(own.column(measure), 0)).column("isrc")
        recordings.append(set(pc.unique(named).to_pylist()) - {None})
    (rows_before, sum_before, own_before), (row_count, total, own_sum) = sums
    gone = len(recordings[0] - recordings[1])
    counts = (territory, own_before, own_sum, len(recordings[0]), gone)
    lost = tuple(
        LostValue(name, value, count)
        for name, had in segments[0].items()
        for value, count in sorted(had.items())
        if count > 0 and value not in segments[1].get(name, {})
    )
    return ResentDay(day, rows_before, row_count, sum_before, total, *counts, lost)


def _is_segment(column: Column) -> bool:
    """Whether a column takes a few values, of which each is a part of the day."""
    return column.is_country or bool(column.accepted_values)


def _sums(rows: pa.Table, name: str, measure: str) -> dict[str, int]:
    """Sum of a measure by the values of a column."""
    sums = rows.group_by(name).aggregate([(measure, "sum")]).to_pylist()
    return {row[name]: int(row[f"{measure}_sum"] or 0) for row in sums if row[name] is not None}


def held_for_the_future(days: Sequence[date], today: date, table: str) -> HitcastError | None:
    """Why a delivery is held that brings days which have not come anywhere; None where it does not.

    One such day would end every window, and no release would be forecast.
    """
    ahead = sorted(day for day in days if day > today + timedelta(days=1))
    if not ahead:
        return None
    more = f" and {len(ahead) - MAX_SHOWN:,} more" if len(ahead) > MAX_SHOWN else ""
    what = f"held: days that have not come, {', '.join(map(str, ahead[:MAX_SHOWN]))}{more}"
    return HitcastError(what, table, f"Correct the date or `date_format:`. {ACCEPT}")


def held_for_loss(days: Sequence[ResentDay], contract: Contract) -> HitcastError | None:
    """Why a delivery is held that takes most of a day away; None where it does not."""
    held = [day for day in days if day.loses_most]
    if not held:
        return None
    texts = [day.describe(measure_of(contract)) for day in held[:MAX_SHOWN]]
    more = f" and {counted(len(held) - MAX_SHOWN, 'more day')}" if len(held) > MAX_SHOWN else ""
    what = f"held: a day would lose more than half of what it has; {'; '.join(texts)}{more}"
    return HitcastError(what, contract.table, f"Deliver the day whole, or without its stray rows. {ACCEPT}")
