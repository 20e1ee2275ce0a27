"""Publication to a real PostgreSQL server."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from threading import Event, Thread

import psycopg
import pytest
import sqlalchemy

from hitcast.core.errors import HitcastError
from hitcast.core.home import Home
from hitcast.serving.postgres import publish_to_postgres
from hitcast.serving.publish import publish, published_file
from hitcast.serving.tables import OWN_TABLES, PUBLISHED_TABLES
from tests.security.attacks import TEXTS
from tests.serving.postgres_server import PASSWORD, PASSWORD_IN_URL, running_server
from tests.serving.published_world import columns_of, fill, make_home

TABLES = {*PUBLISHED_TABLES, *OWN_TABLES}


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with running_server() as dsn:
        yield dsn


@pytest.fixture
def dsn(server: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """The server, without what an earlier test published."""
    monkeypatch.setenv("HITCAST_POSTGRES_DSN", server)
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute("drop schema if exists hitcast cascade")
    return server


@pytest.fixture
def home(tmp_path: Path) -> Home:
    rows = [{"release_id": f"R{number}", "release_title": "Прощай \\ it's"} for number in range(3)]
    home = make_home(tmp_path, release_predictions=rows, prediction_history=rows)
    publish(home)
    return home


def ask(dsn: str, question: str) -> list[tuple[object, ...]]:
    with psycopg.connect(dsn) as connection:
        return connection.execute(question).fetchall()


def test_every_table_arrives_with_its_rows_types_and_meanings(home: Home, dsn: str) -> None:
    counts = publish_to_postgres(home)
    assert set(counts) == TABLES
    assert counts["release_predictions"] == 3
    row = ask(
        dsn,
        "select release_title, release_date, predicted_streams, is_promotion_candidate, actual_streams "
        "from hitcast.release_predictions where release_id = 'R1'",
    )
    assert row == [("Прощай \\ it's", date(2021, 12, 24), 1000.0, False, None)]
    types = dict(
        ask(
            dsn,
            "select column_name, data_type from information_schema.columns "
            "where table_schema = 'hitcast' and table_name = 'release_predictions'",
        )
    )
    assert list(types) == list(columns_of("release_predictions"))
    assert (types["horizon_days"], types["actual_streams"]) == ("integer", "bigint")
    message = ask(dsn, "select obj_description('hitcast.release_predictions'::regclass)")
    assert message == [("It's release_predictions. Key: release_id, horizon_days.",)]
    assert ask(dsn, "select col_description('hitcast.stream_classes'::regclass, 2)") == [
        ("What minimum_streams means.",)
    ]


def test_keys_hold_and_views_of_one_horizon_stand_beside_their_table(home: Home, dsn: str) -> None:
    rows = [{"release_id": "R0", "horizon_days": horizon} for horizon in (14, 30)]
    fill(home, release_predictions=rows)
    publish(home)
    for _ in range(2):
        publish_to_postgres(home)
        for horizon in (14, 30):
            found = ask(dsn, f"select release_id, horizon_days from hitcast.release_predictions_{horizon}d")
            assert found == [("R0", horizon)]
    keys = dict(ask(dsn, "select indexname, indexdef from pg_indexes where schemaname = 'hitcast'"))
    assert keys["release_predictions_key"].endswith("(release_id, horizon_days)")
    assert "UNIQUE" in keys["release_predictions_key"]
    assert keys["prediction_history_release"].endswith("(release_id)")
    with pytest.raises(psycopg.errors.UniqueViolation):
        ask(dsn, "insert into hitcast.release_predictions select * from hitcast.release_predictions returning 1")
    with psycopg.connect(dsn, autocommit=True) as connection:
        # one that an earlier version made
        connection.execute("drop view hitcast.release_predictions_14d; drop index hitcast.release_predictions_key")
    publish_to_postgres(home)
    assert ask(dsn, "select count(*) from hitcast.release_predictions_14d") == [(1,)]


def test_views_and_grants_outlast_a_publication_and_a_role_reads_only(home: Home, dsn: str) -> None:
    publish_to_postgres(home, reader="hitcast_reader")
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute("create view hitcast.mine as select count(*) as n from hitcast.release_predictions")
        fill(home, release_predictions=[{}])
        publish(home)
        publish_to_postgres(home, reader="hitcast_reader")
        assert connection.execute("select n from hitcast.mine").fetchall() == [(1,)]
        connection.execute("set role hitcast_reader")
        for table in TABLES:
            connection.execute(f"select * from hitcast.{table}")
        for statement in ("delete from hitcast.publish_info", "create table hitcast.own (a int)"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(statement)
    with pytest.raises(psycopg.OperationalError), psycopg.connect(dsn.replace("//owner", "//hitcast_reader")):
        pass


def test_a_column_that_the_server_lacks_is_added_and_one_of_its_own_stays(home: Home, dsn: str) -> None:
    publish_to_postgres(home)
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute("alter table hitcast.release_predictions drop column genre cascade, add column note text")
    publish_to_postgres(home)
    assert ask(dsn, "select distinct genre, note from hitcast.release_predictions") == [("pop", None)]


def test_a_failed_publication_leaves_the_rows_of_the_one_before(home: Home, dsn: str) -> None:
    publish_to_postgres(home)
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute("alter table hitcast.stream_classes add column bound int not null default 1")
        connection.execute("alter table hitcast.stream_classes alter column bound drop default")
    more = [{"stream_class": "low", "minimum_streams": 0}]
    fill(home, release_predictions=[{}], stream_classes=more)
    publish(home)
    with pytest.raises(HitcastError, match="bound") as refusal:
        publish_to_postgres(home)
    assert "\n" not in str(refusal.value)
    assert ask(dsn, "select count(*) from hitcast.release_predictions") == [(3,)]


@pytest.mark.slow
def test_readers_of_one_query_never_see_two_publications(home: Home, dsn: str) -> None:
    publish_to_postgres(home)
    done, mixed, reads = Event(), [], []

    def read() -> None:
        question = "select count(*), count(distinct run_id), min(run_id) from hitcast.release_predictions"
        with psycopg.connect(dsn, autocommit=True) as connection:
            while not done.is_set():
                rows = connection.execute(question).fetchall()
                reads.append(rows)
                if rows not in ([(3, 1, "r1")], [(5, 1, "r2")]):
                    mixed.append(rows)

    readers = [Thread(target=read) for _ in range(2)]
    for reader in readers:
        reader.start()
    for count, run_id in ((5, "r2"), (3, "r1")) * 3:
        fill(home, release_predictions=[{"release_id": f"R{number}", "run_id": run_id} for number in range(count)])
        publish(home)
        publish_to_postgres(home)
    done.set()
    for reader in readers:
        reader.join()
    assert not mixed
    assert len(reads) > 20


@pytest.mark.parametrize("target", ["postgres", "duckdb"])
def test_sqlalchemy_reflects_and_queries_every_table(home: Home, dsn: str, target: str) -> None:
    if target == "postgres":
        publish_to_postgres(home)
        engine = sqlalchemy.create_engine(dsn.replace("postgresql://", "postgresql+psycopg://"))
        schema = "hitcast"
    else:
        engine = sqlalchemy.create_engine(
            f"duckdb:///{published_file(home)}", connect_args={"read_only": True}, poolclass=sqlalchemy.NullPool
        )
        schema = None
    metadata = sqlalchemy.MetaData()
    metadata.reflect(engine, schema=schema)
    tables = {table.name: table for table in metadata.tables.values()}
    assert set(tables) == TABLES
    with engine.connect() as connection:
        for name, table in tables.items():
            rows = connection.execute(sqlalchemy.select(table)).mappings().all()
            if name in PUBLISHED_TABLES:
                assert list(table.columns.keys()) == list(columns_of(name))
            assert len(rows) == (3 if name in ("release_predictions", "prediction_history") else len(rows))
    engine.dispose()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda dsn: "", "HITCAST_POSTGRES_DSN: is not set"),
        (lambda dsn: dsn.replace(PASSWORD_IN_URL, "wr%2Fong"), "password authentication failed"),
        (lambda dsn: "postgresql://owner:secret@127.0.0.1:1/postgres", "onnection refused"),
        (lambda dsn: "host=127.0.0.1 port=1 password=secret user=owner", "onnection refused"),
    ],
)
def test_a_wrong_dsn_is_one_line_without_its_password(
    home: Home, dsn: str, monkeypatch: pytest.MonkeyPatch, change: object, message: str
) -> None:
    monkeypatch.setenv("HITCAST_POSTGRES_DSN", change(dsn))  # type: ignore[operator]
    with pytest.raises(HitcastError, match=message) as refusal:
        publish_to_postgres(home)
    line = str(refusal.value)
    assert "\n" not in line
    for secret in ("secret", "wr%2Fong", "wr/ong", PASSWORD, PASSWORD_IN_URL):
        assert secret not in line


def test_texts_of_a_catalog_arrive_as_they_are(tmp_path: Path, dsn: str) -> None:
    rows = [{"release_id": f"R{number:02}", "release_title": text} for number, text in enumerate(TEXTS)]
    home = make_home(tmp_path, release_predictions=rows)
    publish(home)
    publish_to_postgres(home)
    assert ask(dsn, "select release_title from hitcast.release_predictions order by release_id") == [
        (text,) for text in TEXTS
    ]


@pytest.mark.parametrize("name", ['a"; drop schema public', "Upper", "", "x" * 64])
def test_a_name_that_is_none_never_reaches_the_server(home: Home, dsn: str, name: str) -> None:
    with pytest.raises(HitcastError, match="is no plain name"):
        publish_to_postgres(home, reader=name)
