"""What a build costs at sizes that nobody measured: lines through what was measured, and Amdahl's law for workers.

Amdahl, G. M. (1967): Validity of the single processor approach to achieving large scale computing capabilities.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from hitcast.core.errors import HitcastError

MILLION = 1_000_000
SIZES = (700_000, 7_000_000, 71_000_000, 700_000_000, 2_000_000_000, 10_000_000_000)
Points = Sequence[tuple[float, float]]
"""Rows, and what was measured on that many."""


@dataclass(frozen=True)
class Line:
    """A quantity that grows with the rows.

    Attributes:
        fixed: What it is without rows.
        per_million: What a million rows add.
    """

    fixed: float
    per_million: float

    def at(self, rows: float) -> float:
        """The quantity at a number of rows."""
        return self.fixed + self.per_million * rows / MILLION


def fit(points: Points) -> Line:
    """The line whose misses, each as a share of the measured value, have the least squares; neither part is negative.

    Args:
        points: Of two sizes or more; values above 0.

    Raises:
        HitcastError: Fewer sizes than two: one size does not tell what is fixed from what grows.
    """
    if len({rows for rows, _ in points}) < 2:
        raise HitcastError("a line takes two sizes at least", "cost model", "Measure another size: --rows")
    # shares weigh a small size as much as a large one, which alone would tell nothing of what is fixed
    weighted = [(rows / MILLION, value, 1 / value**2) for rows, value in points]
    total = sum(weight for _, _, weight in weighted)
    mean_rows = sum(weight * rows for rows, _, weight in weighted) / total
    mean_value = sum(weight * value for _, value, weight in weighted) / total
    slope = sum(weight * (rows - mean_rows) * (value - mean_value) for rows, value, weight in weighted)
    slope /= sum(weight * (rows - mean_rows) ** 2 for rows, _, weight in weighted)
    if slope < 0:
        return Line(mean_value, 0.0)
    if (fixed := mean_value - slope * mean_rows) >= 0:
        return Line(fixed, slope)
    through_origin = sum(weight * rows * value for rows, value, weight in weighted)
    return Line(0.0, through_origin / sum(weight * rows**2 for rows, _, weight in weighted))


def worst_miss(line: Line, points: Points) -> float:
    """The largest distance of the line from what was measured, as a share of that."""
    return max(abs(line.at(rows) / value - 1) for rows, value in points)


def parallel_share(line: Line, rows: float, one_worker: float, two_workers: float) -> float:
    """Share of what grows with the rows that workers divide among themselves, from 0 to 1.

    Args:
        line: Seconds on one worker.
        rows: The size that was measured with one worker and with two.
        one_worker: Seconds there on one worker.
        two_workers: Seconds there on two, which halve that share and leave the rest.
    """
    growing = line.per_million * rows / MILLION
    return min(1.0, max(0.0, 2 * (one_worker - two_workers) / growing)) if growing else 0.0


@dataclass(frozen=True)
class Costs:
    """A full build's costs, as lines; seconds are by the clock unless they are of processors.

    Attributes:
        landing_bytes: Of the landed files.
        duckdb_seconds: On one machine.
        duckdb_memory_mb: Peak, in MB (2^20 bytes).
        duckdb_bytes: Of its warehouse.
        spark_seconds: On one worker.
        spark_cpu_seconds: Of driver and executors.
        spark_bytes: Of its warehouse.
        shuffle_bytes: Written between tasks.
        share: See `parallel_share`.
    """

    landing_bytes: Line
    duckdb_seconds: Line
    duckdb_memory_mb: Line
    duckdb_bytes: Line
    spark_seconds: Line
    spark_cpu_seconds: Line
    spark_bytes: Line
    shuffle_bytes: Line
    share: float

    def seconds_on(self, rows: float, workers: int) -> float:
        """Spark's seconds by the clock, by Amdahl's law."""
        growing = self.spark_seconds.at(rows) - self.spark_seconds.fixed
        return self.spark_seconds.fixed + growing * (1 - self.share + self.share / workers)

    def workers_within(self, rows: float, seconds: float) -> int | None:
        """The fewest workers that build within the seconds; null where no number of them does."""
        growing = self.spark_seconds.at(rows) - self.spark_seconds.fixed
        left = seconds - self.spark_seconds.fixed - growing * (1 - self.share)
        if left <= 0:
            return None
        return max(1, math.ceil(growing * self.share / left - 1e-9))

    def workers_like_duckdb(self, rows: float) -> int | None:
        """The fewest workers that are as fast as DuckDB on its machine; null where no number of them is."""
        return self.workers_within(rows, self.duckdb_seconds.at(rows))

    def rows_on_duckdb(self, seconds: float, memory_mb: float) -> float:
        """Rows up to which DuckDB stays within both; infinite where neither grows with the rows."""
        limits = ((self.duckdb_seconds, seconds), (self.duckdb_memory_mb, memory_mb))
        return min(
            max(0.0, (limit - line.fixed) / line.per_million * MILLION) if line.per_million else math.inf
            for line, limit in limits
        )


def costs(duckdb: Mapping[str, Points], spark: Mapping[str, Points], two_workers: Points) -> Costs:
    """Fits all lines.

    Args:
        duckdb: Points of `landing_bytes`, `seconds`, `peak_memory_mb` and `warehouse_bytes`.
        spark: Points of `seconds`, `cpu_seconds`, `warehouse_bytes` and `shuffle_bytes`, all on one worker.
        two_workers: Seconds on two workers.

    Raises:
        HitcastError: Fewer than two sizes were measured, or none with one worker and two.
    """
    alone = dict(spark["seconds"])
    both = [(rows, seconds) for rows, seconds in two_workers if rows in alone]
    if not both:
        raise HitcastError("no size was measured with one worker and with two", "cost model", "Add --workers 1 2")
    seconds_alone = fit(spark["seconds"])
    # the largest size has the least of what is fixed
    largest, on_two = max(both)
    return Costs(
        landing_bytes=fit(duckdb["landing_bytes"]),
        duckdb_seconds=fit(duckdb["seconds"]),
        duckdb_memory_mb=fit(duckdb["peak_memory_mb"]),
        duckdb_bytes=fit(duckdb["warehouse_bytes"]),
        spark_seconds=seconds_alone,
        spark_cpu_seconds=fit(spark["cpu_seconds"]),
        spark_bytes=fit(spark["warehouse_bytes"]),
        shuffle_bytes=fit(spark["shuffle_bytes"]),
        share=parallel_share(seconds_alone, largest, alone[largest], on_two),
    )
