"""Commands that ask how good the models are."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from hitcast.cli.options import AllOrigins, Variables
from hitcast.cli.terminal import changing, working

app = typer.Typer()


@app.command()
def backtest(
    variables: Variables = None,
    as_known: Annotated[
        bool,
        typer.Option(
            "--as-known",
            help="Instead, forecast the releases open at each origin from what had been delivered by then, and again "
            "from today's data.",
        ),
    ] = False,
    origins: Annotated[
        int | None,
        typer.Option(help="Only so many of the latest origins; 1 for a first look.", min=1, show_default="all"),
    ] = None,
) -> None:
    """Replay the past: train at each origin, forecast what came after, print the leader board."""
    from rich.console import Console

    from hitcast.core.home import Home
    from hitcast.core.project import read_variables, settings_of
    from hitcast.job.as_known import backtest_as_known
    from ml.evaluation import backtest as ml_backtest

    home, wanted = Home.current(), read_variables(variables)
    if as_known and origins is not None:
        raise typer.BadParameter("goes without --as-known", param_hint="--origins")
    if as_known:
        with changing(home, "backtest"), working("backtesting as known") as progress:
            found = backtest_as_known(home, wanted, progress)
        Console().print(found.render())
        return
    settings = settings_of(home, wanted)
    with changing(home, "backtest"), working("backtesting") as progress:
        outcome = ml_backtest.backtest(settings, progress, origins, home.exports / "truth.parquet")
    Console().print(outcome.render())


@app.command()
def report(
    output: Annotated[
        Path | None, typer.Option(help="File to write.", show_default="report.html in HITCAST_HOME")
    ] = None,
    language: Annotated[Literal["en", "ru"], typer.Option(help="Language of the report.")] = "en",
    desk: Annotated[str, typer.Option(help="Address of the desk, for links.")] = "",
) -> None:
    """Write what is published as one HTML file: whether to trust it, the week, health and the statistician's part."""
    from hitcast.core.home import Home
    from hitcast.desk.report import write_report

    home = Home.current()
    with working("reporting") as progress:
        reported = write_report(home, output or home.report, language, desk, progress)
    typer.echo(f"{reported.release_count:,} test releases, backtest {reported.run_id}: {reported.path}")


@app.command()
def compare(
    variables: Variables = None,
    task: Annotated[
        Literal["streams", "classes", "both"], typer.Option(help="What the compared models forecast.")
    ] = "both",
    without: Annotated[
        list[str] | None,
        typer.Option("--without", help="Feature or group of features to leave out. May be given several times."),
    ] = None,
    against: Annotated[
        Literal["champion"] | None, typer.Option(help="Today's features and parameters beside the champion's.")
    ] = None,
    note: Annotated[str, typer.Option(help="Text to keep with the run in MLflow.")] = "",
    all_origins: AllOrigins = False,
) -> None:
    """Compare models on the same past origins, or ask whether a feature helps: --without, --against."""
    from rich.console import Console

    if without and against:
        raise typer.BadParameter("does not go with --without", param_hint="--against")
    from hitcast.core.home import Home
    from hitcast.core.project import read_variables, settings_of
    from ml.evaluation import compare as ml_compare
    from ml.evaluation.feature_effect import feature_effect

    home = Home.current()
    settings = settings_of(home, read_variables(variables))
    tasks = ml_compare.TASKS if task == "both" else (task,)
    with changing(home, "compare"), working("comparing") as progress:
        if without or against:
            found = feature_effect(settings, without or (), all_origins, note, progress).render()
        else:
            found = ml_compare.compare(settings, tasks, all_origins, progress, note).render()
    Console().print(found)


@app.command()
def experiment(
    name: Annotated[str, typer.Argument(help="likes, outliers, rounding, pessimism or leakage.")],
    variables: Variables = None,
    all_origins: AllOrigins = False,
) -> None:
    """Test one finding of the reference work with five seeds, and answer it in words."""
    from rich.console import Console

    from hitcast.core.home import Home
    from hitcast.core.project import read_variables, settings_of
    from ml.evaluation import experiments

    home = Home.current()
    settings = settings_of(home, read_variables(variables))
    with changing(home, "experiment"), working(name) as progress:
        answered = experiments.experiment(name, settings, all_origins, progress)
    Console().print(answered.render())
