"""Metrics of the latest backtest, a row a model and cut, as the published `model_performance` holds them."""

from dataclasses import dataclass, field, replace
from math import nan
from typing import Any

from hitcast.desk.published import Snapshot
from ml.evaluation.bootstrap import share_interval

SERVED, LINE = "hitcast", "log_linear"


@dataclass(frozen=True)
class Judged:
    """One model's metrics in one cut.

    Attributes:
        task: `streams` or `classes`.
        feature_set: What it saw.
        horizon: Days of the window.
        day: As-of day.
        model: Model or baseline.
        is_untouched: Whether they are over the untouched origins alone.
        size_kind: `decade` of the true total or `bucket` of the forecast one; empty over all sizes.
        size: Power of ten that the sizes begin at.
        releases: Test releases.
        values: By metric.
    """

    task: str
    feature_set: str
    horizon: int
    day: int
    model: str
    is_untouched: bool
    size_kind: str
    size: int
    releases: int = 0
    values: dict[str, float] = field(default_factory=dict)

    def get(self, name: str) -> float:
        """A metric; NaN where it could not be computed."""
        return self.values.get(name, nan)

    def ends(self, name: str) -> tuple[float, float]:
        """Ends of its 95 % interval; NaN where it has none."""
        return self.get(f"{name}_lower_95"), self.get(f"{name}_upper_95")

    def wilson(self, name: str) -> tuple[float, float]:
        """Ends of the 95 % interval of a metric that is a share of its releases."""
        share = self.get(name)
        return share_interval(share * self.releases, self.releases) if self.releases else (nan, nan)


def judged(snapshot: Snapshot) -> list[Judged]:
    """Every model in every cut, by horizon, as-of day, what it saw and size."""
    found: dict[tuple[Any, ...], Judged] = {}
    counts: dict[tuple[Any, ...], int] = {}
    for row in snapshot.rows("performance"):
        key = (row["task"], row["feature_set"], row["horizon_days"], row["as_of_day"], row["model_name"],
               row["is_untouched"], row["size_kind"], row["size"])  # fmt: skip
        if key not in found:
            found[key] = Judged(*key)
        found[key].values[row["metric"]] = float(row["metric_value"])
        if row["metric"] == "best_possible_ratio":
            # the truth of a world may know fewer
            found[key].values["best_possible_count"] = float(row["release_count"] or 0)
        counts[key] = max(counts.get(key, 0), int(row["release_count"] or 0))
    return [replace(one, releases=counts[key]) for key, one in found.items()]
