import zipfile
from datetime import date
from pathlib import Path
from xml.sax.saxutils import escape

import pytest
import xlsxwriter

from hitcast.core.errors import HitcastError
from hitcast.ingest import xlsx
from tests.ingest.test_arrivals import LANDED, VK, ingested, landed

KIND = "application/vnd.oasis.opendocument.spreadsheet"
NAMES = "".join(
    f' xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "table", "text")
)
HEADER = ["stream_date", "isrc", "territory", "streams"]
ROWS: list[list[object]] = [
    [*HEADER],
    [date(2021, 5, 3), "RUA0A2100001", "RU", 7],
    [date(2021, 5, 4), "RUA0A2100001", "RU", 8],
]


def _cell(value: object) -> str:
    if value is None:
        return "<table:table-cell/>"
    kind, attribute = "string", ""
    if isinstance(value, date):
        kind, attribute = "date", f' office:date-value="{value}"'
    elif isinstance(value, bool):
        kind, attribute = "boolean", f' office:boolean-value="{str(value).lower()}"'
    elif isinstance(value, int | float):
        kind, attribute = "float", f' office:value="{value}"'
    text = f"<text:p>{escape(str(value))}</text:p>"
    return f'<table:table-cell office:value-type="{kind}"{attribute}>{text}</table:table-cell>'


def _row(cells: list[object], repeated: int = 1) -> str:
    times = f' table:number-rows-repeated="{repeated}"' if repeated > 1 else ""
    return f"<table:table-row{times}>{''.join(map(_cell, cells))}</table:table-row>"


def _write_ods(path: Path, **sheets: str) -> Path:
    tables = "".join(f'<table:table table:name="{name}">{rows}</table:table>' for name, rows in sheets.items())
    body = f"<office:body><office:spreadsheet>{tables}</office:spreadsheet></office:body>"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("mimetype", KIND)
        packed.writestr(
            "META-INF/manifest.xml",
            '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
            f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{KIND}"/></manifest:manifest>',
        )
        packed.writestr("content.xml", f"<office:document-content{NAMES}>{body}</office:document-content>")
    return path


FILLER = (
    '<table:table-row table:number-rows-repeated="1048570">'
    '<table:table-cell table:number-columns-repeated="16384"/></table:table-row>'
)


def test_an_ods_sheet_lands_as_its_csv_would(tmp_path: Path) -> None:
    path = _write_ods(tmp_path / "a.ods", Лист1="".join(map(_row, ROWS)) + FILLER, Лист2=FILLER)
    ingested(tmp_path, path)
    assert landed(tmp_path) == LANDED


def test_lines_columns_and_notations_of_an_ods_sheet_are_as_the_mapping_says(tmp_path: Path) -> None:
    rows: list[list[object]] = [["Отчёт", None], [None], ["Код", "Дата", "Число"]]
    rows += [["RUA0A2100001", "03.05.2021", "7"], ["RUA0A2100001", date(2021, 5, 4), 8.0], ["Итого", None, 15]]
    path = _write_ods(tmp_path / "a.ods", Data="".join(map(_row, rows)), Other=_row(["x"]))
    keys = "header: Код, skip: ['^Итого'], sheet: Data, date_format: '%d.%m.%Y', constants: {territory: RU},"
    ingested(tmp_path, path, VK % f"{keys} columns: {{stream_date: Дата, isrc: Код, streams: Число}}".replace("%", "%"))
    assert landed(tmp_path) == LANDED


def test_a_rejected_row_of_an_ods_sheet_keeps_its_line(tmp_path: Path) -> None:
    empty = '<table:table-row table:number-rows-repeated="3"><table:table-cell/></table:table-row>'
    rows = "".join(map(_row, ROWS)) + empty + _row([date(2021, 5, 4), "RUA0A2100002", "RU", "x"])
    [table] = ingested(tmp_path, _write_ods(tmp_path / "a.ods", A=rows)).tables
    assert (table.read, table.rejected) == (3, 1)
    assert table.rejects_file is not None
    assert "a.ods,7,streams,x," in table.rejects_file.read_text(encoding="utf-8-sig")


@pytest.mark.parametrize(
    "rows",
    [
        f"{_row([*HEADER])}{FILLER}{_row([None] * 1000 + ['x'])}",
        _row([*HEADER], 1_048_576) + _row([None] * 30 + ["x"]),
        '<table:table-row><table:table-cell table:number-columns-repeated="99999999" office:value-type="string">'
        "<text:p>x</text:p></table:table-cell></table:table-row>",
    ],
)
def test_a_stray_or_repeated_cell_of_an_ods_sheet_is_one_line(tmp_path: Path, rows: str) -> None:
    with pytest.raises(HitcastError, match=r"has a filled cell as far out as row \d+, column \d+ in Лист"):
        ingested(tmp_path, _write_ods(tmp_path / "a.ods", Лист=rows))


def test_an_ods_file_that_is_none_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "a.ods").write_text("stream_date,isrc\n")
    with pytest.raises(HitcastError, match="is text, not"):
        ingested(tmp_path, tmp_path / "a.ods")
    path = _write_ods(tmp_path / "b.ods", A="".join(map(_row, ROWS)))
    path.write_bytes(path.read_bytes()[:-40])
    with pytest.raises(HitcastError, match="is no readable ODS file"):
        ingested(tmp_path, path)


def _xlsx(path: Path, sheets: dict[str, list[list[object]]], hidden: str) -> Path:
    with xlsxwriter.Workbook(path, {"default_date_format": "yyyy-mm-dd"}) as workbook:
        for name, rows in sheets.items():
            sheet = workbook.add_worksheet(name)
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, row)
            if name == hidden:
                sheet.hide()
    return path


def test_a_hidden_sheet_of_something_else_is_not_meant(tmp_path: Path) -> None:
    path = _xlsx(tmp_path / "a.xlsx", {"Data": ROWS, "params": [["version", 2]]}, "params")
    ingested(tmp_path, path)
    assert landed(tmp_path) == LANDED


def test_a_hidden_sheet_of_the_same_columns_is_asked_about(tmp_path: Path) -> None:
    path = _xlsx(tmp_path / "a.xlsx", {"Data": ROWS, "May": ROWS}, "May")
    with pytest.raises(HitcastError, match=r"has several sheets: Data, May \(hidden\)\. Name one"):
        ingested(tmp_path, path)


def test_a_workbook_is_parsed_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    checked: list[Path] = []
    monkeypatch.setattr(xlsx, "check_size", checked.append)
    path = _xlsx(tmp_path / "a.xlsx", {"Data": [*ROWS, [date(2021, 5, 4), "RUA0A2100002", "RU", "x"]]}, "")
    ingested(tmp_path, path)
    assert checked == [path]
    assert xlsx.parsed.cache_info().currsize == 0
