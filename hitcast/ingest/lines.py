"""Lines of CSV files: counted, numbered, and their ends looked at, by a reader that is not DuckDB's."""

import csv
from collections.abc import Iterator
from pathlib import Path

from hitcast.core.errors import HitcastError
from hitcast.ingest.readers import Source
from hitcast.ingest.texts import CHUNK

# Longer than any row that DuckDB takes.
MAX_FIELD = 1 << 24
MIXED = "Its line ends are mixed, or its quotes are not closed"


def record_lines(prepared: Path, delimiter: str) -> Iterator[tuple[int, bool]]:
    """First line of every record of a prepared CSV file, its header left out, and whether the record is blank.

    Exact where a value spans lines, at the price of a second pass: for reports of rejected rows only.
    """
    csv.field_size_limit(MAX_FIELD)
    with prepared.open(encoding="utf-8-sig", newline="") as text:
        reader = csv.reader(text, delimiter=delimiter)
        next(reader)
        end = reader.line_num
        for record in reader:
            yield end + 1, not record
            end = reader.line_num


def count_lines(prepared: Path) -> int:
    """Lines of a prepared CSV file, its header included, a last one without an end counted too."""
    feeds, returns, last = 0, 0, b""
    with prepared.open("rb") as file:
        while chunk := file.read(CHUNK):
            feeds, last = feeds + chunk.count(b"\n"), chunk[-1:]
            # lines end in bare returns in a file without a single feed
            returns += 0 if feeds else chunk.count(b"\r")
    return (feeds or returns) + (last not in (b"\n", b"\r", b""))


def mixes_line_ends(prepared: Path) -> bool:
    """Whether a prepared CSV file holds more than one of the three line ends, be it within quotes."""
    feeds, returns, pairs, last = 0, 0, 0, b""
    with prepared.open("rb") as file:
        # to look for a mark that is not there is cheaper than to count
        while b"\r" not in (chunk := file.read(CHUNK)):
            if not chunk:
                return False
        file.seek(0)
        while chunk := file.read(CHUNK):
            feeds, returns = feeds + chunk.count(b"\n"), returns + chunk.count(b"\r")
            pairs += chunk.count(b"\r\n") + (last == b"\r" and chunk[:1] == b"\n")
            last = chunk[-1:]
    return not (feeds == 0 or feeds == returns == pairs)


def check_line_ends(source: Source, prepared: Path, read: int) -> None:
    """Refuses a CSV file of mixed line ends that rows are missing of: behind quotes DuckDB passes over some in silence.

    Args:
        source: The file.
        prepared: What was read of it.
        read: Rows that were found.

    Raises:
        HitcastError: Another reader finds other rows.
    """
    if source.kind != "csv" or not mixes_line_ends(prepared):
        return
    if read != sum(not is_blank for _, is_blank in record_lines(prepared, source.mapping.delimiter)):
        raise HitcastError("is no well-formed CSV file", source.name, MIXED)
