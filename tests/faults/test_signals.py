"""Ctrl-C and a scheduler's SIGTERM: a clean end, what was done is kept, the same command goes on."""

import signal

import pytest

from hitcast.core.home import Home
from hitcast.core.lock import holder
from hitcast.core.settings import Settings
from ml.registry import store, tracking
from ml.studies import finished_trials, open_storage, quiet_optuna
from ml.tune import DEFAULTS, _holds_defaults
from tests.commands import hitcast, interrupted, published, slow, succeeded

INTERRUPTED = "interrupted; what was finished is kept. The same command does the rest"


def statuses(settings: Settings, command: str) -> list[str]:
    """MLflow's word on the runs of a command, the latest first."""
    client = tracking.open_client(settings)
    experiment = client.get_experiment_by_name(tracking.EXPERIMENT)
    assert experiment is not None
    runs = client.search_runs([experiment.experiment_id], f"tags.command = '{command}'")
    return [run.info.status for run in runs]


@pytest.mark.slow
@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), pytest.param(signal.SIGTERM, 143, marks=slow)])
def test_an_interrupted_search_keeps_its_trials(
    home: Home, settings: Settings, number: signal.Signals, code: int
) -> None:
    done = interrupted(home, number, "trial 2 of", "tune", "--trials", "4")
    assert done.returncode == code, done.stderr
    assert INTERRUPTED in done.stderr
    assert "Traceback" not in done.stderr
    assert statuses(settings, "tune") == ["KILLED"]
    optuna, storage = quiet_optuna(), open_storage(settings)
    [name] = optuna.get_all_study_names(storage)
    kept = len(finished_trials(optuna.load_study(study_name=name, storage=storage)))
    assert 2 <= kept < 4


@slow
def test_an_interrupted_search_goes_on(home: Home) -> None:
    interrupted(home, signal.SIGINT, "trial 2 of", "tune", "--trials", "4")
    assert "streams  4 trials" in succeeded(hitcast(home, "tune", "--trials", "4"))


@pytest.mark.slow
def test_a_search_cut_short_in_its_first_trial_tries_the_defaults_again(settings: Settings) -> None:
    optuna = quiet_optuna()
    study = optuna.create_study(storage=open_storage(settings))
    assert not _holds_defaults("streams", study)
    study.enqueue_trial(dict(DEFAULTS["streams"]))
    assert _holds_defaults("streams", study)
    study.tell(study.ask(), state=optuna.trial.TrialState.FAIL)
    assert not _holds_defaults("streams", study)


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), pytest.param(signal.SIGTERM, 143, marks=slow)])
def test_an_interrupted_training_registers_nothing(
    home: Home, settings: Settings, number: signal.Signals, code: int
) -> None:
    done = interrupted(home, number, "Fitting streams", "train")
    assert done.returncode == code, done.stderr
    assert INTERRUPTED in done.stderr
    assert "Traceback" not in done.stderr
    assert [version.version for version in store.list_models(settings)] == [2, 1]
    assert holder(home) is None


def test_a_run_of_mlflow_that_was_interrupted_is_killed_one_that_failed_failed(settings: Settings) -> None:
    client = tracking.open_client(settings)
    for error in (KeyboardInterrupt(), SystemExit(143), ValueError("no")):
        with pytest.raises(type(error)), tracking.record_run(client, settings, "probe"):
            raise error
    assert statuses(settings, "probe") == ["FAILED", "KILLED", "KILLED"]


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), pytest.param(signal.SIGTERM, 143, marks=slow)])
def test_an_interrupted_build_leaves_what_is_published(home: Home, number: signal.Signals, code: int) -> None:
    before = published(home, "select * exclude predicted_at from release_predictions order by all")
    done = interrupted(home, number, "features", "run")
    assert done.returncode == code, done.stderr
    assert INTERRUPTED in done.stderr
    assert "Traceback" not in done.stderr
    assert published(home, "select * exclude predicted_at from release_predictions order by all").equals(before)
    if number == signal.SIGTERM:
        succeeded(hitcast(home, "run"))
    assert published(home, "select * exclude predicted_at from release_predictions order by all").equals(before)
