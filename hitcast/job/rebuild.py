"""The warehouse rebuilt: dbt builds the marts from what landed, and what only the warehouse knew is brought along."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb
import yaml

from hitcast.core.errors import BusyError, HitcastError, MachineError
from hitcast.core.files import PART, put_in_place
from hitcast.core.home import PROJECT_DIR, Home
from hitcast.core.quiet import connect
from hitcast.core.settings import Settings
from hitcast.core.spark import has_table
from hitcast.core.sql import Sql, fill, literal, quoted, typed
from hitcast.core.warehouse import count_rows, open_warehouse
from hitcast.ingest import check_landing, restore_ledger
from hitcast.serving.publish import open_published, published_file

SOURCES = PROJECT_DIR / "models" / "staging" / "ml" / "_ml__sources.yml"
ASIDE = "warehouse.damaged.duckdb"
PUBLISHED: dict[str, str] = {
    "predictions": "select *, {territory} as territory from published.prediction_history",
    "forecast_quantiles": "from published.forecast_quantiles",
    "trajectories": "from published.release_trajectories",
    "portfolio_forecasts": "from published.portfolio_forecasts",
    "prediction_drivers": "from published.prediction_drivers",
    "similar_releases": "from published.similar_releases",
    "backtest_predictions": """
        select *, 'as published ' || (select max(published_at) from published.publish_info) as run_id
        from published.backtest_forecasts where task = 'streams'
    """,
    "backtest_class_predictions": """
        select *, 'as published ' || (select max(published_at) from published.publish_info) as run_id
        from published.backtest_forecasts where task = 'classes'
    """,
    "backtest_metrics": """
        select
            *,
            {territory} as territory,
            'as published ' || (select max(published_at) from published.publish_info) as run_id,
            (select max(published_at) from published.publish_info) as evaluated_at
        from published.model_performance where evaluation = 'backtest'
    """,
    "backtest_stress": """
        select
            *,
            {territory} as territory,
            'as published ' || (select max(published_at) from published.publish_info) as run_id
        from published.stress_performance
    """,
    "backtest_as_known": """
        select
            *,
            {territory} as territory,
            'as published ' || (select max(published_at) from published.publish_info) as run_id
        from published.as_known_performance
    """,
    "backtest_groups": """
        select
            * replace ('as published ' || (select max(published_at) from published.publish_info) as run_id),
            {territory} as territory
        from published.backtest_groups
    """,
    "experiments": "from published.experiment_findings",
    "uplift": "from published.promotion_effects",
    "promotion_plan": "from published.promotion_plan",
    "feature_drift": "select *, model_name || ' ' || computed_at as run_id from published.feature_drift",
}
"""Where a table of the schema `ml` can be had from the published file, by the names of its columns."""
COPIED = ("decisions",)
"""Tables that a run copies again from a file of the home's own."""
# a file published by an earlier version names no territory
TERRITORY = Sql(
    "(select max(territory)"
    " from (select cast(null as varchar) as territory union all by name from published.publish_info))"
)


@dataclass
class RebuildResult:
    """What a rebuild brought along.

    Attributes:
        row_counts: Rows by table of the schema `ml`.
        from_published: Tables that were had from the published file, which holds the latest backtest alone.
        lost: Tables of which nothing could be had.
        aside: Where the damaged warehouse lies; None where nothing was lost with it.
        ledger_rows: Rows of the ledger, where it was restored from its copy; None where it was sound.
    """

    row_counts: dict[str, int] = field(default_factory=dict)
    from_published: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    aside: Path | None = None
    ledger_rows: int | None = None

    def describe(self) -> str:
        """In a few words."""
        kept = ", ".join(f"{name} {rows:,}" for name, rows in self.row_counts.items() if rows)
        lines = [f"kept of schema ml: {kept or 'no row'}"]
        if self.from_published:
            lines.append(f"as last published: {', '.join(self.from_published)}")
        if self.lost:
            lines.append(f"not to be had: {', '.join(self.lost)}")
        if self.aside:
            lines.append(f"the damaged file is {self.aside.name} beside it, remove it at will")
        if self.ledger_rows is not None:
            lines.append(f"ledger restored from its copy, {self.ledger_rows:,} rows")
        return "; ".join(lines)


def rebuild(home: Home, settings: Settings) -> RebuildResult:
    """Puts a warehouse in place that holds the tables of the schema `ml` and nothing else, for dbt to build on.

    Each table comes from the warehouse itself where that can be read, else from the published file. It takes the place
    of the old one by one rename, so that a killed call leaves either.

    Args:
        home: The home.
        settings: Names the warehouse.

    Raises:
        BusyError: Another process holds the warehouse.
        HitcastError: What landed is damaged: without it nothing can be rebuilt.
    """
    rebuilt = RebuildResult(ledger_rows=restore_ledger(home))
    check_landing(home)
    part = home.root / f".{home.warehouse.name}{PART}"
    part.unlink(missing_ok=True)
    try:
        if not _fill(home, settings, part, rebuilt):
            rebuilt.aside = _put_aside(home)
        home.warehouse.with_name(f"{home.warehouse.name}.wal").unlink(missing_ok=True)
        put_in_place({part: home.warehouse})
    finally:
        part.unlink(missing_ok=True)
    return rebuilt


def stop_on_lost_warehouse(home: Home, settings: Settings) -> None:
    """Stops where forecasts are published and the warehouse that held them is gone: a run would publish without them.

    Raises:
        HitcastError: It is gone, or empty.
    """
    if not published_file(home).exists():
        return
    try:
        with open_published(home) as published:
            [forecasts] = published.execute("select count(*) from prediction_history").fetchone() or (0,)
    except (HitcastError, duckdb.Error):
        return
    if forecasts and _forecasts_held(home, settings) == 0:
        where = str(home.warehouse)
        cure = "`hitcast run --rebuild` rebuilds it from what landed and what is published"
        if settings.spark is not None:
            where = f"target {settings.target}"
            cure = "Run on the target that published them, or name another home: HITCAST_HOME=PATH"
        raise HitcastError(f"holds no forecast, and {forecasts:,} are published", where, cure)


def _forecasts_held(home: Home, settings: Settings) -> int | None:
    """Forecasts in the warehouse; None where it cannot be read, which the run itself will tell."""
    if settings.spark is not None:
        return count_rows(settings, "ml.predictions") if has_table(settings.spark, "ml.predictions") else 0
    if not home.warehouse.exists() or not home.warehouse.stat().st_size:
        return 0
    known = _known_tables(settings)
    if known is None or "predictions" not in known:
        return None if known is None else 0
    counted = _read(settings, "select count(*) as forecasts from ml.predictions")
    return None if counted is None else int(counted.column("forecasts")[0].as_py())


def _put_aside(home: Home) -> Path:
    """Gives the damaged file a second name, so that at no moment neither it nor the new one lies there."""
    aside = home.root / ASIDE
    aside.unlink(missing_ok=True)
    try:
        aside.hardlink_to(home.warehouse)
    except OSError:
        # not every file system knows hard links
        home.warehouse.replace(aside)
    return aside


def _fill(home: Home, settings: Settings, part: Path, rebuilt: RebuildResult) -> bool:
    """Writes the new file; returns whether nothing of the old one had to be given up."""
    sources = yaml.safe_load(SOURCES.read_text(encoding="utf-8"))["sources"][0]["tables"]
    known, is_whole = _known_tables(settings), True
    with connect(str(part)) as connection:
        connection.execute("create schema ml")
        has_published = _attach_published(connection, home)
        for table in sources:
            name = table["name"]
            columns = {column["name"]: column["data_type"] for column in table["columns"]}
            connection.execute(fill("create table ml.{name} ({types})", name=quoted(name), types=typed(columns)))
            arrived = _from_warehouse(settings, name) if known and name in known else None
            is_damaged = known is None or (name in known and arrived is None)
            published = _from_published(connection, name) if has_published and not arrived else None
            if published:
                rebuilt.from_published.append(name)
            elif is_damaged and published is None and name not in COPIED:
                rebuilt.lost.append(name)
            arrived = published or arrived
            is_whole = is_whole and not is_damaged
            rebuilt.row_counts[name] = _insert(connection, name, columns, arrived) if arrived else 0
        if has_published:
            connection.execute("detach published")
    return is_whole or not settings.warehouse.exists()


def _known_tables(settings: Settings) -> set[str] | None:
    """Tables of the schema `ml` in the old warehouse; None where it is gone or cannot be opened."""
    found = _read(settings, "select table_name from duckdb_tables() where schema_name = 'ml'")
    return None if found is None else set(found.column("table_name").to_pylist())


def _from_warehouse(settings: Settings, name: str) -> Any | None:
    """A table of the old warehouse; None where it cannot be read."""
    return _read(settings, fill("from ml.{name}", name=quoted(name)))


def _read(settings: Settings, query: str) -> Any | None:
    if not settings.warehouse.exists() or not settings.warehouse.stat().st_size:
        return None
    try:
        with open_warehouse(settings) as old:
            return old.execute(query).to_arrow_table()
    except (BusyError, MachineError):
        raise
    except (HitcastError, duckdb.Error):
        return None


def _attach_published(connection: duckdb.DuckDBPyConnection, home: Home) -> bool:
    try:
        with open_published(home):
            pass
        connection.execute(fill("attach {file} as published (read_only)", file=literal(published_file(home))))
    except (HitcastError, duckdb.Error):
        return False
    return True


def _from_published(connection: duckdb.DuckDBPyConnection, name: str) -> Any | None:
    """A table as far as the published file holds it; None where it does not."""
    if name not in PUBLISHED:
        return None
    try:
        return connection.execute(fill(PUBLISHED[name], territory=TERRITORY)).to_arrow_table()
    except duckdb.Error:
        return None


def _insert(connection: duckdb.DuckDBPyConnection, name: str, columns: dict[str, str], arrived: Any) -> int:
    """Inserts the columns that both have."""
    connection.register("arrived", arrived.select([column for column in columns if column in arrived.column_names]))
    connection.execute(fill("insert into ml.{name} by name from arrived", name=quoted(name)))
    connection.unregister("arrived")
    return int(arrived.num_rows)
