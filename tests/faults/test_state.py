"""What the kills are judged by sees each kind of harm."""

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest

from hitcast.core.home import Home
from hitcast.core.lock import writing
from hitcast.ingest import ingest
from hitcast.serving.publish import publish, published_file
from tests.faults.state import differences, faults_of, print_of
from tests.serving.published_world import make_home

ROWS = [{"release_id": f"R{number}", "predicted_streams": 100.0 * number} for number in range(3)]
MODELS = """
create table runs (status text);
create table model_version_tags (key text, value text);
create table model_versions (run_id text, current_stage text);
create table registered_model_tags (key text, value text);
create table registered_model_aliases (version text);
insert into runs values ('FINISHED'), ('KILLED');
insert into model_versions values ('a', 'None'), ('gone', 'Deleted_Internal');
insert into registered_model_aliases values ('1');
"""


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """Two landed days, a publication and a model."""
    root = tmp_path_factory.mktemp("whole")
    home = make_home(root / "home", release_predictions=ROWS, prediction_history=ROWS)
    export = root / "vk.csv"
    export.write_text("stream_date,isrc,territory,streams\n2020-01-01,A,RU,5\n2020-01-02,A,RU,6\n2020-01-02,B,RU,7\n")
    ingest(home, [export])
    publish(home)
    (home.mlflow / "artifacts" / "a" / "artifacts" / "bundle").mkdir(parents=True)
    ask_models(home, MODELS)
    return home


@pytest.fixture
def home(whole: Home, tmp_path: Path) -> Home:
    """A copy of it, to be harmed."""
    shutil.copytree(whole.root, tmp_path / "home")
    return Home(tmp_path / "home")


def ask_models(home: Home, script: str) -> None:
    with closing(sqlite3.connect(home.mlflow / "mlflow.db")) as connection:
        connection.executescript(script)


def day(home: Home, name: str = "2020-01-02") -> Path:
    return home.raw / "vk_stream_days" / f"stream_date={name}" / "delivery=000001" / "data.parquet"


def cut(path: Path) -> None:
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])


def lose_a_row(home: Home) -> None:
    with pq.ParquetFile(day(home)) as content:
        rows = content.read()
    pq.write_table(rows.slice(1), day(home))


def land_what_nobody_delivered(home: Home) -> None:
    day(home, "2020-01-03").parent.mkdir(parents=True)
    day(home, "2020-01-03").write_bytes(day(home).read_bytes())


def change(place: Callable[[Home], Path], sql: str) -> Callable[[Home], None]:
    def work(home: Home) -> None:
        with duckdb.connect(str(place(home))) as connection:
            connection.execute(sql)

    return work


HARM: dict[str, tuple[Callable[[Home], None], str]] = {
    "half a day": (lambda home: cut(day(home)), "vk_stream_days 2020-01-02: landed, but not as"),
    "a day without a row": (lose_a_row, "landed, but not as the ledger says"),
    "a day gone": (lambda home: day(home).unlink(), "in the ledger, but not landed"),
    "a day too many": (land_what_nobody_delivered, "landed, but not in the ledger"),
    "half a publication": (lambda home: cut(published_file(home)), "published file:"),
    "half a Parquet file": (lambda home: cut(home.serving / "release_predictions.parquet"), "release_predictions"),
    "a count that is not so": (
        change(published_file, "delete from release_predictions where release_id = 'R1'"),
        "release_predictions: 2 rows, told 3",
    ),
    "two runs in one": (change(published_file, "update prediction_history set run_id = 'r2'"), "mixed"),
    "a run still running": (lambda home: ask_models(home, "insert into runs values ('RUNNING')"), "RUNNING"),
    "a title owed": (
        lambda home: ask_models(home, "insert into model_version_tags values ('title', 'due')"),
        "a title is owed",
    ),
    "a goal owed": (
        lambda home: ask_models(home, "insert into registered_model_tags values ('goal', '2')"),
        "a title is owed",
    ),
    "a bundle of nobody": (
        lambda home: (home.mlflow / "artifacts/b/artifacts/bundle").mkdir(parents=True),
        "no version",
    ),
    "no champion": (lambda home: ask_models(home, "delete from registered_model_aliases"), "no champion"),
}


@pytest.mark.parametrize("kind", HARM)
def test_harm_is_seen(home: Home, kind: str) -> None:
    assert faults_of(home) == []
    work, message = HARM[kind]
    work(home)
    assert any(message in fault for fault in faults_of(home)), faults_of(home)


def test_a_held_home_is_seen(home: Home) -> None:
    with writing(home, "hitcast run"):
        assert "held" in faults_of(home)[0]


def test_homes_that_differ_are_told_apart(home: Home) -> None:
    before = print_of(home)
    assert differences(before, print_of(home)) == []
    for place in (lambda home: home.warehouse, published_file):
        change(place, "update release_predictions set predicted_streams = 101 where release_id = 'R1'")(home)
    (home.serving / ".hitcast.duckdb.part").touch()
    message = differences(before, print_of(home))
    assert [each.partition(":")[0] for each in message] == [
        "files",
        "hitcast.duckdb release_predictions",
        "warehouse.duckdb release_predictions",
    ]
    assert ".hitcast.duckdb.part" in message[0]


def test_times_and_made_up_names_make_no_difference(home: Home) -> None:
    before = print_of(home)
    for sql in ("update prediction_history set run_id = 'r9'", "update prediction_history set predicted_at = now()"):
        change(lambda home: home.warehouse, sql)(home)
    publish(home)
    assert differences(before, print_of(home)) == []
