"""Publishes the prediction marts for readers, who never see a half-written file nor block a run."""

import os
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from ml.errors import HitcastError
from pipeline.home import Home

PUBLISHED_TABLES = (
    "release_predictions",
    "prediction_history",
    "prediction_drivers",
    "similar_releases",
    "model_performance",
)


@dataclass(frozen=True)
class Publication:
    """What was published.

    Attributes:
        file: The DuckDB file.
        published_at: UTC.
        row_counts: Rows by table.
    """

    file: Path
    published_at: datetime
    row_counts: dict[str, int]


def publish(home: Home) -> Publication:
    """Copies the prediction marts to `serving/hitcast.duckdb` and Parquet files beside it.

    Each file is written beside its place, synced and renamed, so that a reader opens either the old or the new one.
    `publish_info` says what the DuckDB file holds, a row a table.

    Raises:
        HitcastError: There is no warehouse, or it lacks the prediction marts.
    """
    if not home.warehouse.exists():
        raise HitcastError("nothing to publish", str(home.warehouse), "Run `hitcast run` first")
    home.serving.mkdir(exist_ok=True)
    published_at = datetime.now(UTC)
    serving_file = home.serving / "hitcast.duckdb"
    incoming = {name: home.serving / f".{name}.parquet.{os.getpid()}" for name in PUBLISHED_TABLES}
    incoming_file = home.serving / f".hitcast.duckdb.{os.getpid()}"
    try:
        row_counts = _write(home, incoming_file, incoming, published_at)
        for name, file in incoming.items():
            _put_in_place(file, home.serving / f"{name}.parquet")
        _put_in_place(incoming_file, serving_file)
    finally:
        for leftover in (incoming_file, *incoming.values()):
            leftover.unlink(missing_ok=True)
    return Publication(serving_file, published_at, row_counts)


def _write(home: Home, database: Path, parquet: dict[str, Path], published_at: datetime) -> dict[str, int]:
    row_counts: dict[str, int] = {}
    with duckdb.connect() as connection:
        try:
            connection.execute(f"attach {_quoted(home.warehouse)} as warehouse (read_only)")
        except duckdb.IOException as error:
            raise HitcastError(
                f"cannot be opened ({str(error).splitlines()[0]})",
                str(home.warehouse),
                "If another program has it open, close it there; readers belong on the published file",
            ) from None
        # v1.0.0 is what every DuckDB since 1.0 reads
        connection.execute(f"attach {_quoted(database)} as serving (storage_version 'v1.0.0')")
        present = connection.execute("select table_name from duckdb_tables() where database_name = 'warehouse'")
        lacking = set(PUBLISHED_TABLES).difference(name for (name,) in present.fetchall())
        if lacking:
            raise HitcastError(f"has no table {min(lacking)}", str(home.warehouse), "Run `hitcast run` first")
        for name, file in parquet.items():
            # names come from PUBLISHED_TABLES alone
            connection.execute(f"create table serving.main.{name} as from warehouse.main.{name}")
            connection.execute(f"copy serving.main.{name} to {_quoted(file)} (format parquet)")
            row_counts[name] = connection.table(f"serving.main.{name}").shape[0]
        connection.execute(
            "create table serving.main.publish_info "
            "(table_name varchar, row_count bigint, data_through_date date, published_at timestamp)"
        )
        for name, row_count in row_counts.items():
            connection.execute(
                "insert into serving.main.publish_info "
                "select ?, ?, data_through_date, ? from warehouse.main.dataset_days",
                [name, row_count, published_at.replace(tzinfo=None)],
            )
        connection.execute("detach serving")
    return row_counts


def _put_in_place(incoming: Path, place: Path) -> None:
    with incoming.open("rb") as written:
        os.fsync(written.fileno())
    incoming.replace(place)
    folder = os.open(place.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _quoted(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"
