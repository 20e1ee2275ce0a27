"""From probabilities to decisions."""

import numpy as np
import pandas as pd

CLASSES = ("low", "medium", "high")


def true_class(totals: np.ndarray, minimums: tuple[float, float], names: tuple[str, ...] = CLASSES) -> np.ndarray:
    """Class of each total: the last whose minimum it reaches."""
    place = np.searchsorted(np.asarray(minimums), totals, side="right")
    return np.asarray(np.asarray(names, dtype=object)[place])


def class_from_probabilities(probabilities: pd.DataFrame, names: tuple[str, ...] = CLASSES) -> np.ndarray:
    """The most probable class of each row; of equals, the lowest.

    Args:
        probabilities: One column for each class, in rising order.
        names: Names of the classes, in the same order.
    """
    return np.asarray(np.asarray(names, dtype=object)[probabilities.to_numpy().argmax(axis=1)])


def promotion_threshold(false_positive_cost: float, false_negative_cost: float) -> float:
    """Calibrated probability of the top class from which promoting costs less than not promoting.

    Source: Elkan 2001, The foundations of cost-sensitive learning (IJCAI), equation 2 with free correct decisions.
    """
    return false_positive_cost / (false_positive_cost + false_negative_cost)
