"""The desk's one way to data: the published file, whole, of one publication for all that a request asks."""

import threading
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import duckdb

from hitcast import serving
from hitcast.core.errors import HitcastError
from hitcast.core.quiet import connect
from hitcast.core.sql import fill, literal
from hitcast.core.warehouse import is_damage
from hitcast.serving.publish import published_format
from hitcast.serving.seals import PUBLISH_AGAIN
from hitcast.serving.tables import PUBLISHED_FORMAT

QUERIES = Path(__file__).parent / "queries"
FOLDERS = (QUERIES, Path(serving.__file__).parent)
"""Where queries lie: the desk's own, and those that it shares with the command line."""
SEARCH_PATH = "set search_path = 'memory.main,published.main'"
Row = dict[str, Any]
MAX_ANSWERS, MAX_KEPT_ROWS = 300, 1000
"""Answers of one publication that are kept, and rows of the longest: a morning's readers ask much the same."""
MIN_PAST_RELEASES = 20
"""Past releases from which on it says something that none of them has reached the top class."""
ASKING = 64
"""Locks that those who ask share out among them by what they ask."""


@dataclass(frozen=True)
class About:
    """What a publication says of itself.

    Attributes:
        through: Last day of data.
        published_at: When it was published, UTC, without a zone.
        run_id: Its scoring run; None before the first.
        model_name: Registered model and version that scored it; None before the first.
        territory: Territory of the figures; None where an earlier version published it.
        is_demo: Whether it is of a made-up label.
    """

    through: date | None
    published_at: datetime
    run_id: str | None
    model_name: str | None
    territory: str | None
    is_demo: bool


class UnreadableError(HitcastError):
    """There is no publication that can be shown; `key` is the text that says so in the reader's language."""

    def __init__(self, key: str, what: str, where: str, cure: str) -> None:
        super().__init__(what, where, cure)
        self.key = key


class Snapshot:
    """One publication, which stays what it is though another takes its place.

    Each has a DuckDB of its own, in memory, that the file is attached to: a second connection of this process to the
    same path would get the file that the first one opened.
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        self._answers: dict[str, list[Row]] = {}
        self._asking = [threading.Lock() for _ in range(ASKING)]
        self._connection = connect()
        attach = fill("attach {file} as published (read_only)", file=literal(file))
        self._connection.execute("set python_enable_replacements = false")
        self._connection.execute(attach)
        self._connection.execute(SEARCH_PATH)
        if (published_format(self._connection) or 0) > PUBLISHED_FORMAT:
            what = "was published by a later version of hitcast"
            raise UnreadableError("error.newer", what, str(file), "Use that version, or a later one")
        for statement in (QUERIES / "views.sql").read_text(encoding="utf-8").split(";"):
            if statement.strip():
                self._connection.execute(statement)

    def rows(self, name: str, **parameters: Any) -> list[Row]:
        """The answer to `queries/<name>.sql`, a dictionary a row.

        Args:
            name: Of the file.
            parameters: Its named parameters, `$name`; those that it does not name are left out.

        Returns:
            The rows, kept for who asks the same again: they are not to be changed.
        """
        query = _query(name)
        given = {one: value for one, value in parameters.items() if f"${one}" in query}
        asked = f"{name} {sorted(given.items())!r}"
        # of many who ask the same at once, as after a publication, one computes it
        with self._asking[hash(asked) % ASKING]:
            found = self._answers.get(asked)
            if found is None:
                found = self._ask(query, given)
                if len(found) <= MAX_KEPT_ROWS:
                    if len(self._answers) >= MAX_ANSWERS:
                        self._answers.clear()
                    self._answers[asked] = found
        return found

    def row(self, name: str, **parameters: Any) -> Row | None:
        """The first row of the answer; None where there is none."""
        return next(iter(self.rows(name, **parameters)), None)

    def frame(self, name: str, **parameters: Any) -> Any:
        """The answer as a pandas DataFrame, for what `ml.evaluation` computes."""
        query = _query(name)
        with self._connection.cursor() as cursor:
            given = {one: value for one, value in parameters.items() if f"${one}" in query}
            return self._execute(cursor, query, given).df()

    def _ask(self, query: str, parameters: dict[str, Any]) -> list[Row]:
        with self._connection.cursor() as cursor:
            self._execute(cursor, query, parameters)
            names = [column[0] for column in cursor.description or ()]
            return [dict(zip(names, values, strict=True)) for values in cursor.fetchall()]

    def _execute(self, cursor: duckdb.DuckDBPyConnection, query: str, parameters: dict[str, Any]) -> Any:
        cursor.execute(SEARCH_PATH)
        try:
            return cursor.execute(query, parameters)
        except (duckdb.BinderException, duckdb.CatalogException):
            raise _of_another_version(self._file) from None
        except duckdb.Error as error:
            # DuckDB compares each block with its checksum when it reads it
            raise (_damaged(self._file, error) if is_damage(str(error)) else error) from None

    @cached_property
    def about(self) -> About:
        """What it says of itself."""
        [row] = self.rows("about")
        return About(**row)

    @cached_property
    def horizons(self) -> list[int]:
        """Days of the windows that are forecast, the shortest first; the classes' before anything is."""
        return [row["horizon_days"] for row in self.rows("horizons")] or [int(self.costs["class_horizon"])]

    @cached_property
    def costs(self) -> Row:
        """The costs that advice goes by: `ratio` of a false positive to a missed hit, `class_horizon`, classes."""
        [row] = self.rows("costs")
        return row


def unreached_class(snapshot: Snapshot) -> Row | None:
    """The row of `class_fit` where enough past releases are known and none has reached the top class; else None.

    Advice and chances of a class that nobody reaches are right, and of no use.
    """
    row = snapshot.row("class_fit")
    is_unfit = row is not None and row["release_count"] >= MIN_PAST_RELEASES and row["top_count"] == 0
    return row if is_unfit else None


class Published:
    """The published file: of each publication one snapshot, opened when it is first asked for."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self._lock = threading.Lock()
        self._current: tuple[tuple[int, int, int], Snapshot] | None = None

    def snapshot(self) -> Snapshot:
        """What is published now.

        Raises:
            UnreadableError: Nothing is published, or what is cannot be read, or an earlier version wrote it.
        """
        try:
            state = self.file.stat()
        except OSError:
            what = "nothing is published yet"
            raise UnreadableError("error.unpublished", what, str(self.file), "Run `hitcast run`") from None
        version = (state.st_ino, state.st_mtime_ns, state.st_size)
        with self._lock:
            if self._current is None or self._current[0] != version:
                try:
                    self._current = version, Snapshot(self.file)
                except (duckdb.BinderException, duckdb.CatalogException):
                    raise _of_another_version(self.file) from None
                except duckdb.Error as error:
                    raise _damaged(self.file, error) from None
            return self._current[1]


def _of_another_version(file: Path) -> UnreadableError:
    what = "lacks tables or columns, as another version of hitcast wrote it"
    return UnreadableError("error.other_version", what, str(file), "Run `hitcast run`")


def _damaged(file: Path, error: duckdb.Error) -> UnreadableError:
    return UnreadableError("error.damaged", f"cannot be read ({str(error).splitlines()[0]})", str(file), PUBLISH_AGAIN)


@cache
def _query(name: str) -> str:
    file = next(folder / f"{name}.sql" for folder in FOLDERS if (folder / f"{name}.sql").exists())
    return file.read_text(encoding="utf-8")
