"""An artist's and a label's releases, with the sums of their forecasts."""

from typing import Any

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from hitcast.desk.pages.week import sparklines
from hitcast.desk.visit import Visit, VisitOf, not_found

router = APIRouter(include_in_schema=False)
MAX_ROWS = 100


@router.get("/artists/{artist_id}")
def artist(visit: VisitOf, artist_id: str) -> HTMLResponse:
    """The page of an artist."""
    return _portfolio(visit, "artist", artist_id, artist=artist_id)


@router.get("/labels")
def label(visit: VisitOf) -> HTMLResponse:
    """The page of a label, by its name."""
    name = visit.text("name")
    return _portfolio(visit, "label", name, label=name)


def _portfolio(visit: Visit, kind: str, key: str, **chosen: Any) -> HTMLResponse:
    choice = {"show": "all", "label": "", "genre": "", "artist": "", "search": "", "sort": "released"} | chosen
    rows = visit.forecasts("all_releases", stars=visit.stars, is_descending=True, limit=MAX_ROWS, offset=0, **choice)
    if not rows or not key:
        raise not_found(key)
    sums = visit.snapshot.rows("portfolio", kind=kind, key=key, horizon=visit.horizon)
    return visit.page(
        "portfolio",
        kind=kind,
        key=key,
        name=rows[0]["artist_name"] if kind == "artist" else key,
        rows=rows,
        sums=sums,
        sparks=sparklines(visit.snapshot, rows[:20], 120, 30),
        scale=visit.range_scale(rows, 160),
    )
