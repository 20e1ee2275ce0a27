"""Does a feature help: verdicts on a world whose law is known, and questions that have no answer."""

import re
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from rich.console import Console

from hitcast.core.errors import HitcastError
from hitcast.core.settings import Settings
from ml.data import Marts
from ml.evaluation import feature_effect as effects
from ml.evaluation.compare import read_origins
from ml.evaluation.feature_effect import decide, feature_effect, judge
from ml.evaluation.feature_questions import Question, Variant, features_named, question_against, question_without
from ml.registry import tracking
from ml.registry.standing import load_standing
from ml.splits import REFERENCE_DAY
from ml.train import TrainingRun
from tests.ml.conftest import MakeHome, quiet

OUTCOMES = {outcome: outcome for outcome in ("worse", "better", "no difference")}


def add_noise(tables: dict[str, pd.DataFrame]) -> None:
    """A feature that has nothing to do with anything."""
    random = np.random.default_rng(1)
    features, catalog = tables["release_features"], tables["feature_catalog"]
    tables["release_features"] = features.assign(noise=random.normal(size=len(features)))
    row = catalog.iloc[[-1]].assign(feature_name="noise", feature_group="catalog", position=len(catalog))
    tables["feature_catalog"] = pd.concat([catalog, row], ignore_index=True)


def question(removed: frozenset[str] = frozenset()) -> Question:
    return Question(Variant("with"), Variant("without", removed), "tiktok_vk", OUTCOMES)


def losses_of(change: float, spread: float = 0.3, releases: int = 400, seed: int = 3) -> pd.DataFrame:
    """Squared log errors of two variants, the second's RMSLE above the first's by a share, and Brier scores."""
    random = np.random.default_rng(seed)
    released = pd.Timestamp("2021-01-01") + pd.to_timedelta(random.integers(0, 200, releases), unit="D")
    found = []
    for day in (1, 3, REFERENCE_DAY):
        rows = pd.DataFrame({"release_id": range(releases), "release_date": released, "as_of_day": day})
        for horizon, size in ((14, 0.1), (30, 1.0)):
            error = random.normal(0, size, releases)
            rows[f"first_{horizon}"] = error**2
            rows[f"second_{horizon}"] = (error * (1 + change) + random.normal(0, spread * size / 5, releases)) ** 2
        rows["first_brier"] = random.uniform(0, 0.2, releases)
        rows["second_brier"] = rows["first_brier"] + change / 10
        found.append(rows)
    return pd.concat(found, ignore_index=True)


@pytest.mark.parametrize(("change", "outcome"), [(0.2, "worse"), (-0.2, "better"), (0.0, "no difference")])
def test_the_verdict_is_one_test_of_both_horizons_at_the_reference_day(
    settings: Settings, change: float, outcome: str
) -> None:
    losses = losses_of(change)
    found, message = decide(question(), losses, settings)
    assert found == outcome
    assert message.startswith(f"{outcome}: RMSLE at day 7 over 14 and 30 days")
    # other as-of days have no say
    elsewhere = losses["as_of_day"] != REFERENCE_DAY
    losses.loc[elsewhere, "second_30"] *= 100
    assert decide(question(), losses, settings) == (found, message)


@pytest.mark.parametrize(("change", "outcome"), [(0.009, "no difference"), (0.02, "worse"), (-0.02, "better")])
def test_a_change_as_small_as_another_seeds_is_no_finding(settings: Settings, change: float, outcome: str) -> None:
    assert decide(question(), losses_of(change, spread=0.0), settings)[0] == outcome


def test_horizons_have_equal_weight(settings: Settings) -> None:
    """The 30-day errors are ten times as large: a sum of squares would hear of nothing else."""
    losses = losses_of(0.0, spread=0.0)
    losses["second_14"] *= 1.44
    _, message = decide(question(), losses, settings)
    assert "+9.5 %" in message


def test_figures_are_by_day_and_horizon_with_their_intervals(settings: Settings) -> None:
    figures = judge(losses_of(0.2, spread=0.0), settings)
    assert list(zip(figures["as_of_day"], figures["metric"], figures["horizon_days"], strict=True)) == [
        (day, metric, horizon) for day in (1, 3, 7) for metric, horizon in (("rmsle", 14), ("rmsle", 30), ("brier", 30))
    ]
    of_streams = figures[figures["metric"] == "rmsle"]
    assert of_streams["change"].to_numpy() == pytest.approx(0.2)
    assert (figures["lower_95"] <= figures["change"] + 1e-9).all()
    assert (figures["change"] <= figures["upper_95"] + 1e-9).all()
    assert figures.loc[figures["metric"] == "brier", "change"].to_numpy() == pytest.approx(0.02)


def test_a_name_is_a_feature_or_a_group(marts: Marts) -> None:
    catalog = marts.catalog
    group = features_named(["vk_early"], catalog)
    assert group == set(catalog.loc[catalog["feature_group"] == "vk_early", "feature_name"])
    assert features_named(["genre", "vk_early"], catalog) == group | {"genre"}
    with pytest.raises(HitcastError, match=r"there is no feature or group of features vk_erly. Did you mean vk_early"):
        features_named(["vk_erly"], catalog)
    with pytest.raises(HitcastError, match=r"no feature or group of features zzz. Groups are artist_history"):
        features_named(["zzz"], catalog)


def test_what_forecasts_do_not_use_is_not_judged(marts: Marts, frame: pd.DataFrame) -> None:
    with pytest.raises(HitcastError, match="forecasts do not use tiktok_likes: feature set tiktok_vk leaves it out"):
        question_without(["tiktok_likes"], marts, frame, None)


def test_removed_features_are_seen_by_no_part_of_a_model(
    monkeypatch: pytest.MonkeyPatch, marts: Marts, frame: pd.DataFrame, settings: Settings
) -> None:
    seen: list[tuple[pd.DataFrame, str, list[str]]] = []

    def spy(training: pd.DataFrame, feature_set: str, columns: object, *rest: object) -> None:
        seen.append((training, feature_set, columns.all))  # type: ignore[attr-defined]
        raise StopIteration

    monkeypatch.setattr(effects, "fit_streams", spy)
    removed = features_named(["vk_early"], marts.catalog)
    fold = read_origins(settings, all_origins=False).folds[0]
    for variant in (Variant("with"), Variant("without", removed)):
        asked = Question(variant, variant, "tiktok_vk", OUTCOMES)
        with pytest.raises(StopIteration):
            effects.measure(asked, marts, frame, [fold], settings, quiet)
    (whole, with_set, columns), (bare, without_set, fewer) = seen
    assert (with_set, without_set) == ("tiktok_vk", "tiktok")
    assert set(columns) - set(fewer) == removed
    assert whole["vk_streams_total"].notna().any()
    assert bare["vk_streams_total"].isna().all()


@pytest.mark.slow
def test_a_group_that_matters_is_missed_and_noise_is_not(make_home: MakeHome) -> None:
    settings = make_home(release_count=300, change=add_noise)
    found = feature_effect(settings, ["vk_early"], note="as a trial", progress=quiet)
    assert found.outcome == "worse"
    assert re.match(r"Worse without vk_early: RMSLE at day 7 over 14 and 30 days \+\d+\.\d % \[\+", found.verdict)
    run = tracking.open_client(settings).get_run(found.run_id)
    assert run.data.tags["mlflow.note.content"] == "as a trial"
    assert run.data.params["outcome"] == "worse"
    assert run.data.metrics["change/rmsle/day_7/30"] > 0
    console = Console(width=80, record=True)
    console.print(found.render())
    lines = console.export_text().splitlines()
    assert max(map(len, lines)) <= 80
    assert any("RMSLE, 30 days" in line for line in lines)
    assert feature_effect(settings, ["noise"], progress=quiet).outcome == "no difference"


def test_todays_recipe_beside_the_champions(
    trained: tuple[Settings, TrainingRun], frame: pd.DataFrame, marts: Marts
) -> None:
    settings, _ = trained
    with pytest.raises(HitcastError, match="no model has been trained yet"):
        question_against(None, marts, frame, settings)
    champion = load_standing(settings)
    assert champion is not None
    with pytest.raises(HitcastError, match="version 1 has today's features and parameters: nothing differs"):
        question_against(champion, marts, frame, settings)

    row = marts.catalog.iloc[[-1]].assign(feature_name="louder", feature_group="catalog")
    more = replace(marts, catalog=pd.concat([marts.catalog, row], ignore_index=True))
    asked = question_against(champion, more, frame.assign(louder=1.0), settings)
    assert (asked.first.name, asked.second.name) == ("version 1", "today")
    assert asked.first.removed == {"louder"}
    assert asked.second.removed == frozenset()
    assert asked.sentences["better"] == "Today's recipe is better than that of version 1 (louder added)"

    with pytest.raises(HitcastError, match="version 1 used features that are gone: genre"):
        question_against(champion, marts, frame.drop(columns="genre"), settings)
