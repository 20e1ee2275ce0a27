"""The two aggregates to release and day, over all reports: as dbt compiled them, in Polars, in pandas."""

import sys
import time
from collections.abc import Callable
from typing import Any

import pandas as pd
import polars as pl
import yaml

from benchmarks.children import report
from benchmarks.scan import COLUMNS, connect
from hitcast.core.home import PROJECT_DIR, Home
from hitcast.core.sql import Sql, fill, literal, quoted

TIKTOK, VK = "int_tiktok__release_days", "int_vk__release_days"
MEASURES = ["views", "creations", "likes", "comments", "shares", "favorites"]
SOURCES = {
    "playlist": "playlist_streams",
    "search": "search_streams",
    "recommendations": "recommendation_streams",
    "own_music": "own_music_streams",
}
CHECKED = {
    TIKTOK: [*MEASURES, "pgc_views", "pgc_creations", "largest_sound_creations", "active_sounds", "timed_views"],
    VK: ["streams", *SOURCES.values(), "paid_streams"],
}
Sums = dict[str, list[int]]

_VARIABLES: dict[str, Any] = yaml.safe_load((PROJECT_DIR / "dbt_project.yml").read_text())["vars"]
TERRITORY, TEASER_DAYS = _VARIABLES["territory"], _VARIABLES["teaser_days"]
MOST_DAYS_MOVED = 14
FIRST_DAY, LAST_DAY = -TEASER_DAYS - MOST_DAYS_MOVED, max(6, max(_VARIABLES["horizons"]) - 1) + MOST_DAYS_MOVED


def in_duckdb(home: Home) -> tuple[float, Sums]:
    """As dbt compiled it just before, written to a fresh DuckDB file."""
    file = home.root / "bench.duckdb"
    file.unlink(missing_ok=True)
    connection = connect(str(file))
    # the sources of the compiled SQL lie below the home
    connection.execute("set file_search_path = $home", {"home": str(home.root)})
    connection.execute(fill("attach {file} as warehouse (read_only)", file=literal(home.warehouse)))
    compiled = home.dbt / "target" / "compiled" / "hitcast" / "models" / "intermediate"
    queries = {model: Sql((compiled / f"{model}.sql").read_text()) for model in CHECKED}
    begun = time.perf_counter()
    for model, query in queries.items():
        connection.execute(fill("create table {model} as {query}", model=quoted(model), query=query))
    seconds = time.perf_counter() - begun
    sums = {}
    for model, names in CHECKED.items():
        totals = ", ".join(["count(*)", *(f"cast(sum({name}) as bigint)" for name in names)])
        sums[model] = list(connection.table(model).aggregate(totals).fetchone() or ())
    connection.close()
    file.unlink()
    return seconds, sums


def _recordings(home: Home) -> pd.DataFrame:
    with connect() as connection:
        connection.execute(fill("attach {file} as warehouse (read_only)", file=literal(home.warehouse)))
        return connection.execute("select isrc, release_id, release_date from warehouse.int_catalog__recordings").df()


def in_polars(home: Home) -> tuple[float, Sums]:
    """In Polars' streaming engine, left in memory."""
    recordings = pl.from_pandas(_recordings(home)).with_columns(pl.col("release_date").cast(pl.Date)).lazy()

    ledger = (
        pl.scan_parquet(home.ledger)
        .filter(~pl.col("is_withdrawn").fill_null(False))
        .select("table_name", "delivered_day", pl.col("delivery_number").cast(pl.String).str.zfill(6).alias("delivery"))
    )

    def joined(table: str, day: str, first: int, last: int) -> pl.LazyFrame:
        files = str(home.raw / table / "*" / "*" / "data.parquet")
        deliveries = ledger.filter(pl.col("table_name") == table)
        return (
            pl.scan_parquet(files, hive_partitioning=True, hive_schema={day: pl.Date, "delivery": pl.String})
            .select([*COLUMNS[table], "delivery"])
            .join(deliveries, left_on=[day, "delivery"], right_on=["delivered_day", "delivery"], how="semi")
            .filter(pl.col("territory") == TERRITORY)
            .join(recordings, on="isrc")
            .with_columns(day_number=(pl.col(day) - pl.col("release_date")).dt.total_days())
            .filter(pl.col("day_number").is_between(first, last))
        )

    is_pgc = pl.col("content_type") == "PGC"
    is_described, is_timed = pl.col("content_type").is_not_null(), pl.col("average_play_seconds").is_not_null()
    tiktok_days = joined("tiktok_sound_days", "activity_date", FIRST_DAY, LAST_DAY)
    tiktok = tiktok_days.group_by("release_id", "day_number").agg(
        *(pl.col(name).sum() for name in MEASURES),
        pl.when(is_pgc).then("views").when(is_described).then(0).sum().alias("pgc_views"),
        pl.when(is_pgc).then("creations").when(is_described).then(0).sum().alias("pgc_creations"),
        pl.col("creations").max().alias("largest_sound_creations"),
        pl.len().alias("active_sounds"),
        (pl.col("average_play_seconds") * pl.col("views")).sum().alias("play_seconds"),
        pl.when(is_timed).then("views").sum().alias("timed_views"),
    )
    is_paid = pl.col("subscription") == "paid"
    vk_days = joined("vk_stream_days", "stream_date", FIRST_DAY, LAST_DAY)
    vk = vk_days.group_by("release_id", "day_number").agg(
        pl.col("streams").sum(),
        *(
            pl.when(pl.col("source") == source)
            .then("streams")
            .when(pl.col("source").is_not_null())
            .then(0)
            .sum()
            .alias(name)
            for source, name in SOURCES.items()
        ),
        pl.when(is_paid).then("streams").when(pl.col("subscription").is_not_null()).then(0).sum().alias("paid_streams"),
    )
    begun = time.perf_counter()
    results = {TIKTOK: tiktok.collect(engine="streaming"), VK: vk.collect(engine="streaming")}
    seconds = time.perf_counter() - begun
    sums = {
        model: [frame.height, *(int(frame[name].sum()) for name in CHECKED[model])] for model, frame in results.items()
    }
    return seconds, sums


def in_pandas(home: Home) -> tuple[float, Sums]:
    """In pandas, all rows of a table in memory at once, as a notebook would."""
    recordings = _recordings(home)

    def joined(table: str, day: str, first: int, last: int) -> pd.DataFrame:
        frame = pd.read_parquet(
            home.raw / table, columns=COLUMNS[table], filters=[("territory", "==", TERRITORY)], partitioning="hive"
        )
        days = frame.pop(day).astype("category")
        frame[day] = days.cat.rename_categories(list(pd.to_datetime(days.cat.categories))).astype("datetime64[s]")
        frame = frame.merge(recordings, on="isrc")
        frame["day_number"] = (frame[day] - frame["release_date"]).dt.days
        return frame[frame["day_number"].between(first, last)].copy()

    begun = time.perf_counter()
    frame = joined("tiktok_sound_days", "activity_date", FIRST_DAY, LAST_DAY)
    is_pgc = frame["content_type"] == "PGC"
    frame["pgc_views"], frame["pgc_creations"] = frame["views"].where(is_pgc, 0), frame["creations"].where(is_pgc, 0)
    frame["largest_sound_creations"], frame["active_sounds"] = frame["creations"], 1
    frame["play_seconds"] = frame["average_play_seconds"] * frame["views"]
    frame["timed_views"] = frame["views"].where(frame["average_play_seconds"].notna(), 0)
    summed = [*MEASURES, "pgc_views", "pgc_creations", "active_sounds", "play_seconds", "timed_views"]
    functions = dict.fromkeys(summed, "sum") | {"largest_sound_creations": "max"}
    results = {TIKTOK: frame.groupby(["release_id", "day_number"]).agg(functions)}
    frame = joined("vk_stream_days", "stream_date", FIRST_DAY, LAST_DAY)
    for source, name in SOURCES.items():
        frame[name] = frame["streams"].where(frame["source"] == source, 0)
    frame["paid_streams"] = frame["streams"].where(frame["subscription"] == "paid", 0)
    results[VK] = frame.groupby(["release_id", "day_number"])[CHECKED[VK]].sum()
    seconds = time.perf_counter() - begun
    sums = {
        model: [len(frame), *(int(frame[name].sum()) for name in CHECKED[model])] for model, frame in results.items()
    }
    return seconds, sums


ENGINES: dict[str, Callable[[Home], tuple[float, Sums]]] = {
    "duckdb": in_duckdb,
    "polars": in_polars,
    "pandas": in_pandas,
}


def main() -> None:
    """Aggregates the landing of HITCAST_HOME with the engine named, as often as asked; seconds are the best."""
    engine, repeats = sys.argv[1], int(sys.argv[2])
    runs = [ENGINES[engine](Home.current()) for _ in range(repeats)]
    report(seconds=min(seconds for seconds, _ in runs), sums=runs[0][1])


if __name__ == "__main__":
    main()
