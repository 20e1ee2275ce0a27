"""Tune: search the boosters' parameters on the early origins; the last two stay untouched."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from hitcast.core.errors import HitcastError
from hitcast.core.settings import Settings
from hitcast.core.sqlite import store_errors
from ml import classes, streams
from ml.data import FEATURE_SETS, Marts, feature_columns, modelling_frame, read_marts, target_column
from ml.evaluation.baselines import forecast_baseline
from ml.evaluation.metrics import skill
from ml.registry import tracking
from ml.splits import REFERENCE_DAY, Fold, plan_folds, rows_to_test, training_rows, untouched_count
from ml.studies import DEFAULTS, finished_trials, open_storage, quiet_optuna, study_name

if TYPE_CHECKING:
    import optuna

MIN_TO_EXPLAIN = 5
"""Different losses from which parameters are given importances."""

Objective = Callable[["optuna.Trial"], float]


@dataclass(frozen=True)
class TuningResult:
    """What a study found, by task.

    Attributes:
        run_id: MLflow run.
        trials: Finished trials by task, those of earlier calls included.
        default_value: Loss of the default parameters by task.
        best_value: Lowest loss by task.
        best_parameters: Where it was found.
    """

    run_id: str
    trials: dict[str, int]
    default_value: dict[str, float]
    best_value: dict[str, float]
    best_parameters: dict[str, Mapping[str, Any]]


def stream_space(trial: "optuna.Trial") -> dict[str, Any]:
    """CatBoost parameters that are searched."""
    return {
        "learning_rate": trial.suggest_float("learning_rate", 0.02, 0.15, log=True),
        "depth": trial.suggest_int("depth", 3, 7),
        "l2_leaf_reg": trial.suggest_float("l2_leaf_reg", 1.0, 100.0, log=True),
        "random_strength": trial.suggest_float("random_strength", 0.1, 10.0, log=True),
        "rsm": trial.suggest_float("rsm", 0.2, 1.0),
        "subsample": trial.suggest_float("subsample", 0.5, 1.0),
        "min_data_in_leaf": trial.suggest_int("min_data_in_leaf", 1, 50, log=True),
    }


def class_space(trial: "optuna.Trial") -> dict[str, Any]:
    """LightGBM parameters that are searched."""
    return {
        "learning_rate": trial.suggest_float("learning_rate", 0.02, 0.15, log=True),
        "num_leaves": trial.suggest_int("num_leaves", 4, 48, log=True),
        "min_data_in_leaf": trial.suggest_int("min_data_in_leaf", 10, 200, log=True),
        "feature_fraction": trial.suggest_float("feature_fraction", 0.2, 1.0),
        "bagging_fraction": trial.suggest_float("bagging_fraction", 0.5, 1.0),
        "lambda_l2": trial.suggest_float("lambda_l2", 0.1, 100.0, log=True),
    }


SPACES: dict[str, Callable[["optuna.Trial"], dict[str, Any]]] = {"streams": stream_space, "classes": class_space}


def tune(
    settings: Settings, trials: int, timeout: float | None = None, progress: Callable[[str], None] = print
) -> TuningResult:
    """Search until each task's study holds `trials` finished trials; one cut short goes on where it stopped.

    The first trial is the default parameters, so the best is never worse than they are on the tuning origins.

    Args:
        settings: Places and choices.
        trials: Finished trials wanted for each task, those of earlier calls included.
        timeout: Seconds at most, shared by both tasks; None for no limit.
        progress: Takes a line for each trial.

    Raises:
        HitcastError: Marts are missing, or history is too short to keep an origin untouched.
    """
    progress("Reading the marts")
    marts = read_marts(settings)
    frame = modelling_frame(marts, settings.horizons)
    plan = plan_folds(frame, settings.horizons, marts.data_through)
    if len(plan.folds) < 2:
        raise HitcastError("too little history to tune: only one origin", cure="Deliver more past days first")
    if plan.note:
        progress(plan.note)
    kept_back = untouched_count(len(plan.folds))
    known_by = plan.folds[-kept_back].origin
    folds = plan.folds[:-kept_back]
    progress(f"Tuning on {len(folds)} origins; the last {kept_back}, from {known_by} on, stay untouched")

    storage = open_storage(settings)
    client = tracking.open_client(settings)
    with tracking.record_run(client, settings, "tune") as run_id:
        studies = {}
        for task, space in SPACES.items():
            objective = _objective(task, space, marts, frame, folds, known_by, settings)
            with store_errors(settings.optuna_file):
                studies[task] = _search(task, objective, storage, known_by, settings, trials, timeout, progress)
        result = _result(run_id, studies)
        _log(client, result, studies, settings.seed)
        for task, study in studies.items():
            tracking.keep_table(settings, run_id, f"{task}_trials", study.trials_dataframe())
    return result


def _search(
    task: str,
    objective: Objective,
    storage: "optuna.storages.RDBStorage",
    known_by: date,
    settings: Settings,
    trials: int,
    timeout: float | None,
    progress: Callable[[str], None],
) -> "optuna.Study":
    """Adds to a task's study until it holds `trials` finished trials."""
    optuna = quiet_optuna()
    study = optuna.create_study(
        study_name=study_name(task, settings, known_by),
        storage=storage,
        load_if_exists=True,
        direction="minimize",
        pruner=optuna.pruners.MedianPruner(n_startup_trials=8, n_warmup_steps=0),
    )
    if not _holds_defaults(task, study):
        study.enqueue_trial(dict(DEFAULTS[task]))
    finished = len(finished_trials(study))
    # A seed that moves on with the study: a resumed search must not draw the same points again.
    study.sampler = optuna.samplers.TPESampler(seed=settings.seed + finished, n_startup_trials=10)
    if trials > finished:
        study.optimize(
            objective,
            n_trials=trials - finished,
            timeout=None if timeout is None else timeout / len(SPACES),
            callbacks=[_reporter(task, trials, progress)],
        )
    else:
        progress(f"{task}: {finished} trials are done already; ask for more with --trials")
    return study


def _objective(
    task: str,
    space: Callable[["optuna.Trial"], dict[str, Any]],
    marts: Marts,
    frame: pd.DataFrame,
    folds: tuple[Fold, ...],
    known_by: date,
    settings: Settings,
) -> Objective:
    """Mean loss of the reference task over origins and feature sets, reported after each origin for pruning.

    Streams: RMSLE of the longest horizon over that of the log-linear law. Classes: log loss. Windows that end after
    `known_by` are left out.
    """
    import optuna

    reference = frame[frame["as_of_day"] == REFERENCE_DAY]
    ended = reference["release_date"] + pd.Timedelta(days=max(settings.horizons)) <= pd.Timestamp(known_by)
    parts = [
        (
            reference[training_rows(reference, fold.origin, settings.horizons)].reset_index(drop=True),
            reference[rows_to_test(reference, fold, settings.horizons) & ended].reset_index(drop=True),
        )
        for fold in folds
    ]
    loss = {"streams": _stream_loss, "classes": _class_loss}[task]

    def objective(trial: "optuna.Trial") -> float:
        parameters = space(trial)
        losses: list[float] = []
        for step, (training, testing) in enumerate(parts):
            losses += [loss(training, testing, name, parameters, marts, settings) for name in FEATURE_SETS]
            trial.report(float(np.mean(losses)), step)
            if trial.should_prune():
                raise optuna.TrialPruned
        return float(np.mean(losses))

    return objective


def _stream_loss(
    training: pd.DataFrame,
    testing: pd.DataFrame,
    feature_set: str,
    parameters: Mapping[str, Any],
    marts: Marts,
    settings: Settings,
) -> float:
    longest = max(settings.horizons)
    columns = feature_columns(marts.catalog, feature_set, training)
    model = streams.fit_streams(training, feature_set, columns, replace(settings, horizons=(longest,)), parameters)
    forecast = streams.predict_streams(model, testing)[longest]["predicted_streams"].to_numpy()
    totals, truth = (rows[target_column(longest)].to_numpy(dtype=float) for rows in (training, testing))
    # Against the line, the feature sets weigh alike, though one errs ten times as much as the other.
    return 1 - skill(truth, forecast, forecast_baseline("log_linear", training, totals, testing, feature_set))


def _class_loss(
    training: pd.DataFrame,
    testing: pd.DataFrame,
    feature_set: str,
    parameters: Mapping[str, Any],
    marts: Marts,
    settings: Settings,
) -> float:
    minimums = classes.class_minimums(marts.classes)
    columns = feature_columns(marts.catalog, feature_set, training)
    model = classes.fit_classes(training, feature_set, columns, minimums, settings, parameters)
    totals = testing[target_column(settings.class_horizon)].to_numpy(dtype=float)
    place = np.searchsorted(np.asarray(minimums), totals, side="right")
    probability = classes.predict_classes(model, testing, feature_set).to_numpy()[np.arange(len(testing)), place]
    return float(-np.mean(np.log(np.maximum(probability, 1e-6))))


def _reporter(
    task: str, wanted: int, progress: Callable[[str], None]
) -> Callable[["optuna.Study", "optuna.trial.FrozenTrial"], None]:
    def report(study: "optuna.Study", trial: "optuna.trial.FrozenTrial") -> None:
        value = f"{trial.value:.4f}" if trial.state.name == "COMPLETE" else "pruned"
        progress(f"{task}: trial {len(finished_trials(study))} of {wanted} {value}, best so far {study.best_value:.4f}")

    return report


def _result(run_id: str, studies: Mapping[str, "optuna.Study"]) -> TuningResult:
    return TuningResult(
        run_id=run_id,
        trials={task: len(finished_trials(study)) for task, study in studies.items()},
        default_value={task: _default_value(task, study) for task, study in studies.items()},
        best_value={task: study.best_value for task, study in studies.items()},
        best_parameters={task: study.best_params for task, study in studies.items()},
    )


def _holds_defaults(task: str, study: "optuna.Study") -> bool:
    """Whether the default parameters were tried or wait for it; a trial of them that was cut short is none."""
    alive = [trial for trial in study.trials if trial.state.name in ("COMPLETE", "PRUNED", "RUNNING", "WAITING")]
    return any((trial.params or trial.system_attrs.get("fixed_params")) == DEFAULTS[task] for trial in alive)


def _default_value(task: str, study: "optuna.Study") -> float:
    """Loss of the default parameters; NaN where their trial has not ended."""
    values = [trial.value for trial in study.trials if trial.value is not None and trial.params == DEFAULTS[task]]
    return float(values[0]) if values else float("nan")


def parameter_importances(study: "optuna.Study", seed: int) -> dict[str, float]:
    """Share of the losses' variance that each parameter explains; empty where the trials are too few to tell.

    Source: Hutter et al. 2014, An efficient approach for assessing hyperparameter importance (fANOVA).
    """
    import optuna

    losses = {trial.value for trial in study.trials if trial.state.name == "COMPLETE"}
    if len(losses) < MIN_TO_EXPLAIN:
        return {}
    evaluator = optuna.importance.FanovaImportanceEvaluator(seed=seed)
    return dict(optuna.importance.get_param_importances(study, evaluator=evaluator))


def _log(client: Any, result: TuningResult, studies: Mapping[str, "optuna.Study"], seed: int) -> None:
    parameters = {
        f"{task}_{name}": value for task, found in result.best_parameters.items() for name, value in found.items()
    }
    metrics: dict[str, float] = {}
    for task in SPACES:
        metrics[f"{task}_best_loss"] = result.best_value[task]
        metrics[f"{task}_default_loss"] = result.default_value[task]
        metrics[f"{task}_trials"] = float(result.trials[task])
        shares = parameter_importances(studies[task], seed)
        metrics |= {f"{task}_importance_{name}": share for name, share in shares.items()}
    tracking.log_figures(client, result.run_id, parameters, metrics)
