import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path

import optuna
import pandas as pd
import pytest

from hitcast.core.settings import Settings
from ml.registry import tracking
from ml.studies import DEFAULTS, finished_trials, open_storage, quiet_optuna, study_name, tuned_parameters
from ml.tune import TuningResult, class_space, parameter_importances, stream_space, tune
from tests.ml.conftest import home, quiet


@pytest.fixture(scope="module")
def tuned(tmp_path_factory: pytest.TempPathFactory) -> tuple[Settings, TuningResult]:
    settings = home(tmp_path_factory.mktemp("tuned") / "home", release_count=400)
    return settings, tune(settings, 3, progress=quiet)


def known_by(settings: Settings) -> date:
    names = quiet_optuna().get_all_study_names(open_storage(settings))
    return max(
        date.fromisoformat(name.removeprefix(study_name("streams", settings))) for name in names if "streams" in name
    )


def test_the_default_point_is_tried_first_and_never_lost_to(tuned: tuple[Settings, TuningResult]) -> None:
    _, result = tuned
    for task in DEFAULTS:
        assert result.best_value[task] <= result.default_value[task]
        assert result.trials[task] == 3


def test_the_spaces_hold_the_defaults(tuned: tuple[Settings, TuningResult]) -> None:
    optuna = quiet_optuna()
    for space, task in ((stream_space, "streams"), (class_space, "classes")):
        assert space(optuna.trial.FixedTrial(dict(DEFAULTS[task]))) == DEFAULTS[task]


def test_training_uses_what_was_found_but_no_earlier_than_it_could_be_known(
    tuned: tuple[Settings, TuningResult],
) -> None:
    settings, result = tuned
    day = known_by(settings)
    assert tuned_parameters(settings, day).streams == result.best_parameters["streams"]
    assert tuned_parameters(settings, day).classes == result.best_parameters["classes"]
    assert tuned_parameters(settings, day - timedelta(days=1)).streams == DEFAULTS["streams"]


def test_a_second_call_goes_on_where_the_first_stopped(tuned: tuple[Settings, TuningResult]) -> None:
    settings, first = tuned
    message: list[str] = []
    again = tune(settings, 3, progress=message.append)
    assert again.trials == first.trials
    assert any("done already" in line for line in message)
    more = tune(settings, 4, progress=quiet)
    assert more.trials == {"streams": 4, "classes": 4}
    study = quiet_optuna().load_study(
        study_name=study_name("streams", settings, known_by(settings)), storage=open_storage(settings)
    )
    points = [tuple(trial.params.items()) for trial in study.trials]
    assert len(set(points)) == len(points)


def test_results_are_in_mlflow(tuned: tuple[Settings, TuningResult]) -> None:
    settings, result = tuned
    run = tracking.open_client(settings).get_run(result.run_id)
    assert run.data.metrics["streams_best_loss"] == pytest.approx(result.best_value["streams"])
    assert "classes_num_leaves" in run.data.params
    trials = pd.read_csv(settings.mlflow_dir / "artifacts" / result.run_id / "artifacts" / "classes_trials.csv")
    assert len(trials) == 3
    assert trials["value"].min() == pytest.approx(result.best_value["classes"])


def test_parameters_that_decide_the_loss_are_told_once_enough_trials_have_ended() -> None:
    study = optuna.create_study(sampler=optuna.samplers.RandomSampler(seed=1))

    def loss(trial: optuna.Trial) -> float:
        return trial.suggest_float("matters", 0, 1) + 0.01 * trial.suggest_float("hardly", 0, 1)

    study.optimize(loss, n_trials=4)
    assert parameter_importances(study, seed=1) == {}
    study.optimize(loss, n_trials=26)
    shares = parameter_importances(study, seed=1)
    assert sum(shares.values()) == pytest.approx(1)
    assert shares["matters"] > 0.9


SEARCH = """
import sys
from pathlib import Path
from hitcast.core.settings import Settings
from ml.tune import tune
home = Path(sys.argv[1])
tune(Settings(home / "warehouse.duckdb", home / "mlflow", home / "optuna.db"), 200)
"""


@pytest.mark.slow
def test_a_killed_search_loses_no_finished_trial(tmp_path: Path) -> None:
    settings = home(tmp_path / "home", release_count=400)
    process = subprocess.Popen([sys.executable, "-c", SEARCH, str(tmp_path / "home")], stdout=subprocess.DEVNULL)
    deadline, done = time.monotonic() + 90, 0
    while done < 2 and time.monotonic() < deadline:
        time.sleep(0.3)
        done = _seen(settings)
    process.kill()
    process.wait()
    done = _finished(settings)
    assert done >= 2
    assert tune(settings, done + 1, progress=quiet).trials["streams"] == done + 1


def _seen(settings: Settings) -> int:
    """Finished trials as SQLite has them: opening Optuna's store while another makes it breaks the other's."""
    if not settings.optuna_file.exists():
        return 0
    with closing(sqlite3.connect(f"file:{settings.optuna_file}?mode=ro", uri=True)) as store:
        try:
            [(count,)] = store.execute("select count(*) from trials where state in ('COMPLETE', 'PRUNED')").fetchall()
        except sqlite3.OperationalError:
            return 0
    return int(count)


def _finished(settings: Settings) -> int:
    optuna, storage = quiet_optuna(), open_storage(settings)
    names = [name for name in optuna.get_all_study_names(storage) if name.startswith("streams")]
    return sum(len(finished_trials(optuna.load_study(study_name=name, storage=storage))) for name in names)
