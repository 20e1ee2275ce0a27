"""Both engines build one landing: first, after what a landing suffers, and with a worker lost in mid-build."""

import subprocess
import threading
import time
from datetime import date
from pathlib import Path

import duckdb
import pytest

from hitcast.core.home import Home
from hitcast.core.spark_cluster import Cluster, stop
from hitcast.ingest import ingest, withdraw
from hitcast.job.steps import FEATURES
from tests.end_to_end.small_world import World, make_world
from tests.spark.engines import build, command, describe, differing_rows, export, marts
from tests.spark.ml_rows import write_ml_rows

# long enough for releases to mature and to become their artist's history
FIRST, END = date(2021, 3, 1), date(2021, 5, 12)
CUT, LATE, RE_SENT = date(2021, 5, 1), date(2021, 3, 12), date(2021, 4, 30)
MODELS = ["--exclude-resource-type", "test"]
pytestmark = pytest.mark.spark


@pytest.fixture(scope="module")
def world() -> World:
    whole = make_world()
    return World(
        whole.catalog[whole.catalog["release_date"].between(FIRST, END)],
        whole.tiktok[whole.tiktok["activity_date"].between(FIRST, END)],
        whole.vk[whole.vk["stream_date"].between(FIRST, END)],
    )


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory, world: World) -> Home:
    """A home whose first delivery lacks a late day, the last weeks, and some releases, and has one day wrong."""
    home = Home(tmp_path_factory.mktemp("home"))
    early = World(
        world.catalog[world.catalog["release_date"] < CUT],
        world.tiktok[(world.tiktok["activity_date"] < CUT) & (world.tiktok["activity_date"] != LATE)],
        world.vk[world.vk["stream_date"] < CUT],
    )
    ingest(home, [early.poisoned_from(RE_SENT).write_exports(home.root / "exports" / "first")])
    return home


@pytest.fixture(autouse=True)
def on_cluster(cluster: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HITCAST_SPARK_MASTER", cluster.master)


def differences(home: Home, folder: Path, tables: list[str] | None = None) -> dict[str, str]:
    tables = tables or marts(home)
    assert len(tables) > 2
    return differing_rows(home, tables, export(home, tables, folder))


def row_count(home: Home, table: str) -> int:
    with duckdb.connect(str(home.warehouse), read_only=True) as warehouse:
        [(rows,)] = warehouse.execute(f"select count(*) from {table}").fetchall()
    return int(rows)


def test_the_first_run_gives_the_same_rows(home: Home, tmp_path: Path) -> None:
    """The project's data tests, all that Spark has for constraints, are run by the whole job beside."""
    for target in ("duckdb", "spark_local"):
        build(home, target, *MODELS)
    assert row_count(home, "release_features") > 50
    assert differences(home, tmp_path / "first") == {}


@pytest.mark.slow
def test_a_later_run_gives_the_same_rows(home: Home, world: World, tmp_path: Path) -> None:
    """New days, a late and a corrected one, a grown catalog, days withdrawn, and forecasts to show."""
    rest = World(
        world.catalog[world.catalog["release_date"] >= CUT],
        world.tiktok[(world.tiktok["activity_date"] >= RE_SENT) | (world.tiktok["activity_date"] == LATE)],
        world.vk[world.vk["stream_date"] >= RE_SENT],
    )
    ingest(home, [rest.write_exports(home.root / "exports" / "rest")])
    withdraw(home, "tiktok_sound_days", [date(2021, 4, 3), END])
    withdraw(home, "vk_stream_days", [date(2021, 4, 4)])
    write_ml_rows(home, tmp_path / "ml", sorted(world.catalog["upc"].unique()))
    before = row_count(home, "int_vk__release_days")
    for target in ("duckdb", "spark_local"):
        build(home, target, *MODELS)
    assert row_count(home, "int_vk__release_days") > before
    for table in marts(home):
        assert row_count(home, table), f"{table} would be compared for nothing"
    assert differences(home, tmp_path / "second") == {}
    # a model that was trained on the last bit of a fraction forecasts otherwise
    assert differing_rows(home, ["release_features"], tmp_path / "second", tolerance=0) == {}


@pytest.mark.slow
def test_a_worker_lost_in_mid_build_changes_nothing(home: Home, cluster: Cluster, tmp_path: Path) -> None:
    arguments = ["run", "--select", *FEATURES]
    for target in ("duckdb", "spark_local"):
        dbt, environment = command(home, target, *arguments)
        with subprocess.Popen(
            dbt, env=environment, cwd=home.root, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        ) as run:
            assert run.stdout is not None
            lines = []
            for line in run.stdout:
                lines.append(line)
                if target == "spark_local" and "START" in line and "int_vk__release_days" in line:
                    # its tasks are under way a moment later
                    threading.Thread(target=_lose, args=(cluster, run)).start()
        assert run.returncode == 0, describe("".join(lines))
    assert cluster.workers[0].poll() is not None
    assert differences(home, tmp_path / "third", [name for name in marts(home) if name.startswith("release_")]) == {}


def _lose(cluster: Cluster, run: subprocess.Popen[str]) -> None:
    time.sleep(1.5)
    assert run.poll() is None
    stop(cluster.workers[0])
