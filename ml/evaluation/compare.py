"""Compare: the zoo on the same origins, rows and features, each model beside this project's own."""

import time
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from rich.console import Group
from rich.table import Table
from rich.text import Text

from hitcast.core.settings import Settings
from ml.classes import class_minimums
from ml.data import FEATURE_SETS, Marts, feature_columns, modelling_frame, read_marts, target_column
from ml.estimators import zoo
from ml.evaluation.bootstrap import difference_interval, release_weeks, skill_interval
from ml.evaluation.metrics import expected_cost, rmsle, skill
from ml.evaluation.ranking import average_precision
from ml.registry import tracking
from ml.splits import REFERENCE_DAY, Fold, plan_folds, rows_to_test, training_rows, untouched_count
from ml.studies import tuned_parameters

TASKS = ("streams", "classes")
HEADINGS = {
    "streams": ("RMSLE", "skill, 95 %", "ours less, 95 %", "fit s"),
    "classes": ("AP top", "Brier", "cost", "ours - it, 95 %", "fit s"),
}
LEGENDS = {
    "streams": "skill: 1 - RMSLE / RMSLE of log_linear. ours less: 1 - RMSLE of {own} / RMSLE of the row's model.",
    "classes": "ours - it: mean Brier of {own} less that of the row's model; below 0 ours is better.",
}


@dataclass(frozen=True)
class Origins:
    """What models are compared on.

    Attributes:
        marts: The marts.
        frame: Modelling frame at the reference as-of day.
        folds: Origins in order of time.
        description: Which they are, in words.
    """

    marts: Marts
    frame: pd.DataFrame
    folds: tuple[Fold, ...]
    description: str

    def parts(self, fold: Fold, settings: Settings) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Training and test rows of an origin."""
        training = self.frame[training_rows(self.frame, fold.origin, settings.horizons)]
        testing = self.frame[rows_to_test(self.frame, fold, settings.horizons)]
        return training.reset_index(drop=True), testing.reset_index(drop=True)

    def given(self, fold: Fold, feature_set: str, training: pd.DataFrame, settings: Settings) -> zoo.ModelInputs:
        """What a model of the zoo is given at an origin."""
        columns = feature_columns(self.marts.catalog, feature_set, training)
        minimums = class_minimums(self.marts.classes)
        return zoo.ModelInputs(feature_set, columns, minimums, settings, tuned_parameters(settings, fold.origin))


@dataclass(frozen=True)
class ComparisonResult:
    """What a comparison found.

    Attributes:
        run_id: MLflow run.
        description: Which origins it rests on.
        figures: One row per task, feature set, horizon and model.
    """

    run_id: str
    description: str
    figures: pd.DataFrame

    def render(self) -> Group:
        """A table for each task, within 80 columns."""
        return Group(
            *(_table(str(task), rows, self.description) for task, rows in self.figures.groupby("task", sort=False))
        )


def read_origins(settings: Settings, all_origins: bool) -> Origins:
    """The early origins, or all of them.

    Whoever chooses a model by what is seen here has looked at its tests: the last origins stay untouched unless asked
    for.

    Raises:
        HitcastError: Marts are missing, or history is too short.
    """
    marts = read_marts(settings)
    frame = modelling_frame(marts, settings.horizons)
    folds = plan_folds(frame, settings.horizons, marts.data_through).folds
    kept_back = 0 if all_origins or len(folds) == 1 else untouched_count(len(folds))
    used = folds[: len(folds) - kept_back]
    message = f"{len(used)} origins, {used[0].origin} to {used[-1].origin}, forecasts at day {REFERENCE_DAY}"
    message += f"; the last {kept_back} untouched" if kept_back else "; all of them, none is left untouched"
    return Origins(marts, frame[frame["as_of_day"] == REFERENCE_DAY].reset_index(drop=True), used, message)


def compare(
    settings: Settings,
    tasks: tuple[str, ...] = TASKS,
    all_origins: bool = False,
    progress: Callable[[str], None] = print,
    note: str = "",
) -> ComparisonResult:
    """Fit every model of the zoo at every origin, on rows of the reference as-of day alone.

    Args:
        settings: Places and choices.
        tasks: Of `TASKS`.
        all_origins: Include the untouched ones.
        progress: Takes a line for each origin and feature set.
        note: Kept with the run in MLflow.

    Raises:
        HitcastError: Marts are missing, or history is too short.
    """
    progress("Reading the marts")
    origins = read_origins(settings, all_origins)
    forecasts: dict[str, list[pd.DataFrame]] = {task: [] for task in tasks}
    for fold in origins.folds:
        training, testing = origins.parts(fold, settings)
        for feature_set in FEATURE_SETS:
            progress(f"Origin {fold.origin}, feature set {feature_set}: {len(training)} to train on")
            given = origins.given(fold, feature_set, training, settings)
            if "streams" in tasks:
                forecasts["streams"] += _stream_forecasts(training, testing, given)
            if "classes" in tasks:
                forecasts["classes"] += _class_forecasts(training, testing, given)
    client = tracking.open_client(settings)
    with tracking.record_run(client, settings, "compare", note) as run_id:
        judge = {"streams": _judge_streams, "classes": _judge_classes}
        figures = pd.concat([judge[task](pd.concat(found), settings) for task, found in forecasts.items()])
        _log(client, run_id, figures, origins.description)
    return ComparisonResult(run_id, origins.description, figures.reset_index(drop=True))


def _stream_forecasts(training: pd.DataFrame, testing: pd.DataFrame, given: zoo.ModelInputs) -> list[pd.DataFrame]:
    found = []
    for name in zoo.STREAMS:
        begun = time.perf_counter()
        predict = zoo.streams_by(name, training, given)
        seconds = time.perf_counter() - begun
        for horizon, predicted in predict(testing).items():
            found.append(
                testing[["release_id", "release_date"]].assign(
                    feature_set=given.feature_set,
                    horizon_days=horizon,
                    model_name=name,
                    actual=testing[target_column(horizon)],
                    predicted=predicted,
                    seconds=seconds,
                )
            )
    return found


def _class_forecasts(training: pd.DataFrame, testing: pd.DataFrame, given: zoo.ModelInputs) -> list[pd.DataFrame]:
    found = []
    horizon = given.settings.class_horizon
    place = np.searchsorted(np.asarray(given.minimums), testing[target_column(horizon)], side="right")
    for name in zoo.CLASSES:
        begun = time.perf_counter()
        predict = zoo.classes_by(name, training, given)
        seconds = time.perf_counter() - begun
        probabilities = predict(testing)
        found.append(
            testing[["release_id", "release_date"]].assign(
                feature_set=given.feature_set,
                horizon_days=horizon,
                model_name=name,
                is_top=place == 2,
                probability_high=probabilities[:, 2],
                brier=np.sum((probabilities - np.eye(3)[place]) ** 2, axis=1),
                seconds=seconds,
            )
        )
    return found


def _judge_streams(forecasts: pd.DataFrame, settings: Settings) -> pd.DataFrame:
    found = []
    for key, rows in forecasts.groupby(["feature_set", "horizon_days"], sort=False):
        by_model = {str(name): model_rows for name, model_rows in rows.groupby("model_name", sort=False)}
        own, line = (by_model[name]["predicted"].to_numpy() for name in (zoo.OWN["streams"], "log_linear"))
        for name, model_rows in by_model.items():
            actual, predicted = model_rows["actual"].to_numpy(dtype=float), model_rows["predicted"].to_numpy()
            weeks = release_weeks(model_rows["release_date"])
            found.append(
                _row("streams", key, name, model_rows)
                | {"rmsle": rmsle(actual, predicted), "skill": skill(actual, predicted, line)}
                | _ends("skill", skill_interval(actual, predicted, line, weeks))
                | {"own_less": skill(actual, own, predicted)}
                | _ends("own_less", skill_interval(actual, own, predicted, weeks))
            )
    return pd.DataFrame(found)


def _judge_classes(forecasts: pd.DataFrame, settings: Settings) -> pd.DataFrame:
    costs = (settings.false_positive_cost, settings.false_negative_cost)
    found = []
    for key, rows in forecasts.groupby(["feature_set", "horizon_days"], sort=False):
        by_model = {str(name): model_rows for name, model_rows in rows.groupby("model_name", sort=False)}
        own = by_model[zoo.OWN["classes"]]["brier"].to_numpy()
        for name, model_rows in by_model.items():
            top, probability = model_rows["is_top"].to_numpy(), model_rows["probability_high"].to_numpy()
            brier = model_rows["brier"].to_numpy()
            found.append(
                _row("classes", key, name, model_rows)
                | {"average_precision_top": average_precision(top, probability), "brier": float(brier.mean())}
                | {"expected_cost": expected_cost(top, probability, *costs), "own_less": float(np.mean(own - brier))}
                | _ends("own_less", difference_interval(own, brier, release_weeks(model_rows["release_date"])))
            )
    return pd.DataFrame(found)


def _row(task: str, key: Any, name: str, rows: pd.DataFrame) -> dict[str, Any]:
    return {
        "task": task,
        "feature_set": key[0],
        "horizon_days": key[1],
        "model_name": name,
        "release_count": len(rows),
        "seconds": float(rows["seconds"].unique().mean()),
    }


def _ends(name: str, interval: tuple[float, float]) -> dict[str, float]:
    return {f"{name}_lower_95": interval[0], f"{name}_upper_95": interval[1]}


def _log(client: Any, run_id: str, figures: pd.DataFrame, message: str) -> None:
    keys = ["task", "feature_set", "horizon_days", "model_name", "release_count"]
    metrics = {
        "/".join([name, *(str(row[key]) for key in keys[:-1])]): float(row[name])
        for row in figures.to_dict("records")
        for name in figures.columns.difference(keys)
    }
    tracking.log_figures(client, run_id, {"origins": message}, metrics)


def _table(task: str, figures: pd.DataFrame, message: str) -> Group:
    own = zoo.OWN[task]
    table = Table(title=f"{task.capitalize()}: {message}", title_justify="left", width=80, pad_edge=False)
    table.add_column("model")
    for heading in HEADINGS[task]:
        table.add_column(heading, justify="right", no_wrap=True)
    for (feature_set, horizon), rows in figures.groupby(["feature_set", "horizon_days"], sort=False):
        table.add_row(Text(f"{horizon} d, {feature_set}", style="bold"))
        for row in rows.to_dict("records"):
            mine = row["model_name"] == own
            table.add_row(f"{row['model_name']} (ours)" if mine else str(row["model_name"]), *_cells(task, row, mine))
        table.add_section()
    return Group(table, Text(LEGENDS[task].format(own=own)))


def _cells(task: str, row: Mapping[Hashable, Any], mine: bool) -> list[str]:
    seconds = f"{row['seconds']:.1f}"
    if task == "streams":
        less = "" if mine else _share(row, "own_less")
        return [f"{row['rmsle']:.3f}", _share(row, "skill"), less, seconds]
    ends = f"{row['own_less']:+.4f} [{row['own_less_lower_95']:+.3f}, {row['own_less_upper_95']:+.3f}]"
    figures = [f"{row[name]:.3f}" for name in ("average_precision_top", "brier", "expected_cost")]
    return [*figures, "" if mine else ends, seconds]


def _share(row: Mapping[Hashable, Any], name: str) -> str:
    """A share with its interval, in percent."""
    low, high = row[f"{name}_lower_95"], row[f"{name}_upper_95"]
    return f"{row[name]:z.0%} [{low:z.0%}, {high:z.0%}]"
