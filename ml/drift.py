"""Drift: whether the data still look as they did in the champion's training, and whether a retrain is due."""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd

from hitcast.core.moments import moment_after
from hitcast.core.settings import Settings
from hitcast.core.warehouse import latest_moment, open_warehouse, write_tables
from ml.data import Marts, read_marts
from ml.evaluation.metrics import inside, rmsle
from ml.registry import store
from ml.registry.bundles import Bundle
from ml.registry.standing import load_standing
from ml.splits import REFERENCE_DAY
from ml.streams import importances

RECENT_DAYS = 30
MATURED_DAYS = 60
MAX_AGE = 35
"""Days of data after which a champion is old."""
CANDIDATE_REST = 7
"""Days of data after which a candidate is worth another try: those that tell the better one come day by day."""
MAX_INDEX = 0.25
BINS = 10
CHANCE = 0.001
"""Probability with which chance alone may pass for drift: ten features are looked at, each time again."""
MIN_RECENT = 20
MIN_COVERAGE = 0.7
MIN_MATURED = 30
MAIN_FEATURES = 10


@dataclass(frozen=True)
class Shift:
    """How far a feature's distribution has moved.

    Attributes:
        feature_name: Feature.
        index: Population stability index.
        limit: What the index must pass to count: `MAX_INDEX`, or what chance gives on so few releases.
        is_main: Whether it is one of the features that move forecasts most.
    """

    feature_name: str
    index: float
    limit: float
    is_main: bool


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


@dataclass(frozen=True)
class Drift:
    """What `look` found.

    Attributes:
        version: Champion.
        data_through: Last day of data.
        age_days: Days of data since its training.
        candidate_age_days: Days of data since a later version was trained that does not hold the title; None without
            one.
        recent_count: Releases of the last month that the shifts rest on.
        shifts: Of every numeric feature, the largest first; empty where too few releases are recent.
        matured: By horizon; empty where no forecast has met its total.
        reasons: Why a retrain is due, each in words; empty where it is not.
    """

    version: int
    data_through: date
    age_days: int
    candidate_age_days: int | None
    recent_count: int
    shifts: tuple[Shift, ...]
    matured: tuple[MaturedForecasts, ...]
    reasons: tuple[str, ...]

    @property
    def is_retrain_due(self) -> bool:
        """Whether there is a reason to retrain, and no candidate that failed to take the title is fresh."""
        is_fresh = self.candidate_age_days is not None and self.candidate_age_days < CANDIDATE_REST
        return bool(self.reasons) and not is_fresh


def look(settings: Settings) -> Drift | None:
    """Compare the last month with what the champion was trained on; None where there is no champion.

    Raises:
        HitcastError: No champion can be read, or the marts are missing.
    """
    found = load_standing(settings)
    if found is None:
        return None
    standing, bundle, marts = found.version, found.bundle, read_marts(settings)
    until = marts.data_through + timedelta(days=1)
    age = (until - bundle.cutoff).days
    if changes := marts.origin.changes_since(standing.tags):
        # neither its training rows nor its forecasts can be compared with today's features
        reason = f"the champion was trained on other features: {changes}"
        return Drift(standing.version, marts.data_through, age, None, 0, (), (), (reason,))
    past, recent = _periods(marts, bundle)
    shifts = _shifts(bundle, past, recent, marts.catalog)
    forecasts = _matured_forecasts(settings, f"{store.MODEL}/{standing.version}", marts.data_through)
    matured = judge_matured(forecasts, _calibration_errors(bundle))
    later = [
        date.fromisoformat(version.tags["cutoff"])
        for version in store.list_models(settings)
        if version.version > standing.version and not version.is_champion
    ]
    stands_in = (f"version {standing.version} stands {found.instead_of}",) if found.instead_of else ()
    return Drift(
        standing.version,
        marts.data_through,
        age,
        (until - max(later)).days if later else None,
        len(recent),
        shifts,
        matured,
        stands_in + reasons_to_retrain(age, shifts, matured),
    )


def record(settings: Settings) -> Drift | None:
    """Look, and keep the shifts in `ml.feature_drift` for readers; None where there is no champion.

    Raises:
        HitcastError: No champion can be read, or the marts are missing.
    """
    found = look(settings)
    if found is not None and found.shifts:
        shifts = pd.DataFrame(
            {
                "feature_name": [shift.feature_name for shift in found.shifts],
                "stability_index": [shift.index for shift in found.shifts],
                "index_limit": [shift.limit for shift in found.shifts],
                "is_main": [shift.is_main for shift in found.shifts],
            }
        ).assign(
            run_id=f"{store.MODEL}/{found.version} through {found.data_through}",
            model_name=f"{store.MODEL}/{found.version}",
            recent_release_count=found.recent_count,
            computed_at=moment_after(latest_moment(settings, "feature_drift", "computed_at")),
        )
        write_tables(settings, {"feature_drift": shifts})
    return found


def reasons_to_retrain(
    age_days: int, shifts: tuple[Shift, ...], matured: tuple[MaturedForecasts, ...]
) -> tuple[str, ...]:
    """Why a retrain is due: an old champion, a main feature that has moved, or intervals that hold too little.

    A champion that was trained on all there is gives no reason: training again would make the same.
    """
    if age_days <= 0:
        return ()
    reasons = []
    if age_days > MAX_AGE:
        reasons.append(f"the champion is {age_days} days of data old, more than {MAX_AGE}")
    reasons += [
        f"{shift.feature_name} has moved since the training (PSI {shift.index:.2f}, limit {shift.limit:.2f})"
        for shift in shifts
        if shift.is_main and shift.index > shift.limit
    ]
    reasons += [
        f"{per_horizon.coverage:.0%} of {per_horizon.forecast_count} matured {per_horizon.horizon_days}-day totals lie "
        f"inside the 80 % interval, fewer than {MIN_COVERAGE:.0%}"
        for per_horizon in matured
        if per_horizon.forecast_count >= MIN_MATURED and per_horizon.coverage < MIN_COVERAGE
    ]
    return tuple(reasons)


def stability_index(past: np.ndarray, recent: np.ndarray) -> float:
    """Population stability index of two samples: 0 where they are alike, above 0.25 where they are not.

    Bins are the past's deciles, fewer where values are tied; unknown values are a bin of their own, so that a source
    that stops delivering shows. Half a value is added to each bin, as an empty one would make the index infinite.

    Args:
        past: Values of the training period, NaN where unknown.
        recent: Values to compare.

    Source: Siddiqi 2006, Credit Risk Scorecards.
    """
    known = past[np.isfinite(past)]
    edges = np.unique(np.quantile(known, np.arange(1, BINS) / BINS)) if len(known) else np.array([])
    first, second = (_shares(values, edges) for values in (past, recent))
    return float(np.sum((second - first) * np.log(second / first)))


def _shares(values: np.ndarray, edges: np.ndarray) -> np.ndarray:
    known = np.isfinite(values)
    # A value on an edge belongs below it: where most values are the least one, they fill the first bin by themselves.
    places = np.where(known, np.searchsorted(edges, values, side="left"), len(edges) + 1)
    counts = np.bincount(places, minlength=len(edges) + 2) + 0.5
    return np.asarray(counts / counts.sum())


def index_limit(past_count: int, recent_count: int) -> float:
    """The index that counts as drift: 0.25, or more where so few releases give more by chance.

    Source: Yurdakul & Naranjo 2020, Statistical properties of the population stability index: under no drift the index
    over 1/n + 1/m follows a chi-squared law with one degree of freedom less than there are bins.
    """
    from scipy.stats import chi2

    by_chance = float(chi2.ppf(1 - CHANCE, BINS)) * (1 / max(past_count, 1) + 1 / max(recent_count, 1))
    return max(MAX_INDEX, by_chance)


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


def _calibration_errors(bundle: Bundle) -> dict[int, float]:
    models = bundle.streams[bundle.feature_set].by_horizon
    return {horizon: model.calibration_error_ for horizon, model in models.items()}


def _periods(marts: Marts, bundle: Bundle) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Rows at the reference day of the training releases, and of those that reached it in the last month."""
    features = marts.features[
        (marts.features["as_of_day"] == REFERENCE_DAY) & ~marts.features["is_reissue"].fillna(False).astype(bool)
    ]
    trained = features["release_id"].isin(bundle.training_releases)
    after = pd.Timestamp(marts.data_through) + pd.Timedelta(days=1 - RECENT_DAYS)
    return features[trained], features[~trained & (features["as_of_date"] > after)]


def _shifts(bundle: Bundle, past: pd.DataFrame, recent: pd.DataFrame, catalog: pd.DataFrame) -> tuple[Shift, ...]:
    columns = bundle.streams[bundle.feature_set].columns
    # One month has one season: it is never distributed as the years before it.
    left_out = {"as_of_day", *catalog.loc[catalog["feature_group"] == "calendar", "feature_name"]}
    names = [name for name in columns.numeric if name not in left_out and name in recent.columns]
    if len(recent) < MIN_RECENT or past.empty:
        return ()
    main, limit = main_features(bundle, recent), index_limit(len(past), len(recent))
    shifts = [
        Shift(name, stability_index(past[name].to_numpy(), recent[name].to_numpy()), limit, name in main)
        for name in names
    ]
    return tuple(sorted(shifts, key=lambda shift: -shift.index))


def main_features(bundle: Bundle, rows: pd.DataFrame) -> set[str]:
    """The features that move the forecasts of these rows most, by mean absolute contribution over all horizons."""
    strength = importances(bundle.streams[bundle.feature_set], rows).groupby("feature_name", sort=False).sum()
    return set(strength["mean_absolute_contribution"].nlargest(MAIN_FEATURES).index)


def _matured_forecasts(settings: Settings, model_name: str, data_through: date) -> pd.DataFrame:
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
