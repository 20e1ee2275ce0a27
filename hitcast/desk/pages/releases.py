"""All releases: a table that is sorted, narrowed down and paged by links, and handed out as CSV or XLSX."""

from typing import Annotated, Any

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse, Response

from hitcast.desk.download import csv_of, xlsx_of
from hitcast.desk.pages.week import sparklines
from hitcast.desk.visit import Visit, VisitOf, must_be_one, not_found

router = APIRouter(include_in_schema=False)

PAGE_ROWS = 50
SHOWN = ("open", "new", "promote", "watch", "hit", "moved", "late", "misdated", "unknown", "starred", "closed", "all")
"""Which releases can be chosen, each a text `show.<name>`."""
COLUMNS = {
    "release": "release", "verdict": "verdict", "forecast": "forecast", "range": "", "chance": "chance",
    "day": "day", "known": "known", "to_come": "to_come", "change": "change", "spark": "", "reason": "",
    "released": "released", "label": "label", "genre": "genre", "actual": "actual",
}  # fmt: skip
"""Columns in their order, each with what it can be sorted by; empty for none."""
SORTS = tuple(f"{sign}{by}" for by in COLUMNS.values() if by for sign in ("", "-"))
"""What the table can be sorted by, and the other way round."""
USUAL_COLUMNS = ("release", "verdict", "forecast", "range", "chance", "day", "known", "change", "spark", "reason")
BY_NAME = ("release", "label", "genre")
FILES = {"csv": "text/csv; charset=utf-8", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}
NOT_HANDED_OUT = ("match_count", "is_starred", "artist_id")


def choice(visit: Visit) -> dict[str, Any]:
    """What the address chooses and how it is sorted, with what it leaves open.

    Raises:
        HTTPException: There is no such choice: none would be shown that nobody asked for.
    """
    sort = visit.choice("sort", SORTS) or "-verdict"
    return {
        "show": visit.choice("show", SHOWN) or "open",
        "label": visit.text("label"),
        "genre": visit.text("genre"),
        "artist": visit.text("artist"),
        "search": visit.text("search"),
        "sort": sort.removeprefix("-"),
        "is_descending": sort.startswith("-"),
    }


@router.get("/releases")
def releases(visit: VisitOf, columns: Annotated[list[str] | None, Query()] = None) -> HTMLResponse:
    """The table."""
    chosen = choice(visit)
    columns = [must_be_one("columns", one, COLUMNS) for one in columns or () if one]
    number = visit.page_number
    rows = visit.forecasts(
        "all_releases", stars=visit.stars, limit=PAGE_ROWS, offset=(number - 1) * PAGE_ROWS, **chosen
    )
    shown = [name for name in COLUMNS if name in (columns or USUAL_COLUMNS) or name == "release"]
    sort = f"{'-' if chosen['is_descending'] else ''}{chosen['sort']}"
    kept = {
        "show": "" if chosen["show"] == "open" else chosen["show"],
        "label": chosen["label"],
        "genre": chosen["genre"],
        "artist": chosen["artist"],
        "search": chosen["search"],
        "sort": "" if sort == "-verdict" else sort,
        "horizon": visit.text("horizon"),
        "ratio": visit.text("ratio"),
        "columns": columns,
    }
    return visit.page(
        "releases",
        "releases",
        rows=rows,
        number=number,
        page_rows=PAGE_ROWS,
        chosen=chosen,
        kept=kept,
        columns=shown,
        all_columns=COLUMNS,
        by_name=BY_NAME,
        shows=SHOWN,
        counts=visit.forecasts("week_counts")[0],
        choices=visit.forecasts("choices"),
        sparks=sparklines(visit.snapshot, rows, 120, 30) if "spark" in shown else {},
        scale=visit.range_scale(rows, 160),
    )


@router.get("/releases.{kind}")
def download(visit: VisitOf, kind: str) -> Response:
    """All that the choice matches, as a file: CSV as the reader's language writes numbers, or XLSX."""
    if kind not in FILES:
        raise not_found(kind)
    rows = visit.forecasts("all_releases", stars=visit.stars, limit=1_000_000, offset=0, **choice(visit))
    plain = [{name: value for name, value in row.items() if name not in NOT_HANDED_OUT} for row in rows]
    content = csv_of(plain, visit.reader.language) if kind == "csv" else xlsx_of(plain)
    name = {"content-disposition": f'attachment; filename="releases.{kind}"'}
    return Response(content, media_type=FILES[kind], headers=name)
