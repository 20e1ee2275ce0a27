"""Whatever is delivered in whatever order, an incremental build equals a full refresh, row for row."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import duckdb
import pandas as pd
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from pipeline import dbt
from pipeline.home import Home
from pipeline.ingest import ingest, withdraw
from pipeline.ingest.landing import read_ledger
from pipeline.run import FEATURES

FIRST = date(2021, 3, 1)
DAYS = 20
TABLES = {
    "int_tiktok__release_days": "release_id, activity_date",
    "int_tiktok__platform_days": "activity_date",
    "int_vk__release_days": "release_id, stream_date",
    "int_releases__first_days": "release_id, day_number",
    "int_releases__tiktok_features": "release_id, as_of_day",
    "int_releases__vk_features": "release_id, as_of_day",
    "release_features": "release_id, as_of_day",
    "release_targets": "release_id, horizon_days",
}
# short enough for releases to mature within the days and to become their artist's history
VARIABLES = "{horizons: [3, 5], class_horizon: 5}"
# what of a release an incremental run may have got wrong: its recordings and its date
CATALOGUES = (
    {"one": (["A", "B"], 0), "two": (["C"], 5)},
    # a release moves
    {"one": (["A", "B"], 3), "two": (["C"], 5)},
    # an earlier release takes the credit for a recording of another
    {"three": (["B", "D"], -1), "two": (["C"], 5)},
    # a release gains a recording
    {"two": (["C", "E"], 5)},
)


@dataclass(frozen=True)
class Delivery:
    """Days after `FIRST` by source, the figure that every row carries, a catalogue if one comes, a day taken back.

    The last is a table and which of its standing days, counted from the latest.
    """

    tiktok: frozenset[int]
    vk: frozenset[int]
    figure: int
    catalogue: int | None
    withdrawn: tuple[str, int] | None


days = st.frozensets(st.integers(0, DAYS - 1), max_size=6)
deliveries = st.lists(
    st.builds(
        Delivery,
        tiktok=days,
        vk=days,
        figure=st.integers(1, 9),
        catalogue=st.none() | st.integers(0, len(CATALOGUES) - 1),
        withdrawn=st.none() | st.tuples(st.sampled_from(["tiktok_sound_days", "vk_stream_days"]), st.integers(0, 4)),
    ),
    min_size=2,
    max_size=4,
)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    """One home, so that dbt parses once; each example empties its landing and its warehouse."""
    yield Home(tmp_path_factory.mktemp("home"))


OUT_OF_REACH = [
    Delivery(frozenset({5, 13}), frozenset({5}), 1, None, None),
    Delivery(frozenset(), frozenset(), 1, None, ("tiktok_sound_days", 0)),
]
"""A day goes that no release draws on, and with it the as-of days that only it let data reach."""

EVERY_KIND = [
    Delivery(frozenset({0, 1, 3, 6, 9}), frozenset({0, 1, 2, 3, 5, 6, 7, 9}), 1, 0, None),
    # the first and the last day of windows again, with other figures, and a day more
    Delivery(frozenset({1, 6, 10}), frozenset({0, 2, 9, 10}), 2, None, None),
    # a catalogue alone: a release moves
    Delivery(frozenset(), frozenset(), 3, 1, None),
    # another gains the credit for a recording; a day that counted goes
    Delivery(frozenset({11}), frozenset({11}), 4, 2, ("vk_stream_days", 3)),
]
SEQUENCES = (EVERY_KIND, OUT_OF_REACH)


@settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
@given(sequence=deliveries)
@example(sequence=OUT_OF_REACH)
@example(sequence=EVERY_KIND)
def test_incremental_builds_equal_a_full_refresh(home: Home, sequence: list[Delivery]) -> None:
    shutil.rmtree(home.raw, ignore_errors=True)
    home.warehouse.unlink(missing_ok=True)
    for number, delivery in enumerate(sequence):
        deliver(home, delivery, is_first=number == 0)
        build(home)
    incremental = {name: read(home, name, key) for name, key in TABLES.items()}
    build(home, "--full-refresh")
    for name, key in TABLES.items():
        pd.testing.assert_frame_equal(incremental[name], read(home, name, key), obj=name)


def build(home: Home, *arguments: str) -> None:
    home.dbt.mkdir(exist_ok=True)
    dbt.invoke(
        home, ["build", "--select", *FEATURES, "--resource-type", "model", "seed", "--vars", VARIABLES, *arguments]
    )


def read(home: Home, table: str, key: str) -> pd.DataFrame:
    """The table without the stamp of the build, which differs as it should."""
    with duckdb.connect(str(home.warehouse), read_only=True) as warehouse:
        rows = warehouse.sql(f"from {table} order by {key}").df()
    return rows.drop(columns="delivery_number", errors="ignore")


def deliver(home: Home, delivery: Delivery, is_first: bool) -> None:
    exports = home.root / "exports"
    shutil.rmtree(exports, ignore_errors=True)
    exports.mkdir()
    catalogue = 0 if is_first and delivery.catalogue is None else delivery.catalogue
    if catalogue is not None:
        write_csv(
            exports / "catalog.csv",
            "upc,isrc,release_title,artist_id,artist_name,release_date",
            [
                f"{upc},{isrc},{upc},a,a,{FIRST + timedelta(days=offset)}"
                for upc, (isrcs, offset) in CATALOGUES[catalogue].items()
                for isrc in isrcs
            ],
        )
    # some days hold rows of no release at all
    recordings = {day: "ABCDE" if day % 4 else "Z" for day in range(DAYS)}
    if delivery.tiktok:
        write_csv(
            exports / "tiktok.csv",
            "activity_date,sound_id,isrc,content_type,territory,creations,views",
            [
                f"{FIRST + timedelta(days=day)},s{isrc},{isrc},PGC,RU,{delivery.figure},{delivery.figure * 10}"
                for day in delivery.tiktok
                for isrc in recordings[day]
            ],
        )
    if delivery.vk:
        write_csv(
            exports / "vk.csv",
            "stream_date,isrc,territory,source,subscription,streams",
            [
                f"{FIRST + timedelta(days=day)},{isrc},RU,search,paid,{delivery.figure}"
                for day in delivery.vk
                for isrc in recordings[day]
            ],
        )
    if any(exports.iterdir()):
        ingest(home, [exports])
    if delivery.withdrawn is not None:
        table, place = delivery.withdrawn
        standing = [day for (name, day), row in read_ledger(home).items() if name == table and not row.is_withdrawn]
        if place < len(standing):
            withdraw(home, table, [sorted(standing)[-1 - place]])


def write_csv(file: Path, header: str, rows: list[str]) -> None:
    file.write_text("\n".join([header, *rows]) + "\n")
