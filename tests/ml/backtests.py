"""Rows as a backtest writes them, from noise of known size in place of models: nothing is trained."""

from datetime import date

import numpy as np
import pandas as pd

from ml.decide.decisions import CLASSES, class_from_probabilities, true_class

RELEASES = 600
ORIGINS = (date(2020, 10, 1), date(2021, 1, 1), date(2021, 4, 1), date(2021, 7, 1))
DAYS = (1, 7)
HORIZONS = (14, 30)
MINIMUMS = (20_000.0, 150_000.0)
NOISE = {"train_median": 1.4, "log_linear": 0.5, "hitcast": 0.3}
WITHOUT_SKILL = {"tiktok": {"hitcast": NOISE["log_linear"]}}
CLASS_NOISE = {"log_linear": 0.8, "rank_views": 1.5, "hitcast": 0.4}
FEATURE_SETS = {"tiktok": 2.0, "tiktok_vk": 1.0}
"""Feature sets, and how much larger the noise is."""


def release_ids() -> list[str]:
    return [f"R{number:05d}" for number in range(RELEASES)]


def release_dates() -> pd.Series:
    """Evenly from a week before the first origin to the end of the last quarter."""
    ages = pd.to_timedelta(np.arange(RELEASES) * 365 // RELEASES, unit="D")
    return pd.Series(pd.Timestamp(ORIGINS[0]) - pd.Timedelta(days=7) + ages, index=release_ids())


def _totals(horizon: int) -> np.ndarray:
    size = np.random.default_rng(1).normal(8.5, 2, RELEASES)
    return np.round(np.exp(size + np.random.default_rng(horizon).normal(horizon / 50, 0.1, RELEASES)))


def _shared(feature_set: str, horizon: int, day: int) -> pd.DataFrame:
    place = np.searchsorted(pd.DatetimeIndex(ORIGINS), release_dates() + pd.Timedelta(days=7), side="right") - 1
    return pd.DataFrame(
        {
            "release_id": release_ids(),
            "feature_set": feature_set,
            "as_of_day": day,
            "horizon_days": horizon,
            "origin_date": pd.DatetimeIndex(ORIGINS)[place],
        }
    )


def stream_rows() -> pd.DataFrame:
    """Rows of `ml.backtest_predictions` but run_id; the model's 80 and 90 % intervals hold 80 and 90 % of totals."""
    random, found = np.random.default_rng(2), []
    for feature_set, times in FEATURE_SETS.items():
        for horizon in HORIZONS:
            totals = _totals(horizon)
            for day in DAYS:
                known = np.floor(totals * day / 40)
                for model, noise in (NOISE | WITHOUT_SKILL.get(feature_set, {})).items():
                    scale = noise * times
                    predicted = known + (totals - known) * np.exp(random.normal(0, scale, RELEASES))
                    rows = _shared(feature_set, horizon, day).assign(
                        model_name=model, known_streams=known, actual_streams=totals, predicted_streams=predicted
                    )
                    is_model = 1.0 if model == "hitcast" else np.nan
                    rows["expected_streams"] = predicted * 1.05 * is_model
                    for level, z in ((80, 1.2816), (90, 1.6449)):
                        rows[f"lower_{level}"] = (known + (predicted - known) * np.exp(-z * scale)) * is_model
                        rows[f"upper_{level}"] = (known + (predicted - known) * np.exp(z * scale)) * is_model
                    found.append(rows)
    return pd.concat(found, ignore_index=True)


def class_rows() -> pd.DataFrame:
    """Rows of `ml.backtest_class_predictions` but run_id, for the longest horizon."""
    random, horizon, found = np.random.default_rng(3), max(HORIZONS), []
    totals = _totals(horizon)
    for feature_set, times in FEATURE_SETS.items():
        for day in DAYS:
            for model, noise in CLASS_NOISE.items():
                seen = np.log(totals + 1) + random.normal(0, noise * times, RELEASES)
                medium, high = (1 / (1 + np.exp((np.log(minimum) - seen) / noise / 0.4)) for minimum in MINIMUMS)
                rows = _shared(feature_set, horizon, day).assign(
                    model_name=model,
                    probability_low=1 - medium,
                    probability_medium=medium - high,
                    probability_high=high,
                    actual_class=true_class(totals, MINIMUMS),
                )
                probabilities = rows[[f"probability_{name}" for name in CLASSES]]
                found.append(rows.assign(predicted_class=class_from_probabilities(probabilities)))
    return pd.concat(found, ignore_index=True)


def truth_rows() -> pd.DataFrame:
    """What an `exports/truth.parquet` holds that the report reads: 0.2 off in logs."""
    random = np.random.default_rng(4)
    return pd.concat(
        [
            pd.DataFrame(
                {
                    "release_id": release_ids(),
                    "as_of_day": 7,
                    "horizon_days": horizon,
                    "expected_log1p_streams": np.log1p(_totals(horizon)) + random.normal(0, 0.2, RELEASES),
                }
            )
            for horizon in HORIZONS
        ],
        ignore_index=True,
    )
