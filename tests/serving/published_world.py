"""A home whose warehouse holds the published marts with a few rows, all columns as their contracts say."""

from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import yaml

from hitcast.core.home import PROJECT_DIR, Home
from hitcast.serving.tables import PUBLISHED_TABLES

MARTS = PROJECT_DIR / "models" / "marts"
FORECAST = {
    "release_id": "R1",
    "horizon_days": 30,
    "artist_name": "Artist",
    "release_title": "Title",
    "label_name": "North",
    "genre": "pop",
    "release_date": date(2021, 12, 24),
    "as_of_day": 7,
    "as_of_date": date(2021, 12, 31),
    "predicted_streams": 1000.0,
    "expected_streams": 1100.0,
    "predicted_class": "low",
    "probability_high": 0.01,
    "promotion_value": -4.9,
    "is_promotion_candidate": False,
    "verdict": "leave",
    "run_id": "r1",
    "model_name": "hitcast/1",
    "predicted_at": datetime(2021, 12, 31, 10),
    "data_through_date": date(2021, 12, 30),
}


@cache
def columns_of(table: str) -> dict[str, str]:
    """Name and type of each column, by the mart's contract."""
    if table == "stream_classes":
        return {"stream_class": "varchar", "minimum_streams": "bigint"}
    (file,) = MARTS.rglob(f"{table}.yml")
    (model,) = yaml.safe_load(file.read_text(encoding="utf-8"))["models"]
    return {column["name"]: column["data_type"] for column in model["columns"]}


def make_home(root: Path, **rows: list[dict[str, Any]]) -> Home:
    """A home with empty marts but for the rows of the tables that are named."""
    home = Home(root)
    home.root.mkdir(parents=True, exist_ok=True)
    fill(home, **rows)
    return home


def fill(home: Home, **rows: list[dict[str, Any]]) -> None:
    """Write the warehouse again; what a row leaves out is taken from `FORECAST`, or null."""
    home.warehouse.unlink(missing_ok=True)
    with duckdb.connect(str(home.warehouse)) as warehouse:
        for table in PUBLISHED_TABLES:
            columns = columns_of(table)
            listed = ", ".join(f"{name} {kind}" for name, kind in columns.items())
            warehouse.execute(f"create table {table} ({listed})")
            warehouse.execute(f"comment on table {table} is 'It''s {table}.'")
            for name in columns:
                warehouse.execute(f"comment on column {table}.{name} is 'What {name} means.'")
            for row in rows.get(table, []):
                given = {name: (FORECAST | row).get(name) for name in columns}
                places = ", ".join("?" * len(given))
                warehouse.execute(f"insert into {table} values ({places})", list(given.values()))
        warehouse.execute("create table dataset_days as select date '2021-12-31' as data_through_date")
