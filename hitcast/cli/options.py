"""Options that commands share."""

from datetime import datetime
from typing import Annotated

import typer

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
