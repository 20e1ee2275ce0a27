"""Figures of the report that no metric holds: by group of releases, by pick and by cost. Frames in, frames out."""

import numpy as np
import pandas as pd

from ml.bootstrap import paired_interval, release_weeks, skill_interval
from ml.metrics import decade, expected_cost, precision_of_week, rmsle, skill
from ml.report_data import LINE, STREAM_MODEL

LEAST_OF_GROUP = 30
"""Test releases below which groups are told together: a skill of fewer says nothing."""
RATIOS = tuple(range(1, 21))
BINS = 10


def at_day(rows: pd.DataFrame, day: int) -> pd.DataFrame:
    """Rows of one as-of day."""
    return rows[rows["as_of_day"] == day]


def beside_line(streams: pd.DataFrame) -> pd.DataFrame:
    """The model's forecasts with those of the log-linear law in `line_streams`."""
    shared = ["feature_set", "horizon_days", "as_of_day", "release_id"]
    line = streams.loc[streams["model_name"] == LINE, [*shared, "predicted_streams"]]
    of_model = streams[streams["model_name"] == STREAM_MODEL]
    return of_model.merge(line.rename(columns={"predicted_streams": "line_streams"}), on=shared, validate="one_to_one")


def skill_by_group(rows: pd.DataFrame, group: pd.Series) -> pd.DataFrame:
    """Error and skill within groups of releases.

    Args:
        rows: From `beside_line`, of one feature set, horizon and as-of day.
        group: Group of each row.

    Returns:
        A row a group, by name: `releases`, `rmsle`, `line_rmsle`, `skill`, `lower`, `upper`, `volume_ratio`,
        `coverage_90`.
    """
    found = {}
    for name, inside in rows.groupby(group.to_numpy(), sort=True):
        actual, predicted, line = (
            inside[column].to_numpy(dtype=float) for column in ("actual_streams", "predicted_streams", "line_streams")
        )
        lower, upper = skill_interval(actual, predicted, line, release_weeks(inside["release_date"]))
        found[name] = {
            "releases": len(inside),
            "rmsle": rmsle(actual, predicted),
            "line_rmsle": rmsle(actual, line),
            "skill": skill(actual, predicted, line),
            "lower": lower,
            "upper": upper,
            "volume_ratio": predicted.sum() / actual.sum() if actual.sum() > 0 else np.nan,
            "coverage_90": np.mean((actual >= inside["lower_90"] - 1e-6) & (actual <= inside["upper_90"] + 1e-6)),
        }
    return pd.DataFrame.from_dict(found, orient="index")


def pooled(names: pd.Series) -> pd.Series:
    """Group names, the small groups of fewer than `LEAST_OF_GROUP` rows under one name; unknown ones as such."""
    known = names.astype(object).where(names.notna(), "(unknown)")
    counts = known.value_counts()
    small = set(counts[counts < LEAST_OF_GROUP].index)
    return known.where(~known.isin(small), f"(others: {len(small)} small ones)")


def coverage_by_size(rows: pd.DataFrame) -> pd.DataFrame:
    """Coverage by decade of predicted size, with the 95 % interval of a share.

    Returns:
        A row a decade: `releases`, and for 80 and 90 `coverage_<level>`, `lower_<level>`, `upper_<level>`.
    """
    actual = rows["actual_streams"].to_numpy(dtype=float)
    size, found = decade(rows["predicted_streams"].to_numpy(dtype=float)), {}
    for number in np.unique(size):
        inside, of_size = size == number, {}
        of_size["releases"] = float(inside.sum())
        for level in (80, 90):
            low, high = (rows.loc[inside, f"{end}_{level}"].to_numpy(dtype=float) for end in ("lower", "upper"))
            # Ends come back from exp and log: a total on the very end is inside.
            hits = (actual[inside] >= low - 1e-6 * (1 + low)) & (actual[inside] <= high + 1e-6 * (1 + high))
            of_size[f"coverage_{level}"] = float(hits.mean())
            of_size[f"lower_{level}"], of_size[f"upper_{level}"] = share_interval(int(hits.sum()), len(hits))
        found[int(number)] = of_size
    return pd.DataFrame.from_dict(found, orient="index")


def share_interval(hits: int, rows: int) -> tuple[float, float]:
    """95 % interval of a share. Source: Wilson 1927, Probable inference (JASA)."""
    z = 1.959964
    middle = (hits + z**2 / 2) / (rows + z**2)
    half = z / (rows + z**2) * np.sqrt(hits * (rows - hits) / rows + z**2 / 4)
    return float(max(middle - half, 0.0)), float(min(middle + half, 1.0))


def reliability(hit: np.ndarray, probability: np.ndarray) -> pd.DataFrame:
    """Forecast probability and share of hits in ten bins of equal width; empty bins are left out.

    Returns:
        Columns `from`, `probability`, `share`, `lower`, `upper`, `releases`.
    """
    place, found = np.minimum((probability * BINS).astype(int), BINS - 1), []
    for number in np.unique(place):
        inside = place == number
        lower, upper = share_interval(int(hit[inside].sum()), int(inside.sum()))
        found.append((number / BINS, probability[inside].mean(), hit[inside].mean(), lower, upper, int(inside.sum())))
    return pd.DataFrame(found, columns=["from", "probability", "share", "lower", "upper", "releases"])


def precision_curve(rows: pd.DataFrame, score: np.ndarray, hit: np.ndarray, most: int) -> list[float]:
    """Precision among the best 1, 2, ... of a week."""
    weeks = release_weeks(rows["release_date"])
    return [precision_of_week(hit, score, weeks, best) for best in range(1, most + 1)]


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
    """Mean cost a release when promoting in vain costs 1, 2, ... 20 missed hits, in missed hits."""
    return [expected_cost(hit, probability, float(ratio), 1.0) for ratio in RATIOS]


def distance_to_best(rows: pd.DataFrame, truth: pd.DataFrame) -> dict[str, float]:
    """RMSLE of model and line as multiples of the best possible one, on the same releases.

    Args:
        rows: From `beside_line`, of one feature set, horizon and as-of day.
        truth: `release_id`, `horizon_days` and `expected_log1p_streams`.
    """
    both = rows.merge(
        truth[["release_id", "horizon_days", "expected_log1p_streams"]], on=["release_id", "horizon_days"]
    )
    actual = np.log1p(both["actual_streams"].to_numpy(dtype=float))
    forecasts = (
        np.log1p(both["predicted_streams"].to_numpy(dtype=float)),
        np.log1p(both["line_streams"].to_numpy(dtype=float)),
        both["expected_log1p_streams"].to_numpy(dtype=float),
    )
    squares = np.column_stack([(forecast - actual) ** 2 for forecast in forecasts])
    model, line, best = np.sqrt(squares.mean(axis=0)) if len(both) else (np.nan, np.nan, np.nan)
    lower, upper = paired_interval(
        squares, release_weeks(both["release_date"]), lambda sums: np.sqrt(sums[:, 0] / sums[:, 2])
    )
    return {
        "releases": len(both), "rmsle": model, "line_rmsle": line, "best_rmsle": best,
        "ratio": model / best, "lower": lower, "upper": upper,
    }  # fmt: skip
