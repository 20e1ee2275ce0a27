"""What the statistician's part shows of the latest backtest: every figure is a published one, in tables and lines."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from math import nan
from typing import Any

from hitcast.desk import drawing
from hitcast.desk.claims import MIN_PER_SIZE, claims
from hitcast.desk.performance import LINE, SERVED, Judged, judged
from hitcast.desk.published import Snapshot

REFERENCE_DAY = 7
"""As-of day of the reference task."""
STREAMS = (
    ("rmsle", "number"), ("skill", "number"), ("skill_remainder", "number"),
    ("median_absolute_percentage_error", "share"), ("mape_from_1000", "share"), ("wape", "share"),
    ("volume_ratio", "number"), ("expected_volume_ratio", "number"), ("spearman", "number"),
    ("coverage_80", "share"), ("coverage_90", "share"),
)  # fmt: skip
"""Metrics of totals and how each is written; heads are the texts `metric.<name>`."""
BY_SIZE = tuple(metric for metric in STREAMS if not metric[0].startswith(("coverage", "skill_")))
BY_BUCKET = (
    ("coverage_80", "share"), ("coverage_90", "share"), ("log_width_90", "number"), ("pinball_90", "number"),
)  # fmt: skip
CLASSES = (
    ("average_precision_top", "number"), ("average_precision_top_gain", "number"),
    ("quadratic_weighted_kappa", "number"), ("expected_cost", "number"), ("brier", "number"),
    ("calibration_error_top", "number"), ("calibration_error_at_least_medium", "number"),
    ("recall_at_precision_80", "share"), ("precision_at_3_of_week", "share"), ("macro_f1", "number"),
    ("balanced_accuracy", "share"), ("accuracy", "share"),
)  # fmt: skip
PICKS, PERCENTS = (1, 3, 5, 10), (1, 2, 5, 10, 20)
REFERENCE = {
    "rounded_mape_nearest": "rounded_mape_nearest_of_zero",
    "rounded_mape_nonzero": "rounded_mape_nonzero_of_one_step",
    "rounded_mape_up": "rounded_mape_up_of_one_step",
    "accuracy": "accuracy_of_majority",
}
"""Figures of the reference work, each with the constant beside which it means something."""


@dataclass(frozen=True)
class Board:
    """Models beside each other over one horizon, known at one day.

    Attributes:
        task: `streams` or `classes`.
        horizon: Days of the window.
        day: As-of day.
        is_untouched: Whether it is over the untouched origins alone.
        columns: Metrics, and how each is written.
        rows: A model and what it saw each.
    """

    task: str
    horizon: int
    day: int
    is_untouched: bool
    columns: Sequence[tuple[str, str]]
    rows: Sequence[Judged]


def statistics(snapshot: Snapshot) -> dict[str, Any]:
    """What `statistics_content.html` shows; `backtest` is None where none is published."""
    about = snapshot.row("backtest_about")
    if about is None:
        return {"backtest": None}
    everyone = judged(snapshot)
    ranks = week_rows(everyone)
    experiments = snapshot.rows("experiments")
    return {
        "backtest": about,
        "reference_day": REFERENCE_DAY,
        "origins": snapshot.rows("backtest_origins", as_of_day=REFERENCE_DAY),
        "claims": claims(everyone, REFERENCE_DAY),
        "least_per_size": MIN_PER_SIZE,
        "stream_boards": boards(everyone, "streams", STREAMS),
        "class_boards": boards(everyone, "classes", CLASSES),
        "sizes": board(everyone, "streams", BY_SIZE, size_kind="decade"),
        "buckets": board(everyone, "streams", BY_BUCKET, size_kind="bucket"),
        "by_day": [errors_by_day(everyone, horizon) for horizon in snapshot.horizons],
        "groups": groups(snapshot.rows("backtest_groups")),
        "skill_scale": drawing.Scale(-0.5, 1, 4, 196),
        "share_scale": drawing.Scale(0.5, 1, 4, 196),
        "top_share": next((one.get("top_share") for one in ranks if "top_share" in one.values), None),
        "weeks": ranks,
        "week_curves": rank_curves(ranks, {count: f"precision_at_{count}_of_week" for count in PICKS}, "_at_most"),
        "lift_curves": rank_curves(ranks, {percent: f"lift_of_best_{percent}_percent" for percent in PERCENTS}),
        "picks": PICKS,
        "percents": PERCENTS,
        "differences": [one for one in _of_served(everyone, "classes") if one.day == REFERENCE_DAY],
        "advice_rows": [one for one in _of_served(everyone, "classes") if not one.is_untouched],
        "reference_rows": reference_rows(everyone),
        "best_rows": [one for one in everyone if "best_possible_ratio" in one.values and one.model == SERVED],
        "line_ratios": {
            (one.feature_set, one.horizon, one.day, one.is_untouched): one.get("best_possible_ratio")
            for one in everyone
            if one.model == LINE and not one.size_kind and "best_possible_ratio" in one.values
        },
        "experiments": {
            name: [row for row in experiments if row["experiment"] == name]
            for name in dict.fromkeys(row["experiment"] for row in experiments)
        },
    }


def _of_served(everyone: Iterable[Judged], task: str) -> list[Judged]:
    return [one for one in everyone if one.task == task and one.model == SERVED and not one.size_kind]


def board(
    everyone: Iterable[Judged], task: str, columns: Sequence[tuple[str, str]], size_kind: str = ""
) -> list[Board]:
    """The served forecast at the reference day by size, a board a horizon."""
    rows = [
        one
        for one in everyone
        if (one.task, one.model, one.size_kind, one.is_untouched) == (task, SERVED, size_kind, False)
        and one.day == REFERENCE_DAY
    ]
    return [
        Board(task, horizon, REFERENCE_DAY, False, columns, [one for one in rows if one.horizon == horizon])
        for horizon in sorted({one.horizon for one in rows})
    ]


def boards(everyone: Iterable[Judged], task: str, columns: Sequence[tuple[str, str]]) -> list[Board]:
    """All models: over the untouched origins, then over all of them, then at other as-of days."""
    rows = [one for one in everyone if one.task == task and not one.size_kind and columns[0][0] in one.values]
    cuts = sorted(
        {(one.horizon, one.day, one.is_untouched) for one in rows},
        key=lambda cut: (cut[1] != REFERENCE_DAY, not cut[2], cut[1], cut[0]),
    )
    return [
        Board(task, *cut, columns, [one for one in rows if (one.horizon, one.day, one.is_untouched) == cut])
        for cut in cuts
    ]


def errors_by_day(everyone: Iterable[Judged], horizon: int) -> dict[str, Any]:
    """Error by as-of day of the served forecast and of the line, a line each and by what they saw."""
    rows = [
        one
        for one in everyone
        if one.task == "streams" and one.horizon == horizon and not one.size_kind and not one.is_untouched
    ]
    series = [
        (model, feature_set, [(one.day, one.get("rmsle"), *one.ends("rmsle")) for one in rows
                              if (one.model, one.feature_set) == (model, feature_set)])
        for feature_set in sorted({one.feature_set for one in rows}, reverse=True)
        for model in (SERVED, LINE)
    ]  # fmt: skip
    lines = [points for _, _, points in series]
    names = [(model, feature_set) for model, feature_set, _ in series]
    return {"horizon": horizon, "names": names, "drawn": drawing.curves(lines)}


def groups(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Errors by origin, genre and label: a table a kind and horizon."""
    found: list[dict[str, Any]] = []
    for kind in ("origin", "genre", "label"):
        for horizon in sorted({row["horizon_days"] for row in rows}):
            part = [row for row in rows if (row["group_kind"], row["horizon_days"]) == (kind, horizon)]
            if kind == "origin":
                part = [{**row, "origin_date": date.fromisoformat(row["group_name"])} for row in part]
            if part:
                found.append({"kind": kind, "horizon": horizon, "rows": part})
    return found


def week_rows(everyone: Iterable[Judged]) -> list[Judged]:
    """Who ranks best at the reference day: the served forecast first, then the others as far as they rank."""
    rows = [
        one
        for one in everyone
        if one.task == "classes" and one.day == REFERENCE_DAY and not one.size_kind and not one.is_untouched
    ]
    return sorted(rows, key=lambda one: (one.feature_set != "tiktok_vk", one.model != SERVED, one.model))


def rank_curves(ranks: Sequence[Judged], metrics: Mapping[int, str], bound: str = "") -> dict[str, Any] | None:
    """What is found by picking more and more, by what sees most: of the served forecast, of the line, and at most."""
    lines = []
    for model, suffix in ((SERVED, ""), (LINE, ""), *(((SERVED, bound),) if bound else ())):
        one = next((row for row in ranks if row.model == model), None)
        lines.append(
            [] if one is None else [(at, one.get(f"{name}{suffix}"), nan, nan) for at, name in metrics.items()]
        )
    return drawing.curves(lines)


def reference_rows(everyone: Iterable[Judged]) -> list[tuple[Judged, str, float, float]]:
    """The reference work's figures at its as-of day, each beside its constant's: (cut, name, value, constant)."""
    return [
        (one, name, one.get(name), one.get(constant))
        for one in everyone
        if one.model == SERVED and one.day == REFERENCE_DAY and not one.size_kind and not one.is_untouched
        for name, constant in REFERENCE.items()
        if name in one.values and constant in one.values
    ]
