"""Boosted trees on rows of features: CatBoost and LightGBM behind one interface."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, RegressorMixin

if TYPE_CHECKING:
    import lightgbm

CATBOOST_PARAMETERS: Mapping[str, Any] = {
    "learning_rate": 0.15,
    "depth": 6,
    "l2_leaf_reg": 5.0,
    "random_strength": 1.0,
    "rsm": 0.4,
    "subsample": 0.8,
    "min_data_in_leaf": 1,
}
LIGHTGBM_PARAMETERS: Mapping[str, Any] = {
    "learning_rate": 0.05,
    "num_leaves": 12,
    "min_data_in_leaf": 60,
    "feature_fraction": 0.6,
    "bagging_fraction": 0.8,
    "lambda_l2": 10.0,
}
MAX_TREES = 600
SHORT_TREES = 100
"""Trees where history is too short to stop early by."""
PATIENCE = 40
TREE_DAYS = (0, 1, 2, 3, 5, 7, 10, 14, 21)
"""As-of days whose rows trees are fitted on; the days between are read off them."""

Later = tuple[pd.DataFrame, np.ndarray] | None
"""Later rows and their targets, to stop early by; None where there are none."""


class CatBoostTrees(RegressorMixin, BaseEstimator):
    """CatBoost.

    Args:
        numeric: Numeric features.
        categorical: Categorical features.
        seed: Seed of what is drawn.
        threads: Threads; part of what makes a fit reproducible.
        parameters: CatBoost's own; None for the defaults.
        count: Trees; None stops early where there are later rows.
    """

    def __init__(
        self,
        numeric: tuple[str, ...] = (),
        categorical: tuple[str, ...] = (),
        seed: int = 0,
        threads: int = 1,
        parameters: Mapping[str, Any] | None = None,
        count: int | None = None,
    ) -> None:
        self.numeric = numeric
        self.categorical = categorical
        self.seed = seed
        self.threads = threads
        self.parameters = parameters
        self.count = count

    def fit(self, X: pd.DataFrame, y: np.ndarray, later: Later = None) -> Self:
        """Fit to one number for each row."""
        from catboost import CatBoostRegressor

        stops_early = later is not None and self.count is None
        self.model_ = CatBoostRegressor(
            loss_function="RMSE",
            boosting_type="Plain",
            bootstrap_type="Bernoulli",
            border_count=64,
            max_ctr_complexity=1,
            # Rows come by date: statistics of a category then rest on its past alone.
            has_time=True,
            iterations=self.count or (MAX_TREES if stops_early else SHORT_TREES),
            random_seed=self.seed,
            thread_count=self.threads,
            allow_writing_files=False,
            verbose=False,
            **(CATBOOST_PARAMETERS if self.parameters is None else self.parameters),
        )
        self.model_.fit(
            self._pool(X, y),
            eval_set=self._pool(*later) if later is not None and stops_early else None,
            early_stopping_rounds=PATIENCE if stops_early else None,
        )
        self.count_ = int(self.model_.tree_count_)
        return self

    def predict(self, X: pd.DataFrame) -> np.ndarray:
        """One number for each row."""
        return np.asarray(self.model_.predict(self._pool(X))) if len(X) else np.zeros(0)

    def contributions(self, X: pd.DataFrame) -> np.ndarray:
        """Shapley values, shape (rows, features), the numeric ones first."""
        if not len(X):
            return np.zeros((0, len(self.numeric) + len(self.categorical)))
        return np.asarray(self.model_.get_feature_importance(self._pool(X), type="ShapValues"))[:, :-1]

    def _pool(self, X: pd.DataFrame, y: np.ndarray | None = None) -> Any:
        from catboost import Pool

        return Pool(X[[*self.numeric, *self.categorical]], label=y, cat_features=list(self.categorical))


class LightGBMTrees(RegressorMixin, BaseEstimator):
    """LightGBM.

    Args:
        numeric: Numeric features.
        categorical: Categorical features; a value that training did not hold is unknown.
        seed: Seed of what is drawn.
        options: LightGBM's own parameters; None for the defaults.
        count: Trees; None stops early where there are later rows.
    """

    def __init__(
        self,
        numeric: tuple[str, ...] = (),
        categorical: tuple[str, ...] = (),
        seed: int = 0,
        options: Mapping[str, Any] | None = None,
        count: int | None = None,
    ) -> None:
        self.numeric = numeric
        self.categorical = categorical
        self.seed = seed
        self.options = options
        self.count = count

    def fit(self, X: pd.DataFrame, y: np.ndarray, later: Later = None) -> Self:
        """Fit to one number for each row."""
        import lightgbm

        self.vocabulary_ = vocabulary(X, self.categorical)
        options = {
            "objective": "regression",
            **fixed_options(self.seed),
            **(LIGHTGBM_PARAMETERS if self.options is None else self.options),
        }
        data = self._dataset(X, y)
        if later is None or self.count is not None:
            self.model_ = lightgbm.train(options, data, self.count or SHORT_TREES)
            self.count_ = int(self.model_.num_trees())
            return self
        stop = lightgbm.early_stopping(PATIENCE, verbose=False)
        self.model_ = lightgbm.train(
            options, data, MAX_TREES, valid_sets=[self._dataset(*later, data)], callbacks=[stop]
        )
        self.count_ = int(self.model_.best_iteration)
        return self

    def predict(self, X: pd.DataFrame) -> np.ndarray:
        """One number for each row."""
        return np.asarray(self.model_.predict(self._matrix(X), num_iteration=self.count_)) if len(X) else np.zeros(0)

    def contributions(self, X: pd.DataFrame) -> np.ndarray:
        """Shapley values, shape (rows, features), the numeric ones first."""
        if not len(X):
            return np.zeros((0, len(self.numeric) + len(self.categorical)))
        values = self.model_.predict(self._matrix(X), num_iteration=self.count_, pred_contrib=True)
        return np.asarray(values)[:, :-1]

    def _matrix(self, X: pd.DataFrame) -> np.ndarray:
        return matrix(X, self.numeric, self.vocabulary_)

    def _dataset(
        self, X: pd.DataFrame, y: np.ndarray, reference: "lightgbm.Dataset | None" = None
    ) -> "lightgbm.Dataset":
        import lightgbm

        return lightgbm.Dataset(
            self._matrix(X),
            y,
            reference=reference,
            categorical_feature=list(range(len(self.numeric), len(self.numeric) + len(self.categorical))),
            params={"max_bin": 63, "verbosity": -1},
        )


def fixed_options(seed: int) -> dict[str, Any]:
    """LightGBM's parameters that are no matter of tuning."""
    return {
        "bagging_freq": 1,
        "deterministic": True,
        "force_row_wise": True,
        # On this little data threads wait for each other: two took 20 times as long as one beside another process.
        "num_threads": 1,
        "seed": seed,
        "verbosity": -1,
    }


def vocabulary(X: pd.DataFrame, categorical: tuple[str, ...]) -> dict[str, list[str]]:
    """Values of each categorical feature, in the order of their codes."""
    return {name: sorted(X[name].unique().tolist()) for name in categorical}


def matrix(X: pd.DataFrame, numeric: tuple[str, ...], words: dict[str, list[str]]) -> np.ndarray:
    """Features as numbers; a value that training did not hold becomes -1, which LightGBM takes as missing."""
    numbers = X[list(numeric)].to_numpy(dtype=float)
    codes = [pd.Index(known).get_indexer(pd.Index(X[name])) for name, known in words.items()]
    return np.column_stack([numbers, *codes]) if codes else numbers
