"""dbt called by hand: it reads the home that `hitcast` reads, from any folder, and of that what the ledger names."""

import os
import subprocess
import sys
from datetime import date
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest

from hitcast.core.home import PROJECT_DIR, Home
from hitcast.ingest import ingest, landing, withdraw

STAGING = ("stg_vk__stream_days", "stg_tiktok__sound_days", "stg_catalog__tracks")
VK = "stream_date,isrc,territory,streams\n"
TIKTOK = "activity_date,sound_id,isrc,territory,views\n"
CATALOG = "upc,isrc,release_title,artist_id,artist_name,release_date\n"


def dbt(folder: Path, *arguments: str, home: str | None = None) -> str:
    """Calls dbt in a folder; returns what it said."""
    environment = {name: value for name, value in os.environ.items() if name != "HITCAST_HOME"}
    environment |= {"HITCAST_HOME": home} if home else {}
    places = ["--project-dir", str(PROJECT_DIR), "--profiles-dir", str(PROJECT_DIR)]
    places += ["--target-path", str(folder / "target"), "--log-path", str(folder / "logs")]
    done = subprocess.run(
        [Path(sys.executable).with_name("dbt"), "--quiet", *arguments, *places],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def deliver(home: Home, export: Path, text: str) -> None:
    export.write_text(text)
    ingest(home, [export])


def staged(home: Home) -> list[tuple[object, ...]]:
    with duckdb.connect(str(home.warehouse)) as warehouse:
        # where dbt's profile looks for the sources
        warehouse.execute("set file_search_path = $home", {"home": str(home.root)})
        vk = warehouse.sql("select stream_date::varchar, isrc, streams, listeners from stg_vk__stream_days").fetchall()
        tiktok = warehouse.sql("select activity_date::varchar, isrc, views from stg_tiktok__sound_days").fetchall()
        tracks = warehouse.sql("select release_id, release_title from stg_catalog__tracks").fetchall()
    return sorted(vk) + sorted(tiktok) + sorted(tracks)


@pytest.mark.slow
def test_only_what_the_ledger_names_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home, export = Home(tmp_path / "home"), tmp_path / "export.csv"
    days = {day: home.raw / "vk_stream_days" / f"stream_date=2024-01-0{day}" for day in range(1, 6)}
    deliver(home, export, VK + "".join(f"2024-01-0{day},A,RU,{day}\n" for day in (1, 2, 3)))
    deliver(home, export, TIKTOK + "2024-01-01,S,A,RU,7\n")
    deliver(home, export, CATALOG + "1,A,Old,7,Artist,2024-01-01\n")
    kept = {path: path.read_bytes() for path in home.raw.rglob("delivery=*/data.parquet")}
    deliver(home, export, VK + "2024-01-01,A,RU,10\n")
    deliver(home, export, CATALOG + "1,A,New,7,Artist,2024-01-01\n")
    withdraw(home, "vk_stream_days", [date(2024, 1, 3)])
    # replaced and withdrawn files that come back
    for path, content in kept.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    # strays: a day that nobody delivered, a delivery that never was, a copy beside, names that only look alike
    stray = (days[2] / "delivery=000001" / "data.parquet").read_bytes()
    for place in (
        days[4] / "delivery=000001" / "data.parquet",
        days[2] / "delivery=000099" / "data.parquet",
        days[2] / "delivery=1" / "data.parquet",
        days[2] / "delivery=000001" / "data (copy).parquet",
        days[2] / "data.parquet",
        home.ledger.with_name("data (copy).parquet"),
    ):
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(home.ledger.read_bytes() if place.parent == home.ledger.parent else stray)

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(landing, "write_ledger", killed)
    # what lay there was removed by this delivery's start, and comes back
    lying = {path: path.read_bytes() for path in home.raw.rglob("*.parquet")}
    with pytest.raises(KeyboardInterrupt):
        deliver(home, export, VK + "2024-01-02,A,RU,99\n2024-01-05,A,RU,99\n")
    for path, content in lying.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    assert (days[5] / "delivery=000007" / "data.parquet").exists()

    # relative, as `hitcast` takes it: from the folder of the call
    dbt(tmp_path, "build", "--select", *(f"+{name}" for name in STAGING), home="home")
    assert staged(home) == [
        ("2024-01-01", "A", 10, None),
        ("2024-01-02", "A", 2, None),
        ("2024-01-01", "A", 7),
        ("1", "New"),
    ]


@pytest.mark.slow
def test_a_day_landed_before_a_column_came_is_read(tmp_path: Path) -> None:
    home, export = Home(tmp_path / "home"), tmp_path / "export.csv"
    deliver(home, export, VK + "2024-01-01,A,RU,1\n2024-01-02,A,RU,2\n")
    [file] = home.raw.glob("vk_stream_days/stream_date=2024-01-01/*/data.parquet")
    pq.write_table(pq.ParquetFile(file).read().drop_columns(["listeners"]), file)
    dbt(
        tmp_path,
        "run",
        "--select",
        "+stg_vk__stream_days",
        "+stg_tiktok__sound_days",
        "+stg_catalog__tracks",
        home="home",
    )
    assert staged(home) == [("2024-01-01", "A", 1, None), ("2024-01-02", "A", 2, None)]


@pytest.mark.slow
def test_without_a_home_named_it_is_the_one_of_the_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HITCAST_HOME", raising=False)
    monkeypatch.chdir(tmp_path)
    said = dbt(tmp_path, "compile", "--no-introspect", "--no-populate-cache", "--inline", "{{ target.path }}")
    assert said.strip() == str(Home.current().warehouse)


@pytest.mark.slow
def test_nothing_is_modified_in_another_home(tmp_path: Path) -> None:
    for name in ("one", "other"):
        (tmp_path / name).mkdir()
    dbt(tmp_path / "one", "parse", home=str(tmp_path / "one"))
    state = ["--state", str(tmp_path / "one" / "target")]
    other = dbt(tmp_path / "other", "ls", "--select", "state:modified+", *state, home=str(tmp_path / "other"))
    assert other.strip() in ("", "No nodes selected!")
    sources = "{{ source('vk', 'vk_stream_days') }} {{ source('landing', 'landing_deliveries') }}"
    offline = ["--no-introspect", "--no-populate-cache"]
    compiled = dbt(tmp_path / "other", "compile", *offline, "--inline", sources, home=str(tmp_path / "other"))
    assert "raw/vk_stream_days" in compiled
    assert str(tmp_path) not in compiled
