"""What a home holds, in a form that two homes can be compared by, and whether what it holds is whole."""

import re
import sqlite3
from contextlib import closing
from pathlib import Path

import duckdb
import pyarrow.parquet as pq

from hitcast.core.decisions import read_decisions
from hitcast.core.digests import digest_of
from hitcast.core.home import Home
from hitcast.core.lock import holder
from hitcast.ingest.contract import LEDGER
from hitcast.ingest.landing import PLACEHOLDER, kept_files, landed_files, read_history, read_ledger
from hitcast.serving.publish import published_file
from hitcast.serving.tables import PUBLISHED_TABLES

MARTS = ("releases", "release_features", "release_targets", "feature_catalog", "dataset_days")
LEFT_OUT = (
    "run_id",
    "model_name",
    "predicted_at",
    "computed_at",
    "evaluated_at",
    "delivered_at",
    "published_at",
    "previous_published_at",
)
"""Columns that differ between two undisturbed runs too: times, and names that MLflow makes up."""
DAY_COLUMNS = {"tiktok_sound_days": "activity_date", "vk_stream_days": "stream_date"}
UNNAMED = (
    (re.compile(r"^mlflow/artifacts/[0-9a-f]{32}/"), "mlflow/artifacts/RUN/"),
    (re.compile(r"^rejects/[0-9T]+_"), "rejects/TIME_"),
    (re.compile(r"^dbt/(target|logs)/.*"), r"dbt/\1"),
)

ALIVE = ("RUNNING", "SCHEDULED")

Print = dict[str, object]
_READ: dict[tuple[int, int, int], str] = {}


def print_of(home: Home) -> Print:
    """A fingerprint for each part of a home: equal where the homes hold the same rows and files."""
    found: Print = {"files": files_of(home)}
    with duckdb.connect() as connection:
        connection.execute("set threads = 2")
        for table, day in DAY_COLUMNS.items():
            if list((home.raw / table).glob("*/*/data.parquet")):
                pattern = f"{home.raw}/{table}/*/*/data.parquet"
                rows = f"select * from read_parquet('{pattern}', hive_partitioning = true, union_by_name = true)"
                found[f"raw {table}"] = _by_day(connection, rows, day)
        if list((home.raw / "catalog_tracks").glob("*/data.parquet")):
            rows = f"from read_parquet('{home.raw}/catalog_tracks/*/data.parquet')"
            found["raw catalog_tracks"] = _all(connection, f"select * {rows}")
    found["ledger"] = sorted(
        (
            *(row.table_name, row.delivered_day, row.delivery_number, row.superseded_on is None),
            *(row.row_count, row.checksum, row.is_withdrawn, row.file_name),
        )
        for row in read_history(home)
        # the catalog's row is named by the day of the delivery
        if row.table_name in DAY_COLUMNS
    )
    found["rejects"] = sorted(file.read_text(encoding="utf-8") for file in home.rejects.glob("*.csv"))
    if home.decisions.exists():
        found["decisions"] = [decision.said for decision in read_decisions(home)]
    for place, tables in ((home.warehouse, (*MARTS, *PUBLISHED_TABLES)), (published_file(home), PUBLISHED_TABLES)):
        if place.exists():
            with duckdb.connect(str(place), read_only=True) as connection:
                found[f"tables {place.name}"] = sorted(
                    connection.execute("select schema_name, table_name from duckdb_tables()").fetchall()
                )
                held = {name for (name,) in connection.execute("select view_name from duckdb_views()").fetchall()}
                held |= {name for _, name in found[f"tables {place.name}"]}  # type: ignore[attr-defined]
                for table in tables:
                    if table in held:
                        found[f"{place.name} {table}"] = _table(connection, table)
    return found


def files_of(home: Home) -> list[str]:
    """Every file below the home, names that are made up left out; each folder of dbt's own counts as one file.

    Digests of databases are left out too: one that is lacking, or of an older transaction, says nothing, and whether
    the next command or this one noted it depends on what reads when.
    """
    found = set()
    for path in home.root.rglob("*"):
        name = path.relative_to(home.root).as_posix()
        if path.is_file():
            for pattern, shown in UNNAMED:
                name = pattern.sub(shown, name)
            found.add(name)
    return sorted(name for name in found - {".writer.lock"} if not name.endswith(".db.digest"))


def faults_of(home: Home, is_at_rest: bool = True) -> list[str]:
    """What is not whole: a published file, a landed day or a lock, each in words; none where all is.

    Args:
        home: The home, which nobody writes.
        is_at_rest: Whether no file may lie there that the ledger does not name; after a kill some may.
    """
    found = [f"the home is held by {held}"] if (held := holder(home)) else []
    found += published_faults(published_file(home)) if published_file(home).exists() else []
    for file in home.serving.glob("*.parquet"):
        try:
            pq.read_metadata(file)
        except Exception as error:
            found.append(f"{file.relative_to(home.root)}: {error}")
    named, kept = landed_files(home, read_ledger(home)), kept_files(home, read_history(home))
    landed = {path for path in home.raw.rglob("delivery=*/data.parquet") if path.parent.name != PLACEHOLDER}
    for path, row in named.items():
        what = f"{row.table_name} {row.delivered_day}"
        if path not in landed:
            found.append(f"{what}: in the ledger, but not landed")
        elif _known_digest(path) != row.digest:
            found.append(f"{what}: landed, but not as the ledger says")
    for path in landed & (set(kept) - set(named)):
        if _known_digest(path) != kept[path].digest:
            found.append(f"{path.relative_to(home.raw)}: superseded, but not as the ledger says")
    if is_at_rest:
        found += [f"{path.relative_to(home.raw)}: landed, but not in the ledger" for path in landed - set(kept)]
    if is_at_rest:
        found += model_faults(home)
    if (home.raw / LEDGER).is_dir() and is_at_rest and list((home.raw / ".incoming").glob("*")):
        found.append("raw/.incoming is left")
    return found


def model_faults(home: Home) -> list[str]:
    """What the model store holds that no command would own to: asked of its file, for opening it would mend it."""
    store = home.mlflow / "mlflow.db"
    if not store.exists():
        return []
    with closing(sqlite3.connect(f"file:{store}?mode=ro", uri=True)) as connection:

        def texts(sql: str) -> list[str]:
            return [text for (text,) in connection.execute(sql)]

        found = [f"an MLflow run is still {status}" for status in texts("select status from runs") if status in ALIVE]
        owed = texts("select value from model_version_tags where key = 'title'")
        registered = "select run_id from model_versions where current_stage <> 'Deleted_Internal'"
        kept = {f"artifacts/{run_id}/artifacts/bundle" for run_id in texts(registered)}
        champions = texts("select version from registered_model_aliases")
        owed += texts("select value from registered_model_tags where key = 'goal'")
    bundles = {path.relative_to(home.mlflow).as_posix() for path in home.mlflow.glob("artifacts/*/artifacts/*bundle*")}
    found += [f"{bundle} is registered, but not there" for bundle in kept - bundles]
    found += [f"{bundle} is of no version" for bundle in bundles - kept]
    return found + ["a title is owed" for _ in owed] + ([] if len(champions) == 1 else ["there is no champion"])


def _known_digest(file: Path) -> str:
    """Digest of a file; one of the same place on disk, time and length is the one that was read."""
    seen = file.stat()
    key = (seen.st_ino, seen.st_mtime_ns, seen.st_size)
    if key not in _READ:
        _READ[key] = digest_of(file)
    return _READ[key]


def published_faults(file: Path) -> list[str]:
    """What a reader of the published file could find amiss."""
    try:
        with duckdb.connect(str(file), read_only=True) as connection:
            info = connection.execute("select table_name, row_count, published_at, run_id from publish_info").fetchall()
            # a bare count would be answered from what the file says of itself
            counts = {name: _all(connection, f'from "{name}"')[0] for name, *_ in info}
            columns = connection.table("publish_info").columns
            latest = connection.execute(
                "select run_id from prediction_history order by predicted_at desc, run_id desc limit 1"
            ).fetchone()
    except Exception as error:
        return [f"published file: {error}"]
    found = [f"{name}: {counts[name]} rows, told {message}" for name, message, *_ in info if counts[name] != message]
    # one of an earlier version lacks what came since
    if set(PUBLISHED_TABLES) - set(counts) and "format_version" in columns:
        found.append("a published table is missing")
    if len({row[2] for row in info}) != 1 or {row[3] for row in info} != {latest[0] if latest else None}:
        found.append("publications are mixed")
    return found


def differences(expected: Print, found: Print) -> list[str]:
    """Parts in which two homes differ; of lists, the first members that one of them lacks."""
    message = []
    for part in sorted(set(expected) | set(found)):
        before, after = expected.get(part), found.get(part)
        if before == after:
            continue
        if isinstance(before, list) and isinstance(after, list):
            lost = [each for each in before if each not in after][:3]
            gained = [each for each in after if each not in before][:3]
            message.append(f"{part}: lacks {lost}, has besides {gained}")
        else:
            message.append(f"{part}: {before} expected, {after} found")
    return message


def _table(connection: duckdb.DuckDBPyConnection, table: str) -> object:
    columns = [name for name in connection.table(table).columns if name not in LEFT_OUT]
    listed = ", ".join(f'"{name}"' for name in columns)
    # a training that was killed and done again leaves the same forecasts twice, under two versions
    return _all(connection, f'select distinct {listed} from "{table}"')


def _all(connection: duckdb.DuckDBPyConnection, rows: str) -> tuple[int, int | None]:
    found: tuple[int, int | None] = connection.execute(f"select count(*), sum(hash(t)) from ({rows}) as t").fetchall()[
        0
    ]
    return found


def _by_day(connection: duckdb.DuckDBPyConnection, rows: str, day: str) -> object:
    return connection.execute(
        f"select {day}::varchar, count(*), sum(hash(t)) from ({rows}) as t group by 1 order by 1"
    ).fetchall()
