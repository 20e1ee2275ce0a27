from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from hitcast.core.settings import Settings
from ml.classes import fit_classes, predict_classes
from ml.data import Columns, Marts, feature_columns
from ml.estimators.calibration import ISOTONIC_RELEASES, ISOTONIC_RELEASES_OF_A_KIND, ChanceCalibration
from ml.estimators.classes import OrderedClasses
from ml.estimators.zoo import OWN, STREAMS
from ml.evaluation.ranking import average_precision
from ml.streams import fit_streams

MINIMUMS = (20_000.0, 150_000.0)


@pytest.fixture(scope="module")
def columns(marts: Marts, training: pd.DataFrame) -> Columns:
    return feature_columns(marts.catalog, "tiktok_vk", training)


@pytest.fixture(scope="module")
def halves(training: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    early = training["release_date"] < training["release_date"].quantile(0.7)
    return training[early].reset_index(drop=True), training[~early].reset_index(drop=True)


@pytest.fixture(scope="module")
def model(halves: tuple[pd.DataFrame, pd.DataFrame], columns: Columns, settings: Settings) -> OrderedClasses:
    return fit_classes(halves[0], "tiktok_vk", columns, MINIMUMS, settings)


def test_probabilities_are_ordered_and_sum_to_one(model: OrderedClasses, frame: pd.DataFrame) -> None:
    probabilities = predict_classes(model, frame, "tiktok_vk")
    assert (probabilities >= 0).all(axis=None)
    assert probabilities.sum(axis=1).to_numpy() == pytest.approx(np.ones(len(frame)))


def test_a_class_that_is_reached_is_certain_for_who_sees_the_streams(
    model: OrderedClasses, frame: pd.DataFrame
) -> None:
    known = frame["vk_streams_total"].fillna(0).to_numpy()
    seen, unseen = (predict_classes(model, frame, name) for name in ("tiktok_vk", "tiktok"))
    for minimum, certain in zip(
        MINIMUMS, (["probability_medium", "probability_high"], ["probability_high"]), strict=True
    ):
        reached = known >= minimum
        assert reached.any()
        assert (seen.loc[reached, certain].sum(axis=1) == 1).all()
        assert (unseen.loc[reached, certain].sum(axis=1) < 1).any()
    pd.testing.assert_frame_equal(seen[known < MINIMUMS[0]], unseen[known < MINIMUMS[0]])


def test_they_find_the_hits_and_are_calibrated(
    model: OrderedClasses, halves: tuple[pd.DataFrame, pd.DataFrame]
) -> None:
    later = halves[1][halves[1]["as_of_day"] == 7]
    probabilities = predict_classes(model, later, "tiktok_vk")
    top = (later["streams_30"] >= MINIMUMS[1]).to_numpy()
    assert average_precision(top, probabilities["probability_high"].to_numpy()) > 0.8
    assert probabilities["probability_high"].mean() == pytest.approx(top.mean(), abs=0.06)


def test_the_same_data_and_seed_give_the_same_probabilities(
    model: OrderedClasses, halves: tuple[pd.DataFrame, pd.DataFrame], columns: Columns, settings: Settings
) -> None:
    again = fit_classes(halves[0], "tiktok_vk", columns, MINIMUMS, settings)
    pd.testing.assert_frame_equal(
        predict_classes(again, halves[1], "tiktok_vk"),
        predict_classes(model, halves[1], "tiktok_vk"),
        rtol=1e-9,
        atol=1e-12,
    )


@pytest.mark.parametrize("name", ["ridge", OWN["streams"], "log_linear"])
def test_what_the_streams_have_fitted_gives_the_same_probabilities(
    name: str, halves: tuple[pd.DataFrame, pd.DataFrame], columns: Columns, settings: Settings
) -> None:
    earlier, later = (half[half["as_of_day"].isin([2, 7])].reset_index(drop=True) for half in halves)
    streams = fit_streams(earlier, "tiktok_vk", columns, settings, estimator=STREAMS[name])
    shared = fit_classes(earlier, "tiktok_vk", columns, MINIMUMS, settings, streams=streams)
    alone = fit_classes(earlier, "tiktok_vk", columns, MINIMUMS, settings)
    part = streams.linear_part(settings.class_horizon)
    assert (part is not None and part.whole is shared.linear_) == (name != "log_linear")
    assert shared.predict_proba(later) == pytest.approx(alone.predict_proba(later), abs=1e-12)


def test_what_streams_have_fitted_on_other_columns_is_fitted_again(
    halves: tuple[pd.DataFrame, pd.DataFrame], columns: Columns, settings: Settings
) -> None:
    rows = halves[0][halves[0]["as_of_day"].isin([2, 7])].reset_index(drop=True)
    fewer = replace(columns, numeric=columns.numeric[:-3])
    streams = fit_streams(rows, "tiktok_vk", fewer, settings, estimator=STREAMS["ridge"])
    assert fit_classes(rows, "tiktok_vk", columns, MINIMUMS, settings, streams=streams).linear_.numeric == (
        columns.numeric
    )


@pytest.mark.parametrize(
    ("minimums", "sure"),
    [((1e12, 2e12), "probability_low"), ((0.0, 1e12), "probability_medium"), ((0.5, 1.0), "probability_high")],
)
def test_one_class_only_does_not_crash(
    minimums: tuple[float, float],
    sure: str,
    halves: tuple[pd.DataFrame, pd.DataFrame],
    columns: Columns,
    settings: Settings,
) -> None:
    model = fit_classes(halves[0], "tiktok_vk", columns, minimums, settings)
    probabilities = predict_classes(model, halves[1], "tiktok_vk")
    assert (probabilities[sure] > 0.9).mean() > 0.95
    assert np.isfinite(probabilities).all(axis=None)


def test_a_handful_of_releases_does_not_crash(training: pd.DataFrame, columns: Columns, settings: Settings) -> None:
    few = training[training["release_id"].isin(training["release_id"].unique()[:20])].reset_index(drop=True)
    probabilities = predict_classes(fit_classes(few, "tiktok_vk", columns, MINIMUMS, settings), training, "tiktok_vk")
    assert np.isfinite(probabilities).all(axis=None)


def test_many_releases_are_calibrated_by_a_free_monotone_curve() -> None:
    random = np.random.default_rng(0)
    odds = random.normal(size=4 * ISOTONIC_RELEASES)
    # Twice too sure: what is said to be 2 is only 1.
    hit = (random.random(len(odds)) < 1 / (1 + np.exp(-odds / 2))).astype(float)
    calibration = ChanceCalibration().fit(odds, hit, np.arange(len(odds)))
    assert hit.sum() > ISOTONIC_RELEASES_OF_A_KIND
    assert len(calibration.knots_)
    assert calibration.predict(np.array([-2.0, 0.0, 2.0])) == pytest.approx([0.27, 0.5, 0.73], abs=0.06)
    few = ChanceCalibration().fit(odds[:300], hit[:300], np.arange(300))
    assert len(few.knots_) == 0
    assert few.predict(np.array([2.0]))[0] == pytest.approx(0.73, abs=0.08)
