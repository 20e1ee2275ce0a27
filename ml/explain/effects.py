"""What groups of reasons do to a forecast, asked of the served model itself, whatever its estimators are."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from ml.explain.shapley import coalitions
from ml.explain.usual import LACKING, LEVEL, MISSING, SHAPE, TIKTOK, Inputs, replaced
from ml.outlook import OutlookModel, forecast_outlook
from ml.registry.bundles import Bundle

MAX_ROWS = 40_000
"""Rows that are forecast at once."""
ANSWERS = ["predicted_streams", "lower_80", "upper_80"]


@dataclass(frozen=True)
class Effects:
    """What groups and features do to the forecasts of rows.

    Attributes:
        groups: Groups of reasons.
        by_group: Shapley values in the log of the forecast, shape (rows, groups).
        alone: What each feature of a group that says its strongest feature does by itself, by name: shape (rows,).
        widening: How many times as wide the 80 % range is for what is missing, in logs.
    """

    groups: tuple[str, ...]
    by_group: np.ndarray
    alone: Mapping[str, np.ndarray]
    widening: np.ndarray


def log_streams(streams: np.ndarray) -> np.ndarray:
    """Log of a forecast; one below one stream counts as 1."""
    return np.asarray(np.log(np.maximum(streams, 1.0)))


def named_features(inputs: Inputs) -> list[str]:
    """Features that a sentence may name: those of groups that have no figure of their own."""
    return [name for name, group in inputs.groups.items() if group not in (LEVEL, SHAPE, TIKTOK, MISSING)]


def is_lacking(inputs: Inputs, rows: pd.DataFrame, usual: pd.DataFrame) -> np.ndarray:
    """Whether days of a row are missing or late, or its features of missing days are not the usual ones."""
    counts = rows[[name for name in LACKING if name in rows]].fillna(0).to_numpy(dtype=float)
    of_missing = [name for name, group in inputs.groups.items() if group == MISSING]
    same = np.isclose(rows[of_missing].to_numpy(dtype=float), usual[of_missing].to_numpy(dtype=float), equal_nan=True)
    return np.asarray((counts > 0).any(axis=1) | ~same.all(axis=1))


def effects_of(
    model: OutlookModel, inputs: Inputs, rows: pd.DataFrame, usual: pd.DataFrame, horizon: int, lacks: bool
) -> Effects:
    """Ask the model of every row: of all coalitions of groups, and without each feature that can be named.

    Args:
        model: Streams and classes.
        inputs: What it forecasts from.
        rows: Rows that a horizon was forecast from.
        usual: The usual release of each.
        horizon: Days of the window.
        lacks: Whether missing days are a group.
    """
    groups = tuple(dict.fromkeys([LEVEL, *inputs.groups.values(), MISSING]))
    if not lacks:
        groups = tuple(group for group in groups if group != MISSING)
    plays, weights = coalitions(len(groups))
    lone = [*named_features(inputs), *([MISSING] if lacks else [])]
    everything = int(plays.all(axis=1).argmax())

    def kept(name: str, group: str) -> np.ndarray:
        others = [name != each and (group != MISSING or each != MISSING) for each in lone]
        playing = plays[:, groups.index(group)] if group in groups else np.ones(len(plays), dtype=bool)
        return np.concatenate([playing, np.array(others, dtype=bool)])

    questions = {name: kept(name, group) for name, group in {**inputs.groups, LEVEL: LEVEL, MISSING: MISSING}.items()}
    answers = _answers(model, inputs, rows, usual, horizon, questions)
    logs = log_streams(answers[:, :, 0])
    without = dict(zip(lone, (logs[:, [everything]] - logs[:, len(plays) :]).T, strict=True))
    widening = np.ones(len(rows))
    if lacks:
        width = np.log1p(answers[:, [everything, len(questions[LEVEL]) - 1], 2])
        width -= np.log1p(answers[:, [everything, len(questions[LEVEL]) - 1], 1])
        widening = np.divide(width[:, 0], width[:, 1], out=widening, where=width[:, 1] > 1e-9)
    return Effects(groups, logs[:, : len(plays)] @ weights, without, widening)


def _answers(
    model: OutlookModel,
    inputs: Inputs,
    rows: pd.DataFrame,
    usual: pd.DataFrame,
    horizon: int,
    questions: Mapping[str, np.ndarray],
) -> np.ndarray:
    """`ANSWERS` to each question, shape (rows, questions, answers)."""
    if horizon < model.class_horizon:
        # classes speak of their own horizon and of longer ones
        model = replace(model, class_weights=(0.0, 0.0))
    count, found = len(questions[LEVEL]), []
    step = max(MAX_ROWS // count, 1)
    for start in range(0, len(rows), step):
        part = slice(start, start + step)
        asked = replaced(inputs, rows[part], usual[part], questions)
        floor = asked["floor_streams"].fillna(0).to_numpy()
        answers = forecast_outlook(model, asked, floor).forecasts[horizon][ANSWERS].to_numpy()
        found.append(answers.reshape(count, -1, len(ANSWERS)).swapaxes(0, 1))
    return np.concatenate(found)


def lateness(bundle: Bundle, rows: pd.DataFrame, horizon: int) -> np.ndarray:
    """How many times as far off forecasts usually are on the day that each rests on as on the day that it is made."""
    models = {name: model.by_horizon[horizon] for name, model in bundle.streams.items()}
    days = rows["as_of_day"].to_numpy()
    today = days + (rows["known_by"] - rows["as_of_date"]).dt.days.to_numpy()
    least = np.min([model.usual_error(today) for model in models.values()], axis=0)
    errors = {name: model.usual_error(days) for name, model in models.items()}
    own = np.choose([list(models).index(name) for name in rows["chosen_set"]], list(errors.values()))
    return np.asarray(np.maximum(np.divide(own, least, out=np.ones(len(rows)), where=least > 0), 1.0))
