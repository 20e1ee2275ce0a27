"""Figures whose unit is not the contract's: in thousands by a header, of days instead of seconds, of unclear marks."""

import duckdb

from hitcast.core.errors import HitcastError
from hitcast.core.sql import Sql, fill
from hitcast.core.words import counted
from hitcast.ingest.carried import CLEAR, UNCLEAR
from hitcast.ingest.contract import Contract
from hitcast.ingest.finding import shown
from hitcast.ingest.headings import unit_in
from hitcast.ingest.places import places_of
from hitcast.ingest.readers import Source
from hitcast.ingest.stage import Stage


def check_units(source: Source, contract: Contract) -> None:
    """Refuses a file whose headers say thousands or millions of figures of which its mapping says nothing.

    Raises:
        HitcastError: Such a figure would land a thousand or a million times too small.
    """
    places, _ = places_of(source.headers, contract, source.mapping)
    for name, place in places.items():
        column = contract.column(name)
        if column is None or not column.may_be_scaled or name in source.mapping.units:
            continue
        headers = [source.headers[place]]
        if source.wide and source.mapping.unpivot and source.mapping.unpivot.values == name:
            headers = [source.wide.headers[cell] for cell in source.wide.cells]
        for header in headers:
            if unit := unit_in(header):
                what = f"has {name} in {unit}, by the header {shown(header)}"
                cure = (
                    f"Write `units: {{{name}: {unit}}}` in the mapping, or `ones` where the header means another thing"
                )
                raise HitcastError(what, source.name, cure)


def held_for_marks(connection: duckdb.DuckDBPyConnection, stage: Stage) -> HitcastError | None:
    """Why a delivery is held of which a file has no other amounts than such as 12.500; None where none has."""
    if not any(column.data_type == "double" and column.required for column in stage.contract.delivered):
        return None
    fields = connection.execute("select column_name from (describe staged) where column_name = 'mark'").fetchall()
    if not fields:
        return None
    query = """
        select file_number, count(*) filter (where mark = $unclear) as rows
        from staged where problem = 0
        group by all having count(*) filter (where mark = $clear) = 0 and rows > 0
        order by all limit 1
        """
    for number, rows in connection.execute(query, {"unclear": UNCLEAR, "clear": CLEAR}).fetchall():
        source = stage.sources[number]
        mark = source.mapping.decimal
        other = "." if mark == "," else ","
        what = f"held: {counted(rows, 'amount')} of {source.name} like 12{mark}500, and no other fraction:"
        cure = f'Write `thousands: "{mark}"` and `decimal: "{other}"` in the mapping for the first'
        cure = f'{cure}, `thousands: "{other}"` and `decimal: "{mark}"` for the second'
        return HitcastError(
            f"{what} is it twelve thousand five hundred, or twelve and a half?", stage.contract.table, cure
        )
    return None


def short_durations(connection: duckdb.DuckDBPyConnection, stage: Stage) -> list[str]:
    """Durations of which none reaches a second, as where a spreadsheet's fraction of a day is taken for seconds."""
    found = []
    for i, column in enumerate(stage.contract.delivered):
        if not column.name.endswith("_seconds"):
            continue
        query = fill("select max({value}), count({value}) from staged where problem = 0", value=Sql(f"v{i}"))
        [(longest, rows)] = connection.execute(query).fetchall()
        if longest is not None and 0 < longest < 1:
            what = f"{column.name} is below a second in all {counted(rows, 'row')}"
            found.append(
                f"{what}: are they fractions of a day? Then write `units: {{{column.name}: days}}` in the mapping"
            )
    return found
