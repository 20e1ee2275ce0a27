"""When a step of a run is stale, by what the home's files say of their own making."""

from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from hitcast.core.builds import ModelBuild, feature_origin
from hitcast.core.errors import HitcastError
from hitcast.core.home import Home
from hitcast.core.project import read_variables, settings_of
from hitcast.job import dbt
from hitcast.job.freshness import Facts, changed_sql, sql_digest, stale_reasons
from hitcast.job.run import run
from hitcast.job.steps import STEPS, Job, steps_named

VARIABLES = read_variables()
MARTS = {"release_features": (), "release_targets": ()}
PUBLISHED = {"release_predictions": ("release_features",), **MARTS}
SQL = {name: f"{name} 1" for name in PUBLISHED}


def build(name: str, parents: tuple[str, ...], hour: int = 1) -> ModelBuild:
    return ModelBuild(SQL[name], parents, VARIABLES, datetime(2022, 1, 1, hour))


FACTS = Facts(
    feature_builds={name: build(name, parents) for name, parents in MARTS.items()},
    published_builds={name: build(name, parents, 3) for name, parents in PUBLISHED.items()},
    sql=SQL,
    landed=7,
    built=7,
    data_through=date(2021, 12, 31),
    scored=("hitcast/2", date(2021, 12, 31), datetime(2022, 1, 1, 2)),
    measured=frozenset({"hitcast/2 through 2021-12-31"}),
    published_at=datetime(2022, 1, 1, 4),
    listed=datetime(2022, 1, 1, 2),
    published_build=datetime(2022, 1, 1, 3),
)
CHAMPION = SimpleNamespace(version=2, tags=feature_origin(FACTS.feature_builds).tags())


def stale(tmp_path: Path, champion: Any = CHAMPION, **changes: Any) -> dict[str, str]:
    settings = settings_of(Home(tmp_path), VARIABLES)
    reasons = stale_reasons(replace(FACTS, **changes), champion, settings)
    assert list(reasons) == [step.name for step in STEPS]
    return {name: reason for name, reason in reasons.items() if reason}


def test_a_home_that_was_just_run_is_fresh(tmp_path: Path) -> None:
    assert stale(tmp_path) == {}


@pytest.mark.parametrize(
    ("changes", "step", "reason"),
    [
        ({"landed": 8}, "features", "data changed: delivery 8 landed, built was 7"),
        ({"sql": SQL | {"release_features": "edited"}}, "features", "SQL changed: release_features"),
        ({"built": None}, "features", "never run"),
        ({"scored": None}, "predict", "never run"),
        (
            {"data_through": date(2022, 1, 1)},
            "predict",
            "data changed: forecasts know 2021-12-31, the marts 2022-01-01",
        ),
        (
            {"measured": frozenset({"hitcast/1 through 2021-12-31"})},
            "drift",
            "data or champion changed: not measured for hitcast/2 through 2021-12-31",
        ),
        (
            {"scored": ("hitcast/2", date(2021, 12, 31), datetime(2022, 1, 1, 5))},
            "predictions",
            "data changed: forecasts are newer",
        ),
        ({"sql": SQL | {"release_predictions": "edited"}}, "predictions", "SQL changed: release_predictions"),
        ({"listed": None}, "predictions", "data changed: forecasts are newer"),
        ({"published_build": datetime(2022, 1, 1, 2)}, "publish", "data changed: the marts are others"),
        # of a build that a clock in the future dated
        ({"published_build": datetime(2099, 1, 1)}, "publish", "data changed: the marts are others"),
        # published by a version that did not note it
        (
            {"published_build": None, "published_at": datetime(2022, 1, 1, 2)},
            "publish",
            "data changed: the marts are newer",
        ),
        ({"published_at": None}, "publish", "never run"),
    ],
)
def test_a_change_makes_the_step_stale_that_reads_it(
    tmp_path: Path, changes: dict[str, Any], step: str, reason: str
) -> None:
    assert stale(tmp_path, **changes)[step] == reason


def test_another_champion_asks_for_new_forecasts(tmp_path: Path) -> None:
    other = SimpleNamespace(version=3, tags=CHAMPION.tags)
    assert stale(tmp_path, other)["predict"] == (
        "champion changed: forecasts are by hitcast/2, the champion is hitcast/3"
    )
    assert stale(tmp_path, None)["train"] == "never run"


def test_a_champion_of_other_features_asks_for_a_training(tmp_path: Path) -> None:
    builds = FACTS.feature_builds | {"release_features": replace(build("release_features", ()), sql_digest="edited")}
    assert "the SQL of release_features has changed" in stale(tmp_path, feature_builds=builds)["train"]


def test_comments_and_layout_are_no_part_of_a_digest() -> None:
    assert sql_digest("-- one row\nselect 1,\n    2") == sql_digest("select 1, 2\n")
    assert sql_digest("select 1") != sql_digest("select 2")
    assert changed_sql({"a": None, "b": None}, {"a": "1"}) == "a"


def test_steps_are_run_in_their_order_whatever_order_they_are_named_in() -> None:
    assert [step.name for step in steps_named(("publish", "features"))] == ["features", "publish"]
    with pytest.raises(HitcastError, match=r"there is no step featurs.*Use one of features, train"):
        steps_named(("featurs",))


def test_what_was_compiled_is_kept_until_something_it_follows_from_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home, project, calls = Home(tmp_path / "home"), tmp_path / "project", []
    (project / "models").mkdir(parents=True)
    for file in ("models/one.sql", "dbt_project.yml", "profiles.yml"):
        (project / file).write_text("select 1")

    def compile_anew(home: Home, variables: dict[str, Any], select: list[str]) -> dict[str, str]:
        calls.append(variables)
        return {"one": f"select {len(calls)}"}

    monkeypatch.setattr(dbt, "_compile", compile_anew)
    monkeypatch.setattr(dbt, "PROJECT_DIR", project)
    first = dbt.compiled(home, VARIABLES, ["one"])
    assert dbt.compiled(home, VARIABLES, ["one"]) == first
    assert len(calls) == 1
    assert dbt.compiled(home, VARIABLES | {"territory": "KZ"}, ["one"]) != first
    (project / "models" / "one.sql").write_text("select 2")
    assert dbt.compiled(home, VARIABLES, ["one"]) != first
    (kept,) = home.dbt.glob("compiled_*.json")
    kept.write_text("{")
    dbt.compiled(home, VARIABLES, ["one"])
    assert len(calls) == 4


def test_a_run_of_an_empty_home_says_so_before_it_builds_anything(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = Home(tmp_path)
    monkeypatch.setattr(dbt, "invoke", lambda *_: pytest.fail("dbt was started"))
    with pytest.raises(HitcastError, match="nothing has been ingested yet"):
        run(Job(home, VARIABLES, "changed", 0))
