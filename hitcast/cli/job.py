"""Commands of the whole job."""

from typing import TYPE_CHECKING, Annotated, Literal

import typer

from hitcast.cli.options import Variables
from hitcast.cli.terminal import holding, working

if TYPE_CHECKING:
    from hitcast.job.run import FinishedStep

app = typer.Typer()


@app.command()
def run(
    variables: Variables = None,
    retrain: Annotated[
        Literal["never", "changed", "auto", "always"],
        typer.Option(
            help="When to replace a champion: changed, where the SQL or variables of its features have changed or days "
            "of its training were withdrawn; auto, also where `hitcast status` says it is due; never stops the run "
            "where changed would train."
        ),
    ] = "changed",
    # every build is whole; scripts written when it was not still say so
    full_refresh: Annotated[bool, typer.Option("--full-refresh", hidden=True)] = False,
    target: Annotated[
        str | None,
        typer.Option(
            envvar="HITCAST_TARGET",
            help="Engine: duckdb, spark_local or spark. The other commands take it from HITCAST_TARGET.",
            show_default="duckdb",
        ),
    ] = None,
    rebuild: Annotated[
        bool, typer.Option("--rebuild", help="Rebuild a damaged or lost warehouse; published forecasts are kept.")
    ] = False,
    mornings: Annotated[
        int,
        typer.Option(
            help="Also forecast as of so many days before the last one, as daily runs would have; a first model is "
            "then trained as of the first of them.",
            min=0,
            max=365,
        ),
    ] = 0,
    backtest: Annotated[
        int,
        typer.Option(
            "--backtest",
            help="Also backtest at so many of the latest origins, and publish how good forecasts have been.",
            min=0,
        ),
    ] = 0,
    step: Annotated[
        list[str] | None,
        typer.Option(help="Run this step alone; `hitcast status` lists them. May be given several times."),
    ] = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Say nothing unless something fails: for cron.")] = False,
) -> None:
    """Do the whole job: features, training where it is due, forecasts, publication."""
    import os

    from hitcast.cli.publication import render_publication
    from hitcast.core.home import Home
    from hitcast.core.project import read_variables
    from hitcast.core.target import VARIABLE
    from hitcast.job.run import run as run_steps
    from hitcast.job.run import silent
    from hitcast.job.steps import Job

    def finished(step: "FinishedStep") -> None:
        if not quiet:
            typer.echo(f"{step.number}/{step.count} {step.name:<12} {step.seconds:7.1f} s  {step.outcome}")

    if step and backtest:
        raise typer.BadParameter("goes with a whole run; use `hitcast backtest`", param_hint="--backtest")
    if target is not None:
        # for dbt's profile and whatever asks for settings in this process
        os.environ[VARIABLE] = target
    home = Home.current()
    with holding(home, "run"):
        job = Job(home, read_variables(variables), retrain, mornings, backtest)
        run_steps(job, step or (), rebuild, silent if quiet else working, finished)
    if job.publication is not None and not quiet:
        render_publication(home)


@app.command()
def status(
    variables: Variables = None,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON, with the latest steps, for monitoring.")] = False,
) -> None:
    """Show what is loaded, registered and published, how old it is, which steps are stale, and who holds the home."""
    from hitcast.cli.summary import render_status
    from hitcast.core.home import Home
    from hitcast.core.project import read_variables, settings_of
    from hitcast.job.status import look

    home = Home.current()
    found = look(home, settings_of(home, read_variables(variables)))
    if as_json:
        typer.echo(found.as_json())
    else:
        render_status(found)
