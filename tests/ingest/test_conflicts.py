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
    with pytest.raises(HitcastError, match="streams -40 net, of 1 key in all; 2024-03-01, b, RU"):
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


@pytest.mark.parametrize(
    ("rows", "keys", "landed"),
    [
        (["a,RU,25", "a,RU,25", "a,RU,25", "b,RU,1"], {"combine": "sum"}, [("a", 25, None), ("b", 1, None)]),
        (
            ["a,RU,100", "a,RU,-7", "a,RU,-7", "a,RU,-7", "b,RU,1"],
            {"corrections": "net"},
            [("a", 93, None), ("b", 1, None)],
        ),
    ],
)
def test_rows_alike_that_were_not_added_are_counted_and_to_be_looked_at(
    home: Home, tmp_path: Path, rows: list[str], keys: dict[str, Any], landed: list[object]
) -> None:
    text = "\n".join(["day,isrc,land,plays", *(f"2024-03-01,{row}" for row in rows), ""])
    assert _deliver(home, tmp_path, text, **keys)[0] == landed
    report = ingest(home, [tmp_path / "plays.csv"], [tmp_path / "map.yml"])
    assert report.concerns() == ["2 rows taken as repeats, not added"]


def test_rows_that_all_differ_are_added_and_all_is_well(home: Home, tmp_path: Path) -> None:
    _deliver(home, tmp_path, STORES, combine="sum")
    report = ingest(home, [tmp_path / "plays.csv"], [tmp_path / "map.yml"])
    assert (report.concerns(), report.tables[0].added_up) == ([], 2)


MAPPED = {"stream_date": "day", "isrc": "isrc", "territory": "land", "streams": "plays"}
HOURS = [
    # how hours of a day are written, its format, and what is there at another time
    (["2024-03-01 {hour:02}:00"], "%Y-%m-%d %H:%M", "2024-03-01 00:00 and 2024-03-01 01:00"),
    (["2024-03-01T{hour:02}:00:00+0300"], "%Y-%m-%dT%H:%M:%S%z", r"2024-03-01T00:00:00\+0300 and"),
    (["{seconds}"], "unix_seconds", "1709251200 and 1709254800"),
]


@pytest.mark.parametrize("figures", ["equal", "other"])
@pytest.mark.parametrize(("written", "style", "asked"), HOURS)
def test_hours_of_a_day_are_asked_about_and_add_up(
    home: Home, tmp_path: Path, written: list[str], style: str, asked: str, figures: str
) -> None:
    moments = [written[0].format(hour=hour, seconds=1709251200 + 3600 * hour) for hour in range(24)]
    plays = [7 if figures == "equal" else 1 + hour for hour in range(24)]
    rows = [f"{moment},{song},RU,{count}" for moment, count in zip(moments, plays, strict=True) for song in "ab"]
    text = "\n".join(["day,isrc,land,plays", *rows, ""])
    with pytest.raises(HitcastError, match=rf"differ in time, {asked}.*Are they hours.*`combine: sum`"):
        _deliver(home, tmp_path, text, date_format=style, columns=MAPPED)
    assert not home.ledger.exists()
    landed = _deliver(home, tmp_path, text, date_format=style, columns=MAPPED, combine="sum")
    assert landed == ([("a", sum(plays), None), ("b", sum(plays), None)], (48, 48, 0, 0))


def test_hours_of_the_names_of_files_and_of_parquet_are_asked_about(home: Home, tmp_path: Path) -> None:
    columns = {**MAPPED, "stream_date": {"file_name": r"_(\d+ \d\d)"}}
    mapping = {"tables": {"vk_stream_days": {"files": ["*.csv"], "columns": columns, "date_format": "%Y%m%d %H"}}}
    for hour in (10, 11):
        (tmp_path / f"vk_20240301 {hour}.csv").write_text("isrc,land,plays\na,RU,5\n")
    (tmp_path / "map.yml").write_text(yaml.safe_dump(mapping))
    files = sorted(tmp_path.glob("vk_*"))
    with pytest.raises(HitcastError, match="differ in time, 20240301 10 and 20240301 11"):
        ingest(home, files, [tmp_path / "map.yml"])
    mapping["tables"]["vk_stream_days"]["combine"] = "sum"
    (tmp_path / "map.yml").write_text(yaml.safe_dump(mapping))
    assert ingest(home, files, [tmp_path / "map.yml"]).tables[0].added_up == 1
    query = "copy (select timestamp '2024-03-01 09:00' + to_hours(h) as stream_date, 'a' as isrc, 'RU' as territory,"
    duckdb.execute(f"{query} 5 as streams from range(3) as hours(h)) to '{tmp_path}/vk.parquet'")
    with pytest.raises(HitcastError, match="differ in time, 2024-03-01 09:00:00 and 2024-03-01 10:00:00"):
        ingest(home, [tmp_path / "vk.parquet"])


@pytest.mark.parametrize("style", ["%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S"])
def test_the_same_time_twice_is_a_repeat(home: Home, tmp_path: Path, style: str) -> None:
    moment = "2024-03-01 00:00" + ":00" * style.endswith("%S")
    text = f"day,isrc,land,plays\n{moment},a,RU,5\n{moment},a,RU,5\n"
    landed = _deliver(home, tmp_path, text, date_format=style, columns=MAPPED)
    assert landed == ([("a", 5, None)], (2, 1, 0, 1))
