import re
from pathlib import Path

import duckdb
import pytest

from hitcast.core.errors import HitcastError
from hitcast.ingest.contract import LEDGER, load_contracts
from hitcast.ingest.mapping import Mapping, TableMapping
from hitcast.ingest.readers import Source
from hitcast.ingest.recognise import notes_on, recognise

CONTRACTS = {name: contract for name, contract in load_contracts().items() if name != LEDGER}
VK = "stream_date,isrc,territory,streams"


def _recognise(folder: Path, header: str, *mappings: TableMapping) -> Source:
    path = folder / "export.csv"
    path.write_text(header + "\n", encoding="utf-8")
    return recognise(path, [Mapping("vendor.yml", mappings)] if mappings else [], CONTRACTS, duckdb.connect())


@pytest.mark.parametrize(
    ("header", "table"),
    [
        (VK, "vk_stream_days"),
        ("streams,whatever,territory,isrc,stream_date", "vk_stream_days"),
        ("activity_date,sound_id,territory,views", "tiktok_sound_days"),
        ("upc,isrc,release_title,artist_id,artist_name,release_date", "catalog_tracks"),
    ],
)
def test_a_file_belongs_to_the_table_whose_required_columns_it_has(tmp_path: Path, header: str, table: str) -> None:
    assert _recognise(tmp_path, header).mapping.table == table


@pytest.mark.parametrize(
    ("header", "parts"),
    [
        (
            "stream_date,isrc,territory,plays",
            ["lacks the required column streams (vk_stream_days)", "found stream_date,"],
        ),
        (
            "stream_date,isrc,territory,Stream ",
            ["lacks the required column streams", "is 'Stream' what vk_stream_days calls 'streams'?"],
        ),
        (
            "Date,ISRC,Country,Plays",
            ["no table has all its required columns there", "found Date, ISRC", "--mapping FILE"],
        ),
        ("stream_date;isrc;territory;streams", ["separated by ';'", "`delimiter: ';'`"]),
        (f"{VK},activity_date,sound_id,views", ["has the columns of tiktok_sound_days and vk_stream_days"]),
        (f"{VK},streams", ["has several columns called streams, which feeds streams"]),
    ],
)
def test_an_unclear_file_is_refused_in_one_line(tmp_path: Path, header: str, parts: list[str]) -> None:
    with pytest.raises(HitcastError) as raised:
        _recognise(tmp_path, header)
    for part in ["export.csv", *parts]:
        assert part in str(raised.value)
    assert "\n" not in str(raised.value)


def test_a_mapping_decides_by_file_name(tmp_path: Path) -> None:
    columns = {"stream_date": "Дата", "isrc": "Код", "territory": "Страна", "streams": "Прослушивания"}
    mapping = TableMapping("vk_stream_days", files=("exp*.csv",), columns=columns)
    assert _recognise(tmp_path, "Дата,Код,Страна,Прослушивания", mapping).mapping == mapping
    with pytest.raises(HitcastError, match=r"lacks the required column Прослушивания .*'Прослушиваний' what"):
        _recognise(tmp_path, "Дата,Код,Страна,Прослушиваний", mapping)
    elsewhere = TableMapping("vk_stream_days", files=("other.csv",), columns=columns)
    with pytest.raises(HitcastError, match="no mapping's `files:` match it, nor do a table's columns; found Дата"):
        _recognise(tmp_path, "Дата,Код", elsewhere)
    assert _recognise(tmp_path, VK, elsewhere).mapping.columns is None


def test_unused_and_missing_columns_are_named_once(tmp_path: Path) -> None:
    source = _recognise(tmp_path, f"{VK},comment,gender,")
    assert notes_on([source, source], CONTRACTS["vk_stream_days"]) == [
        "columns not used: comment",
        "left empty: age_band, source, subscription, listeners",
    ]


@pytest.mark.parametrize(
    ("headers", "hint"),
    [
        # what feeds another column is not what is lacking
        ("streams,isrc,territory", ""),
        ("stream_dates,isrc,territory,streams", ": is 'stream_dates' what vk_stream_days calls 'stream_date'?"),
    ],
)
def test_a_column_that_feeds_another_is_no_hint(tmp_path: Path, headers: str, hint: str) -> None:
    with pytest.raises(HitcastError, match=re.escape(f"Name the vendor's column in a mapping{hint}") + "$"):
        _recognise(tmp_path, headers)
