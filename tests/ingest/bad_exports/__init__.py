"""Exports as vendors spoil them; what becomes of each is in kinds.yml."""

from tests.ingest.bad_exports import books, paths, texts  # noqa: F401, for they register what they make
from tests.ingest.bad_exports.making import MAKERS

__all__ = ["MAKERS"]
