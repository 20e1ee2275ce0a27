"""Commands that keep a home and bring it back."""

from pathlib import Path
from typing import Annotated

import typer

from hitcast.cli.terminal import working
from hitcast.core.words import number

app = typer.Typer()


@app.command()
def backup(
    file: Annotated[Path, typer.Argument(help="Tar file to write, outside of the home; it replaces none.")],
) -> None:
    """Write all of the home that cannot be built again to one file, also while other commands run."""
    from hitcast.core.home import Home
    from hitcast.core.records import recorded
    from hitcast.job.backup import back_up

    home = Home.current()
    with recorded(home, "backup", "backup"), working("backup") as progress:
        made = back_up(home, file, progress)
    typer.echo(f"{number(made.file_count)} files, {number(made.size / 1e6)} MB, as of {made.made_at}: {file}")


@app.command()
def restore(file: Annotated[Path, typer.Argument(help="What `hitcast backup` wrote.")]) -> None:
    """Bring a backup back into an empty home, each file compared with its digest."""
    from hitcast.core.home import Home
    from hitcast.job.restore import restore as bring_back

    home = Home.current(for_restore=True)
    with working("restore"):
        found = bring_back(file, home, lambda message: typer.echo(message, err=True))
    typer.echo(f"{number(found.file_count)} files as of {found.made_at}: {home.root}")
    typer.echo("What was published is there. `hitcast run --rebuild` builds the warehouse for all that comes")
