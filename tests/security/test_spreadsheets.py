"""No file that a spreadsheet opens carries a live formula, wherever the spreadsheet splits its lines."""

import csv
import io
import re
import zipfile
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest
from python_calamine import CalamineWorkbook

from hitcast.core.home import Home
from hitcast.core.spreadsheet import defused
from hitcast.desk.download import csv_of, xlsx_of
from hitcast.ingest.contract import Contract
from hitcast.ingest.mapping import TableMapping
from hitcast.ingest.readers import Source
from hitcast.ingest.rejects import write_rejects
from hitcast.ingest.stage import Stage
from hitcast.serving.export import export
from tests.security.attacks import FORMULAS, MARKUP, NUMBERS, SPLIT_FORMULAS, TEXTS

LIVE = re.compile('[\\s"\\x00-\\x1f\\xad\u200b-\u200f\u2028-\u202f\u2060\ufeff]*[=+\\-@|%＝＋－＠]')
NUMBER = re.compile(r"[+-]?\d+([.,]\d+)?")


def live_cells(message: bytes) -> list[str]:
    """Cells that a spreadsheet may run, whether it splits lines at commas, at semicolons or at tabs."""
    text = message.decode("utf-8-sig")
    cells = [
        cell
        for delimiter in ",;\t"
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        for cell in row
    ]
    return [cell for cell in cells if LIVE.match(cell) and not NUMBER.fullmatch(cell)]


def test_the_search_for_live_cells_finds_each_attack() -> None:
    for text in (*FORMULAS, *SPLIT_FORMULAS):
        message = pd.DataFrame({"id": ["a"], "text": [text], "last": [1]}).to_csv(index=False).encode()
        assert live_cells(message) or text == 'a","=1+1', "quotes guard this one"


def test_exports_carry_no_live_formula(hostile_home: Home, tmp_path: Path) -> None:
    files = export(hostile_home, (), "csv", tmp_path)
    assert len(files) > 10
    assert {str(file.name): live_cells(file.read_bytes()) for file in files} == {file.name: [] for file in files}
    rows = pd.read_csv(tmp_path / "release_predictions.csv", dtype=str, keep_default_na=False).set_index("release_id")
    titles = dict(zip(TEXTS, rows.sort_index()["release_title"], strict=True))
    assert set(rows["promotion_value"]) == {"-4.9"}, "numbers stay numbers"
    assert all(titles[text] == text for text in NUMBERS)
    assert titles["=1+1"] == "'=1+1"
    assert titles["a;=1+1;"] == "a;'=1+1;"
    for text in MARKUP:
        assert titles[text].replace("'", "") == text.replace("'", ""), "nothing but apostrophes is added"


def test_a_workbook_carries_no_formula_and_no_link(hostile_home: Home, tmp_path: Path) -> None:
    (file,) = export(hostile_home, (), "xlsx", tmp_path)
    with zipfile.ZipFile(file) as parts:
        sheets = {name: parts.read(name) for name in parts.namelist() if name.startswith("xl/")}
    assert len(sheets) > 10
    for sheet in sheets.values():
        assert not re.search(rb"<(f|hyperlink)[ />]", sheet)
    header, *rows = CalamineWorkbook.from_path(file).get_sheet_by_name("release_predictions").to_python()
    titles = [row[header.index("release_title")] for row in sorted(rows)]
    kept = [(text, title) for text, title in zip(TEXTS, titles, strict=True) if text.isprintable()]
    assert all(text == title for text, title in kept)
    assert len(kept) > 25


def test_a_workbook_of_the_page_carries_texts_alone() -> None:
    with zipfile.ZipFile(io.BytesIO(xlsx_of([{"id": "a", "text": text} | {text: 1} for text in TEXTS[:1]]))) as parts:
        for name in parts.namelist():
            assert not re.search(rb"<(f|hyperlink)[ />]", parts.read(name))
    texts = [text for text in TEXTS if text.isprintable()]
    book = CalamineWorkbook.from_filelike(io.BytesIO(xlsx_of([{"text": text} for text in texts])))
    assert [row[0] for row in book.get_sheet_by_index(0).to_python()] == ["text", *texts]


def test_downloads_of_the_page_carry_no_live_formula_in_cells_and_heads() -> None:
    rows = [{"id": "a", "text": text, "change": -0.5} | dict.fromkeys(TEXTS, "x") for text in TEXTS]
    for language, delimiter, change in (("en", ",", "-0.5"), ("ru", ";", "-0,5")):
        message = csv_of(rows, language)
        assert live_cells(message) == []
        read = pd.read_csv(io.BytesIO(message), dtype=str, keep_default_na=False, sep=delimiter)
        assert set(read["change"]) == {change}
        assert [text for text in read["text"] if text in NUMBERS] == list(NUMBERS)


def test_the_page_and_the_pipeline_defuse_alike() -> None:
    shown = duckdb.execute(f"select {defused('told')} from (select unnest($1) as told)", [list(TEXTS)]).fetchall()
    read = csv.reader(io.StringIO(csv_of([{"text": text} for text in TEXTS]).decode("utf-8-sig"), newline=""))
    assert [text for (text,) in shown] == [row[0] for row in read][1:]


@pytest.mark.parametrize("place", ["value", "column_name", "file"])
def test_rejected_rows_carry_no_live_formula(tmp_path: Path, place: str) -> None:
    connection = duckdb.connect()
    connection.execute("create table rejects (file_number int, line bigint, column_name text, value text, reason text)")
    sources = []
    for number, text in enumerate(TEXTS):
        row = {"column_name": "streams", "value": "x"} | {place: text}
        connection.execute(
            "insert into rejects values (?, ?, ?, ?, 'is odd')", [number, number, row["column_name"], row["value"]]
        )
        name = f"{text}.csv" if place == "file" else "a.csv"
        sources.append(Source(Path("a.csv"), name, "csv", (), (), TableMapping("plays"), 0, 0))
    nothing = np.zeros(len(sources), dtype=np.int64)
    write_rejects(connection, Stage(Contract("plays", (), ()), sources, nothing, nothing), tmp_path / "rejects.csv")
    assert live_cells((tmp_path / "rejects.csv").read_bytes()) == []
