import gzip
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from hitcast.core.errors import HitcastError
from hitcast.ingest.finding import escape_glob
from hitcast.ingest.mapping import TableMapping
from hitcast.ingest.readers import open_source, prepare, relation
from hitcast.ingest.texts import copy_plain

PLAIN = TableMapping("vk_stream_days")


def _rows(path: Path, mapping: TableMapping, work_dir: Path) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """Headers and rows of a file by way of everything that ingest does to read it."""
    with duckdb.connect() as connection:
        source = open_source(path, mapping, connection)
        prepared = prepare(source, work_dir, 0)
        parameters: dict[str, object] = {"paths": [str(prepared)]}
        if source.kind == "csv":
            parameters["delimiter"] = mapping.delimiter
        columns = ", ".join(f"c{i}" for i in range(len(source.headers)))
        rows = connection.execute(f"select {columns} from {relation(source)}", parameters).fetchall()
    return source.headers, rows


@pytest.mark.parametrize(
    ("encoding", "name"),
    [
        ("utf-8", "a.csv"),
        ("utf-8-sig", "a.csv"),
        ("utf-8", "a.csv.gz"),
        ("utf-8-sig", "a.csv.gz"),
        ("cp1251", "a.csv"),
        ("cp1251", "a.csv.gz"),
        ("utf-16", "a.csv"),
    ],
)
def test_encodings_and_compression_make_no_difference(tmp_path: Path, encoding: str, name: str) -> None:
    content = 'Дата;Имя\r\n2024-01-01;"Ёлка; ""А"""\r\n2024-01-02;\r\n'.encode(encoding)
    path = tmp_path / name
    path.write_bytes(gzip.compress(content) if name.endswith(".gz") else content)
    mapping = TableMapping("vk_stream_days", encoding="utf-8" if "utf-8" in encoding else encoding, delimiter=";")
    work_dir = tmp_path / "work"
    work_dir.mkdir()
    headers, rows = _rows(path, mapping, work_dir)
    assert headers == ("Дата", "Имя")
    assert rows == [("2024-01-01", 'Ёлка; "А"'), ("2024-01-02", None)]


def test_a_name_full_of_glob_characters_is_one_file(tmp_path: Path) -> None:
    for name in ("r*[1]?.csv", "rx[1]y.csv"):
        (tmp_path / name).write_text("a,b\n1,2\n")
    found = duckdb.execute("select count(*) from glob(?)", [escape_glob(tmp_path / "r*[1]?.csv")]).fetchall()
    assert found == [(1,)]


@pytest.mark.parametrize(
    ("content", "encoding", "parts"),
    [
        (b"", "utf-8", ["is empty"]),
        (b"\n1,2\n", "utf-8", ["has no header in its first line"]),
        ("Дата,b\n1,2\n".encode("cp1251"), "utf-8", ["is not valid utf-8", "`encoding: cp1251`"]),
        ("Д".encode("utf-16")[:-1], "utf-8", ["is not valid utf-16", "Ask for it again"]),
        ("\ufeffДата,b\n1,2\n".encode(), "cp1251", ["is UTF-8 by its first bytes, not cp1251"]),
        (b"a,\x98\n1,2\n", "cp1251", ["is not valid cp1251", "correct `encoding:`"]),
    ],
)
def test_a_file_without_a_readable_header_is_refused(
    tmp_path: Path, content: bytes, encoding: str, parts: list[str]
) -> None:
    path = tmp_path / "bad.csv"
    path.write_bytes(content)
    with pytest.raises(HitcastError) as raised:
        open_source(path, TableMapping("vk_stream_days", encoding=encoding), duckdb.connect())
    for part in ["bad.csv", *parts]:
        assert part in str(raised.value)


def test_a_truncated_gzip_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.csv.gz"
    lines = "".join(f"{i},{i * i % 7919}\n" for i in range(500_000))
    path.write_bytes(gzip.compress(f"a,b\n{lines}".encode())[:-2000])
    source = open_source(path, PLAIN, duckdb.connect())
    with pytest.raises(HitcastError, match=r"a\.csv\.gz: is a broken or incomplete gzip file"):
        prepare(source, tmp_path, 0)


def test_text_that_stops_being_its_encoding_further_down_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"a,b\n" + b"1,2\n" * 20_000 + b"\x98,2\n")
    mapping = TableMapping("vk_stream_days", encoding="cp1251")
    with pytest.raises(HitcastError, match="is not valid cp1251"):
        prepare(open_source(path, mapping, duckdb.connect()), tmp_path, 0)


def test_a_place_that_cannot_be_written_is_not_taken_for_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("a,b\n1,2\n")
    with pytest.raises(IsADirectoryError) as raised:
        copy_plain(tmp_path / "a.csv", PLAIN, tmp_path)
    assert raised.value.filename == str(tmp_path)


def test_parquet_keeps_its_types(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    pq.write_table(pa.table({'odd "name"': [1, 2], "text": ["x", None]}), path)
    source = open_source(path, PLAIN, duckdb.connect())
    assert source.types == ("BIGINT", "VARCHAR")
    assert _rows(path, PLAIN, tmp_path) == (('odd "name"', "text"), [(1, "x"), (2, None)])
    path.write_bytes(b"PAR1 not really")
    with pytest.raises(HitcastError, match="is no readable Parquet file"):
        open_source(path, PLAIN, duckdb.connect())
