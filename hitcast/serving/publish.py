"""Publishes the prediction marts for readers, who never see a half-written file nor block a run."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb

from hitcast.core import spark
from hitcast.core.builds import read_builds, stop_on_other_variables
from hitcast.core.errors import HitcastError
from hitcast.core.files import PART, put_in_place
from hitcast.core.home import Home
from hitcast.core.lock import writing
from hitcast.core.moments import moment_after
from hitcast.core.project import settings_of
from hitcast.core.quiet import connect
from hitcast.core.sql import Sql, fill, literal, quoted, typed
from hitcast.core.target import spark_of

PUBLISHED_TABLES = (
    "release_predictions",
    "forecast_quantiles",
    "release_trajectories",
    "portfolio_forecasts",
    "prediction_history",
    "prediction_drivers",
    "similar_releases",
    "model_performance",
    "backtest_forecasts",
    "feature_drift",
    "stress_performance",
    "as_known_performance",
    "release_days",
    "release_date_checks",
    "delivered_days",
    "stream_classes",
    "promotion_costs",
)
OWN_TABLES: dict[str, tuple[str, dict[str, tuple[str, str]]]] = {
    "rejected_rows": (
        "Rows that ingest rejected, counted: one row per raw table, delivery, file and reason.",
        {
            "raw_table": ("varchar", "Raw table that they were meant for."),
            "file_name": ("varchar", "Vendor's file."),
            "reason": ("varchar", "Why they were rejected."),
            "row_count": ("bigint", "Rows rejected."),
            "delivered_at": ("timestamp", "When the file was ingested, UTC."),
        },
    ),
    "publish_info": (
        "What this publication holds: one row per table.",
        {
            "table_name": ("varchar", "Published table."),
            "row_count": ("bigint", "Its rows."),
            "data_through_date": ("date", "Last day of data."),
            "published_at": ("timestamp", "When it was published, UTC; the same for all tables."),
            "run_id": ("varchar", "Latest scoring run; null before the first."),
            "model_name": ("varchar", "Registered model and version that scored it."),
            "previous_published_at": (
                "timestamp",
                "When another scoring run was last published, UTC; null before that.",
            ),
            "territory": ("varchar", "Territory that the figures are of."),
            "previous_run_id": ("varchar", "Scoring run published then; null before that."),
        },
    ),
}
"""What publishing adds to the marts: name, meaning, and columns with type and meaning."""


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


def open_published(home: Home) -> duckdb.DuckDBPyConnection:
    """The published file, to be read and closed soon: a connection keeps to the file that it opened.

    Raises:
        HitcastError: Nothing is published yet, or the file cannot be read.
    """
    file = published_file(home)
    if not file.exists():
        raise HitcastError("nothing is published yet", str(file), "Run `hitcast run` first")
    try:
        return connect(str(file), read_only=True)
    except duckdb.Error as error:
        reason = str(error).splitlines()[0]
        raise HitcastError(f"cannot be read ({reason})", str(file), "`hitcast publish` writes it again") from None


def publish(home: Home, variables: Mapping[str, Any] | None = None) -> Publication:
    """Copies the prediction marts to `serving/hitcast.duckdb` and Parquet files beside it.

    Each file is written beside its place, synced and renamed, so that a reader opens either the old or the new one.
    Tables and columns carry their descriptions as comments. `publish_info` says what the DuckDB file holds.

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
    home.serving.mkdir(exist_ok=True)
    serving_file = published_file(home)
    incoming = {name: home.serving / f".{name}.parquet{PART}" for name in (*PUBLISHED_TABLES, "rejected_rows")}
    incoming_file = home.serving / f".hitcast.duckdb{PART}"
    with writing(home, "hitcast publish"):
        try:
            published_at, row_counts = _write(home, incoming_file, incoming, (variables or {}).get("territory"))
            # the DuckDB file last: its readers then find Parquet files that are as new
            places = {file: home.serving / f"{name}.parquet" for name, file in incoming.items()}
            put_in_place({**places, incoming_file: serving_file})
        finally:
            for leftover in (incoming_file, *incoming.values()):
                leftover.unlink(missing_ok=True)
    return Publication(serving_file, published_at.replace(tzinfo=UTC), row_counts)


def _write(
    home: Home, database: Path, parquet: dict[str, Path], territory: str | None
) -> tuple[datetime, dict[str, int]]:
    row_counts: dict[str, int] = {}
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
                _comment(connection, table, column, text)
        for name in OWN_TABLES:
            _create_own(connection, name)
        _count_rejects(connection, home)
        for name, file in parquet.items():
            rows = connection.table(name)
            rows.write_parquet(str(file))
            row_counts[name] = rows.shape[0]
        published_at = _inform(connection, home, row_counts, territory)
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
        return spark.descriptions(on_spark, PUBLISHED_TABLES)
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
    _comment(connection, table, None, meaning)
    for name, (_, text) in columns.items():
        _comment(connection, table, name, text)


def _comment(connection: duckdb.DuckDBPyConnection, table: str, column: str | None, text: str) -> None:
    """Describe a table, or a column of it."""
    place = Sql(f"column {quoted(table)}.{quoted(column)}" if column else f"table {quoted(table)}")
    connection.execute(fill("comment on {place} is {text}", place=place, text=literal(text)))


def _count_rejects(connection: duckdb.DuckDBPyConnection, home: Home) -> None:
    """A file of rejects is named by the time of its delivery and its raw table."""
    files = sorted(home.rejects.glob("*.csv"))
    if files:
        connection.execute(
            """
            insert into rejected_rows
            select
                regexp_extract(filename, '_([a-z_]+)\\.csv$', 1),
                regexp_extract(file, '[^/\\\\]*$'),
                reason,
                count(*),
                strptime(regexp_extract(filename, '([0-9]+T[0-9]+)_[a-z_]+\\.csv$', 1), '%Y%m%dT%H%M%S%f')
            from read_csv(?, header = true, all_varchar = true, filename = true)
            group by all
            order by all
            """,
            [[str(file) for file in files]],
        )


def _inform(
    connection: duckdb.DuckDBPyConnection, home: Home, row_counts: dict[str, int], territory: str | None
) -> datetime:
    """Writes what is published; returns when, UTC, without a zone: after all that it holds and replaces."""
    latest = connection.execute(
        """
        select run_id, model_name, predicted_at from prediction_history
        order by predicted_at desc, run_id desc
        limit 1
        """
    ).fetchone()
    run_id, model_name, predicted_at = latest or (None, None, None)
    published_at = moment_after(last_published_at(home), predicted_at)
    previous, previous_run = _previous(home, run_id)
    for name, row_count in row_counts.items():
        connection.execute(
            "insert into publish_info "
            "select ?, ?, data_through_date, ?, ?, ?, ?, ?, ? from warehouse.main.dataset_days",
            [name, row_count, published_at, run_id, model_name, previous, territory, previous_run],
        )
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
