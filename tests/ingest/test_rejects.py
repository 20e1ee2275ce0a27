import csv
from datetime import datetime
from pathlib import Path

import duckdb
import numpy as np

from hitcast.core.home import Home
from hitcast.ingest.contract import Contract
from hitcast.ingest.mapping import TableMapping
from hitcast.ingest.readers import Source
from hitcast.ingest.rejects import most_frequent, rejects_file, write_rejects
from hitcast.ingest.stage import Stage

SOURCE = Source(Path("a.csv"), "=a.csv", "csv", (), (), TableMapping("plays"), 0, 0)
STAGE = Stage(Contract("plays", (), ()), [SOURCE], np.array([9]), np.array([9]))


def _connection(*values: str | None) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    connection.execute(
        "create table rejects (file_number int, line bigint, column_name varchar, value varchar, reason varchar)"
    )
    for line, value in enumerate(values, 2):
        connection.execute("insert into rejects values (0, ?, '+Col', ?, 'is odd')", [line, value])
    return connection


def test_a_spreadsheet_opens_rejects_and_runs_nothing(tmp_path: Path) -> None:
    values = ["=1+1", "+cmd", "-x", "@sum", "\t=1", "-5", "+1.5", "Ёлка, да", 'a"b', None, "a\nb"]
    write_rejects(_connection(*values), STAGE, tmp_path / "out.csv")
    assert [path.name for path in tmp_path.iterdir()] == ["out.csv"]
    assert (tmp_path / "out.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    with (tmp_path / "out.csv").open(encoding="utf-8-sig", newline="") as file:
        header, *rows = csv.reader(file)
    assert header == ["file", "line", "column", "value", "reason"]
    shown = ["'=1+1", "'+cmd", "'-x", "'@sum", "'\t'=1", "-5", "+1.5", "Ёлка, да", 'a"b', "", "a\nb"]
    assert [row[3] for row in rows] == shown
    assert [row[1] for row in rows] == [str(line) for line in range(2, 13)]
    assert {(row[0], row[2], row[4]) for row in rows} == {("'=a.csv", "'+Col", "is odd")}


def test_the_same_rejects_are_kept_once(tmp_path: Path) -> None:
    home, content = Home(tmp_path), tmp_path / "new.csv"
    content.write_text("x")
    first = rejects_file(home, "plays", datetime(2024, 1, 2, 3, 4, 5, 6), content)
    assert first == home.rejects / "20240102T030405000006_plays.csv"
    home.rejects.mkdir()
    first.write_text("x")
    assert rejects_file(home, "plays", datetime(2025, 1, 1), content) == first
    assert rejects_file(home, "streams", datetime(2025, 1, 1), content) != first
    content.write_text("y")
    assert rejects_file(home, "plays", datetime(2025, 1, 1), content) != first


def test_the_most_frequent_reasons_come_first() -> None:
    connection = _connection("a", "b")
    connection.execute("insert into rejects values (0, 9, 'Other', 'x', 'is even')")
    assert most_frequent(connection) == [("+Col", "is odd", 2), ("Other", "is even", 1)]
