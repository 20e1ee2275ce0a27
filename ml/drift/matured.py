"""Forecasts that have met their totals: whether the champion's intervals hold what they promise."""

from dataclasses import dataclass
from datetime import date, timedelta

import pandas as pd

from hitcast.core.settings import Settings
from hitcast.core.warehouse import open_warehouse
from ml.evaluation.metrics import inside, rmsle
from ml.registry.bundles import Bundle
from ml.splits import REFERENCE_DAY

MATURED_DAYS = 60
NOMINAL = 0.8
CHANCE = 2e-4
"""Probability with which intervals that hold what they promise give the alarm at one look; there are many in a year."""


@dataclass(frozen=True)
class MaturedForecasts:
    """The champion's forecasts of one horizon that have met their totals of late, beside the calibration's.

    Attributes:
        horizon_days: Horizon.
        forecast_count: Forecasts: a release counts once.
        coverage: Share of totals inside the 80 % interval.
        rmsle: Root mean squared error of log(1 + total).
        calibration_rmsle: The same on the calibration slice of the training.
    """

    horizon_days: int
    forecast_count: int
    coverage: float
    rmsle: float
    calibration_rmsle: float

    @property
    def is_reason(self) -> bool:
        """Whether the intervals hold fewer totals than chance explains."""
        return self.coverage < coverage_limit(self.forecast_count)


def coverage_limit(count: int) -> float:
    """Coverage of so many 80 % intervals below which chance does not explain it: the binomial law's own quantile."""
    from scipy.stats import binom

    return float(binom.ppf(CHANCE, count, NOMINAL)) / count


def judge_matured(forecasts: pd.DataFrame, calibration_errors: dict[int, float]) -> tuple[MaturedForecasts, ...]:
    """Coverage and error by horizon.

    Args:
        forecasts: horizon_days, predicted_streams, lower_80, upper_80 and actual_streams of matured forecasts.
        calibration_errors: RMSLE on the calibration slice, by horizon.
    """
    found = []
    for horizon, calibration_error in sorted(calibration_errors.items()):
        rows = forecasts[forecasts["horizon_days"] == horizon].astype("float64")
        if rows.empty:
            continue
        names = ("actual_streams", "predicted_streams", "lower_80", "upper_80")
        actual, predicted, lower, upper = (rows[name].to_numpy() for name in names)
        coverage = float(inside(actual, lower, upper).mean())
        found.append(MaturedForecasts(horizon, len(rows), coverage, rmsle(actual, predicted), calibration_error))
    return tuple(found)


def calibration_errors(bundle: Bundle) -> dict[int, float]:
    """RMSLE on the calibration slice of a bundle's training, by horizon."""
    models = bundle.streams[bundle.feature_set].by_horizon
    return {horizon: model.calibration_error_ for horizon, model in models.items()}


def read_matured(settings: Settings, model_name: str, data_through: date) -> pd.DataFrame:
    """The model's forecast of each release and horizon whose window ended in the last two months.

    Of a release's forecasts the one nearest to the reference day counts, by whose errors the model was calibrated.
    """
    with open_warehouse(settings, ["ml.predictions", "release_targets"]) as connection:
        found: pd.DataFrame = connection.execute(
            """
            select
                predictions.horizon_days, predictions.predicted_streams, predictions.lower_80, predictions.upper_80,
                targets.streams as actual_streams
            from ml.predictions as predictions
            inner join release_targets as targets using (release_id, horizon_days)
            where
                predictions.model_name = $model_name
                and predictions.predicted_streams is not null
                and targets.is_mature
                and targets.window_end_date >= $after
            qualify row_number() over (
                partition by predictions.release_id, predictions.horizon_days
                order by abs(predictions.as_of_day - $day), predictions.as_of_day desc, predictions.predicted_at desc
            ) = 1
            """,
            {
                "model_name": model_name,
                "after": data_through + timedelta(days=1 - MATURED_DAYS),
                "day": REFERENCE_DAY,
            },
        ).df()
    return found
