"""What the experiments share: a bench of origins and seeds, and how findings are made of errors.

Errors are averaged over the seeds of a release before weeks are drawn: a seed is no further release.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from hitcast.core.settings import Settings
from ml.data import FEATURE_SETS, target_column
from ml.estimators import zoo
from ml.evaluation.bootstrap import paired_interval, release_weeks
from ml.evaluation.compare import Origins

SEEDS = 5
DIFFERENCE = "difference"
"""Begins the names of variants that compare two others."""


@dataclass(frozen=True)
class Bench:
    """Origins to experiment on, and the settings of each seed."""

    origins: Origins
    settings: Settings

    @property
    def seeded(self) -> list[Settings]:
        """The settings, once for each seed."""
        return [replace(self.settings, seed=self.settings.seed + number) for number in range(SEEDS)]

    @property
    def top_minimum(self) -> float:
        """Least streams of the top class."""
        return float(self.origins.marts.classes["minimum_streams"].iloc[-1])

    def trials(self) -> Iterator[tuple[str, pd.DataFrame, pd.DataFrame, list[zoo.ModelInputs]]]:
        """Feature set, training rows, test rows, and what a model is given with each seed, for every origin."""
        for fold in self.origins.folds:
            training, testing = self.origins.parts(fold, self.settings)
            for feature_set in FEATURE_SETS:
                given = self.origins.given(fold, feature_set, training, self.settings)
                seeded = [replace(given, settings=settings) for settings in self.seeded]
                yield feature_set, training, testing, seeded


def forecasts_of(
    testing: pd.DataFrame, feature_set: str, variant: str, by_seed: list[dict[int, np.ndarray]]
) -> list[pd.DataFrame]:
    """Forecasts as rows: one per seed, horizon and release, with the true total."""
    return [
        testing[["release_id", "release_date"]].assign(
            feature_set=feature_set,
            horizon_days=horizon,
            variant=variant,
            seed=seed,
            actual=testing[target_column(horizon)].to_numpy(dtype=float),
            predicted=predicted,
        )
        for seed, seed_rows in enumerate(by_seed)
        for horizon, predicted in seed_rows.items()
    ]


def cases(rows: pd.DataFrame) -> Iterator[tuple[str, int, pd.DataFrame]]:
    """Feature set, horizon, and the rows of both."""
    for (feature_set, horizon), case_rows in rows.groupby(["feature_set", "horizon_days"], sort=False):
        yield str(feature_set), int(str(horizon)), case_rows


def squared_log_error(rows: pd.DataFrame) -> np.ndarray:
    """Squared error of log(1 + total) of each row."""
    return np.asarray((np.log1p(rows["predicted"]) - np.log1p(rows["actual"])) ** 2)


def by_release(rows: pd.DataFrame, loss: str) -> pd.DataFrame:
    """Mean over the seeds of a loss: one row per release, one column per variant; the index holds the release date."""
    return rows.pivot_table(index=["release_date", "release_id"], columns="variant", values=loss, sort=False)


def weeks_of(losses: pd.DataFrame) -> np.ndarray:
    """Release week of each row that `by_release` gave."""
    return release_weeks(pd.Series(losses.index.get_level_values("release_date")))


def rmsle_rows(losses: pd.DataFrame, first: str, second: str, metric_name: str = "rmsle") -> list[dict[str, Any]]:
    """RMSLE of two variants, and by what share the first's is above the second's.

    Args:
        losses: Squared log errors as `by_release` gives them.
        first: Variant in question.
        second: Variant that it is compared with.
        metric_name: Name of the metric.
    """
    squares, weeks = losses[[first, second]].to_numpy(), weeks_of(losses)
    counted = np.column_stack([squares, np.ones(len(squares))])
    found = []
    for place, name in enumerate((first, second)):
        of_variant = counted[:, [place, 2]]
        ends = paired_interval(of_variant, weeks, lambda sums: np.sqrt(sums[:, 0] / sums[:, 1]))
        found.append(row(metric_name, name, float(np.sqrt(squares[:, place].mean())), ends, len(squares)))
    share = float(np.sqrt(squares[:, 0].sum() / squares[:, 1].sum()) - 1)
    ends = paired_interval(squares, weeks, lambda sums: np.sqrt(sums[:, 0] / sums[:, 1]) - 1)
    return [*found, row(f"{metric_name}_change", f"{DIFFERENCE}: {first} against {second}", share, ends, len(squares))]


def mean_rows(losses: pd.DataFrame, first: str, second: str, metric_name: str) -> list[dict[str, Any]]:
    """Mean loss of two variants and the difference, first less second. Releases without a loss are left out."""
    kept = losses[[first, second]].dropna()
    values, weeks = kept.to_numpy(), weeks_of(kept)
    found = []
    for name, loss in ((first, values[:, 0]), (second, values[:, 1]), (None, values[:, 0] - values[:, 1])):
        counted = np.column_stack([loss, np.ones(len(loss))])
        ends = paired_interval(counted, weeks, lambda sums: sums[:, 0] / sums[:, 1])
        variant = name or f"{DIFFERENCE}: {first} less {second}"
        found.append(row(metric_name, variant, float(loss.mean()) if len(loss) else np.nan, ends, len(loss)))
    return found


def row(metric_name: str, variant: str, value: float, ends: tuple[float, float], release_count: int) -> dict[str, Any]:
    """One figure of a finding."""
    return {
        "metric_name": metric_name,
        "variant": variant,
        "value": value,
        "lower_95": ends[0],
        "upper_95": ends[1],
        "release_count": release_count,
    }


def keyed(rows: list[dict[str, Any]], feature_set: str, horizon: int) -> list[dict[str, Any]]:
    """The figures with their feature set and horizon."""
    return [figure | {"feature_set": feature_set, "horizon_days": horizon} for figure in rows]


def differences(figures: pd.DataFrame, metric_name: str) -> pd.DataFrame:
    """The comparisons of a metric among figures."""
    return figures[(figures["metric_name"] == metric_name) & figures["variant"].str.startswith(DIFFERENCE)]


def figure(figures: pd.DataFrame, feature_set: str, horizon: int, metric_name: str, variant: str) -> pd.Series:
    """The one figure with these keys; a variant may be given by how its name begins."""
    found = figures[
        (figures["feature_set"] == feature_set)
        & (figures["horizon_days"] == horizon)
        & (figures["metric_name"] == metric_name)
        & figures["variant"].str.startswith(variant)
    ]
    return found.iloc[0]


def signs(differences: pd.DataFrame) -> tuple[int, int, int]:
    """How many comparisons lie wholly below 0, hold it, and lie wholly above it."""
    below, above = int((differences["upper_95"] < 0).sum()), int((differences["lower_95"] > 0).sum())
    return below, len(differences) - below - above, above


def percent(found: pd.Series, digits: int = 1) -> str:
    """A share with its interval, in words."""
    value, low, high = (100 * float(found[name]) for name in ("value", "lower_95", "upper_95"))
    return f"{value:+.{digits}f} % [{low:+.{digits}f}, {high:+.{digits}f}]"
