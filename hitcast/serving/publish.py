"""Publishes the prediction marts for readers, who never see a half-written file nor block a run."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb

from hitcast.core import spark
from hitcast.core.builds import read_builds, stop_on_other_variables
from hitcast.core.errors import HitcastError
from hitcast.core.files import PART, put_in_place
from hitcast.core.formats import stop_if_newer
from hitcast.core.home import Home, is_demo
from hitcast.core.lock import writing
from hitcast.core.moments import moment_near
from hitcast.core.project import read_variables, settings_of
from hitcast.core.quiet import connect
from hitcast.core.sql import Sql, fill, literal, quoted, typed
from hitcast.core.target import spark_of
from hitcast.core.warehouse import is_damage
from hitcast.serving.rejected import count_rejects
from hitcast.serving.seals import PUBLISH_AGAIN, write_sealed
from hitcast.serving.tables import OWN_KEYS, OWN_TABLES, PUBLISHED_FORMAT, PUBLISHED_TABLES, views

MAIN_MART = "release_predictions"


@dataclass(frozen=True)
class Publication:
    """What was published.

    Attributes:
        file: The DuckDB file.
        published_at: UTC.
        row_counts: Rows by table, `publish_info` left out.
    """

    file: Path
    published_at: datetime
    row_counts: dict[str, int]


def published_file(home: Home) -> Path:
    """The DuckDB file that readers open; it need not exist."""
    return home.serving / "hitcast.duckdb"


@contextmanager
def open_published(home: Home) -> Iterator[duckdb.DuckDBPyConnection]:
    """The published file, to be read and closed soon: a connection keeps to the file that it opened.

    Raises:
        HitcastError: Nothing is published yet, or the file cannot be read, or a later version of hitcast wrote it, or
            one that knew less than the block asks for.
    """
    file = published_file(home)
    if not file.exists():
        raise HitcastError("nothing is published yet", str(file), "Run `hitcast run` first")
    try:
        connection = connect(str(file), read_only=True)
    except duckdb.Error as error:
        raise _unreadable(file, error) from None
    try:
        stop_if_newer(published_format(connection), PUBLISHED_FORMAT, str(file))
        yield connection
    except (duckdb.BinderException, duckdb.CatalogException):
        what = "lacks tables or columns, as another version of hitcast wrote it"
        raise HitcastError(what, str(file), "Run `hitcast run`") from None
    except duckdb.Error as error:
        # DuckDB compares each block with its checksum when it reads it
        raise (_unreadable(file, error) if is_damage(str(error)) else error) from None
    finally:
        connection.close()


def _unreadable(file: Path, error: duckdb.Error) -> HitcastError:
    return HitcastError(f"cannot be read ({str(error).splitlines()[0]})", str(file), PUBLISH_AGAIN)


def published_format(connection: duckdb.DuckDBPyConnection) -> int | None:
    """Format of an open published file; None of one that bears no number."""
    with suppress(duckdb.CatalogException):
        row = connection.execute("from publish_info limit 1").fetchone()
        names = [column[0] for column in connection.description or ()]
        return dict(zip(names, row or (), strict=False)).get("format_version")
    return None


def publish(home: Home, variables: Mapping[str, Any] | None = None) -> Publication:
    """Copies the prediction marts to `serving/hitcast.duckdb` and Parquet files beside it.

    Each file is written beside its place, synced and renamed, so that a reader opens either the old or the new one.
    Parquet files carry their own digests. Tables and columns carry their descriptions as comments. `publish_info` says
    what the DuckDB file holds.

    Args:
        home: The home.
        variables: Variables of the project that the marts must have been built with; None where the caller built them.

    Raises:
        HitcastError: There is no warehouse, it lacks the prediction marts, or they were built with other variables.
    """
    if spark_of(home) is None and not home.warehouse.exists():
        raise HitcastError("nothing to publish", str(home.warehouse), "Run `hitcast run` first")
    if variables is not None:
        builds = read_builds(settings_of(home, dict(variables)), PUBLISHED_TABLES)
        stop_on_other_variables(builds, variables, variables, "release_predictions")
    build = read_builds(settings_of(home, dict(variables or read_variables())), (MAIN_MART,)).get(MAIN_MART)
    home.serving.mkdir(exist_ok=True)
    serving_file = published_file(home)
    incoming = {name: home.serving / f".{name}.parquet{PART}" for name in (*PUBLISHED_TABLES, *OWN_TABLES)}
    incoming_file = home.serving / f".hitcast.duckdb{PART}"
    with writing(home, "hitcast publish"):
        try:
            territory, built_at = (variables or {}).get("territory"), build.built_at if build else None
            published_at, row_counts = _write(home, incoming_file, incoming, territory, built_at)
            # the DuckDB file last: its readers then find Parquet files that are as new
            places = {file: home.serving / f"{name}.parquet" for name, file in incoming.items()}
            put_in_place({**places, incoming_file: serving_file})
        finally:
            for leftover in (incoming_file, *incoming.values()):
                leftover.unlink(missing_ok=True)
    return Publication(serving_file, published_at.replace(tzinfo=UTC), row_counts)


def _write(
    home: Home, database: Path, parquet: dict[str, Path], territory: str | None, built_at: datetime | None
) -> tuple[datetime, dict[str, int]]:
    with connect() as connection:
        message = _attach(connection, home)
        # v1.0.0 is what every DuckDB since 1.0 reads
        connection.execute(fill("attach {file} as serving (storage_version 'v1.0.0')", file=literal(database)))
        present = connection.execute("select table_name from duckdb_tables() where database_name = 'warehouse'")
        lacking = set(PUBLISHED_TABLES).difference(name for (name,) in present.fetchall())
        if lacking:
            raise HitcastError(f"has no table {min(lacking)}", str(home.warehouse), "Run `hitcast run` first")
        connection.execute("use serving")
        for name in PUBLISHED_TABLES:
            connection.execute(fill("create table {name} as from warehouse.main.{name}", name=quoted(name)))
        for table, column, text in message:
            if table in PUBLISHED_TABLES:
                key = "" if column else f" Key: {', '.join(PUBLISHED_TABLES[table])}."
                _comment(connection, table, column, f"{text}{key}")
        for name in OWN_TABLES:
            _create_own(connection, name)
        count_rejects(connection, home)
        row_counts = {name: connection.table(name).shape[0] for name in parquet if name != "publish_info"}
        published_at = _inform(connection, home, row_counts, territory, built_at)
        for name, file in parquet.items():
            write_sealed(connection, name, file)
        _create_views(connection)
        connection.execute("use memory")
        connection.execute("detach serving")
    return published_at, row_counts


def _attach(connection: duckdb.DuckDBPyConnection, home: Home) -> list[tuple[str, str | None, str]]:
    """Attaches the warehouse; returns the descriptions that dbt left there: table, column or None, and text."""
    on_spark = spark_of(home)
    if on_spark is not None:
        connection.execute("attach ':memory:' as warehouse")
        connection.execute("use warehouse")
        spark.copy_tables(on_spark, connection, (*PUBLISHED_TABLES, "dataset_days"))
        return spark.descriptions(on_spark, tuple(PUBLISHED_TABLES))
    try:
        connection.execute(fill("attach {file} as warehouse (read_only)", file=literal(home.warehouse)))
    except duckdb.IOException as error:
        raise HitcastError(
            f"cannot be opened ({str(error).splitlines()[0]})",
            str(home.warehouse),
            "If another program has it open, close it there; readers belong on the published file",
        ) from None
    return connection.execute(
        """
        select table_name, null as column_name, comment from duckdb_tables()
        where database_name = 'warehouse' and schema_name = 'main' and comment is not null
        union all
        select table_name, column_name, comment from duckdb_columns()
        where database_name = 'warehouse' and schema_name = 'main' and comment is not null
        """
    ).fetchall()


def _create_own(connection: duckdb.DuckDBPyConnection, table: str) -> None:
    meaning, columns = OWN_TABLES[table]
    types = typed({name: kind for name, (kind, _) in columns.items()})
    connection.execute(fill("create table {table} ({types})", table=quoted(table), types=types))
    _comment(connection, table, None, f"{meaning} Key: {', '.join(OWN_KEYS[table])}.")
    for name, (_, text) in columns.items():
        _comment(connection, table, name, text)


def _create_views(connection: duckdb.DuckDBPyConnection) -> None:
    for name, horizon in views(connection).items():
        query = "create view {name} as select * from release_predictions where horizon_days = {horizon}"
        connection.execute(fill(query, name=quoted(name), horizon=Sql(str(int(horizon)))))
        text = f"Rows of release_predictions that forecast {horizon} days. Key: release_id."
        connection.execute(fill("comment on view {name} is {text}", name=quoted(name), text=literal(text)))
        described = "select column_name, comment from duckdb_columns() where table_name = 'release_predictions'"
        for column, meaning in connection.execute(described).fetchall():
            if meaning is not None:
                _comment(connection, name, column, meaning)


def _comment(connection: duckdb.DuckDBPyConnection, table: str, column: str | None, text: str) -> None:
    """Describe a table, or a column of it."""
    place = Sql(f"column {quoted(table)}.{quoted(column)}" if column else f"table {quoted(table)}")
    connection.execute(fill("comment on {place} is {text}", place=place, text=literal(text)))


def _inform(
    connection: duckdb.DuckDBPyConnection,
    home: Home,
    row_counts: dict[str, int],
    territory: str | None,
    built_at: datetime | None,
) -> datetime:
    """Writes what is published; returns when, UTC, without a zone: after what it holds, but for times far ahead."""
    latest = connection.execute(
        """
        select run_id, model_name, predicted_at from prediction_history
        order by predicted_at desc, run_id desc
        limit 1
        """
    ).fetchone()
    run_id, model_name, predicted_at = latest or (None, None, None)
    published_at = moment_near(last_published_at(home), predicted_at)
    previous, previous_run = _previous(home, run_id)
    for name, row_count in row_counts.items():
        connection.execute(
            "insert into publish_info "
            "select ?, ?, data_through_date, ?, ?, ?, ?, ?, ?, ?, ?, ? from warehouse.main.dataset_days",
            [
                name, row_count, published_at, run_id, model_name, previous, territory, previous_run, PUBLISHED_FORMAT,
                is_demo(home), built_at,
            ],
        )  # fmt: skip
    return published_at


def _previous(home: Home, run_id: str | None) -> tuple[datetime | None, str | None]:
    """When another scoring run was last published, and which: publishing one again does not make it the past."""
    try:
        with open_published(home) as serving:
            rows = serving.execute("from publish_info limit 1").df().astype(object)
            row = rows.where(rows.notna(), None).iloc[0].to_dict() if len(rows) else None
    except (HitcastError, duckdb.Error):
        # none, or one that cannot be read: what is published has nothing to be compared with
        return None, None
    if row is None:
        return None, None
    if row["run_id"] == run_id:
        # a file of an earlier version does not say which run it was
        return row["previous_published_at"], row.get("previous_run_id")
    return row["published_at"], row["run_id"]


def last_published_at(home: Home) -> datetime | None:
    """When the home was last published, UTC, without a zone; None before that, or where the file cannot be read."""
    try:
        with open_published(home) as serving:
            row = serving.execute("select max(published_at) from publish_info").fetchone()
    except (HitcastError, duckdb.Error):
        return None
    return row[0] if row else None


def published_build(home: Home) -> datetime | None:
    """When the marts that are published were built, UTC, without a zone; None where the published file does not say."""
    try:
        with open_published(home) as serving:
            row = serving.execute("select max(marts_built_at) from publish_info").fetchone()
    except (HitcastError, duckdb.Error):
        return None
    return row[0] if row else None
