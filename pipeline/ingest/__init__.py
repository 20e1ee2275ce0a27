"""From vendors' exports to the landing: what is delivered is checked against the contracts and lands day by day."""

from pipeline.ingest.delivery import ingest
from pipeline.ingest.report import IngestReport, render
from pipeline.ingest.widening import widen
from pipeline.ingest.withdrawal import withdraw

__all__ = ["IngestReport", "ingest", "render", "widen", "withdraw"]
