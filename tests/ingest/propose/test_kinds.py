"""Kinds of exports, each in two forms of our own: what `hitcast map` proposes lands the right sums."""

import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest
import xlsxwriter
import yaml

from hitcast.core.home import Home
from hitcast.ingest import ingest
from hitcast.ingest.propose import propose

SONGS = ["QZABC2400001", "QZABC2400002", "QZABC2400003"]
NAMED = ("Дата", "ISRC", "Страна", "Прослушивания")
CODED = ("c1", "c2", "c3", "c4")


def _rows(day: str = "{day:02}.03.2024", count: str = "{}") -> list[list[str]]:
    return [
        [day.format(day=day_of, serial=45351 + day_of), song, "RU", count.format(100 * (i + 1) + day_of)]
        for day_of in range(1, 8)
        for i, song in enumerate(SONGS)
    ]


def _total(rows: list[list[str]]) -> int:
    return sum(int(row[3]) for row in rows)


def _land(folder: Path, home: Path) -> tuple[dict[str, Any], int, list[str]]:
    """The proposed entry for streams, and the sum and the days that land by it."""
    _, texts = propose([folder], "RU")
    files = []
    for i, text in enumerate(texts):
        files.append(home.with_name(f"map_{i}.yml"))
        files[-1].write_text(text, encoding="utf-8")
    ingest(Home(home), [folder], files)
    landed = duckdb.sql("select sum(streams), list(distinct stream_date::varchar order by stream_date::varchar) "
                        "from read_parquet($1, hive_partitioning = true)",
                        params=[str(home / "raw" / "vk_stream_days" / "**" / "data.parquet")])  # fmt: skip
    total, days = landed.fetchall()[0]
    return yaml.safe_load(texts[0])["tables"]["vk_stream_days"], int(total), days


@pytest.fixture
def exports(tmp_path: Path) -> Path:
    folder = tmp_path / "exports"
    folder.mkdir()
    return folder


MARCH = [f"2024-03-{day:02}" for day in range(1, 8)]


@pytest.mark.parametrize("headers", [NAMED, CODED])
@pytest.mark.parametrize(
    ("above", "below"),
    [
        (["Отчёт лейбла", "Период: 01.03.2024 - 07.03.2024", ""], ["Итого;;;2877", ""]),
        (["My Label;;;", "Account;17;;"], ["--", "Grand total: 21 rows;;;2877"]),
        ([], [";;Всего за период;2877", "Сформировано 08.03.2024"]),
    ],
)
def test_lines_around_the_rows(
    exports: Path, tmp_path: Path, headers: tuple[str, ...], above: list[str], below: list[str]
) -> None:
    rows = _rows()
    lines = [*above, ";".join(headers), *(";".join(row) for row in rows), *below]
    (exports / "report.csv").write_text("\n".join(lines) + "\n", encoding="cp1251")
    entry, total, days = _land(exports, tmp_path / "home")
    assert (total, days) == (_total(rows), MARCH)
    assert ("header" in entry) == bool(above)


def test_a_sheet_with_lines_around_the_rows(exports: Path, tmp_path: Path) -> None:
    rows = _rows()
    with xlsxwriter.Workbook(exports / "отчёт.xlsx") as workbook:
        sheet = workbook.add_worksheet()
        sheet.write_row(0, 0, ["Прослушивания лейбла"])
        sheet.write_row(2, 0, NAMED)
        for i, row in enumerate(rows):
            sheet.write_row(3 + i, 0, [*row[:3], int(row[3])])
        sheet.write_row(3 + len(rows), 0, ["Итого", "", "", _total(rows)])
    _, total, days = _land(exports, tmp_path / "home")
    assert (total, days) == (_total(rows), MARCH)


@pytest.mark.parametrize(("mark", "line"), [("#", "# made by hand"), ("//", "// api 2, 2024-03-08")])
def test_comments(exports: Path, tmp_path: Path, mark: str, line: str) -> None:
    rows = _rows()
    lines = [line, ",".join(NAMED), *(",".join(row) for row in rows[:9]), line, *(",".join(row) for row in rows[9:])]
    (exports / "vk.csv").write_text("\n".join(lines) + "\n")
    entry, total, _ = _land(exports, tmp_path / "home")
    assert (entry["comment"], total) == (mark, _total(rows))


@pytest.mark.parametrize("kind", ["AS02", "DTL"])
def test_record_types(exports: Path, tmp_path: Path, kind: str) -> None:
    rows = _rows()
    head = "HEAD|9|My Label" if kind == "AS02" else "HDR|20240308"
    lines = [head, "|".join([f"#{kind}", *NAMED]), *("|".join([kind, *row]) for row in rows), "FOOT|21"]
    (exports / "vk.csv").write_text("\n".join(lines) + "\n")
    entry, total, days = _land(exports, tmp_path / "home")
    assert (entry["record_type"]["value"], total, days) == (kind, _total(rows), MARCH)


@pytest.mark.parametrize("headers", [NAMED, CODED])
@pytest.mark.parametrize(
    ("written", "date_format"),
    [
        ("{day} марта 2024 г.", "%d %B %Y г."),
        ("{day:02}-Mar-24", "%d-%b-%y"),
        ("{serial}", "excel_serial"),
        ("{day:02}.03.24", "%d.%m.%y"),
        ("2024-03-{day:02}T09:00:00Z", "%Y-%m-%dT%H:%M:%S%z"),
    ],
)
def test_dates(exports: Path, tmp_path: Path, headers: tuple[str, ...], written: str, date_format: str) -> None:
    rows = _rows(written)
    lines = [";".join(headers), *(";".join(row) for row in rows)]
    (exports / "vk.csv").write_text("\n".join(lines) + "\n")
    entry, total, days = _land(exports, tmp_path / "home")
    assert (entry["date_format"], total, days) == (date_format, _total(rows), MARCH)


@pytest.mark.parametrize("headers", [NAMED, CODED])
@pytest.mark.parametrize(
    ("name", "place"),
    [
        (lambda day: f"vk_2024-03-{day:02}.csv", "file_name"),
        (lambda day: f"{day:02}.03.2024 отчёт.csv", "file_name"),
        (lambda day: f"streams202403{day:02}v2.csv", "file_name"),
        (lambda day: f"2024_03_{day:02}/vk.csv", "folder"),
    ],
)
def test_the_day_of_a_file(
    exports: Path, tmp_path: Path, headers: tuple[str, ...], name: Callable[[int], str], place: str
) -> None:
    rows = _rows("{day}")
    for day in range(1, 8):
        path = exports / name(day)
        path.parent.mkdir(exist_ok=True)
        path.write_text("\n".join([",".join(headers[1:]), *(",".join(row[1:]) for row in rows if row[0] == str(day))]))
    entry, total, days = _land(exports, tmp_path / "home")
    assert (list(entry["columns"]["stream_date"]), total, days) == ([place], _total(rows), MARCH)


@pytest.mark.parametrize("line", ["Report for {day:02}.03.2024", "День;{day} марта 2024"])
def test_the_day_above_the_header(exports: Path, tmp_path: Path, line: str) -> None:
    rows = _rows("{day}")
    for day in range(1, 8):
        own = [";".join(row[1:]) for row in rows if row[0] == str(day)]
        (exports / f"vk_{day}.csv").write_text("\n".join([line.format(day=day), "", ";".join(NAMED[1:]), *own, ""]))
    entry, total, days = _land(exports, tmp_path / "home")
    assert (list(entry["columns"]["stream_date"]), total, days) == (["above_header"], _total(rows), MARCH)


def test_a_period_in_a_header(exports: Path, tmp_path: Path) -> None:
    rows = _rows()
    for i, period in enumerate(("(1 мар – 3 мар)", "(4 мар – 7 мар)")):
        own = rows[:9] if i == 0 else rows[9:]
        header = f"Дата;ISRC;Страна;Прослушивания {period}"
        (exports / f"vk_{i}.csv").write_text("\n".join([header, *(";".join(row) for row in own), ""]))
    entry, total, _ = _land(exports, tmp_path / "home")
    assert (entry["columns"]["streams"], total) == ("Прослушивания (*", _total(rows))


@pytest.mark.parametrize(("count", "factor"), [("{}K", 1_000), ("{} тыс.", 1_000), ("{},5 млн", 1_000_000)])
def test_short_counts(exports: Path, tmp_path: Path, count: str, factor: int) -> None:
    plain, half = _rows(), 0.5 if "," in count else 0
    (exports / "vk.csv").write_text("\n".join([";".join(NAMED), *(";".join(row) for row in _rows(count=count)), ""]))
    entry, total, _ = _land(exports, tmp_path / "home")
    assert (entry["shorthand"], total) == (True, (_total(plain) + half * len(plain)) * factor)


def test_hidden_counts_are_told_as_unsure(exports: Path, tmp_path: Path) -> None:
    rows = _rows()
    shown = [[*row[:3], "<10" if i in (4, 8) else row[3]] for i, row in enumerate(rows)]
    (exports / "vk.csv").write_text("\n".join([";".join(NAMED), *(";".join(row) for row in shown), ""]))
    entry, total, _ = _land(exports, tmp_path / "home")
    hidden = int(rows[4][3]) + int(rows[8][3])
    assert (entry["suppressed"], total) == ({"<10": 5}, _total(rows) - hidden + 10)
    assert "UNSURE: what a hidden count stands for" in propose([exports], "RU")[1][0]


@pytest.mark.parametrize(
    ("written", "shape"),
    [("2024-03-{:02}", r"\d{4}-\d{1,2}-\d{1,2}"), ("{} марта 2024", r"\d{1,2} [^\W\d_]+ \d{4}")],
)
@pytest.mark.parametrize("last", [[], ["Итого"]])
def test_one_column_a_day(exports: Path, tmp_path: Path, written: str, shape: str, last: list[str]) -> None:
    counts = [[100 * i + 10 * day for day in range(1, 8)] for i in range(3)]
    header = ["ISRC", "Страна", *(written.format(day) for day in range(1, 8)), *last]
    rows = [[SONGS[i], "RU", *map(str, own), *([str(sum(own))] if last else [])] for i, own in enumerate(counts)]
    totals = [["Итого", "", *(str(sum(own)) for own in zip(*counts, strict=True)), *(["840"] if last else [])]]
    lines = [";".join(row) for row in [header, *rows, *(totals if last else [])]]
    (exports / "vk.csv").write_text("\n".join(lines) + "\n", encoding="cp1251")
    entry, total, days = _land(exports, tmp_path / "home")
    assert (total, days) == (sum(map(sum, counts)), MARCH)
    assert entry["unpivot"] == {"columns": shape, "names": "stream_date", "values": "streams"}


@pytest.mark.parametrize("written", ["Песня ({})", "{}"])
def test_one_column_a_song(exports: Path, tmp_path: Path, written: str) -> None:
    header = ",".join(["Дата", *(written.format(song) for song in SONGS)])
    rows = [f"{day},{100 + i},{50 + i},{10 + i}" for i, day in enumerate(MARCH)]
    (exports / "vk_streams.csv").write_text("\n".join([header, *rows, ""]))
    entry, total, days = _land(exports, tmp_path / "home")
    assert (entry["unpivot"]["names"], total, days) == ("isrc", 160 * 7 + 3 * 21, MARCH)


def _by_device(exports: Path) -> None:
    lines = [f"2024-03-{day:02},{song},RU,{count},{device}" for day in range(1, 8) for song in SONGS
             for device, count in (("ios", 10 + day), ("web", 5))]  # fmt: skip
    (exports / "vk_streams.csv").write_text("\n".join(["date,isrc,country,streams,device", *lines, ""]))


def test_rows_that_may_add_up_are_a_question_and_never_added_unasked(exports: Path) -> None:
    _by_device(exports)
    _, [text] = propose([exports], "RU")
    assert "# combine: sum  # UNSURE: if such rows add up; 21 keys with rows that differ" in text
    assert "combine" not in yaml.safe_load(text)["tables"]["vk_stream_days"]
    asked = []

    def yes(question: str, _: Any) -> int:
        asked.append(question)
        return 1

    _, [text] = propose([exports], "RU", yes)
    assert (yaml.safe_load(text)["tables"]["vk_stream_days"]["combine"], len(asked)) == ("sum", 1)


@pytest.mark.parametrize(("step", "is_told"), [(7, True), (-1, False)])
def test_counts_that_never_fall_are_told(exports: Path, step: int, is_told: bool) -> None:
    lines = [f"2024-03-{day:02},{song},RU,{(step * day) % 50 + 100 * day * (step > 0)}"
             for day in range(1, 8) for song in SONGS]  # fmt: skip
    (exports / "vk.csv").write_text("\n".join(["date,isrc,country,streams", *lines, ""]))
    _, [text] = propose([exports], "RU")
    assert ("# counts: cumulative  # UNSURE: if streams, which never fall" in text) is is_told


def test_words_of_every_file_are_translated(exports: Path) -> None:
    for month in range(1, 31):
        age = "45+" if month == 17 else "18-24"
        rows = [f"2024-03-{month:02},{song},RU,{age},{month}" for song in SONGS]
        (exports / f"vk_{month:02}.csv").write_text("\n".join(["date,isrc,country,age,streams", *rows, ""]))
    _, [text] = propose([exports], "RU")
    words = yaml.safe_load(text)["tables"]["vk_stream_days"]["values"]["age_band"]
    assert words == {"18-24": "18_24", "45+": "45_plus"}


def test_two_kinds_that_fit_one_table_feed_two(exports: Path) -> None:
    for name, header in (("a.csv", "track,day,plays"), ("b.csv", "track,day,streams")):
        rows = [f"{song},2024-03-{day:02},{10 * day % 7}" for day in range(1, 8) for song in SONGS]
        (exports / name).write_text("\n".join([header, *rows, ""]))
    _, [text] = propose([exports], "RU")
    tables = yaml.safe_load(text)["tables"]
    assert (tables["vk_stream_days"]["files"], tables["tiktok_sound_days"]["files"]) == (["b.csv"], ["a.csv"])
    assert "# UNSURE: it may be vk_stream_days, streams from 'plays'" in text


@pytest.mark.parametrize(("length", "unit"), [("3:{:02}", "minutes"), ("2{:02}000", "milliseconds")])
def test_a_catalog_of_partial_dates_and_other_units(exports: Path, tmp_path: Path, length: str, unit: str) -> None:
    rows = [
        f"{song},Альбом {i},Песня {i},Группа {i % 2},{('2021', '2020-05', '2022-03-11')[i]},{length.format(10 + i)}"
        for i, song in enumerate(SONGS)
    ]
    header = "ISRC,Альбом,Трек,Исполнитель,Дата релиза,Длительность"
    (exports / "каталог.csv").write_text("\n".join([header, *rows, ""]))
    _, [text] = propose([exports], "RU")
    entry = yaml.safe_load(text)["tables"]["catalog_tracks"]
    assert (entry["partial_dates"], entry["units"]) == ("first_day", {"duration_seconds": unit})
    (tmp_path / "map.yml").write_text(text)
    ingest(Home(tmp_path / "home"), [exports], [tmp_path / "map.yml"])
    landed = duckdb.sql("select release_date::varchar, duration_seconds from read_parquet($1) order by 1",
                        params=[str(tmp_path / "home" / "raw" / "catalog_tracks" / "*" / "data.parquet")])  # fmt: skip
    seconds = [190 + i for i in range(3)] if unit == "minutes" else [210 + i for i in range(3)]
    assert landed.fetchall() == [("2020-05-01", seconds[1]), ("2021-01-01", seconds[0]), ("2022-03-11", seconds[2])]


@pytest.mark.parametrize("headers", [("date", "isrc", "country", "playCount"), CODED])
def test_endings_of_one_shape_share_an_entry(exports: Path, tmp_path: Path, headers: tuple[str, ...]) -> None:
    rows = _rows("2024-03-{day:02}")
    parts = [[row for row in rows if row[0].endswith(str(day))] for day in range(1, 6)]

    def written(part: list[list[str]], mark: str) -> str:
        return "\n".join([mark.join(headers), *(mark.join(row) for row in part), ""])

    (exports / "vk_2024-03-01.csv").write_text(written(parts[0], ","))
    (exports / "vk_2024-03-02.tsv").write_text(written(parts[1], "\t"))
    (exports / "vk_2024-03-03.txt").write_text(written(parts[2], "\t"), encoding="utf-16")
    objects = [dict(zip(headers, [*row[:3], int(row[3])], strict=True)) for row in parts[3]]
    (exports / "vk_2024-03-04.jsonl").write_text("\n".join(map(json.dumps, objects)))
    with zipfile.ZipFile(exports / "vk_2024-03-05.zip", "w") as archive:
        archive.writestr("vk_2024-03-05.csv", written(parts[4], ","))
    (exports / "README.txt").write_text("What these files are.\n")
    entry, total, days = _land(exports, tmp_path / "home")
    assert (total, days) == (sum(map(_total, parts)), MARCH[:5])
    assert entry["files"] == ["vk_*.csv", "vk_*.tsv", "vk_*.txt", "vk_*.jsonl"]


@pytest.mark.parametrize("name", ["vk_{}_2024-03.csv", "{}/streams.csv"])
def test_the_country_of_a_file(exports: Path, tmp_path: Path, name: str) -> None:
    for country, factor in (("RU", 1), ("KZ", 100)):
        path = exports / name.format(country)
        path.parent.mkdir(exist_ok=True)
        path.write_text("\n".join(["date,isrc,streams", *(f"2024-03-0{i},{SONGS[0]},{factor * i}" for i in (1, 2, 3))]))
    _land(exports, tmp_path / "home")
    landed = duckdb.sql("select territory, sum(streams) from read_parquet($1) group by 1 order by 1",
                        params=[str(tmp_path / "home" / "raw" / "vk_stream_days" / "**" / "data.parquet")])  # fmt: skip
    assert landed.fetchall() == [("KZ", 600), ("RU", 6)]


@pytest.mark.parametrize("headers", [("c1", "c2", "c3"), ("A", "B", "C"), ("Column 1", "Column 2", "Column 3")])
def test_files_of_numbered_columns_are_told_apart_by_their_names(
    exports: Path, tmp_path: Path, headers: tuple[str, ...]
) -> None:
    days = [f"2024-03-{day:02}" for day in range(1, 8)]
    for name, factor in (("tiktok_activity_2024-03.csv", 10), ("vk_streams_2024-03.csv", 1)):
        rows = [f"{song},{day},{factor * (3 + i + j)}" for i, day in enumerate(days) for j, song in enumerate(SONGS)]
        (exports / name).write_text("\n".join([",".join(headers), *rows, ""]))
    _, [text] = propose([exports], "RU")
    tables = yaml.safe_load(text)["tables"]
    assert {name: entry["files"] for name, entry in tables.items()} == {
        "tiktok_sound_days": ["tiktok_activity_*.csv"],
        "vk_stream_days": ["vk_streams_*.csv"],
    }
    entry, total, landed = _land(exports, tmp_path / "home")
    assert (entry["columns"]["streams"], total, landed) == (headers[2], 7 * (3 + 4 + 5) + 3 * 21, days)


def test_files_of_one_name_and_numbered_columns_share_an_entry(exports: Path, tmp_path: Path) -> None:
    rows = _rows("2024-03-{day:02}")
    for day in range(1, 8):
        own = [",".join(row) for row in rows if row[0].endswith(f"{day:02}")]
        (exports / f"vk_2024-03-{day:02}.csv").write_text("\n".join([",".join(CODED), *own, ""]))
    entry, total, days = _land(exports, tmp_path / "home")
    assert (entry["files"], total, days) == (["vk_*.csv"], _total(rows), MARCH)
