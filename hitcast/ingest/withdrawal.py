"""Days and releases that a vendor takes back: read no more, and noted in the ledger as a delivery of their own."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from hitcast.core.digests import digest_of
from hitcast.core.errors import HitcastError
from hitcast.core.home import Home
from hitcast.core.lock import writing
from hitcast.core.moments import moment_near
from hitcast.ingest.contract import load_contracts
from hitcast.ingest.landing import (
    LedgerRow,
    commit,
    incoming_dir,
    landed_file,
    read_ledger,
    remove_leftovers,
)
from hitcast.ingest.soundness import damage
from hitcast.ingest.upserts import damaged_table

CATALOG, CAMPAIGNS = "catalog_tracks", "promotion_spends"


def day_tables() -> list[str]:
    """Tables that are landed by day."""
    return sorted(name for name, contract in load_contracts().items() if contract.day_column)


def withdraw(home: Home, table: str, days: Sequence[date]) -> int:
    """Takes days out of what is read; from the next run on they count as never delivered.

    Args:
        home: Where they lie.
        table: Raw table that is landed by day.
        days: The days.

    Returns:
        Number of the delivery that the ledger notes it as; days that were withdrawn before keep theirs.

    Raises:
        HitcastError: No such table, or a day that was not delivered; nothing is withdrawn then.
    """
    days = sorted(set(days))
    if table not in day_tables():
        cure = f"Those are {', '.join(day_tables())}"
        if table == CAMPAIGNS:
            cure = "Deliver a campaign that was called off again, with a spend of 0"
        raise HitcastError(f"{table!r} is no table that is landed by day", "withdraw", cure)
    with writing(home, "hitcast withdraw"):
        ledger = read_ledger(home)
        if unknown := [day.isoformat() for day in days if (table, day) not in ledger]:
            raise HitcastError(f"never delivered: {', '.join(unknown)}", table, "Name days that were")
        # a call that was killed once the ledger was written, given again, is no other withdrawal
        due = [day for day in days if not ledger[table, day].is_withdrawn]
        if not due:
            remove_leftovers(home)
            return max(ledger[table, day].delivery_number for day in days)
        number = 1 + max(row.delivery_number for row in ledger.values())
        now = moment_near(*(row.delivered_at for row in ledger.values()))
        withdrawn = [
            replace(
                ledger[table, day],
                delivery_number=number,
                delivered_at=now,
                row_count=0,
                checksum="",
                digest="",
                is_withdrawn=True,
                delivered_on=None,
                recording_count=None,
                measure_sum=None,
            )
            for day in due
        ]
        commit(home, [], ledger, withdrawn)
    return number


def withdraw_releases(home: Home, upcs: Sequence[str]) -> int:
    """Takes releases out of the catalog, as where a row of it was wrong; a later delivery may bring them again.

    Args:
        home: Where the catalog lies.
        upcs: Their UPCs; zeros in front do not count.

    Returns:
        Number of the delivery that the ledger notes it as.

    Raises:
        HitcastError: A UPC that the catalog does not have, nothing but these in it, or a damaged catalog.
    """
    contract = load_contracts()[CATALOG]
    with writing(home, "hitcast withdraw"):
        ledger = read_ledger(home)
        remove_leftovers(home)
        known = [row for row in ledger.values() if row.table_name == CATALOG]
        if not known:
            raise HitcastError("has not been delivered yet", CATALOG, "Nothing can be taken back")
        latest = max(known, key=lambda row: row.delivery_number)
        path = landed_file(home, contract, latest.delivered_day, latest.delivery_number)
        if detail := damage(home, contract, latest):
            raise damaged_table(CATALOG, path, detail)
        tracks = pq.read_table(path, partitioning=None)
        found = {str(upc).lstrip("0"): str(upc) for upc in tracks.column("upc").to_pylist()}
        if unknown := [upc for upc in upcs if upc.lstrip("0") not in found]:
            raise HitcastError(f"no such UPC: {', '.join(unknown)}", CATALOG, "Name releases of the catalog")
        is_gone = pc.is_in(tracks.column("upc"), pa.array([found[upc.lstrip("0")] for upc in upcs]))
        kept = tracks.filter(pc.invert(is_gone))
        if not kept.num_rows:
            raise HitcastError("would have no release left", CATALOG, "Deliver the right ones first")
        number = 1 + max(row.delivery_number for row in ledger.values())
        now = moment_near(*(row.delivered_at for row in ledger.values()))
        incoming = incoming_dir(home) / f"{CATALOG}.parquet"
        incoming.parent.mkdir(parents=True, exist_ok=True)
        pq.write_table(kept, incoming)
        row = LedgerRow(CATALOG, now.date(), number, now, 0, "", "", digest_of(incoming))
        commit(home, [(incoming, landed_file(home, contract, row.delivered_day, number))], ledger, [row])
    return number
