from datetime import date
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlsxwriter

from hitcast.core.errors import HitcastError
from hitcast.core.home import Home
from hitcast.ingest import ingest
from hitcast.ingest.landing import landed_files, read_ledger
from hitcast.ingest.report import IngestReport

BY_DAY = r"unpivot: {columns: '\d{4}-\d\d-\d\d', names: stream_date, values: streams}"
BY_RUSSIAN_DAY = (
    r"unpivot: {columns: 'Прослушивания (\d\d\.\d\d\.\d{4})', names: stream_date, values: streams},"
    " date_format: '%d.%m.%Y', thousands: ' ', columns: {isrc: Код, territory: Страна}"
)
BY_SONG = r"unpivot: {columns: '.*\((\w+)\)', names: isrc, values: streams}, constants: {territory: RU}"
FIRST, SECOND = date(2021, 5, 3), date(2021, 5, 4)
ONE, TWO = "RUA0A2100001", "RUA0A2100002"


def _ingest(tmp_path: Path, export: Path, keys: str) -> IngestReport:
    mapping = tmp_path / "vendor.yml"
    mapping.write_text(f"tables: {{vk_stream_days: {{files: ['*'], {keys}}}}}", encoding="utf-8")
    return ingest(Home(tmp_path / "home"), [export], [mapping], accept_loss=True)


def _landed(tmp_path: Path) -> list[tuple[object, ...]]:
    home = Home(tmp_path / "home")
    files = [str(path) for path in landed_files(home, read_ledger(home))]
    query = "select stream_date, isrc, streams from read_parquet(?, hive_partitioning = true) order by all"
    return duckdb.execute(query, [files]).fetchall()


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        (f"isrc,territory,2021-05-03,2021-05-04\n{ONE},RU,7,8\n{TWO},RU,,1000\n", BY_DAY),
        (f"2021-05-04,isrc,2021-05-03,label,territory\n1000,{TWO},,x,RU\n8,{ONE},7,y,RU\n", BY_DAY),
        (
            f'Код,Прослушивания 03.05.2021,Страна,Прослушивания 04.05.2021\n{ONE},7,RU,8\n"{TWO}", ,RU,1 000\n',
            BY_RUSSIAN_DAY,
        ),
        (
            f"date,A ({ONE}),B ({TWO})\n2021-05-03,7,\n2021-05-04,8,1000\n",
            f"{BY_SONG}, columns: {{stream_date: date}}",
        ),
        (
            f"Отчёт\nStreams ({TWO});День;Песня, новая ({ONE})\n;03.05.2021;7\n1000;04.05.2021;8\nИтого;;15\n",
            f"{BY_SONG}, header: 2, skip: ['^Итого'], delimiter: ';', date_format: '%d.%m.%Y',"
            " columns: {stream_date: День}",
        ),
    ],
)
def test_each_filled_cell_is_a_row(tmp_path: Path, text: str, keys: str) -> None:
    export = tmp_path / "wide.csv"
    export.write_text(text, encoding="utf-8")
    [table] = _ingest(tmp_path, export, keys).tables
    assert (table.read, table.accepted, table.rejected, table.duplicate) == (3, 3, 0, 0)
    assert _landed(tmp_path) == [(FIRST, ONE, 7), (SECOND, ONE, 8), (SECOND, TWO, 1000)]


@pytest.mark.parametrize("day", [pa.int64(), pa.float64(), pa.string()])
def test_a_wide_parquet_file_lands_alike(tmp_path: Path, day: pa.DataType) -> None:
    export = tmp_path / "wide.parquet"
    columns = {
        "isrc": pa.array([ONE, TWO]),
        "2021-05-03": pa.array([7.0, float("nan")], pa.float64()),
        "2021-05-04": pa.array([8, 1000], pa.int64()).cast(day),
        "territory": pa.array(["RU", "RU"]),
    }
    pq.write_table(pa.table(columns), export)
    if day == pa.string():
        columns["2021-05-03"] = pa.array(["7", None])
        pq.write_table(pa.table(columns), export)
    _ingest(tmp_path, export, BY_DAY)
    assert _landed(tmp_path) == [(FIRST, ONE, 7), (SECOND, ONE, 8), (SECOND, TWO, 1000)]


@pytest.mark.parametrize("is_date", [True, False])
def test_a_wide_sheet_lands_alike_whatever_its_headers_are(tmp_path: Path, is_date: bool) -> None:
    export = tmp_path / "wide.xlsx"
    with xlsxwriter.Workbook(export, {"default_date_format": "d mmm yyyy"}) as workbook:
        sheet = workbook.add_worksheet()
        sheet.write_row(0, 0, ["isrc", "territory"])
        for place, day in enumerate((FIRST, SECOND), 2):
            _ = sheet.write_datetime(0, place, day) if is_date else sheet.write_string(0, place, str(day))
        sheet.write_row(1, 0, [ONE, "RU", 7, 8])
        sheet.write_row(2, 0, [TWO, "RU", "", 1000])
    _ingest(tmp_path, export, BY_DAY)
    assert _landed(tmp_path) == [(FIRST, ONE, 7), (SECOND, ONE, 8), (SECOND, TWO, 1000)]


def test_a_rejected_cell_keeps_its_line(tmp_path: Path) -> None:
    export = tmp_path / "wide.csv"
    text = f'isrc,territory,2021-05-03,2021-05-04\n"{ONE}",RU,,8\n\n{ONE},RU\n{TWO},RU,"x",5\n{TWO},R\n'
    export.write_text(text, encoding="utf-8")
    [table] = _ingest(tmp_path, export, BY_DAY).tables
    assert (table.read, table.accepted, table.rejected) == (5, 2, 3)
    assert _landed(tmp_path) == [(SECOND, ONE, 8), (SECOND, TWO, 5)]
    assert table.rejects_file is not None
    rejects = table.rejects_file.read_text(encoding="utf-8-sig")
    assert ",5,streams,x,is not a whole number" in rejects
    assert f'wide.csv,4,"","{ONE},RU",has not 4 fields' in rejects


def test_files_of_other_days_land_side_by_side(tmp_path: Path) -> None:
    for name, day in (("a", "2021-05-03"), ("b", "2021-05-04")):
        (tmp_path / "in").mkdir(exist_ok=True)
        (tmp_path / "in" / f"{name}.csv").write_text(f"isrc,territory,{day}\n{ONE},RU,7\n", encoding="utf-8")
    _ingest(tmp_path, tmp_path / "in", BY_DAY)
    assert _landed(tmp_path) == [(FIRST, ONE, 7), (SECOND, ONE, 7)]


@pytest.mark.parametrize(
    ("keys", "part"),
    [
        (
            r"unpivot: {columns: 'Day \d+', names: stream_date, values: streams}",
            r"no column that `unpivot` means by Day",
        ),
        ("unpivot: {columns: x, names: stream_date}", "needs columns, names and values"),
        ("unpivot: {columns: x, names: day, values: streams}", "has no column day"),
        ("unpivot: {columns: x, names: streams, values: streams}", "same column for names and values"),
        ("unpivot: {columns: '(', names: stream_date, values: streams}", "is no regular expression"),
        (
            "unpivot: {columns: x, names: territory, values: streams}, constants: {territory: RU}",
            "territory comes from",
        ),
        ("unpivot: yes", "is not a YAML mapping"),
    ],
)
def test_an_unpivot_that_cannot_be_is_told_in_one_line(tmp_path: Path, keys: str, part: str) -> None:
    export = tmp_path / "wide.csv"
    export.write_text(f"isrc,territory,2021-05-03\n{ONE},RU,7\n", encoding="utf-8")
    with pytest.raises(HitcastError) as raised:
        _ingest(tmp_path, export, keys)
    assert part in str(raised.value)
    assert "\n" not in str(raised.value)
