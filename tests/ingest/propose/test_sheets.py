"""Workbooks of several sheets, and ODS, as `hitcast map` takes them."""

from datetime import date
from pathlib import Path

import pytest
import xlsxwriter
import yaml

from hitcast.core.home import Home
from hitcast.ingest import ingest
from hitcast.ingest.propose import propose
from tests.ingest.test_ods import _row, _write_ods

Rows = list[list[object]]
HEADER: list[object] = ["Дата", "ISRC", "Страна", "Прослушивания"]
SONGS = ["QZABC2400001", "QZABC2400002", "QZABC2400003"]
DATA: Rows = [HEADER, *([date(2024, 3, day), song, "RU", 50 - day] for day in range(1, 8) for song in SONGS)]
PARAMETERS: Rows = [["Параметр", "Значение"], *([f"Порог {n}", n] for n in range(200))]
TITLE: Rows = [["Отчёт VK"], ["за март"]]


def _xlsx(path: Path, sheets: dict[str, tuple[Rows, bool]]) -> Path:
    with xlsxwriter.Workbook(path, {"default_date_format": "dd.mm.yyyy"}) as workbook:
        for name, (rows, is_hidden) in sheets.items():
            sheet = workbook.add_worksheet(name)
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, row)
            if is_hidden:
                sheet.hide()
    return path


def _landed(path: Path, home: Path) -> tuple[str, int]:
    """The proposed text, and the rows that land by it."""
    _, [text] = propose([path], "RU")
    (mapping := home.with_suffix(".yml")).write_text(text)
    [table] = ingest(Home(home), [path], [mapping]).tables
    return text, table.accepted


@pytest.mark.parametrize(
    ("sheets", "chosen"),
    [
        # the first must not be hidden in Excel: it comes last
        ({"Данные": (DATA, False), "Параметры": (PARAMETERS, True)}, "Данные"),
        ({"Данные": (DATA, False), "Параметры": (PARAMETERS, False)}, "Данные"),
        ({"Титул": (TITLE, False), "Данные": (DATA, True)}, "Данные"),
        ({"Март": (DATA[:10], False), "Старое": (DATA, True)}, "Март"),
    ],
)
def test_a_sheet_of_data_is_chosen(tmp_path: Path, sheets: dict[str, tuple[Rows, bool]], chosen: str) -> None:
    text, rows = _landed(_xlsx(tmp_path / "vk.xlsx", sheets), tmp_path / "home")
    assert yaml.safe_load(text)["tables"]["vk_stream_days"]["sheet"] == chosen
    assert rows == len(sheets[chosen][0]) - 1
    assert ("sheet: Март  # UNSURE: Старое too, but not read" in text) is (chosen == "Март")


@pytest.mark.parametrize("above", [[], [["Отчёт VK за март"], []]])
def test_ods_is_mapped(tmp_path: Path, above: Rows) -> None:
    total: Rows = [["Итого", None, None, 9]] if above else []
    rows = [*above, *DATA, *total]
    path = _write_ods(tmp_path / "vk март.ods", Отчёт="".join(map(_row, rows)))
    text, landed = _landed(path, tmp_path / "home")
    assert (yaml.safe_load(text)["tables"]["vk_stream_days"]["files"], landed) == (["vk *.ods"], len(DATA) - 1)


@pytest.mark.parametrize("header", ["Creates", "Video Creates", "Создано видео", "Создания"])
def test_creations_are_known_by_what_vendors_call_them(tmp_path: Path, header: str) -> None:
    rows = [
        f"2024-03-0{day},{7000000000 + n},{song},RU,{10 + (day * n) % 7},{9000 - day * 100 + n}"
        for day in range(1, 8)
        for n, song in enumerate(SONGS)
    ]
    (tmp_path / "tt.csv").write_text("\n".join([f"Date,Song Clip ID,ISRC,Country,{header},Video Views", *rows, ""]))
    _, [text] = propose([tmp_path / "tt.csv"], "RU")
    columns = yaml.safe_load(text)["tables"]["tiktok_sound_days"]["columns"]
    assert (columns["creations"], columns["views"]) == (header, "Video Views")
