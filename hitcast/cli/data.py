"""Commands that bring data in, and take it out."""

from datetime import date, datetime
from typing import Annotated

import typer

from hitcast.cli.terminal import LOOK, changing, measured, working

app = typer.Typer()


@app.command("demo-data")
def demo_data(
    rows: Annotated[
        int | None, typer.Option(help="About how many raw rows.", min=40_000, show_default="2500000")
    ] = None,
    seed: Annotated[int, typer.Option(help="The same seed gives the same rows.")] = 7,
    until: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="Last day of the world.", show_default="2021-12-31"),
    ] = None,
    late_matches: Annotated[
        float | None,
        typer.Option(
            help="Share of users' sounds, such as 0.15, that are matched to their recording late; the exports are then "
            "monthly deliveries, to be ingested with --delivered-on.",
            min=0,
            max=1,
        ),
    ] = None,
    days: Annotated[
        int | None, typer.Option(help="Days after release to report at least; horizons of 60 and 90 days need 100.")
    ] = None,
    campaigns: Annotated[
        bool,
        typer.Option(
            "--campaigns", help="Deliver the label's log of its campaigns too; some of them then begin up to day 14."
        ),
    ] = False,
) -> None:
    """Write a made-up label's vendor exports to HITCAST_HOME/exports."""
    from hitcast.cli.summary import describe_world
    from hitcast.core.errors import HitcastError
    from hitcast.core.home import Home, is_demo
    from hitcast.demo.world import write_demo_data

    home = Home.current()
    if home.ledger.exists() and not is_demo(home):
        raise HitcastError(
            "holds deliveries that are not of a demo world", str(home.root), "Name another home: HITCAST_HOME=PATH"
        )
    with changing(home, "demo-data"), working("making the demo world") as progress:
        last_day = until.date() if until else None
        summary = write_demo_data(home.exports, rows, seed, last_day, days, progress, late_matches, campaigns)
    typer.echo(describe_world(summary))
    typer.echo(f"exports: {home.exports}")


@app.command()
def ingest(
    paths: Annotated[list[str], typer.Argument(help="Exports, or folders of them: CSV, Parquet, XLSX and others.")],
    mapping: Annotated[
        list[str] | None,
        typer.Option("--mapping", help="Mapping file, or the name of a ready one. May be given several times."),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Check and count, write nothing.")] = False,
    delivered_on: Annotated[
        datetime | None,
        typer.Option(
            formats=["%Y-%m-%d"],
            help="Day on which the vendor delivered them, of exports that are loaded afterwards: for "
            "`hitcast backtest --as-known`. Ingest such deliveries in their order.",
            show_default="today",
        ),
    ] = None,
    accept_loss: Annotated[
        bool,
        typer.Option(
            "--accept-loss",
            help="Also land what would be held: more than 5 % of a day rejected, a day that comes again with less than "
            "half of what it had, days that have not come, times that are midnight in another zone.",
        ),
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="The whole report as JSON.")] = False,
) -> None:
    """Check vendor exports against the contracts and land them by day; exit code 5: landed, but look at the report."""
    import json

    from rich.console import Console

    from hitcast.cli.options import given_paths
    from hitcast.core.home import Home
    from hitcast.ingest import HeldError, IngestReport, render
    from hitcast.ingest import ingest as ingest_paths

    def show(report: IngestReport) -> None:
        if as_json:
            typer.echo(json.dumps(report.as_json(), default=str, ensure_ascii=False, indent=2))
        else:
            Console().print(render(report))

    home, exports, mappings = Home.current(), given_paths(paths), list(mapping or [])
    delivered = delivered_on.date() if delivered_on else None
    try:
        with changing(home, "ingest") as counts, measured("ingesting") as progress:
            report = ingest_paths(home, exports, mappings, dry_run, progress, delivered, accept_loss)
            counts.rows_in = sum(table.read for table in report.tables)
            counts.rows_out = sum(table.accepted for table in report.tables)
            counts.rows_rejected = sum(table.rejected for table in report.tables)
    except HeldError as held:
        show(held.report)
        raise
    show(report)
    if report.concerns():
        raise typer.Exit(LOOK)


@app.command()
def withdraw(
    table: Annotated[str, typer.Argument(help="Raw table: catalog_tracks, tiktok_sound_days or vk_stream_days.")],
    names: Annotated[
        list[str],
        typer.Argument(metavar="DAYS", help="Days to take back (YYYY-MM-DD); of catalog_tracks, UPCs."),
    ],
) -> None:
    """Take back days, or releases of the catalog; from the next run on they count as never delivered."""
    from hitcast.core.home import Home
    from hitcast.core.words import counted
    from hitcast.ingest import day_tables, withdraw_releases
    from hitcast.ingest import withdraw as withdraw_days

    home, names = Home.current(), list(dict.fromkeys(names))
    is_catalog = table == "catalog_tracks"
    days = _days(names) if table in day_tables() else []
    with changing(home, "withdraw"):
        number = withdraw_releases(home, names) if is_catalog else withdraw_days(home, table, days)
    what = counted(len(names), "release" if is_catalog else "day")
    typer.echo(f"{table}: {what} withdrawn, delivery {number}. Next: hitcast run")


def _days(names: list[str]) -> list[date]:
    try:
        return [datetime.strptime(name, "%Y-%m-%d").date() for name in names]
    except ValueError:
        raise typer.BadParameter("days are written YYYY-MM-DD", param_hint="DAYS") from None


@app.command()
def prune(
    keep_days: Annotated[
        int | None,
        typer.Option(
            min=0,
            help="Remove those whose replacement came at least so many days before the latest delivery.",
            show_default="460",
        ),
    ] = None,
) -> None:
    """Remove files of superseded deliveries that are older than --keep-days; what is read stays."""
    from hitcast.core.home import Home
    from hitcast.ingest import prune as prune_superseded

    home = Home.current()
    with changing(home, "prune"):
        pruned = prune_superseded(home) if keep_days is None else prune_superseded(home, keep_days)
    typer.echo(pruned.describe())
