"""Conventions of the dbt project that dbt-bouncer has no check for, read from its manifest."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from hitcast.core.home import PROJECT_DIR, Home
from hitcast.job import dbt
from hitcast.serving.tables import PUBLISHED_TABLES
from ml.data import KEYS, STATES


@pytest.fixture(scope="module")
def manifest(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    home = Home(tmp_path_factory.mktemp("home"))
    dbt.invoke(home, ["parse"])
    return json.loads((home.dbt / "target" / "manifest.json").read_text())


def models(manifest: dict[str, Any]) -> list[dict[str, Any]]:
    found = [node for node in manifest["nodes"].values() if node["resource_type"] == "model"]
    assert len(found) > 25
    return found


def test_no_model_reads_a_source_outside_staging(manifest: dict[str, Any]) -> None:
    readers = {
        node["original_file_path"]
        for node in models(manifest)
        if any(parent.startswith("source.") for parent in node["depends_on"]["nodes"])
    }
    assert readers
    assert {path for path in readers if not path.startswith("models/staging/")} == set()


def test_staging_reads_nothing_but_sources_and_the_ledger(manifest: dict[str, Any]) -> None:
    for node in models(manifest):
        if node["original_file_path"].startswith("models/staging/"):
            others = [parent for parent in node["depends_on"]["nodes"] if not parent.startswith("source.")]
            assert set(others) <= {"model.hitcast.stg_landing__deliveries"}, node["name"]


def test_every_column_is_listed_and_every_source_column_described(manifest: dict[str, Any]) -> None:
    for node in models(manifest):
        assert node["columns"], node["name"]
    for source in manifest["sources"].values():
        assert [name for name, column in source["columns"].items() if not column["description"]] == [], source["name"]


def test_a_comment_fits_the_metastore_of_spark(manifest: dict[str, Any]) -> None:
    """Hive's keeps 255 signs of a column's comment, and refuses a longer one in words of its own."""
    commented = [node for node in models(manifest) if node["config"]["persist_docs"].get("columns")]
    assert commented
    for node in commented:
        for name, column in node["columns"].items():
            assert len(column["description"]) <= 255, f"{node['name']}.{name}"


def test_every_model_opens_with_its_grain(manifest: dict[str, Any]) -> None:
    for node in models(manifest):
        first = (PROJECT_DIR / node["original_file_path"]).read_text().splitlines()[0]
        assert first.startswith("-- one row"), node["name"]


@pytest.mark.parametrize(
    ("exposure", "reads"),
    [
        (
            "training",
            {
                "releases",
                "campaigns",
                "release_days",
                "release_features",
                "release_targets",
                "stressed_features",
                "stressed_dates",
                "training_days",
                "release_date_checks",
                "feature_catalog",
                "dataset_days",
                "stream_classes",
            },
        ),
        ("dashboard", set(PUBLISHED_TABLES)),
        ("bi", set(PUBLISHED_TABLES)),
    ],
)
def test_exposures_stand_in_the_graph(manifest: dict[str, Any], exposure: str, reads: set[str]) -> None:
    found = manifest["exposures"][f"exposure.hitcast.{exposure}"]
    assert {parent.split(".")[-1] for parent in found["depends_on"]["nodes"]} == reads
    assert found["owner"]["name"]
    assert found["url"]
    assert found["maturity"]


def test_every_feature_names_its_group_kind_and_unit(manifest: dict[str, Any]) -> None:
    columns = manifest["nodes"]["model.hitcast.release_features"]["columns"]
    keys = {*KEYS, *STATES}
    for name in set(columns) - keys:
        meta = columns[name]["config"]["meta"]
        assert meta["feature_kind"] in ("numeric", "categorical"), name
        assert meta["feature_group"], name
        assert meta["feature_kind"] == "categorical" or meta["unit"], name


def test_every_column_that_is_never_null_has_a_test(manifest: dict[str, Any]) -> None:
    """Spark takes a contract's constraints and keeps none of them."""
    keys = {node["unique_id"]: set() for node in models(manifest)}
    for test in manifest["nodes"].values():
        if test["resource_type"] != "test" or test.get("attached_node") not in keys:
            continue
        arguments = test["test_metadata"]["kwargs"]
        if test["test_metadata"]["name"] == "not_null":
            keys[test["attached_node"]].add(arguments["column_name"])
        if test["test_metadata"]["name"] == "unique_combination_of_columns":
            keys[test["attached_node"]] |= set(arguments["combination_of_columns"]) - set(arguments.get("nullable", []))
    constrained = 0
    for node in models(manifest):
        never_null = {name for name, column in node["columns"].items() if column["constraints"]}
        assert never_null - keys[node["unique_id"]] == set(), node["name"]
        constrained += len(never_null)
    assert constrained > 20


@pytest.mark.parametrize("file_name", sorted(path.name for path in PROJECT_DIR.glob("requirements*.lock")))
def test_nothing_of_a_machine_stands_in_the_tree(file_name: str) -> None:
    """No registry address and no path of a machine; the lock is pinned with hashes."""
    lock = (PROJECT_DIR / file_name).read_text()
    assert "://" not in lock
    assert "--index-url" not in lock
    pins = [line for line in lock.splitlines() if "==" in line]
    assert len(pins) > 20
    assert lock.count("--hash=sha256:") > len(pins)
    assert str(Path.home()) not in lock


FOLDERS = {
    ".ci", ".github", "benchmarks", "data", "docs", "hitcast", "macros", "ml", "models", "seeds", "tests",
}  # fmt: skip


def test_what_builds_leave_behind_is_not_in_the_tree() -> None:
    listed = subprocess.run(["git", "ls-files"], cwd=PROJECT_DIR, capture_output=True, text=True, check=False)
    if listed.returncode:
        pytest.skip("NO GIT: what belongs to the project is told by git alone")
    files = [Path(line) for line in listed.stdout.splitlines()]
    assert len(files) > 300
    assert {file.parts[0] for file in files if len(file.parts) > 1} == FOLDERS
    left = {".duckdb", ".gpickle", ".pkl", ".pickle", ".msgpack", ".db", ".pyc", ".log"}
    assert [file for file in files if file.suffix in left] == []
