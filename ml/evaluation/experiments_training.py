"""Experiments on what a model is trained on: likes, outliers, and which releases are held out."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from ml.data import Columns, target_column
from ml.estimators import zoo
from ml.evaluation.baselines import forecast_baseline
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

Progress = Callable[[str], None]
LIKES = "tiktok_likes"
TOP_SHARE = 0.01
TREES = 200


def likes(bench: Bench, progress: Progress) -> tuple[pd.DataFrame, str]:
    """The stream model with the features of likes and without them."""
    catalog = bench.origins.marts.catalog
    added = catalog[(catalog["feature_group"] == LIKES) & (catalog["feature_kind"] == "numeric")]["feature_name"]
    found = []
    for feature_set, training, testing, seeded in bench.trials():
        progress(f"{feature_set}, {len(training)} releases to train on, with likes and without")
        plain = seeded[0].columns
        for variant, columns in (
            ("with likes", Columns((*plain.numeric, *added), plain.categorical)),
            ("without likes", plain),
        ):
            by_seed = [
                zoo.streams_by(zoo.OWN["streams"], training, replace(given, columns=columns))(testing)
                for given in seeded
            ]
            found += forecasts_of(testing, feature_set, variant, by_seed)
    figures = _compared(found, "with likes", "without likes")
    changes = differences(figures, "rmsle_change")
    better, _, worse = signs(changes)
    if not better and not worse:
        verdict = "Likes neither help nor hurt by more than chance"
    elif worse and not better:
        verdict = f"Likes hurt, as the reference says, in {worse} of {len(changes)} cases and help in none"
    elif better and not worse:
        verdict = f"Likes help, against the reference, in {better} of {len(changes)} cases and hurt in none"
    else:
        verdict = f"Likes help in {better} and hurt in {worse} of {len(changes)} cases"
    message = [f"{case['feature_set']} {case['horizon_days']} days {percent(case)}" for _, case in changes.iterrows()]
    return figures, f"{verdict}: RMSLE with them changes by {'; '.join(message)}."


def outliers(bench: Bench, progress: Progress) -> tuple[pd.DataFrame, str]:
    """Training without the releases whose totals are in the top 1 %, for this project's model and for trees alone."""
    longest = max(bench.settings.horizons)
    found = []
    for feature_set, training, testing, seeded in bench.trials():
        progress(f"{feature_set}, {len(training)} releases to train on, whole and cut")
        totals = training[target_column(longest)]
        cut = training[totals <= totals.quantile(1 - TOP_SHARE)].reset_index(drop=True)
        of_longest = [replace(given, settings=replace(given.settings, horizons=(longest,))) for given in seeded]
        for kept, rows in (("whole", training), ("top 1 % cut", cut)):
            for model, fit in (("ours", partial(zoo.streams_by, zoo.OWN["streams"])), ("trees", trees_alone)):
                by_seed = [fit(rows, given)(testing) for given in of_longest]
                found += forecasts_of(testing, feature_set, f"{model}, {kept}", by_seed)
    rows = pd.concat(found, ignore_index=True)
    rows["squared"] = squared_log_error(rows)
    rows["recall"] = (rows["predicted"] >= bench.top_minimum).astype(float)
    figures: list[dict[str, Any]] = []
    hits = rows[rows["actual"] >= bench.top_minimum]
    for feature_set, horizon, case_rows in cases(hits):
        squares, recalls = by_release(case_rows, "squared"), by_release(case_rows, "recall")
        of_all = by_release(rows[(rows["feature_set"] == feature_set) & (rows["horizon_days"] == horizon)], "squared")
        for model in ("ours", "trees"):
            pair = (f"{model}, top 1 % cut", f"{model}, whole")
            measured = mean_rows(recalls, *pair, "recall_of_hits") + rmsle_rows(squares, *pair, "rmsle_of_hits")
            figures += keyed(measured + rmsle_rows(of_all, *pair), feature_set, horizon)
    frame = pd.DataFrame(figures)
    if frame.empty:
        return _empty(), f"No release of the tests reached the top class of {bench.top_minimum:,.0f} streams."
    parts = []
    for feature_set in frame["feature_set"].unique():
        for model in ("ours", "trees"):
            whole, without = (
                figure(frame, feature_set, longest, "recall_of_hits", f"{model}, {kept}")
                for kept in ("whole", "top 1 % cut")
            )
            change = figure(frame, feature_set, longest, "recall_of_hits", f"{DIFFERENCE}: {model}")
            error = figure(frame, feature_set, longest, "rmsle_of_hits_change", f"{DIFFERENCE}: {model}")
            message = f"{feature_set} {model} from {whole['value']:.2f} to {without['value']:.2f}"
            ends = f"[{change['lower_95']:+.2f}, {change['upper_95']:+.2f}]"
            parts.append(f"{message} {ends}, their RMSLE changes by {percent(error, 0)}")
    lost, missed = (
        differences(frame[frame["horizon_days"] == longest], metric)
        for metric in ("recall_of_hits", "rmsle_of_hits_change")
    )
    fewer, poorer = signs(lost)[0], signs(missed)[2]
    agrees = "as the reference says" if fewer or poorer else "against the reference"
    verdict = (
        f"Cutting the top 1 % of training totals loses hits in {fewer} of {len(lost)} cases and forecasts them worse "
        f"in {poorer}, {agrees}"
    )
    count = int(hits[hits["horizon_days"] == longest]["release_id"].nunique())
    return frame, f"{verdict}: recall among {count} hits at {longest} days goes for {'; '.join(parts)}."


def trees_alone(training: pd.DataFrame, given: zoo.ModelInputs) -> zoo.PredictStreams:
    """CatBoost on the log of the total, with no line below it: it cannot forecast beyond what it has seen."""
    from catboost import CatBoostRegressor

    columns, categorical = given.columns.all, list(given.columns.categorical)
    models = {}
    for horizon in given.settings.horizons:
        model = CatBoostRegressor(
            iterations=TREES,
            learning_rate=0.1,
            depth=5,
            max_ctr_complexity=1,
            has_time=True,
            random_seed=given.settings.seed,
            thread_count=given.settings.threads,
            allow_writing_files=False,
            verbose=False,
        )
        totals = training[target_column(horizon)].to_numpy(dtype=float)
        models[horizon] = model.fit(training[columns], np.log1p(totals), cat_features=categorical)
    return lambda rows: {
        horizon: np.maximum(np.expm1(model.predict(rows[columns])), 0.0) for horizon, model in models.items()
    }


def leakage(bench: Bench, progress: Progress) -> tuple[pd.DataFrame, str]:
    """The same test releases forecast by a model of the past, and by one of a random draw of as many releases.

    In a random split the past and the future of a test release are trained on alike: each half of the tests is
    forecast by a model of releases drawn from all but that half, also from those out later.
    """
    longest = max(bench.settings.horizons)
    frame, settings = bench.origins.frame, replace(bench.settings, horizons=(longest,))
    found = []
    for feature_set, training, testing, seeded in bench.trials():
        progress(f"{feature_set}, {len(training)} releases to train on, split in time and at random")
        whole = frame[
            frame[[target_column(horizon) for horizon in bench.settings.horizons]].notna().all(axis="columns")
        ]
        pool = whole[whole["as_of_date"] <= testing["as_of_date"].max()]
        for seed, seed_rows in enumerate(seeded):
            given = replace(seed_rows, settings=replace(settings, seed=seed_rows.settings.seed))
            split = {
                "temporal": [(training, testing)],
                "random": random_split(pool, testing, len(training), given.settings.seed),
            }
            for variant, parts in split.items():
                for trained, tested in parts:
                    totals = trained[target_column(longest)].to_numpy(dtype=float)
                    message = {
                        variant: zoo.streams_by(zoo.OWN["streams"], trained, given)(tested)[longest],
                        f"{variant} line": forecast_baseline("log_linear", trained, totals, tested, feature_set),
                    }
                    for name, forecast in message.items():
                        found += [
                            rows.assign(seed=seed)
                            for rows in forecasts_of(tested, feature_set, name, [{longest: forecast}])
                        ]
    rows = pd.concat(found, ignore_index=True)
    rows["squared"] = squared_log_error(rows)
    figures: list[dict[str, Any]] = []
    for feature_set, horizon, case_rows in cases(rows):
        losses = by_release(case_rows, "squared")
        figures += keyed(rmsle_rows(losses, "random", "temporal") + _skills(losses), feature_set, horizon)
    measured = pd.DataFrame(figures)
    store_errors = []
    for feature_set in measured["feature_set"].unique():
        claimed, earned = (
            figure(measured, feature_set, longest, "skill", name)["value"] for name in ("random", "temporal")
        )
        gap = figure(measured, feature_set, longest, "skill", DIFFERENCE)
        ends = f"[{100 * gap['lower_95']:+.1f}, {100 * gap['upper_95']:+.1f}] points"
        store_errors.append(f"{feature_set} {100 * claimed:.1f} % instead of {100 * earned:.1f} % ({ends})")
    less, _, more = signs(differences(measured, "skill"))
    verdict = (
        f"A random split claims more skill than there is in {more} of {len(store_errors)} feature sets, less in {less}"
    )
    return (
        measured,
        f"{verdict}: at {longest} days it would have claimed, on the same test releases, {'; '.join(store_errors)}.",
    )


def random_split(
    pool: pd.DataFrame, testing: pd.DataFrame, count: int, seed: int
) -> list[tuple[pd.DataFrame, pd.DataFrame]]:
    """Each half of the test rows, beside as many rows as given of all releases but those of that half.

    Args:
        pool: Rows to draw from.
        testing: Rows of the test releases.
        count: Rows to draw for each half, all where there are fewer.
        seed: Of the halves and the draws.

    Returns:
        Rows to train on and rows to test, of either half.
    """
    random = np.random.default_rng(seed)
    half = random.permutation(len(testing)) % 2
    parts = []
    for tested in (testing[half == 0], testing[half == 1]):
        others = pool[~pool["release_id"].isin(tested["release_id"])]
        drawn = random.choice(len(others), size=min(count, len(others)), replace=False)
        parts.append((others.iloc[np.sort(drawn)].reset_index(drop=True), tested))
    return parts


def _skills(losses: pd.DataFrame) -> list[dict[str, Any]]:
    """Skill over the line under either split, and the difference."""
    names = ["random", "random line", "temporal", "temporal line"]
    squares, weeks = losses[names].to_numpy(), weeks_of(losses)

    def claimed(sums: np.ndarray) -> np.ndarray:
        return np.asarray(1 - np.sqrt(sums[:, 0] / sums[:, 1]))

    def earned(sums: np.ndarray) -> np.ndarray:
        return np.asarray(1 - np.sqrt(sums[:, 2] / sums[:, 3]))

    def gap(sums: np.ndarray) -> np.ndarray:
        return np.asarray(claimed(sums) - earned(sums))

    message = {"random": claimed, "temporal": earned, f"{DIFFERENCE}: random less temporal": gap}
    whole = squares.sum(axis=0, keepdims=True)
    return [
        row("skill", name, float(of(whole)[0]), paired_interval(squares, weeks, of), len(losses))
        for name, of in message.items()
    ]


def _compared(found: list[pd.DataFrame], first: str, second: str) -> pd.DataFrame:
    """RMSLE of two variants in each feature set and horizon."""
    rows = pd.concat(found, ignore_index=True)
    rows["squared"] = squared_log_error(rows)
    figures: list[dict[str, Any]] = []
    for feature_set, horizon, case_rows in cases(rows):
        figures += keyed(rmsle_rows(by_release(case_rows, "squared"), first, second), feature_set, horizon)
    return pd.DataFrame(figures)


def _empty() -> pd.DataFrame:
    keys = ["feature_set", "horizon_days", "metric_name", "variant", "value", "lower_95", "upper_95", "release_count"]
    return pd.DataFrame(columns=keys)
