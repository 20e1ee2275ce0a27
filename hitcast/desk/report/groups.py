"""Figures of the report that no metric holds: by group of releases, by pick and by cost. Frames in, frames out."""

import numpy as np
import pandas as pd

from hitcast.desk.report.data import LINE, SERVED
from ml.evaluation.bootstrap import paired_interval, release_weeks, skill_interval
from ml.evaluation.metrics import expected_cost, interval_metrics, rmsle, skill, stream_metrics
from ml.streams import INTERVAL_COLUMNS

MIN_PER_GROUP = 30
"""Test releases below which groups are shown as one: the skill of fewer says nothing."""
RATIOS = tuple(range(1, 21))


def beside_line(streams: pd.DataFrame) -> pd.DataFrame:
    """The model's forecasts with those of the log-linear law in `line_streams`."""
    shared = ["feature_set", "horizon_days", "release_id"]
    line = streams.loc[streams["model_name"] == LINE, [*shared, "predicted_streams"]]
    model_rows = streams[streams["model_name"] == SERVED]
    return model_rows.merge(
        line.rename(columns={"predicted_streams": "line_streams"}), on=shared, validate="one_to_one"
    )


def skill_by_group(rows: pd.DataFrame, group: pd.Series) -> pd.DataFrame:
    """Error and skill within groups of releases.

    Args:
        rows: From `beside_line`, of one feature set and horizon.
        group: Group of each row.

    Returns:
        A row a group, by name: `releases`, `rmsle`, `line_rmsle`, `skill`, `lower`, `upper`, `volume_ratio`,
        `coverage_90`.
    """
    found = {}
    for name, inside in rows.groupby(group.to_numpy(), sort=True):
        names = ("actual_streams", "predicted_streams", "line_streams", "known_streams")
        actual, predicted, line, known = (inside[column].to_numpy(dtype=float) for column in names)
        lower, upper = skill_interval(actual, predicted, line, release_weeks(inside["release_date"]))
        metrics = stream_metrics(actual, predicted, known)
        found[str(name)] = {
            "releases": len(inside),
            "rmsle": metrics["rmsle"],
            "line_rmsle": rmsle(actual, line),
            "skill": skill(actual, predicted, line),
            "lower": lower,
            "upper": upper,
            "volume_ratio": metrics["volume_ratio"],
            "coverage_90": interval_metrics(actual, inside[list(INTERVAL_COLUMNS)])["coverage_90"],
        }
    return pd.DataFrame.from_dict(found, orient="index")


def pooled(names: pd.Series) -> pd.Series:
    """Group names, the small groups of fewer than `MIN_PER_GROUP` rows under one name; unknown ones as such."""
    known = names.astype(object).where(names.notna(), "(unknown)")
    counts = known.value_counts()
    small = set(counts[counts < MIN_PER_GROUP].index)
    return known.where(~known.isin(small), f"(others: {len(small)} small ones)")


def share_interval(hits: float, rows: float) -> tuple[float, float]:
    """95 % interval of a share. Source: Wilson 1927, Probable inference (JASA)."""
    z = 1.959964
    middle = (hits + z**2 / 2) / (rows + z**2)
    half = z / (rows + z**2) * np.sqrt(hits * (rows - hits) / rows + z**2 / 4)
    return float(max(middle - half, 0.0)), float(min(middle + half, 1.0))


def lift_curve(hit: np.ndarray, score: np.ndarray, shares: np.ndarray) -> tuple[list[float], list[float]]:
    """Lift over picking at random, and share of all hits found, when the best share of releases is picked.

    Releases with equal scores count as far as places are left for them.
    """
    by_score = pd.DataFrame({"score": score, "hit": hit.astype(float)}).groupby("score")["hit"].agg(["sum", "count"])
    hits, picked = by_score.iloc[::-1].cumsum().to_numpy().T
    wanted = np.maximum(shares * len(hit), 1.0)
    found = np.interp(wanted, np.append(0.0, picked), np.append(0.0, hits))
    return (found / wanted / hit.mean()).tolist(), (found / hit.sum()).tolist()


def cost_curve(hit: np.ndarray, probability: np.ndarray) -> list[float]:
    """Mean cost a release when a false positive costs 1, 2, ... 20 missed hits, in missed hits."""
    return [expected_cost(hit, probability, float(ratio), 1.0) for ratio in RATIOS]


def distance_to_best(rows: pd.DataFrame, truth: pd.DataFrame) -> dict[str, float]:
    """RMSLE of model and line as multiples of the best possible one, on the same releases.

    Args:
        rows: From `beside_line`, of one feature set and horizon.
        truth: `release_id`, `horizon_days` and `expected_log1p_streams`.

    Returns:
        `releases`, `rmsle`, `line_rmsle`, `best_rmsle`, and `ratio` of model to best with its ends `lower`, `upper`.
    """
    shared = ["release_id", "horizon_days"]
    both = rows.merge(truth[[*shared, "expected_log1p_streams"]], on=shared)
    actual = np.log1p(both["actual_streams"].to_numpy(dtype=float))
    forecasts = (
        np.log1p(both["predicted_streams"].to_numpy(dtype=float)),
        np.log1p(both["line_streams"].to_numpy(dtype=float)),
        both["expected_log1p_streams"].to_numpy(dtype=float),
    )
    squares = np.column_stack([(forecast - actual) ** 2 for forecast in forecasts])
    model, line, best = np.sqrt(squares.mean(axis=0)) if len(both) else (np.nan, np.nan, np.nan)
    weeks = release_weeks(both["release_date"])
    lower, upper = paired_interval(squares, weeks, lambda sums: np.sqrt(sums[:, 0] / sums[:, 2]))
    return {
        "releases": len(both), "rmsle": model, "line_rmsle": line, "best_rmsle": best,
        "ratio": model / best, "lower": lower, "upper": upper,
    }  # fmt: skip
