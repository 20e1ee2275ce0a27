"""Metrics of a backtest, and the table that shows them."""

from typing import Any

import numpy as np
import pandas as pd
from rich.console import Group
from rich.table import Table
from rich.text import Text

from ml.classes import PROBABILITY_COLUMNS
from ml.metrics import class_metrics, interval_metrics, skill, stream_metrics
from ml.splits import REFERENCE_DAY, Plan
from ml.streams import INTERVAL_COLUMNS

LEGEND = (
    "skill: 1 - RMSLE / RMSLE of log_linear; above 0 is better than the line. in 90%: share of true totals inside the "
    "90 % interval. cost: mean cost a release of promoting where it pays, by the costs of dbt_project.yml."
)
KEYS = ["feature_set", "model_name", "as_of_day", "horizon_days"]


def evaluate(
    predictions: pd.DataFrame,
    class_predictions: pd.DataFrame,
    class_names: tuple[str, ...],
    costs: tuple[float, float],
) -> pd.DataFrame:
    """Metrics of every model over all test releases, in the columns of `ml.backtest_metrics` but run_id and time.

    Args:
        predictions: Rows of `ml.backtest_predictions`.
        class_predictions: Rows of `ml.backtest_class_predictions`.
        class_names: In rising order.
        costs: Cost of promoting in vain and of missing a hit.
    """
    line = predictions[predictions["model_name"] == "log_linear"]
    line = line[["feature_set", "as_of_day", "horizon_days", "release_id", "predicted_streams"]]
    beside = predictions.merge(line, on=list(line.columns[:-1]), suffixes=("", "_line"), validate="many_to_one")
    found = []
    for key, rows in beside.groupby(KEYS, sort=False):
        actual, predicted = (rows[name].to_numpy(dtype=float) for name in ("actual_streams", "predicted_streams"))
        figures = stream_metrics(actual, predicted, rows["known_streams"].to_numpy(dtype=float))
        figures["skill"] = skill(actual, predicted, rows["predicted_streams_line"].to_numpy(dtype=float))
        if rows["lower_90"].notna().all():
            figures |= interval_metrics(actual, rows[list(INTERVAL_COLUMNS)])
        found.append(_rows("streams", key, figures, len(rows)))
    place = {name: number for number, name in enumerate(class_names)}
    for key, rows in class_predictions.groupby(KEYS, sort=False):
        actual, predicted = (rows[name].map(place).to_numpy(dtype=int) for name in ("actual_class", "predicted_class"))
        figures = class_metrics(actual, predicted, rows[list(PROBABILITY_COLUMNS)].to_numpy(), costs)
        found.append(_rows("classes", key, figures, len(rows)))
    return pd.concat(found, ignore_index=True)


def _rows(task: str, key: Any, figures: dict[str, float], release_count: int) -> pd.DataFrame:
    """Metrics as rows; those that could not be computed are left out."""
    finite = {name: value for name, value in figures.items() if np.isfinite(value)}
    rows = pd.DataFrame({"metric_name": list(finite), "metric_value": list(finite.values())})
    rows[["task", "release_count", *KEYS]] = [task, release_count, *key]
    return rows


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
    ("accuracy", "accuracy"),
)


def render(metrics: pd.DataFrame, plan: Plan) -> Group:
    """The leader board at the reference as-of day: one table for streams, one for classes, within 80 columns."""
    reference = metrics[metrics["as_of_day"] == REFERENCE_DAY]
    parts: list[Table | Text] = []
    if plan.note:
        parts.append(Text(plan.note))
    first, last = plan.folds[0].origin, plan.folds[-1].origin
    span = f"{len(plan.folds)} origins, {first} to {last}, forecasts at day {REFERENCE_DAY}"
    for task, title, figures in (
        ("streams", "Streams", STREAM_FIGURES),
        ("classes", "Classes", CLASS_FIGURES),
    ):
        of_task = reference[reference["task"] == task]
        horizons = sorted(of_task["horizon_days"].unique())
        table = Table(title=f"{title}: {span}", title_justify="left", width=80, pad_edge=False)
        table.add_column("days", justify="right")
        table.add_column("features")
        table.add_column("model")
        for _, heading in figures:
            table.add_column(heading, justify="right")
        for horizon in horizons:
            for feature_set, of_set in of_task[of_task["horizon_days"] == horizon].groupby("feature_set", sort=False):
                wide = of_set.pivot_table(index="model_name", columns="metric_name", values="metric_value")
                for model in of_set["model_name"].unique():
                    cells = [_cell(wide.loc[model].get(name, np.nan)) for name, _ in figures]
                    table.add_row(str(horizon), str(feature_set), str(model), *cells)
                table.add_section()
        parts.append(table)
    parts.append(Text(LEGEND))
    return Group(*parts)


def _cell(value: float) -> str:
    return "" if not np.isfinite(value) else f"{value:.3f}"
