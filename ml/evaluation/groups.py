"""Errors within groups of test releases, by origin, genre and label, and the distance to the best possible."""

from collections.abc import Collection
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from hitcast.core.settings import Settings
from hitcast.core.warehouse import open_warehouse
from ml.evaluation.bootstrap import paired_interval, release_weeks, skill_interval
from ml.evaluation.metrics import interval_metrics, rmsle, skill, stream_metrics
from ml.splits import REFERENCE_DAY
from ml.streams import INTERVAL_COLUMNS

SERVED, LINE = "hitcast", "log_linear"
MIN_PER_GROUP = 30
"""Test releases below which groups are shown as one: the skill of fewer says nothing."""
OTHERS, UNKNOWN = "(others)", "(unknown)"
"""Names of the small groups together, and of the releases of which the group is not known."""
KINDS = {"origin": "origin_date", "genre": "genre", "label": "label_name"}
KEYS = ["feature_set", "as_of_day", "horizon_days"]


def group_metrics(predictions: pd.DataFrame, releases: pd.DataFrame, untouched: Collection[date]) -> pd.DataFrame:
    """Error and skill of the served forecast at the reference day, in columns of `ml.backtest_groups`.

    Args:
        predictions: Rows of `ml.backtest_predictions`.
        releases: `release_id`, `release_date`, `genre` and `label_name`.
        untouched: Origins that take part in no choice.
    """
    rows = beside_line(predictions[predictions["as_of_day"] == REFERENCE_DAY])
    rows = rows.merge(releases[["release_id", "release_date", "genre", "label_name"]], on="release_id", how="left")
    found = []
    for keys, part in rows.groupby(KEYS):
        for kind, column in KINDS.items():
            names = part[column].dt.date.astype(str) if kind == "origin" else pooled(part[column])
            figures = skill_by_group(part, names).rename_axis("group_name").reset_index()
            pooled_count = part.loc[names == OTHERS, column].nunique()
            figures["pooled_count"] = np.where(figures["group_name"] == OTHERS, pooled_count, 1)
            late = {str(origin) for origin in untouched} if kind == "origin" else set()
            figures["is_untouched"] = figures["group_name"].isin(late)
            cut: dict[str, Any] = dict(zip(KEYS, keys, strict=True))
            found.append(figures.assign(**cut, group_kind=kind))
    return pd.concat(found, ignore_index=True)


def read_groups(settings: Settings) -> pd.DataFrame:
    """What releases are grouped by: `release_id`, `release_date`, `genre` and `label_name`.

    Raises:
        HitcastError: There are no marts, or an earlier version made them, which had no place for groups.
    """
    with open_warehouse(settings, ("releases", "ml.backtest_groups")) as connection:
        # said now, before anything is trained
        connection.execute("select run_id from ml.backtest_groups limit 0")
        found = connection.execute("select release_id, release_date, genre, label_name from releases")
        frame: pd.DataFrame = found.to_arrow_table().to_pandas(date_as_object=False)
    return frame


def beside_line(predictions: pd.DataFrame) -> pd.DataFrame:
    """The served forecasts with those of the log-linear law in `line_streams`."""
    shared = [*KEYS, "release_id"]
    line = predictions.loc[predictions["model_name"] == LINE, [*shared, "predicted_streams"]]
    model_rows = predictions[predictions["model_name"] == SERVED]
    return model_rows.merge(
        line.rename(columns={"predicted_streams": "line_streams"}), on=shared, validate="one_to_one"
    )


def skill_by_group(rows: pd.DataFrame, group: pd.Series) -> pd.DataFrame:
    """Error and skill within groups of releases.

    Args:
        rows: From `beside_line`, of one feature set, as-of day and horizon, with `release_date`.
        group: Group of each row.

    Returns:
        A row a group, by name: `release_count`, `rmsle`, `line_rmsle`, `skill` with its ends `skill_lower_95` and
        `skill_upper_95`, `volume_ratio`, `coverage_90`.
    """
    found = {}
    for name, inside in rows.groupby(group.to_numpy(), sort=True):
        names = ("actual_streams", "predicted_streams", "line_streams", "known_streams")
        actual, predicted, line, known = (inside[column].to_numpy(dtype=float) for column in names)
        lower, upper = skill_interval(actual, predicted, line, release_weeks(inside["release_date"]))
        metrics = stream_metrics(actual, predicted, known)
        found[str(name)] = {
            "release_count": len(inside),
            "rmsle": metrics["rmsle"],
            "line_rmsle": rmsle(actual, line),
            "skill": skill(actual, predicted, line),
            "skill_lower_95": lower,
            "skill_upper_95": upper,
            "volume_ratio": metrics["volume_ratio"],
            "coverage_90": interval_metrics(actual, inside[list(INTERVAL_COLUMNS)])["coverage_90"],
        }
    return pd.DataFrame.from_dict(found, orient="index").astype({"release_count": "int64"})


def pooled(names: pd.Series) -> pd.Series:
    """Group names, the groups of fewer than `MIN_PER_GROUP` rows under one name; unknown ones as such."""
    known = names.astype(object).where(names.notna(), UNKNOWN)
    counts = known.value_counts()
    small = set(counts[counts < MIN_PER_GROUP].index)
    return known.where(~known.isin(small), OTHERS)


def best_possible_metrics(
    predictions: pd.DataFrame, truth: pd.DataFrame, release_dates: pd.Series, untouched: Collection[date]
) -> pd.DataFrame:
    """Errors as multiples of the best possible ones, in the columns of `ml.backtest_metrics` but the run's.

    `best_possible_rmsle` is the error of whoever knows the law of the world, on the same releases;
    `best_possible_ratio` that of the model over it, with `_lower_95` and `_upper_95`. Each ends in `_untouched` too,
    over the untouched origins alone.

    Args:
        predictions: Rows of `ml.backtest_predictions`.
        truth: `release_id`, `as_of_day`, `horizon_days` and `expected_log1p_streams`; what minimises RMSLE.
        release_dates: Release date by release id.
        untouched: Origins that take part in no choice.
    """
    shared = ["release_id", "as_of_day", "horizon_days"]
    rows = predictions[predictions["model_name"].isin([SERVED, LINE])]
    rows = rows.merge(truth[[*shared, "expected_log1p_streams"]], on=shared)
    late = rows["origin_date"].isin([pd.Timestamp(origin) for origin in untouched])
    found = []
    for suffix, part in (("", rows), ("_untouched", rows[late])):
        for key, model_rows in part.groupby(["model_name", *KEYS]):
            figures = _distance(model_rows, release_weeks(model_rows["release_id"].map(release_dates)))
            names = [f"best_possible_{name}{suffix}" for name in figures]
            of_model = pd.DataFrame({"metric_name": names, "metric_value": list(figures.values())}).dropna()
            cut: dict[str, Any] = dict(zip(["model_name", *KEYS], key, strict=True))
            found.append(of_model.assign(**cut, task="streams", release_count=len(model_rows)))
    return pd.concat(found, ignore_index=True) if found else pd.DataFrame()


def _distance(rows: pd.DataFrame, weeks: np.ndarray) -> dict[str, float]:
    actual = np.log1p(rows["actual_streams"].to_numpy(dtype=float))
    forecasts = np.log1p(rows["predicted_streams"].to_numpy(dtype=float)), rows["expected_log1p_streams"].to_numpy()
    squares = np.column_stack([(forecast - actual) ** 2 for forecast in forecasts])
    model, best = np.sqrt(squares.mean(axis=0))
    ends = paired_interval(squares, weeks, lambda sums: np.sqrt(sums[:, 0] / sums[:, 1]))
    ratio = model / best if best > 0 else np.nan
    return {"rmsle": best, "ratio": ratio, "ratio_lower_95": ends[0], "ratio_upper_95": ends[1]}
