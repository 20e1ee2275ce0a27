"""Two to four releases beside each other."""

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse

from hitcast.core.words import one_line
from hitcast.desk import drawing
from hitcast.desk.visit import MAX_TYPED, VisitOf

router = APIRouter(include_in_schema=False)
MAX_RELEASES = 4


@router.get("/compare")
def compare(visit: VisitOf, release: Annotated[list[str] | None, Query()] = None) -> HTMLResponse:
    """The chosen releases, or how to choose them."""
    asked = list(dict.fromkeys(one.strip() for one in release or [] if one.strip()))
    found = [row for one in asked[:MAX_RELEASES] for row in visit.forecasts("release", release_id=one)]
    ids = [row["release_id"] for row in found]
    length = max(visit.snapshot.horizons)
    known = visit.snapshot.rows("known_days", releases=ids, first_day=0, last_day=length - 1)
    paths = visit.snapshot.rows("paths", releases=ids)
    tops = [float(point["upper_80"]) for point in paths if point["upper_80"] is not None]
    frame = drawing.frame(
        (0, length), max([1.0, *tops, *(float(row["streams_so_far"] or 0) for row in known)]), left=112
    )
    curves = []
    for one in ids:
        past = [
            (row["day_number"] + 1, row["streams_so_far"])
            for row in known
            if row["release_id"] == one and row["vk_state"] in ("whole", "partial")
        ]
        start = past[-1] if past else (0, 0)
        ahead = [row for row in paths if row["release_id"] == one and row["days_since_release"] > start[0]]
        ends = [(row["days_since_release"], row["lower_80"], row["upper_80"]) for row in ahead]
        curves.append(
            {
                "known": frame.line([(0, 0), *past]),
                "ahead": frame.line([start, *((row["days_since_release"], row["predicted_streams"]) for row in ahead)]),
                "band": frame.band([(start[0], start[1], start[1]), *ends]) if ahead else "",
            }
        )
    return visit.page(
        "compare",
        rows=found,
        unknown=[one_line(one)[:MAX_TYPED] for one in asked[:MAX_RELEASES] if one not in ids],
        left_out=len(asked[MAX_RELEASES:]),
        curves=curves,
        frame=frame,
        scale=visit.range_scale(found),
        most=MAX_RELEASES,
    )
