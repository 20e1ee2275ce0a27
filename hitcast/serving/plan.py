"""What a plan is made from, as it is published: what promotion adds to each open release, or their size and growth."""

from pathlib import Path
from typing import TYPE_CHECKING

from hitcast.core.home import Home
from hitcast.serving.publish import open_published

if TYPE_CHECKING:
    import pandas as pd


def read_effects(home: Home) -> "pd.DataFrame":
    """What each spend of the log would add to each open release, with refusals in words; empty without a campaign log.

    Raises:
        HitcastError: Nothing is published, or by a version that knew less.
    """
    return _read(home, "effects")


def rank_by_size(home: Home) -> "pd.DataFrame":
    """Open releases, the one with most streams still to come first, with their growth of the last three days.

    Raises:
        HitcastError: Nothing is published, or by a version that knew less.
    """
    return _read(home, "ranked")


def _read(home: Home, name: str) -> "pd.DataFrame":
    query = Path(__file__).with_name(f"{name}.sql").read_text(encoding="utf-8")
    with open_published(home) as published:
        return published.execute(query).df()
