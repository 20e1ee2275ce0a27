from collections.abc import Callable, Collection
from copy import deepcopy
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pandas as pd
import pytest

from hitcast.core.settings import Settings
from ml.data import Marts, modelling_frame, read_marts
from ml.registry.bundles import Bundle, load_bundle, save_bundle
from ml.registry.promotion import Decision, decide, judged_rows, searched_until
from ml.registry.recipes import recipe_fingerprint
from ml.registry.store import Version, champion
from ml.splits import training_rows
from ml.studies import DEFAULTS, TunedParameters, open_storage, quiet_optuna, study_name
from ml.train import train
from tests.conftest import Once
from tests.ml.conftest import home as make_home
from tests.ml.conftest import quiet

Contest = Callable[..., Decision]


@pytest.fixture(scope="module")
def good(once: Once) -> tuple[Bundle, Marts, Settings]:
    """A bundle trained four months before its data ends; in its world growth matters, which a level does not tell."""

    def build(folder: Path) -> Settings:
        settings = make_home(folder, release_count=700, days_of_history=350)
        train(settings, read_marts(settings).data_through - timedelta(days=120), progress=quiet)
        return settings

    settings: Settings = once("contests", build)
    standing = champion(settings)
    assert standing is not None
    return load_bundle(standing.bundle), read_marts(settings), settings


def level_only(bundle: Bundle) -> Bundle:
    """The bundle with streams that stay in proportion to the recent level."""
    streams = deepcopy(bundle.streams)
    for model in streams.values():
        for calibrated in model.models_:
            mix = calibrated.point_
            mix.trees_, mix.linear_.ridge_ = None, None
            law = mix.linear_.law_
            law.shapes_ = [(mean, scale, 0 * found, constant) for mean, scale, found, constant in law.shapes_]
    return replace(bundle, streams=streams)


def blunt(bundle: Bundle) -> Bundle:
    """The bundle with the same medians and chances that are all but sure of nothing."""
    streams = deepcopy(bundle.streams)
    for model in streams.values():
        for calibrated in model.models_:
            calibrated.distribution_.quantiles_ = [30 * found for found in calibrated.distribution_.quantiles_]
    return replace(bundle, streams=streams)


@pytest.fixture
def contest(good: tuple[Bundle, Marts, Settings], tmp_path: Path) -> Contest:
    """Judges a challenger against a champion; the candidate is trained when the data ends."""
    bundle, marts, settings = good

    def judge(
        champion_losses: Bundle,
        challenger: Bundle | None,
        recipe: str = "another",
        cutoff: date = marts.data_through,
        with_settings: Settings = settings,
    ) -> Decision:
        folder = tmp_path / "champion"
        folder.mkdir()
        save_bundle(champion_losses, folder)
        standing = Version(3, "run", datetime.now(UTC), folder, True, {"recipe": "the champion's"})

        def refit(at: date, feature_sets: Collection[str]) -> Bundle:
            assert challenger is not None, "nothing was to be fitted"
            assert at == bundle.cutoff
            return challenger

        return decide(replace(bundle, cutoff=cutoff), recipe, standing, marts, with_settings, refit)

    return judge


def test_the_first_is_champion(good: tuple[Bundle, Marts, Settings]) -> None:
    bundle, marts, settings = good
    decision = decide(bundle, "any", None, marts, settings, lambda at, feature_sets: bundle)
    assert (decision.is_promoted, decision.verdict) == (True, "first")


def test_the_same_recipe_on_more_data_is_a_refresh_and_nothing_is_fitted(
    good: tuple[Bundle, Marts, Settings], contest: Contest
) -> None:
    decision = contest(good[0], None, recipe="the champion's")
    assert (decision.is_promoted, decision.verdict) == (True, "refresh")
    assert "more releases" in decision.reason


@pytest.mark.parametrize(
    ("spoil", "verdict"), [(None, "refresh"), ("streams", "worse refresh"), ("classes", "worse refresh")]
)
def test_a_refresh_is_rehearsed_and_kept_back_where_more_data_make_it_worse(
    good: tuple[Bundle, Marts, Settings], tmp_path: Path, spoil: str | None, verdict: str
) -> None:
    bundle, marts, settings = good
    save_bundle(bundle, tmp_path)
    standing = Version(3, "run", datetime.now(UTC), tmp_path, True, {"recipe": "the same"})
    frame = modelling_frame(marts, (14, 30))
    trained = frame.loc[training_rows(frame, marts.data_through, (14, 30)), "release_id"].unique()
    candidate = replace(bundle, cutoff=marts.data_through, training_releases=tuple(sorted(trained)))
    asked: list[tuple[date, Collection[str]]] = []

    def refit(at: date, feature_sets: Collection[str]) -> Bundle:
        asked.append((at, feature_sets))
        spoilt = {None: lambda same: same, "streams": level_only, "classes": blunt}[spoil]
        return replace(spoilt(bundle), cutoff=at)

    decision = decide(candidate, "the same", standing, marts, settings, refit)
    assert (decision.is_promoted, decision.verdict) == (spoil is None, verdict)
    ((at, feature_sets),) = asked
    assert bundle.cutoff < at < candidate.cutoff
    assert feature_sets == (candidate.feature_set,)
    assert decision.figures["releases"] > 25
    assert ("--promote overrules this" in decision.reason) == (spoil is not None)


def test_a_champion_trained_on_days_that_are_gone_gives_way(
    good: tuple[Bundle, Marts, Settings], contest: Contest
) -> None:
    bundle, marts, _ = good
    later = marts.data_through + timedelta(days=2)
    decision = contest(replace(bundle, cutoff=later), None, cutoff=marts.data_through)
    assert (decision.is_promoted, decision.verdict) == (True, "replaces")
    assert f"trained on {later}, later than the data now reach ({marts.data_through})" in decision.reason


def test_a_look_is_counted_with_the_decision(good: tuple[Bundle, Marts, Settings], contest: Contest) -> None:
    decision = contest(good[0], level_only(good[0]))
    assert decision.look is not None
    assert (decision.look.champion, decision.look.number, decision.look.looks) == (3, 1, 1)
    assert "look 1 of contest 1 this year" in decision.reason


def test_another_fingerprint_with_the_same_forecasts_is_a_refresh(
    good: tuple[Bundle, Marts, Settings], contest: Contest
) -> None:
    decision = contest(good[0], good[0])
    assert (decision.is_promoted, decision.verdict) == (True, "refresh")


def test_a_better_recipe_takes_the_title_and_its_figures_are_kept(
    good: tuple[Bundle, Marts, Settings], contest: Contest
) -> None:
    decision = contest(level_only(good[0]), good[0])
    assert (decision.is_promoted, decision.verdict) == (True, "better")
    assert decision.figures["streams_upper"] < 0
    tags = decision.tags()
    assert tags["promotion"] == "better"
    assert float(tags["promotion_streams_candidate"]) < float(tags["promotion_streams_champion"])
    assert f"{int(decision.figures['releases'])} releases matured since" in tags["promotion_reason"]


def test_a_worse_recipe_does_not(good: tuple[Bundle, Marts, Settings], contest: Contest) -> None:
    decision = contest(good[0], level_only(good[0]))
    assert (decision.is_promoted, decision.verdict) == (False, "not better")
    assert decision.figures["streams_lower"] > 0


def test_better_classes_alone_are_enough(good: tuple[Bundle, Marts, Settings], contest: Contest) -> None:
    decision = contest(blunt(good[0]), good[0])
    assert decision.is_promoted
    assert decision.figures["streams_upper"] > 0 > decision.figures["classes_upper"]


def test_better_streams_do_not_buy_worse_classes(good: tuple[Bundle, Marts, Settings], contest: Contest) -> None:
    decision = contest(level_only(good[0]), blunt(good[0]))
    assert (decision.is_promoted, decision.verdict) == (False, "not better")
    assert decision.figures["streams_upper"] < 0 < decision.figures["classes_margin_upper"]
    assert "classes may be worse by more than 20%" in decision.reason


def test_a_few_releases_settle_nothing(good: tuple[Bundle, Marts, Settings], contest: Contest) -> None:
    decision = contest(level_only(good[0]), good[0], cutoff=good[0].cutoff + timedelta(days=8 * 7))
    assert (decision.is_promoted, decision.verdict) == (False, "too few to tell")
    assert "50 of 10 weeks are needed" in decision.reason
    assert decision.look is None


def test_an_earlier_day_is_not_promoted_by_itself(good: tuple[Bundle, Marts, Settings], contest: Contest) -> None:
    decision = contest(good[0], None, recipe="the champion's", cutoff=good[0].cutoff - timedelta(days=1))
    assert (decision.is_promoted, decision.verdict) == (False, "older")
    assert "--promote" in decision.reason


def test_a_champion_of_other_horizons_gives_way(good: tuple[Bundle, Marts, Settings], contest: Contest) -> None:
    decision = contest(replace(good[0], horizons=(14, 28), class_horizon=28), None)
    assert (decision.is_promoted, decision.verdict) == (True, "replaces")
    assert "other horizons" in decision.reason


def test_a_champion_that_cannot_be_read_gives_way(good: tuple[Bundle, Marts, Settings], tmp_path: Path) -> None:
    bundle, marts, settings = good
    standing = Version(3, "run", datetime.now(UTC), tmp_path / "nowhere", True, {})
    assert decide(bundle, "any", standing, marts, settings, lambda at, feature_sets: bundle).verdict == "replaces"


def test_neither_was_trained_on_what_they_are_judged_by(good: tuple[Bundle, Marts, Settings]) -> None:
    bundle, marts, settings = good
    frame = modelling_frame(marts, (14, 30))
    rows = judged_rows(frame[frame["as_of_day"] == 7], bundle, marts.data_through, settings)
    assert len(rows) > 25
    assert not set(rows["release_id"]) & set(bundle.training_releases)
    assert (rows["release_date"] + pd.Timedelta(days=30) > pd.Timestamp(bundle.cutoff)).all()


def test_what_a_search_has_seen_is_not_judged_by(good: tuple[Bundle, Marts, Settings], tmp_path: Path) -> None:
    bundle, marts, settings = good
    searched = replace(settings, optuna_file=tmp_path / "optuna.db")
    known_by = bundle.cutoff + timedelta(days=20)
    assert searched_until(searched, marts.data_through) is None
    quiet_optuna().create_study(study_name=study_name("classes", searched, known_by), storage=open_storage(searched))
    assert searched_until(searched, marts.data_through) == known_by
    assert searched_until(searched, known_by - timedelta(days=1)) is None
    frame = modelling_frame(marts, (14, 30))
    rows = judged_rows(frame[frame["as_of_day"] == 7], bundle, marts.data_through, searched)
    assert (rows["release_date"] + pd.Timedelta(days=30) > pd.Timestamp(known_by)).all()


def test_the_fingerprint_is_of_the_recipe_and_not_of_the_data(good: tuple[Bundle, Marts, Settings]) -> None:
    _, marts, settings = good
    tuned = TunedParameters(**DEFAULTS)
    recipe = recipe_fingerprint(marts, settings, tuned)
    fewer = replace(marts, features=marts.features.head(10), delivery_number=99)
    assert recipe_fingerprint(fewer, settings, tuned) == recipe
    others = [
        recipe_fingerprint(replace(marts, catalog=marts.catalog.iloc[1:]), settings, tuned),
        recipe_fingerprint(marts, replace(settings, seed=1), tuned),
        recipe_fingerprint(marts, settings, replace(tuned, streams={**tuned.streams, "depth": 4})),
        recipe_fingerprint(marts, settings, replace(tuned, classes={**tuned.classes, "num_leaves": 5})),
    ]
    assert len({recipe, *others}) == 5
