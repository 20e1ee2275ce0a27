"""The command that says why a release is forecast as it is, and from what."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any

import typer

from hitcast.cli.options import ReleaseName

if TYPE_CHECKING:
    from hitcast.job.trace import Trace

app = typer.Typer()
SHORT = 12
"""Signs of a digest that are shown; `--json` has all."""


@app.command()
def explain(
    release: ReleaseName,
    traced: Annotated[
        bool, typer.Option("--trace", help="Name files, SQL, variables and model behind it, each by its digest.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON, with whole digests.")] = False,
) -> None:
    """Say what is forecast of a release and why; with --trace, from which files, SQL and model."""
    import json
    from dataclasses import asdict

    from hitcast.cli.tables import say
    from hitcast.core.home import Home
    from hitcast.job.trace import TRACE_FORMAT, explained, trace
    from hitcast.serving.decisions import find_release

    home = Home.current()
    release_id, title = find_release(home, release)
    forecasts = explained(home, release_id)
    found = trace(home, forecasts[-1]) if traced else None
    if as_json:
        plain = {"format": TRACE_FORMAT, "forecasts": forecasts, "trace": asdict(found) if found else None}
        typer.echo(json.dumps(plain, ensure_ascii=False, indent=2, default=str))
        return
    say(f"{title} ({release_id}), out {forecasts[0]['release_date']}")
    for row in forecasts:
        for line in _forecast_lines(row):
            say(line)
    if found is not None:
        for line in _trace_lines(found):
            say(line)


def _forecast_lines(row: Mapping[str, Any]) -> list[str]:
    from hitcast.core.words import chance, number, one_line

    head = f"{row['horizon_days']} days"
    if row["predicted_streams"] is None:
        lines = [f"{head}: no forecast: {one_line(str(row['refusal'] or 'nothing was delivered'))}"]
    else:
        lines = [
            f"{head}: {number(row['predicted_streams'])} streams, in 9 of 10 cases {number(row['lower_90'])} to "
            f"{number(row['upper_90'])}; as of {row['as_of_date']}, day {row['as_of_day']}, "
            f"{number(row['known_streams'])} known",
            f"  {row['verdict']}; chance of the top class {chance(row['probability_high'])}",
        ]
    if row["main_drivers"]:
        lines += [f"  {one_line(part)}" for part in str(row["main_drivers"]).split("; ")]
    if row["data_note"]:
        lines.append(f"  {one_line(str(row['data_note']))}")
    if row["actual_streams"] is not None:
        lines.append(f"  it had {number(row['actual_streams'])} streams")
    return lines


def _trace_lines(found: "Trace") -> list[str]:
    variables = ", ".join(f"{name} {value}" for name, value in found.variables.items())
    return [
        f"run {found.run_id}: the digest of training run, delivery {found.delivery_number} and {found.as_of}",
        f"model {found.model_name}, manifest {found.model_digest[:SHORT]}, trained by run {found.training_run_id}",
        f"variables: {variables}",
        f"landing: {found.landed_count:,} files, {found.landing_digest[:SHORT]} in all; those of the release:",
        *(
            f"  {file.digest[:SHORT]} {file.path}{'' if file.state == 'as landed' else f': {file.state}'}"
            f"{f', from {file.source}' if file.source else ''}"
            for file in found.files
        ),
        "SQL of the features:",
        *(f"  {digest[:SHORT]} {name}" for name, digest in sorted(found.feature_sql.items())),
    ]
