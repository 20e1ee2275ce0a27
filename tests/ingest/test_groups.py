"""Merged cells, of which the first row of a group alone has the value."""

from pathlib import Path

import duckdb
import pytest
import xlsxwriter

from hitcast.core.errors import HitcastError
from hitcast.core.home import Home
from hitcast.ingest import ingest
from hitcast.ingest.propose import propose
from hitcast.ingest.report import HeldError

SONGS = ("QZABC2400001", "QZABC2400002")
HEADER = ["ISRC", "Дата", "Страна", "Тариф", "Прослушивания"]
ROWS = [
    [song * (day == plan == 0), f"0{day + 1}.03.2024" * (plan == 0), "RU", ("paid", "free")[plan], 10 + day]
    for song in SONGS
    for day in range(3)
    for plan in range(2)
]  # fmt: skip
FOOTER = ["Итого", "", "", "", 132]
TOTAL = 4 * (10 + 11 + 12)


def _export(folder: Path, kind: str) -> Path:
    path = folder / f"vk.{kind}"
    lines = [HEADER, *ROWS, FOOTER]
    if kind == "csv":
        path.write_text("".join(";".join(map(str, line)) + "\n" for line in lines), encoding="utf-8")
        return path
    with xlsxwriter.Workbook(path) as workbook:
        sheet = workbook.add_worksheet()
        for number, line in enumerate(lines):
            sheet.write_row(number, 0, line)
    return path


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_cells_are_filled_down_where_the_mapping_says_so(home: Home, tmp_path: Path, kind: str) -> None:
    path, mapping = _export(tmp_path, kind), tmp_path / "map.yml"
    [draft], [text] = propose([path], "RU")
    assert [hint.line for hint in draft.hints] == ["fill_down: true"]
    mapping.write_text(text, encoding="utf-8")
    with pytest.raises(HeldError, match="more than 5% would be rejected") as error:
        ingest(home, [path], [mapping])
    questions = error.value.report.tables[0].questions
    assert any("isrc is empty in 10 rows below rows that have it" in line and "fill_down" in line for line in questions)
    mapping.write_text(text.replace("    columns:", "    fill_down: true\n    columns:"), encoding="utf-8")
    [table] = ingest(home, [path], [mapping]).tables
    assert (table.accepted, table.rejected) == (len(ROWS), 0)
    files = str(home.raw / "vk_stream_days" / "**" / "data.parquet")
    query = "select isrc, sum(streams)::int from read_parquet($1, hive_partitioning = true) group by all order by all"
    assert duckdb.sql(query, params=[files]).fetchall() == [(song, TOTAL // 2) for song in SONGS]


def test_a_rejected_row_keeps_its_line_and_no_count_is_filled(home: Home, tmp_path: Path) -> None:
    path, mapping = tmp_path / "vk.csv", tmp_path / "map.yml"
    lines = ["ISRC,Day,Plays", f"{SONGS[0]},2024-03-01,7", "", ",2024-03-02,", ',2024-03-03,"9"', ",2024-03-04,8"]
    path.write_text("\n".join([*lines, ""]))
    keys = "columns: {isrc: ISRC, stream_date: Day, streams: Plays}, constants: {territory: RU}"
    mapping.write_text(f"tables: {{vk_stream_days: {{files: ['*.csv'], fill_down: true, {keys}}}}}")
    [table] = ingest(home, [path], [mapping], accept_loss=True).tables
    assert (table.accepted, table.rejected) == (3, 1)
    assert table.rejects_file is not None
    assert "vk.csv,4,Plays," in table.rejects_file.read_text(encoding="utf-8-sig")


def test_values_over_several_lines_are_not_filled_down(home: Home, tmp_path: Path) -> None:
    path, mapping = tmp_path / "vk.csv", tmp_path / "map.yml"
    path.write_text(f'Title,isrc,stream_date,territory,streams\n"a\nb",{SONGS[0]},2024-03-01,RU,7\n,,2024-03-02,RU,8\n')
    mapping.write_text("tables: {vk_stream_days: {files: ['*.csv'], fill_down: true}}")
    with pytest.raises(HitcastError, match="a value over several lines, which cannot be filled down"):
        ingest(home, [path], [mapping])
