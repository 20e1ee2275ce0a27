"""Codes of another form than nearly all others of their files: a slip, which would count for a recording of its own."""

from dataclasses import dataclass

import duckdb

from hitcast.core.sql import Sql, fill, joined
from hitcast.ingest.checks import Checks
from hitcast.ingest.contract import Contract
from hitcast.ingest.identifiers import standard
from hitcast.ingest.readers import Source

MIN_STANDARD_SHARE = 2 / 3
"""Of the codes of a column: where fewer have the standard form, the label may number its recordings as it likes."""
CURE = "and most codes beside it are: correct it, or write `codes: own` in the mapping if it is the label's own"


@dataclass(frozen=True)
class _Form:
    """A column whose codes have a standard form.

    Attributes:
        place: Its place among the delivered columns.
        is_standard: SQL of whether a code has it; an empty one may be either.
        number: Number of the check.
        rejects: Whether another code rejects its row; else it is left empty.
    """

    place: int
    is_standard: str
    number: int
    rejects: bool

    @property
    def is_other(self) -> str:
        """SQL of whether a code lacks it."""
        return f"v{self.place} is not null and not {self.is_standard}"


def mark_strangers(
    connection: duckdb.DuckDBPyConnection,
    contract: Contract,
    source: Source,
    places: dict[str, int],
    checks: Checks,
    first: int,
) -> None:
    """Rejects, or empties, the codes of a batch in `staged` that lack the form of nearly all others.

    Args:
        connection: Connection that holds `staged`.
        contract: The table.
        source: A file of the batch.
        places: Place of the vendor's column by contract column.
        checks: Extended by these checks.
        first: Number of the first file of the batch, the last one in `staged`.
    """
    if source.mapping.codes:
        return
    forms = []
    for i, column in enumerate(contract.delivered):
        found = standard(f"v{i}", column.name) if column.name in places else None
        if found:
            is_standard, name = found
            number = checks.problem(source.headers[places[column.name]], f"is no {name}, {CURE} ({column.name})")
            forms.append(_Form(i, is_standard, number, column.required or column.name in contract.any_of))
    if not forms:
        return
    counts = joined(Sql(f"count(*) filter ({form.is_standard}), count(*) filter ({form.is_other})") for form in forms)
    query = fill("select {counts} from staged where file_number >= ?", counts=counts)
    [found_counts] = connection.execute(query, [first]).fetchall()
    for form, alike, others in zip(forms, found_counts[::2], found_counts[1::2], strict=True):
        if 0 < others <= (alike + others) * (1 - MIN_STANDARD_SHARE):
            _mark(connection, form, first)


def _mark(connection: duckdb.DuckDBPyConnection, form: _Form, first: int) -> None:
    """A marked code of a required column stays in its rejected row: `partial` reads by the bit that it is none."""
    bit = 1 << form.place
    is_first = f"problem = 0 and unfit & {bit - 1} = 0" if not form.rejects else "problem = 0"
    values = [
        Sql(f"unfit = unfit | {bit}"),
        Sql(f"bad_value = case when {is_first} then v{form.place} else bad_value end"),
        Sql(f"problem = case when problem = 0 then {form.number} else problem end")
        if form.rejects
        else Sql(f"v{form.place} = null"),
    ]
    query = fill(
        "update staged set {values} where file_number >= ? and {is_other}",
        values=joined(values),
        is_other=Sql(form.is_other),
    )
    connection.execute(query, [first])
