"""Commands that bring data in, and take it out."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from hitcast.cli.terminal import changing, measured, working

app = typer.Typer()


@app.command("demo-data")
def demo_data(
    rows: Annotated[int | None, typer.Option(help="About how many raw rows.", min=40_000)] = None,
    seed: Annotated[int, typer.Option(help="The same seed gives the same rows.")] = 7,
    until: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Last day of the world. [default: 2021-12-31]")
    ] = None,
    days: Annotated[
        int | None, typer.Option(help="Days after release to report at least; horizons of 60 and 90 days need 100.")
    ] = None,
) -> None:
    """Write a made-up label's vendor exports to HITCAST_HOME/exports."""
    from hitcast.cli.summary import describe_world
    from hitcast.core.errors import HitcastError
    from hitcast.core.home import Home
    from hitcast.demo.world import write_demo_data

    home = Home.current()
    if home.ledger.exists() and not (home.exports / "first").exists():
        raise HitcastError(
            "holds deliveries that are not of a demo world", str(home.root), "Name another home: HITCAST_HOME=PATH"
        )
    with changing(home, "demo-data"), working("making the demo world") as progress:
        summary = write_demo_data(home.exports, rows, seed, until.date() if until else None, days, progress)
    typer.echo(describe_world(summary))
    typer.echo(f"exports: {home.exports}")


@app.command()
def ingest(
    paths: Annotated[list[Path], typer.Argument(help="Exports, or folders of them: CSV, CSV.gz, Parquet, XLSX.")],
    mapping: Annotated[
        list[str] | None,
        typer.Option("--mapping", help="Mapping file, or the name of a ready one. May be given several times."),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Check and count, write nothing.")] = False,
) -> None:
    """Check vendor exports against the contracts and land them, day by day."""
    from rich.console import Console

    from hitcast.core.home import Home
    from hitcast.ingest import ingest as ingest_paths
    from hitcast.ingest import render

    home = Home.current()
    with changing(home, "ingest") as counts, measured("ingesting") as progress:
        report = ingest_paths(home, paths, list(mapping or []), dry_run, progress)
        counts.rows_in = sum(table.read for table in report.tables)
        counts.rows_out = sum(table.accepted for table in report.tables)
        counts.rows_rejected = sum(table.rejected for table in report.tables)
    Console().print(render(report))


@app.command()
def withdraw(
    table: Annotated[str, typer.Argument(help="Raw table: tiktok_sound_days or vk_stream_days.")],
    days: Annotated[list[datetime], typer.Argument(formats=["%Y-%m-%d"], help="Days that the vendor takes back.")],
) -> None:
    """Take days out of the landing; from the next run on they count as never delivered."""
    from hitcast.core.home import Home
    from hitcast.ingest import withdraw as withdraw_days

    home = Home.current()
    with changing(home, "withdraw"):
        number = withdraw_days(home, table, [day.date() for day in days])
    typer.echo(f"{table}: {len(days)} day{'s'[: len(days) > 1]} withdrawn, delivery {number}. Next: hitcast run")
