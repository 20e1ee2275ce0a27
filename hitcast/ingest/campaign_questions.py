"""A campaign log though each row is sound: what is of no known release, and what changes of known campaigns."""

from pathlib import Path

import duckdb

from hitcast.core.sql import Sql, fill, fill_file, joined
from hitcast.ingest.contract import Contract
from hitcast.ingest.finding import shown

MAX_NAMED = 3


def campaign_questions(
    connection: duckdb.DuckDBPyConnection, places: dict[str, Sql], catalog: Path | None
) -> list[str]:
    """Campaigns for releases or recordings that no catalog has, in one line.

    Args:
        connection: Connection that holds `staged`.
        places: Column of `staged` by the contract's.
        catalog: File of the catalog as it is after the delivery; None where there is none yet.
    """
    if catalog is None or not catalog.is_file():
        return []
    query = """
        select kind, code, count(*) from (
            select 'UPC' as kind, {upc} as code from staged where problem = 0
                and {upc} not in (select upc from read_parquet($catalog, hive_partitioning = false))
            union all
            select 'ISRC', {isrc} from staged where problem = 0
                and {isrc} not in (select isrc from read_parquet($catalog, hive_partitioning = false))
        ) group by all order by kind desc, code
        """
    found = connection.execute(
        fill(query, upc=places["upc"], isrc=places["isrc"]), {"catalog": str(catalog)}
    ).fetchall()
    if not found:
        return []
    more = f" and {len(found) - MAX_NAMED:,} more" if len(found) > MAX_NAMED else ""
    codes = ", ".join(f"{kind} {shown(code)}" for kind, code, _ in found[:MAX_NAMED])
    return [f"campaigns of no release in the catalog, which count for none: {codes}{more}"]


def changed_campaigns(connection: duckdb.DuckDBPyConnection, contract: Contract) -> list[str]:
    """Campaigns that were known and come otherwise, before and after, in one line.

    Args:
        connection: Connection that holds `landed`, the log as it was, and `arrived`.
        contract: The log's.
    """
    others = [column.name for column in contract.delivered if column.name not in contract.key]
    differs = [Sql(f"arrived.{name} is distinct from landed.{name}") for name in others]
    query = fill_file(
        __file__,
        "changed_campaigns",
        name=joined((Sql(f"arrived.{name}") for name in contract.key if name != "start_date"), ", "),
        values=joined(Sql(f"landed.{name}, arrived.{name}") for name in others),
        is_same=joined((Sql(f"arrived.{name} is not distinct from landed.{name}") for name in contract.key), " and "),
        differs=joined(differs, " or "),
    )
    rows = connection.execute(query).fetchall()
    if not rows:
        return []
    texts = []
    for name, start, _, _, *values in rows[:MAX_NAMED]:
        pairs = zip(others, values[::2], values[1::2], strict=True)
        changes = ", ".join(f"{column} {_text(old)} -> {_text(new)}" for column, old, new in pairs if old != new)
        texts.append(f"{shown(name)} from {start}: {changes}")
    more = f"; and {len(rows) - MAX_NAMED:,} more" if len(rows) > MAX_NAMED else ""
    before, after = (sum(row[i] for row in rows) for i in (2, 3))
    return [f"campaigns that change, spend {before:,.2f} -> {after:,.2f} in all: {'; '.join(texts)}{more}"]


def _text(value: object) -> str:
    return f"{value:,.2f}" if isinstance(value, float) else "none" if value is None else shown(str(value))
