from datetime import date
from pathlib import Path
from xml.etree import ElementTree
from zipfile import ZipFile

import duckdb
import pandas as pd
import pytest
from python_calamine import CalamineWorkbook
from xlsxwriter.utility import xl_col_to_name

from hitcast.core.errors import HitcastError
from hitcast.core.home import Home
from hitcast.core.spreadsheet import defused
from hitcast.core.sql import Sql
from hitcast.serving import export as exporting
from hitcast.serving.export import export
from hitcast.serving.publish import publish
from tests.serving.published_world import make_home

TITLES = ("=1+1", "+7 925", "-", "@here", "\tTab", "Прощай", 'a "quote", and comma\nand line', "https://example.com")


SHEETS = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    rows = [{"release_id": f"R{number}", "release_title": title} for number, title in enumerate(TITLES)]
    home = make_home(tmp_path_factory.mktemp("home"), release_predictions=rows)
    publish(home)
    return home


def test_csv_opens_in_excel_and_carries_no_live_formula(home: Home, tmp_path: Path) -> None:
    (file,) = export(home, ("release_predictions",), "csv", tmp_path / "out")
    assert file.read_bytes().startswith(b"\xef\xbb\xbf")
    rows = pd.read_csv(file, keep_default_na=False).sort_values("release_id")
    assert rows["release_title"].tolist() == ["'=1+1", "'+7 925", "'-", "'@here", "'\tTab", *TITLES[5:]]
    assert set(rows["promotion_value"]) == {-4.9}
    assert set(rows["release_date"]) == {"2021-12-24"}
    assert sorted(child.name for child in file.parent.iterdir()) == ["release_predictions.csv"]


def test_a_workbook_keeps_text_as_text_and_dates_as_dates(home: Home, tmp_path: Path) -> None:
    (file,) = export(home, ("release_predictions", "stream_classes"), "xlsx", tmp_path)
    book = CalamineWorkbook.from_path(file)
    assert book.sheet_names == ["release_predictions", "stream_classes", "columns"]
    header, *rows = book.get_sheet_by_name("release_predictions").to_python()
    titles = {row[header.index("release_id")]: row[header.index("release_title")] for row in rows}
    assert [titles[f"R{number}"] for number in range(len(TITLES))] == list(TITLES)
    assert rows[0][header.index("release_date")] == date(2021, 12, 24)
    assert rows[0][header.index("promotion_value")] == -4.9
    assert b"<f>" not in file.read_bytes()


def test_a_workbook_has_filters_number_formats_and_says_what_columns_mean(home: Home, tmp_path: Path) -> None:
    (file,) = export(home, ("release_predictions",), "xlsx", tmp_path)
    book = CalamineWorkbook.from_path(file)
    header, *_ = book.get_sheet_by_name("release_predictions").to_python()
    with ZipFile(file) as parts:
        sheet = ElementTree.fromstring(parts.read("xl/worksheets/sheet1.xml"))
        styles = ElementTree.fromstring(parts.read("xl/styles.xml"))
    (filters,) = sheet.iter(f"{SHEETS}autoFilter")
    assert filters.attrib["ref"].startswith("A1:")
    assert filters.attrib["ref"].endswith(str(len(TITLES) + 1))
    signs = {sign.attrib["numFmtId"]: sign.attrib["formatCode"] for sign in styles.iter(f"{SHEETS}numFmt")}
    formats = [signs.get(xf.attrib["numFmtId"]) for xf in styles.find(f"{SHEETS}cellXfs").iter(f"{SHEETS}xf")]
    first = next(row for row in sheet.iter(f"{SHEETS}row") if row.attrib["r"] == "2")
    shown = {cell.attrib["r"].rstrip("2"): formats[int(cell.attrib.get("s", 0))] for cell in first}
    by_name = {name: shown.get(xl_col_to_name(number)) for number, name in enumerate(header)}
    assert by_name["release_date"] == "yyyy-mm-dd"
    assert by_name["horizon_days"] == "#,##0"
    assert by_name["predicted_streams"] == "[>=1000]#,##0;[<=-1000]-#,##0;General"
    assert by_name["release_title"] is None
    _, *described = book.get_sheet_by_name("columns").to_python()
    assert [column for _, column, _, _ in described] == header
    assert all(meaning for *_, meaning in described)


def test_a_russian_spreadsheet_reads_the_csv(home: Home, tmp_path: Path) -> None:
    (file,) = export(home, ("release_predictions",), "csv", tmp_path, "ru")
    rows = pd.read_csv(file, sep=";", decimal=",", keep_default_na=False).sort_values("release_id")
    assert set(rows["promotion_value"]) == {-4.9}
    assert "-4,9" in file.read_text(encoding="utf-8-sig")
    assert rows["release_title"].tolist()[:2] == ["'=1+1", "'+7 925"]


def test_a_comma_begins_a_cell_where_fields_are_separated_by_semicolons(home: Home, tmp_path: Path) -> None:
    with duckdb.connect(str(home.root / "any.duckdb")) as connection:
        english, russian = (
            connection.sql(f"select {defused(Sql('t'), language)} from (values ('a,=1')) as v(t)").fetchall()
            for language in ("en", "ru")
        )
    assert english == [("a,=1",)]
    assert russian == [("a,'=1",)]


def test_all_tables_are_exported_unless_some_are_named(home: Home, tmp_path: Path) -> None:
    written = export(home, (), "csv", tmp_path)
    names = {file.stem for file in written}
    assert {"release_predictions", "publish_info", "rejected_rows"} <= names
    assert len(names) == len(list(tmp_path.iterdir()))


def test_what_cannot_be_exported_is_told(home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(HitcastError, match="secrets: is not published"):
        export(home, ("secrets",), "csv", tmp_path)
    (tmp_path / "file").write_text("")
    with pytest.raises(HitcastError, match="Name another folder"):
        export(home, (), "csv", tmp_path / "file")
    monkeypatch.setattr(exporting, "MAX_ROWS", 3)
    with pytest.raises(HitcastError, match="has 8 rows, a sheet holds 3"):
        export(home, ("release_predictions",), "xlsx", tmp_path)
    assert sorted(child.name for child in tmp_path.iterdir()) == ["file"]
