"""What `hitcast.core.spark_cluster` does without Spark: settings from the profile, and what a dead driver left."""

from pathlib import Path
from types import SimpleNamespace

from hitcast.core.home import Home
from hitcast.core.spark_cluster import remove_strays, settings


def test_settings_keep_everything_below_the_home_and_on_this_machine(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv("HITCAST_SPARK_MASTER", "spark://127.0.0.1:7077")
    held = settings(Home(tmp_path))
    assert held["spark.master"] == "spark://127.0.0.1:7077"
    assert held["spark.driver.bindAddress"] == held["spark.driver.host"] == "127.0.0.1"
    assert held["spark.sql.warehouse.dir"] == f"{tmp_path}/spark/warehouse"
    assert f"databaseName={tmp_path}/spark/metastore" in held["spark.hadoop.javax.jdo.option.ConnectionURL"]


def test_folders_that_no_table_owns_go_and_no_others(tmp_path: Path) -> None:
    warehouse = tmp_path / "spark" / "warehouse"
    kept = [warehouse / "hitcast.db" / "releases", warehouse / "ml.db", tmp_path / "elsewhere" / "part"]
    stray = warehouse / "hitcast.db" / "int_vk__release_days"
    for folder in (*kept, stray):
        folder.mkdir(parents=True)
    places = {"default": warehouse, "hitcast": warehouse / "hitcast.db", "other": tmp_path / "elsewhere"}
    catalog = SimpleNamespace(
        listDatabases=lambda: [SimpleNamespace(name=name, locationUri=f"file:{path}") for name, path in places.items()],
        listTables=lambda name: [SimpleNamespace(name="releases")] if name == "hitcast" else [],
    )
    assert remove_strays(Home(tmp_path), SimpleNamespace(catalog=catalog)) == [stray]
    assert not stray.exists()
    assert all(folder.is_dir() for folder in kept)
