"""What is odd about a delivery though each of its rows is sound."""

from datetime import date
from pathlib import Path

import duckdb

from hitcast.core.home import Home
from hitcast.core.project import read_variables
from hitcast.core.sql import Sql, fill, fill_file, joined
from hitcast.core.words import counted
from hitcast.ingest.campaign_questions import campaign_questions
from hitcast.ingest.catalog_questions import catalog_questions
from hitcast.ingest.contract import measure_of
from hitcast.ingest.finding import shown
from hitcast.ingest.landing import Ledger
from hitcast.ingest.midnights import early_days
from hitcast.ingest.stage import Stage
from hitcast.ingest.totals import fallen_totals

MAX_NAMED = 3
FAR_DAYS = 92
"""Neighboring days of one file: a quarter is the longest period that reports come by."""
FEW_ROWS, FEW_SHARE = 5, 0.01
"""Rows so far away, at the most, or share of their file: a mistyped date is that of a row or a few."""
MIN_DAYS = 7
"""Days of a key from which on it says something that its figures never fall."""
MIN_KEYS = 100
RISING_SHARE = 0.9
ROWS_ASKED = 1_000_000
"""Of a larger delivery about so many rows are asked, all those of some recordings or sounds."""


def questions(
    connection: duckdb.DuckDBPyConnection,
    stage: Stage,
    home: Home,
    ledger: Ledger,
    delivered_on: date,
    catalog: Path | None,
) -> list[str]:
    """What somebody should look at in `staged`, each in one line.

    Args:
        connection: Connection that holds the stage, and of a catalog `landed` and `upserted`.
        stage: The delivery.
        home: Where it lands.
        ledger: The ledger as it was before.
        delivered_on: Day of the delivery.
        catalog: File of the catalog as it is after the delivery; None where there is none yet.
    """
    places = {column.name: Sql(f"v{i}") for i, column in enumerate(stage.contract.delivered)}
    if "release_date" in places:
        return catalog_questions(connection, places, ledger, delivered_on)
    if stage.contract.day_column is None:
        return campaign_questions(connection, places, catalog)
    territory = str(read_variables()["territory"])
    query = "select count(*) from staged where problem = 0 and {territory} = ?"
    [(rows,)] = connection.execute(fill(query, territory=places["territory"]), [territory]).fetchall()
    lacks = not rows and stage.read.any()
    found = [f"no row of the analyzed territory {territory}: for it nothing happened on these days"] if lacks else []
    found += _days_apart(connection, stage, places, ledger)
    found += _far_days(connection, stage, places, ledger) + _lifetime_counts(connection, stage, places)
    found += early_days(connection, stage)
    return found + fallen_totals(connection, stage, home, ledger)


def _days_apart(
    connection: duckdb.DuckDBPyConnection, stage: Stage, places: dict[str, Sql], ledger: Ledger
) -> list[str]:
    """Whether all days of the delivery lie far from those that landed: forecasts follow the latest day."""
    landed = [day for (table, day), row in ledger.items() if table == stage.contract.table and not row.is_withdrawn]
    query = "select min({day}), max({day}) from staged where problem = 0"
    [(first, last)] = connection.execute(fill(query, day=places[str(stage.contract.day_column)])).fetchall()
    if not landed or first is None:
        return []
    earliest, latest = min(landed), max(landed)
    if (first - latest).days > FAR_DAYS:
        apart = f"{(first - latest).days} days after the last that landed, {latest}"
    elif (earliest - last).days > FAR_DAYS:
        apart = f"{(earliest - last).days} days before the first that landed, {earliest}"
    else:
        return []
    return [f"its days, {first} to {last}, lie {apart}: is a date wrong? Forecasts are made for the latest day"]


def _far_days(connection: duckdb.DuckDBPyConnection, stage: Stage, places: dict[str, Sql], ledger: Ledger) -> list[str]:
    """Files with few rows that lie far from all others, on days that are new, as where a year is mistyped."""
    delivered = [day for table, day in ledger if table == stage.contract.table]
    query = fill_file(__file__, "far_days", day=places[str(stage.contract.day_column)])
    values = {"far": FAR_DAYS, "few": FEW_ROWS, "share": FEW_SHARE, "delivered": delivered}
    found = connection.execute(query, values).fetchall()
    more = f", and {counted(len(found) - MAX_NAMED, 'more such day')}" if len(found) > MAX_NAMED else ""
    texts = [
        f"{shown(stage.sources[file].name)} has {counted(rows, 'row')} on {day}"
        for file, day, rows in found[:MAX_NAMED]
    ]
    what = f"more than {FAR_DAYS} days from all other rows of the file, is a date wrong?"
    return [f"{what} {'; '.join(texts)}{more}"] if found else []


def _lifetime_counts(connection: duckdb.DuckDBPyConnection, stage: Stage, places: dict[str, Sql]) -> list[str]:
    """Whether the figures of nearly all keys never fall from day to day: lifetime totals would be like that."""
    contract, measure = stage.contract, measure_of(stage.contract)
    if stage.sources[0].mapping.counts:
        return []
    [(rows,)] = connection.execute("select count(*) from staged where problem = 0").fetchall()
    key = [places[name] for name in contract.key if name != contract.day_column]
    query = fill_file(
        __file__,
        "rising",
        day=places[str(contract.day_column)],
        measure=places[measure],
        key=joined(key),
        first_key=key[0],
    )
    values = {"nth": 1 + rows // ROWS_ASKED, "least": MIN_DAYS}
    [(keys, rising)] = connection.execute(query, values).fetchall()
    if rising < MIN_KEYS or rising < RISING_SHARE * keys:
        return []
    never = f"{measure} never fall from day to day for {rising:,} of {keys:,} keys"
    return [f"{never}: are they totals since release? Then write `counts: cumulative` in the mapping"]
