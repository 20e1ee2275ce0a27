"""The bare scan: every value of the columns that the marts need, read once, reduced to its maximum."""

import time

import duckdb
import yaml

from benchmarks.children import report
from hitcast.core.home import PROJECT_DIR, Home

COLUMNS = {
    "tiktok_sound_days": [
        "isrc", "activity_date", "content_type", "territory", "creations", "views", "likes", "comments", "shares",
        "favorites", "average_play_seconds",
    ],
    "vk_stream_days": ["isrc", "stream_date", "territory", "source", "subscription", "streams"],
}  # fmt: skip
REPEATS = 3


def connect(database: str = ":memory:") -> duckdb.DuckDBPyConnection:
    """A connection with the settings that dbt's profile gives to the marts."""
    profile = yaml.safe_load((PROJECT_DIR / "profiles.yml").read_text())
    settings = profile["hitcast"]["outputs"]["duckdb"]["settings"]
    connection = duckdb.connect(database)
    for name in ("threads", "preserve_insertion_order", "TimeZone"):
        connection.execute(f"set {name} = '{settings[name]}'")
    return connection


def raw(connection: duckdb.DuckDBPyConnection, home: Home, table: str) -> duckdb.DuckDBPyRelation:
    """The table's files, as the sources have them."""
    return connection.read_parquet(str(home.raw / table / "*" / "*" / "data.parquet"), hive_partitioning=True)


def main() -> None:
    """Scans the landing of HITCAST_HOME; seconds are the best of three, and those of a count beside them."""
    home, connection = Home.current(), connect()

    def best(expression: str) -> float:
        seconds = []
        for _ in range(REPEATS):
            begun = time.perf_counter()
            for table, columns in COLUMNS.items():
                reduced = ", ".join(expression.format(name) for name in columns)
                raw(connection, home, table).aggregate(reduced).fetchall()
            seconds.append(time.perf_counter() - begun)
        return min(seconds)

    rows = sum(raw(connection, home, table).shape[0] for table in COLUMNS)
    report(rows=rows, seconds=best("max({})"), count_seconds=best("count({})"))


if __name__ == "__main__":
    main()
