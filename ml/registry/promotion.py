"""Promotion: whether a candidate takes the title from the standing champion.

Another recipe is judged on releases that neither was trained on: it is fitted again at the champion's cut-off, and both
forecast what has matured since. The same recipe on more data is a refresh: it takes the title unless more data make it
worse.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import date

import numpy as np
import pandas as pd

from hitcast.core.errors import HitcastError
from hitcast.core.settings import Settings
from ml.classes import class_minimums
from ml.data import FEATURE_SETS, Marts, modelling_frame, target_column
from ml.evaluation.bootstrap import release_weeks
from ml.outlook import forecast_outlook
from ml.registry import store
from ml.registry.bundles import Bundle, load_bundle
from ml.registry.contest import MARGINS, MIN_LOSS, TaskResult, enough_to_tell, is_won, judge_task
from ml.registry.looks import Contest, next_look
from ml.registry.recipes import COMPARED_DAYS, same_forecasts
from ml.registry.store import Version
from ml.registry.usable import find_obstacle
from ml.splits import REFERENCE_DAY, is_whole, training_rows
from ml.studies import open_storage, quiet_optuna, study_name

MIN_REHEARSED = 25
"""Releases below which a refresh is not judged."""
NORMAL_95 = 1.645

Refit = Callable[[date, Collection[str]], Bundle]
"""The candidate's recipe, fitted at another cut-off for some feature sets."""


@dataclass(frozen=True)
class Decision:
    """Whether a candidate is promoted.

    Attributes:
        is_promoted: Whether it becomes the champion.
        verdict: `first`, `asked for`, `replaces`, `refresh`, `worse refresh`, `better`, `too few to tell`, `not better`
            or `older`.
        reason: Why, in a sentence with its figures.
        figures: What was measured, by name; empty where nothing was.
        look: The contest that it was a look of; None where there was none.
    """

    is_promoted: bool
    verdict: str
    reason: str
    figures: dict[str, float] = field(default_factory=dict)
    look: Contest | None = None

    def tags(self) -> dict[str, str]:
        """The decision as tags of a registered version."""
        measured = {f"promotion_{name}": f"{value:.6g}" for name, value in self.figures.items()}
        return {"promotion": self.verdict, "promotion_reason": self.reason, **measured}


def decide(
    candidate: Bundle, recipe: str, standing: Version | None, marts: Marts, settings: Settings, refit: Refit
) -> Decision:
    """Judge a candidate against the standing champion.

    Args:
        candidate: As it would be registered.
        recipe: Its fingerprint.
        standing: The champion; None where there is none.
        marts: The marts.
        settings: Horizons, and where the studies lie.
        refit: Called only where another recipe has to be compared.
    """
    if standing is None:
        return Decision(True, "first", "there was no champion")
    champion, obstacle = _standing_bundle(standing, marts, settings)
    if champion is None:
        return Decision(True, "replaces", f"version {standing.version} {obstacle}")
    named = f"version {standing.version}, trained on {champion.cutoff},"
    if candidate.cutoff < champion.cutoff:
        return Decision(False, "older", f"{named} has seen later data; ask for it with --promote")
    if standing.tags.get("recipe") == recipe:
        return _refresh(candidate, champion, named, marts, settings, refit)
    return _challenge(candidate, recipe, champion, standing.version, named, marts, settings, refit)


def _challenge(
    candidate: Bundle,
    recipe: str,
    champion: Bundle,
    version: int,
    named: str,
    marts: Marts,
    settings: Settings,
    refit: Refit,
) -> Decision:
    """Judge another fingerprint than the champion's: a refresh where it forecasts alike, else by a contest."""
    challenger = candidate if candidate.cutoff == champion.cutoff else refit(champion.cutoff, tuple(FEATURE_SETS))
    frame = modelling_frame(marts, settings.horizons)
    if same_forecasts(challenger, champion, frame[frame["as_of_day"].isin(COMPARED_DAYS)]):
        return _refresh(candidate, champion, named, marts, settings, refit, ", as far as its forecasts tell")
    frame = frame[frame["as_of_day"] == REFERENCE_DAY].reset_index(drop=True)
    rows = judged_rows(frame, champion, candidate.cutoff, settings)
    if missing := enough_to_tell(rows["release_date"]):
        reason = f"another recipe than {named} and {missing}"
        return Decision(False, "too few to tell", reason, {"releases": float(len(rows))})
    look = next_look(store.list_models(settings), recipe, version, candidate.cutoff)
    return _contest(challenger, champion, rows, named, class_minimums(marts.classes), look)


def _standing_bundle(standing: Version, marts: Marts, settings: Settings) -> tuple[Bundle | None, str]:
    """The champion, or what keeps it from forecasting what is asked for."""
    try:
        champion = load_bundle(standing.bundle)
    except HitcastError:
        return None, "can no longer be read"
    obstacle = find_obstacle(standing, champion, settings, marts.origin, marts.data_through)
    obstacle = obstacle or _obstacle(champion, marts)
    return (None, obstacle) if obstacle else (champion, "")


def _obstacle(champion: Bundle, marts: Marts) -> str:
    """Classes and features of the champion that the marts no longer hold; empty where they hold all."""
    champion_losses = champion.classes[champion.feature_set].minimums
    if champion_losses != class_minimums(marts.classes):
        return f"cuts the classes at {list(champion_losses)} streams"
    known = set(marts.features.columns)
    absent = {name for model in champion.streams.values() for name in model.columns.all} - known
    return f"needs features that are gone: {', '.join(sorted(absent))}" if absent else ""


def judged_rows(frame: pd.DataFrame, champion: Bundle, until: date, settings: Settings) -> pd.DataFrame:
    """Rows of releases whose windows ended after all that champion or candidate could learn from, and by `until`.

    Parameters found by a search have seen what had matured by its day, so the later of that day and the champion's
    cut-off is the start.

    Args:
        frame: Modelling frame at one as-of day.
        champion: The standing champion.
        until: Cut-off of the candidate.
        settings: Horizons, and where the studies lie.
    """
    start = max(champion.cutoff, searched_until(settings, until) or champion.cutoff)
    known = training_rows(frame, until, settings.horizons) & ~training_rows(frame, start, settings.horizons)
    known &= is_whole(frame, settings.horizons)
    return frame[known & ~frame["release_id"].isin(champion.training_releases)].reset_index(drop=True)


def searched_until(settings: Settings, cutoff: date) -> date | None:
    """Day of the latest search whose parameters could be used at a cut-off; None without one."""
    if not settings.optuna_file.exists():
        return None
    names = quiet_optuna().get_all_study_names(open_storage(settings))
    prefixes = [study_name(task, settings) for task in ("streams", "classes")]
    days = [
        date.fromisoformat(name.removeprefix(prefix))
        for name in names
        for prefix in prefixes
        if name.startswith(prefix)
    ]
    return max((day for day in days if day <= cutoff), default=None)


def _contest(
    challenger: Bundle, champion: Bundle, rows: pd.DataFrame, named: str, minimums: tuple[float, float], look: Contest
) -> Decision:
    """Better on streams or classes by a test that holds over all looks, and not worse on the other by the margin."""
    both = (challenger, champion)
    losses = {
        "streams": [stream_loss(bundle, rows) for bundle in both],
        "classes": [class_loss(bundle, rows, minimums) for bundle in both],
    }
    results = {
        task: judge_task(task, np.column_stack(found), rows["release_date"], look.number)
        for task, found in losses.items()
    }
    streams, classes = results["streams"], results["classes"]
    figures = _figures(results, rows) | {"look": float(look.looks), "contest": float(look.number)}
    message = (
        f"on {len(rows)} releases matured since, of {figures['weeks']:.0f} weeks: squared log error "
        f"{streams.candidate_loss:.4f} against {streams.champion_loss:.4f}, Brier {classes.candidate_loss:.4f} against "
        f"{classes.champion_loss:.4f} (look {look.looks} of contest {look.number} this year)"
    )
    wins = [task for task, result in results.items() if result.is_better]
    worse = [task for task, result in results.items() if not result.is_not_worse]
    if is_won(results):
        reason = f"another recipe that beats {named} on {' and '.join(wins)} {message}"
        return Decision(True, "better", reason, figures, look)
    if wins:
        message += f"; {worse[0]} may be worse by more than {MARGINS[worse[0]]:.0%}"
    return Decision(False, "not better", f"another recipe that does not beat {named} {message}", figures, look)


def _figures(results: dict[str, TaskResult], rows: pd.DataFrame) -> dict[str, float]:
    figures = {"releases": float(len(rows)), "weeks": float(len(np.unique(release_weeks(rows["release_date"]))))}
    for task, result in results.items():
        figures |= {
            f"{task}_candidate": result.candidate_loss,
            f"{task}_champion": result.champion_loss,
            f"{task}_lower": result.lower,
            f"{task}_upper": result.upper,
            f"{task}_margin_upper": result.margin_upper,
        }
    return figures


def _refresh(
    candidate: Bundle, champion: Bundle, named: str, marts: Marts, settings: Settings, refit: Refit, note: str = ""
) -> Decision:
    """The same recipe on more data takes the title unless a rehearsal shows it to be worse by more than the margin.

    The candidate was trained on all that has matured. So its recipe is fitted as of the day that halves the champion's
    news, and both forecast the later half.
    """
    news = set(candidate.training_releases) - set(champion.training_releases)
    reason = f"the same recipe as {named} on {len(news)} more releases{note}"
    frame = modelling_frame(marts, settings.horizons)
    frame = frame[(frame["as_of_day"] == REFERENCE_DAY) & frame["release_id"].isin(news)]
    middle = frame["release_date"].sort_values().iloc[len(frame) // 2 : len(frame) // 2 + 1].max()
    rows = frame[frame["release_date"] > middle].reset_index(drop=True)
    if len(rows) < MIN_REHEARSED:
        return Decision(True, "refresh", reason)
    rehearsal = refit((middle + pd.Timedelta(days=max(settings.horizons))).date(), (candidate.feature_set,))
    minimums = class_minimums(marts.classes)
    both = (rehearsal, champion)
    losses = {
        "streams": [stream_loss(bundle, rows) for bundle in both],
        "classes": [class_loss(bundle, rows, minimums) for bundle in both],
    }
    figures = {"releases": float(len(rows))}
    for task, (ours, champions) in losses.items():
        figures |= {f"{task}_candidate": float(ours.mean()), f"{task}_champion": float(champions.mean())}
    worse = [task for task, found in losses.items() if _is_shown_worse(task, *found)]
    if not worse:
        return Decision(True, "refresh", reason, figures)
    task = worse[0]
    reason += (
        f", and it grows worse by more than {MARGINS[task]:.0%}: fitted as of {rehearsal.cutoff}, its loss of {task} "
        f"on {len(rows)} later releases is {figures[f'{task}_candidate']:.4f} against "
        f"{figures[f'{task}_champion']:.4f}. See what was delivered lately; --promote overrules this"
    )
    return Decision(False, "worse refresh", reason, figures)


def _is_shown_worse(task: str, ours: np.ndarray, champions: np.ndarray) -> bool:
    """Whether a mean loss is above another by more than the margin, with a one-sided 95 % interval."""
    allowed = max(float(champions.mean()), MIN_LOSS[task]) * MARGINS[task]
    excess = ours - champions
    return bool(excess.mean() - NORMAL_95 * excess.std(ddof=1) / np.sqrt(len(excess)) > allowed)


def stream_loss(bundle: Bundle, rows: pd.DataFrame) -> np.ndarray:
    """Squared log error of each row, the mean over the horizons, with the bundle's own feature set."""
    forecasts = forecast_outlook(bundle.outlook_model(), rows).forecasts
    losses = [
        (np.log1p(forecast["predicted_streams"].to_numpy()) - np.log1p(rows[target_column(horizon)].to_numpy())) ** 2
        for horizon, forecast in forecasts.items()
        if len(forecast)
    ]
    return np.asarray(np.mean(losses, axis=0))


def class_loss(bundle: Bundle, rows: pd.DataFrame, minimums: tuple[float, float]) -> np.ndarray:
    """Brier score of each row over the three classes, as served. Source: Brier 1950."""
    probabilities = forecast_outlook(bundle.outlook_model(), rows).chances.to_numpy()
    place = np.searchsorted(np.asarray(minimums), rows[target_column(bundle.class_horizon)], side="right")
    return np.asarray(np.sum((probabilities - np.eye(3)[place]) ** 2, axis=1))
