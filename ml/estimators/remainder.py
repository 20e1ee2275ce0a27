"""Corrections of the log-linear law act on what is not yet known.

The law forecasts the total. A correction is added to the log of the remainder, and the known part is added again: what
has happened cannot be forecast away. Without a correction the forecast is the law's own.
"""

import numpy as np
import pandas as pd

from ml.estimators.log_linear import MAX_LOG, LogLinear, known_streams

MIN_REMAINDER = 0.05
"""Share of the known streams that a correction takes as remainder where the law forecasts less."""


def remainder_error(law: LogLinear, X: pd.DataFrame, y: np.ndarray) -> np.ndarray:
    """What the law lacks in the log of the remainder: the target of a correction.

    Args:
        law: The law, fitted.
        X: Rows of `release_features`.
        y: Their true totals.
    """
    known = known_streams(X, law.feature_set)
    return np.asarray(np.log1p(np.maximum(y - known, 0.0)) - _log_remainder(law, X, known))


def corrected(law: LogLinear, X: pd.DataFrame, correction: np.ndarray) -> np.ndarray:
    """log(1 + total) for each row, never below what is known; where the correction is 0 it is the law's own."""
    known = known_streams(X, law.feature_set)
    remainder = np.clip(_log_remainder(law, X, known) + correction, 0.0, MAX_LOG)
    total = np.where(correction == 0, law.predict_log(X), np.log1p(known + np.expm1(remainder)))
    return np.asarray(np.maximum(total, np.log1p(known)))


def _log_remainder(law: LogLinear, X: pd.DataFrame, known: np.ndarray) -> np.ndarray:
    """log(1 + remainder) that the law leaves."""
    return np.asarray(np.log1p(np.maximum(law.predict(X) - known, MIN_REMAINDER * (1 + known))))
