"""This week: what to do, what moved, and how the last advice did."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from hitcast.desk import drawing
from hitcast.desk.published import Row, Snapshot
from hitcast.desk.visit import Visit, VisitOf

router = APIRouter(include_in_schema=False)


@router.get("/")
def week(visit: VisitOf) -> HTMLResponse:
    """The home page."""
    values, listed = week_values(visit.snapshot, visit.horizon, visit.needed), starred_rows(visit)
    return visit.page(
        "week",
        "week",
        **values,
        sparks=sparklines(visit.snapshot, [*values["cards"], *listed]),
        scale=visit.range_scale(values["cards"]),
        listed=listed,
    )


def week_values(snapshot: Snapshot, horizon: int, needed: float) -> dict[str, Any]:
    """What the home page and the weekly sheet say.

    Args:
        snapshot: The publication.
        horizon: Days of the window.
        needed: Chance of the top class from which on promoting pays.

    Returns:
        `counts` of open releases, `cards` to look at first, forecasts that `moved`, `past` advice whose window ended
        lately, and `missed`: windows that ended, and hits among them.
    """
    chosen = {"horizon": horizon, "needed": needed}
    return {
        "counts": snapshot.row("week_counts", **chosen),
        "cards": snapshot.rows("week_cards", **chosen),
        "moved": snapshot.rows("moved", **chosen),
        "past": snapshot.rows("past_advice"),
        "missed": snapshot.row("missed"),
    }


def starred_rows(visit: Visit) -> list[Row]:
    """Forecasts of the releases on the reader's watchlist, by verdict and forecast."""
    if not visit.stars:
        return []
    choice = {"show": "starred", "label": "", "genre": "", "artist": "", "search": "", "sort": "verdict"}
    return visit.forecasts("all_releases", stars=visit.stars, is_descending=True, limit=20, offset=0, **choice)


def sparklines(snapshot: Snapshot, rows: Sequence[Row], width: int = 200, height: int = 44) -> dict[str, Any]:
    """Streams so far and the path ahead of some releases, drawn small.

    Args:
        snapshot: The publication.
        rows: Forecasts.
        width: Of each drawing.
        height: Of each drawing.

    Returns:
        By release, for the template: `frame`, `known` and `ahead` as lines, `band` as an outline.
    """
    releases = sorted({row["release_id"] for row in rows})
    if not releases:
        return {}
    known: dict[str, list[tuple[float, float]]] = defaultdict(list)
    days = max(snapshot.horizons)
    for row in snapshot.rows("known_days", releases=releases, first_day=0, last_day=days - 1):
        if row["vk_state"] != "not_yet" and row["streams_so_far"] is not None:
            known[row["release_id"]].append((row["day_number"] + 1, float(row["streams_so_far"])))
    ahead: dict[str, list[tuple[float, float | None, float | None, float | None]]] = defaultdict(list)
    for row in snapshot.rows("paths", releases=releases):
        point = (row["days_since_release"], row["predicted_streams"], row["lower_80"], row["upper_80"])
        ahead[row["release_id"]].append(point)
    drawn = {}
    for release in releases:
        past = [(0.0, 0.0), *known[release]] if known[release] else []
        last = past[-1] if past else (0.0, 0.0)
        future = [point for point in ahead[release] if point[0] > last[0]]
        frame = drawing.sparkline([value for _, value in past], future, days, width, height)
        start = (last[0], last[1], last[1], last[1])
        drawn[release] = {
            "frame": frame,
            "known": frame.line(past),
            "ahead": frame.line([(x, y) for x, y, *_ in (start, *future)]) if future else [],
            "band": frame.band([(x, low, high) for x, _, low, high in (start, *future)]) if future else "",
        }
    return drawn
