"""Estimators behind scikit-learn's interface, one idea a file.

`fit(X, y)` takes rows of `release_features` and the totals of their windows; `predict(X)` gives totals, and
`predict_proba(X)` the chances of the three classes. `ml.estimators.files` saves and loads all of them.
"""

from ml.estimators.classes import OrderedClasses
from ml.estimators.log_linear import LogLinear
from ml.estimators.mix import RidgeAndTrees
from ml.estimators.ridge_on_law import RidgeOnLaw
from ml.estimators.shape_law import ShapeLaw
from ml.estimators.streams import StreamForecaster

__all__ = ["LogLinear", "OrderedClasses", "RidgeAndTrees", "RidgeOnLaw", "ShapeLaw", "StreamForecaster"]
