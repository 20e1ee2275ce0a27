"""How good paths and sums were at one origin, and over all of them."""

from typing import Any

import numpy as np
import pandas as pd

from ml.data import is_open, target_column
from ml.days import paths_of
from ml.estimators.distribution import LEVELS
from ml.estimators.path import PathForecast
from ml.estimators.streams import ENDS, INTERVAL_COLUMNS
from ml.estimators.weekly import WeeklyDependence
from ml.evaluation.bootstrap import paired_interval, release_weeks
from ml.evaluation.metrics import inside, interval_metrics
from ml.portfolios import sum_portfolios, with_groups

SUMMED = ("month", "label_month")
"""Kinds of portfolios that sums are judged by."""


def path_errors(
    path: PathForecast, testing: pd.DataFrame, paths: pd.DataFrame, totals: dict[int, np.ndarray]
) -> pd.DataFrame:
    """Errors of each row's path over the days that it did not know.

    Returns:
        A row a row of `testing`: release, as-of day, `crps` (mean over days, in logs of the total), `is_joint` (whether
        the whole path lay in the joint band) and `inside_<level>_<day>`, NaN on known days.
    """
    found, actual = path.predict(testing, paths, totals), paths_of(paths, testing)
    ahead = np.arange(1, actual.shape[1] + 1) > testing["as_of_day"].to_numpy()[:, None]
    logs = np.log1p(actual)[:, :, None] - np.log1p(found.quantiles)
    losses = 2 * np.maximum(LEVELS * logs, (LEVELS - 1) * logs) @ _level_weights()
    columns: dict[str, np.ndarray] = {
        "crps": (losses * ahead).sum(axis=1) / ahead.sum(axis=1),
        "is_joint": np.asarray((inside(actual, *found.joint) | ~ahead).all(axis=1)),
    }
    ends = dict(zip(INTERVAL_COLUMNS, ENDS, strict=True))
    for level in (80, 90):
        band = (found.quantiles[:, :, ends[f"{side}_{level}"]] for side in ("lower", "upper"))
        is_inside = np.where(ahead, inside(actual, *band), np.nan)
        columns |= {f"inside_{level}_{day}": values for day, values in enumerate(is_inside.T, start=1)}
    keys = testing[["release_id", "release_date", "as_of_day"]]
    return pd.concat([keys, pd.DataFrame(columns, index=testing.index)], axis="columns")


def _level_weights() -> np.ndarray:
    """Share of (0, 1) that each level stands for: the mean quantile loss over all levels is half the CRPS."""
    edges = np.concatenate([[0.0], (LEVELS[1:] + LEVELS[:-1]) / 2, [1.0]])
    return np.asarray(np.diff(edges))


def sum_errors(
    dependence: WeeklyDependence,
    testing: pd.DataFrame,
    releases: pd.DataFrame,
    totals: dict[int, np.ndarray],
    known: np.ndarray,
    seed: int,
) -> pd.DataFrame:
    """Sums over the test releases of a month, and of a label's month, beside what came of them.

    Returns:
        A row a portfolio, horizon and as-of day, in columns of `ml.portfolio_forecasts`, with `as_of_day`.
    """
    parts = []
    for horizon, quantiles in totals.items():
        for day in np.unique(testing.loc[is_open(testing, horizon), "as_of_day"]):
            at_day = (testing["as_of_day"] == day).to_numpy()
            rows = testing[at_day]
            members = with_groups(releases[releases["release_id"].isin(rows["release_id"])])
            truth = rows.set_index("release_id")[target_column(horizon)].reindex(members.index).astype("float64")
            shared = (quantiles[at_day], known[at_day], horizon, dependence, seed, SUMMED)
            found = sum_portfolios(members.assign(actual=np.nan), rows, *shared)
            nothing = (quantiles[:0], known[:0], *shared[2:])
            final = sum_portfolios(members.assign(actual=truth), rows[:0], *nothing)
            found["actual_streams"] = final["actual_streams"]
            parts.append(found.assign(horizon_days=horizon, as_of_day=day))
    return pd.concat(parts, ignore_index=True)


def judge_paths(errors: pd.DataFrame, horizon: int) -> pd.DataFrame:
    """Metrics of the paths of all origins, in the columns of `ml.backtest_metrics` but run_id and time."""
    found = []
    for key, rows in errors.groupby(["feature_set", "as_of_day"], sort=False):
        weeks = release_weeks(rows["release_date"])
        figures = {"crps": float(rows["crps"].mean()), "joint_coverage_80": float(rows["is_joint"].mean())}
        for name, column in (("crps", "crps"), ("joint_coverage_80", "is_joint")):
            sums = np.column_stack([rows[column].to_numpy(dtype=float), np.ones(len(rows))])
            low, high = paired_interval(sums, weeks, lambda drawn: drawn[:, 0] / drawn[:, 1])
            figures |= {f"{name}_lower_95": low, f"{name}_upper_95": high}
        for of_day, share in rows.filter(like="inside_").mean().dropna().items():
            figures[str(of_day).replace("inside", "coverage").replace("0_", "0_day_", 1)] = float(share)
        found.append(_rows("paths", [*key, horizon], figures, len(rows)))
    return pd.concat(found, ignore_index=True)


def judge_sums(sums: pd.DataFrame) -> pd.DataFrame:
    """Metrics of the sums of all origins: coverage and width by kind of portfolio, and means over truth."""
    found = []
    for key, rows in sums.groupby(["feature_set", "as_of_day", "horizon_days"], sort=False):
        figures: dict[str, float] = {}
        for kind, portfolios in rows.groupby("portfolio_kind"):
            measured = interval_metrics(portfolios["actual_streams"].to_numpy(), portfolios[list(INTERVAL_COLUMNS)])
            figures |= {f"{name}_{kind}": value for name, value in measured.items()} | {f"{kind}s": len(portfolios)}
        months = rows[rows["portfolio_kind"] == "month"]
        figures["expected_volume_ratio"] = months["expected_streams"].sum() / months["actual_streams"].sum()
        count = int(months["release_count"].sum())
        found.append(_rows("sums", key, figures, count))
    return pd.concat(found, ignore_index=True)


def _rows(task: str, key: Any, figures: dict[str, float], release_count: int) -> pd.DataFrame:
    """Metrics as rows; `key` is feature set, as-of day and horizon."""
    rows = pd.DataFrame({"metric_name": list(figures), "metric_value": list(figures.values())})
    rows[["feature_set", "as_of_day", "horizon_days"]] = list(key)
    return rows.assign(task=task, model_name="hitcast", release_count=release_count)
