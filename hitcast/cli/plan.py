"""The command that lays out a budget."""

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    import pandas as pd

    from hitcast.core.label import Label
    from ml.decide.plan import Plan

app = typer.Typer()
SHOWN = 20
NO_LOG = (
    "No campaign log has been delivered, so what a promotion adds is not known. Ranked by size and growth so far, "
    "which says who is big, not whom promoting helps. Deliver promotion_spends to plan by effect (docs/promotion.md)."
)


@app.command()
def plan(
    budget: Annotated[
        float | None,
        typer.Option(help="What may be spent, in the label's currency.", min=0, show_default="budget of label.yml"),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
) -> None:
    """Say which open releases to promote with how much, what it should add, and what is better kept."""
    import json
    import math

    from hitcast.cli.tables import say
    from hitcast.core.errors import HitcastError
    from hitcast.core.home import Home
    from hitcast.core.label import read_label
    from hitcast.core.words import plural
    from hitcast.serving.plan import rank_by_size, read_effects
    from ml.decide.plan import plan_of_label

    home = Home.current()
    label = read_label(home)
    if budget is not None and not math.isfinite(budget):
        raise HitcastError(f"{budget} is no amount", "--budget", "Give a finite number")
    budget = label.budget if budget is None else budget
    effects = read_effects(home)
    usable = effects[effects["refusal"].isna()]
    refusals = effects["refusal"].dropna().unique().tolist()
    if usable.empty:
        ranked = rank_by_size(home)
        message = refusals[0] if refusals else NO_LOG
        if as_json:
            rows = json.loads(ranked.to_json(orient="records", force_ascii=False))
            typer.echo(
                json.dumps({"by": "size and growth", "why": message, "releases": rows}, ensure_ascii=False, indent=2)
            )
            return
        _render_ranked(ranked, message)
        return
    if budget is None:
        raise HitcastError("no budget is given", "--budget", f"Give it, or write `budget:` in {home.label}")
    shares = usable.set_index("release_id")["paid_share"].dropna().to_dict()
    found = plan_of_label(usable, shares, label, budget)
    if as_json:
        rows = json.loads(found.rows.to_json(orient="records", force_ascii=False))
        plain = {
            "by": "effect",
            "budget": found.budget,
            "unspent": found.unspent,
            "why": found.reason,
            "releases": rows,
        }
        typer.echo(json.dumps(plain, ensure_ascii=False, indent=2))
        return
    _render_plan(found, usable, label)
    for refusal, count in effects["refusal"].dropna().value_counts().items():
        say(f"Left out, {count:,} {plural(count, 'en', 'release', 'releases')}: {refusal}.")


def _render_plan(found: "Plan", effects: "pd.DataFrame", label: "Label") -> None:
    """The plan and what is left of the budget."""
    from rich.console import Console

    from hitcast.cli.tables import say
    from hitcast.core.listing import Listing
    from hitcast.core.words import number

    names = effects.drop_duplicates("release_id").set_index("release_id")
    has_values = bool(found.rows["value"].notna().any())
    pays, goal = (["pays"] if has_values else []), (["goal"] if label.goals else [])
    rows = []
    for row in found.rows.head(SHOWN).to_dict("records"):
        named = names.loc[row["release_id"]]
        cells = [
            f"{named['artist_name']}: {named['release_title']}",
            f"{named['start_day']:.0f}",
            number(row["spend"]),
            number(row["added_streams"]),
            f"{number(row['lower_90'])} - {number(row['upper_90'])}",
        ]
        cells += [number(row["value"])] if has_values else []
        cells += [number(label.goals.get(str(row["release_id"]).lstrip("0")))] if label.goals else []
        rows.append([*cells, row["release_id"]])
    headings = ("release", "day", "spend", "adds", "90 % interval", *pays, *goal, "UPC")
    Console().print(Listing(headings, rows, spare="UPC"))
    if len(found.rows) > SHOWN:
        typer.echo(f"and {len(found.rows) - SHOWN:,} more, which --json lists")
    money = label.currency or "of the log's currency"
    spent, added = found.rows["spend"].sum(), found.rows["added_streams"].sum()
    paying = f", which pay {number(found.rows['value'].sum())}" if has_values else ", payouts are not given"
    spent_on = f"{number(spent)} {money} of {number(found.budget)} on {len(found.rows):,} releases"
    say(f"Spent: {spent_on}. Adds: {number(added)} streams{paying}.")
    if found.reason:
        say(f"Kept {number(found.unspent)}: {found.reason}.")


def _render_ranked(ranked: "pd.DataFrame", message: str) -> None:
    """Open releases by what is still to come, under a line that says what this is not."""
    from rich.console import Console

    from hitcast.cli.tables import say
    from hitcast.core.listing import Listing
    from hitcast.core.words import number, percent

    say(message)
    rows = [
        (
            f"{row['artist_name']}: {row['release_title']}",
            f"{row['as_of_day']:.0f}",
            number(row["streams_to_come"]),
            percent(row["growth"], signed=True),
            row["release_id"],
        )
        for row in ranked.head(SHOWN).to_dict("records")
    ]
    Console().print(Listing(("release", "day", "still to come", "growth, 3 days", "UPC"), rows, spare="UPC"))
