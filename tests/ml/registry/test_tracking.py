import os

import pytest

from hitcast.core.settings import Settings
from ml.registry import store, tracking
from ml.train import TrainingRun


def test_everything_stays_below_the_home_and_nothing_is_sent(trained: tuple[Settings, TrainingRun]) -> None:
    settings, _ = trained
    champion = store.champion(settings)
    assert champion is not None
    assert champion.bundle.is_relative_to(settings.mlflow_dir)
    assert os.environ["MLFLOW_DISABLE_TELEMETRY"] == "true"


def test_a_run_that_fails_is_marked(trained: tuple[Settings, TrainingRun]) -> None:
    settings, _ = trained
    client = tracking.open_client(settings)
    with pytest.raises(ZeroDivisionError), tracking.record_run(client, settings, "train") as run_id:
        1 / 0  # noqa: B018
    assert client.get_run(run_id).info.status == "FAILED"
