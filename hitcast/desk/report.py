"""The report: the pages on trust, the week and health, and the statistician's part, as one file."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from hitcast.core.errors import HitcastError
from hitcast.core.files import written
from hitcast.core.home import Home
from hitcast.core.words import Language
from hitcast.desk import drawing, view
from hitcast.desk.pages.health import health_values
from hitcast.desk.pages.trust import trust_values
from hitcast.desk.pages.week import sparklines, week_values
from hitcast.desk.published import Published
from hitcast.desk.sheet import file_values
from hitcast.desk.statistics import statistics
from hitcast.serving.publish import published_file

HEADING_LEVEL = 3
"""Headings of the pages' parts, below those of the pages themselves."""


@dataclass(frozen=True)
class ReportResult:
    """A report that was written.

    Attributes:
        path: The file.
        run_id: Backtest that it tells of.
        release_count: Releases tested.
    """

    path: Path
    run_id: str
    release_count: int


def write_report(
    home: Home,
    output: Path,
    language: Language = "en",
    address: str = "",
    progress: Callable[[str], None] = lambda line: None,
) -> ReportResult:
    """Writes what is published as one HTML file that asks for nothing.

    Args:
        home: The home.
        output: File to write; one that is there is replaced.
        language: What it is written in.
        address: Of the desk, such as https://desk.example/hitcast, for its links; empty for none.
        progress: Takes a line as each step begins.

    Raises:
        HitcastError: Nothing is published, or no backtest, or the file cannot be written.
    """
    progress("Reading what is published")
    snapshot = Published(published_file(home)).snapshot()
    shown = file_values(snapshot, language, address) | statistics(snapshot)
    backtest = shown["backtest"]
    if backtest is None:
        cure = "Run `hitcast backtest`, then `hitcast run`, which publishes it"
        raise HitcastError("no backtest is published", str(published_file(home)), cure)
    progress("Drawing")
    week = week_values(snapshot, shown["horizon"], shown["needed"])
    shown |= trust_values(snapshot, shown["horizon"], shown["ratio"]) | week | health_values(snapshot)
    shown |= {
        "level": HEADING_LEVEL,
        "sparks": sparklines(snapshot, week["cards"]),
        "scale": drawing.ratio_scale((row["upper_90"] for row in week["cards"]), snapshot.costs["top_minimum"] or 0),
        "listed": (),
    }
    html = view.environment().get_template("report.html").render(shown)
    try:
        with written(output) as part:
            part.write_text(html, encoding="utf-8")
    except OSError as error:
        reason = error.strerror or str(error)
        raise HitcastError(f"cannot be written: {reason}", str(output), "Name another file: --output FILE") from None
    return ReportResult(output, str(backtest["run_id"]), int(backtest["release_count"]))
