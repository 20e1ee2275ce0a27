"""The command line: `hitcast`. Every command imports its work when called, so that `--help` answers at once."""

import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from hitcast.cli.terminal import changing, guarded, holding, measured, working
from hitcast.core.records import recorded

if TYPE_CHECKING:
    from hitcast.core.settings import Settings
    from hitcast.job.run import FinishedStep

app = typer.Typer(
    help="Forecasts a release's VK streams from its first days of TikTok activity.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
models_app = typer.Typer(help="The registered models.", no_args_is_help=True)
app.add_typer(models_app, name="models")

Variables = Annotated[
    str | None,
    typer.Option("--vars", help="Variables of dbt_project.yml to override, as YAML: '{horizons: [14, 28]}'."),
]
AsOf = Annotated[
    datetime | None,
    typer.Option("--as-of", formats=["%Y-%m-%d"], help="Know nothing of this day or later. [default: all data]"),
]
AllOrigins = Annotated[
    bool, typer.Option("--all-origins", help="Look at the last two origins too, which otherwise stay untouched.")
]


@app.command("demo-data")
def demo_data(
    rows: Annotated[int | None, typer.Option(help="About how many raw rows.", min=40_000)] = None,
    seed: Annotated[int, typer.Option(help="The same seed gives the same rows.")] = 7,
    until: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Last day of the world. [default: 2021-12-31]")
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
        summary = write_demo_data(home.exports, rows, seed, until.date() if until else None, progress)
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


@app.command()
def run(
    variables: Variables = None,
    retrain: Annotated[
        Literal["never", "changed", "auto", "always"],
        typer.Option(
            help="When to replace a champion: changed, where the SQL or variables of its features have changed; auto, "
            "also where `hitcast status` says it is due; never stops the run where they have changed."
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
    step: Annotated[
        list[str] | None,
        typer.Option(help="Run this step alone: `hitcast status` lists them. May be given several times."),
    ] = None,
) -> None:
    """Do the whole job: features, training where it is due, forecasts, publication."""
    import os

    from hitcast.cli.summary import render_publication
    from hitcast.core.home import Home
    from hitcast.core.project import read_variables
    from hitcast.core.target import VARIABLE
    from hitcast.job.run import run as run_steps
    from hitcast.job.steps import Job

    def finished(step: "FinishedStep") -> None:
        typer.echo(f"{step.name:<12} {step.seconds:7.1f} s  {step.outcome}")

    if target is not None:
        # for dbt's profile and whatever asks for settings in this process
        os.environ[VARIABLE] = target
    home = Home.current()
    with holding(home, "run"):
        job = Job(home, read_variables(variables), retrain)
        run_steps(job, step or (), rebuild, working, finished)
    if job.publication is not None:
        render_publication(home)


@app.command()
def train(
    variables: Variables = None,
    as_of: AsOf = None,
    promote: Annotated[
        bool | None,
        typer.Option("--promote/--no-promote", help="Settle the title by hand. [default: the better one is champion]"),
    ] = None,
    streams: Annotated[
        str | None, typer.Option(help="Model of streams, by its name in `compare`.", show_default="the champion's")
    ] = None,
    classes: Annotated[
        str | None, typer.Option(help="Model of classes, by its name in `compare`.", show_default="the champion's")
    ] = None,
) -> None:
    """Train the models on the marts and register them."""
    from hitcast.core.home import Home
    from hitcast.core.project import read_variables, settings_of
    from ml import train as ml_train

    home = Home.current()
    settings = settings_of(home, read_variables(variables))
    with changing(home, "train") as counts, working("training") as progress:
        named = {"streams": streams, "classes": classes}
        models = {task: name for task, name in named.items() if name is not None}
        trained = ml_train.train(settings, as_of.date() if as_of else None, promote, progress, models)
        counts.rows_in = trained.release_count
    typer.echo(f"{trained.describe()}: {trained.reason}")
    typer.echo(f"{'promoted' if trained.is_champion else 'not promoted'}: {trained.decision.reason}")


@app.command()
def tune(
    variables: Variables = None,
    trials: Annotated[int, typer.Option(help="Trials of each task, those of earlier calls included.", min=1)] = 100,
) -> None:
    """Search for better parameters; training uses the best found. A stopped search goes on where it was."""
    from hitcast.cli.summary import describe_tuning
    from hitcast.core.home import Home
    from hitcast.core.project import read_variables, settings_of
    from ml import tune

    home = Home.current()
    settings = settings_of(home, read_variables(variables))
    # studies have a database of their own, in which several searches may work side by side
    with recorded(home, "tune", "tune"), working("tuning") as progress:
        result = tune.tune(settings, trials, progress=progress)
    typer.echo(describe_tuning(result))


@app.command()
def backtest(variables: Variables = None) -> None:
    """Replay the past: train at each origin, forecast what came after, print the leader board."""
    from rich.console import Console

    from hitcast.core.home import Home
    from hitcast.core.project import read_variables, settings_of
    from ml.evaluation import backtest as ml_backtest

    home = Home.current()
    settings = settings_of(home, read_variables(variables))
    with changing(home, "backtest"), working("backtesting") as progress:
        outcome = ml_backtest.backtest(settings, progress=progress)
    Console().print(outcome.render())


@app.command()
def report(
    variables: Variables = None,
    output: Annotated[
        Path | None, typer.Option(help="File to write.", show_default="report.html in HITCAST_HOME")
    ] = None,
) -> None:
    """Write one HTML page on how good the latest backtest was, with charts; it opens from disk."""
    from hitcast.core.home import Home
    from hitcast.core.project import read_variables, settings_of
    from hitcast.desk.report import write as ml_report

    home = Home.current()
    settings = settings_of(home, read_variables(variables))
    with working("reporting") as progress:
        reported = ml_report.report(settings, output or home.report, home.exports, progress)
    typer.echo(f"{reported.release_count:,} test releases, backtest {reported.run_id}: {reported.path}")


@app.command()
def compare(
    variables: Variables = None,
    task: Annotated[
        Literal["streams", "classes", "both"], typer.Option(help="What the zoo of models forecasts.")
    ] = "both",
    without: Annotated[
        list[str] | None,
        typer.Option("--without", help="Feature or group of features to leave out. May be given several times."),
    ] = None,
    against: Annotated[
        Literal["champion"] | None, typer.Option(help="Today's features and parameters beside the champion's.")
    ] = None,
    note: Annotated[str, typer.Option(help="Kept with the run in MLflow.")] = "",
    all_origins: AllOrigins = False,
) -> None:
    """Fit the zoo of models on the same past origins, or ask whether a feature helps: --without, --against."""
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
    """Put one of the reference work's findings to the test, with five seeds, and answer it in words."""
    from rich.console import Console

    from hitcast.core.home import Home
    from hitcast.core.project import read_variables, settings_of
    from ml.evaluation import experiments

    home = Home.current()
    settings = settings_of(home, read_variables(variables))
    with changing(home, "experiment"), working(name) as progress:
        answered = experiments.experiment(name, settings, all_origins, progress)
    Console().print(answered.render())


@app.command()
def predict(variables: Variables = None, as_of: AsOf = None) -> None:
    """Forecast the releases of the last weeks with the champion."""
    from hitcast.core.home import Home
    from hitcast.core.project import read_variables, settings_of
    from hitcast.serving.publish import last_published_at
    from ml import predict as ml_predict

    home = Home.current()
    settings = settings_of(home, read_variables(variables))
    with changing(home, "predict") as counts, working("forecasting") as progress:
        predicted = ml_predict.predict(settings, as_of.date() if as_of else None, progress, last_published_at(home))
        counts.rows_out, counts.rows_rejected = predicted.release_count, predicted.refused_count
    typer.echo(predicted.describe())


@app.command()
def publish(
    variables: Variables = None,
    to: Annotated[
        Literal["postgres"] | None,
        typer.Option(help="Also bring them to the PostgreSQL that HITCAST_POSTGRES_DSN names."),
    ] = None,
    reader: Annotated[
        str | None, typer.Option(help="With --to postgres: role that may read them, made if it is missing.")
    ] = None,
) -> None:
    """Copy the prediction marts to HITCAST_HOME/serving for readers."""
    from hitcast.cli.summary import render_publication
    from hitcast.core.home import Home
    from hitcast.core.project import read_variables
    from hitcast.serving.publish import publish as publish_marts

    if reader is not None and to is None:
        raise typer.BadParameter("needs --to postgres", param_hint="--reader")
    home = Home.current()
    with changing(home, "publish") as counts:
        counts.rows_out = sum(publish_marts(home, read_variables(variables)).row_counts.values())
    if to == "postgres":
        from hitcast.serving.postgres import publish_to_postgres

        with recorded(home, "publish", "postgres") as counts:
            row_counts = publish_to_postgres(home, reader)
            counts.rows_out = sum(row_counts.values())
        typer.echo(f"PostgreSQL: {sum(row_counts.values()):,} rows in {len(row_counts)} tables")
    render_publication(home)


@app.command()
def export(
    tables: Annotated[list[str] | None, typer.Argument(help="Published tables. [default: all]")] = None,
    kind: Annotated[Literal["csv", "xlsx"], typer.Option("--format", help="A file each, or one workbook.")] = "csv",
    output: Annotated[Path, typer.Option(help="Folder to write to.")] = Path("exported"),
) -> None:
    """Write the published tables as CSV or XLSX, for spreadsheets."""
    from hitcast.core.home import Home
    from hitcast.serving.export import export as export_tables

    for file, row_count in export_tables(Home.current(), tuple(tables or ()), kind, output).items():
        typer.echo(f"{row_count:>9,} rows  {file}")


@app.command()
def alerts(
    threshold: Annotated[float, typer.Option(help="Least change of a forecast, as a share of the earlier one.")] = 0.25,
    kind: Annotated[Literal["text", "json"], typer.Option("--format", help="How to list them.")] = "text",
    post: Annotated[bool, typer.Option("--post", help="Send them to the webhook HITCAST_ALERTS_WEBHOOK.")] = False,
) -> None:
    """List upcoming releases whose forecast moved, or crossed a class, since the publication before."""
    from hitcast.core.home import Home
    from hitcast.serving import alerts as pipeline_alerts

    found = pipeline_alerts.find_alerts(Home.current(), threshold)
    if kind == "json":
        typer.echo(pipeline_alerts.as_json(found))
    else:
        typer.echo(
            "\n".join(alert.describe() for alert in found) or "No forecast moved by as much, or crossed a class."
        )
    if post and found:
        pipeline_alerts.post(found)
        typer.echo(f"{len(found):,} sent", err=True)


@app.command()
def status(
    variables: Variables = None,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON, with the latest steps, for monitoring.")] = False,
) -> None:
    """Say what is loaded, which models stand, what is published, how old each is, and who holds the home."""
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


@app.command()
def dashboard(
    port: Annotated[int, typer.Option(help="Port of the page.")] = 8501,
    address: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
) -> None:
    """Show the published forecasts as a page, until interrupted."""
    from hitcast.core.home import Home
    from hitcast.desk.serve import serve

    serve(Home.current(), address, port)


@models_app.command("list")
def list_models() -> None:
    """List the registered versions and the champion."""
    from hitcast.cli.summary import render_models
    from ml.registry import store

    render_models(store.list_models(_modelling_settings()))


@models_app.command()
def promote(version: Annotated[int, typer.Argument(help="Version to make the champion.")]) -> None:
    """Make a version the champion."""
    from hitcast.core.home import Home
    from ml.registry import store

    with changing(Home.current(), "models promote"):
        store.promote(_modelling_settings(), version)
    typer.echo(f"champion: version {version}")


@models_app.command()
def rollback() -> None:
    """Give the title back to the champion before."""
    from hitcast.core.home import Home
    from ml.registry import store

    with changing(Home.current(), "models rollback"):
        version = store.rollback(_modelling_settings())
    typer.echo(f"champion: version {version}")


def main() -> None:
    """Entry point; what the exit codes mean is told by `terminal.guarded`."""
    sys.exit(guarded(app))


def _modelling_settings() -> "Settings":
    from hitcast.core.home import Home
    from hitcast.core.project import read_variables, settings_of

    return settings_of(Home.current(), read_variables())
