import numpy as np
import pytest

from ml.estimators.smearing import MAX_FACTOR, Smearing


def make_forecasts(count: int, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Medians of a remainder whose log errs by 0.8, or by 0.2 above some 3,000 streams; a fifth is known already."""
    random = np.random.default_rng(seed)
    remainder = np.exp(random.normal(8, 1, count))
    known, spread = remainder / 4, np.where(remainder < 3000, 0.8, 0.2)
    actual = known + remainder * np.exp(random.normal(0, spread))
    return known + remainder, actual, known, random.choice([1, 7], count)


def test_sums_come_out_right_overall_and_by_size_where_those_of_medians_do_not() -> None:
    smearing = Smearing().fit(*make_forecasts(8000, 1))
    forecast, actual, known, days = make_forecasts(8000, 2)
    expected = smearing.predict(forecast, known, days)
    small = forecast < 2500
    assert forecast[small].sum() / actual[small].sum() < 0.85
    for rows in (small, ~small, days == 1):
        assert expected[rows].sum() / actual[rows].sum() == pytest.approx(1.0, abs=0.05)


def test_the_known_part_is_left_as_it_is() -> None:
    smearing = Smearing().fit(*make_forecasts(2000, 1))
    known = np.array([10.0, 1e6, 0.0])
    assert smearing.predict(known, known, np.full(3, 7)).tolist() == known.tolist()
    forecast, _, known, days = make_forecasts(2000, 3)
    assert (smearing.predict(forecast, known, days) >= known).all()


def test_a_day_without_calibration_takes_the_nearest() -> None:
    forecast, actual, known, days = make_forecasts(4000, 1)
    raised = np.where(days == 1, known + 3 * (actual - known), actual)
    smearing = Smearing().fit(forecast, raised, known, days)
    one, two, five, seven = (smearing.predict(forecast, known, np.full(4000, day)).sum() for day in (1, 2, 5, 7))
    assert one == two > five == seven


def test_nothing_left_and_equal_forecasts_do_not_break_it() -> None:
    same = np.full(400, 50.0)
    for actual, factor in ((same, 1.0), (same * 100, 1.0)):
        smearing = Smearing().fit(same, actual, same, np.full(400, 7))
        assert set(smearing.factors_[0]) == {factor}
    extreme = Smearing().fit(same, same * 1e6, np.zeros(400), np.full(400, 7))
    assert max(extreme.factors_[0]) == MAX_FACTOR
