"""The landings that are measured: a demo world of a size, and larger ones that hold it several times over."""

import os
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import duckdb

from benchmarks.children import report
from benchmarks.scan import connect
from hitcast.core.digests import digest_of
from hitcast.core.home import Home
from hitcast.core.sql import Sql, fill_file
from hitcast.demo.world import write_demo_data
from hitcast.ingest import ingest, prune
from hitcast.ingest.contract import LEDGER, load_contracts
from hitcast.ingest.landing import landed_files, read_ledger, write_ledger

MAPPINGS = ("demo_catalog", "demo_tiktok", "demo_vk")
# ids beside the ISRC that each copy has of its own, and the order of a landed file
OWN = {
    "catalog_tracks": (("upc", "artist_id"), "upc, isrc"),
    "tiktok_sound_days": (("sound_id",), "isrc, sound_id"),
    "vk_stream_days": ((), "isrc"),
}
FIRST_DAY = date(2020, 1, 1)
MAX_COPIES = 27  # the world itself and a country for each letter


def demo(home: Home, rows: int) -> None:
    """Makes the demo world's exports."""
    write_demo_data(home.exports, rows)
    report()


def land(home: Home, *folders: str) -> None:
    """Ingests folders of the exports as one delivery; what it replaces goes, or the peers would read it too.

    What lies in the exports themselves has the contract's own columns.
    """
    # what was written before must not compete for the disk
    os.sync()
    begun = time.perf_counter()
    landed = ingest(home, [home.exports / folder for folder in folders], () if folders == (".",) else MAPPINGS)
    seconds = time.perf_counter() - begun
    prune(home, keep_days=0)
    report(seconds=seconds, rows=sum(file.read for table in landed.tables for file in table.files))


def small_files(home: Home, count: int, joined: bool, a_day: int = 10) -> None:
    """Writes files of twenty rows in the contract's own columns, some a day; or all their rows as one file."""
    home.exports.mkdir(parents=True)
    header, texts = "stream_date,isrc,territory,streams\n", []
    for number in range(count):
        day, part = FIRST_DAY + timedelta(days=number // a_day), number % a_day
        texts.append("".join(f"{day},RUA0A21{20 * part + row:05},RU,{1 + row}\n" for row in range(20)))
    for number, text in enumerate(["".join(texts)] if joined else texts):
        (home.exports / f"{number:06}.csv").write_text(header + text, encoding="utf-8")
    report()


def copy(home: Home, ordered: bool) -> None:
    """DuckDB's own COPY of VK's CSVs to Parquet partitioned by day; ordered as the landing is, or as it comes."""
    target = home.root / "copy"
    query = fill_file(__file__, "copied", order=Sql("order by stream_date, isrc" if ordered else ""))
    files = str(home.exports / "first" / "vk" / "*.csv*")
    with connect() as connection:
        connection.execute("set enable_progress_bar = false")
        os.sync()
        begun = time.perf_counter()
        [(rows,)] = connection.execute(query, {"files": files, "target": str(target)}).fetchall()
        report(seconds=time.perf_counter() - begun, rows=rows)


def multiply(home: Home, source: Home, copies: int) -> None:
    """Writes a landing that holds another's releases and rows several times, each time under other ISRCs and ids."""

    # every copy has a country of its own, AA, BB and so on; a demo world's is RU
    isrc = "repeat(chr((64 + copy)::integer), 2) || substr(isrc, 3) as isrc"

    def write(path: Path, ids: tuple[str, ...], order: str) -> None:
        own = Sql(", ".join([isrc, *(f"{name} || '_' || copy as {name}" for name in ids)]))
        target = home.raw / path.relative_to(source.raw)
        target.parent.mkdir(parents=True, exist_ok=True)
        with duckdb.connect(config={"threads": 1}) as connection:
            connection.execute(
                fill_file(__file__, "multiplied", own=own, order=Sql(order)),
                {"path": str(path), "target": str(target), "copies": copies},
            )

    landed = landed_files(source, read_ledger(source))
    with ThreadPoolExecutor(2) as pool:
        written = [
            pool.submit(write, path, ids, order)
            for table, (ids, order) in OWN.items()
            for path in landed
            if path.is_relative_to(source.raw / table)
        ]
        for one in written:
            one.result()
    digests = {row: digest_of(home.raw / path.relative_to(source.raw)) for path, row in landed.items()}
    ledger = [
        replace(row, row_count=copies * row.row_count, digest=digests.get(row, ""))
        for row in read_ledger(source).values()
    ]
    write_ledger(home, ledger, load_contracts()[LEDGER])
    report(files=len(written))


STEPS: dict[str, Callable[..., None]] = {
    "demo": lambda home, rows: demo(home, int(rows)),
    "land": land,
    "small_files": lambda home, count, how: small_files(home, int(count), joined=how == "joined"),
    "copy": lambda home, how: copy(home, ordered=how == "ordered"),
    "multiply": lambda home, source, copies: multiply(home, Home(Path(source)), int(copies)),
}


if __name__ == "__main__":
    STEPS[sys.argv[1]](Home.current(), *sys.argv[2:])
