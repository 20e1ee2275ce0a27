"""A random forest on the log of the remainder, without a line below it."""

from typing import Self

import numpy as np
import pandas as pd

from ml.estimators.base import StreamEstimator
from ml.estimators.log_linear import MAX_LOG, known_streams
from ml.estimators.trees import LightGBMTrees

FOREST_OPTIONS = {
    "boosting": "rf",
    "num_leaves": 512,
    "min_data_in_leaf": 5,
    "feature_fraction_bynode": 1 / 3,
    "bagging_fraction": 0.5,
    # trees this deep would else learn single artists and labels by heart
    "cat_smooth": 50.0,
    "cat_l2": 50.0,
    "min_data_per_group": 200,
}
FOREST_TREES = 200


class Forest(StreamEstimator):
    """LightGBM's random forest, which is kept in LightGBM's own format.

    Source: Breiman 2001, Random forests.
    """

    def __init__(
        self,
        feature_set: str = "tiktok_vk",
        numeric: tuple[str, ...] = (),
        categorical: tuple[str, ...] = (),
        seed: int = 0,
    ) -> None:
        self.feature_set = feature_set
        self.numeric = numeric
        self.categorical = categorical
        self.seed = seed

    def fit(self, X: pd.DataFrame, y: np.ndarray) -> Self:
        """Fit to log(1 + remainder)."""
        left = np.maximum(np.asarray(y, dtype=float) - known_streams(X, self.feature_set), 0.0)
        trees = LightGBMTrees(self.numeric, self.categorical, self.seed, FOREST_OPTIONS, FOREST_TREES)
        self.trees_ = trees.fit(X, np.log1p(left))
        return self

    def predict(self, X: pd.DataFrame) -> np.ndarray:
        """Totals."""
        left = np.expm1(np.clip(self.trees_.predict(X), 0.0, MAX_LOG))
        return np.asarray(known_streams(X, self.feature_set) + left)

    def contributions(self, X: pd.DataFrame, columns: list[str]) -> np.ndarray:
        """Shapley values in the log of the remainder, scaled by its share of the total: shape (rows, columns)."""
        found = np.zeros((len(X), len(columns)))
        places = [columns.index(name) for name in (*self.numeric, *self.categorical)]
        total = self.predict(X)
        share = (total - known_streams(X, self.feature_set)) / np.maximum(total, 1e-9)
        found[:, places] = share[:, None] * self.trees_.contributions(X)
        return found
