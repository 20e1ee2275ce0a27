"""The command line: `hitcast`. Every command imports its work when called, so that `--help` answers at once."""

import difflib
import re
import sys
from typing import Annotated

import typer
from typer.exceptions import TyperException

from hitcast.cli import backup, data, decisions, evaluation, explain, job, mapping, models, plan, serving, verify
from hitcast.cli.terminal import guarded
from hitcast.core.environment import check_environment
from hitcast.core.errors import HitcastError
from hitcast.core.home import PROJECT_DIR
from hitcast.core.project import program_version

UNKNOWN = re.compile(r"No such command '(.*)'")
DESTRUCTIVE = {"prune", "withdraw", "rollback"}
"""Commands that nobody is led to by a slip of the fingers."""
NEAR = 0.75
"""Likeness of names from which one may be meant, 0 to 1."""

app = typer.Typer(
    help="Forecasts a release's VK streams from its first days of TikTok activity.",
    epilog=(
        "Everything lies below HITCAST_HOME, by default data/. HITCAST_TARGET names the engine, HITCAST_MEMORY_LIMIT "
        "bounds DuckDB, HITCAST_PATIENCE is how many seconds a command waits for another. Secrets come from the "
        "environment alone: HITCAST_POSTGRES_DSN, HITCAST_ALERTS_WEBHOOK, HITCAST_SMTP_URL, HITCAST_DESK_TOKEN."
    ),
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    # it would name whatever is a little like it, and what removes data too
    suggest_commands=False,
)
# without a name of their own: `hitcast --help` lists their commands in this order
for commands in (mapping, data, job, explain, plan, decisions, serving, models, evaluation, verify, backup):
    app.add_typer(commands.app)


def main() -> None:
    """Entry point; `terminal.guarded` says what the exit codes mean."""
    sys.exit(guarded(_run_from_checkout))


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"hitcast {program_version()}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    check_environment()


def _run_from_checkout() -> None:
    """Run the command line, which needs dbt's project beside the packages.

    Raises:
        HitcastError: The packages lie somewhere else, as those of a wheel do.
    """
    if not (PROJECT_DIR / "dbt_project.yml").exists():
        cure = "git clone the repository, run `make setup` there, then .venv/bin/hitcast"
        raise HitcastError("hitcast runs from a checkout of its repository, and this is none", str(PROJECT_DIR), cure)
    try:
        code = app(standalone_mode=False)
    except TyperException as error:
        if type(error).__name__ == "NoArgsIsHelpError":
            # its help has been shown
            sys.exit(2)
        raise _typing_error(error) from None
    if isinstance(code, int):
        sys.exit(code)


def _typing_error(error: TyperException) -> HitcastError:
    """What was typed wrong, in one line."""
    context = getattr(error, "ctx", None)
    command = context.command_path if context is not None else "hitcast"
    message = " ".join(str(getattr(error, "message", error)).split()).replace("Value error, ", "").rstrip(".")
    if (unknown := UNKNOWN.match(message)) and context is not None:
        near = difflib.get_close_matches(unknown[1], set(context.command.commands) - DESTRUCTIVE, cutoff=NEAR)
        meant = f"Did you mean {' or '.join(near)}? " if near else ""
        return HitcastError("no such command", unknown[1], f"{meant}`{command} --help` lists them")
    parameter = getattr(error, "param", None)
    given = getattr(error, "param_hint", None) or (parameter.get_error_hint() if parameter is not None else "")
    where = " / ".join(given) if isinstance(given, list | tuple) else str(given or "")
    what = f"is missing{message and f' ({message})'}" if type(error).__name__ == "MissingParameter" else message
    return HitcastError(what, where.strip("'\""), f"`{command} --help` says what it takes")
