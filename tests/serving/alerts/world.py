"""A published file with a few rows, written without a warehouse: what alerts read, and nothing else."""

from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb

from hitcast.core.home import Home
from hitcast.serving.publish import published_file
from hitcast.serving.tables import OWN_TABLES
from tests.serving.published_world import FORECAST, columns_of

Row = dict[str, Any]
TABLES = (
    "release_predictions",
    "prediction_history",
    "release_days",
    "release_date_checks",
    "releases",
    "delivered_days",
    "stream_classes",
    "promotion_costs",
)
SETTINGS = {
    "promotion_costs": [{"false_positive_cost": 5.0, "false_negative_cost": 1.0, "class_horizon": 30}],
    "stream_classes": [
        {"stream_class": "low", "minimum_streams": 0},
        {"stream_class": "medium", "minimum_streams": 25_000},
        {"stream_class": "high", "minimum_streams": 100_000},
    ],
}


def publish_rows(home: Home, published_at: datetime, **rows: list[Row]) -> None:
    """Replaces the published file; what a row leaves out is taken from `FORECAST`, or null.

    The scoring run published is the last of `prediction_history`, the data go to the day before.
    """
    file, before = published_file(home), None
    file.parent.mkdir(parents=True, exist_ok=True)
    if file.exists():
        with duckdb.connect(str(file), read_only=True) as published:
            columns = "published_at, run_id, previous_published_at, previous_run_id"
            [before] = published.execute(f"select {columns} from publish_info").fetchall()
        file.unlink()
    history = rows.get("prediction_history")
    run_id = (FORECAST | history[-1])["run_id"] if history else None
    info: Row = {"published_at": published_at, "run_id": run_id, "data_through_date": published_at.date()}
    info["data_through_date"] -= timedelta(1)
    if before:
        previous = before[2:] if before[1] == run_id else before[:2]
        info |= {"previous_published_at": previous[0], "previous_run_id": previous[1]}
    with duckdb.connect(str(file)) as published:
        for table in TABLES:
            _write(published, table, columns_of(table), {**SETTINGS, **rows}.get(table, []), FORECAST)
        columns = {name: kind for name, (kind, _) in OWN_TABLES["publish_info"][1].items()}
        _write(published, "publish_info", columns, [info], {})


def _write(
    published: duckdb.DuckDBPyConnection, table: str, columns: dict[str, str], rows: list[Row], base: Row
) -> None:
    published.execute(f"create table {table} ({', '.join(f'{name} {kind}' for name, kind in columns.items())})")
    if rows:
        given = [[(base | row).get(name) for name in columns] for row in rows]
        places = ", ".join(f"({', '.join('?' * len(columns))})" for _ in rows)
        published.execute(f"insert into {table} values {places}", [value for row in given for value in row])


def forecast(release_id: str, day: date, chance: float | None, **values: Any) -> Row:
    """A row of a release that a run forecast on a day."""
    row: Row = {
        "release_id": release_id,
        "run_id": f"r{day:%m%d}",
        "probability_high": chance,
        "predicted_class": "low",
    }
    row |= {"as_of_date": day, "predicted_at": datetime(day.year, day.month, day.day, 7)}
    row |= values
    verdict = "unknown" if chance is None else "promote" if 6 * chance >= 5 else "watch"
    verdict = "hit" if (row.get("known_streams") or 0) >= 100_000 else verdict
    verdict = verdict if row.get("actual_streams") is None else "closed"
    return {"verdict": verdict, "is_promotion_candidate": None if chance is None else verdict == "promote"} | row


def latest(history: list[Row]) -> list[Row]:
    """The last row of each release and horizon."""
    return list({(row["release_id"], row.get("horizon_days", 30)): row for row in history}.values())


def published_home(root: Path, *runs: list[Row], **rows: list[Row]) -> Home:
    """A home that published each run at nine on its day; one of 31 December without any run."""
    home, history = Home(root), []
    for run in runs or [[]]:
        history += run
        day = max((row["as_of_date"] for row in run), default=date(2021, 12, 31))
        at = datetime(day.year, day.month, day.day, 9)
        publish_rows(home, at, prediction_history=history, release_predictions=latest(history), **rows)
    return home


def release(name: str, out: date, artist: str = "a", **values: Any) -> Row:
    row: Row = {"release_id": name, "artist_id": artist, "release_date": out, "catalog_release_date": out}
    return row | {"is_reissue": False, "is_date_moved": False} | values


def days_of(name: str, out: date, vk: dict[int, int | None], tiktok: int = 0, **states: str) -> list[Row]:
    """A whole day for each number, with its VK streams."""
    return [
        {"release_id": name, "day_number": number, "day": out + timedelta(number), "vk_streams": streams}
        | {"tiktok_views": tiktok, "vk_state": "whole", "tiktok_state": "whole"}
        | states
        for number, streams in vk.items()
    ]


def delivered(table: str, last: date, delay: int, count: int = 60) -> list[Row]:
    """Days up to the last, each delivered at six as many days later."""
    days = [last - timedelta(number) for number in range(count)]
    return [
        {"raw_table": table, "delivered_day": day, "is_delivered": True, "day_state": "whole"}
        | {"delivered_at": datetime(day.year, day.month, day.day, 6) + timedelta(delay)}
        for day in days
    ]
