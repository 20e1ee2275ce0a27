"""Does a feature help: this project's models with and without it, or today's recipe beside the champion's.

Both variants are fitted on the same rows at the same early origins, with the same seed. The verdict rests on one test
of the reference task, so that a table with many cells does not find a difference by chance.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from rich.console import Group
from rich.table import Table
from rich.text import Text

from hitcast.core.settings import Settings
from ml.classes import class_minimums, fit_classes, predict_classes
from ml.data import Columns, Marts, feature_columns, modelling_frame, target_column
from ml.estimators.log_linear import AS_OF_TOTALS
from ml.estimators.shape_law import LAW_COLUMNS
from ml.evaluation.bootstrap import difference_interval, paired_interval, release_weeks
from ml.evaluation.compare import read_origins
from ml.evaluation.feature_questions import Question, Variant, question_against, question_without
from ml.registry import tracking
from ml.registry.standing import load_standing
from ml.splits import REFERENCE_DAY, Fold, rows_to_test, training_rows
from ml.streams import fit_streams, predict_streams
from ml.studies import TunedParameters, tuned_parameters

BRIER = "brier"
AS_OF_DAYS = (1, 3, REFERENCE_DAY)
"""As-of days that both variants are compared at."""
MARGIN = 0.01
"""Share of the RMSLE below which a change is no finding: another seed, or a column of noise, moves it as far."""


@dataclass(frozen=True)
class FeatureEffect:
    """What a comparison found.

    Attributes:
        run_id: MLflow run.
        question: What was asked.
        origins: Which origins it rests on, in words.
        figures: One row per as-of day and horizon, then one per as-of day for the classes: `first` and `second` (RMSLE,
            or Brier score), `change` with its 95 % interval: a share for RMSLE, a difference for the Brier score.
        outcome: `worse`, `better` or `no difference`.
        verdict: The same in a sentence, with its figures.
    """

    run_id: str
    question: Question
    origins: str
    figures: pd.DataFrame
    outcome: str
    verdict: str

    def render(self) -> Group:
        """The table and the verdict, within 80 columns."""
        first, second = self.question.first.name, self.question.second.name
        title = f"{self.origins}, {self.question.feature_set}"
        table = Table(title=title, title_justify="left", width=80, pad_edge=False)
        for heading in ("day", "forecast", first, second):
            table.add_column(heading, justify="left" if heading == "forecast" else "right", overflow="fold")
        table.add_column("change, 95 %", justify="right", no_wrap=True)
        for row in self.figures.to_dict("records"):
            is_share = row["metric"] != BRIER
            scale, unit = (100, ".1f") if is_share else (1, ".4f")
            ends = [format(scale * row[name], f"+{unit}") for name in ("change", "lower_95", "upper_95")]
            kind = f"RMSLE, {row['horizon_days']} days" if is_share else f"Brier, {row['horizon_days']} days"
            change = f"{ends[0]}{' %' if is_share else ''} [{ends[1]}, {ends[2]}]"
            table.add_row(str(row["as_of_day"]), kind, f"{row['first']:.4f}", f"{row['second']:.4f}", change)
        return Group(table, Text(self.verdict, style="bold"))


def feature_effect(
    settings: Settings,
    without: Sequence[str] = (),
    all_origins: bool = False,
    note: str = "",
    progress: Callable[[str], None] = print,
) -> FeatureEffect:
    """Compare the models with and without features, or, where none is named, today's recipe with the champion's.

    Args:
        settings: Places and choices.
        without: Features, or groups of them, to leave out.
        all_origins: Use the last origins too, which otherwise stay untouched.
        note: Kept with the run in MLflow.
        progress: Takes a line as each fit begins.

    Raises:
        HitcastError: A feature is unknown or forecasts do not use it, there is no champion, its recipe is today's,
            marts are missing, or history is too short.
    """
    progress("Reading the marts")
    origins = read_origins(settings, all_origins)
    marts, frame = origins.marts, modelling_frame(origins.marts, settings.horizons)
    champion = load_standing(settings)
    question = (
        question_without(without, marts, frame, champion)
        if without
        else question_against(champion, marts, frame, settings)
    )
    losses = measure(question, marts, frame, origins.folds, settings, progress)
    figures = judge(losses, settings)
    outcome, verdict = decide(question, losses, settings)
    client = tracking.open_client(settings)
    with tracking.record_run(client, settings, "compare", note) as run_id:
        parameters = {
            "origins": origins.description,
            "feature_set": question.feature_set,
            "first": question.first.name,
            "second": question.second.name,
            "outcome": outcome,
        }
        metrics = {
            f"{name}/{row['metric']}/day_{row['as_of_day']}/{row['horizon_days']}": float(row[name])
            for row in figures.to_dict("records")
            for name in ("first", "second", "change", "lower_95", "upper_95")
        }
        tracking.log_figures(client, run_id, parameters, metrics)
    where = origins.description.replace(f", forecasts at day {REFERENCE_DAY}", "")
    return FeatureEffect(run_id, question, where, figures, outcome, verdict)


def measure(
    question: Question,
    marts: Marts,
    frame: pd.DataFrame,
    folds: Sequence[Fold],
    settings: Settings,
    progress: Callable[[str], None],
) -> pd.DataFrame:
    """Losses of both variants on every test row.

    Returns:
        One row per origin, release and as-of day, with `<side>_<horizon>`, squared errors of log(1 + total), and
        `<side>_brier`, for the sides `first` and `second`.
    """
    found = []
    for fold in folds:
        training = frame[training_rows(frame, fold.origin, settings.horizons)].reset_index(drop=True)
        testing = frame[rows_to_test(frame, fold, settings.horizons) & frame["as_of_day"].isin(AS_OF_DAYS)]
        testing = testing.reset_index(drop=True)
        losses = testing[["release_id", "release_date", "as_of_day"]]
        for side, variant in (("first", question.first), ("second", question.second)):
            progress(f"Origin {fold.origin}, {variant.name}: {training['release_id'].nunique()} releases to train on")
            tuned = variant.parameters or tuned_parameters(settings, fold.origin)
            measured = variant_losses(variant, question.feature_set, training, testing, marts, settings, tuned)
            losses = losses.assign(**{f"{side}_{name}": values for name, values in measured.items()})
        found.append(losses)
    return pd.concat(found, ignore_index=True)


def variant_losses(
    variant: Variant,
    feature_set: str,
    training: pd.DataFrame,
    testing: pd.DataFrame,
    marts: Marts,
    settings: Settings,
    tuned: TunedParameters,
) -> dict[str, np.ndarray]:
    """Losses of one variant at one origin: by horizon, and `brier`."""
    columns = kept_columns(feature_columns(marts.catalog, feature_set, training), variant.removed)
    if AS_OF_TOTALS[feature_set] in variant.removed:
        # without VK there is no streams-so-far either: the law starts from TikTok
        feature_set = "tiktok"
    # a law reads its counts by itself, not as some of the columns
    unknown = {name: np.nan for name in LAW_COLUMNS if name in variant.removed}
    training, testing = training.assign(**unknown), testing.assign(**unknown)
    streams = fit_streams(training, feature_set, columns, settings, tuned.streams)
    losses = {
        str(horizon): np.asarray(
            (np.log1p(forecast["predicted_streams"]).reindex(testing.index) - np.log1p(testing[target_column(horizon)]))
            ** 2,
            dtype=float,
        )
        for horizon, forecast in predict_streams(streams, testing).items()
    }
    minimums = class_minimums(marts.classes)
    classes = fit_classes(training, feature_set, columns, minimums, settings, tuned.classes, streams=streams)
    place = np.searchsorted(np.asarray(minimums), testing[target_column(settings.class_horizon)], side="right")
    probabilities = predict_classes(classes, testing, feature_set).to_numpy()
    return losses | {BRIER: np.sum((probabilities - np.eye(3)[place]) ** 2, axis=1)}


def kept_columns(columns: Columns, removed: frozenset[str]) -> Columns:
    """Columns but those that are removed."""
    return Columns(
        tuple(name for name in columns.numeric if name not in removed),
        tuple(name for name in columns.categorical if name not in removed),
    )


def judge(losses: pd.DataFrame, settings: Settings) -> pd.DataFrame:
    """The figures of `FeatureEffect`, from losses as `measure` gives them."""
    found: list[dict[str, Any]] = []
    for day, rows in losses.groupby("as_of_day"):
        weeks = release_weeks(rows["release_date"])
        for horizon in sorted(settings.horizons):
            squares = rows[[f"second_{horizon}", f"first_{horizon}"]].to_numpy()
            second, first = np.sqrt(squares.mean(axis=0))
            ends = paired_interval(squares, weeks, _share)
            found.append(_figure("rmsle", day, horizon, first, second, float(second / first - 1), ends, len(rows)))
        second, first = (rows[f"{side}_{BRIER}"].to_numpy() for side in ("second", "first"))
        ends = difference_interval(second, first, weeks)
        means = float(first.mean()), float(second.mean())
        found.append(_figure(BRIER, day, settings.class_horizon, *means, means[1] - means[0], ends, len(rows)))
    return pd.DataFrame(found)


def _figure(
    metric: str,
    day: Any,
    horizon: int,
    first: float,
    second: float,
    change: float,
    ends: tuple[float, float],
    rows: int,
) -> dict[str, Any]:
    return {
        "metric": metric,
        "as_of_day": int(day),
        "horizon_days": horizon,
        "first": float(first),
        "second": float(second),
        "change": change,
        "lower_95": ends[0],
        "upper_95": ends[1],
        "release_count": rows,
    }


def _share(sums: np.ndarray) -> np.ndarray:
    """Share by which the RMSLE of the second is above that of the first, the geometric mean over the horizons."""
    ratios = sums[:, 0::2] / sums[:, 1::2]
    return np.asarray(np.exp(0.5 * np.log(ratios).mean(axis=1)) - 1)


def decide(question: Question, losses: pd.DataFrame, settings: Settings) -> tuple[str, str]:
    """The verdict: one paired test at the reference day, over all horizons with equal weight.

    The interval knows of the releases that were drawn, not of the luck of a fit; the margin allows for that.

    Returns:
        `worse`, `better` or `no difference`, and the sentence that says so.
    """
    rows = losses[losses["as_of_day"] == REFERENCE_DAY]
    columns = [f"{side}_{horizon}" for horizon in sorted(settings.horizons) for side in ("second", "first")]
    squares = rows[columns].to_numpy()
    change = float(_share(squares.sum(axis=0)[None, :])[0])
    low, high = paired_interval(squares, release_weeks(rows["release_date"]), _share)
    outcome = "worse" if low > MARGIN else "better" if high < -MARGIN else "no difference"
    horizons = " and ".join(map(str, sorted(settings.horizons)))
    return outcome, (
        f"{question.sentences[outcome]}: RMSLE at day {REFERENCE_DAY} over {horizons} days {100 * change:+.1f} % "
        f"[{100 * low:+.1f}, {100 * high:+.1f}] on {len(rows)} releases."
    )
