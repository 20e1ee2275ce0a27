"""Metrics of a backtest: `ml.evaluation.board` shows them."""

from collections.abc import Collection
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from hitcast.core.settings import Settings
from ml.classes import PROBABILITY_COLUMNS
from ml.data import Marts
from ml.evaluation.advice import advice_metrics
from ml.evaluation.bootstrap import difference_interval, paired_interval, release_weeks, skill_interval
from ml.evaluation.groups import best_possible_metrics
from ml.evaluation.metrics import (
    class_metrics,
    decade,
    expected_volume_ratio,
    interval_metrics,
    promoted_by_chance,
    promotion_costs,
    skill,
    stream_metrics,
)
from ml.evaluation.ranking import average_precision, lift_metrics, week_metrics
from ml.splits import REFERENCE_DAY
from ml.streams import INTERVAL_COLUMNS

KEYS = ["feature_set", "model_name", "as_of_day", "horizon_days"]
SHARED = ["feature_set", "as_of_day", "horizon_days", "release_id"]
"""What forecasts of several models share."""
RANKING_DRAWS = 500
"""Draws for average precision, which needs all rows sorted in each."""


def evaluate(
    predictions: pd.DataFrame,
    class_predictions: pd.DataFrame,
    class_names: tuple[str, ...],
    costs: tuple[float, float],
    release_dates: pd.Series,
) -> pd.DataFrame:
    """Metrics of every model over all test releases, in the columns of `ml.backtest_metrics` but run_id and time.

    `<metric>_lower_95` and `_upper_95` are ends of a bootstrap over release weeks, `<metric>_decade_<n>` rests on true
    totals from 10^n to below 10^(n+1), `<metric>_bucket_<n>` on forecasts of that size.

    Args:
        predictions: Rows of `ml.backtest_predictions`.
        class_predictions: Rows of `ml.backtest_class_predictions`.
        class_names: In rising order.
        costs: Cost of a false positive and of missing a hit.
        release_dates: Release date by release id.
    """
    weeks = pd.Series(release_weeks(release_dates), index=release_dates.index)
    found = []
    judged = _beside_line(predictions, ["predicted_streams"])
    # looked up once and not in each of hundreds of groups
    judged["week"] = judged["release_id"].map(weeks)
    for key, rows in judged.drop(columns="release_id").groupby(KEYS, sort=False):
        found += _of_streams(key, rows, rows["week"].to_numpy())
    place = {name: number for number, name in enumerate(class_names)}
    judged = _beside_line(class_predictions, list(PROBABILITY_COLUMNS))
    judged = judged.join(_shares_to_come(predictions), on=SHARED)
    judged["week"] = judged["release_id"].map(weeks)
    for name in ("actual_class", "predicted_class"):
        judged[name] = judged[name].map(place)
    for key, rows in judged.drop(columns="release_id").groupby(KEYS, sort=False):
        row_part, shares = rows["week"].to_numpy(), rows["share_to_come"].to_numpy()
        actual, predicted = (rows[name].to_numpy(dtype=int) for name in ("actual_class", "predicted_class"))
        probabilities = rows[list(PROBABILITY_COLUMNS)].to_numpy()
        line = rows[[f"{name}_line" for name in PROBABILITY_COLUMNS]].to_numpy()
        figures = class_metrics(actual, predicted, probabilities, costs)
        figures |= week_metrics(actual == 2, probabilities[:, 2], row_part)
        figures |= lift_metrics(actual == 2, probabilities[:, 2])
        figures |= _class_intervals(actual, predicted, probabilities, line, row_part)
        figures |= advice_metrics(actual == 2, probabilities[:, 2], shares, costs, row_part)
        figures |= _cost_intervals(actual == 2, probabilities[:, 2], line[:, 2], costs, row_part)
        found += _rows("classes", key, figures, len(rows))
    return pd.DataFrame(found, columns=["metric_name", "metric_value", "task", "release_count", *KEYS])


def evaluate_untouched(
    predictions: pd.DataFrame,
    class_predictions: pd.DataFrame,
    class_names: tuple[str, ...],
    costs: tuple[float, float],
    release_dates: pd.Series,
    untouched: Collection[date],
) -> pd.DataFrame:
    """The same metrics at the reference day over the untouched origins alone, their names ending in `_untouched`.

    Args:
        predictions: Rows of `ml.backtest_predictions`.
        class_predictions: Rows of `ml.backtest_class_predictions`.
        class_names: In rising order.
        costs: Cost of a false positive and of missing a hit.
        release_dates: Release date by release id.
        untouched: Origins that take part in no choice.
    """
    late = [pd.Timestamp(origin) for origin in untouched]
    parts = [
        rows[rows["origin_date"].isin(late) & (rows["as_of_day"] == REFERENCE_DAY)]
        for rows in (predictions, class_predictions)
    ]
    found = evaluate(parts[0], parts[1], class_names, costs, release_dates)
    return found.assign(metric_name=found["metric_name"] + "_untouched")


def judge_totals(
    predictions: pd.DataFrame,
    class_predictions: pd.DataFrame,
    marts: Marts,
    settings: Settings,
    untouched: Collection[date],
    truth: Path | None,
) -> pd.DataFrame:
    """Metrics over all origins, over the untouched ones, and beside the best possible, but the run's stamp."""
    names = tuple(marts.classes["stream_class"])
    costs = (settings.false_positive_cost, settings.false_negative_cost)
    release_dates = marts.releases.set_index("release_id")["release_date"]
    judged = (predictions, class_predictions, names, costs, release_dates)
    found = [evaluate(*judged), evaluate_untouched(*judged, untouched)]
    if truth is not None and truth.exists():
        found.append(best_possible_metrics(predictions, pd.read_parquet(truth), release_dates, untouched))
    return pd.concat(found, ignore_index=True)


def _beside_line(predictions: pd.DataFrame, columns: list[str]) -> pd.DataFrame:
    """Every forecast beside that of log_linear for the same release, in columns ending in `_line`."""
    line = predictions[predictions["model_name"] == "log_linear"]
    return predictions.merge(line[[*SHARED, *columns]], on=SHARED, suffixes=("", "_line"), validate="many_to_one")


def _shares_to_come(predictions: pd.DataFrame) -> pd.Series:
    """Share of each window's streams that was still to come, as `share_to_come`; of 0 streams, all of them."""
    rows = predictions.drop_duplicates(SHARED).set_index(SHARED)
    actual, known = (rows[name].astype(float) for name in ("actual_streams", "known_streams"))
    return (1 - known.fillna(0.0) / actual.where(actual > 0, np.inf)).rename("share_to_come")


def _of_streams(key: Any, rows: pd.DataFrame, weeks: np.ndarray) -> list[tuple[Any, ...]]:
    names = ("actual_streams", "predicted_streams", "predicted_streams_line", "known_streams")
    actual, predicted, line, known = (rows[name].to_numpy(dtype=float) for name in names)
    expected = rows["expected_streams"].to_numpy(dtype=float)
    figures = stream_metrics(actual, predicted, known) | _stream_intervals(actual, predicted, line, known, weeks)
    figures["expected_volume_ratio"] = expected_volume_ratio(actual, expected)
    has_intervals = rows["lower_90"].notna().all()
    if has_intervals:
        figures |= interval_metrics(actual, rows[list(INTERVAL_COLUMNS)])
    found = _rows("streams", key, figures, len(rows))
    size, bucket = decade(actual), decade(predicted)
    for number in np.unique(size):
        size_rows = size == number
        parts = (actual[size_rows], predicted[size_rows])
        by_size = stream_metrics(*parts, known[size_rows])
        by_size = {name: value for name, value in by_size.items() if not name.startswith("rounded")}
        by_size["expected_volume_ratio"] = expected_volume_ratio(actual[size_rows], expected[size_rows])
        by_size["skill"] = skill(*parts, line[size_rows])
        by_size |= _ends("skill", skill_interval(*parts, line[size_rows], weeks[size_rows]))
        found += _rows("streams", key, _named(by_size, f"decade_{number}"), int(size_rows.sum()))
    for number in np.unique(bucket) if has_intervals else []:
        size_rows = bucket == number
        covered = interval_metrics(actual[size_rows], rows.loc[size_rows, list(INTERVAL_COLUMNS)])
        found += _rows("streams", key, _named(covered, f"bucket_{number}"), int(size_rows.sum()))
    return found


def _stream_intervals(
    actual: np.ndarray, predicted: np.ndarray, line: np.ndarray, known: np.ndarray, weeks: np.ndarray
) -> dict[str, float]:
    """Skill, and the ends of the deciding metrics' intervals; the same on the remainder."""
    rest = np.isfinite(known)
    came, foreseen, by_line = (np.maximum(totals[rest] - known[rest], 0) for totals in (actual, predicted, line))
    squares = np.column_stack([(np.log1p(actual) - np.log1p(predicted)) ** 2, np.ones(len(actual))])
    return {
        "skill": skill(actual, predicted, line),
        "skill_remainder": skill(came, foreseen, by_line),
        **_ends("rmsle", paired_interval(squares, weeks, lambda sums: np.sqrt(sums[:, 0] / sums[:, 1]))),
        **_ends("skill", skill_interval(actual, predicted, line, weeks)),
        **_ends("skill_remainder", skill_interval(came, foreseen, by_line, weeks[rest])),
    }


def _class_intervals(
    actual: np.ndarray,
    predicted: np.ndarray,
    probabilities: np.ndarray,
    line: np.ndarray,
    weeks: np.ndarray,
) -> dict[str, float]:
    """Ends of intervals, and what is gained over the log-linear probabilities."""
    top, truth = actual == 2, np.eye(3)[actual]
    brier = [np.sum((model_rows - truth) ** 2, axis=1) for model_rows in (probabilities, line)]
    moments = np.column_stack([(actual - predicted) ** 2, truth, np.eye(3)[predicted], np.ones(len(actual))])

    def kappa(sums: np.ndarray) -> np.ndarray:
        distance = np.subtract.outer(np.arange(3), np.arange(3)) ** 2
        chance = np.einsum("di,ij,dj->d", sums[:, 1:4], distance, sums[:, 4:7])
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.asarray(1 - sums[:, 0] * sums[:, 7] / chance)

    precision, gain = _ranking_intervals(top, probabilities[:, 2], line[:, 2], weeks)
    figures = {
        **_ends("average_precision_top", precision),
        "average_precision_top_gain": average_precision(top, probabilities[:, 2]) - average_precision(top, line[:, 2]),
        **_ends("average_precision_top_gain", gain),
        "brier_skill": 1 - float(brier[0].sum() / brier[1].sum()) if brier[1].sum() > 0 else float("nan"),
    }
    if brier[1].sum() > 0:
        ends = paired_interval(np.column_stack(brier), weeks, lambda sums: 1 - sums[:, 0] / sums[:, 1])
        figures |= _ends("brier_skill", ends)
    if len(np.unique(actual)) > 1 and len(np.unique(predicted)) > 1:
        figures |= _ends("quadratic_weighted_kappa", paired_interval(moments, weeks, kappa))
    return figures


def _cost_intervals(
    top: np.ndarray,
    probability: np.ndarray,
    line: np.ndarray,
    costs: tuple[float, float],
    weeks: np.ndarray,
) -> dict[str, float]:
    """Cost above that of promoting none, and of promoting by the log-linear probabilities by the same rule."""
    own = promotion_costs(top, promoted_by_chance(probability, *costs), *costs)
    others = {"none": np.zeros(len(top), dtype=bool), "log_linear": promoted_by_chance(line, *costs)}
    figures = {}
    for name, promoted in others.items():
        other = promotion_costs(top, promoted, *costs)
        figures[f"expected_cost_above_{name}"] = float(np.mean(own - other))
        figures |= _ends(f"expected_cost_above_{name}", difference_interval(own, other, weeks))
    return figures


def _ranking_intervals(
    top: np.ndarray, score: np.ndarray, line: np.ndarray, weeks: np.ndarray
) -> tuple[tuple[float, float], tuple[float, float]]:
    """95 % intervals of the average precision, and of what it gains over that of the line."""
    nothing = (float("nan"), float("nan"))
    if not top.any():
        return nothing, nothing
    drawn, place = np.unique(weeks, return_inverse=True)
    # Average precision is no ratio of sums: the statistic takes how often each week was drawn and weighs its rows.
    each = np.eye(len(drawn))

    def precisions(times: np.ndarray, model_rows: np.ndarray) -> np.ndarray:
        return _weighted_precisions(top, model_rows, times[:, place])

    own = paired_interval(each, drawn, lambda times: precisions(times, score), RANKING_DRAWS)
    gain = paired_interval(each, drawn, lambda times: precisions(times, score) - precisions(times, line), RANKING_DRAWS)
    return own, gain


def _weighted_precisions(hit: np.ndarray, score: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """Average precision for each draw; `weight` has a row a draw and a column a release."""
    order = np.argsort(-score, kind="stable")
    last_of_equals = np.flatnonzero(np.append(np.diff(score[order]) != 0, True))
    hits, rows = (
        np.cumsum(weight[:, order] * of_row, axis=1)[:, last_of_equals] for of_row in (hit[order].astype(float), 1.0)
    )
    with np.errstate(invalid="ignore", divide="ignore"):
        precision = np.where(rows > 0, hits / rows, 0.0)
        return np.asarray(np.sum(np.diff(hits, axis=1, prepend=0.0) * precision, axis=1) / hits[:, -1])


def _ends(name: str, ends: tuple[float, float]) -> dict[str, float]:
    return {f"{name}_lower_95": ends[0], f"{name}_upper_95": ends[1]}


def _named(figures: dict[str, float], suffix: str) -> dict[str, float]:
    return {f"{name}_{suffix}": value for name, value in figures.items()}


def _rows(task: str, key: Any, figures: dict[str, float], release_count: int) -> list[tuple[Any, ...]]:
    """Metrics as rows; those that could not be computed are left out."""
    return [(name, value, task, release_count, *key) for name, value in figures.items() if np.isfinite(value)]
