import re
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml

from hitcast.core.errors import HitcastError
from hitcast.core.home import Home
from hitcast.ingest import ingest
from hitcast.ingest.landing import read_ledger

COLUMNS = {"stream_date": "at", "isrc": "isrc", "territory": "territory", "streams": "streams"}
ISO = "%Y-%m-%dT%H:%M:%S%z"


def _days(home: Home, folder: Path, export: Path | str, **keys: Any) -> list[date]:
    """Days on which an export lands; of a text it is the one row of a CSV file."""
    if isinstance(export, str):
        path = folder / "plays.csv"
        path.write_text(f"at,isrc,territory,streams\n{export},song,RU,5\n", encoding="utf-8")
        export = path
    mapping = {"tables": {"vk_stream_days": {"files": ["plays.*"], "columns": COLUMNS, **keys}}}
    (folder / "map.yml").write_text(yaml.safe_dump(mapping), encoding="utf-8")
    ingest(home, [export], [folder / "map.yml"])
    return [row.delivered_day for row in read_ledger(home).values()]


@pytest.mark.parametrize(
    ("text", "date_format", "timezone", "day"),
    [
        # midnight in Moscow is the evening before in UTC
        ("2024-03-01T00:00:00+03:00", ISO, "", date(2024, 3, 1)),
        ("2024-03-01T00:00:00+03:00", ISO, "Europe/Moscow", date(2024, 3, 1)),
        ("2024-02-29T20:45:00Z", ISO, "", date(2024, 2, 29)),
        ("2024-02-29T21:00:00Z", ISO, "Europe/Moscow", date(2024, 3, 1)),
        ("01.03.2024 23:30 -0500", "%d.%m.%Y %H:%M %z", "", date(2024, 3, 1)),
        ("01.03.2024 23:30 -0500", "%d.%m.%Y %H:%M %z", "Asia/Vladivostok", date(2024, 3, 2)),
    ],
)
def test_a_time_with_an_offset_lands_on_the_platforms_day(
    home: Home, tmp_path: Path, text: str, date_format: str, timezone: str, day: date
) -> None:
    assert _days(home, tmp_path, text, date_format=date_format, timezone=timezone) == [day]


@pytest.mark.parametrize("moment", ["2024-02-29 21:00:00+00", "2024-03-01 20:59:59+00"])
def test_a_zoned_time_of_parquet_lands_on_the_day_of_the_timezone(home: Home, tmp_path: Path, moment: str) -> None:
    path = tmp_path / "plays.parquet"
    duckdb.execute(
        "copy (select $moment::timestamptz as at, 'song' as isrc, 'RU' as territory, 5 as streams)"
        " to $path (format parquet)",
        {"moment": moment, "path": str(path)},
    )
    with pytest.raises(HitcastError, match="has no valid row"):
        _days(home, tmp_path, path)
    assert _days(home, tmp_path, path, timezone="Europe/Moscow") == [date(2024, 3, 1)]


@pytest.mark.parametrize("date_format", ["%Y-%m", "%B %Y", "%m/%y"])
def test_a_format_without_a_day_is_refused_for_a_table_of_days(home: Home, tmp_path: Path, date_format: str) -> None:
    with pytest.raises(HitcastError, match="names no day, and stream_date is one"):
        _days(home, tmp_path, "2024-03", date_format=date_format)


@pytest.mark.parametrize("date_format", ["%d.%m", "%d %b", "%m-%d"])
def test_a_format_without_a_year_is_refused(home: Home, tmp_path: Path, date_format: str) -> None:
    with pytest.raises(HitcastError, match=r"names no year.* Ask for dates with their year, or map `year`"):
        _days(home, tmp_path, "05.11", date_format=date_format)


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ({"timezone": "Moscow"}, "no such timezone: Moscow"),
        ({"date_format": "%z %Y-%m-%d"}, "goes on after %z"),
    ],
)
def test_what_says_no_day_for_sure_is_refused(home: Home, tmp_path: Path, keys: dict[str, str], message: str) -> None:
    with pytest.raises(HitcastError, match=message):
        _days(home, tmp_path, "2024-03-01", **keys)


@pytest.mark.parametrize(
    ("texts", "cure"),
    [
        (["03/04/2024", "04/04/2024"], 'Write `date_format: "%d/%m/%Y"` or `date_format: "%m/%d/%Y"` in a mapping'),
        (["2024-03-01 14:00"], 'Write `date_format: "%Y-%m-%d %H:%M"` in a mapping'),
        (["1709240400000"], 'Write `date_format: "unix_milliseconds"` in a mapping'),
        (["soon"], "Correct the file or the mapping's formats"),
    ],
)
def test_dates_without_a_format_are_never_guessed(home: Home, tmp_path: Path, texts: list[str], cure: str) -> None:
    path = tmp_path / "vk.csv"
    path.write_text("\n".join(["stream_date,isrc,territory,streams", *(f"{text},a,RU,5" for text in texts), ""]))
    with pytest.raises(HitcastError, match=f"is not a date like %Y-%m-%d.*{re.escape(cure)}$"):
        ingest(home, [path])


@pytest.mark.parametrize(
    ("written", "date_format"), [("05 ноя", "%d %b %Y"), ("11-05", "%m-%d %Y"), ("5/11", "%d/%m %Y")]
)
@pytest.mark.parametrize(
    ("name", "above", "keys"),
    [
        ("vk_2023.csv", "", r"columns: {%s, year: {file_name: '(20\d\d)'}}, constants: {territory: RU}"),
        (
            "vk.csv",
            "Отчёт 2023\n",
            r"header: 2, columns: {%s, year: {above_header: '(20\d\d)'}}, constants: {territory: RU}",
        ),
        ("vk.csv", "", "columns: {%s}, constants: {territory: RU, year: 2023}"),
    ],
)
def test_the_year_of_dates_that_have_none_is_mapped(
    home: Home, tmp_path: Path, written: str, date_format: str, name: str, above: str, keys: str
) -> None:
    (tmp_path / name).write_text(f"{above}Day,isrc,streams\n{written},QZABC2400001,7\n", encoding="utf-8")
    keys = keys % "stream_date: Day, isrc: isrc, streams: streams"
    mapping = tmp_path / "map.yml"
    mapping.write_text(f"tables: {{vk_stream_days: {{files: ['*.csv'], date_format: '{date_format}', {keys}}}}}")
    assert ingest(home, [tmp_path / name], [mapping]).tables[0].days_new == [date(2023, 11, 5)]
