"""The whole job on Spark publishes what it publishes on DuckDB: the same forecasts of the same landing and seed."""

import os
import shutil
import subprocess
import sys
from datetime import date

import duckdb
import pytest

from hitcast.core.home import PROJECT_DIR, Home
from hitcast.core.spark_cluster import Cluster
from hitcast.ingest import ingest
from hitcast.serving.publish import published_file
from hitcast.serving.tables import PUBLISHED_TABLES
from tests.end_to_end.small_world import World, make_world

# Few days, as each costs Spark a folder. Features that differ in their last bit need not move these forecasts:
# test_marts_on_spark compares them.
FIRST, END, RELEASES = date(2021, 3, 1), date(2021, 4, 6), 1_500
HORIZONS = "{horizons: [14], class_horizon: 14}"
MAIN = "from hitcast.cli.app import main; main()"
pytestmark = [pytest.mark.spark, pytest.mark.slow]


def hitcast(home: Home, *arguments: str, **variables: str) -> str:
    """What a command says, which must succeed."""
    done = subprocess.run(
        [sys.executable, "-c", MAIN, *arguments],
        env=os.environ | {"HITCAST_HOME": str(home.root), "PYTHONPATH": str(PROJECT_DIR)} | variables,
        cwd=PROJECT_DIR,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout


@pytest.fixture(scope="module")
def homes(tmp_path_factory: pytest.TempPathFactory, cluster: Cluster) -> dict[str, Home]:
    """One landing in two homes, on each of which the whole job was run, on a target of its own."""
    whole = make_world(releases=RELEASES)
    world = World(
        whole.catalog[whole.catalog["release_date"].between(FIRST, END)],
        whole.tiktok[whole.tiktok["activity_date"].between(FIRST, END)],
        whole.vk[whole.vk["stream_date"].between(FIRST, END)],
    )
    homes = {target: Home(tmp_path_factory.mktemp(target)) for target in ("duckdb", "spark_local")}
    ingest(homes["duckdb"], [world.write_exports(homes["duckdb"].root / "exports")])
    shutil.copytree(homes["duckdb"].raw, homes["spark_local"].raw)
    for target, home in homes.items():
        hitcast(home, "run", "--target", target, "--vars", HORIZONS, HITCAST_SPARK_MASTER=cluster.master)
    return homes


def test_the_same_forecasts_are_published(homes: dict[str, Home]) -> None:
    with duckdb.connect() as connection:
        for target, home in homes.items():
            connection.execute(f"attach '{published_file(home)}' as {target} (read_only)")
        columns = dict(
            connection.execute("select column_name, column_type from (describe duckdb.release_predictions)").fetchall()
        )
        # a run has a name and a time of its own
        shared = [name for name in columns if name not in ("run_id", "predicted_at")]
        rows = {
            target: connection.execute(
                f"select {', '.join(shared)} from {target}.release_predictions order by release_id, horizon_days"
            ).fetchall()
            for target in homes
        }
    streams = {row[shared.index("predicted_streams")] for row in rows["duckdb"]}
    assert len(streams - {None}) > 10
    assert len(rows["duckdb"]) == len(rows["spark_local"])
    for ours, theirs in zip(rows["duckdb"], rows["spark_local"], strict=True):
        for name, here, there in zip(shared, ours, theirs, strict=True):
            message = f"{ours[:2]} {name}"
            if columns[name] == "DOUBLE" and here is not None:
                assert there == pytest.approx(here, rel=1e-6, abs=1e-6), message
            else:
                assert there == here, message


def test_all_tables_are_published_alike_with_what_they_mean(homes: dict[str, Home]) -> None:
    message = {}
    for target, home in homes.items():
        with duckdb.connect(str(published_file(home)), read_only=True) as published:
            message[target] = published.execute(
                """
                select columns.table_name, column_name, data_type, columns.comment, tables.comment
                from duckdb_columns() as columns
                inner join duckdb_tables() as tables using (database_name, schema_name, table_name)
                order by columns.table_name, column_name
                """
            ).fetchall()
    assert {row[0] for row in message["duckdb"]} > set(PUBLISHED_TABLES)
    assert message["spark_local"] == message["duckdb"]


def test_each_target_has_its_own_warehouse_and_no_other(homes: dict[str, Home]) -> None:
    assert not homes["spark_local"].warehouse.exists()
    assert not (homes["duckdb"].root / "spark").exists()
    written = homes["spark_local"].root / "spark" / "warehouse" / "ml.db" / "predictions"
    assert len(list(written.glob("run_id=*/*.parquet"))) == 1
