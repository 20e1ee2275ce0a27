"""What "Can I trust it" shows of the latest backtest; each metric is the one of `ml.evaluation.metrics`."""

import numpy as np
import pandas as pd

from ml.evaluation.bootstrap import share_interval
from ml.evaluation.metrics import decade, inside, median_error, promoted_by_chance, promotion_costs, reliability, rmsle

RATIOS = (0.5, 1.0, 2.0, 3.0, 5.0, 7.5, 10.0, 15.0, 20.0)
"""Costs of a promotion that does not pay, in costs of a missed hit, that ways to decide are compared at."""
SERVED, LINE = "hitcast", "log_linear"


def figures(rows: pd.DataFrame, *names: str) -> list[np.ndarray]:
    """Columns as arrays of floats, NaN where a value is missing."""
    return [rows[name].to_numpy(dtype=float, na_value=np.nan) for name in names]


def share(part: float | None, whole: float | None) -> dict[str, float] | None:
    """A share with its 95 % interval: `share`, `lower`, `upper`; None of nothing."""
    if part is None or not whole:
        return None
    lower, upper = share_interval(part, whole)
    return {"share": part / whole, "lower": lower, "upper": upper}


def errors(streams: pd.DataFrame) -> dict[str, dict[str, float]]:
    """RMSLE and median absolute percentage error by model, over the releases that all of them forecast.

    Args:
        streams: Rows of `backtest_forecasts` of one feature set, as-of day and horizon.
    """
    found = {}
    for model, part in streams.groupby("model_name"):
        actual, predicted = figures(part, "actual_streams", "predicted_streams")
        found[str(model)] = {
            "rmsle": rmsle(actual, predicted),
            "median_error": median_error(actual, predicted),
            "releases": float(len(part)),
        }
    return found


def coverage(streams: pd.DataFrame) -> list[dict[str, float]]:
    """Share of totals inside their interval: of all, and by decade of forecast size, with a 95 % interval.

    Returns:
        Rows of `size` (power of ten; NaN for all), `level`, `covered`, `lower`, `upper`, `releases`.
    """
    rows = streams[(streams["model_name"] == SERVED) & streams["lower_90"].notna()]
    sizes = decade(figures(rows, "predicted_streams")[0]) if len(rows) else np.array([])
    parts = [(float("nan"), rows), *((float(size), rows[sizes == size]) for size in np.unique(sizes))]
    found = []
    for size, part in parts:
        for level in (80, 90):
            if len(part):
                held = inside(*figures(part, "actual_streams", f"lower_{level}", f"upper_{level}"))
                lower, upper = share_interval(float(held.sum()), float(len(part)))
                found.append(
                    {"size": size, "level": level, "covered": float(held.mean()), "lower": lower, "upper": upper,
                     "releases": len(part)}
                )  # fmt: skip
    return found


def calibration(classes: pd.DataFrame) -> list[dict[str, float]]:
    """Chance of the top class against how often it came, by tenths of the chance, with a 95 % interval.

    Returns:
        Rows of `chance`, `share`, `lower`, `upper`, `releases`.
    """
    rows = classes[(classes["model_name"] == SERVED) & classes["probability_high"].notna()]
    if rows.empty:
        return []
    table = reliability((rows["actual_class"] == "high").to_numpy(), figures(rows, "probability_high")[0])
    found = []
    for chance, share, releases in table[["probability", "share", "releases"]].itertuples(index=False):
        lower, upper = share_interval(share * releases, releases)
        found.append({"chance": chance, "share": share, "lower": lower, "upper": upper, "releases": int(releases)})
    return found


def costs(classes: pd.DataFrame, ratio: float) -> list[dict[str, float]]:
    """What each way to decide costs per 100 releases, in missed hits, at each cost ratio, the reader's own among them.

    Ways are: promote where hitcast's chance pays, where the log-linear line's does, and none.

    Returns:
        Rows of `ratio`, `model`, `line` and `none` (costs, NaN without forecasts), `promoted`, `hits`, `releases`.
    """
    served, line = (classes[classes["model_name"] == name] for name in (SERVED, LINE))
    found = []
    for one in sorted({*RATIOS, ratio}):
        row = {"ratio": one, "model": float("nan"), "line": float("nan"), "none": float("nan")}
        for name, part in (("model", served), ("line", line)):
            if len(part):
                high = (part["actual_class"] == "high").to_numpy()
                promoted = promoted_by_chance(figures(part, "probability_high")[0], one, 1.0)
                row[name] = 100 * float(promotion_costs(high, promoted, one, 1.0).mean())
                if name == "model":
                    none = np.zeros(len(part), dtype=bool)
                    row["none"] = 100 * float(promotion_costs(high, none, one, 1.0).mean())
                    row |= {"promoted": float(promoted.sum()), "hits": float((promoted & high).sum())}
                    row["releases"] = float(len(part))
        found.append(row)
    return found
