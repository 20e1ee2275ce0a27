from pathlib import Path

import duckdb
import pytest
import xlsxwriter
import yaml

from hitcast.core.errors import HitcastError
from hitcast.core.home import Home
from hitcast.ingest import ingest
from hitcast.ingest.headings import unit_in
from hitcast.ingest.propose import propose

SONGS = ("QZABC2400001", "QZABC2400002", "QZABC2400003")


def _landed(home: Home, table: str, column: str) -> list[float]:
    query = f"select {column} from read_parquet($1, hive_partitioning = true) order by all"
    return [value for (value,) in duckdb.sql(query, params=[str(home.raw / table / "**" / "data.parquet")]).fetchall()]


def _proposed(path: Path, mapping: Path) -> tuple[dict[str, object], str]:
    _, [text] = propose([path], "RU")
    mapping.write_text(text, encoding="utf-8")
    return next(iter(yaml.safe_load(text)["tables"].values())), text


def _lines(path: Path, *lines: str) -> Path:
    path.write_text("\n".join([*lines, ""]), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("header", "count", "landed"),
    [("Прослушивания, тыс.", "{},5", [1500, 2500, 3500]), ("Streams (K)", "{}", [1000, 2000, 3000]),
     ("Streams, млн", "{},25", [1_250_000, 2_250_000, 3_250_000]),
     ("Plays (in thousands)", "{},125", [1125, 2125, 3125])],
)  # fmt: skip
def test_counts_in_thousands_land_as_ones(
    home: Home, tmp_path: Path, header: str, count: str, landed: list[int]
) -> None:
    rows = [f"0{i}.03.2024;{song};RU;{count.format(i)}" for i, song in enumerate(SONGS, 1)]
    path, mapping = _lines(tmp_path / "vk.csv", f"Дата;ISRC;Страна;{header}", *rows), tmp_path / "map.yml"
    entry, text = _proposed(path, mapping)
    ingest(home, [path], [mapping])
    assert _landed(home, "vk_stream_days", "streams") == landed
    assert f"units: {entry['units']}".replace("'", "") + "  # UNSURE: " in text
    mapping.write_text("\n".join(line for line in text.splitlines() if "units:" not in line), encoding="utf-8")
    with pytest.raises(HitcastError, match=r"has streams in (thousands|millions), by the header .* `units: "):
        ingest(home, [path], [mapping])


@pytest.mark.parametrize("names", [("Paid streams, тыс.", "Free streams, тыс."), ("Платные (K)", "Бесплатные (K)")])
def test_parts_of_a_count_in_thousands_land_as_ones(home: Home, tmp_path: Path, names: tuple[str, str]) -> None:
    rows = [f"0{i}.03.2024;{song};RU;{i},5;{i}" for i, song in enumerate(SONGS, 1)]
    path, mapping = _lines(tmp_path / "vk.csv", f"Дата;ISRC;Страна;{names[0]};{names[1]}", *rows), tmp_path / "map.yml"
    _, text = _proposed(path, mapping)
    ingest(home, [path], [mapping])
    assert _landed(home, "vk_stream_days", "streams") == [1000, 1500, 2000, 2500, 3000, 3500]
    mapping.write_text("\n".join(line for line in text.splitlines() if "units:" not in line), encoding="utf-8")
    with pytest.raises(HitcastError, match="has streams in thousands, by the header"):
        ingest(home, [path], [mapping])


def test_a_header_that_means_another_thing_is_said_so(home: Home, tmp_path: Path) -> None:
    rows = [f"0{i}.03.2024;{song};RU;{i}" for i, song in enumerate(SONGS, 1)]
    path, mapping = _lines(tmp_path / "vk.csv", "Дата;ISRC;Страна;Streams (M)", *rows), tmp_path / "map.yml"
    _, text = _proposed(path, mapping)
    mapping.write_text(text.replace("streams: millions", "streams: ones"), encoding="utf-8")
    ingest(home, [path], [mapping])
    assert _landed(home, "vk_stream_days", "streams") == [1, 2, 3]


@pytest.mark.parametrize(("header", "unit"), [("Views K", "thousands"), ("streams_k", "thousands"), ("Milk", ""),
                                              ("Plays x1000", "thousands"), ("Track 1000", ""),
                                              ("млн", "millions")])  # fmt: skip
def test_unit_in(header: str, unit: str) -> None:
    assert unit_in(header) == unit


@pytest.mark.parametrize(
    ("amounts", "is_held"),
    [(("12.500", "7.250", "9"), True), (("12,500", "7,250", "1"), True), (("12.500", "7.25", "9"), False),
     (("0.500", "0.250", "9"), False), (("12 500", "7 250", "9"), False)],
)  # fmt: skip
def test_amounts_that_may_be_thousands_are_held(
    home: Home, tmp_path: Path, amounts: tuple[str, ...], is_held: bool
) -> None:
    rows = [
        f"{song};Camp;VK;0{i}.03.2024;{amount}" for i, (song, amount) in enumerate(zip(SONGS, amounts, strict=True), 1)
    ]
    path, mapping = _lines(tmp_path / "ads.csv", "ISRC;Campaign;Channel;Start date;Spend", *rows), tmp_path / "map.yml"
    _, text = _proposed(path, mapping)
    assert ("may be thousands or a fraction" in text) == is_held
    if not is_held:
        assert ingest(home, [path], [mapping]).delivery_number == 1
        return
    with pytest.raises(HitcastError, match=r"held: 2 amounts of .* twelve thousand five hundred, or twelve and a half"):
        ingest(home, [path], [mapping])
    mark, other = amounts[0][2], ",".replace(amounts[0][2], ".")
    plain = "\n".join(line for line in text.splitlines() if not line.startswith("    decimal:"))
    for thousands, decimal, largest in ((mark, other, 12_500), (other, mark, 12.5)):
        keys = f"    decimal: '{decimal}'\n    thousands: '{thousands}'\n    columns:"
        mapping.write_text(plain.replace("    columns:", keys), encoding="utf-8")
        own = Home(tmp_path / str(largest))
        ingest(own, [path], [mapping])
        assert _landed(own, "promotion_spends", "spend")[-1] == largest


def _catalog(path: Path, lengths: list[float]) -> Path:
    with xlsxwriter.Workbook(path) as workbook:
        sheet = workbook.add_worksheet()
        sheet.write_row(0, 0, ["UPC", "ISRC", "Album", "Artist", "Release date", "Duration"])
        for i, (song, length) in enumerate(zip(SONGS, lengths, strict=True), 1):
            sheet.write_row(i, 0, [f"UPC-{i}", song, f"Album {i}", f"Band {i % 2}", f"2024-02-0{i}", length])
    return path


def test_fractions_of_a_day_land_as_seconds(home: Home, tmp_path: Path) -> None:
    path, mapping = (
        _catalog(tmp_path / "catalog.xlsx", [seconds / 86_400 for seconds in (210, 185, 90)]),
        tmp_path / "m.yml",
    )
    entry, text = _proposed(path, mapping)
    assert entry["units"] == {"duration_seconds": "days"}
    ingest(home, [path], [mapping])
    assert _landed(home, "catalog_tracks", "duration_seconds") == [90, 185, 210]
    mapping.write_text(text.replace("duration_seconds: days", "duration_seconds: minutes"), encoding="utf-8")
    [table] = ingest(Home(tmp_path / "minutes"), [path], [mapping]).tables
    assert "duration_seconds is below a second in all 3 rows: are they fractions of a day?" in table.questions[0]


def test_means_in_fractions_of_a_day_land_as_seconds(home: Home, tmp_path: Path) -> None:
    header = "Date,Sound ID,ISRC,Country,Views,Average watch time"
    rows = [f"2024-03-0{i},700000000000000000{i},{song},RU,{i}000,{9 / 86_400:.8f}" for i, song in enumerate(SONGS, 1)]
    path, mapping = _lines(tmp_path / "tt.csv", header, *rows), tmp_path / "map.yml"
    entry, text = _proposed(path, mapping)
    assert entry["units"] == {"average_play_seconds": "days"}
    ingest(home, [path], [mapping])
    assert [round(mean, 2) for mean in _landed(home, "tiktok_sound_days", "average_play_seconds")] == [9, 9, 9]
    mapping.write_text("\n".join(line for line in text.splitlines() if "units:" not in line), encoding="utf-8")
    [table] = ingest(Home(tmp_path / "seconds"), [path], [mapping]).tables
    assert "average_play_seconds is below a second in all 3 rows" in table.questions[0]
