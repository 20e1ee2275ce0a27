"""What was measured: a table for people, a list of objects for programs; what exceeds its limit is marked in both."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from rich.table import Table


@dataclass(frozen=True)
class Result:
    """One measurement beside what it is measured against.

    Attributes:
        name: What was measured.
        rows: Raw rows of the landing it was measured on.
        seconds: Its time; null where memory alone is measured.
        baseline: What it is compared with.
        baseline_seconds: Time of the baseline; null where memory is compared or nothing is.
        ratio: `seconds` over `baseline_seconds`, or memory over the baseline's; null where nothing is compared.
        limit: Greatest ratio allowed; null where none is set.
        peak_memory_mb: Peak of the measured process, in MB (2^20 bytes); null where it was not taken.
    """

    name: str
    rows: int
    seconds: float | None = None
    baseline: str = ""
    baseline_seconds: float | None = None
    ratio: float | None = None
    limit: float | None = None
    peak_memory_mb: float | None = None

    @property
    def is_exceeded(self) -> bool:
        """Whether the ratio is above its limit."""
        return self.ratio is not None and self.limit is not None and self.ratio > self.limit


def timed(
    name: str,
    rows: int,
    seconds: float,
    baseline: str,
    baseline_seconds: float,
    limit: float | None = None,
    peak_memory_mb: float | None = None,
) -> Result:
    """A result whose ratio is of times."""
    ratio = seconds / baseline_seconds
    return Result(name, rows, seconds, baseline, baseline_seconds, ratio, limit, peak_memory_mb)


def render(results: Sequence[Result]) -> Table:
    """The table, for 80 columns and more."""
    table = Table(box=None, padding=(0, 1, 0, 0))
    for heading in ("measured", "rows", "s", "against", "s", "ratio", "limit", "MB"):
        table.add_column(heading, justify="left" if heading in ("measured", "against") else "right")
    for result in results:
        table.add_row(
            result.name,
            f"{result.rows / 1e6:.1f} M",
            _number(result.seconds, 2),
            result.baseline,
            _number(result.baseline_seconds, 2),
            _number(result.ratio, 3) + (" !" if result.is_exceeded else ""),
            _number(result.limit, 3),
            _number(result.peak_memory_mb, 0),
        )
    return table


def write(results: Sequence[Result], file: Path) -> None:
    """Writes them as a JSON list, with whether each exceeds its limit."""
    listed = [asdict(result) | {"exceeded": result.is_exceeded} for result in results]
    file.write_text(json.dumps(listed, indent=2) + "\n")


def _number(value: float | None, digits: int) -> str:
    return "" if value is None else f"{value:.{digits}f}"
