"""Every file of a home that a forecast, an advice or a reader rests on, compared with what was written."""

import json
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from hitcast.core import decisions
from hitcast.core.errors import BusyError, HitcastError
from hitcast.core.formats import NewerFormatError
from hitcast.core.home import Home
from hitcast.core.quiet import connect
from hitcast.core.sql import fill, joined, quoted
from hitcast.core.sqlite import is_noted
from hitcast.core.warehouse import damaged
from hitcast.core.words import counted
from hitcast.ingest import landing_faults
from hitcast.ingest.landing import FirstFormatError
from hitcast.serving.alerts import sent
from hitcast.serving.publish import published_file
from hitcast.serving.seals import PUBLISH_AGAIN, parquet_faults

READ = "select max(hash(held)) from {table} as held"
IN_USE = "in use, and not read: DuckDB compares each block with its checksum when it reads it"
UNNOTED = "written to since its digest was noted, and only found to be whole; the next command notes it"
UNSEALED = "published before files carried digests, and not compared: `hitcast publish` writes them again"
KEPT_CURE = "Put it back from a backup, or leave it: `hitcast models rollback` passes it over"
CHAMPION_CURE = "`hitcast train` makes another; until then the champion before it forecasts"


@dataclass
class VerifyResult:
    """What was found.

    Attributes:
        root: The home.
        files: Files read.
        damaged: Each that is not as it was written: where, what, and the cure.
        notes: What could not be compared, and why, in a line each.
    """

    root: Path
    files: int = 0
    damaged: list[HitcastError] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def describe(self) -> str:
        """In one line."""
        files = f"{counted(self.files, 'file')} of {self.root}"
        if self.damaged:
            return f"{len(self.damaged):,} of {files} {'is' if len(self.damaged) == 1 else 'are'} damaged or missing"
        return f"all {files} are as written" if self.files else f"nothing to compare in {self.root}"

    def place(self, path: Path | str) -> str:
        """A path as it is listed: from the home on."""
        return str(Path(path).relative_to(self.root)) if Path(path).is_relative_to(self.root) else str(path)

    def as_json(self) -> str:
        """For monitoring."""
        message = {
            "home": str(self.root),
            "files": self.files,
            "damaged": [
                {"file": self.place(fault.where), "what": fault.what, "cure": fault.cure} for fault in self.damaged
            ],
            "notes": self.notes,
        }
        return json.dumps(message, ensure_ascii=False, indent=2)


def verify(home: Home, patience_seconds: float = 10) -> VerifyResult:
    """Reads all that carries a digest or checksums: what landed, models, SQLite files, warehouse, what is published.

    It changes nothing, and others may change the home meanwhile: files are replaced whole, and a file that another
    process keeps to itself is noted as not read.

    Args:
        home: The home.
        patience_seconds: How long to wait for a file that another process has locked.

    Raises:
        HitcastError: The home is of another version.
    """
    found = VerifyResult(home.root)
    _landing(home, found)
    _models(home, found)
    _databases(home, patience_seconds, found)
    _warehouse(home.warehouse, found)
    _published(home, found)
    return found


def _landing(home: Home, found: VerifyResult) -> None:
    try:
        files, faults = landing_faults(home)
    except (FirstFormatError, NewerFormatError):
        raise
    except HitcastError as error:
        files, faults = 1, [error]
    found.files += files
    found.damaged += faults


def _models(home: Home, found: VerifyResult) -> None:
    from ml.registry.bundles import OtherVersionError, bundle_faults
    from ml.registry.store import registered_bundles

    registered = registered_bundles(home.mlflow)
    for folder in sorted({*home.mlflow.glob("artifacts/*/artifacts/bundle"), *registered}):
        version, is_champion = registered.get(folder, (None, False))
        name = "a model of no version" if version is None else f"model version {version}"
        try:
            files, faults = bundle_faults(folder)
        except OtherVersionError as error:
            found.notes.append(f"{found.place(folder)}: {name}, not compared: {error}")
            continue
        if faults and folder not in registered_bundles(home.mlflow) and not folder.exists():
            # a training that has ended meanwhile has removed it
            continue
        found.files += files
        cure = CHAMPION_CURE if is_champion else KEPT_CURE
        title = ", the champion" if is_champion else ""
        found.damaged += [HitcastError(f"{what}, {name}{title}", str(file), cure) for file, what in faults.items()]


def _databases(home: Home, patience_seconds: float, found: VerifyResult) -> None:
    from ml.registry.tracking import STORE_CURE
    from ml.studies import CURE

    cures = (decisions.CURE, sent.CURE, CURE, STORE_CURE)
    for file, cure in zip(home.databases, cures, strict=True):
        if not file.exists():
            continue
        try:
            if not is_noted(file, patience_seconds, cure):
                found.notes.append(f"{found.place(file)}: {UNNOTED}")
        except BusyError as error:
            found.notes.append(f"{found.place(file)}: not read: it {error.what}")
            continue
        except HitcastError as error:
            found.damaged.append(error)
        found.files += 1


def _warehouse(file: Path, found: VerifyResult) -> None:
    if file.exists():
        try:
            _read_through(file)
        except BusyError:
            found.notes.append(f"{found.place(file)}: {IN_USE}")
            return
        except duckdb.Error as error:
            found.damaged.append(damaged(file, str(error).splitlines()[0]))
        found.files += 1


def _published(home: Home, found: VerifyResult) -> None:
    file = published_file(home)
    if file.exists():
        found.files += 1
        try:
            _read_through(file)
        except duckdb.Error as error:
            what = f"is damaged ({str(error).splitlines()[0]})"
            found.damaged.append(HitcastError(what, str(file), PUBLISH_AGAIN))
    files, unsealed, faults = parquet_faults(home)
    found.files += files - unsealed
    found.damaged += faults
    if unsealed:
        found.notes.append(f"{found.place(home.serving)}: {counted(unsealed, 'Parquet file')} {UNSEALED}")


def _read_through(file: Path) -> None:
    """Reads every column of every table of a DuckDB file, a table at a time, so that who writes need not wait for all.

    Raises:
        BusyError: Another process writes it.
        duckdb.Error: It is damaged.
    """
    listed = "select schema_name, table_name from duckdb_tables() where not internal order by all"
    for schema, table in _ask(file, listed):
        try:
            _ask(file, fill(READ, table=joined([quoted(schema), quoted(table)], ".")))
        except duckdb.CatalogException:
            # a run has replaced it
            continue


def _ask(file: Path, query: str) -> list[tuple[str, str]]:
    try:
        with connect(file, read_only=True) as connection:
            return connection.execute(query).fetchall()
    except duckdb.IOException as error:
        if "set lock" in str(error):
            raise BusyError("is in use", str(file)) from None
        raise
