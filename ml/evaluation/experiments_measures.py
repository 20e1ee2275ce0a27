"""Experiments on how a forecast is measured and used: rounding, and where pessimism belongs."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from ml.classes import DEFAULT_PARAMETERS, fit_classes, predict_classes
from ml.data import target_column
from ml.decide.decisions import promotion_threshold
from ml.estimators import zoo
from ml.estimators.classes import SHORT_TREES
from ml.estimators.log_linear import known_streams
from ml.estimators.trees import matrix, vocabulary
from ml.evaluation.bootstrap import paired_interval
from ml.evaluation.experiments_shared import (
    DIFFERENCE,
    Bench,
    by_release,
    cases,
    differences,
    figure,
    forecasts_of,
    keyed,
    mean_rows,
    percent,
    rmsle_rows,
    row,
    signs,
    squared_log_error,
    weeks_of,
)
from ml.evaluation.metrics import reference_mape

Progress = Callable[[str], None]
ROUNDED = {
    "rounded_mape_nearest": "rounded_mape_nearest_of_zero",
    "rounded_mape_nonzero": "rounded_mape_nonzero_of_one_step",
    "rounded_mape_up": "rounded_mape_up_of_one_step",
}
"""Variants of the reference figure, each with the constant that it has to beat."""
SHRUNK = 0.8
"""Share of the forecast remainder that the pessimist keeps."""


def rounding(bench: Bench, progress: Progress) -> tuple[pd.DataFrame, str]:
    """The reference's two figures beside what no skill scores: MAPE after rounding to 50,000, and accuracy."""
    found, hits = [], []
    for feature_set, training, testing, seeded in bench.trials():
        progress(f"{feature_set}, {len(training)} releases to train on")
        for variant, name in (("model", zoo.OWN["streams"]), ("log_linear", "log_linear")):
            message = [zoo.streams_by(name, training, given)(testing) for given in seeded]
            found += forecasts_of(testing, feature_set, variant, message)
        hits += [
            rows.assign(feature_set=feature_set, horizon_days=bench.settings.class_horizon, seed=seed)
            for seed, given in enumerate(seeded)
            for rows in _class_hits(training, testing, given)
        ]
    rows = pd.concat(found, ignore_index=True)
    rows["share"] = np.abs(rows["predicted"] - rows["actual"]) / rows["actual"].where(rows["actual"] > 0)
    # The metric of one row is that row's part in the mean; NaN where a variant leaves it out.
    alone = [
        reference_mape(rows["actual"].to_numpy()[place : place + 1], rows["predicted"].to_numpy()[place : place + 1])
        for place in range(len(rows))
    ]
    rows = pd.concat([rows, pd.DataFrame(alone, index=rows.index)], axis="columns")
    figures: list[dict[str, Any]] = []
    for feature_set, horizon, case_rows in cases(rows):
        measured = mean_rows(by_release(case_rows, "share"), "model", "log_linear", "mape")
        for name, constant in ROUNDED.items():
            losses = by_release(case_rows, name)
            losses["constant"] = by_release(case_rows, constant)["model"]
            measured += mean_rows(losses, "model", "log_linear", name)
            measured += mean_rows(losses, "model", "constant", name)[1:]
        figures += keyed(measured, feature_set, horizon)
    for feature_set, horizon, case_rows in cases(pd.concat(hits)):
        measured = mean_rows(by_release(case_rows, "hit"), "model", "majority", "accuracy")
        figures += keyed(measured, feature_set, horizon)
    frame = pd.DataFrame(figures)
    return frame, _rounding_told(frame, max(bench.settings.horizons), bench.settings.class_horizon)


def _class_hits(training: pd.DataFrame, testing: pd.DataFrame, given: zoo.ModelInputs) -> list[pd.DataFrame]:
    """Which test releases this project's model and the commonest class of the training releases get right."""
    horizon = target_column(given.settings.class_horizon)
    trained, tested = (
        np.searchsorted(np.asarray(given.minimums), rows[horizon], "right") for rows in (training, testing)
    )
    predicted = {
        "model": zoo.classes_by(zoo.OWN["classes"], training, given)(testing).argmax(axis=1),
        "majority": np.full(len(testing), np.bincount(trained).argmax()),
    }
    shared = testing[["release_id", "release_date"]]
    return [shared.assign(variant=name, hit=(places == tested).astype(float)) for name, places in predicted.items()]


def _rounding_told(figures: pd.DataFrame, longest: int, class_horizon: int) -> str:
    parts = []
    for feature_set in figures["feature_set"].unique():

        def read(metric: str, variant: str, horizon: int = longest, of: str = feature_set) -> str:
            return f"{100 * figure(figures, of, horizon, metric, variant)['value']:.1f} %"

        nearest, nonzero, up = (f"{read(name, 'model')} ({read(name, 'constant')})" for name in ROUNDED)
        right = f"{read('accuracy', 'model', class_horizon)} ({read('accuracy', 'majority', class_horizon)})"
        parts.append(
            f"{feature_set} to the nearest {nearest}, non-zero only {nonzero}, up to a step {up}, unrounded "
            f"{read('mape', 'model')}; accuracy {right}"
        )
    return (
        f"Rounding makes the figure, not the forecast; a constant's score is in brackets. "
        f"MAPE at {longest} days: {'; '.join(parts)}."
    )


def pessimism(bench: Bench, progress: Progress) -> tuple[pd.DataFrame, str]:
    """Costs in the training weights or in the rule on calibrated probabilities; the forecast itself shrunk or not."""
    horizon = bench.settings.class_horizon
    costs = (bench.settings.false_positive_cost, bench.settings.false_negative_cost)
    threshold = promotion_threshold(*costs)
    chances, forecasts = [], []
    for feature_set, training, testing, seeded in bench.trials():
        progress(f"{feature_set}, {len(training)} releases to train on: weights, rule, shrinkage")
        for seed, given in enumerate(seeded):
            model = fit_classes(
                training, feature_set, given.columns, given.minimums, given.settings, given.tuned.classes
            )
            calibrated = predict_classes(model, testing, feature_set)["probability_high"].to_numpy()
            weighted = weighted_chance(training, testing, given, costs)
            for variant, chance, least in (
                ("calibrated, cost rule", calibrated, threshold),
                ("calibrated, from 1/2", calibrated, 0.5),
                ("weighted, from 1/2", weighted, 0.5),
                ("none promoted", np.zeros(len(testing)), threshold),
            ):
                chances.append(
                    testing[["release_id", "release_date"]].assign(
                        feature_set=feature_set,
                        variant=variant,
                        seed=seed,
                        chance=chance,
                        is_promoted=chance >= least,
                        is_top=testing[target_column(horizon)].to_numpy(dtype=float) >= given.minimums[1],
                    )
                )
        message = [zoo.streams_by(zoo.OWN["streams"], training, given)(testing) for given in seeded]
        known = known_streams(testing, feature_set)
        shrunk = [
            {days: known + SHRUNK * (median - known) for days, median in seed_rows.items()} for seed_rows in message
        ]
        forecasts += forecasts_of(testing, feature_set, "median", message)
        forecasts += forecasts_of(testing, feature_set, "shrunk", shrunk)
    figures = pd.DataFrame(
        _of_chances(pd.concat(chances), horizon, costs) + _of_forecasts(pd.concat(forecasts), horizon)
    )
    return figures, _pessimism_told(figures, horizon, costs)


def weighted_chance(
    training: pd.DataFrame, testing: pd.DataFrame, given: zoo.ModelInputs, costs: tuple[float, float]
) -> np.ndarray:
    """What LightGBM takes for the chance of the top class when misses and false alarms weigh as they cost."""
    import lightgbm

    words = vocabulary(training, given.columns.categorical)
    features, asked = (matrix(rows, given.columns.numeric, words) for rows in (training, testing))
    top = training[target_column(given.settings.class_horizon)].to_numpy(dtype=float) >= given.minimums[1]
    data = lightgbm.Dataset(
        features,
        top.astype(float),
        weight=np.where(top, costs[1], costs[0]),
        categorical_feature=list(range(len(given.columns.numeric), len(given.columns.all))),
        params={"max_bin": 63, "verbosity": -1},
    )
    fixed = {"objective": "binary", "deterministic": True, "force_row_wise": True, "num_threads": 1, "verbosity": -1}
    options = {**DEFAULT_PARAMETERS, **fixed, "bagging_freq": 1, "seed": given.settings.seed}
    return np.asarray(lightgbm.train(options, data, SHORT_TREES).predict(asked))


def _of_chances(rows: pd.DataFrame, horizon: int, costs: tuple[float, float]) -> list[dict[str, Any]]:
    rows["cost"] = np.where(rows["is_promoted"], costs[0] * ~rows["is_top"], costs[1] * rows["is_top"])
    rows["brier"] = (rows["chance"] - rows["is_top"]) ** 2
    rows["miscalibration"] = rows["chance"] - rows["is_top"]
    figures: list[dict[str, Any]] = []
    for feature_set, set_rows in rows.groupby("feature_set", sort=False):
        cost, rule = by_release(set_rows, "cost"), "calibrated, cost rule"
        measured = mean_rows(cost, "weighted, from 1/2", rule, "expected_cost")
        for other in ("calibrated, from 1/2", "none promoted"):
            first, _, difference = mean_rows(cost, other, rule, "expected_cost")
            measured += [first, difference]
        measured += mean_rows(by_release(set_rows, "brier"), "weighted, from 1/2", rule, "brier_top")
        measured += mean_rows(by_release(set_rows, "miscalibration"), "weighted, from 1/2", rule, "chance_less_share")
        figures += keyed(measured, str(feature_set), horizon)
    return figures


def _of_forecasts(rows: pd.DataFrame, horizon: int) -> list[dict[str, Any]]:
    rows = rows[rows["horizon_days"] == horizon].copy()
    rows["squared"] = squared_log_error(rows)
    rows["share"] = np.abs(rows["predicted"] - rows["actual"]) / rows["actual"].where(rows["actual"] >= 1000)
    figures: list[dict[str, Any]] = []
    for feature_set, set_rows in rows.groupby("feature_set", sort=False):
        measured = rmsle_rows(by_release(set_rows, "squared"), "shrunk", "median")
        measured += mean_rows(by_release(set_rows, "share"), "shrunk", "median", "mape_from_1000")
        totals, truth = by_release(set_rows, "predicted"), by_release(set_rows, "actual")["median"].to_numpy()
        for variant in ("shrunk", "median"):
            sums = np.column_stack([totals[variant].to_numpy(), truth])
            ends = paired_interval(sums, weeks_of(totals), lambda drawn: drawn[:, 0] / drawn[:, 1])
            ratio = float(sums[:, 0].sum() / sums[:, 1].sum())
            measured.append(row("volume_ratio", variant, ratio, ends, len(sums)))
        figures += keyed(measured, str(feature_set), horizon)
    return figures


def _pessimism_told(figures: pd.DataFrame, horizon: int, costs: tuple[float, float]) -> str:
    parts = []
    for feature_set in figures["feature_set"].unique():
        cost = {
            name: figure(figures, feature_set, horizon, "expected_cost", name)["value"]
            for name in ("calibrated, cost rule", "weighted", "calibrated, from 1/2", "none")
        }
        weights, rule = (
            figure(figures, feature_set, horizon, "chance_less_share", name)["value"]
            for name in ("weighted", "calibrated")
        )
        shrunk = figure(figures, feature_set, horizon, "rmsle_change", DIFFERENCE)
        mape = figure(figures, feature_set, horizon, "mape_from_1000", DIFFERENCE)
        parts.append(
            f"{feature_set} cost a release {cost['calibrated, cost rule']:.4f} by the rule, {cost['weighted']:.4f} by "
            f"weights, {cost['calibrated, from 1/2']:.4f} from a chance of 1/2, {cost['none']:.4f} promoting none; "
            f"mean chance less share of hits {100 * rule:+.1f} points calibrated, {100 * weights:+.1f} weighted; "
            f"a remainder {1 - SHRUNK:.0%} lower changes RMSLE by {percent(shrunk)} and MAPE by "
            f"{100 * mape['value']:+.1f} points"
        )
    return f"{_pessimism_verdict(figures, costs)}: {'; '.join(parts)}."


def _pessimism_verdict(figures: pd.DataFrame, costs: tuple[float, float]) -> str:
    cost = differences(figures, "expected_cost")
    _, _, dearer = signs(cost[cost["variant"].str.contains("calibrated, from 1/2 less")])
    cheaper, _, worse = signs(cost[cost["variant"].str.contains("weighted")])
    better, same, poorer = signs(differences(figures, "rmsle_change"))
    count = better + same + poorer
    return (
        f"At {costs[0]:g} : {costs[1]:g} the cost rule beats a chance of 1/2 beyond doubt in {dearer} of {count} "
        f"feature sets; weights in training beat it in {cheaper} and lose to it in {worse}; a lower forecast has less "
        f"error in {better} and more in {poorer}"
    )
