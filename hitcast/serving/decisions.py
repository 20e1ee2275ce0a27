"""Decisions in the published file: the release that one is about, and those that were made."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from hitcast.core.decisions import read_decisions
from hitcast.core.errors import HitcastError
from hitcast.core.home import Home
from hitcast.core.words import one_line
from hitcast.serving.publish import open_published, published_file

if TYPE_CHECKING:
    import pandas as pd

FIND, NOTED = (Path(__file__).with_name(f"{name}.sql") for name in ("find_release", "noted_decisions"))
MAX_LISTED = 5
OTHER_VERSION = "lacks {}, as another version of hitcast wrote it"


def find_release(home: Home, named: str) -> tuple[str, str]:
    """The published release that somebody names: its id, and artist and title.

    A whole UPC, with zeros in front or not, or a whole `ARTIST: TITLE` counts before the beginning of one; what a list
    cut off ends in `…`.

    Raises:
        HitcastError: Nothing is published, no such release, or several.
    """
    given = {"named": one_line(named).strip().removesuffix("…").lower()}
    with open_published(home) as published:
        found = published.execute(FIND.read_text(encoding="utf-8"), given).fetchall() if given["named"] else []
    if not found:
        cure = "Give its UPC, the beginning of it, or 'ARTIST: TITLE'; a new release is there after `hitcast run`"
        raise HitcastError("no such release is published", one_line(named), cure)
    if len(found) > 1:
        listed = "; ".join(f"{release_id} {title}" for release_id, title in found[:MAX_LISTED])
        more = f" and {len(found) - MAX_LISTED:,} more" if len(found) > MAX_LISTED else ""
        raise HitcastError(f"may be {len(found):,} releases: {listed}{more}", one_line(named), "Give more of its UPC")
    return found[0]


def known_decisions(home: Home) -> tuple["pd.DataFrame", tuple[float, float]]:
    """As `published_decisions`, with what has been noted since: a note needs no run to be seen.

    Raises:
        HitcastError: Nothing is published, or by a version that knew no decisions, or what was noted cannot be read.
    """
    import pandas as pd

    found, costs = published_decisions(home)
    latest = {one.release_id: one for one in read_decisions(home)}
    is_logged = found["decided_by"] == "campaign log"
    latest = {name: one for name, one in latest.items() if name not in set(found.loc[is_logged, "release_id"])}
    same = found.assign(at=found["decided_at"].astype("datetime64[us]")).set_index("release_id")["at"].to_dict()
    news = [one for one in latest.values() if same.get(one.release_id) != pd.Timestamp(one.decided_at)]
    if not news:
        return found, costs
    noted = pd.DataFrame([asdict(one) for one in news]).astype({"spend": "float64", "label_forecast": "float64"})
    with open_published(home) as published:
        published.register("noted", noted)
        live = published.execute(NOTED.read_text(encoding="utf-8")).df()
    kept = found[~found["release_id"].isin(live["release_id"])]
    joined = pd.concat([part for part in (kept, live[found.columns]) if len(part)], ignore_index=True)
    return joined.sort_values(["release_date", "release_id"], ascending=[False, True], ignore_index=True), costs


def published_decisions(home: Home) -> tuple["pd.DataFrame", tuple[float, float]]:
    """The table `decisions`, the latest release first, and the costs that the advice weighs.

    Raises:
        HitcastError: Nothing is published, or by a version that knew no decisions.
    """
    with open_published(home) as published:
        try:
            found = published.execute("from decisions order by release_date desc, release_id").df()
        except duckdb.CatalogException:
            what = OTHER_VERSION.format("the table decisions")
            raise HitcastError(what, str(published_file(home)), "Run `hitcast run`") from None
        [costs] = published.execute("select false_positive_cost, false_negative_cost from promotion_costs").fetchall()
    return found, costs
