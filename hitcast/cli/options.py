"""Options and arguments that commands share."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from hitcast.core.errors import HitcastError

Variables = Annotated[
    str | None,
    typer.Option("--vars", help="Variables of dbt_project.yml to override, as YAML: '{horizons: [14, 28]}'."),
]
AsOf = Annotated[
    datetime | None,
    typer.Option("--as-of", formats=["%Y-%m-%d"], help="Use nothing of this day or later.", show_default="all data"),
]
AllOrigins = Annotated[
    bool, typer.Option("--all-origins", help="Also use the last two origins, which otherwise stay untouched.")
]
ReleaseName = Annotated[
    str,
    typer.Argument(help="The release: its UPC, or the beginning of it; or its artist and title, 'ARTIST: TITLE'."),
]


def given_paths(texts: list[str]) -> list[Path]:
    """Paths as they were given; an empty one, such as of a variable that is not set, would be the current folder.

    Raises:
        HitcastError: One is empty.
    """
    if not all(text.strip() for text in texts):
        raise HitcastError("is empty", "a path", "Name a file or a folder; is a variable not set?")
    return [Path(text) for text in texts]
