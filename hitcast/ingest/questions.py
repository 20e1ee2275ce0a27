"""What is odd about a delivery though each of its rows is sound."""

import duckdb

from hitcast.core.project import read_variables
from hitcast.core.sql import Sql, fill, fill_file, joined
from hitcast.ingest.contract import measure_of
from hitcast.ingest.finding import shown
from hitcast.ingest.stage import Stage

MAX_NAMED = 3
FAR_DAYS = 92
"""Neighboring days of one file: a quarter is the longest period that reports come by."""
MIN_DAYS = 7
"""Days of a key from which on it says something that its figures never fall."""
MIN_KEYS = 100
RISING_SHARE = 0.9
ROWS_ASKED = 1_000_000
"""Of a larger delivery about so many rows are asked, all those of some keys."""


def questions(connection: duckdb.DuckDBPyConnection, stage: Stage) -> list[str]:
    """What somebody should look at in `staged`, each in one line."""
    places = {column.name: Sql(f"v{i}") for i, column in enumerate(stage.contract.delivered)}
    if stage.contract.day_column is None:
        return _catalog_questions(connection, places)
    territory = str(read_variables()["territory"])
    query = "select count(*) from staged where problem = 0 and {territory} = ?"
    [(rows,)] = connection.execute(fill(query, territory=places["territory"]), [territory]).fetchall()
    found = [] if rows else [f"no row of the analysed territory {territory}: for it nothing happened on these days"]
    return found + _far_days(connection, stage, places) + _lifetime_counts(connection, stage, places)


def _far_days(connection: duckdb.DuckDBPyConnection, stage: Stage, places: dict[str, Sql]) -> list[str]:
    """Files with neighboring days that lie far apart, as where a year is mistyped."""
    query = """
        select file_number, previous, day
        from (
            select *, lag(day) over (partition by file_number order by day) as previous
            from (select distinct file_number, {day} as day from staged where problem = 0)
        )
        where day - previous > $far
        order by all
        """
    gaps = connection.execute(fill(query, day=places[str(stage.contract.day_column)]), {"far": FAR_DAYS}).fetchall()
    more = f", and {len(gaps) - MAX_NAMED:,} more such gaps" if len(gaps) > MAX_NAMED else ""
    texts = [f"{shown(stage.sources[file].name)} has {first} and then {second}" for file, first, second in gaps]
    return [f"days far apart in one file, is a date wrong? {'; '.join(texts[:MAX_NAMED])}{more}"] if gaps else []


def _lifetime_counts(connection: duckdb.DuckDBPyConnection, stage: Stage, places: dict[str, Sql]) -> list[str]:
    """Whether the figures of nearly all keys never fall from day to day: lifetime totals would be like that."""
    contract, measure = stage.contract, measure_of(stage.contract)
    [(rows,)] = connection.execute("select count(*) from staged where problem = 0").fetchall()
    query = fill_file(
        __file__,
        "rising",
        day=places[str(contract.day_column)],
        measure=places[measure],
        key=joined(places[name] for name in contract.key if name != contract.day_column),
    )
    values = {"nth": 1 + rows // ROWS_ASKED, "least": MIN_DAYS}
    [(keys, rising)] = connection.execute(query, values).fetchall()
    if rising < MIN_KEYS or rising < RISING_SHARE * keys:
        return []
    return [f"{measure} never fall from day to day for {rising:,} of {keys:,} keys: are they totals since release?"]


def _catalog_questions(connection: duckdb.DuckDBPyConnection, places: dict[str, Sql]) -> list[str]:
    """Release dates that stand for an unknown one, releases of several dates, and rows of one track that differ."""
    found = []
    names = {"upc": places["upc"], "release_date": places["release_date"]}
    query = """
        select distinct {upc} from staged
        where problem = 0 and {release_date} = date '1970-01-01' order by all
        """
    if releases := connection.execute(fill(query, **names)).fetchall():
        found.append(f"dated 1970-01-01, as if the date were not known: UPC {_named(releases)}")
    query = """
        select {upc} from staged where problem = 0
        group by {upc} having count(distinct {release_date}) > 1 order by {upc}
        """
    if releases := connection.execute(fill(query, **names)).fetchall():
        found.append(f"with several release dates, of which the earliest counts: UPC {_named(releases)}")
    query = """
        select {upc} from staged where problem = 0
        group by {upc}, {isrc} having count(*) > 1 and count(distinct hash({row})) > 1 order by all
        """
    row = joined(place for column, place in places.items() if column != "release_date")
    if releases := connection.execute(fill(query, upc=places["upc"], isrc=places["isrc"], row=row)).fetchall():
        found.append(f"with rows of one track that differ, of which the last counts: UPC {_named(releases)}")
    return found


def _named(rows: list[tuple[str]]) -> str:
    more = f" and {len(rows) - MAX_NAMED:,} more" if len(rows) > MAX_NAMED else ""
    return ", ".join(upc for (upc,) in rows[:MAX_NAMED]) + more
