from datetime import date, timedelta
from pathlib import Path

import pytest

from hitcast.core.errors import HitcastError
from hitcast.core.home import Home
from hitcast.ingest import ingest
from hitcast.ingest.headings import end_of, stated_period
from hitcast.ingest.propose import propose

SONGS = ("QZABC2400001", "QZABC2400002", "QZABC2400003")
MAPPING = """
tables:
  vk_stream_days:
    files: ["*.csv"]
    date_format: "%d.%m.%Y"
    columns: {{stream_date: {day}, isrc: ISRC, streams: Plays}}
    constants: {{territory: RU}}
    {more}
"""


def _mapping(folder: Path, day: str, more: str = "") -> Path:
    path = folder / "map.yml"
    path.write_text(MAPPING.format(day=day, more=more), encoding="utf-8")
    return path


def _export(path: Path, header: str, rows: list[str], *above: str) -> Path:
    path.write_text("\n".join([*above, header, *rows, ""]), encoding="utf-8")
    return path


def _weeks(first: str, last: str, days: int, count: int = 1) -> tuple[str, list[str]]:
    """A header, and rows of periods of so many days each."""
    starts = [date(2024, 3, 4) + timedelta(days * i) for i in range(count)]
    rows = [f"{start:%d.%m.%Y},{start + timedelta(days - 1):%d.%m.%Y},{song},7" for start in starts for song in SONGS]
    return f"{first},{last},ISRC,Plays", rows


@pytest.mark.parametrize(
    ("first", "last"), [("Period start", "Period end"), ("с", "по"), ("Начало периода", "Конец периода"),
                        ("Date", "End date")],
)  # fmt: skip
@pytest.mark.parametrize(("days", "count"), [(7, 1), (30, 2), (1, 2)])
def test_rows_of_periods_are_held(home: Home, tmp_path: Path, first: str, last: str, days: int, count: int) -> None:
    path = _export(tmp_path / "vk.csv", *_weeks(first, last, days, count))
    if days == 1:
        assert len(ingest(home, [path], [_mapping(tmp_path, first)]).tables[0].days_new) == count
        return
    with pytest.raises(HitcastError, match=rf"held: {3 * count} rows of .* by {first} and {last} of more than a day"):
        ingest(home, [path], [_mapping(tmp_path, first)])
    assert not home.ledger.exists()
    assert ingest(home, [path], [_mapping(tmp_path, first, "period: day")]).delivery_number == 1


@pytest.mark.parametrize(
    ("header", "why"),
    [("Week", "of which period"), ("Неделя", "of which period"), ("Publish time", "whole life"),
     ("Дата публикации", "whole life"), ("Posted at", "whole life"), ("Created", "whole life")],
)  # fmt: skip
def test_days_that_are_none_by_their_header_are_held(home: Home, tmp_path: Path, header: str, why: str) -> None:
    path = _export(tmp_path / "vk.csv", f"{header},ISRC,Plays", [f"04.03.2024,{song},7" for song in SONGS])
    with pytest.raises(HitcastError, match=rf"by its header {header} of .*{why}"):
        ingest(home, [path], [_mapping(tmp_path, header)])
    assert ingest(home, [path], [_mapping(tmp_path, header, "period: day")]).delivery_number == 1


def test_days_in_a_row_are_days_whatever_their_header_says_of_periods(home: Home, tmp_path: Path) -> None:
    rows = [f"{day:02}.03.2024,{song},7" for day in (4, 5) for song in SONGS]
    path = _export(tmp_path / "vk.csv", "Период,ISRC,Plays", rows)
    assert len(ingest(home, [path], [_mapping(tmp_path, "Период")]).tables[0].days_new) == 2


@pytest.mark.parametrize(
    ("above", "is_refused"),
    [("Период: 01.03.2024 - 31.03.2024", True), ("Отчёт за март 2024", True),
     ("From 1 March 2024 to 7 March 2024", True),
     ("Период: 05.03.2024 - 05.03.2024", False), ("Отчёт за 5 марта 2024", False)],
)  # fmt: skip
def test_a_file_of_one_period_is_refused(home: Home, tmp_path: Path, above: str, is_refused: bool) -> None:
    path = _export(tmp_path / "vk_05.03.2024.csv", "ISRC,Plays", [f"{song},7" for song in SONGS], above)
    day = r"{file_name: '_(\d\d.\d\d.\d{4})'}"
    if not is_refused:
        assert ingest(home, [path], [_mapping(tmp_path, day, "header: 2")]).tables[0].days_new == [date(2024, 3, 5)]
        return
    with pytest.raises(HitcastError, match=r"states a period, .*, and no column says the day"):
        ingest(home, [path], [_mapping(tmp_path, day, "header: 2")])
    assert ingest(home, [path], [_mapping(tmp_path, day, "header: 2\n    period: day")]).delivery_number == 1


def test_days_a_week_apart_land_where_the_mapping_says_that_they_are_days(home: Home, tmp_path: Path) -> None:
    rows = [f"{day:02}.03.2024,{song},7" for day in (1, 8, 15) for song in SONGS]
    path = _export(tmp_path / "vk.csv", "Date,ISRC,Plays", rows)
    with pytest.raises(HitcastError, match=r"each a week after the one before.* write `period: day` in the mapping"):
        ingest(home, [path], [_mapping(tmp_path, "Date")])
    assert len(ingest(home, [path], [_mapping(tmp_path, "Date", "period: day")]).tables[0].days_new) == 3


@pytest.mark.parametrize(
    ("header", "row", "above", "why"),
    [
        ("Publish time,Sound ID,ISRC,Country,Views", "2024-03-0{i},700000000000000000{i},{song},RU,{i}00", [],
         "activity_date of tiktok_sound_days .Publish time is when something came out"),
        ("Дата публикации;ISRC;Страна;Прослушивания", "0{i}.03.2024;{song};RU;{i}00", [],
         "stream_date of vk_stream_days .Дата публикации is when something came out"),
        ("с;по;ISRC;Страна;Прослушивания", "01.03.2024;31.03.2024;{song};RU;{i}00", [], "с and по are of periods"),
        ("ISRC;Страна;Прослушивания", "{song};RU;{i}00", ["Период: 01.03.2024 - 31.03.2024"],
         "states a period, 01.03.2024 - 31.03.2024"),
        ("ISRC;Страна;Прослушивания", "{song};RU;{i}00", ["Сформирован 05.03.2024"], "'Сформирован 05.03.2024' may be"),
        ("ISRC,Country,Streams", "{song},RU,{i}00", ["Generated: 2024-03-05"], "'Generated: 2024-03-05' may be"),
        ("Дата;ISRC;Страна;Прослушивания", "0{i} мар;{song};RU;{i}00", [], "dates of Дата have no year, as 01 мар"),
        ("Date,ISRC,Country,Streams", "03-0{i},{song},RU,{i}00", [], "dates of Date have no year, as 03-01"),
    ],
)  # fmt: skip
def test_no_day_is_guessed_and_the_reason_is_given(
    tmp_path: Path, header: str, row: str, above: list[str], why: str
) -> None:
    rows = [row.format(i=i, song=song) for i, song in enumerate(SONGS, 1)]
    path = _export(tmp_path / "export.csv", header, rows, *above)
    with pytest.raises(HitcastError, match=why):
        propose([path], "RU")


def test_a_day_is_taken_of_the_line_that_does_not_say_when_the_file_was_made(tmp_path: Path) -> None:
    rows = [f"{song};RU;{i}00" for i, song in enumerate(SONGS)]
    above = ("Сформирован 06.03.2024", "Период: 05.03.2024 - 05.03.2024")
    path = _export(tmp_path / "export.csv", "ISRC;Страна;Прослушивания", rows, *above)
    _, [text] = propose([path], "RU")
    (mapping := tmp_path / "map.yml").write_text(text, encoding="utf-8")
    assert ingest(Home(tmp_path / "home"), [path], [mapping]).tables[0].days_new == [date(2024, 3, 5)]


def test_a_file_left_alone_is_said_why(tmp_path: Path) -> None:
    good = [f"0{i}.03.2024;{song};RU;{i}00" for i in (1, 2) for song in SONGS]
    _export(tmp_path / "vk.csv", "Дата;ISRC;Страна;Прослушивания", good)
    _export(tmp_path / "month.csv", "с;по;ISRC;Страна;Прослушивания", [f"01.03.2024;31.03.2024;{SONGS[0]};RU;5"])
    drafts, _ = propose([tmp_path], "RU")
    [(name, reason)] = [(draft.paths[0].name, draft.reason) for draft in drafts if not draft.table]
    assert name == "month.csv"
    assert reason.startswith("nothing that could be stream_date of vk_stream_days (с and по are of periods")


@pytest.mark.parametrize(
    ("text", "period"),
    [("vk_20240301-20240331.csv", "20240301-20240331"), ("2024-03-05_10-11-12.csv", ""), ("за 5 марта 2024", ""),
     ("1 марта 2024 г. — 31 марта 2024 г.", "1 марта 2024 г. — 31 марта 2024"), ("Summary 2024", ""),
     ("Market 2024", ""), ("vk_mar_2024-03-05.csv", ""), ("За сентябрь 2024 г.", "сентябрь 2024"),
     ("Sep 2024", "Sep 2024"), ("в марте 2024", "марте 2024")],
)  # fmt: skip
def test_stated_period(text: str, period: str) -> None:
    assert stated_period(text) == period


@pytest.mark.parametrize(
    ("headers", "place"),
    [(["Date", "Period start", "Period end"], None), (["week_start", "x", "week_end"], 2), (["Date", "Date"], None)],
)
def test_end_of(headers: list[str], place: int | None) -> None:
    assert end_of(0, headers) == place


def test_a_list_of_tracks_with_their_totals_is_still_a_catalog(tmp_path: Path) -> None:
    rows = [f"{song};Песня {i};Группа {i % 2};0{i}.03.2024;RU;{i}00" for i, song in enumerate(SONGS, 1)]
    path = _export(tmp_path / "треки.csv", "ISRC;Название;Исполнитель;Дата релиза;Страна;Прослушивания", rows)
    [draft], _ = propose([path], "RU")
    assert draft.table is not None
    assert draft.table.contract.table == "catalog_tracks"


def test_a_running_total_ends_no_period(home: Home, tmp_path: Path) -> None:
    rows = [f"{day:02}.03.2024,{song},7,1234.5" for day in (4, 5) for song in SONGS]
    path = _export(tmp_path / "vk.csv", "Date,ISRC,Plays,To date", rows)
    assert len(ingest(home, [path], [_mapping(tmp_path, "Date")]).tables[0].days_new) == 2
