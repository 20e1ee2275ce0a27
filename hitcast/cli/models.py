"""Commands that train models, keep them and forecast with them."""

from typing import TYPE_CHECKING, Annotated

import typer

from hitcast.cli.options import AsOf, Variables
from hitcast.cli.terminal import changing, working
from hitcast.core.records import recorded

if TYPE_CHECKING:
    from hitcast.core.settings import Settings

app = typer.Typer()
models_app = typer.Typer(help="The registered models.", no_args_is_help=True, suggest_commands=False)
app.add_typer(models_app, name="models")


@app.command()
def train(
    variables: Variables = None,
    as_of: AsOf = None,
    promote: Annotated[
        bool | None,
        typer.Option(
            "--promote/--no-promote",
            help="Make it the champion, or keep the champion, without comparing them.",
            show_default="the better one is champion",
        ),
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
    """Search for better parameters; training uses the best found. A stopped search continues."""
    from hitcast.cli.summary import describe_tuning
    from hitcast.core.home import Home
    from hitcast.core.project import read_variables, settings_of
    from hitcast.core.sqlite import note_databases
    from ml import tune

    home = Home.current()
    settings = settings_of(home, read_variables(variables))
    # studies have a database of their own, in which several searches may work side by side
    with recorded(home, "tune", "tune"), working("tuning") as progress:
        try:
            result = tune.tune(settings, trials, progress=progress)
        finally:
            note_databases((home.optuna_file,))
    typer.echo(describe_tuning(result))


@app.command()
def predict(variables: Variables = None, as_of: AsOf = None) -> None:
    """Forecast every release whose window is open, with the champion."""
    from hitcast.core.home import Home
    from hitcast.core.label import read_label
    from hitcast.core.project import read_variables, settings_of
    from hitcast.serving.publish import last_published_at
    from ml import predict as ml_predict

    home = Home.current()
    settings = settings_of(home, read_variables(variables))
    with changing(home, "predict") as counts, working("forecasting") as progress:
        predicted = ml_predict.predict(
            settings, as_of.date() if as_of else None, progress, last_published_at(home), read_label(home)
        )
        counts.rows_out, counts.rows_rejected = predicted.release_count, predicted.refused_count
    typer.echo(predicted.describe())


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
    from ml.registry.usable import promote_usable

    with changing(Home.current(), "models promote"):
        promote_usable(_modelling_settings(), version)
    typer.echo(f"champion: version {version}")


@models_app.command()
def rollback() -> None:
    """Restore the latest earlier champion that can forecast."""
    from hitcast.core.home import Home
    from ml.registry.store import forget_goal
    from ml.registry.usable import rollback_usable

    settings = _modelling_settings()
    with changing(Home.current(), "models rollback"):
        version, messages = rollback_usable(settings)
        typer.echo("; ".join((f"champion: version {version}", *messages)))
        # said, so that the same command means another rollback from here on
        forget_goal(settings)


def _modelling_settings() -> "Settings":
    from hitcast.core.home import Home
    from hitcast.core.project import read_variables, settings_of

    return settings_of(Home.current(), read_variables())
