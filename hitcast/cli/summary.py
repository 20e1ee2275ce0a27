"""What the terminal says of a home: what is loaded and registered. Everything fits 80 columns."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING

from rich.console import Console

from hitcast.cli.publication import describe_dates, short_path
from hitcast.cli.tables import show_listing, show_text
from hitcast.core.listing import Listing
from hitcast.core.lock import describe
from hitcast.core.words import age, plural

if TYPE_CHECKING:
    from hitcast.demo.world import DemoSummary
    from hitcast.job.status import LoadedTable, Status
    from ml.drift import Drift
    from ml.drift.stability import Shift
    from ml.registry.store import Version
    from ml.tune import TuningResult

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
    # what reads deliveries takes half a second to import
    from hitcast.ingest.partial import count_recordings

    lacks = []
    if count := len(raw.lacking_days):
        days = plural(count, "en", "day", "days")
        lacks.append(f"{count:,} {days} missing or partial, {_spans(raw.lacking_days)}")
    if count := len(raw.partial_days):
        days = plural(count, "en", "day", "days")
        unknown = f"unknown for {count_recordings(raw.partial_days)}"
        lacks.append(f"{count:,} {days} {unknown}, {_spans([day.day for day in raw.partial_days])}")
    return f"{raw.table_name} since {raw.from_date}: {'; '.join(lacks) or 'no day missing'}"


def _spans(days: list[date]) -> str:
    """The first spans of days, and how many more there are."""
    spans: list[list[date]] = []
    for day in days:
        if spans and day - spans[-1][-1] == timedelta(days=1):
            spans[-1].append(day)
        else:
            spans.append([day])
    shown = spans[:SHOWN_SPANS]
    names = ", ".join(f"{span[0]}" if len(span) == 1 else f"{span[0]} to {span[-1]}" for span in shown)
    rest = len(days) - sum(map(len, shown))
    return names + (f" and {rest:,} more, which --json lists" if rest else "")


def describe_odd_days(raw: "LoadedTable") -> str:
    """The latest days of a raw table that are far from the usual, in a line."""
    count, latest = len(raw.odd_days), raw.odd_days[-SHOWN_SPANS:]
    names = ", ".join(map(str, latest))
    more = f" and {count - len(latest):,} before" if count > len(latest) else ""
    days = plural(count, "en", "day", "days")
    return f"{raw.table_name}: {count:,} {days} far from the usual, {names}{more}: see delivered_days"


def _listed(shifts: "tuple[Shift, ...]") -> str:
    return ", ".join(f"{shift.feature_name} {shift.index:.2f}" for shift in shifts[:SHOWN_SHIFTS])


def render_status(status: "Status") -> None:
    """Prints what is loaded through which day, which models stand and what is published, with ages."""
    console = Console()
    console.print(f"home  {short_path(status.root)}", soft_wrap=True)
    if status.held_by:
        console.print(f"held by {describe(status.held_by)}", soft_wrap=True, markup=False)
    _render_loaded(console, status.loaded)
    render_models(status.models)
    if status.drift is not None:
        for line in ("Drift", *describe_drift(status.drift)):
            show_text(console, line)
    if status.published:
        rows = [
            (ours.table_name, f"{ours.row_count:,}", str(ours.data_through_date), age(ours.published_at))
            for ours in status.published
        ]
        heads = ("table", "rows", "data through", "published")
        show_listing(console, Listing(heads, rows, "Published", boxed=True))
        if status.wrong_dates or status.moved_dates:
            show_text(console, describe_dates(status.wrong_dates, status.moved_dates))
        if status.lost_releases:
            show_text(
                console,
                f"Upcoming releases all of whose tracks are credited to earlier ones: {status.lost_releases:,}; "
                "release_date_checks names them",
            )
        if status.as_known:
            show_text(console, status.as_known)
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
    rows = [
        (
            raw.table_name,
            # what has no days of its own reaches through the day on which it came
            f"{raw.through_date}" if raw.has_days else f"delivered {raw.through_date}",
            f"{raw.day_count:,}",
            f"{raw.row_count:,}",
            age(raw.delivered_at),
        )
        for raw in tables
    ]
    heads = ("raw table", "through", "days", "rows", "last delivery")
    show_listing(console, Listing(heads, rows, "Loaded", boxed=True))
    for raw in tables:
        if raw.has_days:
            show_text(console, describe_days(raw))
        if raw.odd_days:
            show_text(console, describe_odd_days(raw))


def _render_states(status: "Status") -> None:
    """Prints the steps of a run, what each reads and writes, and whether it is fresh."""
    if status.states:
        rows = [
            (state.name, ", ".join(state.reads), ", ".join(state.writes), state.describe()) for state in status.states
        ]
        console = Console()
        heads, width = ("step", "reads", "writes", "state"), min(80, console.width)
        show_listing(console, Listing(heads, rows, "Steps of a run", boxed=True, box_width=width))


def render_models(versions: "Sequence[Version]") -> None:
    """Prints the registered versions, given newest first."""
    console = Console()
    if not versions:
        console.print("No model is trained yet: `hitcast run`, or `hitcast train`.")
        return
    rows = [
        (
            str(version.version),
            "yes" if version.is_champion else "",
            *(version.tags.get(tag, "") for tag in ("cutoff", "feature_set", "promotion")),
            age(version.created_at),
        )
        for version in versions
    ]
    heads = ("no.", "champion", "trained as of", "features", "promotion", "registered")
    show_listing(console, Listing(heads, rows, "Models", boxed=True))
    newest = versions[0]
    if not newest.is_champion and "promotion_reason" in newest.tags:
        show_text(console, f"version {newest.version}: {newest.tags['promotion_reason']}")
