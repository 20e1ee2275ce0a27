"""From vendors' exports to the landing: what is delivered is checked against the contracts and lands day by day."""

from pipeline.ingest.delivery import ingest
from pipeline.ingest.landing import restore_ledger
from pipeline.ingest.report import IngestReport, render
from pipeline.ingest.soundness import check_landing
from pipeline.ingest.withdrawal import withdraw

__all__ = ["IngestReport", "check_landing", "ingest", "render", "restore_ledger", "withdraw"]
