"""From vendors' exports to the landing: what is delivered is checked against the contracts and lands day by day."""

from hitcast.ingest.delivery import ingest
from hitcast.ingest.landing import restore_ledger
from hitcast.ingest.report import HeldError, IngestReport, render
from hitcast.ingest.soundness import check_landing, landing_faults
from hitcast.ingest.superseded import landing_as_known, prune
from hitcast.ingest.withdrawal import day_tables, withdraw, withdraw_releases

__all__ = [
    "HeldError",
    "IngestReport",
    "check_landing",
    "day_tables",
    "ingest",
    "landing_as_known",
    "landing_faults",
    "prune",
    "render",
    "restore_ledger",
    "withdraw",
    "withdraw_releases",
]
