import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import duckdb
import pytest
import yaml

from hitcast.core.errors import HitcastError
from hitcast.core.home import PROJECT_DIR, Home
from hitcast.serving.publish import open_published, publish, published_file
from hitcast.serving.tables import OWN_TABLES, PUBLISHED_TABLES
from tests.serving.published_world import fill, make_home

BESIDE = ("rejected_rows",)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A home whose prediction marts hold a row or two."""
    return make_home(
        tmp_path / "it's a home",
        release_predictions=[{}, {"release_id": "R2"}],
        prediction_history=[{}, {"release_id": "R2"}],
        stream_classes=[{"stream_class": "low", "minimum_streams": 0}],
    )


def info(home: Home, column: str) -> object:
    with open_published(home) as published:
        ((value,),) = published.sql(f"select distinct {column} from publish_info").fetchall()
    return value


def test_tables_and_what_they_hold_are_published(home: Home) -> None:
    publication = publish(home)
    counts = dict.fromkeys((*PUBLISHED_TABLES, *BESIDE), 0)
    counts |= {"release_predictions": 2, "prediction_history": 2, "stream_classes": 1}
    assert publication.row_counts == counts
    with open_published(home) as serving:
        for name, row_count in counts.items():
            assert serving.table(name).shape[0] == row_count
            assert duckdb.read_parquet(str(home.serving / f"{name}.parquet")).shape == serving.table(name).shape
        info_file = duckdb.read_parquet(str(home.serving / "publish_info.parquet"))
        assert info_file.fetchall() == serving.table("publish_info").fetchall()
        message = dict(serving.sql("select table_name, row_count from publish_info").fetchall())
    assert message == counts
    assert info(home, "data_through_date") == date(2021, 12, 31)
    assert (info(home, "run_id"), info(home, "model_name")) == ("r1", "hitcast/1")
    published_at = info(home, "published_at")
    assert isinstance(published_at, datetime)
    assert datetime.now(UTC).replace(tzinfo=None) - published_at < timedelta(minutes=1)
    assert sorted(file.name for file in home.serving.iterdir()) == sorted(
        ["hitcast.duckdb", *(f"{name}.parquet" for name in (*counts, "publish_info"))]
    )


def test_keys_are_those_that_the_marts_tests_hold() -> None:
    held: dict[str, set[tuple[str, ...]]] = {}
    for file in (PROJECT_DIR / "models").rglob("*.yml"):
        for model in (yaml.safe_load(file.read_text(encoding="utf-8")) or {}).get("models", []):
            tests = [test for test in model.get("data_tests", []) if isinstance(test, dict)]
            keys = [test["unique_combination_of_columns"] for test in tests if "unique_combination_of_columns" in test]
            found = {tuple(key["arguments"]["combination_of_columns"]) for key in keys}
            for column in model.get("columns", []):
                if "unique" in column.get("data_tests", []):
                    found.add((column["name"],))
            held[model["name"]] = found
    unlike = {name: key for name, key in PUBLISHED_TABLES.items() if key not in held.get(name, {("stream_class",)})}
    assert unlike == {}


def test_a_view_of_each_horizon_holds_its_rows_alone(home: Home) -> None:
    fill(home, release_predictions=[{"horizon_days": 14}, {"horizon_days": 30}, {"horizon_days": 60}])
    publish(home)
    with open_published(home) as serving:
        for horizon in (14, 30, 60):
            assert serving.sql(f"select horizon_days from release_predictions_{horizon}d").fetchall() == [(horizon,)]
        with duckdb.connect() as other:
            other.execute(f"attach '{published_file(home).as_posix().replace(chr(39), chr(39) * 2)}' as p (read_only)")
            assert other.sql("select count(*) from p.release_predictions_14d").fetchall() == [(1,)]


def test_every_table_and_column_says_what_it_means(home: Home) -> None:
    publish(home)
    with open_published(home) as serving:
        tables = dict(serving.sql("select table_name, comment from duckdb_tables()").fetchall())
        silent = serving.sql(
            "select table_name, column_name from duckdb_columns() where comment is null and not internal"
        )
        assert not silent.fetchall()
    assert tables["release_predictions"] == "It's release_predictions. Key: release_id, horizon_days."
    assert set(tables) == {*PUBLISHED_TABLES, *OWN_TABLES}
    assert all(tables.values())


def test_the_publication_before_is_that_of_another_scoring_run(home: Home) -> None:
    publish(home)
    assert info(home, "previous_published_at") is None
    first = info(home, "published_at")
    publish(home)
    assert info(home, "previous_published_at") is None
    again = info(home, "published_at")
    assert again != first
    fill(home, prediction_history=[{}, {"run_id": "r2", "predicted_at": datetime(2022, 1, 1)}])
    publish(home)
    assert (info(home, "run_id"), info(home, "previous_published_at")) == ("r2", again)
    publish(home)
    assert info(home, "previous_published_at") == again


def test_rejected_rows_are_counted_by_file_and_reason(home: Home) -> None:
    home.rejects.mkdir()
    rows = "\n".join(
        ["file,line,column,value,reason", "/in/a.csv,3,x,1,bad", "/in/a.csv,4,x,2,bad", "/in/b.csv,9,,,cut"]
    )
    (home.rejects / "20211231T100000000001_vk_stream_days.csv").write_text(f"\ufeff{rows}\n", encoding="utf-8")
    publish(home)
    with open_published(home) as serving:
        found = serving.sql("from rejected_rows order by file_name").fetchall()
    moment = datetime(2021, 12, 31, 10, 0, 0, 1)
    assert found == [("vk_stream_days", "a.csv", "bad", 2, moment), ("vk_stream_days", "b.csv", "cut", 1, moment)]


def test_every_duckdb_since_1_0_can_read_the_file(home: Home) -> None:
    publish(home)
    # bytes 12 to 19 of a DuckDB file are its storage version; 64 is that of v1.0
    header = published_file(home).read_bytes()[:20]
    assert header[8:12] == b"DUCK"
    assert int.from_bytes(header[12:20], "little") == 64


def test_a_reader_keeps_what_it_opened_and_the_next_sees_the_new(home: Home) -> None:
    publish(home)
    with open_published(home) as reader:
        fill(home, release_predictions=[{"run_id": "r2"}])
        publish(home)
        assert reader.sql("select distinct run_id from release_predictions").fetchall() == [("r1",)]
    with open_published(home) as reader:
        assert reader.sql("select distinct run_id from release_predictions").fetchall() == [("r2",)]


def test_a_failed_publish_leaves_the_published_file_and_no_litter(home: Home) -> None:
    publish(home)
    before = published_file(home).read_bytes()
    with duckdb.connect(str(home.warehouse)) as warehouse:
        warehouse.execute("drop table model_performance")
    with pytest.raises(HitcastError, match="has no table model_performance"):
        publish(home)
    assert published_file(home).read_bytes() == before
    assert not [file for file in home.serving.iterdir() if file.name.startswith(".")]


def test_a_made_up_world_is_published_as_one(home: Home) -> None:
    publish(home)
    assert info(home, "is_demo") is False
    (home.exports / "first").mkdir(parents=True)
    publish(home)
    assert info(home, "is_demo") is True


def test_nothing_to_publish_is_told(tmp_path: Path) -> None:
    with pytest.raises(HitcastError, match="nothing to publish"):
        publish(Home(tmp_path))
    with pytest.raises(HitcastError, match="nothing is published yet"), open_published(Home(tmp_path)):
        pass


def test_a_damaged_publication_is_told_and_written_anew(home: Home) -> None:
    publish(home)
    published_file(home).write_bytes(b"no database" * 1000)
    with pytest.raises(HitcastError, match="`hitcast publish` writes it again"), open_published(home):
        pass
    publish(home)
    assert info(home, "run_id") == "r1"


def test_a_warehouse_held_by_another_process_is_told_in_one_line(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HITCAST_PATIENCE", "1")
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
