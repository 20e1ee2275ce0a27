import json
from datetime import date, timedelta
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from hitcast.ingest.partial import PartialDay
from hitcast.ingest.report import FileReport, IngestReport, TableReport, render
from hitcast.ingest.usual import DayFigures


def _text(report: IngestReport) -> str:
    console = Console(width=80, file=StringIO(), color_system=None)
    console.print(render(report))
    text = console.file.getvalue()  # type: ignore[attr-defined]
    assert max(len(line.rstrip()) for line in text.splitlines()) <= 80
    return text


def test_counts_that_do_not_add_up_are_a_defect() -> None:
    assert FileReport("a.csv", 6, 3, 2, 1).read == 6
    with pytest.raises(AssertionError, match=r"a\.csv do not add up"):
        FileReport("a.csv", 7, 3, 2, 1)


def test_a_report_fits_80_columns_and_says_everything() -> None:
    days = [date(2024, 1, 1) + timedelta(days) for days in range(8)]
    table = TableReport(
        "vk_stream_days",
        [FileReport(f"/a/{'long' * 30}/one.csv", 1_234_567, 1_234_560, 4, 3), FileReport("/a/two.csv", 1, 1, 0, 0)],
        days_new=days[:2],
        days_replaced=days[2:3],
        days_rejected=days,
        reasons=[("Прослушивания", "is not a whole number (streams)", 4)],
        rejects_file=Path("/home") / ("deep" * 30) / "rejects.csv",
        notes=["columns not used: comment"],
    )
    text = _text(IngestReport([table], ["README.md"], 12, False))
    for part in (
        "one.csv",
        "1,234,567",
        "all 2 files",
        "1,234,568",
        "2 new, 1 replaced, 0 unchanged",
        "2024-01-05 and 3 more",
        "4 rejected: Прослушивания is not a whole number (streams)",
        "columns not used: comment",
        "Left alone: README.md",
        "Delivery 12 landed.",
    ):
        assert part in text
    assert "/a/" not in text


def test_files_of_one_name_are_told_apart() -> None:
    files = [FileReport("2024/day.csv", 1, 1, 0, 0), FileReport("2025/day.csv", 1, 1, 0, 0)]
    text = _text(IngestReport([TableReport("vk_stream_days", files)], [], 1, False))
    assert "2024/day.csv" in text
    assert "2025/day.csv" in text


def test_of_many_files_only_those_with_losses_are_shown() -> None:
    files = [FileReport(f"{i}.csv", 1, 1, 0, 0) for i in range(50)] + [FileReport("odd.csv", 2, 1, 1, 0)]
    text = _text(IngestReport([TableReport("vk_stream_days", files)], [], 1, False))
    assert "odd.csv" in text
    assert "7.csv" not in text
    assert "all 51 files" in text


@pytest.mark.parametrize(
    ("report", "verdict"),
    [
        (IngestReport([], [], None, True), "Dry run: nothing was written. All is well."),
        (IngestReport([], [], None, False), "Nothing changed: all of this was delivered before. All is well."),
    ],
)
def test_the_last_line_says_what_came_of_it(report: IngestReport, verdict: str) -> None:
    assert _text(report).splitlines()[-1].rstrip() == verdict


def test_names_give_the_terminal_no_orders() -> None:
    order = "\x1b]0;owned\x07[red]"
    table = TableReport("vk_stream_days", [FileReport(f"/a/{order}.csv", 1, 0, 1, 0)], reasons=[(order, "is odd", 1)])
    text = _text(IngestReport([table], [order], 1, False))
    assert "\x1b" not in text
    assert text.count("[red]") == 3


def test_files_left_alone_that_may_be_data_are_looked_at() -> None:
    report = IngestReport([], ["in/README.md", "in/day.xls", "in/plays.csv.zip", "in/.hidden.csv"], 3, False)
    assert (
        _text(report).splitlines()[-1].rstrip() == "Delivery 3 landed. But look: 2 files left alone that may be data."
    )


def test_files_that_are_not_listed_are_counted() -> None:
    files = [FileReport(f"{i}.csv", 2, 1, 1, 0) for i in range(25)] + [FileReport("well.csv", 7, 7, 0, 0)]
    text = _text(IngestReport([TableReport("vk_stream_days", files)], [], 1, False))
    [line] = [line.split() for line in text.splitlines() if "more files" in line]
    assert line == ["6", "more", "files", "17", "12", "5", "0"]


def test_the_whole_report_is_plain_values() -> None:
    partial = PartialDay(date(2024, 1, 1), ("song",))
    table = TableReport("vk_stream_days", [FileReport("odd.csv", 2, 1, 1, 0)], days_partial=[partial])
    plain = json.loads(json.dumps(IngestReport([table], [], 1, False).as_json(), default=str))
    assert (plain["is_well"], plain["tables"][0]["days_partial"]) == (
        False,
        [{"day": "2024-01-01", "recordings": ["song"]}],
    )
    assert [file["rejected"] for file in plain["tables"][0]["files"]] == [1]


def test_days_that_stand_out_are_all_listed_and_few_of_the_others() -> None:
    def beside(number: int, total: int, marks: dict[str, str]) -> DayFigures:
        figures = {"rows": 12_345_678, "recordings": 1_234_567, "sum": total}
        usual = {"rows": 1e7, "recordings": 1_234_567.0, "sum": 1e10}
        return DayFigures(date(2024, 1, number), figures, usual, "weekday", marks)

    days = [beside(number, 10**10, {}) for number in range(1, 10)]
    days[1] = beside(2, 123, {"rows": "high", "recordings": "high", "sum": "low"})
    days[2] = DayFigures(date(2024, 1, 3), {"rows": 1, "recordings": 0, "sum": 0}, {}, "", {})
    report = IngestReport([TableReport("vk_stream_days", days_new=[day.day for day in days], days=days)], [], 1, False)
    lines = _text(report).splitlines()
    assert [line[:10] for line in lines if line.startswith("2024")] == [f"2024-01-0{day}" for day in (2, 7, 8, 9)]
    text = " ".join(" ".join(lines).split())
    assert "12,345,678 x1.2 1,234,567 x1 123 x1.2e-08" in text
    assert "5 more days; x: times the usual" in text
    assert "But look: 1 day far from the usual." in text
    assert json.loads(json.dumps(report.as_json(), default=str))["tables"][0]["days"][1]["marks"]["sum"] == "low"
