"""The leader board of a backtest in the terminal."""

import numpy as np
import pandas as pd
from rich.console import Group
from rich.table import Table
from rich.text import Text

from ml.splits import REFERENCE_DAY, Plan

LEGEND = (
    "skill: 1 - RMSLE / RMSLE of log_linear; above 0 is better than the line. In brackets the 95 % interval of a "
    "bootstrap over release weeks. in 90%: share of true totals inside the 90 % interval. AP top: average "
    "precision of the top class. cost: mean cost a release of promoting where it pays, by the costs of "
    "dbt_project.yml. acc.: accuracy. width, times: median width of the 90 % interval against that with all days."
)
STREAM_FIGURES = (
    ("rmsle", "RMSLE"),
    ("skill", "skill"),
    ("median_absolute_percentage_error", "MdAPE"),
    ("coverage_90", "in 90%"),
)
CLASS_FIGURES = (
    ("average_precision_top", "AP top"),
    ("quadratic_weighted_kappa", "kappa"),
    ("expected_cost", "cost"),
    ("brier", "Brier"),
    ("accuracy", "acc."),
)
BEYOND_TOTALS = (
    ("paths", "joint_coverage_80", "whole paths in 80%"),
    ("paths", "crps", "CRPS over days"),
    ("sums", "coverage_90_label_month", "label-months in 90%"),
    ("sums", "expected_volume_ratio", "means over truth"),
)
ADVICE_FIGURES = (
    ("advised_count", "advised", "{:.0f}"),
    ("advised_right_count", "of them right", "{:.0f}"),
    ("advised_precision", "precision", "{:.2f}"),
    ("advised_recall", "recall of hits", "{:.2f}"),
    ("advised_share_to_come", "still to come of those", "{:.2f}"),
    ("advised_hit_streams_to_come", "found, still to come", "{:.2f}"),
)
WITH_INTERVAL = {"skill", "average_precision_top"}


def render(metrics: pd.DataFrame, plan: Plan, stress: pd.DataFrame) -> Group:
    """The leader board within 80 columns.

    At the reference day a table for each horizon of either task, then the errors by day, then what lacking days cost.
    """
    reference = metrics[metrics["as_of_day"] == REFERENCE_DAY]
    parts: list[Table | Text] = []
    if plan.note:
        parts.append(Text(plan.note))
    first, last = plan.folds[0].origin, plan.folds[-1].origin
    span = f"{len(plan.folds)} origins, {first} to {last}, known at day {REFERENCE_DAY}"
    for task, title, figures in (("streams", "Streams", STREAM_FIGURES), ("classes", "Classes", CLASS_FIGURES)):
        of_task = reference[reference["task"] == task]
        for horizon, per_horizon in of_task.groupby("horizon_days"):
            table = Table(title=f"{title}, {horizon} days: {span}", title_justify="left", width=80, pad_edge=False)
            table.add_column("features")
            table.add_column("model")
            for _, heading in figures:
                table.add_column(heading, justify="right")
            for feature_set, set_rows in per_horizon.groupby("feature_set", sort=False):
                wide = set_rows.pivot_table(index="model_name", columns="metric_name", values="metric_value")
                for model in set_rows["model_name"].unique():
                    cells = [_cell(wide.loc[model], name) for name, _ in figures]
                    table.add_row(str(feature_set), str(model), *cells)
                table.add_section()
            parts.append(table)
    parts += [*_boards_by_day(metrics), _board_of_advice(metrics)]
    parts += [_board_beyond_totals(metrics), *_stress_boards(stress)]
    parts.append(Text(LEGEND))
    return Group(*parts)


def _boards_by_day(metrics: pd.DataFrame) -> list[Table]:
    """The deciding error of each model at every as-of day: a table for each horizon of either task."""
    boards = []
    for task, title, metric in (("streams", "Streams, RMSLE", "rmsle"), ("classes", "Classes, Brier score", "brier")):
        rows = metrics[(metrics["task"] == task) & (metrics["metric_name"] == metric)]
        for horizon, per_horizon in rows.groupby("horizon_days"):
            table = Table(
                title=f"{title}, {horizon} days, by days known",
                title_justify="left",
                width=80,
                box=None,
                pad_edge=False,
                padding=(0, 1, 0, 0),
            )
            table.add_column("features")
            table.add_column("model", no_wrap=True)
            days = sorted(per_horizon["as_of_day"].unique())
            for day in days:
                table.add_column(str(day), justify="right", no_wrap=True)
            for (feature_set, model), model_rows in per_horizon.groupby(["feature_set", "model_name"], sort=False):
                errors = model_rows.set_index("as_of_day")["metric_value"]
                table.add_row(str(feature_set), str(model), *(f"{errors[day]:.3f}" for day in days if day in errors))
            boards.append(table)
    return boards


def _board_of_advice(metrics: pd.DataFrame) -> Table:
    """What the advice to promote is worth by days known: right or not, and how much is still to come."""
    rows = metrics[(metrics["task"] == "classes") & (metrics["model_name"] == "hitcast")]
    hits = rows.loc[rows["metric_name"] == "hit_count", "metric_value"].max()
    title = f"Advice to promote by the costs, by days known; {hits:.0f} hits"
    table = Table(title=title, title_justify="left", width=80, box=None, pad_edge=False, padding=(0, 1, 0, 0))
    table.add_column("features")
    table.add_column("figure", no_wrap=True)
    days = sorted(rows["as_of_day"].unique())
    for day in days:
        table.add_column(str(day), justify="right", no_wrap=True)
    for feature_set, set_rows in rows.groupby("feature_set", sort=False):
        for name, heading, style in ADVICE_FIGURES:
            values = set_rows[set_rows["metric_name"] == name].set_index("as_of_day")["metric_value"]
            cells = (style.format(values[day]) if day in values else "" for day in days)
            table.add_row(str(feature_set), heading, *cells)
    return table


def _stress_boards(stress: pd.DataFrame) -> list[Table]:
    """What forecasts of the reference day are worth where days are late or missing: a table for each horizon."""
    boards = []
    for horizon, rows in stress[stress["as_of_day"] == REFERENCE_DAY].groupby("horizon_days"):
        table = Table(
            title=f"Days late or missing, or a wrong date, {horizon} days, known at day {REFERENCE_DAY}",
            title_justify="left",
            width=80,
            pad_edge=False,
        )
        table.add_column("lacking")
        for heading in ("releases", "refused", "in 90%", "width, times", "RMSLE", "with all"):
            table.add_column(heading, justify="right")
        for row in rows.itertuples():
            cells = (f"{row.refused_share:.0%}", f"{row.coverage_90:.3f}", f"{row.width_ratio:.2f}")
            errors = (f"{row.rmsle:.3f}", f"{row.clean_rmsle:.3f}")
            table.add_row(str(row.state).replace("_", " "), str(row.release_count), *cells, *errors)
        boards.append(table)
    return boards


def _board_beyond_totals(metrics: pd.DataFrame) -> Table:
    """Paths and sums of the longest horizon, by days known."""
    longest = metrics[metrics["horizon_days"] == metrics["horizon_days"].max()]
    title = f"Paths and sums, {longest['horizon_days'].iloc[0]} days, by days known"
    table = Table(title=title, title_justify="left", width=80, box=None, pad_edge=False, padding=(0, 1, 0, 0))
    table.add_column("features")
    table.add_column("figure", no_wrap=True)
    shown = {
        name: longest[(longest["task"] == task) & (longest["metric_name"] == name)] for task, name, _ in BEYOND_TOTALS
    }
    days = sorted(shown["crps"]["as_of_day"].unique())
    for day in days:
        table.add_column(str(day), justify="right", no_wrap=True)
    for feature_set in shown["crps"]["feature_set"].unique():
        for _, name, heading in BEYOND_TOTALS:
            rows = shown[name]
            values = rows[rows["feature_set"] == feature_set].set_index("as_of_day")["metric_value"]
            table.add_row(str(feature_set), heading, *(f"{values[day]:.2f}" for day in days if day in values))
    return table


def _cell(figures: pd.Series, name: str) -> str:
    value, low, high = (figures.get(f"{name}{end}", np.nan) for end in ("", "_lower_95", "_upper_95"))
    if not np.isfinite(value):
        return ""
    if name not in WITH_INTERVAL:
        return f"{value:.3f}"
    return f"{value:.2f} [{low:.2f}, {high:.2f}]" if np.isfinite(low) else f"{value:.2f}"
