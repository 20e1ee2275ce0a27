"""Rows of one key that differ: added up, or netted, where the mapping says so, else refused with a question."""

from dataclasses import dataclass
from typing import cast

import duckdb
import numpy as np

from hitcast.core.errors import HitcastError
from hitcast.core.sql import Sql, fill, fill_file, joined
from hitcast.core.words import counted
from hitcast.ingest.breakdowns import SKIP_TOTALS, summed_rows
from hitcast.ingest.contract import Column, Contract
from hitcast.ingest.days import KeyConflictError
from hitcast.ingest.finding import shown
from hitcast.ingest.identity import unforeseen_bits, unused_places
from hitcast.ingest.stage import Stage

FOLDED = 2**31 - 1
"""The `problem` of a staged row that another one holds."""
OTHERWISE_ALIKE = "other values in columns that feed nothing"
OTHER_TIMES = "equal figures"
MAX_NAMED = 8


@dataclass(frozen=True)
class Folded:
    """Rows that were put into others.

    Attributes:
        added: Rows whose figures another row holds, by file number.
        repeats: Rows that repeat another one of the vendor's, by file number.
    """

    added: np.ndarray
    repeats: np.ndarray


def add_up(connection: duckdb.DuckDBPyConnection, stage: Stage) -> Folded:
    """Makes one row of those of a key in `staged`, where the mapping of their files says so.

    Counts add up; a figure that is none, such as a mean or listeners, becomes empty, and text is that of the last row.
    Rows that agree in all of the vendor's columns are repeats.

    Raises:
        KeyConflictError: Rows differ of which none is a correction, and the mapping does not say that they add up.
        HitcastError: What corrections take away is more than was there.
    """
    files = len(stage.sources)
    folded = Folded(np.zeros(files, dtype=np.int64), np.zeros(files, dtype=np.int64))
    if unforeseen := _unforeseen_files(connection, stage):
        # which of them is which nobody can tell any more, so that they make one row
        _fold(connection, stage.contract, unforeseen, True, unforeseen_bits(stage.contract))
        _count(connection, folded)
    kinds = {(s.mapping.combine, s.mapping.corrections) for s in stage.sources if s.mapping.adds_up}
    for combine, corrections in kinds:
        own = [
            number
            for number, source in enumerate(stage.sources)
            if (source.mapping.combine, source.mapping.corrections) == (combine, corrections)
        ]
        _fold(connection, stage.contract, own, combine == "sum")
        _count(connection, folded)
        if corrections:
            _refuse_negative(connection, stage, own)
    return folded


def _unforeseen_files(connection: duckdb.DuckDBPyConnection, stage: Stage) -> list[int]:
    """Files with words in the key that the contract does not know, and whose rows do not add up anyway."""
    bits = unforeseen_bits(stage.contract)
    if not bits:
        return []
    query = "select distinct file_number from staged where problem = 0 and unfit & ? <> 0 order by all"
    numbers = [number for (number,) in connection.execute(query, [bits]).fetchall()]
    return list(range(len(stage.sources))) if any(stage.sources[i].mapping.combine != "sum" for i in numbers) else []


def _count(connection: duckdb.DuckDBPyConnection, counts: Folded) -> None:
    """Adds the rows of `folded`."""
    query = "select file_number, is_repeat, count(*) from folded group by file_number, is_repeat"
    for number, is_repeat, rows in connection.execute(query).fetchall():
        (counts.repeats if is_repeat else counts.added)[number] += rows


def _fold(
    connection: duckdb.DuckDBPyConnection, contract: Contract, files: list[int], adds_all: bool, bits: int = 0
) -> None:
    """Puts rows of one key into the last of them; `folded` holds the others.

    With `bits`, only of keys of which a row has one of these bits in `unfit`.
    """
    figures = [(i, column) for i, column in enumerate(contract.delivered) if _is_figure(column, contract)]
    counts = [(i, column) for i, column in figures if column.is_count and column.additive]
    places = {column.name: i for i, column in enumerate(contract.delivered)}
    connection.execute(
        fill_file(
            __file__,
            "folded",
            key=joined(Sql(f"v{places[name]}") for name in contract.key),
            counts=joined(Sql(f"v{i}") for i, _ in counts),
            others=joined(Sql(f"v{i}") for i in range(len(contract.delivered))),
        ),
        {"files": files, "bits": bits},
    )
    if not adds_all:
        differing = connection.execute(
            """
            select min(row_number), max(row_number) from alike where not is_repeat and not is_correction
            group by key_hash having count(*) > 1 order by min(row_number) limit 1
            """
        ).fetchall()
        for first, second in differing:
            raise KeyConflictError(first, second)
    sums = joined(Sql(f"cast(sum(v{i}) as bigint) as v{i}") for i, _ in counts)
    connection.execute(
        fill(
            """
            create or replace temp table sums as
            select key_hash, max(row_number) as row_number, {sums}
            from alike where not is_repeat
            group by key_hash
            having count(*) > 1
            """,
            sums=sums,
        )
    )
    connection.execute(
        """
        create or replace temp table folded as
        select alike.row_number, file_number, is_repeat
        from alike left join sums using (key_hash)
        where is_repeat or alike.row_number < sums.row_number
        """
    )
    values = [Sql(f"v{i} = sums.v{i}") for i, _ in counts]
    values += [Sql(f"v{i} = null") for i, column in figures if (i, column) not in counts]
    connection.execute(
        fill("update staged set {values} from sums where staged.rowid = sums.row_number", values=joined(values))
    )
    connection.execute(
        "update staged set problem = $folded from folded where staged.rowid = folded.row_number", {"folded": FOLDED}
    )


def _is_figure(column: Column, contract: Contract) -> bool:
    return column.data_type in ("bigint", "double") and column.name not in contract.key


def _refuse_negative(connection: duckdb.DuckDBPyConnection, stage: Stage, files: list[int]) -> None:
    """A count below 0 is empty where it is not required; else its key is refused."""
    for i, column in enumerate(stage.contract.delivered):
        if not column.is_count:
            continue
        is_below = fill("{value} < 0 and problem = 0 and list_contains($files, file_number)", value=Sql(f"v{i}"))
        if not column.required:
            query = "update staged set {value} = null, unfit = unfit | $bit where {is_below}"
            query = fill(query, value=Sql(f"v{i}"), is_below=is_below)
            connection.execute(query, {"bit": 1 << i, "files": files})
            continue
        query = fill(
            "select rowid, file_number, {value}, count(*) over () from staged where {is_below} order by rowid limit 1",
            value=Sql(f"v{i}"),
            is_below=is_below,
        )
        for row, number, net, count in connection.execute(query, {"files": files}).fetchall():
            of_all = f"of {counted(count, 'key')} in all"
            what = f"has corrections that take more than was there: {column.name} {net} net, {of_all}"
            cure = "Deliver a correction with the rows that it corrects, on their day, or leave it out"
            key = _key_text(connection, stage.contract, row)
            raise HitcastError(f"{what}; {key}", stage.sources[number].name, cure)


def conflict_error(connection: duckdb.DuckDBPyConnection, stage: Stage, conflict: KeyConflictError) -> HitcastError:
    """The refusal of two rows of one key that differ, with the question which column tells them apart."""
    contract = stage.contract
    first, second = (_staged_row(connection, contract, row) for row in conflict.rows)
    names = [stage.sources[cast(int, row[-1])].name for row in (first, second)]
    pairs = zip(contract.delivered, first, second, strict=False)
    differing = [f"{column.name} {one} and {other}" for column, one, other in pairs if one != other]
    where = names[0] if names[0] == names[1] else f"{names[0]} and {names[1]}"
    if len(times := _day_texts(connection, stage, conflict.rows)) > 1:
        what = f"{_key_text(connection, contract, conflict.rows[0])} has {', '.join(differing) or OTHER_TIMES}"
        what = f"two rows of one day differ in time, {' and '.join(times)}: {what}"
        cure = "Are they hours, which add up? Then write `combine: sum` in the mapping"
        same = "" if differing else "; `combine: same` if they are repeats"
        return HitcastError(shown(what), where, f"{cure}{same}; of two versions of a row deliver one")
    values = ", ".join(differing) or OTHERWISE_ALIKE
    what = f"two rows of one key differ: {_key_text(connection, contract, conflict.rows[0])} has {values}"
    if sums := summed_rows(connection, stage, list(range(len(stage.sources)))):
        return HitcastError(shown(f"{what}; {sums}"), where, SKIP_TOTALS)
    unused = _unused(stage, cast(int, second[-1]))
    apart = f" ({', '.join(unused)}?)" if unused else ""
    same = ", `combine: same` if they are repeats" if values == OTHERWISE_ALIKE else ""
    sums = ", or write `combine: sum` in the mapping if such rows add up" if contract.day_column else ""
    cure = f"Which column tells them apart{apart}? Map it{sums}{same}; of two versions of a row deliver one"
    return HitcastError(shown(what), where, shown(cure))


def _day_texts(connection: duckdb.DuckDBPyConnection, stage: Stage, rows: tuple[int, int]) -> list[str]:
    """What the vendor writes for the day of two rows, once where it is the same."""
    if not stage.has_times:
        return []
    query = "select distinct trim(day_text) as text from staged where list_contains($rows, rowid) order by text"
    return [text for (text,) in connection.execute(query, {"rows": list(rows)}).fetchall() if text is not None]


def _staged_row(connection: duckdb.DuckDBPyConnection, contract: Contract, row: int) -> tuple[object, ...]:
    columns = joined(Sql(f"v{i}") for i in range(len(contract.delivered)))
    query = fill("select {columns}, file_number from staged where rowid = ?", columns=columns)
    [found] = connection.execute(query, [row]).fetchall()
    return tuple(found)


def _key_text(connection: duckdb.DuckDBPyConnection, contract: Contract, row: int) -> str:
    pairs = zip(contract.delivered, _staged_row(connection, contract, row), strict=False)
    return ", ".join(str(value) for column, value in pairs if column.name in contract.key and value is not None)


def _unused(stage: Stage, number: int) -> list[str]:
    """The vendor's columns that feed nothing."""
    source = stage.sources[number]
    return [source.headers[i] for i in unused_places(source, stage.contract)][:MAX_NAMED]
