"""The command that proposes a mapping."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hitcast.cli.terminal import changing, measured
from hitcast.core.errors import HitcastError
from hitcast.core.words import one_line, plural

if TYPE_CHECKING:
    from hitcast.ingest.propose.draft import Draft

app = typer.Typer()


@app.command("map")
def map_exports(
    paths: Annotated[
        list[str], typer.Argument(help="Exports, or folders of them: text, JSON, Parquet, workbooks, ZIP.")
    ],
    yes: Annotated[bool, typer.Option("--yes", help="Ask nothing: take the likeliest guess.")] = False,
    output: Annotated[Path, typer.Option("--output", help="Mapping file to write.")] = Path("mapping.yml"),
) -> None:
    """Propose a mapping for exports, write it, and try it in a dry run."""
    from rich.console import Console

    from hitcast.cli.options import given_paths
    from hitcast.cli.tables import say
    from hitcast.core.home import Home
    from hitcast.core.project import read_variables
    from hitcast.ingest import ingest, render
    from hitcast.ingest.propose import propose

    exports, home = given_paths(paths), Home.current()
    if not output.parent.is_dir():
        raise HitcastError("no such folder", str(output.parent), "Make it, or name another file with --output")
    _check_free(output)
    drafts, texts = propose(exports, read_variables()["territory"], None if yes else _ask)
    files = [output, *(output.with_stem(f"{output.stem}_{i}") for i in range(2, len(texts) + 1))]
    for file in files:
        _check_free(file)
    for file, text in zip(files, texts, strict=True):
        file.write_text(text, encoding="utf-8")
    lines = _messages(drafts)
    for line in lines:
        typer.echo(line)
    given = " ".join(f"--mapping {file}" for file in files)
    typer.echo(f"Written: {', '.join(map(str, files))}. Look at what is unsure, then: hitcast ingest EXPORTS {given}\n")
    with changing(home, "map"), measured("trying the mapping") as progress:
        report = ingest(home, exports, files, True, progress)
    Console().print(render(report))
    if unsure := sum("UNSURE" in line for line in lines):
        found = f"{unsure} {plural(unsure, 'en', 'line is', 'lines are')} marked UNSURE above"
        say(
            f"That it can be read does not say that it is right: {found}. Look at each in {', '.join(map(str, files))}."
        )


def _check_free(file: Path) -> None:
    if file.exists():
        what = "is a folder" if file.is_dir() else "is there already"
        raise HitcastError(what, str(file), "Name another file with --output")


def _messages(drafts: Sequence["Draft"]) -> list[str]:
    """The guesses with sample values and how sure they are."""
    from hitcast.ingest.propose.draft import remarks
    from hitcast.ingest.propose.guess import SURE

    lines = []
    for draft in drafts:
        more = f" and {len(draft.paths) - 1} more" if len(draft.paths) > 1 else ""
        table = "left alone, for no table fits it" + (f": {draft.reason}" if draft.reason else "")
        table = draft.table.contract.table if draft.table else table
        lines.append(one_line(f"{draft.paths[0].name}{more}: {table}"))
        if draft.rival:
            lines.append(one_line(f"  UNSURE: it may be {draft.rival}"))
        lines += [one_line(" ".join(("  UNSURE:", *filter(None, (hint.line, hint.reason))))) for hint in draft.hints]
        lines += [one_line(f"  {remark}") for remark in remarks(draft)]
        for guess in draft.table.guesses if draft.table else []:
            source = guess.source.label if guess.source else guess.constant
            taken = "" if draft.is_taken(guess) else ", not taken"
            sure = f"{guess.sureness:.0%}" if guess.sureness >= SURE else f"UNSURE, {guess.sureness:.0%}{taken}"
            detail = guess.reason or (guess.source.samples if guess.source else "")
            lines.append(one_line(f"  {guess.column.name:<21}{source:<24}{sure:<12} {detail[:60]}"))
            if guess.source and guess.source.dates and guess.source.dates.other:
                dates = guess.source.dates
                lines.append(f"  UNSURE: dates are read as {dates.date_format}; they may be {dates.other}")
            if guess.source and guess.source.dates and guess.source.dates.timezone:
                zone = guess.source.dates.timezone
                lines.append(f"  UNSURE: timezone: {zone}, where most times are midnight; UTC if the days are right")
        lines.append("")
    return lines


def _ask(question: str, answers: Sequence[str]) -> int:
    if sys.stdin is None or not sys.stdin.isatty():
        cure = "Give --yes, which takes the likeliest, or answer at a terminal"
        raise HitcastError("there is a question, and nobody to answer it", one_line(question), cure)
    typer.echo(question)
    for number, answer in enumerate(answers, 1):
        typer.echo(f"  {number}  {answer}")
    while True:
        try:
            chosen: int = typer.prompt("Number", default=1, type=int)
        except typer.Abort:
            raise HitcastError("ended without an answer", one_line(question), "Give --yes, or answer") from None
        if 1 <= chosen <= len(answers):
            return chosen - 1
        typer.echo(f"Give a number from 1 to {len(answers)}")
