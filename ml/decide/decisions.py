"""From probabilities to decisions."""

import numpy as np
import pandas as pd

CLASSES = ("low", "medium", "high")


def class_probabilities(at_least: np.ndarray) -> np.ndarray:
    """Probabilities of the three classes, shape (rows, 3), from those of reaching the middle and the top one.

    Where reaching the top is the likelier of the two, which cannot be, the lower one is taken for both.

    Args:
        at_least: Shape (rows, 2).
    """
    medium, high = at_least[:, 0], np.minimum(at_least[:, 0], at_least[:, 1])
    return np.column_stack([1 - medium, medium - high, high])


def with_reached(probabilities: np.ndarray, known: np.ndarray, minimums: tuple[float, float]) -> np.ndarray:
    """Probabilities of the three classes where one that the known streams have reached is certain.

    Args:
        probabilities: Shape (rows, 3).
        known: Streams so far, 0 where none are known.
        minimums: Least streams of the middle and of the top class.
    """
    reached = np.column_stack([known >= minimum for minimum in minimums])
    at_least = np.column_stack([1 - probabilities[:, 0], probabilities[:, 2]])
    raised = class_probabilities(np.where(reached, 1.0, at_least))
    return np.asarray(np.where(reached.any(axis=1, keepdims=True), raised, probabilities))


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
