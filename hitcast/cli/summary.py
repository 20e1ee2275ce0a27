"""What the terminal says of a home: what is published, loaded and registered. Everything fits 80 columns."""

from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table
from rich.text import Text

from hitcast.core.home import Home
from hitcast.core.lock import describe
from hitcast.core.quiet import connect
from hitcast.core.words import age, number, one_line, plural

if TYPE_CHECKING:
    from hitcast.demo.world import DemoSummary
    from hitcast.job.status import LoadedTable, Status
    from ml.drift import Drift
    from ml.drift.stability import Shift
    from ml.registry.store import Version
    from ml.tune import TuningResult

TOP_RELEASES = 10
SHOWN_SHIFTS = 3
SHOWN_SPANS = 4


def describe_world(summary: "DemoSummary") -> str:
    """A written demo world in one line."""
    row_count = sum(summary.rows.values())
    return (
        f"{summary.release_count:,} releases in {row_count:,} rows, {len(summary.files)} files, "
        f"{summary.first_day} to {summary.last_day}"
    )


def describe_drift(found: "Drift") -> list[str]:
    """What has changed since the champion was trained, a line each."""
    age = f"trained {found.age_days} days of data ago" if found.age_days >= 0 else "trained on days that are gone"
    lines = [f"champion: version {found.version}, {age}"]
    if found.shifts:
        lines.append(f"PSI of the last month's {found.recent_count} releases, largest: {_listed(found.shifts)}")
        main = tuple(shift for shift in found.shifts if shift.is_main)
        lines.append(f"of the features that move forecasts most: {_listed(main)}, limit {found.shifts[0].limit:.2f}")
    else:
        lines.append(f"PSI: {found.recent_count} releases in the last month are too few to tell")
    for per_horizon in found.matured:
        errors = f"RMSLE {per_horizon.rmsle:.3f} ({per_horizon.calibration_rmsle:.3f} when trained)"
        inside = f"{per_horizon.coverage:.0%} of {per_horizon.forecast_count} matured totals inside the 80 % interval"
        lines.append(f"{per_horizon.horizon_days} days: {inside}, {errors}")
    if not found.matured:
        lines.append("no forecast of this champion has met its total in the last two months")
    lines += [f"retrain is due: {why}" for why in found.reasons] or ["no retrain is due"]
    if found.is_retrain_due:
        lines.append("Next: hitcast run --retrain auto")
    elif found.reasons:
        lines.append(
            f"a later version was trained {found.candidate_age_days} days of data ago and was not promoted: "
            "see `hitcast models list`"
        )
    return lines


def describe_tuning(result: "TuningResult") -> str:
    """A finished search, a line a task."""
    return "\n".join(
        f"{task:<8} {result.trials[task]} trials, loss {result.default_value[task]:.4f} by default, "
        f"{result.best_value[task]:.4f} at best"
        for task in result.trials
    )


def describe_days(raw: "LoadedTable") -> str:
    """From which day on a raw table has come, and the first of the days that it lacks by name, in a line."""
    spans: list[list[date]] = []
    for day in raw.lacking_days:
        if spans and day - spans[-1][-1] == timedelta(days=1):
            spans[-1].append(day)
        else:
            spans.append([day])
    count, shown = len(raw.lacking_days), spans[:SHOWN_SPANS]
    if not shown:
        return f"{raw.table_name} since {raw.from_date}: no day missing"
    names = ", ".join(f"{span[0]}" if len(span) == 1 else f"{span[0]} to {span[-1]}" for span in shown)
    rest = count - sum(map(len, shown))
    more = f" and {rest:,} more, which --json lists" if rest else ""
    days = plural(count, "en", "day", "days")
    return f"{raw.table_name} since {raw.from_date}: {count:,} {days} missing or partial, {names}{more}"


def _listed(shifts: "tuple[Shift, ...]") -> str:
    return ", ".join(f"{shift.feature_name} {shift.index:.2f}" for shift in shifts[:SHOWN_SHIFTS])


def render_publication(home: Home) -> None:
    """Prints the most promising upcoming releases, and where the published table and the page lie."""
    published = home.serving / "hitcast.duckdb"
    with connect(str(published), read_only=True) as serving:
        rows = serving.execute(
            """
            with upcoming as (
                select
                    *,
                    max(horizon_days) over () as longest_horizon
                from release_predictions
                where actual_streams is null and predicted_streams is not null
            )
            select
                release_title, artist_name, release_date, as_of_day, horizon_days, predicted_streams,
                lower_80, upper_80, probability_high, is_promotion_candidate
            from upcoming
            where horizon_days = longest_horizon
            order by predicted_streams desc
            limit ?
            """,
            [TOP_RELEASES],
        ).fetchall()
    console = Console()
    if rows:
        table = Table(
            title=f"Most promising upcoming releases: VK streams in {rows[0][4]} days",
            title_justify="left",
            box=None,
            pad_edge=False,
            padding=(0, 1, 0, 0),
        )
        table.add_column("release", no_wrap=True, overflow="ellipsis", max_width=25)
        table.add_column("out", no_wrap=True)
        for column in ("day", "forecast", "80 % interval", "P(high)"):
            table.add_column(column, justify="right", no_wrap=True)
        table.add_column("promote", no_wrap=True)
        for title, artist, released, day, _, streams, lower, upper, high, promote in rows:
            table.add_row(
                Text(one_line(f"{artist}: {title}")),
                f"{released:%d %b}",
                str(day),
                number(streams),
                f"{number(lower)} - {number(upper)}",
                "" if high is None else f"{high:.0%}",
                "yes" if promote else "",
            )
        console.print(table)
    else:
        console.print("No upcoming release: nothing is out that is not yet mature.")
    console.print(f"Published table: {_short(published)}, release_predictions", soft_wrap=True)
    console.print("Page of results: `make dashboard`, then http://127.0.0.1:8501", soft_wrap=True)


def render_status(status: "Status") -> None:
    """Prints what is loaded through which day, which models stand and what is published, with ages."""
    console = Console()
    console.print(f"home  {_short(status.root)}", soft_wrap=True)
    if status.held_by:
        console.print(f"held by {describe(status.held_by)}", soft_wrap=True, markup=False)
    _render_loaded(console, status.loaded)
    render_models(status.models)
    if status.drift is not None:
        console.print("\n".join(["Drift", *describe_drift(status.drift)]), markup=False, highlight=False)
    if status.published:
        table = Table("table", "rows", "data through", "published", title="Published", title_justify="left")
        for ours in status.published:
            through = str(ours.data_through_date)
            table.add_row(ours.table_name, f"{ours.row_count:,}", through, age(ours.published_at))
        console.print(table)
        if status.wrong_dates or status.moved_dates:
            message = (
                f"Release dates that cannot be right: {status.moved_dates:,} moved to the first streams, "
                f"{status.wrong_dates:,} refused; release_date_checks lists them"
            )
            console.print(message)
        if status.as_known:
            console.print(status.as_known, markup=False, highlight=False)
    else:
        console.print("Nothing is published yet: `hitcast run`.")
    _render_states(status)
    if status.steps and status.steps[-1]["outcome"] != "done":
        last = status.steps[-1]
        console.print(
            f"The latest step, {last['step']} of `hitcast {last['command']}`, {last['outcome']}: {last['error'] or ''}",
            markup=False,
            soft_wrap=True,
        )
    for problem in status.problems:
        console.print(problem, markup=False, soft_wrap=True)


def _render_loaded(console: Console, tables: "Sequence[LoadedTable]") -> None:
    """Prints what is loaded through which day, and which days are missing before it."""
    if not tables:
        console.print("Nothing is loaded yet: `hitcast ingest PATH`, or `hitcast demo-data` to try it out.")
        return
    table = Table("raw table", "through", "days", "rows", "last delivery", title="Loaded", title_justify="left")
    for raw in tables:
        table.add_row(
            raw.table_name, f"{raw.through_date}", f"{raw.day_count:,}", f"{raw.row_count:,}", age(raw.delivered_at)
        )
    console.print(table)
    for raw in tables:
        if raw.has_days:
            console.print(describe_days(raw), markup=False, highlight=False)


def _render_states(status: "Status") -> None:
    """Prints the steps of a run, what each reads and writes, and whether it is fresh."""
    if status.states:
        table = Table(title="Steps of a run", title_justify="left", width=80)
        for heading in ("step", "reads", "writes", "state"):
            table.add_column(heading, overflow="fold")
        for state in status.states:
            table.add_row(state.name, ", ".join(state.reads), ", ".join(state.writes), state.describe())
        Console().print(table)


def render_models(versions: "Sequence[Version]") -> None:
    """Prints the registered versions, given newest first."""
    console = Console()
    if not versions:
        console.print("No model is trained yet: `hitcast run`, or `hitcast train`.")
        return
    table = Table(
        "no.", "champion", "trained as of", "features", "promotion", "registered", title="Models", title_justify="left"
    )
    for version in versions:
        table.add_row(
            str(version.version),
            "yes" if version.is_champion else "",
            version.tags.get("cutoff", ""),
            version.tags.get("feature_set", ""),
            version.tags.get("promotion", ""),
            age(version.created_at),
        )
    console.print(table)
    newest = versions[0]
    if not newest.is_champion and "promotion_reason" in newest.tags:
        console.print(f"version {newest.version}: {newest.tags['promotion_reason']}", markup=False, highlight=False)


def _short(path: Path) -> str:
    """The path from here where it lies below, as that is what a user would type."""
    return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else str(path)
