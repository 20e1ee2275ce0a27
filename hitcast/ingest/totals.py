"""Totals since release, where a mapping says `counts: cumulative`. They land as they are; marts take differences."""

from collections.abc import Sequence
from datetime import timedelta

import duckdb

from hitcast.core.errors import HitcastError
from hitcast.core.home import Home
from hitcast.core.sql import Sql, fill, fill_file, joined, listed, quoted
from hitcast.core.words import counted
from hitcast.ingest.contract import measure_of
from hitcast.ingest.finding import escape_glob, shown
from hitcast.ingest.landing import Ledger, landed_file
from hitcast.ingest.readers import Source
from hitcast.ingest.soundness import damage
from hitcast.ingest.stage import Stage

DAILY, CUMULATIVE = "daily", "cumulative"


def counts_of(sources: Sequence[Source]) -> str:
    """What the counts of the files of a table are: `daily`, or `cumulative` for totals since release."""
    return sources[0].mapping.counts or DAILY


def check_one_kind(sources: Sequence[Source]) -> None:
    """Refuses files of one table of which some hold totals: days, and rows of one day, would mix.

    Raises:
        HitcastError: They do.
    """
    totals = [source for source in sources if source.mapping.counts]
    if totals and len(totals) < len(sources):
        what = f"holds totals (`counts: {CUMULATIVE}`), and other files of {totals[0].mapping.table} daily figures"
        raise HitcastError(what, totals[0].name, "Ingest the two kinds in calls of their own")


def fallen_totals(connection: duckdb.DuckDBPyConnection, stage: Stage, home: Home, ledger: Ledger) -> list[str]:
    """Whether totals fall from day to day, within the delivery or beside days that have landed; in one line."""
    contract = stage.contract
    if contract.day_column is None or counts_of(stage.sources) == DAILY:
        return []
    place = {column.name: Sql(f"v{i}") for i, column in enumerate(contract.delivered)}
    day, measure = contract.day_column, measure_of(contract)
    names = [name for name in contract.key if name != day]
    connection.execute(
        fill(
            """
            create or replace temp table totals as
            select {first} as name, hash({key}) as key_hash, {day} as day, {figure} as figure
            from staged where problem = 0
            """,
            first=place[names[0]],
            key=joined(place[name] for name in names),
            day=place[day],
            figure=place[measure],
        )
    )
    days = {found for (found,) in connection.execute("select distinct day from totals").fetchall()}
    beside = {found + timedelta(days=step) for found in days for step in (-1, 1)} - days
    rows = [row for found in sorted(beside) if (row := ledger.get((contract.table, found)))]
    for row in rows:
        if not row.is_withdrawn and row.counts == CUMULATIVE and not damage(home, contract, row):
            query = "insert into totals select {first}, hash({key}), $day, {figure} from read_parquet($path)"
            query = fill(query, first=quoted(names[0]), key=listed(names), figure=quoted(measure))
            path = landed_file(home, contract, row.delivered_day, row.delivery_number)
            connection.execute(query, {"day": row.delivered_day, "path": escape_glob(path)})
    [(keys, fallen, name, fell_on, before, after)] = connection.execute(fill_file(__file__, "fallen")).fetchall()
    if not fallen:
        return []
    example = f"{shown(str(name))} on {fell_on}, {before:,} -> {after:,}"
    what = f"{measure} are totals since release and fall for {fallen:,} of {counted(keys, 'key')}, as of {example}"
    return [f"{what}: what they had on such a day is unknown; are they daily figures?"]
