"""Files that bring nothing: without rows, or without a valid one."""

from collections.abc import Sequence

import duckdb
import numpy as np

from hitcast.core.errors import HitcastError
from hitcast.core.words import counted
from hitcast.ingest.normalise import ZONED
from hitcast.ingest.readers import Source

NO_DATE = "is not a date like"
"""How the reason begins of a date that was not read: `checks.value_tests`."""


def refuse_worthless(
    connection: duckdb.DuckDBPyConnection, sources: Sequence[Source], read: np.ndarray, rejected: np.ndarray
) -> None:
    """Refuses the first file without rows, or without a valid one.

    Args:
        connection: Connection that holds `rejects`.
        sources: The files.
        read: Rows read, by file.
        rejected: Rows rejected, by file.

    Raises:
        HitcastError: There is one.
    """
    for number, source in enumerate(sources):
        if read[number] == 0 and source.skipped[0] and not source.mapping.empty:
            what = f"has no row: the mapping leaves out {counted(source.skipped[0], 'line')} below the header"
            raise HitcastError(what, source.name, "Correct `skip:`, `comment:` or `record_type:`")
        if read[number] == 0 and not source.mapping.empty:
            raise HitcastError("has a header and no rows", source.name, "Ask for it again, or leave it out")
        if read[number] == rejected[number] > 0:
            [(line, column, value, reason)] = connection.execute(
                "select line, column_name, value, reason from rejects where file_number = ? order by line limit 1",
                [number],
            ).fetchall()
            place = f"line {line}" + (f", column {column}" if column else "")
            cure = _date_cure(connection, source, number) if reason.startswith(NO_DATE) else ""
            cure = cure or "Correct the file or the mapping's formats"
            if value is None:
                cure = "Ask for it, or map the column that has it"
            what = f"has no valid row; {place}: {'' if value is None else f'{value!r} '}{reason}"
            raise HitcastError(what, source.name, cure)


def _date_cure(connection: duckdb.DuckDBPyConnection, source: Source, number: int) -> str:
    """What may say how a file's unread dates are written, as a line of a mapping; empty where nothing does."""
    from hitcast.ingest.propose.formats import dates_of

    if ZONED in source.types:
        return "Write the platform's `timezone:` in a mapping, as in `timezone: Europe/Moscow`"
    query = "select distinct trim(value) from rejects where file_number = ? and starts_with(reason, ?) limit 1000"
    dates = dates_of([value for (value,) in connection.execute(query, [number, NO_DATE]).fetchall()], connection)
    formats = filter(None, (dates.date_format, dates.other)) if dates else ()
    lines = " or ".join(f'`date_format: "{style}"`' for style in formats)
    return lines and f"Write {lines} in a mapping"
