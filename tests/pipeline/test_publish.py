import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import duckdb
import pytest
import yaml

from ml.errors import HitcastError
from pipeline.home import PROJECT_DIR, Home
from pipeline.publish import PUBLISHED_TABLES, publish


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A home whose prediction marts hold two rows each."""
    home = Home(tmp_path / "it's a home")
    home.root.mkdir()
    with duckdb.connect(str(home.warehouse)) as warehouse:
        for name in PUBLISHED_TABLES:
            warehouse.execute(f"create table {name} as select range as row, 1 as version from range(2)")
        warehouse.execute("create table dataset_days as select date '2021-12-31' as data_through_date")
    return home


def test_everything_that_the_page_reads_is_published() -> None:
    file = PROJECT_DIR / "models/marts/predictions/_predictions__exposures.yml"
    page = yaml.safe_load(file.read_text(encoding="utf-8"))["exposures"][0]
    assert {f"ref('{name}')" for name in PUBLISHED_TABLES} == set(page["depends_on"])


def test_tables_and_what_they_hold_are_published(home: Home) -> None:
    publication = publish(home)
    assert publication.row_counts == dict.fromkeys(PUBLISHED_TABLES, 2)
    with duckdb.connect(str(home.serving / "hitcast.duckdb"), read_only=True) as serving:
        for name in PUBLISHED_TABLES:
            assert serving.table(name).shape == (2, 2)
            assert duckdb.read_parquet(str(home.serving / f"{name}.parquet")).shape == (2, 2)
        info = serving.sql("from publish_info order by table_name").fetchall()
    assert [row[0] for row in info] == sorted(PUBLISHED_TABLES)
    assert {row[1:3] for row in info} == {(2, date(2021, 12, 31))}
    assert datetime.now(UTC).replace(tzinfo=None) - info[0][3] < timedelta(minutes=1)
    assert sorted(file.name for file in home.serving.iterdir()) == sorted(
        ["hitcast.duckdb", *(f"{name}.parquet" for name in PUBLISHED_TABLES)]
    )


def test_every_duckdb_since_1_0_can_read_the_file(home: Home) -> None:
    publish(home)
    # bytes 12 to 19 of a DuckDB file are its storage version; 64 is that of v1.0
    header = (home.serving / "hitcast.duckdb").read_bytes()[:20]
    assert header[8:12] == b"DUCK"
    assert int.from_bytes(header[12:20], "little") == 64


def test_a_reader_keeps_what_it_opened_and_the_next_sees_the_new(home: Home) -> None:
    publish(home)
    published = str(home.serving / "hitcast.duckdb")
    with duckdb.connect(published, read_only=True) as reader:
        with duckdb.connect(str(home.warehouse)) as warehouse:
            for name in PUBLISHED_TABLES:
                warehouse.execute(f"update {name} set version = 2")
        publish(home)
        assert reader.sql("select distinct version from release_predictions").fetchall() == [(1,)]
    with duckdb.connect(published, read_only=True) as reader:
        versions = {name: reader.sql(f"select distinct version from {name}").fetchall() for name in PUBLISHED_TABLES}
    assert versions == {name: [(2,)] for name in PUBLISHED_TABLES}


def test_a_failed_publish_leaves_the_published_file_and_no_litter(home: Home) -> None:
    publish(home)
    before = (home.serving / "hitcast.duckdb").read_bytes()
    with duckdb.connect(str(home.warehouse)) as warehouse:
        warehouse.execute("drop table model_performance")
    with pytest.raises(HitcastError, match="has no table model_performance"):
        publish(home)
    assert (home.serving / "hitcast.duckdb").read_bytes() == before
    assert not [file for file in home.serving.iterdir() if file.name.startswith(".")]


def test_nothing_to_publish_is_told(tmp_path: Path) -> None:
    with pytest.raises(HitcastError, match="nothing to publish"):
        publish(Home(tmp_path))


def test_a_warehouse_held_by_another_process_is_told_in_one_line(home: Home) -> None:
    hold = "import duckdb, sys; c = duckdb.connect(sys.argv[1]); print('held', flush=True); input()"
    with subprocess.Popen(
        [sys.executable, "-c", hold, str(home.warehouse)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(HitcastError, match="readers belong on the published file") as refusal:
            publish(home)
        holder.communicate("\n")
    assert "\n" not in str(refusal.value)
