"""What is said of a release: one distribution for each horizon, and everything that is read off it."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from ml.classes import PROBABILITY_COLUMNS, predict_classes
from ml.data import is_open, target_column
from ml.decide.decisions import class_probabilities, true_class, with_reached
from ml.estimators.base import ClassEstimator
from ml.estimators.blend import earned_weights, reweighted, steps_between
from ml.estimators.distribution import chance_at_least
from ml.estimators.floor import given_floor
from ml.estimators.log_linear import seen_streams
from ml.estimators.streams import StreamForecaster, read_off


@dataclass(frozen=True)
class OutlookModel:
    """Streams and classes of one feature set.

    Attributes:
        streams: The distribution of each horizon's total.
        classes: Chances of the classes by themselves.
        class_horizon: Horizon of the classes.
        class_weights: Weight of `classes` in the distribution's log odds of reaching the middle and the top class.
    """

    streams: StreamForecaster
    classes: ClassEstimator
    class_horizon: int
    class_weights: tuple[float, float]

    @property
    def feature_set(self) -> str:
        """Feature set of the forecasts."""
        return str(self.streams.feature_set)


@dataclass(frozen=True)
class Outlook:
    """Forecasts of rows.

    Attributes:
        forecasts: By horizon, columns `FORECAST_COLUMNS`, for the rows whose window is open.
        chances: Of the classes, for the rows whose class window is open; columns `PROBABILITY_COLUMNS`.
        medians: Of the class horizon, for the same rows.
        minimums: Least streams of the middle and of the top class.
        totals: Quantiles by horizon that all this is read off, shape (all rows, levels); NaN where a window has ended.
    """

    forecasts: dict[int, pd.DataFrame]
    chances: pd.DataFrame
    medians: pd.Series
    minimums: tuple[float, float]
    totals: dict[int, np.ndarray]

    def classes(self, names: tuple[str, ...]) -> pd.DataFrame:
        """Chances, and the class of the median as `predicted_class`: the headline number and its class agree."""
        return self.chances.assign(predicted_class=true_class(self.medians.to_numpy(), self.minimums, names))


def earned_class_weights(
    streams: StreamForecaster, classes: ClassEstimator, class_horizon: int, training: pd.DataFrame
) -> tuple[float, float]:
    """Weights that the class model earned beside the distribution, on rows that neither was fitted on.

    Args:
        streams: Fitted on the training rows.
        classes: Likewise; without `held_out`, or where history is short, it earns none.
        class_horizon: Horizon of the classes.
        training: The training rows, with their targets.
    """
    model = streams.by_horizon[class_horizon]
    if not hasattr(model, "held_out") or not len(getattr(classes, "held_out", ((),))[0]):
        return 0.0, 0.0
    rows = training[is_open(training, class_horizon)]
    (stream_places, totals), (class_places, chances) = model.held_out, classes.held_out
    shared, own, other = np.intersect1d(stream_places, class_places, return_indices=True)
    actual = rows[target_column(class_horizon)].to_numpy(dtype=float)[shared]
    reached = np.column_stack([actual >= minimum for minimum in classes.minimums]).astype(float)
    releases = rows["release_id"].to_numpy()[shared]
    return earned_weights(at_least(totals[own], classes.minimums), chances[other], reached, releases)


def at_least(totals: np.ndarray, minimums: tuple[float, float]) -> np.ndarray:
    """Chances of reaching each minimum, shape (rows, 2), from quantiles of totals."""
    return np.column_stack([chance_at_least(totals, minimum) for minimum in minimums])


def stream_quantiles(streams: StreamForecaster, rows: pd.DataFrame, floor: np.ndarray) -> dict[int, np.ndarray]:
    """Quantiles of totals by horizon, given that the totals have reached a floor: shape (rows, levels).

    Args:
        streams: The distribution of each horizon's total.
        rows: Rows of `release_features`.
        floor: Streams that have landed by the day of the forecast, also those that the rows do not know of.
    """
    return _with_floor(streams.quantiles(rows), floor, seen_streams(rows, str(streams.feature_set)))


def forecast_outlook(model: OutlookModel, rows: pd.DataFrame, floor: np.ndarray | None = None) -> Outlook:
    """Forecast rows of `release_features`.

    Args:
        model: Streams and classes.
        rows: Rows of any as-of day.
        floor: Streams that have landed by the day of the forecast; None for what the rows know.
    """
    horizon, minimums = model.class_horizon, model.classes.minimums
    totals, undecided = model.streams.quantiles(rows), is_open(rows, model.class_horizon)
    seen = seen_streams(rows, model.feature_set)
    if any(model.class_weights) and undecided.any():
        chances = predict_classes(model.classes, rows[undecided], model.feature_set).to_numpy()
        by_classes = np.column_stack([1 - chances[:, 0], chances[:, 2]])
        steps = steps_between(at_least(totals[horizon][undecided], minimums), by_classes)
        # what is certain by now is no matter of opinion
        steps[np.column_stack([seen[undecided] >= minimum for minimum in minimums])] = 0.0
        steps = np.array(model.class_weights) * steps
        totals[horizon][undecided] = reweighted(totals[horizon][undecided], minimums, steps)
    landed = seen if floor is None else np.maximum(floor, seen)
    totals = _with_floor(totals, landed, seen)
    chances = class_probabilities(at_least(totals[horizon][undecided], minimums))
    chances = with_reached(chances, landed[undecided], minimums)
    opened = {each: is_open(rows, each) for each in totals}
    forecasts = {each: read_off(values[opened[each]], rows.index[opened[each]]) for each, values in totals.items()}
    return Outlook(
        forecasts,
        pd.DataFrame(chances, columns=list(PROBABILITY_COLUMNS), index=rows.index[undecided]),
        forecasts[horizon]["predicted_streams"],
        minimums,
        totals,
    )


def _with_floor(totals: dict[int, np.ndarray], floor: np.ndarray, seen: np.ndarray) -> dict[int, np.ndarray]:
    """Quantiles given the floor where it lies above what was seen; none below it, nor below a shorter horizon's."""
    raised, later = [], floor > seen
    for values in totals.values():
        found, rows = values.copy(), later & np.isfinite(values[:, 0])
        found[rows] = given_floor(values[rows], floor[rows])
        raised.append(np.maximum(found, floor[:, None]))
    return dict(zip(totals, np.fmax.accumulate(np.stack(raised), axis=0), strict=True))
