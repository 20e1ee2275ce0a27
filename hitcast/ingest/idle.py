"""Days on which nothing happened: files with a header alone, where the mapping says `empty: no_activity`."""

from collections.abc import Collection, Iterator
from datetime import date
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from hitcast.core.digests import digest_of
from hitcast.core.errors import HitcastError
from hitcast.core.sql import Sql, fill, quoted
from hitcast.ingest.checks import Checks
from hitcast.ingest.contract import Contract
from hitcast.ingest.dates import day_of
from hitcast.ingest.days import LandedDay
from hitcast.ingest.finding import shown
from hitcast.ingest.landing import ARROW_TYPES
from hitcast.ingest.readers import Source
from hitcast.ingest.stage import Stage


def named_days(connection: duckdb.DuckDBPyConnection, stage: Stage) -> set[date]:
    """Days that the rows of a delivery name, rejected ones too."""
    place = [column.name for column in stage.contract.delivered].index(str(stage.contract.day_column))
    query = fill("select distinct {day} from staged where {day} between ? and ?", day=quoted(f"v{place}"))
    return {day for (day,) in connection.execute(query, _bounds(stage.contract)).fetchall()}


def idle_days(
    connection: duckdb.DuckDBPyConnection, stage: Stage, folder: Path, days: Collection[date]
) -> Iterator[LandedDay]:
    """Writes a file without rows for each day that only files without rows bring.

    Args:
        connection: DuckDB connection.
        stage: The delivery.
        folder: Where to write `<day>.parquet`.
        days: Days that have rows.

    Yields:
        Each day, in order.

    Raises:
        HitcastError: A file's day cannot be read.
    """
    contract, none = stage.contract, np.zeros(len(stage.sources), dtype=np.int64)
    files: dict[date, list[int]] = {}
    for number, source in enumerate(stage.sources):
        if stage.read[number] == 0:
            files.setdefault(_day(connection, source, contract), []).append(number)
    columns = [column for column in contract.delivered if column.name != contract.day_column]
    schema = pa.schema([(column.name, ARROW_TYPES[column.data_type]) for column in columns])
    for day in sorted(set(files) - set(days)):
        target = folder / f"{day.isoformat()}.parquet"
        pq.write_table(schema.empty_table(), target)
        brought = np.isin(np.arange(len(stage.sources)), files[day])
        yield LandedDay(
            day=day,
            rows=0,
            checksum=f"0-{0:016x}",
            digest=digest_of(target),
            incoming=target,
            brought=brought,
            accepted=none,
            duplicates=none,
            recordings=0,
            measure_sum=0,
        )


def _day(connection: duckdb.DuckDBPyConnection, source: Source, contract: Contract) -> date:
    """The day that a file's name, its folder's or the lines above its header say."""
    name = str(contract.day_column)
    text, checks = source.captured[name], Checks()
    day = day_of(f"cast({checks.parameter(text)} as varchar)", name, source.mapping, checks.parameter)
    found: date | None
    [(found,)] = connection.execute(fill("select {day}", day=Sql(day)), checks.parameters).fetchall()
    first, last = _bounds(contract)
    if found is None or not first <= found.isoformat() <= last:
        what = f"has no rows, and {shown(text)!r} is no day like {source.mapping.format_of(name)}"
        raise HitcastError(what, source.name, "Correct the expression or `date_format:` in the mapping")
    return found


def _bounds(contract: Contract) -> tuple[str, str]:
    """First and last day that the day column may hold, in ISO 8601."""
    [column] = [column for column in contract.delivered if column.name == contract.day_column]
    return column.minimum or "0001-01-01", column.maximum or "9999-12-30"
