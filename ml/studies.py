"""Where Optuna's studies lie, and which parameters they say to use."""

import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

from hitcast.core.settings import Settings
from hitcast.core.sqlite import check_database, store_errors
from ml import classes, streams

if TYPE_CHECKING:
    import optuna

HEARTBEAT_SECONDS = 10
CURE = "Put it back from a backup, or remove it to go on with the default parameters"
DEFAULTS: Mapping[str, Mapping[str, Any]] = {
    "streams": streams.DEFAULT_PARAMETERS,
    "classes": classes.DEFAULT_PARAMETERS,
}
"""Parameters of each task until a study has found better ones."""
OWN: Mapping[str, str] = {"streams": "catboost", "classes": "lightgbm"}
"""This project's own estimator of each task, by its name in the zoo."""


@dataclass(frozen=True)
class TunedParameters:
    """What is fitted for both tasks.

    Attributes:
        streams: CatBoost's parameters: tuned ones where a study had ended in time, else the defaults.
        classes: LightGBM's, likewise.
        models: Estimator of each task, by its name in the zoo.
    """

    streams: Mapping[str, Any]
    classes: Mapping[str, Any]
    models: Mapping[str, str] = field(default_factory=lambda: dict(OWN))


def quiet_optuna() -> Any:
    """Optuna, imported and silenced."""
    import optuna

    # what it fails at is raised too
    optuna.logging.set_verbosity(optuna.logging.CRITICAL)
    return optuna


def open_storage(settings: Settings) -> "optuna.storages.RDBStorage":
    """Studies in SQLite; a trial whose process died is found by its missing heartbeat and run again.

    Raises:
        BusyError: Another process has the studies locked.
        HitcastError: They are damaged.
    """
    check_database(settings.optuna_file, settings.patience_seconds, CURE)
    optuna = quiet_optuna()
    settings.optuna_file.parent.mkdir(parents=True, exist_ok=True)
    with warnings.catch_warnings(), store_errors(settings.optuna_file):
        # Optuna calls the heartbeat experimental; the user can do nothing about that.
        warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
        return optuna.storages.RDBStorage(
            f"sqlite:///{settings.optuna_file}",
            heartbeat_interval=HEARTBEAT_SECONDS,
            grace_period=3 * HEARTBEAT_SECONDS,
            heartbeat_stale_trial_callback=optuna.storages.RetryHeartbeatStaleTrialCallback(max_retry=2),
        )


def study_name(task: str, settings: Settings, known_by: date | None = None) -> str:
    """Name of a task's study, which says what it may be used for; without a day, what all its names begin with."""
    horizons = "-".join(map(str, sorted(settings.horizons)))
    return f"{task}, horizons {horizons}, classes at {settings.class_horizon}, known by {known_by or ''}"


def finished_trials(study: "optuna.Study") -> list["optuna.trial.FrozenTrial"]:
    """Trials that ran to their end or were pruned."""
    return [trial for trial in study.trials if trial.state.name in ("COMPLETE", "PRUNED")]


def tuned_parameters(settings: Settings, known_by: date) -> TunedParameters:
    """Parameters that could be known on a day: of the latest study that had seen nothing from then on."""
    chosen = dict(DEFAULTS)
    if not settings.optuna_file.exists():
        return TunedParameters(**chosen)
    with store_errors(settings.optuna_file):
        optuna, storage = quiet_optuna(), open_storage(settings)
        names = optuna.get_all_study_names(storage)
        for task in DEFAULTS:
            prefix = study_name(task, settings)
            days = sorted(date.fromisoformat(name.removeprefix(prefix)) for name in names if name.startswith(prefix))
            for day in reversed([day for day in days if day <= known_by]):
                study = optuna.load_study(study_name=study_name(task, settings, day), storage=storage)
                if any(trial.state.name == "COMPLETE" for trial in study.trials):
                    chosen[task] = study.best_params
                    break
    return TunedParameters(**chosen)
