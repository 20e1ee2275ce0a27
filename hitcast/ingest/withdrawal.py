"""Days that a vendor takes back: read no more, and noted in the ledger as a delivery of their own."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from hitcast.core.errors import HitcastError
from hitcast.core.home import Home
from hitcast.core.lock import writing
from hitcast.core.moments import moment_after
from hitcast.ingest.contract import load_contracts
from hitcast.ingest.landing import commit, read_ledger, remove_leftovers


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
    contracts = load_contracts()
    by_day = sorted(name for name, contract in contracts.items() if contract.day_column)
    if table not in by_day:
        raise HitcastError(f"{table!r} is no table that is landed by day", "withdraw", f"Those are {', '.join(by_day)}")
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
        now = moment_after(*(row.delivered_at for row in ledger.values()))
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
            )
            for day in due
        ]
        commit(home, [], ledger, withdrawn)
    return number
