from dataclasses import replace
from datetime import timedelta

import duckdb
import numpy as np
import pandas as pd
import pytest

from hitcast.core.settings import Settings
from ml import drift
from ml.drift import (
    MaturedForecasts,
    Shift,
    index_limit,
    judge_matured,
    look,
    reasons_to_retrain,
    record,
    stability_index,
)
from ml.predict import predict
from ml.registry import store
from ml.train import TrainingRun, train
from tests.ml.conftest import quiet

RANDOM = np.random.default_rng(3)
PAST = RANDOM.normal(size=20_000)


def execute(settings: Settings, statement: str) -> None:
    with duckdb.connect(str(settings.warehouse)) as connection:
        connection.execute(statement)


def test_the_index_is_small_for_the_same_law_and_right_for_another() -> None:
    assert stability_index(PAST, RANDOM.normal(size=20_000)) < 0.01
    # N(0, 1) against N(1, 1): 1 in the continuum, a little less in ten bins
    assert stability_index(PAST, RANDOM.normal(1.0, size=20_000)) == pytest.approx(0.93, abs=0.06)


def test_a_source_that_falls_silent_shows() -> None:
    # where a source reported 0 there is nothing: as large a share, and yet another fact
    past = np.where(RANDOM.random(5000) < 0.5, 0.0, RANDOM.uniform(1, 2, 5000))
    assert stability_index(past, np.where(past == 0, np.nan, past)) > 1


def test_ties_constants_and_nothing_known_are_no_error() -> None:
    counts = np.where(RANDOM.random(5000) < 0.9, 0.0, 5.0)
    assert stability_index(counts, counts[:2000]) < 0.01
    assert stability_index(counts, counts + 5) > 1
    assert stability_index(np.zeros(500), np.zeros(500)) == pytest.approx(0.0)
    unknown = np.full(500, np.nan)
    assert stability_index(unknown, unknown) == pytest.approx(0.0)


@pytest.mark.parametrize("recent", [30, 100, 400])
def test_chance_alone_hardly_passes_for_drift(recent: int) -> None:
    limit = index_limit(len(PAST), recent)
    passed = [stability_index(PAST, RANDOM.normal(size=recent)) > limit for _ in range(500)]
    assert np.mean(passed) <= 0.01
    assert limit >= 0.25


def test_coverage_and_error_are_counted_by_horizon() -> None:
    forecasts = pd.DataFrame(
        {
            "horizon_days": [14, 14, 30],
            "predicted_streams": [100.0, 100.0, 50.0],
            "lower_80": [50.0, 50.0, 20.0],
            "upper_80": [200.0, 200.0, 90.0],
            "actual_streams": [200, 201, 50],
        }
    )
    fourteen, thirty = judge_matured(forecasts, {30: 0.3, 14: 0.2, 60: 0.4})
    assert (fourteen.horizon_days, fourteen.forecast_count, fourteen.coverage) == (14, 2, 0.5)
    assert fourteen.rmsle == pytest.approx(np.sqrt(np.mean(np.log(np.array([201, 202]) / 101) ** 2)))
    assert thirty == MaturedForecasts(30, 1, 1.0, 0.0, 0.3)


MOVED = Shift("vk_streams_total", 0.3, 0.25, True)
NARROW = MaturedForecasts(14, 30, 0.69, 0.2, 0.1)


@pytest.mark.parametrize(
    ("age", "shift", "matured", "reason"),
    [
        (35, None, None, ""),
        (36, None, None, "36 days of data old"),
        (1, MOVED, None, "vk_streams_total has moved"),
        (1, replace(MOVED, index=0.25), None, ""),
        (1, replace(MOVED, is_main=False), None, ""),
        (1, replace(MOVED, limit=0.4), None, ""),
        (1, None, NARROW, "69% of 30 matured 14-day totals"),
        (1, None, replace(NARROW, forecast_count=29), ""),
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


def test_features_that_moved_are_found(trained: tuple[Settings, TrainingRun], monkeypatch: pytest.MonkeyPatch) -> None:
    settings, _ = trained
    monkeypatch.setattr(drift, "MIN_RECENT", 5)
    before = look(settings)
    assert before is not None
    assert before.shifts
    assert sum(shift.is_main for shift in before.shifts) == 10
    assert not {"release_weekday", "genre", "as_of_day"} & {shift.feature_name for shift in before.shifts}
    execute(
        settings,
        "update release_features set vk_streams_total = 1e9 + vk_streams_total "
        "where release_date > (select max(release_date) - interval 45 days from release_features)",
    )
    after = look(settings)
    assert after is not None
    assert after.shifts[0].feature_name == "vk_streams_total"
    assert after.shifts[0].is_main
    assert after.shifts[0].index > after.shifts[0].limit
    assert any("vk_streams_total has moved" in reason for reason in after.reasons)


def test_shifts_are_kept_for_readers_once_for_each_day_of_data(
    trained: tuple[Settings, TrainingRun], monkeypatch: pytest.MonkeyPatch
) -> None:
    settings, _ = trained
    monkeypatch.setattr(drift, "MIN_RECENT", 5)
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
    assert found.recent_count < drift.MIN_RECENT
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
