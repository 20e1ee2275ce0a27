from dataclasses import replace
from datetime import timedelta

import duckdb
import pytest

from hitcast.core.settings import Settings
from ml.drift import look, record, stability
from ml.drift.matured import MaturedForecasts
from ml.drift.retrain import reasons_to_retrain
from ml.drift.stability import Shift
from ml.predict import predict
from ml.registry import store
from ml.train import TrainingRun, train
from tests.ml.conftest import quiet


def execute(settings: Settings, statement: str) -> None:
    with duckdb.connect(str(settings.warehouse)) as connection:
        connection.execute(statement)


MOVED = Shift("vk_streams_total", 0.3, 0.25, True, 0.1)
NARROW = MaturedForecasts(14, 30, 0.4, 0.2, 0.1)


@pytest.mark.parametrize(
    ("age", "shift", "matured", "reason"),
    [
        (35, None, None, ""),
        (36, None, None, "36 days of data old"),
        (1, MOVED, None, "vk_streams_total has moved"),
        (1, replace(MOVED, index=0.25), None, ""),
        (1, replace(MOVED, is_main=False), None, ""),
        (1, replace(MOVED, limit=0.4), None, ""),
        (1, None, NARROW, "40% of 30 matured 14-day totals"),
        (1, replace(MOVED, index_after=0.25), None, ""),
        (1, None, replace(NARROW, coverage=0.7), ""),
        # trained on all there is
        (0, MOVED, NARROW, ""),
    ],
)
def test_a_retrain_is_due_for_these_reasons(
    age: int, shift: Shift | None, matured: MaturedForecasts | None, reason: str
) -> None:
    found = reasons_to_retrain(age, (shift,) if shift else (), (matured,) if matured else ())
    assert len(found) == bool(reason)
    assert reason in "".join(found)


def test_without_a_champion_there_is_nothing_to_look_at(settings: Settings) -> None:
    assert look(replace(settings, mlflow_dir=settings.mlflow_dir / "none")) is None


@pytest.mark.slow
def test_an_old_champion_is_told_and_a_new_one_is_not(trained: tuple[Settings, TrainingRun]) -> None:
    settings, _ = trained
    found = look(settings)
    assert found is not None
    assert found.age_days == 61
    assert found.is_retrain_due
    assert len(found.reasons) == 1
    assert "61 days of data old" in found.reasons[0]
    assert not found.matured
    store.promote(settings, train(settings, progress=quiet).version)
    again = look(settings)
    assert again is not None
    assert (again.version, again.age_days, again.candidate_age_days, again.reasons) == (2, 0, None, ())


def test_a_champion_trained_on_days_that_are_gone_is_due_at_once(trained: tuple[Settings, TrainingRun]) -> None:
    settings, first = trained
    train(settings, first.cutoff + timedelta(days=59), promote=False, progress=quiet)
    gone = first.cutoff - timedelta(days=10)
    execute(settings, f"update dataset_days set data_through_date = '{gone}'")
    found = look(settings)
    assert found is not None
    assert found.reasons == (f"the champion was trained on {first.cutoff}, later than the data now reach ({gone})",)
    # whatever a later version, which was trained on days that are gone too, may say
    assert found.is_retrain_due


@pytest.mark.slow
def test_a_fresh_candidate_that_was_not_promoted_keeps_from_training_again(
    trained: tuple[Settings, TrainingRun],
) -> None:
    settings, first = trained
    train(settings, first.cutoff + timedelta(days=55), promote=False, progress=quiet)
    found = look(settings)
    assert found is not None
    assert (found.age_days, found.candidate_age_days) == (61, 6)
    assert found.reasons
    assert not found.is_retrain_due


@pytest.mark.parametrize(("days", "is_due"), [(85, True), (40, False)])
def test_features_that_moved_are_a_reason_once_a_retrain_can_know_of_it(
    trained: tuple[Settings, TrainingRun], monkeypatch: pytest.MonkeyPatch, days: int, is_due: bool
) -> None:
    settings, _ = trained
    monkeypatch.setattr(stability, "MIN_RECENT", 5)
    before = look(settings)
    assert before is not None
    assert before.shifts
    assert sum(shift.is_main for shift in before.shifts) == 10
    assert not {"release_weekday", "genre", "as_of_day"} & {shift.feature_name for shift in before.shifts}
    execute(
        settings,
        "update release_features set vk_streams_total = 1e9 + vk_streams_total "
        f"where release_date > (select max(release_date) - interval {days} days from release_features)",
    )
    after = look(settings)
    assert after is not None
    assert after.shifts[0].feature_name == "vk_streams_total"
    assert after.shifts[0].is_main
    assert after.shifts[0].index > after.shifts[0].limit
    assert any("vk_streams_total has moved" in reason for reason in after.reasons) == is_due


def test_shifts_are_kept_for_readers_once_for_each_day_of_data(
    trained: tuple[Settings, TrainingRun], monkeypatch: pytest.MonkeyPatch
) -> None:
    settings, _ = trained
    monkeypatch.setattr(stability, "MIN_RECENT", 5)
    record(settings)
    found = record(settings)
    assert found is not None
    with duckdb.connect(str(settings.warehouse), read_only=True) as warehouse:
        rows = warehouse.sql(
            "select feature_name, stability_index, model_name, recent_release_count from ml.feature_drift"
        ).fetchall()
    assert dict(row[:2] for row in rows) == {shift.feature_name: shift.index for shift in found.shifts}
    assert len(rows) == len(found.shifts)
    assert {row[2:] for row in rows} == {("hitcast/1", found.recent_count)}


def test_too_few_recent_releases_tell_nothing(trained: tuple[Settings, TrainingRun]) -> None:
    settings, _ = trained
    execute(
        settings,
        "delete from release_features "
        "where release_date > (select max(release_date) - interval 45 days from release_features)",
    )
    found = look(settings)
    assert found is not None
    assert found.recent_count < stability.MIN_RECENT
    assert not found.shifts


def test_matured_forecasts_are_judged_and_refusals_are_not(trained: tuple[Settings, TrainingRun]) -> None:
    settings, result = trained
    predict(settings, result.cutoff, progress=quiet)
    predict(settings, result.cutoff, progress=quiet)
    found = look(settings)
    assert found is not None
    horizons = {per_horizon.horizon_days: per_horizon for per_horizon in found.matured}
    assert set(horizons) == {14, 30}
    assert 0.5 < horizons[30].coverage <= 1
    assert 0 < horizons[30].rmsle < 3 * horizons[30].calibration_rmsle
    execute(settings, "update ml.predictions set lower_80 = 1, upper_80 = 2")
    narrowed = look(settings)
    assert narrowed is not None
    assert all(per_horizon.coverage < 0.1 for per_horizon in narrowed.matured)
    execute(settings, "update ml.predictions set predicted_streams = null, lower_80 = null, upper_80 = null")
    refused = look(settings)
    assert refused is not None
    assert not refused.matured


def test_another_models_forecasts_are_not_the_champions(trained: tuple[Settings, TrainingRun]) -> None:
    settings, result = trained
    predict(settings, result.cutoff, progress=quiet)
    execute(settings, "update ml.predictions set model_name = 'hitcast/9'")
    found = look(settings)
    assert found is not None
    assert not found.matured
