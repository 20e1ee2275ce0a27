import numpy as np
import pandas as pd
import pytest

from ml.ridge import PENALTIES, fit_ridge, from_plain, predict_ridge, ridge_contributions, solve_ridge, to_plain


def test_penalty_and_coefficients_are_those_of_scikit_learn() -> None:
    from sklearn.linear_model import RidgeCV

    random = np.random.default_rng(0)
    features = random.normal(size=(80, 12))
    target = features[:, 0] + 0.3 * features[:, 1] + random.normal(size=80) + 4
    coefficients, constant = solve_ridge(features, target)
    reference = RidgeCV(alphas=PENALTIES).fit(features, target)
    assert coefficients == pytest.approx(reference.coef_, abs=1e-9)
    assert constant == pytest.approx(reference.intercept_)


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
    contributions = ridge_contributions(fit_ridge(frame, error, COLUMNS), frame)
    assert (contributions[:, [0, 2, 3]] == 0).all()
    assert np.ptp(contributions[:, 1]) > 0.5


def test_an_extreme_release_does_not_run_away() -> None:
    frame, error = make_frame()
    model = fit_ridge(frame, error, COLUMNS)
    extreme = frame.iloc[[0]].assign(views=1e300)
    assert predict_ridge(model, extreme)[0] < error.max() + 1


def test_it_survives_json() -> None:
    frame, error = make_frame()
    model = fit_ridge(frame, error, COLUMNS)
    assert predict_ridge(from_plain(to_plain(model)), frame) == pytest.approx(predict_ridge(model, frame), abs=0)
