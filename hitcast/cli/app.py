"""The command line: `hitcast`. Every command imports its work when called, so that `--help` answers at once."""

import sys
import tomllib
from typing import Annotated

import typer

from hitcast.cli import data, evaluation, job, mapping, models, serving
from hitcast.cli.terminal import guarded
from hitcast.core.errors import HitcastError
from hitcast.core.home import PROJECT_DIR

app = typer.Typer(
    help="Forecasts a release's VK streams from its first days of TikTok activity.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
# without a name of their own: `hitcast --help` lists their commands in this order
for commands in (mapping, data, job, serving, models, evaluation):
    app.add_typer(commands.app)


def main() -> None:
    """Entry point; `terminal.guarded` says what the exit codes mean."""
    sys.exit(guarded(_run_from_checkout))


def _show_version(wanted: bool) -> None:
    if wanted:
        project = tomllib.loads((PROJECT_DIR / "pyproject.toml").read_text(encoding="utf-8"))["project"]
        typer.echo(f"hitcast {project['version']}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    pass


def _run_from_checkout() -> None:
    """Run the command line, which needs dbt's project beside the packages.

    Raises:
        HitcastError: The packages lie somewhere else, as those of a wheel do.
    """
    if not (PROJECT_DIR / "dbt_project.yml").exists():
        cure = "git clone the repository, run `make setup` there, then .venv/bin/hitcast"
        raise HitcastError("hitcast runs from a checkout of its repository, and this is none", str(PROJECT_DIR), cure)
    app()
