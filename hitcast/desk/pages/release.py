"""One release: what to do about it, what it rests on, its path, its reasons, and what people decided."""

from collections import defaultdict
from typing import Any

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from hitcast.core.decisions import decisions_of
from hitcast.core.errors import HitcastError
from hitcast.desk import drawing
from hitcast.desk.published import Row
from hitcast.desk.visit import MAX_TYPED, Visit, VisitOf, not_found, refused

router = APIRouter(include_in_schema=False)

FIRST_DAY = -14
"""Days before release that the daily charts show."""
LISTENING = ("playlist", "search", "recommendation", "own_music", "paid")
"""What the daily reports tell apart, each a text `listening.<name>`."""
RATIOS = (1, 2, 3, 5, 10)
"""Cost ratios that are offered beside the published one."""


@router.get("/releases/{release_id}")
def release(visit: VisitOf, release_id: str) -> HTMLResponse:
    """The page of a release."""
    row = next(iter(visit.forecasts("release", release_id=release_id)), None)
    if row is None:
        catalog = visit.snapshot.row("catalog_release", release_id=release_id)
        if catalog is None:
            raise not_found(release_id)
        return _without_forecast(visit, catalog)
    known = {"release_id": release_id, "run_id": row["run_id"], "horizon": visit.horizon}
    days = _days(visit, release_id)
    drivers = visit.snapshot.rows("drivers", **known)
    history = visit.snapshot.rows("history", **known)
    similar = visit.snapshot.rows("similar", **known)
    return visit.page(
        "release",
        row=row,
        horizons=visit.snapshot.rows("horizons_of_release", **known),
        path=path_chart(visit, row, days, similar, known),
        daily=daily_charts(days),
        base=next((driver for driver in drivers if driver["driver_kind"] == "base"), None),
        reasons=[driver for driver in drivers if driver["driver_kind"] == "group"],
        history=history,
        moves=history_chart(history),
        similar=similar,
        earlier=visit.snapshot.rows(
            "earlier", artist=row["artist_id"], before=row["release_date"], horizon=visit.horizon
        ),
        date_check=visit.snapshot.row("date_check", **known),
        listening=listening(visit, release_id),
        **decided(visit, release_id),
        asked=asked_chance(visit, release_id),
        ratios=RATIOS,
        missing=missing_days(days),
        saved=visit.text("decided") if visit.text("decided") in ("promoted", "declined") else "",
    )


def _without_forecast(visit: Visit, catalog: Row) -> HTMLResponse:
    """The page of a release of the catalog that nothing is published for but its days."""
    release_id = catalog["release_id"]
    days = _days(visit, release_id)
    known = {"release_id": release_id, "run_id": "", "horizon": visit.horizon}
    so_far = [day["streams_so_far"] for day in days if day["streams_so_far"] is not None]
    return visit.page(
        "release_unknown",
        release=catalog,
        **decided(visit, release_id),
        path=path_chart(visit, catalog, days, [], known),
        daily=daily_charts(days),
        known_streams=so_far[-1] if so_far else None,
    )


def decided(visit: Visit, release_id: str) -> dict[str, Any]:
    """What was advised and decided, for the page and the API.

    Returns:
        `decision` as of the latest run, and all that people `noted`, the latest first. What was noted is read where it
        was written, as a run may be hours away; `unread` says why it cannot be.
    """
    decision = visit.snapshot.row("decision", release_id=release_id)
    try:
        return {"decision": decision, "noted": decisions_of(visit.desk.home, release_id), "unread": ""}
    except HitcastError as error:
        return {"decision": decision, "noted": [], "unread": str(error)}


def _days(visit: Visit, release_id: str) -> list[Row]:
    last = max(visit.snapshot.horizons) - 1
    return visit.snapshot.rows("known_days", releases=[release_id], first_day=FIRST_DAY, last_day=last)


def path_chart(
    visit: Visit, row: Row, days: list[Row], similar: list[Row], known: dict[str, Any]
) -> dict[str, Any] | None:
    """Streams so far, the path ahead with its bands, and how releases that began alike went on.

    Returns:
        For the template; None where nothing is forecast and nothing known.
    """
    path = visit.snapshot.rows("paths", releases=[row["release_id"]])
    so_far = [
        (day["day_number"] + 1, day["streams_so_far"])
        for day in days
        if day["day_number"] >= 0 and day["vk_state"] in ("whole", "partial")
    ]
    if not path and not so_far:
        return None
    length = max(visit.snapshot.horizons)
    start = so_far[-1] if so_far else (0, 0)
    start = (0, 0) if start[1] is None else start
    ahead = [point for point in path if point["days_since_release"] > start[0]]
    tops = [value for point in ahead for value in (point["upper_90"], point["joint_upper_80"]) if value is not None]
    frame = drawing.frame((0, length), max([1.0, *map(float, tops), *(float(y or 0) for _, y in so_far)]), left=112)

    def band(low: str, high: str) -> str:
        ends = [(point["days_since_release"], point[low], point[high]) for point in ahead]
        return frame.band([(start[0], start[1], start[1]), *ends]) if ahead else ""

    precedents: dict[str, list[tuple[float, float | None]]] = defaultdict(list)
    for point in visit.snapshot.rows("precedents", **known):
        precedents[point["release_id"]].append((point["days_since_release"], point["streams"]))
    names = {one["similar_release_id"]: f"{one['artist_name']}: {one['release_title']}" for one in similar}
    return {
        "frame": frame,
        "known": frame.line([(0, 0), *so_far]),
        "ahead": frame.line([start, *((point["days_since_release"], point["predicted_streams"]) for point in ahead)]),
        "band_90": band("lower_90", "upper_90"),
        "band_80": band("lower_80", "upper_80"),
        "joint": band("joint_lower_80", "joint_upper_80"),
        "precedents": [(names.get(one, one), frame.line([(0, 0), *line])) for one, line in precedents.items()],
        "today": frame.x(start[0]),
        "threshold": visit.snapshot.costs["top_minimum"],
        "rows": ahead,
    }


def daily_charts(days: list[Row]) -> dict[str, dict[str, Any]]:
    """VK streams and TikTok's views and creations day by day, a bar each; days without a report are marked.

    Returns:
        By measure: `frame`, `bars` as (day number, day, value, state), `baseline`; measures without a figure are left
        out.
    """
    drawn = {}
    for name, platform in (("vk_streams", "vk"), ("tiktok_views", "tiktok"), ("tiktok_creations", "tiktok")):
        values = [float(day[name]) for day in days if day[name] is not None]
        if not any(values):
            continue
        last = max(day["day_number"] for day in days)
        frame = drawing.frame((FIRST_DAY, last + 1), max(values), width=360, height=180, left=52)
        bars = [
            {"at": day["day_number"], "day": day["day"], "value": day[name], "state": day[f"{platform}_state"],
             "own": day["tiktok_pgc_views"] if name == "tiktok_views" else None}
            for day in days
            if day[f"{platform}_state"] != "not_yet"
        ]  # fmt: skip
        drawn[name] = {"frame": frame, "bars": bars}
    return drawn


def history_chart(history: list[Row]) -> dict[str, Any] | None:
    """The forecast on each day that it was made, with its 80 % interval; None for fewer than two days."""
    made = [row for row in history if row["predicted_streams"] is not None]
    if len(made) < 2:
        return None
    last = max(row["as_of_day"] for row in made)
    frame = drawing.frame((0, last), max(float(row["upper_80"]) for row in made), width=360, height=200, left=52)
    return {
        "frame": frame,
        "line": frame.line([(row["as_of_day"], row["predicted_streams"]) for row in made]),
        "band": frame.band([(row["as_of_day"], row["lower_80"], row["upper_80"]) for row in made]),
        "known": frame.line([(row["as_of_day"], row["known_streams"]) for row in made]),
        "rows": made,
    }


def asked_chance(visit: Visit, release_id: str) -> dict[str, Any] | None:
    """The chance of the range that the reader typed; None where none was typed.

    Raises:
        HTTPException: An end of it is no number.
    """
    for name in ("from", "to"):
        if (typed := visit.text(name, MAX_TYPED)) and visit.number(name) is None:
            raise refused(f"amount.{name}", typed=typed)
    low, high = visit.number("from"), visit.number("to")
    if low is None and high is None:
        return None
    lower, upper = low or 0.0, high if high is not None else 1e18
    answer = visit.snapshot.row("chance", release_id=release_id, horizon=visit.horizon, lower=lower, upper=upper)
    chance = None if answer is None or upper <= lower else answer["chance"]
    return {"lower": low, "upper": high, "chance": chance}


def listening(visit: Visit, release_id: str) -> list[tuple[str, float]]:
    """Where streams came from, as (text, share of all); empty where the vendor does not say, or nothing is streamed."""
    row = visit.snapshot.row("listening", release_id=release_id) or {}
    return [(name, row[name]) for name in LISTENING if row.get(name)]


def missing_days(days: list[Row]) -> list[tuple[str, Row]]:
    """Days of the window of which a platform's report is missing or partial: (platform, day)."""
    return [
        (platform, day)
        for day in days
        if day["day_number"] >= 0
        for platform in ("vk", "tiktok")
        if day[f"{platform}_state"] in ("missing", "partial")
    ]
