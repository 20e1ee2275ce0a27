"""What the marts were built from, and whether it is what a command or a model needs."""

import json
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import duckdb
import pytest
import yaml

from hitcast.core import spark
from hitcast.core.builds import (
    FEATURE_VARIABLES,
    FeatureOrigin,
    ModelBuild,
    build_difference,
    feature_origin,
    read_builds,
    stop_if_stale,
    stop_on_other_variables,
    upstream,
)
from hitcast.core.errors import HitcastError
from hitcast.core.settings import Settings
from ml.data import read_marts
from ml.drift import look
from ml.predict import predict
from ml.registry.promotion import decide
from ml.registry.recipes import recipe_fingerprint
from ml.registry.store import champion
from ml.studies import DEFAULTS, TunedParameters
from ml.train import TrainingRun, train
from tests.ml.conftest import MakeHome, quiet
from tests.ml.spark_session import ON_SPARK, Session
from tests.ml.world import PROJECT

VARIABLES = {
    "territory": "RU",
    "teaser_days": 14,
    "horizons": [14, 30],
    "class_horizon": 30,
    "stressed_releases": 9,
    "cost": 5,
}
NOON = datetime(2026, 1, 1, 12)


def build(digest: str, *parents: str, minutes: int = 0, **variables: object) -> ModelBuild:
    return ModelBuild(digest, parents, VARIABLES | variables, NOON + timedelta(minutes=minutes))


def record(warehouse: Path, builds: dict[str, ModelBuild]) -> None:
    """Writes records as dbt's hook does."""
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute(
            "create or replace table model_builds "
            "(model_name varchar, sql_digest varchar, parents varchar, variables varchar, built_at timestamp)"
        )
        for name, made in builds.items():
            row = [name, made.sql_digest, json.dumps(made.parents), json.dumps(made.variables), made.built_at]
            connection.execute("insert into model_builds values (?, ?, ?, ?, ?)", row)


def whole(**variables: object) -> dict[str, ModelBuild]:
    return {
        "stg": build("1", **variables),
        "int": build("2", "stg", minutes=1, **variables),
        "release_features": build("3", "int", minutes=2, **variables),
        "release_targets": build("4", "int", minutes=2, **variables),
        "stressed_features": build("5", "int", minutes=2, **variables),
        "training_days": build("6", "int", minutes=2, **variables),
    }


def test_the_walk_finds_every_ancestor_once_and_nothing_else() -> None:
    builds = {
        "top": build("t", "left", "right"),
        "left": build("l", "base"),
        "right": build("r", "base", "lost"),
        "base": build("b"),
        "beside": build("x", "top"),
    }
    asked: list[str] = []

    def build_of(name: str) -> ModelBuild | None:
        asked.append(name)
        return builds.get(name)

    found = upstream(["top"], build_of)
    assert set(found) == {"top", "left", "right", "base", "lost"}
    assert found["lost"] is None
    assert sorted(asked) == sorted(found)


def test_an_origin_names_the_models_whose_sql_changed() -> None:
    before, after = whole(), whole()
    after["int"] = replace(after["int"], sql_digest="20")
    tags = feature_origin(before).tags()
    assert feature_origin(before).changes_since(tags) == ""
    assert feature_origin(after).changes_since(tags) == "the SQL of int has changed since its training"
    more = feature_origin(after | {name: build(name) for name in ("a", "b", "c")})
    assert more.changes_since(tags) == "the SQL of a, b, c and 1 more has changed since its training"


def test_an_origin_names_the_variable_and_both_values() -> None:
    tags = feature_origin(whole()).tags()
    message = feature_origin(whole(territory="KZ")).changes_since(tags)
    assert message == "territory is KZ, and was RU at its training"
    assert feature_origin(whole(horizons=[30, 14], cost=9)).changes_since(tags) == ""


def test_a_model_without_a_recorded_origin_counts_as_changed() -> None:
    assert "did not record" in feature_origin(whole()).changes_since({})
    assert FeatureOrigin().changes_since({}) == ""


@pytest.mark.parametrize(
    ("builds", "message"),
    [
        (whole(), ""),
        (whole(horizons=[30, 14]), ""),
        (whole(territory="KZ"), "built with territory KZ, asked for is RU"),
        (whole() | {"stg": build("1", teaser_days=7)}, "built with teaser_days 7, asked for is 14"),
        (whole() | {"stg": None}, "not recorded"),
        ({}, "not recorded"),
        (whole(cost=6), ""),
    ],
)
def test_tables_of_other_variables_are_noticed(builds: dict[str, ModelBuild | None], message: str) -> None:
    found = build_difference(builds, VARIABLES, FEATURE_VARIABLES)
    assert message in found
    assert bool(found) == bool(message)
    stop_on_other_variables(builds, {}, FEATURE_VARIABLES, "release_features")


def test_a_table_older_than_what_it_reads_is_refused() -> None:
    stop_if_stale(whole())
    with pytest.raises(HitcastError, match="release_features: was built before int, which it reads"):
        stop_if_stale(whole() | {"int": build("2", "stg", minutes=9), "release_targets": build("4")})


def test_marts_of_another_territory_are_not_read(make_home: MakeHome) -> None:
    settings = make_home(release_count=60)
    record(settings.warehouse, whole(territory="KZ"))
    with pytest.raises(HitcastError, match="territory KZ, asked for is RU"):
        read_marts(replace(settings, variables=VARIABLES))
    assert (
        read_marts(replace(settings, variables=VARIABLES | {"territory": "KZ"})).origin.variables["territory"] == "KZ"
    )
    assert set(read_builds(settings)) == set(whole())


def test_records_on_spark_are_the_tables_own_properties(make_home: MakeHome, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = make_home(release_count=60)
    on_spark = replace(settings, spark=ON_SPARK)
    empty = Session(settings)
    monkeypatch.setattr(spark, "open_session", lambda asked: empty)
    assert read_builds(on_spark) == {}
    empty.connection.close()
    record(settings.warehouse, whole(territory="KZ"))
    session = Session(settings)
    monkeypatch.setattr(spark, "open_session", lambda asked: session)
    assert read_builds(on_spark) == read_builds(settings) == whole(territory="KZ")
    with pytest.raises(HitcastError, match="territory KZ, asked for is RU"):
        read_marts(replace(on_spark, variables=VARIABLES))


def test_the_recipe_holds_the_sql_of_the_features(make_home: MakeHome) -> None:
    settings = make_home(release_count=60)
    tuned = TunedParameters(**DEFAULTS)
    record(settings.warehouse, whole())
    before = recipe_fingerprint(read_marts(settings), settings, tuned)
    record(settings.warehouse, whole() | {"int": build("20", "stg", minutes=1)})
    assert recipe_fingerprint(read_marts(settings), settings, tuned) != before


def test_a_changed_feature_stops_the_old_model_and_a_new_one_replaces_it(trained: tuple[Settings, TrainingRun]) -> None:
    settings, first = trained
    record(settings.warehouse, whole())
    with pytest.raises(HitcastError, match="version 1 was trained on other features"):
        predict(settings, progress=quiet)
    found = look(settings)
    assert found is not None
    assert found.is_retrain_due
    assert found.reasons[0].startswith("the champion was trained on other features")
    standing = champion(settings)
    marts = read_marts(settings)

    def refit(cutoff: object) -> None:
        raise AssertionError("the old model was compared on features that it never learned")

    decision = decide(None, "another", standing, marts, settings, refit)  # type: ignore[arg-type]
    assert (decision.is_promoted, decision.verdict) == (True, "replaces")
    assert "version 1 was trained on other features" in decision.reason
    second = train(settings, first.cutoff, progress=quiet)
    assert second.is_champion
    predict(settings, progress=quiet)
    standing = champion(settings)
    assert standing is not None
    assert marts.origin.changes_since(standing.tags) == ""
    assert standing.tags["features_digest"] == marts.origin.digest


def test_dbt_records_every_variable_of_the_project() -> None:
    """dbt tells a macro the value of a variable, not their names: the macro lists them."""
    variables = yaml.safe_load((PROJECT / "dbt_project.yml").read_text())["vars"]
    macro = (PROJECT / "macros" / "model_builds.sql").read_text()
    listed = macro.split("macro project_variables()")[1].split("return([")[1].split("])")[0]
    assert sorted(name.strip(" '") for name in listed.split(",")) == sorted(variables)
    assert set(FEATURE_VARIABLES) <= set(variables)
