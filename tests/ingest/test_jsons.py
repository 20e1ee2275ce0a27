import gzip
import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from hitcast.core.errors import HitcastError
from tests.ingest.test_arrivals import CSV, LANDED, VK, ingested, landed

OBJECTS = [
    {"stream_date": "2021-05-03", "isrc": "RUA0A2100001", "territory": "RU", "streams": 7, "more": {"x": 1}},
    {"streams": "8", "isrc": "RUA0A2100001", "territory": "RU", "stream_date": "2021-05-04", "gender": None},
]
LINES = "".join(json.dumps(one) + "\n" for one in OBJECTS)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.jsonl", LINES.encode()),
        ("a.ndjson", LINES.replace("\n", "\r\n\n").encode()),
        ("a.json", LINES.encode()),
        ("a.json", json.dumps(OBJECTS, indent=2).encode()),
        ("a[1].jsonl", f"\ufeff{LINES}".encode()),
        ("a.jsonl.gz", gzip.compress(LINES.encode())),
        ("a.json.gz", gzip.compress(json.dumps(OBJECTS).encode())),
    ],
)
def test_objects_land_as_rows(tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    ingested(tmp_path, tmp_path / name)
    assert landed(tmp_path) == LANDED


def test_a_mapping_reads_fields_as_columns(tmp_path: Path) -> None:
    line = '{"День":"%s","Код":"RUA0A2100001","Число":%s}\n'
    (tmp_path / "a.jsonl").write_text(line % ("03.05.2021", 7) + line % ("04.05.2021", '"8"'), encoding="utf-8")
    keys = "date_format: '%d.%m.%Y', constants: {territory: RU},"
    keys += " columns: {stream_date: День, isrc: код, streams: Число}"
    ingested(tmp_path, tmp_path / "a.jsonl", VK.replace("%s", keys))
    assert landed(tmp_path) == LANDED


def test_wide_objects_land_as_rows(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text('[{"isrc":"RUA0A2100001","territory":"RU","2021-05-03":7,"2021-05-04":8.0}]')
    ingested(tmp_path, tmp_path / "a.json", VK % r"unpivot: {columns: '\d.*', names: stream_date, values: streams}")
    assert landed(tmp_path) == LANDED


def test_a_rejected_object_keeps_its_line(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text(LINES + '{"isrc":"RUA0A2100002","territory":"RU","stream_date":"2021-05-04"}\n')
    [table] = ingested(tmp_path, tmp_path / "a.jsonl").tables
    assert (table.read, table.accepted, table.rejected) == (3, 2, 1)
    assert table.rejects_file is not None
    assert "a.jsonl,3,streams," in table.rejects_file.read_text(encoding="utf-8-sig")


@pytest.mark.parametrize(
    ("content", "part"),
    [
        (b"", "is empty"),
        (b"stream_date,isrc\n", "holds no JSON objects"),
        (b"[1, 2]", "no table has all its required columns"),
        (b"[]", "holds no JSON objects"),
        (LINES.encode()[:-5], "is no readable JSON file (Invalid Input Error: Malformed JSON"),
        (LINES.encode() + b'{"isrc": }\n', "is no readable JSON file"),
        (
            LINES.replace('"streams": 7', '"streams": [7]').replace('"8"', "[8]").encode(),
            "values within values in column streams (BIGINT[]). Ask for one value a row: it feeds streams. JSON",
        ),
        (LINES.replace('"gender"', '"ISRC"').encode(), "has fields called ISRC in several cases"),
        (LINES.encode("utf-16"), "is JSON in UTF-16"),
    ],
)
def test_json_that_is_no_table_is_one_line(tmp_path: Path, content: bytes, part: str) -> None:
    (tmp_path / "a.json").write_bytes(content)
    with pytest.raises(HitcastError) as raised:
        ingested(tmp_path, tmp_path / "a.json")
    assert part in str(raised.value)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize("keys", ["header: 2", "skip: ['^T']", "comment: '#'", "record_type: {column: 1, value: A}"])
@pytest.mark.parametrize("kind", ["parquet", "jsonl"])
def test_keys_of_lines_are_refused_where_there_are_none(tmp_path: Path, kind: str, keys: str) -> None:
    if kind == "jsonl":
        (tmp_path / "a.jsonl").write_text(LINES)
    else:
        rows = [line.split(",") for line in CSV.splitlines()]
        pq.write_table(pa.table([pa.array(x) for x in zip(*rows[1:], strict=True)], rows[0]), tmp_path / "a.parquet")
    with pytest.raises(HitcastError, match="which has no lines that header, skip"):
        ingested(tmp_path, tmp_path / f"a.{kind}", VK % keys)


NESTED = [
    {
        "isrc": one["isrc"],
        "territory": "RU",
        "day": {"stream_date": one["stream_date"]},
        "metrics": {"plays": one["streams"]},
    }
    for one in OBJECTS
]
KEYS = "columns: {stream_date: day.stream_date, isrc: isrc, territory: territory, streams: metrics.plays}"


@pytest.mark.parametrize(
    "content",
    [
        json.dumps({"data": NESTED}),
        json.dumps({"page": 1, "isrc": "of the file", "data": NESTED}, indent=1),
        json.dumps(NESTED),
        "\n".join(map(json.dumps, NESTED)),
    ],
)
@pytest.mark.parametrize("is_packed", [False, True])
def test_fields_within_fields_are_columns(tmp_path: Path, content: str, is_packed: bool) -> None:
    path = tmp_path / ("a.json.gz" if is_packed else "a.json")
    path.write_bytes(gzip.compress(content.encode()) if is_packed else content.encode())
    ingested(tmp_path, path, VK % KEYS)
    assert landed(tmp_path) == LANDED


def test_what_the_file_says_once_is_a_column_of_each_row(tmp_path: Path) -> None:
    rows = [{name: value for name, value in one.items() if name != "territory"} for one in OBJECTS]
    (tmp_path / "a.json").write_text(json.dumps({"territory": "RU", "rows": rows}))
    ingested(tmp_path, tmp_path / "a.json")
    assert landed(tmp_path) == LANDED


@pytest.mark.parametrize("field", ['{"a": {"plays": 7}}', '[{"plays": 7}]'])
def test_fields_that_lie_deeper_are_refused_with_what_is_read(tmp_path: Path, field: str) -> None:
    rows = f'{{"stream_date": "2021-05-03", "isrc": "RUA0A2100001", "territory": "RU", "metrics": {field}}}\n'
    (tmp_path / "a.jsonl").write_text(rows * 2)
    header = "metrics.a" if field.startswith("{") else "metrics"
    keys = KEYS.replace("day.stream_date", "stream_date").replace("metrics.plays", header)
    with pytest.raises(
        HitcastError, match=r"values within values in column metrics.* JSON is read as one object a row"
    ):
        ingested(tmp_path, tmp_path / "a.jsonl", VK % keys)


def test_an_object_that_is_a_row_with_a_list_of_its_own_is_one_row(tmp_path: Path) -> None:
    row = OBJECTS[0] | {"artists": [{"name": "a"}, {"name": "b"}]}
    (tmp_path / "a.json").write_text(json.dumps([row]))
    [table] = ingested(tmp_path, tmp_path / "a.json").tables
    assert (table.read, table.accepted) == (1, 1)
