from datetime import date
from pathlib import Path

import pytest
import xlsxwriter

from hitcast.core.errors import HitcastError
from hitcast.core.home import Home
from hitcast.ingest import check_landing, ingest, withdraw
from hitcast.ingest.landing import read_ledger
from hitcast.ingest.report import TableReport
from tests.commands import hitcast

HEADER = "isrc,territory,streams"
DAY = date(2024, 3, 5)
MAPPING = r"""
tables:
  vk_stream_days:
    files: ["*"]
    columns: {stream_date: {file_name: '(\d{4}-\d\d-\d\d)'}, isrc: isrc, territory: territory, streams: streams}
    empty: no_activity
"""


def _mapping(folder: Path, text: str = MAPPING) -> Path:
    path = folder / "vendor.yml"
    path.write_text(text)
    return path


def _deliver(
    home: Home, folder: Path, *rows: str, name: str = "vk_2024-03-05.csv", accept: bool = False
) -> TableReport:
    path = folder / name
    path.write_text("\n".join([HEADER, *rows, ""]))
    [table] = ingest(home, [path], [_mapping(folder)], accept_loss=accept).tables
    return table


def test_a_header_alone_is_a_day_on_which_nothing_happened(home: Home, tmp_path: Path) -> None:
    report = _deliver(home, tmp_path)
    assert (report.days_new, report.days_idle, report.questions) == ([DAY], [DAY], [])
    [row] = read_ledger(home).values()
    assert (row.delivered_day, row.row_count, row.day_state, row.file_name) == (DAY, 0, "whole", "vk_2024-03-05.csv")
    check_landing(home)
    assert _deliver(home, tmp_path).days_unchanged == [DAY]


def test_a_workbook_in_a_dated_folder_with_days_that_have_rows(home: Home, tmp_path: Path) -> None:
    text = MAPPING.replace(r"file_name: '(\d{4}-\d\d-\d\d)'", r"folder: '(\d\d\.\d\d\.\d{4})'")
    mapping = _mapping(tmp_path, text + '    date_format: "%d.%m.%Y"\n')
    for day, rows in (("05.03.2024", []), ("06.03.2024", [["a", "RU", 7]])):
        (tmp_path / "in" / day).mkdir(parents=True)
        with xlsxwriter.Workbook(tmp_path / "in" / day / "report.xlsx") as workbook:
            sheet = workbook.add_worksheet()
            for number, row in enumerate([HEADER.split(","), *rows]):
                sheet.write_row(number, 0, row)
    [table] = ingest(home, [tmp_path / "in"], [mapping]).tables
    assert (table.days_new, table.days_idle, table.accepted) == ([DAY, date(2024, 3, 6)], [DAY], 1)
    assert [row.row_count for row in read_ledger(home).values()] == [0, 1]


def test_a_day_that_comes_again_without_rows_is_held(home: Home, tmp_path: Path) -> None:
    _deliver(home, tmp_path, "a,RU,7", "b,RU,8")
    with pytest.raises(
        HitcastError, match=r"would lose more than half .*2024-03-05 again: rows 2 -> 0, streams 15 -> 0"
    ):
        _deliver(home, tmp_path)
    assert _deliver(home, tmp_path, accept=True).days_replaced == [DAY]
    # and comes again with rows, or is taken back
    assert _deliver(home, tmp_path, "a,RU,7").days_idle == []
    _deliver(home, tmp_path, accept=True)
    withdraw(home, "vk_stream_days", [DAY])
    assert _deliver(home, tmp_path).days_new == [DAY]


@pytest.mark.parametrize("rows", [("a,RU,7",), ("a,RU,7", "b,RU,8", "c,RU,9")])
def test_a_day_of_which_another_file_has_rows_is_not_idle(home: Home, tmp_path: Path, rows: tuple[str, ...]) -> None:
    (tmp_path / "in").mkdir()
    _deliver(home, tmp_path / "in", *rows)
    (tmp_path / "in" / "other_2024-03-05.csv").write_text(f"{HEADER}\n")
    [table] = ingest(home, [tmp_path / "in"], [tmp_path / "in" / "vendor.yml"]).tables
    assert (table.days_idle, table.days_unchanged, len(table.files)) == ([], [DAY], 2)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("    empty: no_activity\n", "", "has a header and no rows"),
        ("no_activity", "nothing", "empty 'nothing' is not known. Known is no_activity"),
        (r"{file_name: '(\d{4}-\d\d-\d\d)'}", "day", "needs the day of a file without rows.*Take stream_date from"),
        ("no_activity", "no_activity\n    counts: cumulative", "a report of totals always has rows"),
        (r"(\d{4}-\d\d-\d\d)", r"(vk_\d{4})", "has no rows, and 'vk_2024' is no day like %Y-%m-%d"),
        (r"'(\d{4}-\d\d-\d\d)'", r"'0(\d-\d\d-\d\d)'", "has no .*stream_date in its file name"),
    ],
)
def test_what_is_no_day_without_activity(home: Home, tmp_path: Path, old: str, new: str, message: str) -> None:
    (tmp_path / "vk_2024-03-05.csv").write_text(f"{HEADER}\n")
    with pytest.raises(HitcastError, match=message):
        ingest(home, [tmp_path / "vk_2024-03-05.csv"], [_mapping(tmp_path, MAPPING.replace(old, new))])


def test_the_report_lists_days_without_activity_and_all_is_well(home: Home, tmp_path: Path) -> None:
    (tmp_path / "vk_2024-03-05.csv").write_text(f"{HEADER}\n")
    done = hitcast(home, "ingest", str(tmp_path / "vk_2024-03-05.csv"), "--mapping", str(_mapping(tmp_path)))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "delivered as days on which nothing happened: 2024-03-05" in " ".join(done.stdout.split())
    assert "All is well." in done.stdout
