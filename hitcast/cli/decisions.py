"""Commands that remember what was decided about a release, and what came of it."""

from typing import TYPE_CHECKING, Annotated, Literal

import typer

from hitcast.cli.options import ReleaseName
from hitcast.core.records import recorded

if TYPE_CHECKING:
    import pandas as pd

app = typer.Typer()
SHOWN = 20


@app.command()
def decide(
    release: ReleaseName,
    decision: Annotated[Literal["promoted", "declined"], typer.Argument(help="What was decided.")],
    spend: Annotated[
        float | None, typer.Option(help="Money spent on promoting it, in the label's currency.", min=0)
    ] = None,
    forecast: Annotated[
        float | None, typer.Option(help="The label's own forecast of streams over the class horizon.", min=0)
    ] = None,
    note: Annotated[str, typer.Option(help="Why, in a few words.")] = "",
) -> None:
    """Note what was decided about a release; `hitcast decisions` sets it beside the advice and the outcome."""
    import math

    from hitcast.cli.tables import say
    from hitcast.core.decisions import Decision, decisions_of, record_decision
    from hitcast.core.errors import HitcastError
    from hitcast.core.home import Home
    from hitcast.core.words import one_line
    from hitcast.serving.decisions import find_release

    home = Home.current()
    for name, value in (("--spend", spend), ("--forecast", forecast)):
        if value is not None and not math.isfinite(value):
            raise HitcastError(f"{value} is no amount", name, "Give a number")
    if decision == "declined" and spend:
        raise HitcastError("goes with promoted alone", "--spend", "Leave it out, or decide promoted")
    release_id, title = find_release(home, release)
    before = decisions_of(home, release_id)
    with recorded(home, "decide", "decide"):
        kept = record_decision(home, Decision(release_id, decision, spend, forecast, one_line(note)))
    say(one_line(f"{title} ({release_id}): {kept.describe()}"))
    if before and before[0] == kept:
        say("It was noted before; nothing is added.")
    elif before:
        say(one_line(f"It replaces what was noted on {before[0].decided_at:%Y-%m-%d}: {before[0].describe()}"))
    say("`hitcast decisions` and the desk show it now; the next `hitcast run` publishes it.")


@app.command()
def decisions(
    as_json: Annotated[bool, typer.Option("--json", help="All of them, as JSON.")] = False,
) -> None:
    """List what was advised, what was decided and what came of it, and compare decisions with the plain rule's."""
    from hitcast.cli.tables import say
    from hitcast.core.home import Home
    from hitcast.serving.decisions import known_decisions
    from ml.evaluation.decided import compare_decisions

    found, costs = known_decisions(Home.current())
    if as_json:
        typer.echo(found.to_json(orient="records", date_format="iso", force_ascii=False, indent=2))
        return
    _render(found)
    for line in compare_decisions(found, costs).describe():
        say(line)


def _render(found: "pd.DataFrame") -> None:
    """The latest releases advised on or decided about, with their UPC where there is room for it."""
    from rich.console import Console

    from hitcast.core.listing import Listing
    from hitcast.core.words import is_unknown, number, percent

    rows = [
        (
            f"{row['artist_name']}: {row['release_title']}",
            str(row["release_date"])[:10],
            "" if is_unknown(row["first_advised_day"]) else f"day {row['first_advised_day']:.0f}",
            percent(row["share_to_come"]),
            "" if is_unknown(row["decision"]) else row["decision"],
            number(row["actual_streams"]),
            row["release_id"],
        )
        for row in found.head(SHOWN).to_dict("records")
    ]
    headings = ("release", "out", "advised", "to come", "decided", "streams", "UPC")
    Console().print(Listing(headings, rows, left=("out", "decided"), spare="UPC"))
    if len(found) > SHOWN:
        typer.echo(f"and {len(found) - SHOWN:,} more, which --json lists")
