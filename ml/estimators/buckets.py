"""Buckets of predicted size, each with enough releases to calibrate by."""

import numpy as np

MIN_PER_BUCKET = 60
MAX_BUCKETS = 5


def size_edges(size: np.ndarray) -> np.ndarray:
    """Rising sizes between one bucket and the next; empty where one bucket holds all.

    Args:
        size: Predicted sizes, in logs.
    """
    buckets = int(np.clip(len(size) // MIN_PER_BUCKET, 1, MAX_BUCKETS))
    return np.unique(np.quantile(size, np.arange(1, buckets) / buckets)) if buckets > 1 else np.array([])
