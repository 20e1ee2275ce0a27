"""Drift: whether the data still look as they did in the champion's training, and whether a retrain is due."""

from ml.drift.retrain import Drift, look, record

__all__ = ["Drift", "look", "record"]
