from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest
import xlsxwriter

from hitcast.core.errors import HitcastError
from hitcast.core.home import Home
from hitcast.core.sql import Sql
from hitcast.ingest import ingest
from hitcast.ingest.landing import landed_files, read_ledger
from hitcast.ingest.normalise import normalized
from hitcast.ingest.readers import Source

VK = "vk_stream_days"
VK_COLUMNS = "columns: {stream_date: Дата, isrc: Код, territory: Страна, streams: Число}"
CATALOG = "upc,isrc,release_title,artist_id,artist_name,release_date"
DAY = date(2021, 5, 3)


def _deliver(
    tmp_path: Path, text: str, keys: str, table: str = VK, name: str = "export.csv"
) -> list[tuple[object, ...]]:
    """Day or release date, ISRC and the last column of what landed."""
    export = tmp_path / name
    export.parent.mkdir(parents=True, exist_ok=True)
    export.write_text(text, encoding="utf-8")
    return _landed(tmp_path, export, keys, table)


def _landed(tmp_path: Path, export: Path, keys: str, table: str = VK) -> list[tuple[object, ...]]:
    home = Home(tmp_path / "home")
    mapping = tmp_path / "vendor.yml"
    mapping.write_text(f"tables: {{{table}: {{files: ['*'], {keys}}}}}", encoding="utf-8")
    ingest(home, [export], [mapping])
    files = [str(path) for path in landed_files(home, read_ledger(home))]
    columns = "stream_date, isrc, streams" if table == VK else "release_date, isrc, duration_seconds"
    return duckdb.execute(
        f"select {columns} from read_parquet(?, hive_partitioning = true) order by all", [files]
    ).fetchall()


ROWS = "Дата,Код,Страна,Число\n2021-05-03,RUA0A2100001,RU,7\n"


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        (f"Отчёт\n\n{ROWS}", "header: 3"),
        (f'Отчёт "за неделю\nс 3 мая, {{пн}}\n{ROWS}', "header: код"),
        (f"{ROWS}Итого,,,7\n", "skip: ['^Итого']"),
        (f"{ROWS}--------\n,,Всего,7\n", "skip: ['^-+$', ',Всего,']"),
        (f"# made by hand\n#\n{ROWS}# end\n", 'comment: "#"'),
        (f"// one\n{ROWS}// two, 3\n", 'comment: "//"'),
        (f"sep=,\n{ROWS}", ""),
        (ROWS.replace(",", ";").replace("Дата", "sep=;\nДата", 1), ""),
        (
            "H,x\nТип,Дата,Код,Страна,Число\nAS,2021-05-03,RUA0A2100001,RU,7\nT,1\n",
            "header: 2, record_type: {column: 1, value: AS}",
        ),
        (
            "Дата,Код,Страна,Число,Тип\n2021-05-03,RUA0A2100001,RU,7,9\n,,,7,99\n",
            "record_type: {column: Тип, value: 9}",
        ),
    ],
)
def test_lines_that_are_no_rows_are_left_out(tmp_path: Path, text: str, keys: str) -> None:
    assert _deliver(tmp_path, text, f"{VK_COLUMNS}, {keys}") == [(DAY, "RUA0A2100001", 7)]


def test_lines_left_out_are_counted_and_rejected_rows_keep_their_lines(tmp_path: Path) -> None:
    export, mapping = tmp_path / "a.csv", tmp_path / "vendor.yml"
    export.write_text(f"Отчёт\n{ROWS}Итого,,,7\n2021-05-03,RUA0A2100002,RU,x\n", encoding="utf-8")
    mapping.write_text(
        f"tables: {{{VK}: {{files: ['*'], header: 2, skip: ['^Итого'], {VK_COLUMNS}}}}}", encoding="utf-8"
    )
    [table] = ingest(Home(tmp_path / "home"), [export], [mapping], accept_loss=True).tables
    assert (table.read, table.accepted, table.rejected) == (2, 1, 1)
    assert "lines left out by the mapping (skip, comment, record_type): 1" in table.notes
    assert table.rejects_file is not None
    assert ",5,Число,x," in table.rejects_file.read_text(encoding="utf-8-sig")


def test_what_stands_in_quotes_over_lines_is_no_line_of_its_own(tmp_path: Path) -> None:
    text = f'{CATALOG}\n4600700000015,RUA0A2100001,"One\n# two",7,Somebody,2021-05-03\n'
    assert _deliver(tmp_path, text, 'comment: "#"', "catalog_tracks") == [(DAY, "RUA0A2100001", None)]


def test_a_sheet_has_a_header_below_and_totals_too(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(path) as workbook:
        sheet = workbook.add_worksheet()
        for i, row in enumerate(
            (["Отчёт за 2021-05-03"], [], ["Код", "Страна", "Число"], ["RUA0A2100001", "RU", 7], ["Итого", "", 7])
        ):
            sheet.write_row(i, 0, row)
    keys = r"header: Код, skip: ['^Итого'], columns: {stream_date: {above_header: 'за ([\d-]+)'},"
    keys += " isrc: Код, territory: Страна, streams: Число}"
    assert _landed(tmp_path, path, keys) == [(DAY, "RUA0A2100001", 7)]


@pytest.mark.parametrize(
    ("name", "above", "keys"),
    [
        ("vk_2021-05-03.csv", "", r"{file_name: '(\d{4}-\d\d-\d\d)'}"),
        ("day of 03.05.2021 (1).csv", "", r"{file_name: 'of (\S+)'}, date_format: '%d.%m.%Y'"),
        ("2021-05-03/vk.csv", "", "{folder: '^(.*)$'}"),
        ("vk.csv", "Day: 2021-05-03\n", r"{above_header: 'Day: (\S+)'}, header: 2"),
    ],
)
def test_the_day_comes_from_a_name_or_from_above(tmp_path: Path, name: str, above: str, keys: str) -> None:
    where, _, others = keys.partition("}, ")
    keys = (
        f"columns: {{isrc: isrc, territory: territory, streams: streams, stream_date: {where.rstrip('}')}}}}}, {others}"
    )
    text = f"{above}isrc,territory,streams\nRUA0A2100001,RU,7\n"
    assert _deliver(tmp_path, text, keys, name=name) == [(DAY, "RUA0A2100001", 7)]


def test_a_name_without_the_day_is_refused(tmp_path: Path) -> None:
    keys = r"columns: {isrc: isrc, territory: territory, streams: streams, stream_date: {file_name: 'vk_(\d+)'}}"
    with pytest.raises(HitcastError, match="has no stream_date in its file name"):
        _deliver(tmp_path, "isrc,territory,streams\nRUA0A2100001,RU,7\n", keys)


@pytest.mark.parametrize(
    ("header", "streams"),
    [
        ("Plays", "[Streams, Plays]"),
        ("Streams (May 3 - May 9)", '"Streams (*"'),
        ("STREAMS", "streams"),
        ("Streams [7d]", '[Plays, "streams [7?]"]'),
    ],
)
def test_a_column_has_several_names_or_a_glob(tmp_path: Path, header: str, streams: str) -> None:
    keys = f"columns: {{stream_date: d, isrc: i, territory: t, streams: {streams}}}"
    assert _deliver(tmp_path, f"D,i,t,{header}\n2021-05-03,RUA0A2100001,RU,7\n", keys) == [(DAY, "RUA0A2100001", 7)]


def test_a_glob_that_two_columns_fit_is_refused(tmp_path: Path) -> None:
    keys = 'columns: {stream_date: d, isrc: i, territory: t, streams: "s*"}'
    with pytest.raises(HitcastError, match="several columns that may feed streams: s1, s2"):
        _deliver(tmp_path, "d,i,t,s1,s2\n2021-05-03,RUA0A2100001,RU,7,8\n", keys)


@pytest.mark.parametrize(
    ("written", "style"),
    [
        ("1620000000", "unix_seconds"),
        ("1620086399", "unix_seconds"),
        ("1620000000000", "unix_milliseconds"),
        ("1620086399999", "unix_milliseconds"),
        ("44319", "excel_serial"),
        ("44319.75", "excel_serial"),
        ("3 мая 2021 г.", "%d %B %Y г."),
        ("03-МАЙ-21", "%d-%b-%y"),
        ("May 3rd 2021", "%B %drd %Y"),
        ("3 May. 2021", "%d %b %Y"),
    ],
)
def test_days_in_every_style(tmp_path: Path, written: str, style: str) -> None:
    text = f"stream_date,isrc,territory,streams\n{written},RUA0A2100001,RU,7\n"
    assert _deliver(tmp_path, text, f"date_format: '{style}'") == [(DAY, "RUA0A2100001", 7)]


@pytest.mark.parametrize(
    ("written", "style", "zone"),
    [
        ("1619989200", "unix_seconds", "Europe/Moscow"),
        ("1620075599", "unix_seconds", "Europe/Moscow"),
        ("1620111599999", "unix_milliseconds", "America/Los_Angeles"),
    ],
)
def test_unix_days_are_those_of_the_platforms_zone(tmp_path: Path, written: str, style: str, zone: str) -> None:
    text = f"stream_date,isrc,territory,streams\n{written},RUA0A2100001,RU,7\n"
    assert _deliver(tmp_path, text, f"date_format: {style}, timezone: {zone}") == [(DAY, "RUA0A2100001", 7)]


@pytest.mark.parametrize(
    ("name", "keys"),
    [
        ("vk_{day}.csv", "stream_date: {file_name: 'vk_(.*).csv'}"),
        ("{day}/vk.csv", "stream_date: {folder: '(.*)'}"),
    ],
)
def test_files_that_differ_by_a_captured_day_are_read_together(
    tmp_path: Path, name: str, keys: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    shapes: list[object] = []

    def noted(shape: Source, *rest: Any) -> Sql:
        shapes.append(shape)
        return normalized(shape, *rest)

    monkeypatch.setattr("hitcast.ingest.stage.normalized", noted)
    for number, day in enumerate(("2021-05-03", "2021-05-04", "2021-05-05")):
        export = tmp_path / "in" / name.format(day=day)
        export.parent.mkdir(parents=True, exist_ok=True)
        export.write_text(f"isrc,territory,streams\nRUA0A2100001,RU,{number}\n")
    keys = f"columns: {{isrc: isrc, territory: territory, streams: streams, {keys}}}"
    expected = [(date(2021, 5, 3 + number), "RUA0A2100001", number) for number in range(3)]
    assert _landed(tmp_path, tmp_path / "in", keys) == expected
    assert len(shapes) == 1


RUSSIAN = [
    "января",
    "февраля",
    "марта",
    "апреля",
    "мая",
    "июня",
    "июля",
    "августа",
    "сентября",
    "октября",
    "ноября",
    "декабря",
]
ENGLISH = ["January", "Feb", "March", "Apr", "May", "Jun", "July", "Aug", "Sept", "October", "Nov", "December"]


@pytest.mark.parametrize("names", [RUSSIAN, ENGLISH])
def test_every_month_has_its_name(tmp_path: Path, names: list[str]) -> None:
    # days that are not a month apart, which would be sums of months
    days = [date(2021, month, 5 if month % 2 else 12) for month in range(1, 13)]
    rows = "".join(f"{day.day} {name} 2021,RUA0A2100001,RU,7\n" for day, name in zip(days, names, strict=True))
    found = _deliver(tmp_path, f"stream_date,isrc,territory,streams\n{rows}", "date_format: '%d %B %Y'")
    assert [day for day, _, _ in found] == days


@pytest.mark.parametrize(
    ("written", "expected"),
    [("2021", date(2021, 1, 1)), ("2021-05", date(2021, 5, 1)), ("05.2021", date(2021, 5, 1)), ("2021-05-03", DAY)],
)
def test_a_partial_date_is_its_first_day(tmp_path: Path, written: str, expected: date) -> None:
    text = f"{CATALOG}\n4600700000015,RUA0A2100001,One,7,Somebody,{written}\n"
    assert _deliver(tmp_path, text, "partial_dates: first_day", "catalog_tracks") == [(expected, "RUA0A2100001", None)]


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("1.2K", 1200),
        ("3,4 млн", 3_400_000),
        ("12 тыс.", 12_000),
        ("2M", 2_000_000),
        ("1.5 млрд", 1_500_000_000),
        ("950", 950),
    ],
)
def test_short_counts_are_written_out(tmp_path: Path, written: str, expected: int) -> None:
    text = f'stream_date,isrc,territory,streams\n2021-05-03,RUA0A2100001,RU,"{written}"\n'
    assert _deliver(tmp_path, text, "shorthand: true") == [(DAY, "RUA0A2100001", expected)]


def test_suppressed_counts_stand_for_what_the_mapping_says(tmp_path: Path) -> None:
    text = "stream_date,isrc,territory,streams,listeners\n2021-05-03,A,RU,<5,n/a\n2021-05-03,B,RU,-,<5\n"
    found = _deliver(tmp_path, text, "suppressed: {'<5': 2, '-': 0, n/a: null}")
    assert found == [(DAY, "A", 2), (DAY, "B", 0)]


@pytest.mark.parametrize(
    ("written", "unit", "expected"),
    [
        ("201500", "milliseconds", 201.5),
        ("185000", "milliseconds", 185),
        ("3:25", "minutes", 205),
        ("1:00:05", "minutes", 3605),
        ("3.5", "minutes", 210),
        ("185", "seconds", 185),
    ],
)
def test_durations_come_in_their_units(tmp_path: Path, written: str, unit: str, expected: float) -> None:
    text = f"{CATALOG},duration_seconds\n4600700000015,RUA0A2100001,One,7,Somebody,2021-05-03,{written}\n"
    found = _deliver(tmp_path, text, f"units: {{duration_seconds: {unit}}}", "catalog_tracks")
    assert found == [(DAY, "RUA0A2100001", expected)]


@pytest.mark.parametrize(
    ("keys", "part"),
    [
        ("header: 0", "below 1"),
        ("header: [1]", "neither a line number nor a cell's text"),
        ("skip: '^Total'", "is not a list of regular expressions"),
        ("skip: ['(']", "is no regular expression"),
        ("comment: [a]", "is not text"),
        ("record_type: {column: 1}", "needs a column and a value"),
        ("record_type: {colum: 1, value: 2}", "does not know colum"),
        ("columns: {stream_date: {file: 'a'}}", "file_name, folder, above_header"),
        ("columns: {stream_date: {file_name: 'a'}}", "has no group"),
        ("columns: {stream_date: []}", "is an empty list"),
        ("date_format: '%s'", "unix_seconds, unix_milliseconds, excel_serial"),
        ("date_format: {streams: '%Y'}", "does not know streams"),
        ("partial_dates: first_day", "are for the catalog"),
        ("shorthand: 'yes'", "neither true nor false"),
        ("suppressed: {'<5': some}", "neither a whole number nor null"),
        ("units: {streams: minutes}", "no such unit of streams: minutes. Units are: ones, thousands, millions"),
        ("encoding: {a: b}", "is not text"),
        ("header: 99", "has no line 99"),
        ("header: Nobody", "has no line with the cell Nobody"),
        ("record_type: {column: Nobody, value: 1}", "has no column Nobody"),
    ],
)
def test_a_wrong_key_is_told_in_one_line(tmp_path: Path, keys: str, part: str) -> None:
    with pytest.raises(HitcastError) as raised:
        _deliver(tmp_path, "stream_date,isrc,territory,streams\n2021-05-03,RUA0A2100001,RU,7\n", keys)
    assert part in str(raised.value)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize("name", ["vk.tsv", "VK.TSV"])
def test_a_tsv_file_has_tabs(tmp_path: Path, name: str) -> None:
    text = "stream_date\tisrc\tterritory\tstreams\n2021-05-03\tRUA0A2100001\tRU\t7\n"
    assert _deliver(tmp_path, text, "comment: '#'", name=name) == [(DAY, "RUA0A2100001", 7)]


@pytest.mark.parametrize(("row", "column"), [(1_048_575, 16_383), (1_000_000, 40)])
def test_a_stray_cell_in_a_corner_is_one_line(tmp_path: Path, row: int, column: int) -> None:
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(path) as workbook:
        sheet = workbook.add_worksheet()
        sheet.write(0, 0, "isrc")
        sheet.write(row, column, "x")
    with pytest.raises(HitcastError, match=r"has a filled cell as far out as \w+ in sheet1.xml") as raised:
        ingest(Home(tmp_path / "home"), [path])
    assert "\n" not in str(raised.value)


def test_a_workbook_that_unpacks_to_too_much_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(path) as workbook:
        workbook.add_worksheet().write(0, 0, "isrc")
    monkeypatch.setattr("hitcast.ingest.workbooks.MAX_UNPACKED_BYTES", 100)
    with pytest.raises(HitcastError, match="above the limit"):
        ingest(Home(tmp_path / "home"), [path])
