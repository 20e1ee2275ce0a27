"""Health: how fresh the reports are, what is missing, partial, odd or rejected, what has drifted, what is published."""

from typing import Any

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from hitcast.core.project import program_version
from hitcast.desk import drawing
from hitcast.desk.published import Row, Snapshot
from hitcast.desk.visit import VisitOf

router = APIRouter(include_in_schema=False)
SHOWN_DAYS = 90


@router.get("/health")
def health(visit: VisitOf) -> HTMLResponse:
    """The page on the state of the data and of the models."""
    return visit.page("health", "health", **health_values(visit.snapshot))


def health_values(snapshot: Snapshot) -> dict[str, Any]:
    """What the page and the report say of the state of the data and of the models."""
    recent = snapshot.rows("recent_days", days=SHOWN_DAYS)
    tables = snapshot.rows("freshness")
    drift = snapshot.rows("drift")
    return {
        "tables": tables,
        "day_bars": {one["raw_table"]: day_bars([row for row in recent if row["raw_table"] == one["raw_table"]])
                     for one in tables},
        "shown_days": SHOWN_DAYS,
        "gaps": snapshot.rows("gaps"),
        "marked": snapshot.rows("marked_days"),
        "rejected": snapshot.rows("rejected"),
        "wrong_dates": snapshot.rows("wrong_dates"),
        "drift": drift,
        "beyond": sum(1 for row in drift if row["is_main"] and (row["limits"] or 0) > 1),
        "published": snapshot.rows("published_tables"),
        "version": program_version(),
    }  # fmt: skip


def day_bars(days: list[Row]) -> dict[str, Any] | None:
    """Rows of each of a table's last days, a bar a day; None where there is none."""
    if not days:
        return None
    frame = drawing.frame((0, SHOWN_DAYS), max(float(day["row_count"] or 0) for day in days), 960, 130)
    last = max(day["delivered_day"] for day in days)
    bars = [{**day, "at": SHOWN_DAYS - 1 - (last - day["delivered_day"]).days} for day in days]
    return {"frame": frame, "bars": bars, "first": min(day["delivered_day"] for day in days), "last": last}
