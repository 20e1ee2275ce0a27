from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml

import hitcast.ingest.batches
from hitcast.core.errors import HitcastError
from hitcast.core.home import Home
from hitcast.ingest import ingest
from hitcast.ingest.contract import Column, Contract
from hitcast.ingest.mapping import TableMapping
from hitcast.ingest.readers import open_source
from hitcast.ingest.stage import Stage, load

CONTRACT = Contract(
    "plays", (Column("song", "varchar", required=True), Column("plays", "bigint", required=True)), ("song",)
)


def _load(folder: Path, *contents: str) -> tuple[Stage, list[tuple[object, ...]], list[tuple[object, ...]]]:
    """The stage of some CSV files, its valid rows in file order, and its rejects as (file, line, value, reason)."""
    work_dir = folder / "work"
    work_dir.mkdir(exist_ok=True)
    with duckdb.connect() as connection:
        sources = []
        for i, content in enumerate(contents):
            path = folder / f"{i}.csv"
            path.write_bytes(content.encode())
            sources.append(open_source(path, TableMapping("plays"), connection))
        stage = load(connection, CONTRACT, sources, work_dir, lambda size: None)
        rows = connection.execute("select file_number, v0, v1 from staged where problem = 0 order by rowid").fetchall()
        rejects = connection.execute(
            "select file_number, line, value, reason from rejects order by file_number, line"
        ).fetchall()
    assert list(work_dir.iterdir()) == []
    return stage, rows, rejects


def test_rows_stay_in_file_order_over_files_of_different_shapes(tmp_path: Path) -> None:
    stage, rows, rejects = _load(tmp_path, "song,plays\na,1\nb,2\n", "plays,x,song\n3,,c\n", "song,plays\nd,4\n")
    assert rows == [(0, "a", 1), (0, "b", 2), (1, "c", 3), (2, "d", 4)]
    assert rejects == []
    assert list(stage.read) == [2, 1, 1]
    assert list(stage.rejected) == [0, 0, 0]


def test_small_batches_change_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    contents = ["song,plays\na,1\nb,x\n", "song,plays\nc,\nd,2\n", "song,plays\ne,3\nf\n"]
    whole = _load(tmp_path, *contents)
    monkeypatch.setattr(hitcast.ingest.batches, "BATCH_BYTES", 1)
    single = _load(tmp_path, *contents)
    assert whole[1:] == single[1:]
    assert list(whole[0].read) == list(single[0].read) == [2, 2, 2]


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_rejected_row_knows_its_line(tmp_path: Path, end: str) -> None:
    lines = ["song,plays", "a,1", "b,x", "c", "d,y", "e,5,6", 'f"g,z', '"h"i,7', "j,8"]
    _, rows, rejects = _load(tmp_path, end.join(lines))
    assert rows == [(0, "a", 1), (0, "j", 8)]
    assert rejects == [
        (0, 3, "x", "is not a whole number (plays)"),
        (0, 4, "c", "has not 2 fields"),
        (0, 5, "y", "is not a whole number (plays)"),
        (0, 6, "e,5,6", "has not 2 fields"),
        (0, 7, "z", "is not a whole number (plays)"),
        (0, 8, '"h"i,7', "has a stray quote"),
    ]


def test_lines_are_right_past_values_that_span_lines_and_blank_lines(tmp_path: Path) -> None:
    _, rows, rejects = _load(tmp_path, 'song,plays\n"a\n\nb",1\n\nc,x\n"d\ne"\n\n\nf,y\n"g\nh",2\n')
    assert rows == [(0, "a\n\nb", 1), (0, "g\nh", 2)]
    assert [(line, value) for _, line, value, _ in rejects] == [(6, "x"), (7, '"d\ne"'), (11, "y")]


def test_a_row_that_fails_twice_is_rejected_once_for_its_first_column(tmp_path: Path) -> None:
    stage, _, rejects = _load(tmp_path, "song,plays\na,1\n,x\n")
    assert rejects == [(0, 3, None, "is required and empty (song)")]
    assert (list(stage.read), list(stage.rejected)) == ([2], [1])


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("song,plays\n", "0.csv: has a header and no rows"),
        ("song,plays\n\n\n", "0.csv: has a header and no rows"),
        ("song,plays\na,x\nb,\n", "0.csv: has no valid row; line 2, column plays: 'x' is not a whole number (plays)"),
        ("song,plays\na\n", "0.csv: has no valid row; line 2: 'a' has not 2 fields"),
        ('song,plays\na,1\nb,"2\nc,3\nd,4\n', "0.csv: has a quote near line 3 that is never closed"),
        ("song,plays\r\na,1\nb,2\r\n", "0.csv: is no well-formed CSV file. Its line ends are mixed"),
    ],
)
def test_a_worthless_file_is_refused(tmp_path: Path, content: str, message: str) -> None:
    with pytest.raises(HitcastError) as raised:
        _load(tmp_path, content)
    assert message in str(raised.value)


def test_bytes_that_are_not_utf_8_refuse_the_file(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"song,plays\na,1\n" + "я,2\n".encode("cp1251"))
    with (
        duckdb.connect() as connection,
        pytest.raises(HitcastError, match=r"a\.csv: is not valid utf-8\. Add `encoding: cp1251`"),
    ):
        load(connection, CONTRACT, [open_source(path, TableMapping("plays"), connection)], tmp_path, lambda size: None)


HEADER = "stream_date,isrc,territory,streams\n"


@pytest.mark.parametrize(
    ("rows", "keys", "message"),
    [
        ("2024-03-01,,RU,5\n", {}, r"line 2, column isrc: is required and empty \(isrc\)\. Ask for it"),
        ("2024-03-01,a,,5\n", {}, r"column territory: is required and empty \(territory\)\. Ask for it"),
        ("2024-03-01,a,RU,5\n", {"skip": ["^20"]}, "has no row: the mapping leaves out 1 line below"),
        ("A,a,RU,5\nB,a,RU,5\n", {"record_type": {"column": 1, "value": "C"}}, "leaves out 2 lines below"),
    ],
)
def test_rows_without_a_value_or_no_rows_are_told_as_that(
    home: Home, tmp_path: Path, rows: str, keys: dict[str, Any], message: str
) -> None:
    (tmp_path / "vk.csv").write_text(HEADER + rows)
    (tmp_path / "map.yml").write_text(yaml.safe_dump({"tables": {"vk_stream_days": {"files": ["*"], **keys}}}))
    with pytest.raises(HitcastError, match=message):
        ingest(home, [tmp_path / "vk.csv"], [tmp_path / "map.yml"])
