import gzip
import re
from collections.abc import Callable
from pathlib import Path

import pytest
import xlsxwriter
import yaml

from hitcast.cli.mapping import _messages
from hitcast.core.errors import HitcastError
from hitcast.core.home import Home
from hitcast.ingest import ingest
from hitcast.ingest.propose import propose

SONGS = [f"QZABC240000{i}" for i in range(1, 7)]


def _streams(header: str, encoding: str, path: Path) -> int:
    rows = [
        f"{day:02}.03.2024;{isrc};{country};{1000 * (i + 1) + 10 * day};{600 * (i + 1)}"
        for day in range(1, 15)
        for i, isrc in enumerate(SONGS)
        for country in ("Россия", "Казахстан")
    ]
    path.write_bytes("\n".join([header, *rows, ""]).encode(encoding))
    return sum(int(row.split(";")[3]) for row in rows)


def _catalog(headers: list[str], path: Path) -> None:
    with xlsxwriter.Workbook(path) as workbook:
        sheet = workbook.add_worksheet()
        sheet.write_row(0, 0, headers)
        for i, isrc in enumerate(SONGS):
            upc = f"46{i:09}"
            digit = -sum(int(mark) * (1 if place % 2 else 3) for place, mark in enumerate(reversed(upc))) % 10
            sheet.write_row(i + 1, 0, [f"{upc}{digit}", isrc, f"Песня {i}", f"Группа {i % 2}", f"2024-02-{i + 1:02}"])


@pytest.mark.parametrize("headers", ["Дата;ISRC;Страна;Прослушивания;Слушатели", "c1;c2;c3;c4;c5"])
@pytest.mark.parametrize("encoding", ["cp1251", "utf-8-sig"])
def test_right_sums_land_by_name_and_by_value(tmp_path: Path, headers: str, encoding: str) -> None:
    exports = tmp_path / "exports"
    exports.mkdir()
    _streams(headers, encoding, exports / "vk_2024-03.csv")
    _catalog(["Штрихкод", "ISRC", "Альбом", "Исполнитель", "Дата выхода"], exports / "каталог.xlsx")
    _, [text] = propose([exports], "RU")
    (tmp_path / "map.yml").write_text(text)
    tables = {table.table: table for table in ingest(Home(tmp_path / "home"), [exports], [tmp_path / "map.yml"]).tables}
    assert tables["catalog_tracks"].accepted == 6
    assert (tables["vk_stream_days"].accepted, len(tables["vk_stream_days"].days_new)) == (168, 14)
    streams = yaml.safe_load(text)["tables"]["vk_stream_days"]
    own = headers.split(";")
    taken = {name: streams["columns"][name] for name in ("stream_date", "isrc", "territory", "streams")}
    assert list(taken.values()) == own[:4]
    assert streams["values"]["territory"] == {"Россия": "RU", "Казахстан": "KZ"}
    assert "artist_id: Исполнитель  # UNSURE" in text


def test_listeners_before_streams_are_told_apart_by_size(tmp_path: Path) -> None:
    rows = [
        f"{10 + i + day},{isrc},RU,2024-03-{day:02},{30 + i + 2 * day}"
        for day in (1, 2, 3)
        for i, isrc in enumerate(SONGS)
    ]
    for name in ("a_1.csv.gz", "a_2.csv.gz"):
        with gzip.open(tmp_path / name, "wt") as file:
            file.write("\n".join(["c1,c2,c3,c4,c5", *rows, ""]))
    _, [text] = propose([tmp_path], "RU")
    table = yaml.safe_load(text)["tables"]["vk_stream_days"]
    assert (table["columns"]["streams"], table["columns"]["stream_date"], table["files"]) == (
        "c5",
        "c4",
        ["a_*.csv.gz"],
    )


def test_a_day_or_a_month_first_is_decided_by_days_in_a_row(tmp_path: Path) -> None:
    rows = [f"03/{day:02}/2024,{SONGS[0]},RU,{day}" for day in range(1, 9)]
    (tmp_path / "vk.csv").write_text("\n".join(["Date,ISRC,Country,Streams", *rows, ""]))
    _, [text] = propose([tmp_path], "RU")
    assert yaml.safe_load(text)["tables"]["vk_stream_days"]["date_format"] == "%m/%d/%Y"


def test_at_most_one_question_a_file_and_its_answer_counts(tmp_path: Path) -> None:
    rows = [f"{isrc},2024-03-{day:02},{day + i}" for day in range(1, 9) for i, isrc in enumerate(SONGS)]
    (tmp_path / "activity_daily.csv").write_text("\n".join(["track,day,plays", *rows, ""]))
    asked = []

    def last_table(question: str, answers: list[str]) -> int:
        asked.append(answers)
        return len(answers) - 2

    _, [text] = propose([tmp_path], "RU", last_table)
    assert len(asked) == 1
    assert next(iter(yaml.safe_load(text)["tables"])) == asked[0][-2].split(",")[0]
    _, [unasked] = propose([tmp_path], "RU")
    assert "UNSURE: it may be" in unasked
    assert "territory: RU  # UNSURE" in unasked


def test_nothing_that_fits_is_refused_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text("a,b\n1,2\n")
    with pytest.raises(HitcastError, match="no file has columns that could feed a table"):
        propose([tmp_path], "RU")


@pytest.mark.parametrize(
    ("days", "other"),
    [
        (["03/04/2024"], "%m/%d/%Y"),
        (["03/04/2024", "04/04/2024"], "%m/%d/%Y"),
        (["04-03-24", "04-04-24", "04-05-24"], "%d-%m-%y"),
        (["01-03-2024 00:00", "02-03-2024 00:00"], "%m-%d-%Y %H:%M"),
        (["04/01/2024", "04/02/2024", "04/03/2024", "04/04/2024"], "%d/%m/%Y"),
        # of one day both say the same; one that is above 12 decides
        (["04/04/2024"], ""),
        (["03/04/2024", "13/04/2024"], ""),
        ([f"{day:02}/03/2024" for day in range(1, 8)], ""),
    ],
)
def test_few_days_do_not_say_which_part_is_the_month(tmp_path: Path, days: list[str], other: str) -> None:
    rows = [f"{day},{song},RU,{1 + place}" for day in days for place, song in enumerate(SONGS)]
    (tmp_path / "vk.csv").write_text("\n".join(["date,isrc,country,streams", *rows, ""]))
    _, [text] = propose([tmp_path], "RU")
    assert (f"# UNSURE: may be {other}" in text) if other else ("UNSURE: may be" not in text)


@pytest.mark.parametrize("figure", [lambda hour: 7, lambda hour: 1 + hour % 5])
def test_hours_of_a_day_are_a_question(tmp_path: Path, figure: Callable[[int], int]) -> None:
    rows = [f"2024-03-0{day} {hour:02}:00,{song},RU,{figure(hour)}"
            for day in (1, 2) for hour in range(24) for song in SONGS]  # fmt: skip
    (tmp_path / "vk.csv").write_text("\n".join(["date,isrc,country,streams", *rows, ""]))
    _, [text] = propose([tmp_path], "RU")
    assert yaml.safe_load(text)["tables"]["vk_stream_days"]["date_format"] == "%Y-%m-%d %H:%M"
    assert (
        "# combine: sum  # UNSURE: if such rows add up; 12 keys with rows of several times, as 2024-03-01 00:00" in text
    )


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("header", ["date;isrc;country;streams", "Дата;ISRC;Страна;Прослушивания"])
def test_utf_16_without_a_mark_is_read(tmp_path: Path, header: str, encoding: str) -> None:
    rows = [f"2024-03-0{day};{song};Россия;{day}" for day in range(1, 8) for song in SONGS]
    (tmp_path / "vk.csv").write_text("\n".join([header, *rows, ""]), encoding=encoding)
    _, [text] = propose([tmp_path / "vk.csv"], "RU")
    (tmp_path / "map.yml").write_text(text)
    [table] = ingest(Home(tmp_path / "home"), [tmp_path / "vk.csv"], [tmp_path / "map.yml"]).tables
    assert (table.accepted, len(table.days_new)) == (42, 7)


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("x.csv", "track,streams\nQZABC2400001,5\n", "x.csv has nothing that could be stream_date of vk_stream_days"),
        (
            "x.csv",
            "day,streams\n2024-03-01,5\n2024-03-02,7\n",
            "nothing that could be isrc of vk_stream_days; found day, streams",
        ),
        ("x.csv", "day~isrc\n2024-03-01~QZABC2400001\n", "one column alone, day~isrc: its fields are not separated by"),
        ("x.csv", "a,b,c\n", "x.csv has no rows below the header a, b, c"),
        ("README.txt", "Nothing here\n", "only {folder}/README.txt. Name a file itself"),
        ("x.json", '{"a": 1}', "only {folder}/x.json. Name a file itself"),
    ],
)
def test_what_feeds_no_table_says_what_it_lacks(tmp_path: Path, name: str, text: str, message: str) -> None:
    (tmp_path / name).write_text(text)
    with pytest.raises(HitcastError, match=re.escape(message.format(folder=tmp_path))):
        propose([tmp_path], "RU")


def test_a_workbook_without_a_value_is_told(tmp_path: Path) -> None:
    with xlsxwriter.Workbook(tmp_path / "x.xlsx") as workbook:
        workbook.add_worksheet()
    with pytest.raises(HitcastError, match=r"x\.xlsx: is empty"):
        propose([tmp_path], "RU")


def _guessed(folder: Path, text: str) -> tuple[list[str], str]:
    """What `hitcast map` says of one CSV of streams, and the mapping it writes."""
    folder.mkdir(exist_ok=True)
    (folder / "report.csv").write_text(text, encoding="utf-8")
    drafts, texts = propose([folder], "RU")
    return _messages(drafts), texts[0]


@pytest.mark.parametrize(
    ("header", "values", "chosen"),
    [
        ("Date,ISRC,Country,Plays,Streams", ("2026-03-{:02}", "RU,1{0},9{0}"), "streams"),
        ("Report Date,Usage Date,ISRC,Country,Streams", ("2026-03-{0:02},2026-02-{0:02}", "RU,1{0}"), "stream_date"),
        ("Date,ISRC,Country,Listener Market,Streams", ("2026-03-{:02}", "RU,KZ,1{}"), "territory"),
    ],
)
def test_columns_that_are_called_alike_are_unsure(
    tmp_path: Path, header: str, values: tuple[str, str], chosen: str
) -> None:
    days, rest = values
    rows = [f"{days.format(i)},RUA0A2600001,{rest.format(i)}" for i in range(10, 17)]
    said, _ = _guessed(tmp_path, "\n".join([header, *rows]))
    [line] = [line for line in said if line.startswith(f"  {chosen} ")]
    assert "UNSURE" in line
    assert "called like it too" in line


def test_a_campaigns_start_and_end_are_of_one_date_format(tmp_path: Path) -> None:
    rows = [f"C{i},TikTok,0{i}.03.2026,1{i}.03.2026,460000000019,125{i}" for i in range(1, 8)]
    text = "\n".join(["Campaign,Channel,Start date,End date,UPC,Spend", *rows])
    _, mapping = _guessed(tmp_path, text)
    assert mapping.count("date_format") == 1
    assert yaml.safe_load(mapping)["tables"]["promotion_spends"]["date_format"] == "%d.%m.%Y"


@pytest.mark.parametrize("counts", [["987", "1.000", "12.000"], ["18.000", "73.000", "9.000"]])
def test_dots_before_three_noughts_set_thousands_apart(tmp_path: Path, counts: list[str]) -> None:
    rows = [f"2026-03-0{i};RUA0A2600001;RU;{count}" for i, count in enumerate(counts, 1)]
    _, mapping = _guessed(tmp_path, "\n".join(["Date;ISRC;Country;Streams", *rows]))
    assert yaml.safe_load(mapping)["tables"]["vk_stream_days"]["thousands"] == "."


def test_sheets_that_are_not_read_are_said(tmp_path: Path) -> None:
    with xlsxwriter.Workbook(str(tmp_path / "q.xlsx")) as workbook:
        for sheet, month in (("Mar", 3), ("Apr", 4)):
            page = workbook.add_worksheet(sheet)
            page.write_row(0, 0, ["Date", "ISRC", "Country", "Streams"])
            for row in range(1, 8 + month):
                page.write_row(row, 0, [f"2026-0{month}-{row:02}", "RUA0A2600001", "RU", 100 + row])
    drafts, _ = propose([tmp_path], "RU")
    assert any("sheet: Apr" in line and "UNSURE: Mar too" in line for line in _messages(drafts))
