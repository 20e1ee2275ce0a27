"""What is odd in a catalog though each row is sound: dates, tracks that differ, releases that lose their tracks."""

from datetime import date, timedelta

import duckdb

from hitcast.core.project import read_variables
from hitcast.core.sql import Sql, fill, fill_file, joined
from hitcast.ingest.contract import load_contracts
from hitcast.ingest.finding import shown
from hitcast.ingest.landing import Ledger

MAX_NAMED = 3
MAX_AHEAD = timedelta(days=3 * 366)
"""No label announces a release earlier."""


def catalog_questions(
    connection: duckdb.DuckDBPyConnection, places: dict[str, Sql], ledger: Ledger, delivered_on: date
) -> list[str]:
    """What somebody should look at, each in one line.

    Args:
        connection: Connection that holds `staged`, and the catalog before and after, `landed` and `upserted`.
        places: Column of `staged` by the contract's.
        ledger: The ledger as it was before.
        delivered_on: Day of the delivery.
    """
    found = []
    query = """
        select distinct {upc} from staged
        where problem = 0 and {release_date} = date '1970-01-01' order by all
        """
    if releases := connection.execute(fill(query, **places)).fetchall():
        found.append(f"dated 1970-01-01, as if the date were not known: UPC {_named(releases)}")
    query = "select distinct {upc} from staged where problem = 0 and {release_date} > $latest order by all"
    latest = {"latest": delivered_on + MAX_AHEAD}
    if releases := connection.execute(fill(query, **places), latest).fetchall():
        found.append(f"dated more than three years ahead, as years of two digits may be: UPC {_named(releases)}")
    query = """
        select {upc} from (
            select {upc}, {release_date} as release_date from staged where problem = 0
            union all
            select upc, release_date from upserted where upc in (select {upc} from staged where problem = 0)
        )
        group by {upc} having count(distinct release_date) > 1 order by {upc}
        """
    if releases := connection.execute(fill(query, **places)).fetchall():
        found.append(f"with several release dates, of which the earliest counts: UPC {_named(releases)}")
    return [
        *found,
        *_moved_dates(connection),
        *_differing_tracks(connection, places),
        *_lost_tracks(connection, ledger, delivered_on),
    ]


def _moved_dates(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Releases whose date is another one than before this delivery, and with it every day since release."""
    query = """
        select upc, first(title), min(before_date), min(after_date) from (
            select upc, release_title as title, release_date as before_date, null as after_date from landed
            union all
            select upc, release_title, null, release_date from upserted
        )
        group by upc having min(before_date) <> min(after_date) order by upc
        """
    rows = connection.execute(query).fetchall()
    texts = [f"UPC {upc} ({shown(str(title))}) {before} -> {after}" for upc, title, before, after in rows[:MAX_NAMED]]
    more = f" and {len(rows) - MAX_NAMED:,} more" if len(rows) > MAX_NAMED else ""
    return [f"whose release date moves: {', '.join(texts)}{more}"] if rows else []


def _differing_tracks(connection: duckdb.DuckDBPyConnection, places: dict[str, Sql]) -> list[str]:
    """Tracks whose rows differ, by column."""
    others = {name: place for name, place in places.items() if name not in ("upc", "isrc")}
    counts = joined(
        fill("count(distinct coalesce(cast({place} as varchar), ''))", place=place) for place in others.values()
    )
    query = fill(
        "select {upc}, {counts} from staged where problem = 0 group by {upc}, {isrc} having count(*) > 1 order by all",
        upc=places["upc"],
        isrc=places["isrc"],
        counts=counts,
    )
    rows = [row for row in connection.execute(query).fetchall() if max(row[1:]) > 1]
    if not rows:
        return []
    tracks = {name: sum(row[i] > 1 for row in rows) for i, name in enumerate(others, 1)}
    columns = ", ".join(f"{name} {count:,}" for name, count in tracks.items() if count)
    releases = [(upc,) for upc in dict.fromkeys(row[0] for row in rows)]
    what = f"with rows of one track that differ, of which the last counts (tracks by column: {columns})"
    return [f"{what}: UPC {_named(releases)}"]


def _lost_tracks(connection: duckdb.DuckDBPyConnection, ledger: Ledger, delivered_on: date) -> list[str]:
    """Releases that are not over and whose recordings are all credited to others, as of this delivery."""
    contracts = load_contracts()
    days = [day for (table, day), row in ledger.items() if contracts[table].day_column and not row.is_withdrawn]
    since = max(days, default=delivered_on) - timedelta(days=max(read_variables()["horizons"]))
    rows = connection.execute(fill_file(__file__, "lost_tracks"), {"since": since}).fetchall()
    if not rows:
        return []
    texts = [f"UPC {upc} ({shown(str(title))}) to UPC {other}" for upc, title, other in rows[:MAX_NAMED]]
    more = f" and {len(rows) - MAX_NAMED:,} more" if len(rows) > MAX_NAMED else ""
    return [f"new releases with no track of their own, all credited to an earlier release: {', '.join(texts)}{more}"]


def _named(rows: list[tuple[str]]) -> str:
    more = f" and {len(rows) - MAX_NAMED:,} more" if len(rows) > MAX_NAMED else ""
    return ", ".join(upc for (upc,) in rows[:MAX_NAMED]) + more
