"""Promotion: whether a candidate takes the title from the standing champion.

Both are judged on releases that neither was trained on: the candidate's recipe is fitted again at the champion's
cut-off, and both forecast what has matured since. What a candidate gains by later data alone is not judged: the same
recipe on more data is a refresh, and takes the title without a contest.
"""

import ast
import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pandas as pd

from hitcast.core.errors import HitcastError
from hitcast.core.settings import Settings
from ml.classes import class_minimums, predict_classes
from ml.data import FEATURE_SETS, Marts, is_open, modelling_frame, target_column
from ml.evaluation.bootstrap import difference_interval, release_weeks
from ml.registry.bundles import Bundle, load_bundle
from ml.registry.store import Version
from ml.splits import REFERENCE_DAY, training_rows
from ml.streams import predict_streams
from ml.studies import TunedParameters, open_storage, quiet_optuna, study_name

MIN_JUDGED_RELEASES = 50
COMPARED_DAYS = (0, 1, 3, REFERENCE_DAY, 14, 21)
"""As-of days at which two recipes have to forecast alike to count as one."""
LIBRARIES = ("catboost", "lightgbm", "numpy", "scikit-learn")

Refit = Callable[[date], Bundle]
"""The candidate's recipe, fitted at another cut-off."""


@dataclass(frozen=True)
class Decision:
    """Whether a candidate is promoted.

    Attributes:
        is_promoted: Whether it becomes the champion.
        verdict: `first`, `asked for`, `replaces`, `refresh`, `better`, `too few to tell`, `not better` or `older`.
        reason: Why, in a sentence with its figures.
        figures: What was measured, by name; empty where nothing was.
    """

    is_promoted: bool
    verdict: str
    reason: str
    figures: dict[str, float] = field(default_factory=dict)

    def tags(self) -> dict[str, str]:
        """The decision as tags of a registered version."""
        measured = {f"promotion_{name}": f"{value:.6g}" for name, value in self.figures.items()}
        return {"promotion": self.verdict, "promotion_reason": self.reason, **measured}


def recipe_fingerprint(marts: Marts, settings: Settings, tuned: TunedParameters) -> str:
    """Hash of everything but the data that decides a forecast.

    The SQL of the features and the variables that shape them, parameters, the feature catalog and sets, horizons,
    class cut-points, seed, threads, the modelling code without its comments and layout, and the libraries that fit.
    """
    folder = Path(__file__).parents[1]
    code = {
        file.relative_to(folder).as_posix(): ast.dump(ast.parse(file.read_text("utf-8")))
        for file in sorted(folder.rglob("*.py"))
    }
    message = {
        "feature_sql": dict(marts.origin.sql),
        "variables": dict(marts.origin.variables),
        "tuned": {"streams": dict(tuned.streams), "classes": dict(tuned.classes)},
        "models": dict(tuned.models),
        "catalog": marts.catalog[["feature_name", "feature_group", "feature_kind"]].to_numpy().tolist(),
        "feature_sets": {name: sorted(left_out) for name, left_out in FEATURE_SETS.items()},
        "classes": class_minimums(marts.classes),
        "settings": [sorted(settings.horizons), settings.class_horizon, settings.seed, settings.threads],
        "libraries": {name: version(name) for name in LIBRARIES},
        "code": code,
    }
    return hashlib.sha256(json.dumps(message, sort_keys=True).encode()).hexdigest()[:32]


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
    more = len(set(candidate.training_releases) - set(champion.training_releases))
    refresh = f"the same recipe as {named} on {more} more releases"
    if standing.tags.get("recipe") == recipe:
        return Decision(True, "refresh", refresh)

    challenger = candidate if candidate.cutoff == champion.cutoff else refit(champion.cutoff)
    frame = modelling_frame(marts, settings.horizons)
    if _same_forecasts(challenger, champion, frame[frame["as_of_day"].isin(COMPARED_DAYS)]):
        return Decision(True, "refresh", f"{refresh}, as far as its forecasts tell")
    frame = frame[frame["as_of_day"] == REFERENCE_DAY].reset_index(drop=True)
    rows = judged_rows(frame, champion, candidate.cutoff, settings)
    return _contest(challenger, champion, rows, named, class_minimums(marts.classes))


def _standing_bundle(standing: Version, marts: Marts, settings: Settings) -> tuple[Bundle | None, str]:
    """The champion, or what keeps it from forecasting what is asked for."""
    try:
        champion = load_bundle(standing.bundle)
    except HitcastError:
        return None, "can no longer be read"
    if changes := marts.origin.changes_since(standing.tags):
        # on today's features it would forecast from what it never learned
        return None, f"was trained on other features: {changes}"
    obstacle = _obstacle(champion, marts, settings)
    return (None, obstacle) if obstacle else (champion, "")


def _obstacle(champion: Bundle, marts: Marts, settings: Settings) -> str:
    """What keeps the champion from forecasting what is asked for; empty where nothing does."""
    if (champion.horizons, champion.class_horizon) != (tuple(sorted(settings.horizons)), settings.class_horizon):
        return f"forecasts other horizons, {list(champion.horizons)} and classes at {champion.class_horizon}"
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
    challenger: Bundle, champion: Bundle, rows: pd.DataFrame, named: str, minimums: tuple[float, float]
) -> Decision:
    """Better on streams or classes by more than chance, and worse on neither."""
    if len(rows) < MIN_JUDGED_RELEASES:
        reason = (
            f"another recipe than {named} and only {len(rows)} releases have matured since to compare them on, "
            f"{MIN_JUDGED_RELEASES} are needed"
        )
        return Decision(False, "too few to tell", reason, {"releases": float(len(rows))})
    weeks = release_weeks(rows["release_date"])
    figures: dict[str, float] = {"releases": float(len(rows))}
    ends = []
    both = (challenger, champion)
    losses = {
        "streams": [stream_loss(bundle, rows) for bundle in both],
        "classes": [class_loss(bundle, rows, minimums) for bundle in both],
    }
    for task, (challenger_losses, champion_losses) in losses.items():
        low, high = difference_interval(challenger_losses, champion_losses, weeks)
        ends.append((low, high))
        figures |= {
            f"{task}_candidate": float(challenger_losses.mean()),
            f"{task}_champion": float(champion_losses.mean()),
        }
        figures |= {f"{task}_lower_95": low, f"{task}_upper_95": high}
    better, worse = any(high < 0 for _, high in ends), any(low > 0 for low, _ in ends)
    message = (
        f"on {len(rows)} releases matured since: squared log error {figures['streams_candidate']:.4f} against "
        f"{figures['streams_champion']:.4f}, difference [{ends[0][0]:+.4f}, {ends[0][1]:+.4f}]; Brier "
        f"{figures['classes_candidate']:.4f} against {figures['classes_champion']:.4f}, difference "
        f"[{ends[1][0]:+.4f}, {ends[1][1]:+.4f}]"
    )
    if better and not worse:
        return Decision(True, "better", f"another recipe that beats {named} {message}", figures)
    return Decision(False, "not better", f"another recipe that does not beat {named} {message}", figures)


def stream_loss(bundle: Bundle, rows: pd.DataFrame) -> np.ndarray:
    """Squared log error of each row, the mean over the horizons, with the bundle's own feature set."""
    forecasts = predict_streams(bundle.streams[bundle.feature_set], rows)
    losses = [
        (np.log1p(forecast["predicted_streams"].to_numpy()) - np.log1p(rows[target_column(horizon)].to_numpy())) ** 2
        for horizon, forecast in forecasts.items()
        if len(forecast)
    ]
    return np.asarray(np.mean(losses, axis=0))


def class_loss(bundle: Bundle, rows: pd.DataFrame, minimums: tuple[float, float]) -> np.ndarray:
    """Brier score of each row over the three classes. Source: Brier 1950."""
    probabilities = predict_classes(bundle.classes[bundle.feature_set], rows, bundle.feature_set).to_numpy()
    place = np.searchsorted(np.asarray(minimums), rows[target_column(bundle.class_horizon)], side="right")
    return np.asarray(np.sum((probabilities - np.eye(3)[place]) ** 2, axis=1))


def _same_forecasts(one: Bundle, other: Bundle, frame: pd.DataFrame) -> bool:
    """Whether two bundles forecast alike: a changed comment or a faster loop makes no other recipe."""

    def forecasts(bundle: Bundle) -> np.ndarray:
        streams = predict_streams(bundle.streams[bundle.feature_set], frame)
        logs = [np.log1p(forecast["predicted_streams"].to_numpy()) for forecast in streams.values()]
        undecided = frame[is_open(frame, bundle.class_horizon)]
        chances = predict_classes(bundle.classes[bundle.feature_set], undecided, bundle.feature_set)
        return np.concatenate([*logs, chances.to_numpy().ravel()])

    return one.feature_set == other.feature_set and bool(
        np.allclose(forecasts(one), forecasts(other), rtol=0, atol=1e-9)
    )
