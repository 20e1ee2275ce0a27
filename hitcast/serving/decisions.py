"""Decisions in the published file: the release that one is about, and those that were made."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from hitcast.core.decisions import read_decisions
from hitcast.core.errors import HitcastError
from hitcast.core.home import PROJECT_DIR, Home
from hitcast.core.words import one_line
from hitcast.serving.publish import open_published

if TYPE_CHECKING:
    import pandas as pd

FIND = Path(__file__).with_name("find_release.sql")
MART = tuple(PROJECT_DIR / file for file in ("macros/promotion_value.sql", "models/marts/predictions/decisions.sql"))
"""The SQL of the mart `decisions`, with the macro that it calls."""
UNPUBLISHED = {
    "stg_ml__decisions": "noted",
    "release_targets": "(select release_id, horizon_days, actual_streams as streams from main.release_predictions)",
}
"""What the mart reads that is not published under its name, and what stands in its place."""
MAX_LISTED = 5


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
    decided = read_decisions(home)
    latest = {one.release_id: one for one in decided}
    same = found.assign(at=found["decided_at"].astype("datetime64[us]")).set_index("release_id")["at"].to_dict()
    news = [name for name, one in latest.items() if same.get(name) != pd.Timestamp(one.decided_at)]
    if not news:
        return found, costs
    kinds = {"spend": "float64", "label_forecast": "float64", "decided_at": "datetime64[us]"}
    noted = pd.DataFrame([asdict(one) for one in decided]).astype(kinds)
    with open_published(home) as published:
        published.register("noted", noted)
        live = _mart_again(published)
    live = live[live["release_id"].isin(news)]
    kept = found[~found["release_id"].isin(live["release_id"])]
    joined = pd.concat([part for part in (kept, live[found.columns]) if len(part)], ignore_index=True)
    return joined.sort_values(["release_date", "release_id"], ascending=[False, True], ignore_index=True), costs


def _mart_again(published: duckdb.DuckDBPyConnection) -> "pd.DataFrame":
    """The mart `decisions` as the next run will write it: its own SQL over what is published and the table `noted`."""
    from jinja2 import Environment

    [values] = published.execute(
        "select class_horizon, false_positive_cost, false_negative_cost from promotion_costs"
    ).fetchall()
    variables = dict(zip(("class_horizon", "false_positive_cost", "false_negative_cost"), values, strict=True))
    text = "".join(file.read_text(encoding="utf-8") for file in MART)
    # the text is ours and no page; the variables become parameters
    template = Environment(autoescape=False).from_string(text)  # noqa: S701
    query = template.render(ref=lambda name: UNPUBLISHED.get(name, f"main.{name}"), var=lambda name: f"${name}")
    return published.execute(query, variables).df()


def published_decisions(home: Home) -> tuple["pd.DataFrame", tuple[float, float]]:
    """The table `decisions`, the latest release first, and the costs that the advice weighs.

    Raises:
        HitcastError: Nothing is published, or by a version that knew no decisions.
    """
    with open_published(home) as published:
        found = published.execute("from decisions order by release_date desc, release_id").df()
        [costs] = published.execute("select false_positive_cost, false_negative_cost from promotion_costs").fetchall()
    return found, costs
