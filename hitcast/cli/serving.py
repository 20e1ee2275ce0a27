"""Commands for readers of the forecasts."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from hitcast.cli.options import Variables
from hitcast.cli.terminal import changing
from hitcast.core.records import recorded

app = typer.Typer()


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
def dashboard(
    port: Annotated[int, typer.Option(help="Port of the page.")] = 8501,
    address: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
) -> None:
    """Show the published forecasts as a page, until interrupted."""
    from hitcast.core.home import Home
    from hitcast.desk.serve import serve

    serve(Home.current(), address, port)
