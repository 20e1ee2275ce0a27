"""Chances of the classes that a model has to beat, and two plain classifiers of all features."""

from typing import Self

import numpy as np
import pandas as pd

from ml.decide.decisions import class_probabilities
from ml.estimators.base import ClassEstimator, nearest
from ml.estimators.log_linear import LogLinear, log_as_of_total
from ml.estimators.logistic import IDENTITY, fit_curve, log_odds, odds_to_probability

LOGISTIC_STRENGTH = 0.1
BOOSTED_TREES = 200


class Prior(ClassEstimator):
    """Shares of the classes among the training rows, for everyone."""

    def __init__(self, minimums: tuple[float, float] = (0.0, 0.0)) -> None:
        self.minimums = minimums

    def fit(self, X: pd.DataFrame, y: np.ndarray) -> Self:
        """Count the classes."""
        self.shares_ = np.bincount(self.places(y), minlength=3) / len(X)
        return self

    def predict_proba(self, X: pd.DataFrame) -> np.ndarray:
        """Chances of the three classes, shape (rows, 3)."""
        return np.tile(self.shares_, (len(X), 1))


class LineClasses(ClassEstimator):
    """The log-linear law with its training errors: the share of them that carries a forecast to the minimum."""

    def __init__(self, feature_set: str = "tiktok_vk", minimums: tuple[float, float] = (0.0, 0.0)) -> None:
        self.feature_set = feature_set
        self.minimums = minimums

    def fit(self, X: pd.DataFrame, y: np.ndarray) -> Self:
        """Fit the law and keep its errors of each as-of day."""
        self.law_ = LogLinear(self.feature_set).fit(X, y)
        errors, days = np.log1p(np.asarray(y, dtype=float)) - self.law_.predict_log(X), X["as_of_day"].to_numpy()
        self.errors_ = [np.sort(errors[days == day]) for day in self.law_.days_]
        return self

    def predict_at_least(self, X: pd.DataFrame) -> np.ndarray:
        """P(total >= minimum), shape (rows, minimums)."""
        forecast, places = self.law_.predict_log(X), nearest(self.law_.days_, X["as_of_day"].to_numpy())
        found = np.zeros((len(X), len(self.minimums)))
        for place in np.unique(places):
            rows, errors = places == place, self.errors_[place]
            for cut, minimum in enumerate(self.minimums):
                lacking = np.searchsorted(errors, np.log1p(minimum) - forecast[rows], side="left")
                found[rows, cut] = 1 - lacking / len(errors)
        return found

    def predict_proba(self, X: pd.DataFrame) -> np.ndarray:
        """Chances of the three classes, shape (rows, 3)."""
        return class_probabilities(self.predict_at_least(X))


class RankedClasses(ClassEstimator):
    """A rising logistic curve of one number's log for each as-of day, so that releases come in its order.

    Args:
        column: The as-of total that ranks; where it is unknown, it counts as its mean.
        minimums: Least streams of the middle and of the top class.
    """

    def __init__(self, column: str = "vk_streams_total", minimums: tuple[float, float] = (0.0, 0.0)) -> None:
        self.column = column
        self.minimums = minimums

    def fit(self, X: pd.DataFrame, y: np.ndarray) -> Self:
        """Fit a curve for each as-of day and minimum."""
        totals, days = np.asarray(y, dtype=float), X["as_of_day"].to_numpy()
        self.days_ = np.unique(days)
        self.typical_ = np.zeros(len(self.days_))
        self.curves_ = []
        for place, day in enumerate(self.days_):
            rows = days == day
            logs = log_as_of_total(X[rows], self.column)
            self.typical_[place] = float(np.nanmean(logs)) if np.isfinite(logs).any() else 0.0
            centered, weight = np.nan_to_num(logs - self.typical_[place]), np.ones(int(rows.sum()))
            self.curves_.append(
                [
                    fit_curve(centered, (totals[rows] >= minimum).astype(float), weight, IDENTITY, strength=0.5)
                    for minimum in self.minimums
                ]
            )
        return self

    def predict_at_least(self, X: pd.DataFrame) -> np.ndarray:
        """P(total >= minimum), shape (rows, minimums)."""
        places = nearest(self.days_, X["as_of_day"].to_numpy())
        centered = np.nan_to_num(log_as_of_total(X, self.column) - self.typical_[places])
        found = np.zeros((len(X), len(self.minimums)))
        for place in np.unique(places):
            rows = places == place
            for cut, curve in enumerate(self.curves_[place]):
                found[rows, cut] = odds_to_probability(log_odds(curve, centered[rows]))
        return found

    def predict_proba(self, X: pd.DataFrame) -> np.ndarray:
        """Chances of the three classes, shape (rows, 3)."""
        return class_probabilities(self.predict_at_least(X))


class LogisticClasses(ClassEstimator):
    """A logistic regression on the logs of all numeric features for each cut-point."""

    def __init__(self, numeric: tuple[str, ...] = (), minimums: tuple[float, float] = (0.0, 0.0)) -> None:
        self.numeric = numeric
        self.minimums = minimums

    def fit(self, X: pd.DataFrame, y: np.ndarray) -> Self:
        """Fit both cut-points; one with a single kind of release gives their share."""
        from sklearn.linear_model import LogisticRegression
        from sklearn.preprocessing import StandardScaler

        places, logs = self.places(y), self._logs(X)
        self.middle_ = logs.median().fillna(0.0).to_numpy()
        filled = self._filled(X)
        self.scaler_ = StandardScaler().fit(filled)
        self.models_: list[LogisticRegression | float] = []
        for cut in (1, 2):
            hit = places >= cut
            one_kind = hit.all() or not hit.any()
            model = LogisticRegression(C=LOGISTIC_STRENGTH, max_iter=2000)
            self.models_.append(
                float(hit.mean()) if one_kind else model.fit(self.scaler_.transform(filled), hit.astype(int))
            )
        return self

    def predict_proba(self, X: pd.DataFrame) -> np.ndarray:
        """Chances of the three classes, shape (rows, 3)."""
        scaled = self.scaler_.transform(self._filled(X))
        found = [
            np.full(len(X), model) if isinstance(model, float) else model.predict_proba(scaled)[:, 1]
            for model in self.models_
        ]
        return class_probabilities(np.column_stack(found))

    def _logs(self, X: pd.DataFrame) -> pd.DataFrame:
        values = X[list(self.numeric)].astype(float)
        return pd.DataFrame(np.sign(values) * np.log1p(values.abs()))

    def _filled(self, X: pd.DataFrame) -> np.ndarray:
        logs = self._logs(X).to_numpy()
        return np.where(np.isnan(logs), self.middle_, logs)


class CatBoostClasses(ClassEstimator):
    """CatBoost on the three classes at once, without a line below it."""

    def __init__(
        self,
        numeric: tuple[str, ...] = (),
        categorical: tuple[str, ...] = (),
        minimums: tuple[float, float] = (0.0, 0.0),
        seed: int = 0,
        threads: int = 1,
    ) -> None:
        self.numeric = numeric
        self.categorical = categorical
        self.minimums = minimums
        self.seed = seed
        self.threads = threads

    def fit(self, X: pd.DataFrame, y: np.ndarray) -> Self:
        """Fit on the classes that training holds; of one alone there is nothing to learn."""
        from catboost import CatBoostClassifier

        places = self.places(y)
        self.present_, self.model_ = np.unique(places), None
        if len(self.present_) > 1:
            self.model_ = CatBoostClassifier(
                loss_function="MultiClass",
                iterations=BOOSTED_TREES,
                learning_rate=0.05,
                depth=5,
                has_time=True,
                max_ctr_complexity=1,
                random_seed=self.seed,
                thread_count=self.threads,
                allow_writing_files=False,
                verbose=False,
            )
            self.model_.fit(X[[*self.numeric, *self.categorical]], places, cat_features=list(self.categorical))
        return self

    def predict_proba(self, X: pd.DataFrame) -> np.ndarray:
        """Chances of the three classes, shape (rows, 3)."""
        found = np.zeros((len(X), 3))
        columns = [*self.numeric, *self.categorical]
        found[:, self.present_] = 1.0 if self.model_ is None else self.model_.predict_proba(X[columns])
        return found
