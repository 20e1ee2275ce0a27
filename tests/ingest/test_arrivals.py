import gzip
import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from hitcast.core.errors import HitcastError
from hitcast.core.home import Home
from hitcast.ingest import ingest
from hitcast.ingest.landing import landed_files, read_ledger
from hitcast.ingest.report import IngestReport

HEADER = "stream_date,isrc,territory,streams"
ROWS = "2021-05-03,RUA0A2100001,RU,7\n2021-05-04,RUA0A2100001,RU,8\n"
CSV = f"{HEADER}\n{ROWS}"
LANDED = [("2021-05-03", 7), ("2021-05-04", 8)]
VK = "tables: {vk_stream_days: {files: ['*'], %s}}"


def ingested(tmp_path: Path, export: Path, mapping: str = "") -> IngestReport:
    file = tmp_path / "vendor.yml"
    file.write_text(mapping, encoding="utf-8")
    return ingest(Home(tmp_path / "home"), [export], [file] if mapping else [], accept_loss=True)


def landed(tmp_path: Path) -> list[tuple[object, ...]]:
    home = Home(tmp_path / "home")
    files = [str(path) for path in landed_files(home, read_ledger(home))]
    query = "select cast(stream_date as varchar), streams from read_parquet(?, hive_partitioning = true) order by all"
    return duckdb.execute(query, [files]).fetchall()


def _zip(path: Path, **contents: str | bytes) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in contents.items():
            packed.writestr(name, content)
    return path


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.tsv", CSV.replace(",", "\t").encode()),
        ("A.TXT", CSV.encode()),
        ("a.txt", CSV.replace(",", "\t").replace("\n", "\r\n").encode("utf-16")),
        ("a.txt", b"\xfe\xff" + CSV.replace(",", "\t").encode("utf-16-be")),
        ("a.csv", CSV.encode("utf-16")),
        ("a.tsv.gz", gzip.compress(CSV.replace(",", "\t").encode(), mtime=0)),
        ("a.txt.gz", gzip.compress(CSV.encode("utf-16"), mtime=0)),
    ],
)
def test_text_files_of_any_ending_land_alike(tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    ingested(tmp_path, tmp_path / name)
    assert landed(tmp_path) == LANDED


def test_a_utf_16_file_keeps_the_lines_of_its_rejected_rows(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(f"Отчёт\n{CSV}Итого,,,\n2021-05-04,RUA0A2100002,RU,много\n".encode("utf-16"))
    [table] = ingested(tmp_path, tmp_path / "a.txt", VK % "header: 2, skip: ['^Итого']").tables
    assert (table.read, table.accepted, table.rejected) == (3, 2, 1)
    assert table.rejects_file is not None
    assert "a.txt,6,streams,много," in table.rejects_file.read_text(encoding="utf-8-sig")


@pytest.mark.parametrize("text", ["Read me first, please\n", "Notes\n=====\n", "", "a\tb\n1\t2\n"])
def test_a_text_for_people_is_left_alone_in_a_folder_and_refused_by_name(tmp_path: Path, text: str) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "a.csv").write_text(CSV)
    (folder / "README.txt").write_text(text)
    report = ingested(tmp_path, folder)
    assert report.ignored == [str(folder / "README.txt")]
    assert landed(tmp_path) == LANDED
    with pytest.raises(HitcastError):
        ingested(tmp_path, folder / "README.txt")


def test_a_text_with_a_column_of_a_table_is_not_left_alone(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "a.csv").write_text(CSV)
    (folder / "b.txt").write_text(CSV.replace("streams", "plays"))
    with pytest.raises(HitcastError, match=r"b\.txt: lacks the required column streams"):
        ingested(tmp_path, folder)


def test_the_files_of_an_archive_land_and_are_called_by_both_names(tmp_path: Path) -> None:
    rest = f"{HEADER}\n2021-05-04,RUA0A2100001,RU,8\n2021-05-04,RUA0A2100002,RU,x\n"
    contents: dict[str, str | bytes] = {
        "2021/a.csv": CSV.replace("2021-05-04,RUA0A2100001,RU,8\n", ""),
        "b.csv.gz": gzip.compress(rest.encode(), mtime=0),
    }
    contents |= {"about.md": "x", "__MACOSX/._b.csv": "x", "in.zip": "x"}
    export = _zip(tmp_path / "may.zip", **contents)
    report = ingested(tmp_path, export)
    assert [Path(file.name) for file in report.tables[0].files] == [export / "2021/a.csv", export / "b.csv.gz"]
    assert report.ignored == [str(export / "about.md"), str(export / "in.zip")]
    assert landed(tmp_path) == LANDED
    rejects = report.tables[0].rejects_file
    assert rejects is not None
    assert f"{export}/b.csv.gz,3,streams,x," in rejects.read_text(encoding="utf-8-sig")


@pytest.mark.parametrize("code", ["utf-8", "cp866"])
def test_a_name_in_an_archive_is_read_in_russian(tmp_path: Path, code: str) -> None:
    name = "ВК_2021-05-03.csv".encode(code).decode("cp437")
    export = _zip(tmp_path / "x.zip", **{"a_name_long_enough.csv": "isrc,territory,streams\nRUA0A2100001,RU,7\n"})
    # Python marks names beyond ASCII as UTF-8; older writers do not.
    packed = export.read_bytes()
    padded = name.removesuffix(".csv").encode("cp437").ljust(18, b"_") + b".csv"
    export.write_bytes(packed.replace(b"a_name_long_enough.csv", padded[:22]))
    columns = r"columns: {stream_date: {file_name: '^ВК_([\d-]+)'}, isrc: isrc, territory: territory, streams: streams}"
    ingested(tmp_path, export, VK % columns)
    assert landed(tmp_path) == LANDED[:1]


def test_a_name_in_an_archive_leads_nowhere_else(tmp_path: Path) -> None:
    deep = tmp_path / "a" / "b" / "c" / "d"
    deep.mkdir(parents=True)
    ingested(deep, _zip(deep / "x.zip", **{"../../../out.csv": CSV, "/abs.csv": CSV}))
    assert landed(deep) == LANDED
    assert [path.name for path in tmp_path.rglob("*.csv")] == []
    assert not Path("/abs.csv").exists()


def _cut(packed: bytes) -> bytes:
    return packed[:-30]


def _damaged(packed: bytes) -> bytes:
    return packed[:50] + bytes([packed[50] ^ 255]) + packed[51:]


def _locked(packed: bytes) -> bytes:
    place = packed.index(b"PK\x01\x02") + 8
    return packed[:6] + b"\x01" + packed[7:place] + b"\x01" + packed[place + 1 :]


@pytest.mark.parametrize(
    ("spoil", "part"),
    [(_cut, "broken or incomplete ZIP"), (_damaged, "broken or incomplete ZIP"), (_locked, "with a password")],
)
def test_a_spoiled_archive_is_one_line(tmp_path: Path, spoil: Callable[[bytes], bytes], part: str) -> None:
    export = _zip(tmp_path / "x.zip", **{"a.csv": CSV})
    export.write_bytes(spoil(export.read_bytes()))
    with pytest.raises(HitcastError) as raised:
        ingested(tmp_path, export)
    assert part in str(raised.value)
    assert "\n" not in str(raised.value)


def test_an_archive_without_a_table_is_refused(tmp_path: Path) -> None:
    with pytest.raises(HitcastError, match="no file feeds a table"):
        ingested(tmp_path, _zip(tmp_path / "x.zip", **{"a.md": "x"}))
    with pytest.raises(HitcastError, match="without a file"):
        ingested(tmp_path, _zip(tmp_path / "y.zip"))


@pytest.mark.parametrize("kind", ["zip", "csv.gz", "tsv.gz"])
@pytest.mark.parametrize("keys", ["", "skip: ['^nothing']"])
def test_a_bomb_is_one_line(tmp_path: Path, kind: str, keys: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hitcast.ingest.texts.MIN_BOMB_BYTES", 1 << 20)
    text = (CSV if kind != "tsv.gz" else CSV.replace(",", "\t")) + "0" * (10 << 20)
    export = tmp_path / f"a.{kind}"
    if kind == "zip":
        _zip(export, **{"a.csv": text})
    else:
        export.write_bytes(gzip.compress(text.encode(), mtime=0))
    with pytest.raises(HitcastError, match="unpacks to more than 200 times its"):
        ingested(tmp_path, export, VK % keys if keys else "")


def test_a_table_that_packs_well_is_no_bomb(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hitcast.ingest.texts.MIN_BOMB_BYTES", 1 << 10)
    rows = "".join(f"2021-05-03,RUA0A21{i:05},RU,{i * 7919 % 997}\n" for i in range(2000))
    packed = io.BytesIO()
    with gzip.GzipFile(fileobj=packed, mode="wb") as file:
        file.write(f"{HEADER}\n{rows}".encode())
    (tmp_path / "a.csv.gz").write_bytes(packed.getvalue())
    [table] = ingested(tmp_path, tmp_path / "a.csv.gz").tables
    assert table.accepted == 2000


OWN = "stream_date,isrc,territory,streams\n2024-03-01,a,RU,5\n"


@pytest.mark.parametrize("key", ["counts: cumulative", "combine: sum"])
def test_a_mapping_that_misses_its_file_is_told_and_never_left_out(home: Home, tmp_path: Path, key: str) -> None:
    (tmp_path / "vk.csv").write_text(OWN)
    entry = f"tables: {{vk_stream_days: {{files: ['vkontakte_*.csv'], {key}}}}}"
    (tmp_path / "map.yml").write_text(entry)
    with pytest.raises(
        HitcastError, match=r"vk\.csv: is not called like files of vk_stream_days in .*: vkontakte_\*\.csv"
    ):
        ingest(home, [tmp_path / "vk.csv"], [tmp_path / "map.yml"])
    # one that has its file, beside a file in the contract's own names
    (tmp_path / "vkontakte_1.csv").write_text(OWN.replace("01,a", "02,a"))
    assert len(ingest(home, [tmp_path / "vkontakte_1.csv"], [tmp_path / "map.yml"]).tables[0].days_new) == 1


def test_a_mapping_without_a_file_is_named(home: Home, tmp_path: Path) -> None:
    (tmp_path / "vk.csv").write_text(OWN)
    (tmp_path / "map.yml").write_text("tables: {catalog_tracks: {files: ['cat_*', 'kat_*']}}")
    report = ingest(home, [tmp_path / "vk.csv"], [tmp_path / "map.yml"])
    line = f"{tmp_path}/map.yml claims no file: it looks for cat_*, kat_*; they are called vk.csv"
    assert report.unused_mappings == [line]
    (tmp_path / "other.csv").write_text("a;b\n1;2\n")
    with pytest.raises(HitcastError, match=r"found a;b; looked for cat_\*, kat_\*\. Correct a mapping's `files:`"):
        ingest(home, [tmp_path / "other.csv"], [tmp_path / "map.yml"])
