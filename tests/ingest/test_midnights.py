"""Times that are midnight elsewhere: no day lands a day early unasked."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml

from hitcast.core.errors import HitcastError
from hitcast.core.home import Home
from hitcast.ingest import IngestReport, ingest
from hitcast.ingest.landing import read_ledger
from hitcast.ingest.propose import propose

ISO, MILLISECONDS = "%Y-%m-%dT%H:%M:%S%z", "unix_milliseconds"
DAYS = [date(2024, 3, 25) + timedelta(days=number) for number in range(12)]
COLUMNS = {"stream_date": "date", "isrc": "isrc", "territory": "country", "streams": "streams"}


def _written(moment: datetime, style: str) -> str:
    return str(round(moment.timestamp() * 1000)) if style == MILLISECONDS else moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def _export(folder: Path, moments: list[datetime], style: str) -> Path:
    rows = [f"{_written(moment.astimezone(UTC), style)},QZABC240000{song},RU,{song + moment.day % 3}"
            for moment in moments for song in (1, 2, 3)]  # fmt: skip
    path = folder / "vk.csv"
    path.write_text("\n".join(["date,isrc,country,streams", *rows, ""]))
    return path


def _ingest(home: Home, path: Path, **keys: str) -> IngestReport:
    mapping = {"tables": {"vk_stream_days": {"files": ["*"], "columns": COLUMNS, **keys}}}
    written = path.with_name("map.yml")
    written.write_text(yaml.safe_dump(mapping))
    return ingest(home, [path], [written])


def _landed(home: Home) -> list[date]:
    return sorted(day for _, day in read_ledger(home))


@pytest.mark.parametrize("style", [ISO, MILLISECONDS])
@pytest.mark.parametrize("zone", ["Europe/Moscow", "Europe/Kaliningrad", "Asia/Vladivostok", "Europe/Berlin"])
def test_midnights_of_a_zone_are_held_until_the_mapping_names_one(
    home: Home, tmp_path: Path, zone: str, style: str
) -> None:
    # the clocks of Berlin are changed on 31 March
    path = _export(tmp_path, [datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone)) for day in DAYS], style)
    with pytest.raises(HitcastError, match=rf"a day early\. Write `timezone: {zone}`.*or `timezone: UTC`"):
        _ingest(home, path, date_format=style)
    assert not home.ledger.exists()
    assert _ingest(home, path, date_format=style, timezone=zone).concerns() == []
    assert _landed(home) == DAYS


@pytest.mark.parametrize("style", [ISO, MILLISECONDS])
def test_one_day_alone_is_held_and_utc_is_an_answer(home: Home, tmp_path: Path, style: str) -> None:
    path = _export(tmp_path, [datetime(2024, 2, 29, 21, tzinfo=UTC)], style)
    with pytest.raises(HitcastError, match=r"midnight in Europe/Moscow \(21:00 UTC\)"):
        _ingest(home, path, date_format=style)
    assert _ingest(home, path, date_format=style, timezone="UTC").concerns() == []
    assert _landed(home) == [date(2024, 2, 29)]


@pytest.mark.parametrize("style", [ISO, MILLISECONDS])
@pytest.mark.parametrize("hours", [(0,), (5,), (9,), (12,), (0, 3, 21), tuple(range(24))])
def test_other_times_are_as_they_are(home: Home, tmp_path: Path, hours: tuple[int, ...], style: str) -> None:
    path = _export(tmp_path, [datetime(2024, 3, 1, hour, tzinfo=UTC) for hour in hours], style)
    assert _ingest(home, path, date_format=style, combine="sum").concerns() == []
    assert _landed(home) == [date(2024, 3, 1)]


@pytest.mark.parametrize("offset", ["+03:00", "+0300"])
def test_midnight_with_its_own_offset_is_of_the_day_as_written(home: Home, tmp_path: Path, offset: str) -> None:
    path = tmp_path / "vk.csv"
    path.write_text(f"date,isrc,country,streams\n2024-03-01T00:00:00{offset},a,RU,5\n")
    assert _ingest(home, path, date_format=ISO).concerns() == []
    assert _landed(home) == [date(2024, 3, 1)]


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_times_without_an_offset_are_asked_about(home: Home, tmp_path: Path, kind: str) -> None:
    moments = [datetime(2024, 3, number, 21) for number in range(1, 8)]
    path = tmp_path / f"vk.{kind}"
    if kind == "csv":
        path.write_text(
            "\n".join(["date,isrc,country,streams", *(f"{moment.isoformat()},a,RU,5" for moment in moments)])
        )
    else:
        columns = {"date": pa.array(moments, pa.timestamp("us")), "isrc": ["a"] * 7, "country": ["RU"] * 7}
        pq.write_table(pa.table(columns | {"streams": [5] * 7}), path)
    style = {"date_format": "%Y-%m-%dT%H:%M:%S"} if kind == "csv" else {}
    [line] = _ingest(home, path, **style).tables[0].questions
    assert line.startswith(f"times of {path} are 21:00, which is midnight in Europe/Moscow if they are in UTC")
    # the answer
    assert _ingest(Home(tmp_path / "other"), path, **style, timezone="Europe/Moscow").tables[0].questions == []


@pytest.mark.parametrize("style", [ISO, MILLISECONDS])
@pytest.mark.parametrize("zone", ["Europe/Moscow", "Asia/Novosibirsk"])
def test_map_names_the_zone_and_marks_it(home: Home, tmp_path: Path, zone: str, style: str) -> None:
    path = _export(tmp_path, [datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone)) for day in DAYS], style)
    _, [text] = propose([path], "RU")
    assert f"timezone: {zone}  # UNSURE: most times are midnight there" in text
    (tmp_path / "map.yml").write_text(text)
    ingest(home, [path], [tmp_path / "map.yml"])
    assert _landed(home) == DAYS


def test_map_names_no_zone_where_the_day_is_the_same(tmp_path: Path) -> None:
    path = _export(tmp_path, [datetime(day.year, day.month, day.day, 6, tzinfo=UTC) for day in DAYS], ISO)
    assert "timezone" not in propose([path], "RU")[1][0]
