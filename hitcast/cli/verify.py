"""The command that looks for damage."""

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from hitcast.job.verify import VerifyResult

app = typer.Typer()


@app.command()
def verify(
    as_json: Annotated[bool, typer.Option("--json", help="As JSON, for monitoring.")] = False,
) -> None:
    """Compare every file of the home with what was written; name each damaged one and its cure. Changes nothing."""
    from hitcast.core.errors import HitcastError
    from hitcast.core.home import Home
    from hitcast.job.verify import verify as verify_home

    found = verify_home(Home.current())
    if as_json:
        typer.echo(found.as_json())
    else:
        _render(found)
    if found.damaged:
        cure = "Do what the list says, then `hitcast verify` again"
        raise HitcastError(found.describe(), cure=cure)


def _render(found: "VerifyResult") -> None:
    from rich.console import Console
    from rich.padding import Padding
    from rich.text import Text

    console = Console()
    for fault in found.damaged:
        console.print(Text(found.place(fault.where)))
        console.print(Padding(Text(f"{fault.what}. {fault.cure}"), (0, 0, 0, 2)))
    for note in found.notes:
        console.print(Text(note))
    if not found.damaged:
        typer.echo(found.describe())
