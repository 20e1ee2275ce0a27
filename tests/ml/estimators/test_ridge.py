import numpy as np
import pandas as pd
import pytest

from ml.estimators.ridge import DayRidge, strongest


def make_frame(count: int = 200) -> tuple[pd.DataFrame, np.ndarray]:
    random = np.random.default_rng(1)
    frame = pd.DataFrame(
        {
            "as_of_day": random.integers(1, 8, count),
            "views": np.exp(random.normal(5, 2, count)),
            "constant": 3.0,
            "unknown": np.nan,
        }
    )
    return frame, np.log(frame["views"].to_numpy()) * 0.4 + random.normal(0, 0.1, count)


COLUMNS = ("as_of_day", "views", "constant", "unknown")


def test_constant_and_unknown_features_have_no_say() -> None:
    frame, error = make_frame()
    contributions = DayRidge(COLUMNS).fit(frame, error).contributions(frame)
    assert (contributions[:, [0, 2, 3]] == 0).all()
    assert np.ptp(contributions[:, 1]) > 0.5


def test_an_extreme_release_does_not_run_away() -> None:
    frame, error = make_frame()
    model = DayRidge(COLUMNS).fit(frame, error)
    extreme = frame.iloc[[0]].assign(views=1e300)
    assert model.predict(extreme)[0] < error.max() + 1


def make_dependent_effects(count: int = 1000) -> tuple[pd.DataFrame, np.ndarray]:
    """A frame of one as-of day where what one feature does depends on another."""
    random = np.random.default_rng(2)
    logs = random.normal(0, 1, (count, 6))
    frame = pd.DataFrame(np.sign(logs) * np.expm1(np.abs(logs)), columns=list("abcdef")).assign(as_of_day=7)
    together = 0.8 * logs[:, 1] * logs[:, 3] + 0.4 * logs[:, 1] ** 2
    error = 1 + logs[:, 1] + 0.5 * logs[:, 3] + together + random.normal(0, 0.1, count)
    return frame, error


def test_one_effect_may_depend_on_another() -> None:
    frame, error = make_dependent_effects()
    half = len(frame) // 2
    model = DayRidge(tuple("abcdef")).fit(frame.head(half), error[:half])
    left = error[half:] - model.predict(frame.tail(half))
    assert np.std(left) < 0.25


def test_contributions_share_out_products_against_a_typical_release() -> None:
    frame, error = make_dependent_effects()
    model = DayRidge(tuple("abcdef")).fit(frame, error)
    contributions = model.contributions(frame)
    assert contributions.sum(axis=1) + model.constant_[0] == pytest.approx(model.predict(frame))
    assert contributions.mean(axis=0) == pytest.approx(np.zeros(6), abs=0.02)
    assert contributions[:, [1, 3]].std(axis=0).min() > 5 * contributions[:, [0, 2, 4, 5]].std(axis=0).max()


def test_the_strongest_explain_what_the_others_leave() -> None:
    random = np.random.default_rng(3)
    features = random.normal(size=(400, 5))
    features[:, 4] = features[:, 1] + 0.01 * random.normal(size=400)
    target = 3 * features[:, 1] + features[:, 2]
    # a near copy of the strongest says nothing further, the weaker one does
    assert list(strongest(features, target, 2)) == [1, 2]
    assert len(strongest(np.ones((400, 3)), target, 2)) == 0


def test_few_releases_have_no_products() -> None:
    frame, error = make_dependent_effects(40)
    assert DayRidge(tuple("abcdef")).fit(frame, error).strong_[0].size == 0


def test_what_hardly_ever_differs_has_no_say() -> None:
    frame, error = make_dependent_effects()
    rare = np.arange(len(frame)) < 20
    model = DayRidge((*"abcdef", "delivered_days")).fit(frame.assign(delivered_days=7.0 - rare), error - 2.0 * rare)
    assert (model.contributions(frame.assign(delivered_days=6.0))[:, 6] == 0).all()
