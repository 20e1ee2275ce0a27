"""What the terminal says after a run: the open releases, what became of all others, and where everything lies."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console

from hitcast.core.home import Home
from hitcast.core.listing import Listing
from hitcast.core.words import number

if TYPE_CHECKING:
    from hitcast.desk.published import Row

TOP_RELEASES = 10
OPEN = {
    "show": "open", "label": "", "genre": "", "artist": "", "search": "", "stars": (), "sort": "verdict",
    "is_descending": True, "limit": TOP_RELEASES, "offset": 0,
}  # fmt: skip
"""The choice of the desk's table that is listed."""
STATES = {
    "ended": "ended",
    "ahead": "not out yet",
    "reissue": "reissues",
    "without_forecast": "out without a forecast",
}


def render_publication(home: Home) -> None:
    """Prints the open releases to look at first, as the desk sorts them, and what became of all others.

    Raises:
        HitcastError: Nothing is published, or it cannot be read.
    """
    from hitcast.desk.published import Published, unreached_class
    from hitcast.serving.date_counts import count_dates
    from hitcast.serving.publish import published_file

    snapshot = Published(published_file(home)).snapshot()
    ratio = float(snapshot.costs["ratio"] or 1)
    by = {"horizon": int(snapshot.costs["class_horizon"]), "needed": ratio / (1 + ratio)}
    console = Console()
    if rows := snapshot.rows("all_releases", **OPEN, **by):
        console.print(_open_releases(rows))
    else:
        console.print("No open release: every window of those that are out has ended.")
    became = {row["state"]: row["release_count"] for row in snapshot.rows("became", **by)}
    console.print(describe_releases(became), highlight=False, soft_wrap=True)
    if (unreached := unreached_class(snapshot)) is not None:
        console.print(describe_classes(unreached), highlight=False, soft_wrap=True)
    wrong, moved, _ = count_dates(home)
    if wrong or moved:
        console.print(describe_dates(wrong, moved), highlight=False, soft_wrap=True)
    console.print(f"Published table: {short_path(published_file(home))}, release_predictions", soft_wrap=True)
    console.print("The desk: `make dashboard`, then http://127.0.0.1:8501", soft_wrap=True)


def _open_releases(rows: "Sequence[Row]") -> Listing:
    """Open releases, with their UPC where there is room for it."""
    return Listing(
        ("release", "out", "day", "forecast", "80 % interval", "P(high)", "verdict", "UPC"),
        [
            (
                f"{row['artist_name']}: {row['release_title']}",
                f"{row['release_date']:%d %b}",
                str(row["as_of_day"]),
                number(row["predicted_streams"]),
                f"{number(row['lower_80'])} - {number(row['upper_80'])}",
                "" if row["probability_high"] is None else f"{row['probability_high']:.0%}",
                row["verdict"],
                row["release_id"],
            )
            for row in rows
        ],
        title=f"Open releases by verdict and forecast: VK streams in {rows[0]['horizon_days']} days",
        left=("out", "verdict"),
        spare="UPC",
    )


def describe_classes(unreached: "Row") -> str:
    """That no release has reached the top class, in a line."""
    return (
        f"None of {unreached['release_count']:,} past releases has reached the class {unreached['top_class']}, from "
        f"{number(unreached['top_minimum'])} streams in {unreached['class_horizon']} days: the most is "
        f"{number(unreached['most_streams'])}. Set your own limits in seeds/stream_classes.csv"
    )


def describe_releases(became: Mapping[str, int]) -> str:
    """How many releases of the catalog are open, and what became of all others, in a line.

    Args:
        became: Releases by state, as the query `became` counts them.
    """
    others = ", ".join(f"{words} {became[state]:,}" for state, words in STATES.items() if became.get(state))
    line = f"{became.get('open', 0):,} of {sum(became.values()):,} releases are open"
    return f"{line}. The others: {others}." if others else f"{line}."


def describe_dates(wrong: int, moved: int) -> str:
    """How many releases have a date in the catalog that cannot be right, in a line."""
    return (
        f"Release dates that cannot be right: {moved:,} moved to the first streams, {wrong:,} refused; "
        "release_date_checks lists them"
    )


def short_path(path: Path) -> str:
    """The path from here where it lies below, as that is what a user would type."""
    return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else str(path)
