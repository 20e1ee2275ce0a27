"""Commands for readers of the forecasts."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from hitcast.cli.options import Variables
from hitcast.cli.terminal import changing
from hitcast.core.records import recorded
from hitcast.core.words import one_line

if TYPE_CHECKING:
    from hitcast.core.home import Home
    from hitcast.serving.alerts.send import Channel, Wording

app = typer.Typer()


@app.command()
def publish(
    variables: Variables = None,
    to: Annotated[
        Literal["postgres"] | None,
        typer.Option(help="Also write them to the PostgreSQL server that HITCAST_POSTGRES_DSN names."),
    ] = None,
    reader: Annotated[
        str | None, typer.Option(help="With --to postgres: role that may read them; created if it is missing.")
    ] = None,
) -> None:
    """Copy the prediction marts to HITCAST_HOME/serving for readers."""
    from hitcast.cli.publication import render_publication
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
    tables: Annotated[list[str] | None, typer.Argument(help="Published tables.", show_default="all")] = None,
    kind: Annotated[Literal["csv", "xlsx"], typer.Option("--format", help="A file each, or one workbook.")] = "csv",
    output: Annotated[
        Path | None, typer.Option("--to", "--output", help="Folder to write to.", show_default="HITCAST_HOME/exported")
    ] = None,
    language: Annotated[
        Literal["en", "ru"],
        typer.Option(help="ru: CSV as a Russian spreadsheet reads it, semicolons and decimal commas."),
    ] = "en",
) -> None:
    """Write the published tables as CSV or XLSX, for spreadsheets."""
    from hitcast.core.home import Home
    from hitcast.serving.export import export as export_tables

    home = Home.current()
    folder = output or home.root / "exported"
    for file, row_count in export_tables(home, tuple(tables or ()), kind, folder, language).items():
        typer.echo(f"{row_count:>9,} rows  {file.name}")
    typer.echo(f"Written to {folder.absolute()}; --to names another folder")


@app.command()
def alerts(
    threshold: Annotated[float, typer.Option(help="Least change of a forecast, as a share of the earlier one.")] = 0.25,
    kind: Annotated[Literal["text", "json"], typer.Option("--format", help="How to list them.")] = "text",
    digest: Annotated[bool, typer.Option("--digest", help="One text with a subject, for a mail.")] = False,
    language: Annotated[Literal["en", "ru"], typer.Option(help="Language of the text.")] = "en",
    all_of_them: Annotated[bool, typer.Option("--all", help="List those that were sent too.")] = False,
    post: Annotated[bool, typer.Option("--post", help="Send them to the webhook HITCAST_ALERTS_WEBHOOK.")] = False,
    mail: Annotated[
        bool,
        typer.Option(
            "--mail", help="Send them by HITCAST_SMTP_URL from HITCAST_ALERTS_FROM to HITCAST_ALERTS_TO, as a digest."
        ),
    ] = False,
) -> None:
    """List what is new about the published releases and was not sent yet; send it with --post or --mail.

    High first forecasts, forecasts that moved or crossed a class, changed advice, spikes, wrong dates, late platforms.
    """
    from hitcast.cli.tables import say
    from hitcast.core.home import Home
    from hitcast.serving.alerts.facts import as_json
    from hitcast.serving.alerts.send import Channel, Wording, list_alerts
    from hitcast.serving.alerts.wording import as_text

    if digest and kind == "json":
        raise typer.BadParameter("goes with --format text alone", param_hint="--digest")
    if all_of_them and (post or mail):
        raise typer.BadParameter("lists alone; leave out --post and --mail", param_hint="--all")
    home, wording = Home.current(), Wording(language, digest)
    wanted: dict[Channel, bool] = {"webhook": post, "mail": mail}
    channels = [channel for channel, is_wanted in wanted.items() if is_wanted]
    published, found = list_alerts(home, threshold, channels, all_of_them)
    if kind == "json" or digest:
        typer.echo(as_json(found) if kind == "json" else as_text(found, published.data_through_date, language, True))
    else:
        for line in as_text(found, published.data_through_date, language).splitlines():
            say(line)
    _send(home, threshold, channels, wording)


def _send(home: "Home", threshold: float, channels: "list[Channel]", wording: "Wording") -> None:
    """Sends by each channel, though another fails; then reports the first failure."""
    from hitcast.core.errors import HitcastError
    from hitcast.serving.alerts.send import send_alerts

    failures = []
    for channel in channels:
        try:
            with recorded(home, "alerts", channel) as counts:
                counts.rows_out, warning = send_alerts(home, threshold, channel, wording)
            if counts.rows_out:
                typer.echo(f"{counts.rows_out:,} sent by {channel}", err=True)
            if warning:
                typer.echo(f"hitcast: {warning}", err=True)
        except HitcastError as failure:
            failures.append(failure)
    if len(failures) > 1:
        typer.echo(f"hitcast: {one_line(str(failures[1]))}", err=True)
    if failures:
        raise failures[0]


@app.command()
def week(
    language: Annotated[Literal["en", "ru"], typer.Option(help="Language of the sheet.")] = "en",
    output: Annotated[
        Path | None, typer.Option("--to", "--output", help="Folder to write to.", show_default="HITCAST_HOME/week")
    ] = None,
    desk: Annotated[str, typer.Option(help="Address of the desk, for links.")] = "",
) -> None:
    """Write the week as one A4 page and as the text of a mail; as PDF too where chromium is found."""
    from hitcast.core.home import Home
    from hitcast.desk.sheet import write_sheet

    home = Home.current()
    folder = output or home.root / "week"
    names = [file.name for file in write_sheet(home, folder, language, desk)]
    typer.echo(f"{', '.join(names)} written to {folder.absolute()}; --to names another folder")


@app.command()
def dashboard(
    port: Annotated[int, typer.Option(help="Port to listen on.", min=0, max=65535)] = 8501,
    address: Annotated[
        str, typer.Option(help="Address to listen on; one that other machines reach needs HITCAST_DESK_TOKEN.")
    ] = "127.0.0.1",
    allowed_host: Annotated[
        list[str] | None, typer.Option(help="Another host name for the desk, such as that of a proxy before it.")
    ] = None,
    root_path: Annotated[str, typer.Option(help="Path under which a proxy serves it, such as /hitcast.")] = "",
) -> None:
    """Serve the desk, a page and a JSON API over the published forecasts, until interrupted."""
    from hitcast.core.home import Home
    from hitcast.desk.serve import serve

    serve(Home.current(), address, port, tuple(allowed_host or ()), root_path)
