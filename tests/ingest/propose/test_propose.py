import gzip
from pathlib import Path

import pytest
import xlsxwriter
import yaml

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
