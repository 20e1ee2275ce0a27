"""What came out lately and what is coming, week by week."""

from itertools import groupby

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from hitcast.desk.visit import VisitOf

router = APIRouter(include_in_schema=False)
DAYS_BACK, DAYS_AHEAD = 14, 60
PAGE_ROWS = 200


@router.get("/calendar")
def calendar(visit: VisitOf) -> HTMLResponse:
    """The catalog by day of release, from two weeks ago on."""
    number = visit.page_number
    page = {"limit": PAGE_ROWS, "offset": (number - 1) * PAGE_ROWS}
    rows = visit.forecasts("calendar", days_back=DAYS_BACK, days_ahead=DAYS_AHEAD, **page)
    weeks = [(monday, list(part)) for monday, part in groupby(rows, key=lambda row: row["week"])]
    return visit.page("calendar", "calendar", weeks=weeks, rows=rows, number=number, page_rows=PAGE_ROWS)
