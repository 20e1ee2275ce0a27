from pathlib import Path

import pytest

from hitcast.core.errors import HitcastError
from hitcast.core.home import PROJECT_DIR
from hitcast.ingest.contract import LEDGER, load_contracts
from hitcast.ingest.mapping import MAPPINGS_DIR, Mapping, TableMapping, claim, is_ignored, load_mapping

CONTRACTS = {name: contract for name, contract in load_contracts().items() if name != LEDGER}


def _load(tmp_path: Path, text: str) -> Mapping:
    path = tmp_path / "vendor.yml"
    path.write_text(text, encoding="utf-8")
    return load_mapping(path, CONTRACTS)


def test_a_mapping_is_read_whole(tmp_path: Path) -> None:
    mapping = _load(
        tmp_path,
        """
        description: Somebody
        ignore: ["*.log.csv"]
        tables:
          vk_stream_days:
            files: ["vk_*.csv"]
            encoding: cp1251
            delimiter: ";"
            decimal: ","
            thousands: " "
            date_format: "%d.%m.%Y"
            columns: {stream_date: Дата, isrc: ISRC, streams: Прослушивания}
            constants: {territory: RU}
            values: {gender: {Женский: female, 1: male, н/д: null}}
        """,
    )
    [table] = mapping.tables
    assert table == TableMapping(
        table="vk_stream_days",
        files=("vk_*.csv",),
        encoding="cp1251",
        delimiter=";",
        decimal=",",
        thousands=" ",
        date_format="%d.%m.%Y",
        columns={"stream_date": "Дата", "isrc": "ISRC", "streams": "Прослушивания"},
        constants={"territory": "RU"},
        values={"gender": {"Женский": "female", "1": "male", "н/д": None}},
    )
    assert table.header_of("streams") == "Прослушивания"
    assert table.header_of("listeners") is None
    assert is_ignored("a.log.csv", [mapping])
    assert not is_ignored("a.csv", [mapping])


def test_without_columns_headers_are_the_contracts_own(tmp_path: Path) -> None:
    [table] = _load(tmp_path, 'tables: {vk_stream_days: {files: ["*.csv"], delimiter: ";"}}').tables
    assert table.header_of("streams") == "streams"


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("tables: [", ["is not valid YAML"]),
        ("- a", ["is not a YAML mapping"]),
        ("tables: {vk_stream_days: {}, vk_stream_days: {}}", ["'vk_stream_days' is written twice, again in line 1"]),
        ("tables: {vk_stream_days: {files: ['*'], values: 5}}", ["vk_stream_days, values", "is not a YAML mapping"]),
        ("description: none", ["has no `tables:`"]),
        ("tabels: {}", ["does not know tabels", "Known are: description, ignore, tables"]),
        ("tables: {vk_streams: {files: ['*']}}", ["vk_streams", "no such raw table", "vk_stream_days"]),
        ("tables: {vk_stream_days: {}}", ["names no files"]),
        ("tables: {vk_stream_days: {files: '*.csv'}}", ["is not a list of file name globs"]),
        ("tables: {vk_stream_days: {files: ['*'], delimeter: ';'}}", ["does not know delimeter"]),
        ("tables: {vk_stream_days: {files: ['*'], columns: {plays: Plays}}}", ["has no column plays", "Columns are:"]),
        ("tables: {vk_stream_days: {files: ['*'], columns: {isrc: ISRC}}}", ["stream_date, territory, streams"]),
        (
            "tables: {vk_stream_days: {files: ['*'], columns: {territory: T}, constants: {territory: RU}}}",
            ["territory is both mapped and constant"],
        ),
        ("tables: {vk_stream_days: {files: ['*'], constants: {territory: NO}}}", ["False is not text", "quotes"]),
        ("tables: {catalog_tracks: {files: ['*'], constants: {delivery_number: 3}}}", ["has no column"]),
        ("tables: {vk_stream_days: {files: ['*'], encoding: cp999}}", ["no such encoding: cp999"]),
        ("tables: {vk_stream_days: {files: ['*'], encoding: hex}}", ["no such encoding: hex"]),
        ("tables: {vk_stream_days: {files: ['*'], delimiter: ';;'}}", ["is not one character"]),
        ("tables: {vk_stream_days: {files: ['*'], decimal: ',', thousands: ','}}", ["two different characters"]),
        ("tables: {vk_stream_days: {files: ['*'], date_format: dd.mm.yyyy}}", ["names no part of a date", "%d.%m.%Y"]),
    ],
)
def test_a_mapping_that_does_not_fit_is_told_in_one_line(tmp_path: Path, text: str, parts: list[str]) -> None:
    with pytest.raises(HitcastError) as raised:
        _load(tmp_path, text)
    message = str(raised.value)
    assert "\n" not in message
    assert "vendor.yml" in message
    for part in parts:
        assert part in message


def test_a_missing_mapping_names_the_ready_ones() -> None:
    with pytest.raises(HitcastError, match="no such mapping") as raised:
        load_mapping("nobody", CONTRACTS)
    for path in MAPPINGS_DIR.glob("*.yml"):
        assert path.stem in str(raised.value)


@pytest.mark.parametrize(
    "path", [*sorted(MAPPINGS_DIR.glob("*.yml")), *sorted((PROJECT_DIR / "docs" / "examples").glob("*.yml"))], ids=str
)
def test_every_mapping_in_the_tree_fits_the_contracts(path: Path) -> None:
    assert load_mapping(path, CONTRACTS).tables


def test_a_bare_name_means_a_ready_mapping(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "vendor.yml").write_text('tables: {vk_stream_days: {files: ["*.csv"]}}')
    monkeypatch.setattr("hitcast.ingest.mapping.MAPPINGS_DIR", tmp_path)
    assert load_mapping("vendor", CONTRACTS).tables[0].table == "vk_stream_days"


def test_a_file_is_claimed_by_its_name() -> None:
    vk = TableMapping("vk_stream_days", files=("vk_*.csv",))
    tiktok = TableMapping("tiktok_sound_days", files=("*_2021.csv",))
    mappings = [Mapping("one.yml", (vk,)), Mapping("two.yml", (tiktok,))]
    assert claim("vk_1.csv", mappings) is vk
    assert claim("tiktok_2021.csv", mappings) is tiktok
    assert claim("other.csv", mappings) is None
    with pytest.raises(HitcastError, match=r"claimed by vk_stream_days .*one.yml.* and tiktok_sound_days"):
        claim("vk_2021.csv", mappings)
