"""Whether a retrain is due, from all that can say so, and what is kept of it for readers."""

from dataclasses import dataclass
from datetime import date, timedelta

import pandas as pd

from hitcast.core.moments import moment_after
from hitcast.core.settings import Settings
from hitcast.core.warehouse import latest_moment, write_tables
from ml.data import read_marts
from ml.drift.matured import MaturedForecasts, calibration_errors, coverage_limit, judge_matured, read_matured
from ml.drift.stability import Shift, find_shifts
from ml.registry import store
from ml.registry.standing import load_standing
from ml.registry.usable import later_than_data

MAX_AGE = 35
"""Days of data after which a champion is old."""
CANDIDATE_REST = 7
"""Days of data after which a candidate is worth another try: those that tell the better one come day by day."""


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
    changes = marts.origin.changes_since(standing.tags)
    obstacle = f"was trained on other features: {changes}" if changes else ""
    if obstacle := obstacle or later_than_data(bundle.cutoff, marts.data_through):
        # neither its training rows nor its forecasts can be compared with today's features
        return Drift(standing.version, marts.data_through, age, None, 0, (), (), (f"the champion {obstacle}",))
    recent_count, shifts = find_shifts(bundle, marts)
    forecasts = read_matured(settings, f"{store.MODEL}/{standing.version}", marts.data_through)
    matured = judge_matured(forecasts, calibration_errors(bundle))
    later = [
        date.fromisoformat(version.tags["cutoff"])
        for version in store.list_models(settings)
        if version.version > standing.version and not version.is_champion
    ]
    # what was trained on days that have been withdrawn since can be tried again
    later = [cutoff for cutoff in later if cutoff <= until]
    stands_in = (f"version {standing.version} stands {found.instead_of}",) if found.instead_of else ()
    return Drift(
        standing.version,
        marts.data_through,
        age,
        (until - max(later)).days if later else None,
        recent_count,
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
        f"{shift.feature_name} has moved since the training (PSI {shift.index:.2f}, limit {shift.limit:.2f}; a retrain "
        f"leaves {shift.index_after:.2f})"
        for shift in shifts
        if shift.is_reason
    ]
    reasons += [
        f"{per_horizon.coverage:.0%} of {per_horizon.forecast_count} matured {per_horizon.horizon_days}-day totals lie "
        f"inside the 80 % interval, by chance at least {coverage_limit(per_horizon.forecast_count):.0%}"
        for per_horizon in matured
        if per_horizon.is_reason
    ]
    return tuple(reasons)
