"""What "How good is it" shows of the latest backtest; each metric is the one of `ml.evaluation.metrics`."""

import numpy as np
import pandas as pd

from hitcast.desk.published import query
from ml.evaluation.metrics import decade, inside, median_error, promoted_by_chance, promotion_costs, reliability, rmsle

RATIOS = tuple(sorted({round(0.5 * step, 1) for step in range(1, 41)}))
"""Costs of a promotion that does not pay, in costs of a missed hit, that the cost curve is drawn over."""


def choices() -> pd.DataFrame:
    """Feature sets, as-of days and horizons of each task, in the order in which they are offered."""
    return query(
        """
        select
            task,
            list(distinct feature_set order by feature_set desc) as feature_sets,
            list(distinct as_of_day order by as_of_day desc) as as_of_days,
            list(distinct horizon_days order by horizon_days desc) as horizons
        from backtest_forecasts
        group by task
        """
    )


def _forecasts(task: str, feature_set: str, as_of_day: int, horizon: int) -> pd.DataFrame:
    """Forecasts of the latest backtest, the reader's choice of them."""
    return query(
        """
        from backtest_forecasts
        where task = $task
            and feature_set = $feature_set
            and as_of_day = $as_of_day
            and horizon_days = $horizon
        order by model_name, origin_date, release_id
        """,
        task=task,
        feature_set=feature_set,
        as_of_day=as_of_day,
        horizon=horizon,
    )


def _numbers(rows: pd.DataFrame, *names: str) -> list[np.ndarray]:
    return [rows[name].to_numpy(dtype=float, na_value=np.nan) for name in names]


def errors_by_origin(feature_set: str, as_of_day: int, horizon: int) -> pd.DataFrame:
    """RMSLE of each model at each origin, and how many releases it rests on."""
    rows = _forecasts("streams", feature_set, as_of_day, horizon)
    found = [
        (model, origin, rmsle(*_numbers(part, "actual_streams", "predicted_streams")), len(part))
        for (model, origin), part in rows.groupby(["model_name", "origin_date"])
    ]
    return pd.DataFrame(found, columns=["model_name", "origin_date", "rmsle", "release_count"])


def errors_by_size(feature_set: str, as_of_day: int, horizon: int) -> pd.DataFrame:
    """Median absolute percentage error of each model by decade of true size."""
    rows = _forecasts("streams", feature_set, as_of_day, horizon)
    rows = rows[rows["actual_streams"] > 0]
    found = [
        (model, size, median_error(*_numbers(part, "actual_streams", "predicted_streams")), len(part))
        for (model, size), part in rows.groupby(["model_name", decade(*_numbers(rows, "actual_streams"))])
    ]
    return pd.DataFrame(found, columns=["model_name", "decade", "median_error", "release_count"])


def coverage_by_size(feature_set: str, as_of_day: int, horizon: int) -> pd.DataFrame:
    """Share of actual totals inside the intervals, by decade of forecast size; a row a decade and level."""
    rows = _forecasts("streams", feature_set, as_of_day, horizon).dropna(subset=["lower_80", "lower_90"])
    found = [
        (size, level, inside(*_numbers(part, "actual_streams", f"lower_{level}", f"upper_{level}")).mean(), len(part))
        for size, part in rows.groupby(decade(*_numbers(rows, "predicted_streams")))
        for level in (80, 90)
    ]
    return pd.DataFrame(found, columns=["decade", "level", "covered", "release_count"])


def calibration(feature_set: str, as_of_day: int, horizon: int) -> pd.DataFrame:
    """Forecast chance of the top class against how often it came, by tenths of the chance."""
    rows = _forecasts("classes", feature_set, as_of_day, horizon).dropna(subset=["probability_high"])
    names = {"probability": "forecast_share", "share": "actual_share", "releases": "release_count"}
    found = [
        reliability((part["actual_class"] == "high").to_numpy(), _numbers(part, "probability_high")[0])
        .rename(columns=names)
        .assign(model_name=model)
        for model, part in rows.groupby("model_name")
    ]
    columns = ["model_name", *names.values()]
    return pd.concat(found, ignore_index=True)[columns] if found else pd.DataFrame(columns=columns)


def costs(ratio: float, model_name: str, feature_set: str, as_of_day: int, horizon: int) -> pd.DataFrame:
    """What each way to decide costs per 100 releases, in costs of a missed hit, at each cost ratio.

    The model promotes where its chance of the top class pays at these costs, the log-linear class what it calls high,
    whatever the costs.

    Args:
        ratio: The reader's own ratio, which is measured beside the ones of the curve.
        model_name: The model of classes.
        feature_set: The reader's choice, like the next two.
        as_of_day: Days known.
        horizon: Days of the total.
    """
    rows = _forecasts("classes", feature_set, as_of_day, horizon)
    model_rows, line_part = (rows[rows["model_name"] == name] for name in (model_name, "log_linear"))
    (chance,) = _numbers(model_rows, "probability_high")
    found = []
    for one in sorted({*RATIOS, ratio}):
        for strategy, part, promoted in (
            ("log_linear", line_part, (line_part["predicted_class"] == "high").to_numpy()),
            ("model", model_rows, promoted_by_chance(chance, one, 1.0)),
            ("none", model_rows, np.zeros(len(model_rows), dtype=bool)),
        ):
            if len(part):
                high = (part["actual_class"] == "high").to_numpy()
                cost = 100 * float(promotion_costs(high, promoted, one, 1.0).mean())
                counts = (promoted.sum(), (promoted & high).sum(), high.sum(), len(part))
                found.append((strategy, one, cost, *map(int, counts)))
    columns = ["strategy", "ratio", "cost", "promoted", "hits", "high_count", "release_count"]
    return pd.DataFrame(found, columns=columns).sort_values(["strategy", "ratio"], ignore_index=True)


def live_errors() -> pd.DataFrame:
    """Live errors by month of release, the longest horizon first."""
    return query(
        """
        select release_month, task, horizon_days, as_of_day, model_name, metric_name, metric_value, release_count
        from model_performance
        where evaluation = 'live'
        order by task desc, metric_name, horizon_days desc, as_of_day desc, release_month
        """
    )


def board() -> pd.DataFrame:
    """Every metric of totals and classes of the latest backtest."""
    return query(
        """
        select task, model_name, feature_set, as_of_day, horizon_days, metric_name, metric_value, release_count
        from model_performance
        where evaluation = 'backtest' and task in ('streams', 'classes')
        order by task desc, metric_name, feature_set desc, as_of_day desc, horizon_days desc, model_name
        """
    )
