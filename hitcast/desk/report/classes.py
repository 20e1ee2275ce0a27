"""The report on commercial classes: leader boards, calibration, picks of a week, lift, costs."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from hitcast.desk.report.boards import Column, boards, figure_cell, judged
from hitcast.desk.report.charts import Axes, Curve, line_chart
from hitcast.desk.report.data import LINE, SERVED, Evidence
from hitcast.desk.report.groups import RATIOS, cost_curve, lift_curve, share_interval
from hitcast.desk.report.html import (
    Cell,
    count,
    figure,
    figures,
    folded,
    number,
    paragraph,
    percent,
    section,
    table,
)
from ml.classes import PROBABILITY_COLUMNS
from ml.decide.decisions import promotion_threshold
from ml.evaluation.bootstrap import release_weeks
from ml.evaluation.metrics import precision_of_week, promotion_costs, reliability
from ml.splits import REFERENCE_DAY

BOARD: tuple[Column, ...] = (
    ("average_precision_top", "average precision, top class", number),
    ("average_precision_top_gain", "its gain over log_linear", number),
    ("quadratic_weighted_kappa", "kappa, quadratic weights", number),
    ("expected_cost", "cost a release", lambda value: number(value, 4)),
    ("brier", "Brier", number),
    ("calibration_error_top", "calibration error, top", number),
    ("recall_at_precision_80", "recall at precision ≥ 0.8", percent),
    ("precision_at_3_of_week", "right of the week's 3 best", percent),
    ("macro_f1", "macro F1", number),
    ("balanced_accuracy", "balanced accuracy", percent),
    ("accuracy", "accuracy", percent),
)
MAX_PICKS = 10
PICKED = np.array([0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0])


def class_boards(evidence: Evidence) -> str:
    """Leader boards of all origins by as-of day, then that of the untouched origins."""
    low, high = (count(minimum) for minimum in evidence.minimums)
    text = (
        f"Classes by streams: {evidence.class_names[0]} below {low}, {evidence.class_names[1]} below {high}, "
        f"{evidence.class_names[2]} from {high} on. Average precision is that of finding the top class by its "
        "probability; a random order scores the share of hits. Kappa counts errors by the square of their "
        "distance. The cost is that of promoting where the probability reaches "
        f"{percent(promotion_threshold(*evidence.costs), 0)}, the threshold of {evidence.costs[0]:g} for a "
        f"false positive and {evidence.costs[1]:g} for a missed hit. Small figures are 95 % intervals."
    )
    return section("classes", "Classes: leader boards", paragraph(text), *boards(evidence, "classes", BOARD, SERVED))


def _cuts(evidence: Evidence, model: str) -> Iterator[tuple[str, pd.DataFrame]]:
    """A model's class forecasts, by feature set, releases in the same order."""
    rows = evidence.classes
    for feature_set, set_rows in rows[rows["model_name"] == model].groupby("feature_set"):
        yield str(feature_set), set_rows.sort_values("release_id").reset_index(drop=True)


def _hit(evidence: Evidence, rows: pd.DataFrame, least: int = 2) -> np.ndarray:
    return rows["actual_class"].isin(evidence.class_names[least:]).to_numpy()


def calibration(evidence: Evidence) -> str:
    """Whether what is called so probable happens so often."""
    body: list[list[Cell]] = []
    charts = []
    names = evidence.class_names
    for least, message in ((2, f"P({names[2]})"), (1, f"P(at least {names[1]})")):
        curves = []
        for feature_set, rows in _cuts(evidence, SERVED):
            probability = rows[list(PROBABILITY_COLUMNS[least:])].sum(axis=1).to_numpy()
            found = reliability(_hit(evidence, rows, least), probability)
            ends = [share_interval(*of_bin) for of_bin in zip(found["hits"], found["releases"], strict=True)]
            low, high = zip(*ends, strict=True)
            curves.append(Curve(feature_set, found["probability"].tolist(), found["share"].tolist(), low, high))
            for interval, (_, values) in zip(ends, found.iterrows(), strict=True):
                bin_name = f"{percent(values['from'], 0)} to {percent(values['from'] + 0.1, 0)}"
                body.append(
                    [
                        f"{message} {bin_name} · {feature_set}",
                        count(values["releases"]),
                        percent(values["probability"]),
                        figure_cell(values["share"], interval, percent),
                    ]
                )
        axes = Axes(
            message, "forecast probability", "share that came true", joined=False, floor=-0.03, top=1.03, diagonal=True
        )
        charts.append(figure(line_chart(axes, curves), f"{message}: dashed is perfect; 95 % intervals, counts below."))
    text = (
        f"{SERVED}, known at day {REFERENCE_DAY}, all origins, ten bins of equal width. A bin with few releases "
        "has a wide interval: most releases are nearly certain to be small, so the middle bins are thin."
    )
    heads = ("forecast · features", "test releases", "mean forecast", "came true (95 %)")
    return section(
        "calibration",
        "Classes: are the probabilities true",
        paragraph(text),
        figures(*charts),
        folded("Counts of every bin", table("reliability", "Forecast probability against what happened", heads, body)),
    )


def picks(evidence: Evidence) -> str:
    """Precision among the best of a week, and lift over picking at random."""
    body: list[list[Cell]] = []
    lift_body: list[list[Cell]] = []
    charts = []
    for feature_set, rows in _cuts(evidence, SERVED):
        hit = _hit(evidence, rows)
        if not hit.any():
            continue
        by_model = {
            model: dict(_cuts(evidence, model))[feature_set]["probability_high"].to_numpy()
            for model in evidence.classes.loc[evidence.classes["feature_set"] == feature_set, "model_name"].unique()
        }
        shown = [name for name in (SERVED, LINE, "rank_views") if name in by_model]
        weeks, places = release_weeks(rows["release_date"]), list(range(1, MAX_PICKS + 1))
        by_week = {
            name: [precision_of_week(hit, score, weeks, best) for best in places]
            for name, score in (by_model | {"at most": hit.astype(float)}).items()
        }
        curves = [Curve(name, places, by_week[name]) for name in (*shown, "at most")]
        axes = Axes(f"Best of a week, {feature_set}", "picks a week", "share that became hits", floor=0)
        charts.append(
            figure(
                line_chart(axes, curves),
                "Precision among the k best of each release week; 'at most' picks every hit there was. "
                f"{count(len(hit))} releases, {count(hit.sum())} hits.",
            )
        )
        lifts = {name: lift_curve(hit, by_model[name], PICKED) for name in by_model}
        curves = [Curve(name, (100 * PICKED).tolist(), lifts[name][0]) for name in shown]
        axes = Axes(
            f"Lift, {feature_set}", "share of releases picked, %", "times better than chance", log_x=True, floor=0
        )
        charts.append(figure(line_chart(axes, curves), "Hits among the picked against picking at random."))
        for name, values in by_week.items():
            body.append([f"{name} · {feature_set}", *(percent(values[place - 1]) for place in (1, 2, 3, 5, 10))])
        for name, (lift, found) in lifts.items():
            cells: list[Cell] = [(number(lift[place], 1), f"{percent(found[place], 0)} of hits") for place in range(5)]
            lift_body.append([f"{name} · {feature_set}", *cells])
    text = (
        f"Known at day {REFERENCE_DAY}, all origins. Ties share the places left. In most weeks there are fewer hits "
        "than picks, so precision falls with k for any order; the row 'at most' says how far."
    )
    weekly = ("model · features", *(f"{place} best" for place in (1, 2, 3, 5, 10)))
    lift_heads = ("model · features", *(f"best {percent(share)}" for share in PICKED[:5]))
    return section(
        "picks",
        "Classes: lift and the best of a week",
        paragraph(text),
        figures(*charts),
        table("week-picks", "Share of hits among the k best of a week", weekly, body),
        table("lift", "Lift over picking at random, and share of all hits found", lift_heads, lift_body),
    )


def _per_thousand(cost: float) -> str:
    return number(1000 * cost, 1)


def costs(evidence: Evidence) -> str:
    """Cost of promoting by the model, by the line and not at all, over cost ratios."""
    body: list[list[Cell]] = []
    charts = []
    for feature_set, rows in _cuts(evidence, SERVED):
        hit, line = _hit(evidence, rows), dict(_cuts(evidence, LINE))[feature_set]
        by_model = {
            SERVED: cost_curve(hit, rows["probability_high"].to_numpy()),
            LINE: cost_curve(hit, line["probability_high"].to_numpy()),
            "promote none": [float(hit.mean())] * len(RATIOS),
        }
        by_class = (line["predicted_class"] == evidence.class_names[2]).to_numpy()
        by_model["class of log_linear"] = [float(promotion_costs(hit, by_class, ratio, 1).mean()) for ratio in RATIOS]
        curves = [Curve(name, list(RATIOS), [1000 * cost for cost in values]) for name, values in by_model.items()]
        axes = Axes(
            f"Cost, {feature_set}", "cost of a false positive, in missed hits", "missed hits per 1,000", floor=0
        )
        charts.append(
            figure(
                line_chart(axes, curves),
                f"Mean cost over {count(len(hit))} releases, {count(hit.sum())} hits. Promoting none costs the hits "
                "alone.",
            )
        )
        for name, values in by_model.items():
            chosen = [number(1000 * values[ratio - 1], 1) for ratio in (1, 3, 5, 10, 20)]
            body.append([f"{name} · {feature_set}", *chosen])
    against: list[list[Cell]] = []
    for label, metrics in (("all origins", evidence.metrics), ("untouched", evidence.untouched_metrics)):
        for one in judged(metrics, "classes", REFERENCE_DAY, SERVED):
            names = [f"expected_cost_above_{other}" for other in ("none", "log_linear", "log_linear_class")]
            differences = [figure_cell(one.get(name), one.ends(name), _per_thousand) for name in names]
            against.append([f"{one.feature_set} · {label}", count(one.releases), *differences])
    ratio = f"{evidence.costs[0]:g} : {evidence.costs[1]:g}"
    text = (
        f"Known at day {REFERENCE_DAY}, all origins. Each model promotes where its probability of the top class "
        "reaches ratio / (ratio + 1), which is least costly if the probability is true (Elkan 2001). 'class of "
        "log_linear' promotes whatever the log-linear forecast puts into the top class, whatever the costs."
    )
    difference = (
        f"Cost of {SERVED} at {ratio} less that of the other, in missed hits per 1,000 releases, paired 95 % "
        "intervals: below 0 it is cheaper"
    )
    return section(
        "costs",
        "Classes: what promoting would have cost",
        paragraph(text),
        figures(*charts),
        table(
            "cost-ratios",
            "Missed hits per 1,000 releases, by cost of a false positive",
            ("who promotes · features", *(f"{ratio} : 1" for ratio in (1, 3, 5, 10, 20))),
            body,
        ),
        table(
            "cost-differences",
            difference,
            ("features · origins", "test releases", "against none", "against log_linear", "against its class"),
            against,
        ),
    )
