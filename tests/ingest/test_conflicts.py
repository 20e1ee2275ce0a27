from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml

from hitcast.core.errors import HitcastError
from hitcast.core.home import Home
from hitcast.ingest import ingest
from hitcast.ingest.landing import landed_files, read_ledger

COLUMNS = {
    "stream_date": "day",
    "isrc": "isrc",
    "territory": "land",
    "streams": "plays",
    "listeners": "people",
}


def _deliver(home: Home, folder: Path, text: str, **keys: Any) -> tuple[list[tuple[object, ...]], tuple[int, ...]]:
    """What lands of a file, as (ISRC, streams, listeners), and its read, accepted, rejected and duplicate rows."""
    (folder / "plays.csv").write_text(text, encoding="utf-8")
    mapping = {"tables": {"vk_stream_days": {"files": ["*.csv"], "columns": COLUMNS, **keys}}}
    (folder / "map.yml").write_text(yaml.safe_dump(mapping), encoding="utf-8")
    [table] = ingest(home, [folder / "plays.csv"], [folder / "map.yml"]).tables
    files = [str(path) for path in landed_files(home, read_ledger(home))]
    query = "select isrc, streams, listeners from read_parquet(?) order by all"
    return duckdb.execute(query, [files]).fetchall(), (table.read, table.accepted, table.rejected, table.duplicate)


STORES = """day,store,isrc,land,plays,people
2024-03-01,one,a,RU,100,7
2024-03-01,two,a,RU,25,5
2024-03-01,three,a,RU,25,5
2024-03-01,one,b,RU,3,1
"""
DEVICES = """day,isrc,land,plays,people,device
2024-03-02,a,RU,1000,,phone
2024-03-02,a,RU,1000,,phone
2024-03-02,a,RU,1000,,tv
2024-03-02,b,RU,0,4,tv
2024-03-02,b,RU,6,4,phone
"""


def test_rows_that_differ_are_refused_with_the_columns_that_may_tell_them_apart(home: Home, tmp_path: Path) -> None:
    with pytest.raises(HitcastError, match=r"a, RU has streams 100 and 25, listeners 7 and 5.*apart \(store\?\)"):
        _deliver(home, tmp_path, STORES)
    assert not home.ledger.exists()
    with pytest.raises(HitcastError, match=r"a, RU has other values.*apart \(device\?\).*combine: sum"):
        _deliver(home, tmp_path, DEVICES)


SHOPS = """day,shop,isrc,land,plays,people
2024-03-01,one,a,RU,25,5
2024-03-01,two,a,RU,25,5
"""
LINES = """day,isrc,land,plays,line
2024-03-02,b,RU,0,1
2024-03-02,a,RU,7,2
2024-03-02,b,RU,0,3
"""


@pytest.mark.parametrize(
    ("text", "column", "landed"),
    [(SHOPS, "shop", [("a", 25, 5)]), (LINES, "line", [("a", 7, None), ("b", 0, None)])],
)
def test_equal_figures_of_rows_that_differ_elsewhere_are_asked_about(
    home: Home, tmp_path: Path, text: str, column: str, landed: list[object]
) -> None:
    with pytest.raises(HitcastError, match=rf"columns that feed nothing.*apart \({column}\?\).*`combine: same`"):
        _deliver(home, tmp_path, text)
    rows = text.count("\n") - 1
    assert _deliver(home, tmp_path, text, combine="same") == (landed, (rows, rows - 1, 0, 1))


def test_rows_alike_in_unused_columns_too_are_repeats_whatever_the_order_of_columns(home: Home, tmp_path: Path) -> None:
    (tmp_path / "1.csv").write_text("stream_date,shop,isrc,territory,streams,\n2024-03-01,x,a,RU,5,0\n")
    (tmp_path / "2.csv").write_text("shop,stream_date,isrc,territory,streams,\nx,2024-03-01,a,RU,5,1\n")
    (tmp_path / "3.csv").write_text("stream_date,isrc,territory,streams\n2024-03-01,a,RU,5\n")
    [table] = ingest(home, [tmp_path / f"{number}.csv" for number in (1, 2, 3)]).tables
    assert (table.accepted, table.duplicate) == (1, 2)


@pytest.mark.parametrize(
    ("text", "landed", "counts"),
    [
        (STORES, [("a", 150, None), ("b", 3, 1)], (4, 4, 0, 0)),
        # the same row twice is a repeat, equal figures of another device are not
        (DEVICES, [("a", 2000, None), ("b", 6, None)], (5, 4, 0, 1)),
    ],
)
def test_rows_add_up_where_the_mapping_says_so(
    home: Home, tmp_path: Path, text: str, landed: list[object], counts: tuple[int, ...]
) -> None:
    assert _deliver(home, tmp_path, text, combine="sum") == (landed, counts)


@pytest.mark.parametrize(
    ("text", "landed"),
    [
        ("day,isrc,land,plays\n2024-03-01,a,RU,1200\n2024-03-01,a,RU,-40\n", [("a", 1160, None)]),
        (
            "day,isrc,land,plays\n2024-03-01,a,RU,-5\n2024-03-01,b,RU,9\n2024-03-01,a,RU,7\n2024-03-01,a,RU,-2\n",
            [("a", 0, None), ("b", 9, None)],
        ),
    ],
)
def test_corrections_are_netted_where_the_mapping_says_so(
    home: Home, tmp_path: Path, text: str, landed: list[object]
) -> None:
    rows = text.count("\n") - 1
    assert _deliver(home, tmp_path, text, corrections="net") == (landed, (rows, rows, 0, 0))


def test_a_correction_of_more_than_was_there_is_refused(home: Home, tmp_path: Path) -> None:
    text = "day,isrc,land,plays\n2024-03-01,a,RU,12\n2024-03-01,b,RU,-40\n"
    with pytest.raises(HitcastError, match="streams -40 net, of 1 keys in all; 2024-03-01, b, RU"):
        _deliver(home, tmp_path, text, corrections="net")


def test_corrections_do_not_hide_rows_that_differ(home: Home, tmp_path: Path) -> None:
    text = "day,isrc,land,plays\n2024-03-01,a,RU,12\n2024-03-01,a,RU,13\n2024-03-01,a,RU,-4\n"
    with pytest.raises(HitcastError, match="two rows of one key differ"):
        _deliver(home, tmp_path, text, corrections="net")
    assert _deliver(home, tmp_path, text, corrections="net", combine="sum")[0] == [("a", 21, None)]


@pytest.mark.parametrize(("key", "value"), [("combine", "max"), ("corrections", "sum")])
def test_a_choice_that_is_none_is_refused(home: Home, tmp_path: Path, key: str, value: str) -> None:
    with pytest.raises(HitcastError, match=f"{key} '{value}' is not known"):
        _deliver(home, tmp_path, STORES, **{key: value})
