"""Optional values that do not fit their contract: left empty, counted by column, and shown."""

from dataclasses import dataclass

import duckdb

from hitcast.core.sql import Sql, fill
from hitcast.ingest.conflicts import FOLDED
from hitcast.ingest.contract import Column
from hitcast.ingest.finding import shown
from hitcast.ingest.stage import Stage

MAX_WORDS = 3
MAX_LETTERS = 40


@dataclass(frozen=True)
class Emptied:
    """Values of one column that were left empty.

    Attributes:
        column: The contract's column.
        rows: How many.
        reason: What would have fitted.
        examples: The most frequent of them.
        cure: Line to add to a mapping; empty where the contract takes no word but any value of a range.
    """

    column: str
    rows: int
    reason: str
    examples: tuple[str, ...]
    cure: str = ""

    def describe(self) -> str:
        """In one line."""
        such = f", such as {', '.join(map(repr, self.examples))}" if self.examples else ""
        cure = f"; to keep them add to the mapping: {self.cure}" if self.cure else ""
        return f"{self.rows:,} left empty: {self.column} {self.reason}{such}{cure}"


def emptied(connection: duckdb.DuckDBPyConnection, stage: Stage) -> list[Emptied]:
    """What was left empty in `staged`, by column in contract order; rejected rows do not count."""
    found = []
    for i, column in enumerate(stage.contract.delivered):
        if column.required:
            continue
        bit = Sql(str(1 << i))
        # a row that was added to another one had its words too
        where = fill("where problem in (0, {folded}) and unfit & {bit} <> 0", bit=bit, folded=Sql(str(FOLDED)))
        [(rows,)] = connection.execute(fill("select count(*) from staged {where}", where=where)).fetchall()
        if not rows:
            continue
        # of a row whose values are unfit in several columns the first is kept
        query = fill(
            "select bad_value from staged {where} and unfit & ({bit} - 1) = 0 and bad_value is not null"
            " group by bad_value order by count(*) desc, bad_value limit $most",
            where=where,
            bit=bit,
        )
        words = connection.execute(query, {"most": MAX_WORDS}).fetchall()
        examples = tuple(shown(word)[:MAX_LETTERS] for (word,) in words)
        found.append(Emptied(column.name, int(rows), _reason(column), examples, _cure(column, examples)))
    return found


def _reason(column: Column) -> str:
    if column.accepted_values:
        return f"is not one of {', '.join(column.accepted_values)}"
    if column.is_identifier:
        return "is no whole code"
    bounds = ((" from", column.minimum), (" to", column.maximum))
    return f"is no {column.data_type}" + "".join(f"{word} {bound}" for word, bound in bounds if bound is not None)


def _cure(column: Column, examples: tuple[str, ...]) -> str:
    if not column.accepted_values or not examples:
        return ""
    unknown = f"{' or '.join(column.accepted_values)}, or null"
    pairs = ", ".join(f"{word!r}: {column.word_for(word) or unknown}" for word in examples)
    return f"values: {{{column.name}: {{{pairs}}}}}"
