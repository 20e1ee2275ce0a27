"""What is odd about a delivery though each of its rows is sound."""

import duckdb

from hitcast.core.project import read_variables
from hitcast.core.sql import Sql, fill
from hitcast.ingest.stage import Stage

MAX_NAMED = 3


def questions(connection: duckdb.DuckDBPyConnection, stage: Stage) -> list[str]:
    """What somebody should look at in `staged`, each in one line."""
    places = {column.name: Sql(f"v{i}") for i, column in enumerate(stage.contract.delivered)}
    if stage.contract.day_column is None:
        return _catalog_questions(connection, places)
    territory = str(read_variables()["territory"])
    query = "select count(*) from staged where problem = 0 and {territory} = ?"
    [(rows,)] = connection.execute(fill(query, territory=places["territory"]), [territory]).fetchall()
    if rows:
        return []
    return [f"no row of the analysed territory {territory}: for it nothing happened on these days"]


def _catalog_questions(connection: duckdb.DuckDBPyConnection, places: dict[str, Sql]) -> list[str]:
    """Release dates that stand for an unknown one, and releases of several dates."""
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
    return found


def _named(rows: list[tuple[str]]) -> str:
    more = f" and {len(rows) - MAX_NAMED:,} more" if len(rows) > MAX_NAMED else ""
    return ", ".join(upc for (upc,) in rows[:MAX_NAMED]) + more
