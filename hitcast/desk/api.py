"""The JSON API: the same queries as the pages, read-only."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from fastapi.responses import JSONResponse

from hitcast.desk.pages.release import decided
from hitcast.desk.texts import text
from hitcast.desk.visit import Visit, VisitOf, not_found

router = APIRouter(prefix="/api/v1", tags=["hitcast"])

MAX_ROWS, MAX_OFFSET = 1000, 10_000_000
Show = Literal["open", "new", "promote", "watch", "hit", "moved", "late", "misdated", "unknown", "closed", "all"]
Sort = Literal[
    "verdict", "-verdict", "released", "-released", "day", "-day", "known", "-known", "forecast", "-forecast",
    "chance", "-chance", "to_come", "-to_come", "change", "-change", "actual", "-actual", "release", "-release",
    "label", "-label", "genre", "-genre",
]  # fmt: skip


def _about(visit: Visit) -> dict[str, Any]:
    about = visit.snapshot.about
    return {
        "data_through_date": about.through,
        "published_at": about.published_at,
        "territory": about.territory,
        "model_name": about.model_name,
        "run_id": about.run_id,
        "needed_probability": visit.needed,
    }


def _answer(visit: Visit, **parts: Any) -> dict[str, Any]:
    return {"publication": _about(visit), **parts}


@router.get("/releases")
def releases(
    visit: VisitOf,
    show: Show = "open",
    sort: Sort = "-verdict",
    search: str = "",
    label: str = "",
    genre: str = "",
    artist: str = "",
    horizon: Annotated[int | None, Query(description="Days of the window; the classes' by default.")] = None,
    ratio: Annotated[float | None, Query(description="Cost of a false positive in missed hits.", gt=0)] = None,
    limit: Annotated[int, Query(ge=1, le=MAX_ROWS)] = 100,
    offset: Annotated[int, Query(ge=0, le=MAX_OFFSET)] = 0,
) -> dict[str, Any]:
    """Releases with their latest forecast over one horizon, and what to do about each."""
    rows = visit.forecasts(
        "all_releases", show=show, sort=sort.removeprefix("-"), is_descending=sort.startswith("-"), search=search,
        label=label, genre=genre, artist=artist, stars=[], limit=limit, offset=offset,
    )  # fmt: skip
    match_count = rows[0]["match_count"] if rows else 0
    plain = [{name: row[name] for name in row if name not in ("match_count", "is_starred")} for row in rows]
    return _answer(visit, horizon_days=visit.horizon, match_count=match_count, releases=plain)


@router.get("/releases/{release_id}")
def release(visit: VisitOf, release_id: str) -> dict[str, Any]:
    """A release: its forecast over each horizon, days, path, reasons, history and past releases that began alike.

    `decision` is as of the latest run, `noted` all that people noted until now, the latest first, which counts where no
    campaign does; `unread` says why that cannot be read.
    """
    found = [
        row
        for horizon in visit.snapshot.horizons
        for row in visit.forecasts("release", release_id=release_id, horizon=horizon)
    ]
    if not found:
        raise not_found(release_id)
    known = {"release_id": release_id, "run_id": found[-1]["run_id"], "horizon": visit.horizon}
    return _answer(
        visit,
        forecasts=found,
        days=visit.snapshot.rows(
            "known_days", releases=[release_id], first_day=-400, last_day=max(visit.snapshot.horizons) - 1
        ),
        path=visit.snapshot.rows("paths", releases=[release_id]),
        reasons=visit.snapshot.rows("drivers", **known),
        history=visit.snapshot.rows("history", **known),
        similar=visit.snapshot.rows("similar", **known),
        **decided(visit, release_id),
    )


@router.get("/plan")
def plan(visit: VisitOf) -> dict[str, Any]:
    """The plan of the label's own budget, as the latest run made it.

    `by` says what it goes by: `effect`; or `size and growth`, where no campaign log says what promoting adds. Then the
    open releases are ranked, the one with most streams still to come first, as on the page. `why` says so in words.
    """
    refusals = [row["refusal"] for row in visit.snapshot.rows("effects")]
    if None in refusals:
        rows = visit.snapshot.rows("plan_rows")
        return _answer(visit, by="effect", why="" if rows else text("plan.no_budget", "en"), plan=rows)
    why = "; ".join(dict.fromkeys(map(str, refusals))) or text("plan.no_log", "en")
    return _answer(visit, by="size and growth", why=why, plan=visit.snapshot.rows("ranked"))


@router.get("/health")
def health(visit: VisitOf) -> dict[str, Any]:
    """How fresh and how whole the reports are, and how far features have drifted."""
    return _answer(
        visit,
        tables=visit.snapshot.rows("freshness"),
        gaps=visit.snapshot.rows("gaps"),
        marked_days=visit.snapshot.rows("marked_days"),
        rejected_rows=visit.snapshot.rows("rejected"),
        wrong_dates=visit.snapshot.rows("wrong_dates"),
        drift=visit.snapshot.rows("drift"),
    )


@router.get("/alive", include_in_schema=False)
def alive() -> JSONResponse:
    """That the server answers, whatever is published."""
    return JSONResponse({"status": "alive"})
