from datetime import date
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipeline import dbt
from pipeline.home import Home
from pipeline.ingest import ingest, widen
from pipeline.ingest.landing import CHECKSUM

DAYS = [date(2024, 1, day) for day in (1, 2, 3)]


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """Three landed days, the first two of which lack the last column of today's contract."""
    home = Home(tmp_path / "home")
    path = tmp_path / "vk.csv"
    path.write_text("stream_date,isrc,territory,streams\n" + "".join(f"{day},a,RU,1\n" for day in DAYS))
    ingest(home, [path])
    for day in DAYS[:2]:
        table = pq.ParquetFile(_file(home, day)).read()
        pq.write_table(table.drop_columns(["listeners"]), _file(home, day))
    return home


def _file(home: Home, day: date) -> Path:
    return home.raw / "vk_stream_days" / f"stream_date={day}" / "data.parquet"


def test_days_landed_under_an_older_contract_get_todays_columns(home: Home) -> None:
    new, checksums = _file(home, DAYS[2]).stat(), [pq.read_schema(_file(home, day)).metadata[CHECKSUM] for day in DAYS]
    assert widen(home) == 2
    schemas = [pq.read_schema(_file(home, day)) for day in DAYS]
    assert all(schema.names == schemas[2].names for schema in schemas)
    assert [schema.metadata[CHECKSUM] for schema in schemas] == checksums
    assert _file(home, DAYS[2]).stat().st_ino == new.st_ino
    assert not (home.raw / ".incoming").exists()
    assert widen(home) == 0


def test_a_widened_landing_is_read_whole(home: Home) -> None:
    widen(home)
    home.dbt.mkdir()
    dbt.invoke(home, ["run", "--select", "stg_vk__stream_days"])
    with duckdb.connect(str(home.warehouse), read_only=True) as warehouse:
        rows = warehouse.sql("select stream_date, streams, listeners from stg_vk__stream_days order by 1").fetchall()
    assert rows == [(day, 1, None) for day in DAYS]


def test_a_killed_widening_goes_on(home: Home) -> None:
    """The oldest day is rewritten last: as long as it is narrow, every day is looked at."""
    table = pq.ParquetFile(_file(home, DAYS[1])).read()
    wide = pq.read_schema(_file(home, DAYS[2])).field("listeners")
    pq.write_table(table.append_column(wide, pa.nulls(1, wide.type)), _file(home, DAYS[1]))
    assert widen(home) == 1


def test_a_new_delivery_finds_the_landing_widened(home: Home, tmp_path: Path) -> None:
    late = tmp_path / "late.csv"
    late.write_text("stream_date,isrc,territory,streams\n2023-12-31,a,RU,1\n")
    ingest(home, [late])
    assert widen(home) == 0
    assert "listeners" in pq.read_schema(_file(home, DAYS[0])).names


def test_an_empty_home_has_nothing_to_widen(tmp_path: Path) -> None:
    assert widen(Home(tmp_path / "nowhere")) == 0
