"""A delivery of one table, held in DuckDB: every row of every file in file order, typed, each with its verdict."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa

from hitcast.core.sql import Sql, fill, fill_file, joined, listed, quoted, typed
from hitcast.ingest.batches import prepared_batches
from hitcast.ingest.broken import broken_rows, reading_error
from hitcast.ingest.carried import carried_types, carried_values
from hitcast.ingest.checks import Checks
from hitcast.ingest.contract import Contract
from hitcast.ingest.identity import has_identity
from hitcast.ingest.lines import check_line_ends, count_lines, record_lines
from hitcast.ingest.normalise import normalized
from hitcast.ingest.places import places_of
from hitcast.ingest.readers import Source, check_unchanged, is_tame, line_parameters, lines_of, row_parameters
from hitcast.ingest.strangers import mark_strangers
from hitcast.ingest.wide import filled_cells
from hitcast.ingest.worthless import refuse_worthless
from hitcast.ingest.xlsx import parsed, sheet_lines

BATCH_ROWS = 200_000
SMALL_FILE = 1 << 16
"""Bytes: DuckDB's threads wait for each other, and take memory, where files are smaller."""


@dataclass(frozen=True)
class Stage:
    """What was read for one table, per file in the order of the sources.

    The connection holds it: `staged` (v0, v1, ... in contract order, file_number, problem, unfit, bad_value, identity
    where the delivered columns alone do not name repeats, and what else `carried_types` names; in file order by rowid)
    and `rejects` (file_number, line, column_name, value, reason).

    Attributes:
        contract: The table.
        sources: Its files.
        read: Rows that the reader found.
        rejected: Rows that failed a check or had the wrong shape.
        is_told_apart: Whether `staged` has an identity.
        has_times: Whether `staged` has what the vendor writes for a day.
    """

    contract: Contract
    sources: list[Source]
    read: np.ndarray
    rejected: np.ndarray
    is_told_apart: bool = False
    has_times: bool = False


def load(
    connection: duckdb.DuckDBPyConnection,
    contract: Contract,
    sources: list[Source],
    work_dir: Path,
    advance: Callable[[int], None],
) -> Stage:
    """Reads all files of one table.

    Args:
        connection: DuckDB connection; `staged` and `rejects` are rebuilt in it.
        contract: The table.
        sources: Its files, in delivery order.
        work_dir: Folder for temporary files.
        advance: Called with the bytes of each batch read.

    Returns:
        The stage.

    Raises:
        HitcastError: A file is broken, not in its encoding, without rows, or without a valid row.
    """
    types = {f"v{i}": column.data_type for i, column in enumerate(contract.delivered)}
    verdict = {"file_number": "integer", "problem": "integer", "unfit": "integer", "bad_value": "varchar"}
    is_told_apart = any(has_identity(source, contract) for source in sources)
    carried = carried_types(sources, contract)
    connection.execute(fill("create or replace table staged ({types})", types=typed(types | verdict | carried)))
    connection.execute(
        "create or replace table rejects"
        " (file_number integer, line bigint, column_name varchar, value varchar, reason varchar)"
    )
    read, rejected = (np.zeros(len(sources), dtype=np.int64) for _ in range(2))
    for first, batch, prepared in prepared_batches(sources, work_dir):
        problems = _insert(connection, contract, batch, prepared, first, list(carried))
        broken = broken_rows(connection, batch, prepared)
        for number, count, first_row, failed in _counts(connection, first, len(batch)):
            own = broken[number - first]
            source, path = batch[number - first], prepared[number - first]
            read[number], rejected[number] = count + len(own), failed + len(own)
            cells = None
            if source.wide:
                cells = filled_cells(connection, lines_of(source), source.wide, line_parameters(source, [path]))
            records = (count if cells is None else len(cells)) + len(own)
            check_line_ends(source, path, records)
            if rejected[number]:
                starts, is_record = _records(source, path, records)
                _keep_rejects(connection, number, first_row, problems, own, starts, is_record, cells)
        for source, path in zip(batch, prepared, strict=True):
            if path != source.path:
                path.unlink()
            check_unchanged(source)
        advance(sum(source.size for source in batch))
    parsed.cache_clear()
    if "identity" in carried and not is_told_apart:
        is_told_apart = bool(connection.execute("select 1 from staged where identity <> 0 limit 1").fetchall())
    stage = Stage(contract, sources, read, rejected, is_told_apart, "day_text" in carried)
    refuse_worthless(connection, sources, read, rejected)
    return stage


def _insert(
    connection: duckdb.DuckDBPyConnection,
    contract: Contract,
    batch: list[Source],
    prepared: list[Path],
    first: int,
    names: list[str],
) -> pa.Table:
    """Appends a batch to `staged`, with what is carried by these names; returns the checks that it was put to."""
    shape, checks = batch[0], Checks()
    places, _ = places_of(shape.headers, contract, shape.mapping)
    try:
        tame = all(map(is_tame, batch, prepared))
    except OSError:
        for source in batch:
            check_unchanged(source)
        raise
    carried = carried_values(shape, contract, names, checks)
    query = normalized(shape, contract, places, checks, tame, carried)
    checks.parameters |= {"first_file": first} | row_parameters(batch, prepared)
    if shape.kind == "csv":
        connection.execute("drop table if exists reject_errors; drop table if exists reject_scans")
    is_small = sum(source.size for source in batch) < SMALL_FILE * len(batch)
    try:
        if is_small:
            connection.execute("set threads = 1")
        connection.execute(fill("insert into staged {query}", query=query), checks.parameters)
    except duckdb.OutOfMemoryException:
        raise
    except duckdb.Error as error:
        for source in batch:
            check_unchanged(source)
        raise reading_error(error, batch, prepared) from None
    finally:
        connection.execute("reset threads")
    mark_strangers(connection, contract, shape, places, checks, first)
    columns, reasons = zip(*checks.problems, strict=True)
    return pa.table({"number": range(1, len(columns) + 1), "column_name": columns, "reason": reasons})


def _counts(connection: duckdb.DuckDBPyConnection, first: int, files: int) -> list[tuple[int, int, int, int]]:
    """(file number, rows, first row, rows that failed a check) of every file of a batch."""
    found = connection.execute(
        """
        select file_number, count(*), min(rowid), max(rowid), count(*) filter (where problem > 0)
        from staged where file_number >= ? group by file_number
        """,
        [first],
    ).fetchall()
    for number, rows, first_row, last_row, _ in found:
        # Line numbers and the order of duplicates rest on this.
        if last_row - first_row + 1 != rows:
            raise AssertionError(f"rows of file {number} are not in file order")
    counts = {number: (rows, first_row, failed) for number, rows, first_row, _, failed in found}
    return [(number, *counts.get(number, (0, 0, 0))) for number in range(first, first + files)]


def _records(source: Source, prepared: Path, count: int) -> tuple[np.ndarray, np.ndarray]:
    """First line of every record of a file, blank ones included, and whether it is a record with fields."""
    if source.kind in ("parquet", "json"):
        return np.arange(1, count + 1), np.ones(count, dtype=bool)
    if source.kind == "workbook":
        return np.array(sheet_lines(source.path, source.mapping)), np.ones(count, dtype=bool)
    if count_lines(prepared) != count + 1:
        starts, is_blank = map(np.array, zip(*record_lines(prepared, source.mapping.delimiter), strict=True))
        if (~is_blank).sum() == count:
            return starts, ~is_blank
    return np.arange(2, count + 2), np.ones(count, dtype=bool)


def _keep_rejects(
    connection: duckdb.DuckDBPyConnection,
    number: int,
    first_row: int,
    problems: pa.Table,
    broken: dict[int, tuple[str, str]],
    starts: np.ndarray,
    is_record: np.ndarray,
    cells: np.ndarray | None,
) -> None:
    """Puts a file's rejected rows into `rejects`, each with its line; `cells` are the rows that each line gave."""
    failed = connection.execute(
        "select rowid as row_number from staged where file_number = ? and problem > 0 order by rowid", [number]
    ).to_arrow_table()
    rows = failed.column("row_number").to_numpy()
    places = np.array(sorted(broken), dtype=np.int64) - 2
    broken_lines = starts[places]
    # A broken record holds a place in the file but none in `staged`.
    is_staged = is_record.copy()
    is_staged[places] = False
    lines = starts[is_staged] if cells is None else np.repeat(starts[is_staged], cells)
    verdicts = pa.table({"row_number": rows, "line": lines[rows - first_row]})
    shapes = pa.table(
        {
            "line": broken_lines,
            "value": pa.array([broken[place + 2][0] for place in places], pa.string()),
            "reason": pa.array([broken[place + 2][1] for place in places], pa.string()),
        }
    )
    for name, table in (("verdicts", verdicts), ("shapes", shapes), ("problems", problems)):
        connection.register(name, table)
    connection.execute(
        """
        insert into rejects
        select file_number, line, column_name, bad_value, reason
        from staged
            inner join verdicts on staged.rowid = verdicts.row_number
            inner join problems on staged.problem = problems.number
        where file_number = $number
        union all
        select $number, line, '', value, reason from shapes
        """,
        {"number": number},
    )


def named_columns(contract: Contract) -> Sql:
    """The columns of `staged` by their contract names, as the list of a select."""
    return joined(Sql(f"v{i} as {quoted(column.name)}") for i, column in enumerate(contract.delivered))


def sorted_rows(connection: duckdb.DuckDBPyConnection, stage: Stage) -> pa.RecordBatchReader:
    """Valid rows by day and sort columns, with what `write_days` needs to know of each."""
    contract = stage.contract
    delivered = [column.name for column in contract.delivered]
    query = fill_file(
        __file__,
        "sorted_rows",
        carried=Sql(", identity" if stage.is_told_apart else ""),
        identity=Sql("identity" if stage.is_told_apart else "cast(0 as ubigint)"),
        named_columns=named_columns(contract),
        columns=listed(delivered),
        key=listed(contract.key),
        others=listed(name for name in delivered if name not in contract.key),
        order=listed((str(contract.day_column), *contract.sort)),
    )
    return connection.execute(query).to_arrow_reader(BATCH_ROWS)
