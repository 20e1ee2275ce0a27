"""Corrections of a law act on what is not yet known.

A law forecasts the log of the remainder. A correction is added to it, and the known part is added again: what has
happened cannot be forecast away. Without a correction the forecast is the law's own.
"""

import numpy as np
import pandas as pd

from ml.estimators.log_linear import MAX_LOG, known_streams
from ml.estimators.shape_law import ShapeLaw


def log_remainder(X: pd.DataFrame, y: np.ndarray, feature_set: str) -> np.ndarray:
    """log(1 + remainder): what of each total lies above the streams that the feature set knows."""
    return np.asarray(np.log1p(np.maximum(np.asarray(y, dtype=float) - known_streams(X, feature_set), 0.0)))


def remainder_error(law: ShapeLaw, X: pd.DataFrame, y: np.ndarray) -> np.ndarray:
    """What the law lacks in the log of the remainder: the target of a correction.

    Args:
        law: The law, fitted.
        X: Rows of `release_features`.
        y: Their true totals.
    """
    return np.asarray(log_remainder(X, y, law.feature_set) - law.predict_log_remainder(X))


def corrected(law: ShapeLaw, X: pd.DataFrame, correction: np.ndarray) -> np.ndarray:
    """log(1 + total) for each row, never below what is known."""
    left = np.clip(law.predict_log_remainder(X) + correction, 0.0, MAX_LOG)
    return np.asarray(np.log1p(known_streams(X, law.feature_set) + np.expm1(left)))


def remainder_share(law: ShapeLaw, X: pd.DataFrame) -> np.ndarray:
    """Share of the law's total that is still to come: by it an error of the log remainder moves the log total."""
    left = np.exp(law.predict_log_remainder(X))
    return np.asarray(left / (known_streams(X, law.feature_set) + left))
