"""From rows of `ml.backtest_metrics` to the report's tables: metrics by model, and the leader boards."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pandas as pd

from hitcast.desk.report.data import Evidence
from hitcast.desk.report.html import Cell, count, folded, percent, table
from ml.splits import REFERENCE_DAY

Column = tuple[str, str, Callable[[float], str]]
"""Metric, heading, and how its value is written."""


@dataclass(frozen=True)
class BoardRow:
    """One model's metrics at one as-of day.

    Attributes:
        feature_set: What it saw.
        horizon: Days from release.
        day: As-of day.
        model: Model or baseline.
        size: Decade of streams that the metrics rest on; None for all sizes.
        releases: Test releases.
        values: By metric.
    """

    feature_set: str
    horizon: int
    day: int
    model: str
    size: int | None
    releases: int
    values: dict[str, float]

    def get(self, name: str) -> float:
        """A metric; NaN if it could not be computed."""
        return self.values.get(name, float("nan"))

    def ends(self, name: str) -> tuple[float, float]:
        """Ends of its 95 % interval."""
        return self.get(f"{name}_lower_95"), self.get(f"{name}_upper_95")

    @property
    def name(self) -> str:
        """Model and what it saw."""
        return f"{self.model} · {self.feature_set}"


def judged(
    metrics: pd.DataFrame, task: str, day: int | None = None, model: str | None = None, by: str | None = None
) -> list[BoardRow]:
    """Models with their metrics, by horizon, as-of day, feature set and size, else as they were written.

    Args:
        metrics: Rows of `ml.backtest_metrics` of one run.
        task: `streams` or `classes`.
        day: Only this as-of day.
        model: Only this model.
        by: `decade` of true size or `bucket` of forecast size; None for metrics over all sizes.
    """
    parts = metrics["metric_name"].str.extract(r"^(?P<metric>.+?)(?:_(?P<by>decade|bucket)_(?P<size>\d+))?$")
    wanted = (metrics["task"] == task) & (parts["by"].isna() if by is None else parts["by"] == by)
    wanted &= (day is None) | (metrics["as_of_day"] == day)
    wanted &= (model is None) | (metrics["model_name"] == model)
    keys = ["feature_set", "model_name", "as_of_day", "horizon_days", "size"]
    found = [
        BoardRow(
            feature_set=str(feature_set),
            horizon=int(str(horizon)),
            day=int(str(as_of_day)),
            model=str(name),
            size=None if by is None else int(str(size)),
            releases=int(model_rows["release_count"].max()),
            values=dict(zip(model_rows["metric"], model_rows["metric_value"], strict=True)),
        )
        for (feature_set, name, as_of_day, horizon, size), model_rows in metrics.join(parts)[wanted].groupby(
            keys, sort=False, dropna=False
        )
    ]
    return sorted(found, key=lambda one: (one.horizon, one.day, one.feature_set, one.size or 0))


def cells(model_rows: BoardRow, columns: Sequence[Column]) -> list[Cell]:
    """Cells of a board's row; a figure that has an interval carries it."""
    return [figure_cell(model_rows.get(name), model_rows.ends(name), style) for name, _, style in columns]


def figure_cell(value: float, ends: tuple[float, float], style: Callable[[float], str]) -> Cell:
    """A figure with its interval; the line has none against itself."""
    low, high = ends
    return (style(value), f"{style(low)} to {style(high)}" if low < high else "")


def boards(evidence: Evidence, task: str, columns: Sequence[Column], model: str) -> list[str]:
    """A table for each horizon over the untouched origins and over all, and, folded, those of other as-of days.

    Args:
        evidence: The backtest.
        task: `streams` or `classes`.
        columns: Metrics to show.
        model: The one whose rows are set in bold.
    """
    message = {"streams": "Streams in", "classes": "Class by streams in"}[task]
    found: list[str] = []
    others: list[str] = []
    for label, suffix, metrics, day in (
        ("untouched origins", "-untouched", evidence.untouched_metrics, REFERENCE_DAY),
        ("all origins", "", evidence.metrics, None),
    ):
        everyone = judged(metrics, task, day)
        for horizon, as_of_day in dict.fromkeys((one.horizon, one.day) for one in everyone):
            rows = [one for one in everyone if (one.horizon, one.day) == (horizon, as_of_day)]
            caption = (
                f"{message} {horizon} days, known at day {as_of_day}, {label}: {count(rows[0].releases)} test releases"
            )
            if task == "classes":
                caption += f", {percent(rows[0].get('top_share'))} of them {evidence.class_names[2]}"
            board = table(
                f"{task}-{horizon}-day-{as_of_day}{suffix}",
                caption,
                ("model · features", *(heading for _, heading, _ in columns)),
                [[one.name, *cells(one, columns)] for one in rows],
                [one.name for one in rows if one.model == model],
            )
            (found if as_of_day == REFERENCE_DAY else others).append(board)
    return [*found, folded(f"Boards of other as-of days: {len(others)} tables", *others)] if others else found
