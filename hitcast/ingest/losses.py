"""What a delivery would lose: rejected rows by day, and days that come again with less than they had."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb
import numpy as np
import pyarrow.compute as pc
import pyarrow.parquet as pq

from hitcast.core.errors import HitcastError
from hitcast.core.sql import Sql, fill
from hitcast.ingest.contract import Contract, measure_of
from hitcast.ingest.stage import Stage

MAX_REJECTED_SHARE = 0.05
"""Of a day's rows, or of its sum as far as it can be read: more of it rejected holds a delivery."""
FEW_REJECTED = 5
MAX_FEW_SHARE = 0.2
"""Share above which so few rejected rows hold a delivery: one in 19 is no sign of a wrong mapping."""
MAX_UNKNOWN_SHARE = 0.005
"""Of a day's rows or sum: more of it rejected makes the day partial. One row in hundreds says little of a day's
releases, and one in each day of a vendor would leave no day whole to learn from."""
MAX_LOST_SHARE = 0.5
"""Of the rows or the sum of a day that comes again: a day that loses more holds a delivery."""
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
        uncounted: How many of the rejected have a figure that cannot be read (1.2K), so that their share of the sum is
            unknown.
    """

    day: date | None
    rejected: int
    rows: int
    share: float
    uncounted: int = 0


@dataclass(frozen=True)
class ResentDay:
    """A day that came again, before and after.

    Attributes:
        day: The day.
        rows_before: Rows that it had.
        rows: Rows that it has now.
        sum_before: Sum of the table's measure that it had.
        sum: Sum that it has now.
    """

    day: date
    rows_before: int
    rows: int
    sum_before: int
    sum: int

    @property
    def loses_most(self) -> bool:
        """Whether more than half of its rows or of its sum is gone."""
        kept = 1 - MAX_LOST_SHARE
        return self.rows < kept * self.rows_before or self.sum < kept * self.sum_before

    def describe(self, measure: str) -> str:
        """In one line."""
        figures = f"rows {self.rows_before:,} -> {self.rows:,}, {measure} {self.sum_before:,} -> {self.sum:,}"
        return f"{self.day} again: {figures}"


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
            coalesce(sum(greatest({measure}, 0)), 0),
            count(*) filter (where problem > 0 and {measure} is null and regexp_matches(bad_value, '[0-9]'))
        from staged
        where {day} is not null
        group by {day}
        having count(*) filter (where problem > 0) > 0 and count(*) filter (where problem = 0) > 0
        order by {day}
        """
    found = [
        RejectedDay(name, lost, count, max(lost / count, float(lost_sum) / max(float(total), 1.0)), uncounted)
        for name, lost, count, lost_sum, total, uncounted in connection.execute(
            fill(query, day=day, measure=measure)
        ).fetchall()
    ]
    if unread := int(undated_rejects(connection, stage).sum()):
        found.append(RejectedDay(None, unread, rows, unread / rows))
    return found


def undated_rejects(connection: duckdb.DuckDBPyConnection, stage: Stage) -> np.ndarray:
    """Rejected rows whose day cannot be read, by file number."""
    place = [column.name for column in stage.contract.delivered].index(str(stage.contract.day_column))
    query = "select file_number, count(*) from staged where problem > 0 and {day} is not null group by file_number"
    undated = stage.rejected.copy()
    for number, rows in connection.execute(fill(query, day=Sql(f"v{place}"))).fetchall():
        undated[number] -= rows
    return undated


def day_state(day: date, rejected: Sequence[RejectedDay], undated_share: float) -> str:
    """`partial` where more than one in 200 of the day, or of a file that brings it, was rejected; else `whole`.

    A rejected row with a figure that cannot be read may be the largest of the day: it makes it partial by itself.

    Args:
        day: The day.
        rejected: Of all days that have any.
        undated_share: Most rejected rows without a readable day in a file of the day, as a share of its rows.
    """
    lost = max((1.0 if found.uncounted else found.share for found in rejected if found.day == day), default=0.0)
    return "partial" if max(lost, undated_share) > MAX_UNKNOWN_SHARE else "whole"


def held_for_rejects(days: Sequence[RejectedDay], table: str) -> HitcastError | None:
    """Why a delivery is held of which too much was rejected; None where no day is above the limit."""
    held = [day for day in days if day.share > _limit(day)]
    if not held:
        return None
    texts = [
        f"{day.rejected:,} of {day.rows:,} rows {f'of {day.day}' if day.day else 'whose day cannot be read'}"
        for day in held[:MAX_SHOWN]
    ]
    more = f" and {len(held) - MAX_SHOWN:,} more days" if len(held) > MAX_SHOWN else ""
    what = f"held: more than {MAX_REJECTED_SHARE:.0%} would be rejected, {', '.join(texts)}{more}"
    cure = f"See why with --dry-run, and correct the files or the mapping. {ACCEPT}"
    return HitcastError(what, table, cure)


def _limit(day: RejectedDay) -> float:
    return MAX_REJECTED_SHARE if day.rejected > FEW_REJECTED else MAX_FEW_SHARE


def resent_day(contract: Contract, day: date, before: Path, after: Path) -> ResentDay:
    """A day that comes again, as it was and as it is to be.

    Args:
        contract: Its table.
        day: The day.
        before: The file that is read today.
        after: The file that is to replace it.
    """
    figures = []
    for path in (before, after):
        column = pq.read_table(path, columns=[measure_of(contract)], partitioning=None).column(0)
        figures.append((len(column), int(pc.sum(column).as_py() or 0)))
    (rows_before, sum_before), (rows, total) = figures
    return ResentDay(day, rows_before, rows, sum_before, total)


def held_for_loss(days: Sequence[ResentDay], contract: Contract) -> HitcastError | None:
    """Why a delivery is held that takes most of a day away; None where it does not."""
    held = [day for day in days if day.loses_most]
    if not held:
        return None
    texts = [day.describe(measure_of(contract)) for day in held[:MAX_SHOWN]]
    more = f" and {len(held) - MAX_SHOWN:,} more days" if len(held) > MAX_SHOWN else ""
    what = f"held: a day would lose more than half of what it has; {'; '.join(texts)}{more}"
    return HitcastError(what, contract.table, f"Deliver the day whole, or without its stray rows. {ACCEPT}")
