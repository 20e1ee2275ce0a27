from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from hitcast.ingest.checks import Checks
from hitcast.ingest.contract import Column, Contract
from hitcast.ingest.mapping import TableMapping
from hitcast.ingest.normalise import normalized
from hitcast.ingest.places import places_of
from hitcast.ingest.readers import open_source

WHOLE, DOUBLE = Column("streams", "bigint"), Column("share", "double")
DATE, FLAG, TEXT, ISRC = (
    Column("day", "date"),
    Column("flag", "boolean"),
    Column("name", "varchar"),
    Column("isrc", "varchar"),
)
RUSSIAN = {"decimal": ",", "thousands": " "}
GERMAN = {"decimal": ",", "thousands": "."}
ENGLISH = {"thousands": ","}


def _normalise(folder: Path, column: Column, given: pa.Array, **mapping: Any) -> list[tuple[object, str | None, str]]:
    """What becomes of each value: (ours, bad value, reason)."""
    # of a value that is not required nobody is told why it does not fit
    contract = Contract("vk_stream_days", (replace(column, required=True),), (column.name,))
    path = folder / "values.parquet"
    pq.write_table(pa.table({column.name: given}), path)
    with duckdb.connect() as connection:
        source, checks = open_source(path, TableMapping("vk_stream_days", **mapping), connection), Checks()
        query = normalized(source, contract, {column.name: 0}, checks)
        checks.parameters |= {"paths": [str(path)], "first_file": 0}
        rows = connection.execute(query, checks.parameters).fetchall()
    reasons = ["", *(reason for _, reason in checks.problems)]
    return [
        (ours, None, "")
        if reasons[problem].startswith("is required and empty") and not column.required
        else (ours, bad, reasons[problem])
        for ours, _, problem, _, bad in rows
    ]


@pytest.mark.parametrize(
    ("column", "text", "ours", "mapping"),
    [
        (WHOLE, "12", 12, {}),
        (WHOLE, " 12 ", 12, {}),
        (WHOLE, "12.0", 12, {}),
        (WHOLE, "12.000", 12, {"thousands": ","}),
        (WHOLE, "12.000", 12000, {"thousands": ".", "decimal": ","}),
        (WHOLE, "12.", 12, {}),
        (WHOLE, "+5", 5, {}),
        (WHOLE, "007", 7, {}),
        (WHOLE, "-3", -3, {}),
        (WHOLE, "", None, {}),
        (WHOLE, "  ", None, {}),
        (WHOLE, None, None, {}),
        (WHOLE, "9223372036854775807", 9223372036854775807, {}),
        (WHOLE, "1 234 567", 1234567, RUSSIAN),
        (WHOLE, "1\u00a0234", 1234, RUSSIAN),
        (WHOLE, "1\u202f234,00", 1234, RUSSIAN),
        (WHOLE, "12 345", 12345, RUSSIAN),
        (WHOLE, "999", 999, RUSSIAN),
        (WHOLE, " 1234 ", 1234, RUSSIAN),
        (WHOLE, "1.234.567", 1234567, GERMAN),
        (WHOLE, "1,234", 1234, ENGLISH),
        (DOUBLE, "1.5", 1.5, {}),
        (DOUBLE, "1e3", 1000.0, {}),
        (DOUBLE, "1,5", 1.5, RUSSIAN),
        (DOUBLE, "1 234,5", 1234.5, RUSSIAN),
        (DOUBLE, "1.234,5", 1234.5, GERMAN),
        (DOUBLE, "-1,234.5", -1234.5, ENGLISH),
        (DATE, "2024-02-29", date(2024, 2, 29), {}),
        (DATE, " 2024-2-9 ", date(2024, 2, 9), {}),
        (DATE, "29.02.2024", date(2024, 2, 29), {"date_format": "%d.%m.%Y"}),
        (DATE, "2024-02-29 13:00:00", date(2024, 2, 29), {"date_format": "%Y-%m-%d %H:%M:%S"}),
        (FLAG, "true", True, {}),
        (FLAG, " 0 ", False, {}),
        (FLAG, "Да", True, {"values": {"flag": {"Да": "true", "Нет": "false"}}}),
        (TEXT, "  a b \t", "a b", {}),
        (TEXT, "a\u00a0 ", "a", {}),
        (TEXT, " ", None, {}),
        (TEXT, "Don't; drop", "Don't; drop", {}),
        (TEXT, " Плейлисты ", "playlist", {"values": {"name": {"Плейлисты": "playlist"}}}),
        (TEXT, "Чарты", "Чарты", {"values": {"name": {"Плейлисты": "playlist"}}}),
        (WHOLE, "н/д", None, {"values": {"streams": {"н/д": None}}}),
        (WHOLE, "1 234", 1234, {"values": {"streams": {"н/д": None}}, **RUSSIAN}),
        (ISRC, "ru-a0a-24-00001", "RUA0A2400001", {}),
        (ISRC, "rua0a2400001", "RUA0A2400001", {}),
        (ISRC, " RUA0A2400001", "RUA0A2400001", {}),
        (ISRC, "2QjOHCTQ1Jl3zawyYOpxh6", "2QjOHCTQ1Jl3zawyYOpxh6", {}),
        (ISRC, "track-1", "track-1", {}),
    ],
)
def test_text_becomes_the_contracts_value(
    tmp_path: Path, column: Column, text: str | None, ours: object, mapping: dict[str, Any]
) -> None:
    assert _normalise(tmp_path, column, pa.array([text], pa.string()), **mapping) == [(ours, None, "")]


@pytest.mark.parametrize(
    ("column", "text", "reason", "mapping"),
    [
        (WHOLE, "12.5", "is not a whole number (streams)", {}),
        (WHOLE, "1_000", "is not a whole number (streams)", {}),
        (WHOLE, "0x1F", "is not a whole number (streams)", {}),
        (WHOLE, "1e3", "is not a whole number (streams)", {}),
        (WHOLE, "9223372036854775808", "is beyond 9223372036854775807 (streams)", {}),
        (WHOLE, "1,234", "is not a whole number (streams)", {}),
        (WHOLE, "12 34", "is not a whole number (streams)", RUSSIAN),
        (WHOLE, "1.234", "is not a whole number (streams)", RUSSIAN),
        (WHOLE, "12,5", "is not a whole number (streams)", ENGLISH),
        (WHOLE, "много", "is not a whole number (streams)", {}),
        (WHOLE, "много", "is not a whole number (streams)", {"values": {"streams": {"н/д": None}}}),
        (DOUBLE, "nan", "is not a number (share)", {}),
        (DOUBLE, "inf", "is not a number (share)", {}),
        (DOUBLE, "1_0", "is not a number (share)", {}),
        (DOUBLE, "1.5", "is not a number (share)", RUSSIAN),
        (DATE, "2024-02-30", "is not a date like %Y-%m-%d (day)", {}),
        (DATE, "2024-02-29x", "is not a date like %Y-%m-%d (day)", {}),
        (DATE, "29.02.2024", "is not a date like %Y-%m-%d (day)", {}),
        (DATE, "2024-02-29", "is not a date like %d.%m.%Y (day)", {"date_format": "%d.%m.%Y"}),
        (DATE, "infinity", "is not a date like %Y-%m-%d (day)", {}),
        (DATE, "epoch", "is not a date like %Y-%m-%d (day)", {}),
        (FLAG, "Да", "is not true or false (flag)", {}),
        (Column("n", "bigint", minimum="0"), "-1", "is below 0 (n)", {}),
        (Column("n", "double", maximum="3"), "3.1", "is above 3 (n)", {}),
        (Column("d", "date", minimum="2010-01-01"), "2009-12-31", "is below 2010-01-01 (d)", {}),
        (Column("k", "varchar", accepted_values=("A", "B")), "c", "is not one of A, B (k)", {}),
        (Column("k", "varchar", required=True), "  ", "is required and empty (k)", {}),
        (Column("k", "bigint", required=True), None, "is required and empty (k)", {}),
    ],
)
def test_a_value_that_does_not_fit_is_rejected_with_its_reason(
    tmp_path: Path, column: Column, text: str | None, reason: str, mapping: dict[str, Any]
) -> None:
    [(_, bad, message)] = _normalise(tmp_path, column, pa.array([text], pa.string()), **mapping)
    assert (bad, message) == (text, reason)


def test_the_edges_of_a_range_and_null_in_an_optional_column_are_fine(tmp_path: Path) -> None:
    column = Column("n", "bigint", minimum="0", maximum="5")
    assert _normalise(tmp_path, column, pa.array(["0", "5", None])) == [(0, None, ""), (5, None, ""), (None, None, "")]
    column = Column("k", "varchar", accepted_values=("A",))
    assert _normalise(tmp_path, column, pa.array(["A", "", None])) == [
        ("A", None, ""),
        (None, None, ""),
        (None, None, ""),
    ]


@pytest.mark.parametrize(
    ("column", "values", "ours"),
    [
        (WHOLE, pa.array([3], pa.int32()), 3),
        (WHOLE, pa.array([3.0]), 3),
        (WHOLE, pa.array([1e15]), 10**15),
        (WHOLE, pa.array([Decimal("3.00")]), 3),
        (WHOLE, pa.array([float("nan")]), None),
        (DOUBLE, pa.array([3], pa.int64()), 3.0),
        (DOUBLE, pa.array([2.5], pa.float32()), 2.5),
        (DATE, pa.array([date(2024, 1, 2)]), date(2024, 1, 2)),
        (DATE, pa.array([datetime(2024, 1, 2, 3)]), date(2024, 1, 2)),
        (FLAG, pa.array([True]), True),
        (TEXT, pa.array([4600000000012], pa.int64()), "4600000000012"),
        (TEXT, pa.array([4600000000012.0]), "4600000000012"),
    ],
)
def test_parquet_types_are_taken_as_they_are(tmp_path: Path, column: Column, values: pa.Array, ours: object) -> None:
    # The vendor's notation of texts must not touch what is no text.
    mapping = {**GERMAN, "date_format": "%d.%m.%Y"}
    assert _normalise(tmp_path, column, values, **mapping) == [(ours, None, "")]


@pytest.mark.parametrize(
    ("column", "values", "bad"),
    [
        (WHOLE, pa.array([12.5]), "12.5"),
        (WHOLE, pa.array([float("inf")]), "inf"),
        (DOUBLE, pa.array([float("inf")]), "inf"),
        (DATE, pa.array([5], pa.int64()), "5"),
    ],
)
def test_parquet_values_that_do_not_fit_are_rejected(
    tmp_path: Path, column: Column, values: pa.Array, bad: str
) -> None:
    [(ours, shown, reason)] = _normalise(tmp_path, column, values)
    assert (ours, shown) == (None, bad)
    assert "is not" in reason


def test_places_follow_the_mapping_and_lacking_columns_are_named_as_the_vendor_would() -> None:
    contract = Contract(
        "t", (Column("a", "varchar", required=True), Column("b", "varchar"), Column("c", "varchar")), ("a",)
    )
    mapping = TableMapping("t", columns={"a": "Код", "b": "Код", "c": "Нет"})
    assert places_of(["x", "Код"], contract, mapping) == ({"a": 1, "b": 1}, [])
    assert places_of(["x"], contract, mapping) == ({}, ["Код"])
    assert places_of([], contract, TableMapping("t", constants={"a": "1"})) == ({}, [])


@pytest.mark.parametrize("is_tame", [False, True])
def test_nothing_in_the_query_makes_duckdb_lose_the_order_of_rows(tmp_path: Path, is_tame: bool) -> None:
    """A longer `in (...)` becomes a join, and threads then insert their rows one after the other."""
    words = tuple(f"value {number}" for number in range(20))
    columns = (Column("isrc", "varchar"), Column("kind", "varchar", accepted_values=words))
    path = tmp_path / "values.parquet"
    pq.write_table(pa.table({"isrc": ["RUA0A2400001", "b"], "kind": ["value 1", "b"]}), path)
    with duckdb.connect() as connection:
        source, checks = open_source(path, TableMapping("t"), connection), Checks()
        query = normalized(source, Contract("t", columns, ("isrc",)), {"isrc": 0, "kind": 1}, checks, is_tame)
        checks.parameters |= {"paths": [str(path)], "first_file": 0}
        rows = connection.execute(f"explain {query}", checks.parameters).fetchall()
    assert "JOIN" not in rows[0][1].upper()
    assert "READ_PARQUET" in rows[0][1].upper()
