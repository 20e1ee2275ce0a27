import duckdb
import numpy as np
import pandas as pd
import pytest
from rich.console import Console

from hitcast.core.errors import HitcastError
from hitcast.core.settings import Settings
from ml.data import Marts
from ml.estimators import zoo
from ml.evaluation import experiments, experiments_shared
from ml.evaluation.compare import read_origins
from ml.evaluation.experiments import EXPERIMENTS, experiment
from ml.evaluation.experiments_shared import Bench, by_release, figure, mean_rows, rmsle_rows
from ml.evaluation.experiments_training import outliers, random_split, trees_alone
from tests.commands import rest_slow
from tests.ml.conftest import MakeHome, quiet


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two seeds, and the line with its ridge for the model: what is asked stays the same, and fits in no time."""
    monkeypatch.setattr(experiments_shared, "SEEDS", 2)
    monkeypatch.setitem(zoo.STREAMS, "catboost", zoo.STREAMS["ridge"])


def losses(first: np.ndarray, second: np.ndarray) -> pd.DataFrame:
    """Losses of two seeds that are the same, of variants a and b, five releases a week."""
    released = pd.to_datetime("2021-01-04") + pd.to_timedelta(np.arange(len(first)) // 5 * 7, unit="D")
    rows = [
        pd.DataFrame(
            {
                "release_id": [f"R{number}" for number in range(len(first))],
                "release_date": released,
                "variant": variant,
                "seed": seed,
                "loss": loss,
            }
        )
        for variant, loss in (("a", first), ("b", second))
        for seed in (0, 1)
    ]
    return by_release(pd.concat(rows), "loss")


def test_a_seed_is_no_further_release() -> None:
    random = np.random.default_rng(1)
    found = mean_rows(losses(random.normal(1, 1, 100), random.normal(0, 1, 100)), "a", "b", "loss")
    assert [row["release_count"] for row in found] == [100, 100, 100]
    assert found[2]["value"] == pytest.approx(found[0]["value"] - found[1]["value"])
    assert found[2]["lower_95"] > 0


def test_the_change_of_rmsle_is_that_of_the_first_against_the_second() -> None:
    squares = np.random.default_rng(2).uniform(0.5, 1, 60)
    *_, change = rmsle_rows(losses(4 * squares, squares), "a", "b")
    assert (change["value"], change["lower_95"], change["upper_95"]) == pytest.approx((1, 1, 1))


def test_a_release_without_a_loss_is_left_out() -> None:
    loss = np.where(np.arange(50) % 2 == 0, np.nan, 1.0)
    first, _, difference = mean_rows(losses(loss, np.full(50, 0.5)), "a", "b", "loss")
    assert (first["release_count"], first["value"], difference["value"]) == (25, 1.0, 0.5)


@pytest.mark.parametrize("name", rest_slow(EXPERIMENTS))
def test_an_answer_is_written_with_its_figures(name: str, make_home: MakeHome) -> None:
    settings = make_home(release_count=300)
    answered = experiment(name, settings, progress=quiet)
    assert answered.answer.endswith(".")
    with duckdb.connect(str(settings.warehouse), read_only=True) as warehouse:
        written = warehouse.sql("from ml.experiments").df()
    assert len(written) == len(answered.figures) > 0
    assert set(written["experiment"]) == {name}
    assert set(written["question"]) == {EXPERIMENTS[name].question}
    key = ["run_id", "feature_set", "horizon_days", "metric_name", "variant"]
    assert not written.duplicated(key).any()
    assert set(written["feature_set"]) == {"tiktok", "tiktok_vk"}
    assert (written["lower_95"] <= written["upper_95"]).all()
    assert set(EXPERIMENTS[name].shown) <= set(written["metric_name"])
    console = Console(width=80, record=True)
    console.print(answered.render())
    assert max(map(len, console.export_text().splitlines())) <= 80


def test_an_unknown_experiment_is_told(settings: Settings) -> None:
    with pytest.raises(HitcastError, match="unknown experiment dislikes"):
        experiment("dislikes", settings, progress=quiet)
    assert list(experiments.EXPERIMENTS) == ["likes", "outliers", "rounding", "pessimism", "leakage"]


def test_likes_that_tell_the_future_are_found_to_help(make_home: MakeHome) -> None:
    """Likes that are the total itself; were they trained on by both variants, or by none, nothing would change."""

    def tell(tables: dict[str, pd.DataFrame]) -> None:
        total = tables["release_targets"].query("horizon_days == 30").set_index("release_id")["streams"]
        features = tables["release_features"]
        features["tiktok_likes_total"] = features["release_id"].map(total).astype("float64").fillna(0)

    message = experiment("likes", make_home(change=tell), progress=quiet).answer
    assert message.startswith("Likes help, against the reference, in 4 of 4 cases and hurt in none")


def test_trees_without_the_hits_forecast_none(marts: Marts, settings: Settings) -> None:
    origins = read_origins(settings, all_origins=False)
    _, training, testing, given = next(trial for trial in Bench(origins, settings).trials() if trial[0] == "tiktok_vk")
    cut = training[training["streams_30"] < 20_000].reset_index(drop=True)
    assert trees_alone(cut, given[0])(testing)[30].max() < 25_000
    assert zoo.streams_by("ridge", cut, given[0])(testing)[30].max() > 100_000


def test_a_random_split_tests_each_row_once_on_others_releases() -> None:
    pool = pd.DataFrame({"release_id": [f"R{number % 40}" for number in range(120)], "place": range(120)})
    testing = pool[pool["release_id"].isin([f"R{number}" for number in range(10)])].reset_index(drop=True)
    for count in (30, 1000):
        parts = random_split(pool, testing, count, seed=3)
        assert sorted(row for _, tested in parts for row in tested["place"]) == sorted(testing["place"])
        for trained, tested in parts:
            assert not set(trained["release_id"]) & set(tested["release_id"])
            assert not trained["place"].duplicated().any()
            assert len(trained) == min(count, (~pool["release_id"].isin(tested["release_id"])).sum())


@pytest.mark.slow
def test_the_random_split_tests_the_same_releases(make_home: MakeHome) -> None:
    settings = make_home()
    figures = experiment("leakage", settings, progress=quiet).figures
    tested = read_origins(settings, all_origins=False)
    count = sum(len(tested.parts(fold, settings)[1]) for fold in tested.folds)
    assert set(figures["release_count"]) == {count}


@pytest.mark.slow
def test_releases_of_the_future_flatter_where_the_law_changes(make_home: MakeHome) -> None:
    """What follows the first week grows from month to month: only a random split has seen how much."""

    def drift(tables: dict[str, pd.DataFrame]) -> None:
        targets = tables["release_targets"]
        first = tables["release_features"].query("as_of_day == 7").set_index("release_id")["vk_streams_total"]
        known = targets["release_id"].map(first).astype("float64")
        months = (targets["release_date"] - targets["release_date"].min()).dt.days / 30
        total = known + (targets["streams"].astype("float64") - known) * np.exp(0.25 * months)
        targets["streams"] = pd.array(total.round(), dtype="Int64")

    answered = experiment("leakage", make_home(change=drift), progress=quiet)
    assert figure(answered.figures, "tiktok_vk", 30, "rmsle_change", "difference")["upper_95"] < 0


@pytest.mark.slow
def test_no_hit_at_all_is_said(make_home: MakeHome) -> None:
    settings = make_home(release_count=300, class_minimums=(0, 10**12, 10**13))
    figures, answer = outliers(Bench(read_origins(settings, all_origins=False), settings), quiet)
    assert figures.empty
    assert "No release" in answer
