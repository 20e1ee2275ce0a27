"""One count in several columns: asked about, and read where the mapping says so."""

import re
from pathlib import Path

import duckdb
import pytest

from hitcast.core.errors import HitcastError
from hitcast.core.home import Home
from hitcast.ingest import ingest
from hitcast.ingest.landing import landed_files, read_ledger
from hitcast.ingest.propose import propose

FIXED = "columns: {stream_date: Date, isrc: ISRC, territory: Country"
PREMIUM = (["Premium streams", "Ad-supported streams"], "subscription", ("paid", "free"))
RUSSIAN = (["Прослушивания (с подпиской)", "Прослушивания (без подписки)"], "subscription", ("paid", "free"))
GENDERS = (["Streams F", "Streams M"], "gender", ("female", "male"))


def _export(folder: Path, headers: list[str]) -> Path:
    path = folder / "vk_march.csv"
    rows = [f"2024-03-{day:02},RUA0A24000{i:02},RU,{10 * i + day},{i + day}" for day in (1, 2) for i in range(1, 9)]
    path.write_text("\n".join([f"Date,ISRC,Country,{','.join(headers)}", *rows, ""]), encoding="utf-8")
    return path


def _deliver(home: Home, path: Path, keys: str) -> dict[str | None, int]:
    """Streams by the word that tells the parts apart."""
    mapping = path.with_name("map.yml")
    mapping.write_text(f'tables: {{vk_stream_days: {{files: ["*.csv"], {keys}}}}}', encoding="utf-8")
    ingest(home, [path], [mapping])
    files = [str(file) for file in landed_files(home, read_ledger(home))]
    query = "select coalesce(subscription, gender), sum(streams) from read_parquet(?) group by all"
    return dict(duckdb.execute(query, [files]).fetchall())


@pytest.mark.parametrize(("headers", "column", "words"), [PREMIUM, RUSSIAN, GENDERS])
def test_one_of_several_parts_is_refused_with_the_lines_to_write(
    home: Home, tmp_path: Path, headers: list[str], column: str, words: tuple[str, str]
) -> None:
    path = _export(tmp_path, headers)
    with pytest.raises(HitcastError) as refusal:
        _deliver(home, path, f'{FIXED}, streams: "{headers[0]}"}}')
    text = str(refusal.value)
    assert f"has streams in parts by {column} ({', '.join(headers)}), and only {headers[0]} counts" in text
    unpivot, values, constants = (
        re.findall(f"`({key}: [^`]+)`", text)[0] for key in ("unpivot", "values", "constants")
    )
    assert _deliver(home, path, f"{FIXED}}}, {unpivot}, {values}") == dict(zip(words, (744, 96), strict=True))
    assert _deliver(Home(tmp_path / "other"), path, f'{FIXED}, streams: "{headers[0]}"}}, {constants}') == {
        words[0]: 744
    }


@pytest.mark.parametrize(
    "headers", [["Streams", "Free streams"], ["Paid streams", "Paid listeners"], ["Paid streams", "Free trials"]]
)
def test_a_column_without_parts_beside_it_is_taken(home: Home, tmp_path: Path, headers: list[str]) -> None:
    path = _export(tmp_path, headers)
    assert _deliver(home, path, f'{FIXED}, streams: "{headers[0]}"}}') == {None: 744}


@pytest.mark.parametrize(("headers", "column", "words"), [PREMIUM, RUSSIAN, GENDERS])
def test_a_proposed_mapping_reads_all_parts(
    home: Home, tmp_path: Path, headers: list[str], column: str, words: tuple[str, str]
) -> None:
    path = _export(tmp_path, headers)
    _, [text] = propose([path], "RU")
    assert f"names: {column}" in text and "UNSURE: these columns are parts of streams" in text
    (tmp_path / "proposed.yml").write_text(text, encoding="utf-8")
    [table] = ingest(home, [path], [tmp_path / "proposed.yml"]).tables
    assert (table.accepted, table.rejected) == (32, 0)
    files = [str(file) for file in landed_files(home, read_ledger(home))]
    query = f"select {column}, sum(streams) from read_parquet(?) group by all"
    assert dict(duckdb.execute(query, [files]).fetchall()) == dict(zip(words, (744, 96), strict=True))
