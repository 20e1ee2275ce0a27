"""Can I trust it: forecasts against outcomes, what the ranges and chances held, what advice was worth."""

import math
from collections import defaultdict
from typing import Any

import pandas as pd
from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from hitcast.desk import drawing, quality
from hitcast.desk.published import Row, Snapshot
from hitcast.desk.statistics import REFERENCE, statistics
from hitcast.desk.visit import VisitOf

router = APIRouter(include_in_schema=False)
MAX_DOTS = 700
USUAL_DAY = 7
"""As-of day of the reference task."""


@router.get("/trust")
def trust(visit: VisitOf) -> HTMLResponse:
    """The page on how good the forecasts are."""
    asked: dict[str, Any] = {}
    # without a backtest there is nothing to choose
    if choices := visit.snapshot.rows("backtest_choices"):
        day = visit.choice("day", tested_days(choices))
        # the form offers the sets of the day that it shows, and may send one with a day that knows it not
        feature_set = visit.choice("set", sorted({row["feature_set"] for row in choices}))
        asked = {"asked_day": int(day) if day else None, "asked_set": feature_set}
    return visit.page("trust", "trust", **trust_values(visit.snapshot, visit.horizon, visit.ratio, **asked))


@router.get("/trust/statistics")
def statistician(visit: VisitOf) -> HTMLResponse:
    """The statistician's part of it."""
    return visit.page("statistics", "trust", **statistics(visit.snapshot))


def trust_values(
    snapshot: Snapshot, horizon: int, ratio: float, asked_day: int | None = None, asked_set: str = ""
) -> dict[str, Any]:
    """What the page and the report say of the latest backtest and of published forecasts.

    Args:
        snapshot: The publication.
        horizon: Days of the window.
        ratio: Cost of a promotion that does not pay, in missed hits.
        asked_day: As-of day that was tested; None for the reference task's, or the one nearest to it.
        asked_set: Feature set; the one that sees most where this one was not tested on that day.

    Returns:
        Values of `trust_content.html`; without a backtest `choices` is empty and only `live` is known beside it.
    """
    choices = snapshot.rows("backtest_choices")
    live = snapshot.rows("live", horizon=horizon)
    if not choices:
        return {"choices": [], "live": live}
    days = tested_days(choices)
    day = asked_day if asked_day is not None else min(days, key=lambda one: abs(one - USUAL_DAY))
    sets = sorted({row["feature_set"] for row in choices if row["as_of_day"] == day}, reverse=True)
    feature_set = asked_set if asked_set in sets else sets[0]
    chosen = {"feature_set": feature_set, "as_of_day": day}
    streams = snapshot.frame("backtest", task="streams", horizon=horizon, **chosen)
    class_horizon = int(snapshot.costs["class_horizon"])
    classes = snapshot.frame("backtest", task="classes", horizon=class_horizon, **chosen)
    covered, advice = quality.coverage(streams), advice_by_day(snapshot, feature_set)
    cost_rows, best = quality.costs(classes, ratio), best_by_day(snapshot, feature_set, horizon)
    return {
        "choices": choices,
        "days": days,
        "day": day,
        "sets": sets,
        "feature_set": feature_set,
        "errors": quality.errors(streams),
        "covered": [row for row in covered if math.isnan(row["size"])],
        "covered_by_size": [row for row in covered if not math.isnan(row["size"])],
        "calibration": quality.calibration(classes),
        "cost_rows": cost_rows,
        "cost_curves": cost_curves(cost_rows),
        "dots": dots(snapshot, streams),
        "advice": advice,
        "advice_curves": advice_curves(advice),
        "best": best,
        "best_curves": best_curves(best),
        "live": live,
        "as_known": snapshot.rows("as_known", horizon=horizon),
        "reference": reference_figures(snapshot, feature_set, day, horizon),
        "square": drawing.Frame(drawing.Scale(0, 1, 52, 348), drawing.Scale(0, 1, 266, 10), 360, 300),
    }


def tested_days(choices: list[Row]) -> list[int]:
    """As-of days of the backtest of totals, in their order.

    Args:
        choices: Rows of the query `backtest_choices`.
    """
    return sorted({row["as_of_day"] for row in choices if row["task"] == "streams"})


def dots(snapshot: Snapshot, streams: pd.DataFrame) -> dict[str, Any] | None:
    """Forecast against outcome, a dot a release; of many a part, the same at every visit."""
    rows = streams[streams["model_name"] == quality.SERVED].sort_values("release_id")
    if rows.empty:
        return None
    step = math.ceil(len(rows) / MAX_DOTS)
    part = rows.iloc[::step]
    names = {
        row["release_id"]: f"{row['artist_name']}: {row['release_title']}"
        for row in snapshot.rows("names", releases=part["release_id"].tolist())
    }
    top = float(max(part["actual_streams"].max(), part["predicted_streams"].max(), 1000.0)) * 1.2
    frame = drawing.frame((10, top), top, width=420, height=400, left=60, is_log=True)
    return {
        "frame": frame,
        "count": len(rows),
        "shown": len(part),
        "dots": [
            {
                "release_id": row["release_id"],
                "name": names.get(row["release_id"], row["release_id"]),
                "x": frame.x(row["predicted_streams"]),
                "y": frame.y(row["actual_streams"]),
                "predicted": row["predicted_streams"],
                "actual": row["actual_streams"],
            }
            for row in part.to_dict("records")
        ],
    }


def advice_by_day(snapshot: Snapshot, feature_set: str) -> list[dict[str, Any]]:
    """What advice at the published costs was worth, a row an as-of day, by metric.

    `precision` and `recall` come with a 95 % interval that does not vanish where all of few were right.
    """
    found: dict[int, dict[str, Any]] = defaultdict(dict)
    for row in snapshot.rows("advice", feature_set=feature_set):
        found[row["as_of_day"]][row["metric_name"]] = row["metric_value"]
    rows = [{"as_of_day": day, **metrics} for day, metrics in sorted(found.items()) if "hit_count" in metrics]
    for row in rows:
        right = row.get("advised_right_count")
        row["precision"] = quality.share(right, row.get("advised_count"))
        row["recall"] = quality.share(right, row.get("hit_count"))
    return rows


def advice_curves(rows: list[dict[str, Any]]) -> dict[str, Any] | None:
    """How often advice was right, how many hits it found and how much was still to come, by days known."""
    lines: list[list[drawing.Measured]] = [
        [(row["as_of_day"], part["share"], part["lower"], part["upper"]) for row in rows if (part := row[name])]
        for name in ("precision", "recall")
    ]
    to_come = [(row["as_of_day"], row.get("advised_share_to_come", math.nan), math.nan, math.nan) for row in rows]
    return drawing.curves([*lines, to_come], top=1.0)


def cost_curves(rows: list[dict[str, float]]) -> dict[str, Any] | None:
    """What each way to decide costs, by the cost ratio."""
    names = ("model", "line", "none")
    return drawing.curves([[(row["ratio"], row[name], math.nan, math.nan) for row in rows] for name in names])


def best_by_day(snapshot: Snapshot, feature_set: str, horizon: int) -> list[dict[str, Any]]:
    """Errors as multiples of the best possible ones, a row an as-of day; none where no truth is known.

    Returns:
        Rows of `as_of_day`, `releases`, `rmsle` (of the best possible forecast), `ratio`, `lower`, `upper` and `line`.
    """
    found: dict[int, dict[str, Any]] = defaultdict(dict)
    for row in snapshot.rows("best_possible", feature_set=feature_set, horizon=horizon):
        name = row["metric_name"].removeprefix("best_possible_")
        if row["model_name"] == quality.LINE:
            name = "line" if name == "ratio" else ""
        else:
            found[row["as_of_day"]]["releases"] = row["release_count"]
        found[row["as_of_day"]][name.removeprefix("ratio_").removesuffix("_95")] = row["metric_value"]
    return [{"as_of_day": day, **metrics} for day, metrics in sorted(found.items()) if "ratio" in metrics]


def best_curves(rows: list[dict[str, Any]]) -> dict[str, Any] | None:
    """Multiples of the best possible error, of hitcast and of the line, by days known."""
    own = [(row["as_of_day"], row["ratio"], row.get("lower", math.nan), row.get("upper", math.nan)) for row in rows]
    line = [(row["as_of_day"], row.get("line", math.nan), math.nan, math.nan) for row in rows]
    return drawing.curves([own, line])


def reference_figures(snapshot: Snapshot, feature_set: str, day: int, horizon: int) -> list[tuple[str, float, float]]:
    """The reference work's figures, each beside the best constant's: (text, hitcast's, the constant's)."""
    rows = snapshot.rows("reference", feature_set=feature_set, as_of_day=day, horizon=horizon)
    found = {row["metric_name"]: row["metric_value"] for row in rows}
    return [(name, found[name], found[other]) for name, other in REFERENCE.items() if name in found and other in found]
