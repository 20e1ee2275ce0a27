import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import duckdb
import pytest

from hitcast.core.errors import HitcastError
from hitcast.core.settings import Settings
from ml.predict import predict
from ml.registry import store, tracking
from ml.registry.leftovers import finish_killed
from ml.registry.usable import obstacle_today, promote_usable, rollback_usable
from ml.train import TrainingRun, train
from tests.ml.conftest import quiet

Trained = tuple[Settings, TrainingRun]


@pytest.fixture
def two(trained: Trained) -> Trained:
    """A second version, a copy of the first said to be trained on 59 more days, that took the title."""
    settings, first = trained
    standing = store.champion(settings)
    assert standing is not None
    client = tracking.open_client(settings)
    with tracking.record_run(client, settings, "train") as run_id:
        second = store.register(client, settings, run_id, standing.bundle, standing.tags)
    store.promote(settings, second)
    return settings, first


class Killed(BaseException):
    """Stands for a kill: no handler of the code's own catches it."""


WRITES = (
    "set_registered_model_tag",
    "set_model_version_tag",
    "set_registered_model_alias",
    "delete_model_version_tag",
    "delete_registered_model_tag",
)


def killed_before(patch: pytest.MonkeyPatch, write: int) -> None:
    """The store's writes stop before that one, counted from 0."""
    from mlflow import MlflowClient

    done: list[str] = []

    def stopping(name: str) -> Callable[..., object]:
        original = getattr(MlflowClient, name)

        def call(*arguments: object) -> object:
            if len(done) == write:
                raise Killed
            done.append(name)
            return original(*arguments)

        return call

    for name in WRITES:
        patch.setattr(MlflowClient, name, stopping(name))


def champion_number(settings: Settings) -> int | None:
    standing = store.champion(settings)
    return None if standing is None else standing.version


def withdraw(settings: Settings, days: int, first: TrainingRun) -> None:
    """The data end some days before the first version's training."""
    with duckdb.connect(str(settings.warehouse)) as connection:
        connection.execute(
            "update dataset_days set data_through_date = $day, tiktok_data_through_date = $day, "
            "vk_data_through_date = $day",
            {"day": first.cutoff - timedelta(days=days)},
        )


def test_a_version_that_can_forecast_has_no_obstacle(two: Trained) -> None:
    settings, _ = two
    assert [obstacle_today(version, settings) for version in store.list_models(settings)] == ["", ""]
    assert rollback_usable(settings) == (1, ())
    promote_usable(settings, 2)
    assert champion_number(settings) == 2


@pytest.mark.parametrize("what", ["damaged", "horizons", "features", "withdrawn"])
def test_no_version_that_cannot_forecast_takes_the_title(two: Trained, what: str) -> None:
    settings, first = two
    message = {
        "damaged": "cannot be read",
        "horizons": "forecasts other horizons",
        "features": "was trained on other features",
        "withdrawn": "was trained on .*, later than the data now reach",
    }[what]
    earlier = next(version for version in store.list_models(settings) if version.version == 1)
    if what == "damaged":
        (earlier.bundle / "manifest.json").unlink()
    elif what == "horizons":
        settings = replace(settings, horizons=(7, 14), class_horizon=14)
    elif what == "features":
        tracking.open_client(settings).set_model_version_tag(store.MODEL, "1", "features_digest", "another")
        for name in ("variables", "feature_sql"):
            tracking.open_client(settings).set_model_version_tag(store.MODEL, "1", name, "{}")
    else:
        withdraw(settings, 5, first)
    for command in (lambda: promote_usable(settings, 1), lambda: rollback_usable(settings)):
        with pytest.raises(HitcastError, match=f"version 1 {message}.* train another with `hitcast train --promote`"):
            command()
    assert champion_number(settings) == 2


def test_rollback_passes_over_what_cannot_forecast(two: Trained) -> None:
    settings, _ = two
    second = store.champion(settings)
    assert second is not None
    client = tracking.open_client(settings)
    with tracking.record_run(client, settings, "train") as run_id:
        third = store.register(client, settings, run_id, second.bundle, second.tags)
    store.promote(settings, third)
    (second.bundle / "manifest.json").unlink()
    assert rollback_usable(settings) == (1, ("passed over version 2, which cannot be read",))
    store.forget_goal(settings)
    with pytest.raises(HitcastError, match="no earlier champion to return to"):
        rollback_usable(settings)


@pytest.mark.parametrize("write", range(4))
def test_a_rollback_that_was_killed_goes_back_once_however_often_it_is_given(
    two: Trained, write: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings, _ = two
    second = store.champion(settings)
    assert second is not None
    client = tracking.open_client(settings)
    for _ in range(2):
        with tracking.record_run(client, settings, "train") as run_id:
            store.promote(settings, store.register(client, settings, run_id, second.bundle, second.tags))
    with monkeypatch.context() as patch:
        # the fourth is the command's own, once it has said that it is done
        killed_before(patch, write)
        with pytest.raises(Killed):
            rollback_usable(settings)
            store.forget_goal(settings)
    for _ in range(2):
        version, messages = rollback_usable(settings)
        assert (version, champion_number(settings)) == (3, 3)
    assert messages == ("finished what a killed rollback had begun",)
    store.forget_goal(settings)
    assert [earlier.version for earlier in store.earlier_champions(settings)] == [2, 1]
    assert rollback_usable(settings) == (2, ())


@pytest.mark.parametrize("command", ["promote", "rollback"])
@pytest.mark.parametrize("write", range(1, 4))
def test_the_next_run_ends_what_a_killed_command_had_set_out_to_do(
    two: Trained, write: int, command: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings, _ = two
    with monkeypatch.context() as patch:
        killed_before(patch, write)
        with pytest.raises(Killed):
            if command == "promote":
                promote_usable(settings, 1)
            else:
                rollback_usable(settings)
                store.forget_goal(settings)
    [message] = finish_killed(settings)
    assert re.fullmatch(r"finished a (promotion|rollback) to version 1 that was killed", message)
    assert champion_number(settings) == 1
    assert finish_killed(settings) == []
    # who gave the title up is no earlier champion, who lost it is
    assert [earlier.version for earlier in store.earlier_champions(settings)] == ([2] if command == "promote" else [])


def test_a_goal_whose_version_is_gone_or_that_says_nothing_is_none(two: Trained) -> None:
    settings, _ = two
    client = tracking.open_client(settings)
    for value in ("rollback 9", "rollback", "fly 1", "promote 1.5"):
        client.set_registered_model_tag(store.MODEL, store.GOAL_TAG, value)
        assert store.standing_goal(settings) is None
        assert finish_killed(settings) == []


def test_without_a_warehouse_the_title_can_still_be_given(two: Trained) -> None:
    settings, _ = two
    settings.warehouse.unlink()
    promote_usable(settings, 1)
    assert champion_number(settings) == 1


@pytest.mark.slow
def test_after_days_were_withdrawn_every_cure_works_in_one_step(trained: Trained) -> None:
    settings, first = trained
    withdraw(settings, 10, first)
    reach = first.cutoff - timedelta(days=9)
    with pytest.raises(HitcastError, match=r"later than the data now reach .* Run `hitcast run`, which trains again"):
        predict(settings, progress=quiet)
    with pytest.raises(HitcastError, match=f"Name a day up to {reach}, or leave it out"):
        train(settings, as_of=first.cutoff, progress=quiet)
    # what `hitcast run` does
    trained_again = train(settings, progress=quiet)
    assert (trained_again.cutoff, trained_again.is_champion) == (reach, True)
    assert trained_again.decision.verdict == "replaces"
    assert predict(settings, progress=quiet).as_of == reach
    # and a day before that, as the message says
    earlier = reach - timedelta(days=20)
    with pytest.raises(HitcastError, match=f"Run `hitcast train --as-of {earlier} --promote` first"):
        predict(settings, earlier, progress=quiet)
    assert train(settings, earlier, promote=True, progress=quiet).is_champion
    assert predict(settings, earlier, progress=quiet).as_of == earlier


@pytest.mark.slow
def test_a_training_as_of_an_earlier_day_replaces_a_champion_that_saw_withdrawn_days(trained: Trained) -> None:
    settings, first = trained
    withdraw(settings, 10, first)
    as_of = first.cutoff - timedelta(days=30)
    found = train(settings, as_of, progress=quiet)
    assert (found.is_champion, found.decision.verdict) == (True, "replaces")
    assert predict(settings, progress=quiet).as_of == first.cutoff - timedelta(days=9)
