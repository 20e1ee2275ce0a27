"""What the project claims of its forecasts, held against the untouched origins of the published backtest."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from hitcast.desk.performance import SERVED, Judged

MIN_PER_SIZE = 100
"""Test releases from which on a forecast size is claimed for by itself."""
COVERED = (0.87, 0.93)
"""What 90 % intervals are claimed to hold."""
MIN_COVERED = 0.8
"""What they are claimed to hold in every forecast size."""
MAX_DISTANCE = 1.10
"""Error claimed as a multiple of the best possible one."""


@dataclass(frozen=True)
class Claim:
    """A claim and whether it holds.

    Attributes:
        key: Of its text, `claim.<key>`.
        cut: The forecasts that it is about.
        holds: Whether it does.
        value: The figure that decides.
        lower: Lower end of its 95 % interval; NaN without one.
        upper: Upper end.
        form: How the figure is written: `number`, `share` or `cost` (missed hits per 1,000 releases).
        releases: Test releases behind it.
        size: Power of ten of the forecast size that the figure is of; None for all.
        other: Model that is compared with; empty for none.
    """

    key: str
    cut: Judged
    holds: bool
    value: float
    lower: float
    upper: float
    form: str
    releases: int
    size: int | None = None
    other: str = ""


def claims(everyone: Iterable[Judged], day: int) -> list[Claim]:
    """The claims on totals by horizon and feature set, then those on advice, over the untouched origins alone.

    Args:
        everyone: Metrics of the backtest.
        day: As-of day that they are claimed for.
    """
    rows = [one for one in everyone if one.is_untouched and one.model == SERVED and one.day == day]
    found: list[Claim] = []
    for one in rows:
        if one.task == "streams" and not one.size_kind and "skill" in one.values:
            buckets = [
                other
                for other in rows
                if (other.size_kind, other.horizon, other.feature_set) == ("bucket", one.horizon, one.feature_set)
                and other.releases >= MIN_PER_SIZE
            ]
            found += _on_totals(one, buckets)
    for one in rows:
        if one.task == "classes" and not one.size_kind:
            found += _on_advice(one)
    return found


def _on_totals(one: Judged, buckets: list[Judged]) -> list[Claim]:
    shown: dict[str, Any] = {"cut": one, "releases": one.releases}
    skill, ends, inside = one.get("skill"), one.ends("skill"), one.get("coverage_90")
    nothing = float("nan")
    found = [
        Claim("skill", holds=ends[0] > 0, value=skill, lower=ends[0], upper=ends[1], form="number", **shown),
        Claim("covered", holds=COVERED[0] <= inside <= COVERED[1], value=inside, lower=nothing, upper=nothing,
              form="share", **shown),
    ]  # fmt: skip
    if buckets:
        worst = min(buckets, key=lambda size: size.get("coverage_90"))
        lowest = worst.get("coverage_90")
        found.append(
            Claim("covered_by_size", one, lowest >= MIN_COVERED, lowest, nothing, nothing, "share", worst.releases,
                  worst.size)
        )  # fmt: skip
    # without VK's first days nobody could come near a forecast that knows them
    ratio, ends = one.get("best_possible_ratio"), one.ends("best_possible_ratio")
    if one.feature_set == "tiktok_vk" and "best_possible_ratio" in one.values:
        found.append(
            Claim("best", holds=ratio <= MAX_DISTANCE, value=ratio, lower=ends[0], upper=ends[1], form="number",
                  **shown)
        )  # fmt: skip
    return found


def _on_advice(one: Judged) -> list[Claim]:
    found = []
    for other in ("none", "log_linear"):
        name = f"expected_cost_above_{other}"
        if name in one.values:
            above, ends = one.get(name), one.ends(name)
            found.append(Claim("cost", one, above < 0, above, ends[0], ends[1], "cost", one.releases, other=other))
    return found
